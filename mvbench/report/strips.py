"""Frames of a clip -> one small picture of all of them, made once and kept."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PIL import Image

from mvbench.errors import Failure
from mvbench.folders import write_atomically
from mvbench.types import Clip
from mvbench.video.files import fingerprint
from mvbench.video.read import ReadOptions, open_source
from mvbench.video.source import RGB

COLUMNS = 16
LONGEST_SIDE = 112
QUALITY = 55
LARGEST_KEPT = 16 * 2**20
RULES = f"1 {COLUMNS} {LONGEST_SIDE} {QUALITY}"
"""What else a strip depends on; another number makes them all anew."""


@dataclass(frozen=True, slots=True)
class Strip:
    """A WebP picture of tiles of one size, in rows of `columns`. `fingerprint`: of the file as it is now."""

    webp: bytes
    columns: int
    rows: int
    width: int
    height: int
    fingerprint: str


def strip(clip: Clip, indices: tuple[int, ...], decoder: Literal["pyav", "decord"], kept: Path) -> Strip:
    """The strip of these frames, ascending and different, from the folder `kept` or put there.

    Raises Failure as reading does, and `bounds` for a frame that the file does not have.
    """
    content = fingerprint(clip.path)
    key = hashlib.blake2b(repr((RULES, content, clip.kind, indices, decoder)).encode(), digest_size=16).hexdigest()
    path = kept / f"{key}.webp"
    webp = already(path)
    if webp is None:
        webp = encoded(grid(tiles(clip, indices, decoder), len(indices)))
        with suppress(OSError):  # a full or foreign cache folder costs time only
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, webp)
    width, height = size_of(webp)
    columns, rows = shape(len(indices))
    return Strip(webp, columns, rows, width // columns, height // rows, content)


def already(path: Path) -> bytes | None:
    """A strip that was kept; None where there is none that can be read."""
    try:
        webp = path.read_bytes() if path.stat().st_size <= LARGEST_KEPT else b""
        size_of(webp)
    except OSError:
        return None
    return webp


def size_of(webp: bytes) -> tuple[int, int]:
    """Width and height. Raises OSError for what is no WebP picture."""
    with Image.open(io.BytesIO(webp), formats=["WEBP"]) as picture:
        return picture.size


def tiles(clip: Clip, indices: Sequence[int], decoder: Literal["pyav", "decord"]) -> Iterator[tuple[int, RGB]]:
    """These frames, each with its place among them, in any order."""
    places = {index: place for place, index in enumerate(indices)}
    with open_source(clip, ReadOptions(side=None, decoder=decoder)) as source:
        last = source.first_index + source.num_frames - 1
        if indices[0] < source.first_index or indices[-1] > last:
            raise Failure("bounds", f"frames {indices[0]} to {indices[-1]} were shown, but it has {last} as its last")
        for index, rgb in source.decode(indices):
            yield places[index], rgb


def shape(count: int) -> tuple[int, int]:
    """Columns and rows of a strip of so many tiles."""
    columns = min(count, COLUMNS)
    return columns, -(-count // columns)


def grid(frames: Iterator[tuple[int, RGB]], count: int) -> Image.Image:
    """All frames on one picture; the first to come decides the size of the tiles, others are fitted into it."""
    columns, rows = shape(count)
    sheet = None
    for place, rgb in frames:
        image = Image.fromarray(rgb)
        if sheet is None:
            scale = LONGEST_SIDE / max(image.size)
            width, height = (max(1, round(side * scale)) for side in image.size)
            sheet = Image.new("RGB", (columns * width, rows * height))
        fit = min(width / image.width, height / image.height)
        size = max(1, round(image.width * fit)), max(1, round(image.height * fit))
        tile = image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
        left, top = (
            place % columns * width + (width - size[0]) // 2,
            place // columns * height + (height - size[1]) // 2,
        )
        sheet.paste(tile, (left, top))
    assert sheet is not None, "a strip has at least one frame"
    return sheet


def encoded(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "WEBP", quality=QUALITY, method=4)
    return stream.getvalue()
