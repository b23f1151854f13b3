"""The four answers of action localization, and in which eighths of the window each has the action."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SLOTS = 8

PARTS: Mapping[str, tuple[int, int, int]] = MappingProxyType(
    {
        "At the beginning of the video.": (0, 1, 2),
        "In the middle of the video.": (2, 3, 4),
        "At the end of the video.": (5, 6, 7),
        "Throughout the entire video.": (0, 3, 7),
    }
)
"""Wording of the released benchmark -> slots, counted from 0. The last one has pauses."""
