"""Torch for small tensors, and checkpoints that are written once per session."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.videochat2 import checkpoints


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """More would only wait for each other over so little."""
    if find_spec("torch") is not None:
        import torch

        torch.set_num_threads(1)


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a tiny checkpoint, by prompt format or `hd`."""
    written: dict[str, Path] = {}

    def folder(kind: str) -> Path:
        if kind not in written:
            written[kind] = checkpoints.write(tmp_path_factory.mktemp(kind), checkpoints.KINDS[kind]())
        return written[kind]

    return folder
