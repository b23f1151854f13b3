"""Videos through decord, for numbers that were made with it.

It gives wrong frames after seeking in open GOPs, in files with edit lists, in MPEG-4 with B-frames in AVI and in
MPEG-TS, and opens no AV1 and no GIF.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Self

from mvbench.errors import Failure, MissingExtra
from mvbench.video.pyav import open_video
from mvbench.video.source import RGB


class DecordSource:
    """A video as the public notebook opens it, with one thread. Raises Failure as PyAVSource does."""

    first_index = 0
    notes: tuple[str, ...] = ()

    def __init__(self, path: Path) -> None:
        decord = quiet_decord()
        open_video(path)[0].close()  # for its reasons: decord has one message for all
        self._path = path
        self._errors = (decord.DECORDError, RuntimeError)
        self.decoder = f"decord {decord.__version__}"
        try:
            self._reader = decord.VideoReader(str(path), ctx=decord.cpu(0), num_threads=1)
        except self._errors as error:
            raise Failure("unreadable", f"decord cannot open {path} ({type(error).__name__})") from error
        self.num_frames = self.num_announced = len(self._reader)
        self.fps = float(self._reader.get_avg_fps())
        self._start = self._times(0)[0]
        self.duration_seconds = self._times(self.num_frames - 1)[1] - self._start

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        del self._reader  # it has no close

    def pts_seconds(self, index: int) -> float:
        return self._times(index)[0] - self._start

    def decode(self, indices: Sequence[int]) -> Iterator[tuple[int, RGB]]:
        for index in indices:
            try:
                rgb: RGB = self._reader[index].asnumpy()
            except self._errors as error:
                raise Failure(
                    "corrupt", f"{self._path} cannot be decoded at frame {index} ({type(error).__name__})"
                ) from error
            yield index, rgb

    def _times(self, index: int) -> tuple[float, float]:
        start, end = self._reader.get_frame_timestamp(index)
        return float(start), float(end)


def quiet_decord() -> ModuleType:
    try:
        import decord
    except ImportError:
        raise MissingExtra("decord", extra="decord", purpose="--decoder decord") from None
    decord.logging.set_level(decord.logging.QUIET)
    return decord  # type: ignore[no-any-return]
