"""Which part of a data set is meant."""

from __future__ import annotations

from typing import Literal

Split = Literal["test", "train"]
"""`test` stands for what the public benchmark is made from, which a source may call `val` or `validation`."""

SPLITS: tuple[Split, ...] = ("test", "train")
