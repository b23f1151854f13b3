"""Files that the user names -> what a conversation is about."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from baselines.videochat2.answering.pixels import RGB
from baselines.videochat2.conversation.dialogue import Medium
from mvbench.errors import UsageError
from mvbench.models.huggingface.batching import one_line
from mvbench.types import Clip, MediaKind
from mvbench.video import ReadOptions, read

IMAGES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff"})


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A video's frames `(T, H, W, 3)`, or an image as a single one."""

    medium: Medium
    rgb: RGB


def shown(path: Path, how: ReadOptions) -> Shown:
    """What is in a video, a GIF, a folder of numbered frames or an image. `how` is for all but images.

    Raises UsageError for an image, and Failure for anything else, that cannot be read.
    """
    if path.suffix.lower() in IMAGES and not path.is_dir():
        return Shown("image", image(path)[None])
    kind: MediaKind = "frames" if path.is_dir() else "gif" if path.suffix.lower() == ".gif" else "video"
    return Shown("video", read(Clip(path, kind), how).rgb)


def image(path: Path) -> RGB:
    """`(H, W, 3)`. Raises UsageError, also for a picture of absurdly many pixels."""
    from PIL import Image

    try:
        with warnings.catch_warnings(action="error"), Image.open(path) as picture:
            return np.asarray(picture.convert("RGB"))
    except FileNotFoundError:
        raise UsageError(f"there is no file {str(path)!r}") from None
    except Exception as error:  # a broken file fails in many ways
        raise UsageError(f"{str(path)!r} cannot be read as an image: {one_line(error)}") from None
