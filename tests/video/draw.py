"""Clips drawn by code: frame i carries the number i in its pixels, so a test reads back which frames it got."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.container
import numpy as np
import numpy.typing as npt
from av.video.reformatter import VideoReformatter
from PIL import Image

RGB = npt.NDArray[np.uint8]

WIDTH, HEIGHT, FPS = 128, 96, 25
BITS = 8
GRID = 4
"""The number stands as 8 bits and their complement, a grid of 4 x 4 blocks in the middle two thirds of the picture."""


def picture(number: int, *, width: int = WIDTH, height: int = HEIGHT) -> RGB:
    """uint8 `(height, width, 3)`: a drifting gradient with the number in black and white blocks."""
    y, x = np.ogrid[:height, :width]
    rgb = np.empty((height, width, 3), np.uint8)
    rgb[..., 0], rgb[..., 1], rgb[..., 2] = (2 * x + 3 * number) % 256, (2 * y + number) % 256, (x + y) % 256
    digits = [(number >> bit) & 1 for bit in range(BITS)]
    for place, digit in enumerate(digits + [1 - digit for digit in digits]):
        rgb[block(place, width, height)] = 255 * digit
    return rgb


def number_of(rgb: RGB) -> int:
    """The number a picture carries, whatever its size. Fails when its blocks contradict each other."""
    height, width = rgb.shape[:2]
    digits = []
    for place in range(2 * BITS):
        rows, columns = block(place, width, height)
        grown = (columns.stop - columns.start) // 4
        inner = rgb[rows.start + grown : rows.stop - grown, columns.start + grown : columns.stop - grown]
        digits.append(int(inner.mean() > 127))
    assert [1 - digit for digit in digits[:BITS]] == digits[BITS:], f"no number in this picture: {digits}"
    return sum(digit << bit for bit, digit in enumerate(digits[:BITS]))


def numbers_of(rgb: RGB) -> list[int]:
    return [number_of(picture) for picture in rgb]


def block(place: int, width: int, height: int) -> tuple[slice, slice]:
    side = min(width, height) * 2 / 3 / GRID
    row, column = divmod(place, GRID)
    top = round(height / 2 + (row - GRID / 2) * side)
    left = round(width / 2 + (column - GRID / 2) * side)
    return slice(top, top + int(side)), slice(left, left + int(side))


def video(
    path: Path,
    numbers: Iterable[int] = range(60),
    *,
    codec: str = "libx264",
    size: tuple[int, int] = (WIDTH, HEIGHT),
    pix_fmt: str = "yuv420p",
    options: dict[str, str] | None = None,
    max_b_frames: int | None = None,
    times: Callable[[int], int] = lambda place: place,
    rotation: int | None = None,
    container_options: dict[str, str] | None = None,
) -> Path:
    """Encode pictures at 25 per second. `times` gives each picture's time, in frames, by its place."""
    width, height = size
    reformatter = VideoReformatter()  # one for all pictures: to set one up takes longer than to use it
    with av.open(str(path), "w", options=container_options or {}) as container:
        stream = container.add_stream(codec, rate=FPS, options=options or {})
        stream.width, stream.height, stream.pix_fmt = width, height, pix_fmt
        stream.codec_context.thread_count = 1
        if max_b_frames is not None:
            stream.codec_context.max_b_frames = max_b_frames
        if rotation is not None:
            stream.set_display_rotation(rotation)
        for place, number in enumerate(numbers):
            frame = av.VideoFrame.from_ndarray(picture(number, width=width, height=height), format="rgb24")
            frame = reformatter.reformat(frame, format=pix_fmt, threads=1)
            frame.pts, frame.time_base = times(place), Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def h264(path: Path, numbers: Iterable[int] = range(60), *, gop: int = 12, x264: str = "", **more: Any) -> Path:
    """Closed GOPs with B-frames, as most video files are."""
    parameters = f"log-level=none:keyint={gop}:min-keyint={gop}:scenecut=0:bframes=2:b-adapt=0:ref=2:{x264}"
    return video(path, numbers, options={"preset": "ultrafast", "crf": "20", "x264-params": parameters}, **more)


def remux(source: Path, path: Path, *, first_packet: int, shift_frames: int) -> Path:
    """Copy packets without coding them again, from one packet on, with their times moved by so many frames."""
    with av.open(str(source)) as old, av.open(str(path), "w") as new:
        stream = old.streams.video[0]
        copy = new.add_stream_from_template(stream)
        assert stream.time_base is not None
        shift = int(shift_frames / FPS / stream.time_base)
        packets = [packet for packet in old.demux(stream) if packet.size]
        for packet in packets[first_packet:]:
            assert packet.pts is not None and packet.dts is not None
            packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
            packet.stream = copy
            new.mux(packet)
    return path


def gif(path: Path, numbers: Sequence[int] = range(20), *, milliseconds: int = 40) -> Path:
    pictures = [Image.fromarray(picture(number)) for number in numbers]
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=milliseconds)
    return path


def frame_folder(path: Path, numbers: Iterable[int] = range(1, 31), *, name: str = "{:05d}.jpg") -> Path:
    """One image per picture, named by its number."""
    path.mkdir(parents=True)
    for number in numbers:
        Image.fromarray(picture(number)).save(path / name.format(number), quality=95)
    return path


def audio(path: Path) -> Path:
    """Half a second of silence and no video."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=16000)
        samples = np.zeros((1, 8000), dtype=np.float32)
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
        frame.sample_rate = 16000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
