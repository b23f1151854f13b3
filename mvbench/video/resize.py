"""Pictures in the size a model wants."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache, partial
from typing import Any, Literal

import numpy as np
from PIL import Image

from mvbench.errors import MissingExtra
from mvbench.video.source import RGB

Scale = Callable[[RGB, int, int], RGB]
"""A picture and the width and height it is to have."""


def resizer(name: Literal["exact", "fast"], *, side: int | None, max_pixels: int | None) -> Callable[[RGB], RGB]:
    """A function for one picture: to a square of `side`, or to at most `max_pixels`, or to its own size.

    `exact` is bicubic as Pillow does it, what published numbers were made with; `fast` is within 2 of 255 of it.
    """
    scale = {"exact": exact, "fast": fast}[name]
    if name == "fast":
        single_threaded_torch()
    if side is not None:
        return partial(shorter_side_and_crop, side=side, scale=scale)
    if max_pixels is not None:
        return partial(fit, max_pixels=max_pixels, scale=scale)
    return np.ascontiguousarray


def shorter_side_and_crop(rgb: RGB, *, side: int, scale: Scale) -> RGB:
    """`(H, W, 3)` -> `(side, side, 3)`: the shorter side resized to `side`, the middle of the longer one kept.

    The longer side is truncated and the crop's offset rounded half to even, as in torchvision's Resize and CenterCrop.
    """
    height, width = rgb.shape[:2]
    if width <= height:
        columns, rows = side, int(side * height / width)
    else:
        columns, rows = int(side * width / height), side
    left, top = round((columns - side) / 2), round((rows - side) / 2)
    return np.ascontiguousarray(scale(rgb, columns, rows)[top : top + side, left : left + side])


def fit(rgb: RGB, *, max_pixels: int, scale: Scale) -> RGB:
    """The picture with at most `max_pixels` pixels and its sides in proportion; never enlarged."""
    height, width = rgb.shape[:2]
    shrink = math.sqrt(max_pixels / (width * height))
    if shrink >= 1:
        return np.ascontiguousarray(rgb)
    return scale(rgb, max(1, int(width * shrink)), max(1, int(height * shrink)))


def squash(rgb: RGB, side: int) -> RGB:
    """`(H, W, 3)` -> `(side, side, 3)` whatever the proportions, as single images are shown to VideoChat2."""
    return exact(rgb, side, side)


def exact(rgb: RGB, width: int, height: int) -> RGB:
    """Bicubic by Pillow, the width first.

    One call would do, but newer versions of Pillow sometimes begin with the height, which rounds differently.
    """
    image = Image.fromarray(rgb).resize((width, rgb.shape[0]), Image.Resampling.BICUBIC)
    return np.asarray(image.resize((width, height), Image.Resampling.BICUBIC))


def fast(rgb: RGB, width: int, height: int) -> RGB:
    """Bicubic by torch on bytes, with antialiasing as Pillow has it."""
    torch = single_threaded_torch()
    # The view stays channels-last: torch resizes that four times as fast as contiguous channels.
    picture = torch.from_numpy(rgb).permute(2, 0, 1)[None]  # (H, W, 3) -> (1, 3, H, W)
    scaled = torch.nn.functional.interpolate(picture, size=(height, width), mode="bicubic", antialias=True)
    resized: RGB = scaled[0].permute(1, 2, 0).numpy()  # (1, 3, H, W) -> (H, W, 3)
    return resized


@cache
def single_threaded_torch() -> Any:
    """Torch, told to use one thread in this process: clips are read in parallel, not frames."""
    try:
        import torch
    except ImportError:
        raise MissingExtra("torch", extra="models", purpose="--resize fast") from None
    torch.set_num_threads(1)
    return torch
