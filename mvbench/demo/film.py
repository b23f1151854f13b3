"""What a demo clip is, how it becomes a file, and the draft of a question about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from mvbench.demo.canvas import HEIGHT, WIDTH, Canvas

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

FPS = 8
GIF_FPS = 25
FOLDER_FPS = 3
"""Frame folders and GIFs are read at fixed rates; these are the rates of the public reader."""

CODECS: dict[str, tuple[str, dict[str, str]]] = {
    ".mp4": ("libx264", {"preset": "ultrafast", "crf": "20"}),
    ".webm": ("libvpx-vp9", {"deadline": "realtime", "cpu-used": "8", "crf": "24", "b": "0"}),
    ".avi": ("mpeg4", {"flags": "+qscale", "global_quality": "354"}),
}


@dataclass(frozen=True, slots=True)
class Film:
    """A clip that can be drawn. `video` is its path below the task's folder, as annotations give it.

    `paint` draws the moment of so many seconds. A path without an extension is a folder of JPEG frames.
    """

    video: str
    seconds: float
    paint: Callable[[Canvas, float], None]

    @property
    def fps(self) -> int:
        return {"": FOLDER_FPS, ".gif": GIF_FPS}.get(Path(self.video).suffix, FPS)

    def frames(self, *, first: int = 0) -> Iterator[npt.NDArray[np.uint8]]:
        """Frame after frame, uint8 `(144, 192, 3)`, numbered from `first`."""
        for index in range(round(self.seconds * self.fps)):
            canvas = Canvas()
            self.paint(canvas, index / self.fps)
            yield canvas.finished(first + index)


@dataclass(frozen=True, slots=True)
class Draft:
    """A question, its right answer and the wrong ones, not yet in any order.

    `fields`: what else the record holds, such as start and end.
    """

    film: Film
    question: str
    answer: str
    others: tuple[str, ...]
    fields: Mapping[str, object] = field(default_factory=dict)


def write(film: Film, path: Path) -> None:
    """Make the file (or the frame folder) at `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    match Path(film.video).suffix:
        case "":
            write_folder(film, path)
        case ".gif":
            write_gif(film, path)
        case suffix:
            write_video(film, path, *CODECS[suffix])


def write_folder(film: Film, path: Path) -> None:
    """`00001.jpg`, `00002.jpg`, ...; as files count from 1, so do the numbers in the pixels."""
    from PIL import Image

    path.mkdir()
    for number, rgb in enumerate(film.frames(first=1), start=1):
        Image.fromarray(rgb).save(path / f"{number:05d}.jpg", quality=88)


def write_gif(film: Film, path: Path) -> None:
    from PIL import Image

    first, *rest = (Image.fromarray(rgb).quantize(64) for rgb in film.frames())
    first.save(path, save_all=True, append_images=rest, duration=1000 // GIF_FPS, loop=0)


def write_video(film: Film, path: Path, codec: str, options: dict[str, str]) -> None:
    import av

    reproducible = {"fflags": "+bitexact"}  # else WebM files get random identifiers
    with av.open(path, "w", container_options=reproducible) as container:
        stream = container.add_stream(codec, rate=Fraction(film.fps), options=options)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.thread_count = 1  # such small pictures gain nothing from more
        for rgb in film.frames():
            container.mux(stream.encode(av.VideoFrame.from_ndarray(rgb, format="rgb24")))
        container.mux(stream.encode())
