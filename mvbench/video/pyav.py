"""Videos and GIFs through PyAV: seek to the keyframes needed, decode no more than the wanted frames rest on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

import av
import av.container
import numpy as np
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from mvbench.errors import Failure
from mvbench.video.files import why_not_a_video
from mvbench.video.index import index_packets
from mvbench.video.source import RGB

TOLERANCE = 0.01
"""In frames: durations are rounded to milliseconds in Matroska."""


class PyAVSource:
    """The best video stream of a file, indexed. Every frame is known by its time stamp, never by counting from a seek.

    `fps` replaces the file's average rate. Raises Failure `missing`, `unreadable`, `no_video` or `corrupt`.
    """

    decoder = f"pyav {av.__version__}"
    first_index = 0

    def __init__(self, path: Path, *, fps: float | None = None, strict: bool = False) -> None:
        self._path = path
        self._strict = strict
        # A context per frame, as `to_ndarray(format=...)` makes, costs more CPU than the conversion itself.
        self._reformatter = VideoReformatter()
        self._container, self._stream = open_video(path)
        try:
            self._index = index = index_packets(self._container, self._stream)
            if not index.num_frames:
                raise Failure("corrupt", f"{path} has a video stream without a single frame")
            self.fps = fps or average_fps(self._stream)
            self._seconds = float(self._stream.time_base or 1 / self.fps)
            self.duration_seconds = self._found_seconds() or index.num_frames / self.fps
            self.num_announced = self._announced()
            self.num_frames = index.num_frames if self.num_announced == index.num_frames else index.num_certain
            self.notes: tuple[str, ...] = () if index.timed else ("frames without times of their own were counted",)
        except BaseException:
            self._container.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._container.close()

    def pts_seconds(self, index: int) -> float:
        if not self._index.timed:
            return index / self.fps
        return (self._index.pts[index] - self._index.pts[0]) * self._seconds

    def decode(self, indices: Sequence[int]) -> Iterator[tuple[int, RGB]]:
        missing = set(indices)
        if self._index.timed:
            for index, rgb in self._by_keyframe(indices):
                missing.discard(index)
                yield index, rgb
        if missing:
            yield from self._from_the_start(missing)

    def _by_keyframe(self, indices: Sequence[int]) -> Iterator[tuple[int, RGB]]:
        """What seeking reaches. MPEG-TS and broken indexes lead elsewhere; then nothing comes, or an error."""
        for key, wanted in self._index.groups(indices):
            try:
                self._container.seek(key, stream=self._stream, backward=True)
                for frame in self._decode_group(key, wanted):
                    if frame.pts in wanted and not frame.is_corrupt:
                        yield wanted[frame.pts], self._rgb(frame)
            except av.FFmpegError:
                return

    def _decode_group(self, key: int, wanted: dict[int, int]) -> Iterator[VideoFrame]:
        """Decode from the keyframe the container was set to, on to the last of the wanted times."""
        codec = self._stream.codec_context
        to_send, last, at_keyframe = len(wanted), max(wanted), False
        for packet in self._container.demux(self._stream):
            at_keyframe = at_keyframe or (packet.is_keyframe and packet.pts is not None and packet.pts <= key)
            if not at_keyframe:
                return  # some decoders make up what they cannot know
            needed = packet.pts in wanted
            # A frame that no other rests on is decoded only when it is wanted itself.
            codec.skip_frame = "DEFAULT" if needed or self._strict else "NONREF"
            for frame in codec.decode(packet):
                yield frame
                if frame.pts is not None and frame.pts >= last:
                    return
            to_send -= needed
            if not to_send:
                # The rest waits inside the decoder for its turn to be shown; no further packet is needed to get it.
                yield from codec.decode(None)
                return

    def _from_the_start(self, missing: set[int]) -> Iterator[tuple[int, RGB]]:
        """Every frame in turn, from a file opened anew, until all the missing ones have come."""
        container, stream = open_video(self._path)
        with container:
            by_pts: dict[int | None, int] = {}
            if self._index.timed:
                by_pts = {self._index.pts[index]: index for index in missing}
            try:
                for count, frame in enumerate(container.decode(stream)):
                    index = by_pts.get(frame.pts) if by_pts else count
                    if index is not None and index in missing:
                        if frame.is_corrupt:
                            raise Failure("corrupt", f"{self._path} is damaged at frame {index}")
                        missing.discard(index)
                        yield index, self._rgb(frame)
                        if not missing:
                            return
            except av.FFmpegError as error:
                raise Failure(
                    "corrupt", f"{self._path} cannot be decoded up to frame {min(missing)}: {in_words(error)}"
                ) from error
        raise Failure("corrupt", f"{self._path} has no picture for frame {min(missing)} of {self.num_frames}")

    def _rgb(self, frame: VideoFrame) -> RGB:
        rgb: RGB = np.asarray(self._reformatter.reformat(frame, format="rgb24", threads=1).to_ndarray(), dtype=np.uint8)
        return np.ascontiguousarray(np.rot90(rgb, frame.rotation // 90)) if frame.rotation else rgb

    def _found_seconds(self) -> float:
        return (self._index.end - self._index.pts[0]) * self._seconds if self._index.timed else 0.0

    def _announced(self) -> int:
        """How many frames the header claims, never fewer than were found.

        A count in the header includes frames that an edit list discards, and some count what was never there, so it is
        believed only where the stated duration, too, exceeds the frames found by a whole one.
        """
        found = self._index.num_frames
        counted = self._stream.frames - self._index.num_discarded if self._stream.frames else None
        end_seconds = announced_end(self._container, self._stream)
        if end_seconds is None or not self._index.timed:
            return max(found, counted or 0)
        lacking_seconds = end_seconds - self._index.end * self._seconds
        lacking = int(lacking_seconds * found / self.duration_seconds + TOLERANCE)
        if lacking < 1:
            return found
        return max(found, counted if counted is not None else found + lacking)


def open_video(path: Path) -> tuple[av.container.InputContainer, VideoStream]:
    """The container and its best video stream, as ffmpeg chooses it, ready to be decoded by one thread."""
    try:
        # Only this very file: a playlist under a video's name must not open others or the network.
        container = av.open(f"file:{path}", options={"protocol_whitelist": "file"}, metadata_errors="ignore")
    except FileNotFoundError:
        raise Failure("missing", f"no such file {path}") from None
    except (av.FFmpegError, OSError) as error:
        raise Failure("unreadable", f"{path}: {why_not_a_video(path)} ({type(error).__name__})") from error
    stream = container.streams.best("video")
    if not isinstance(stream, VideoStream) or stream.disposition & Disposition.attached_pic:
        kinds = ", ".join(sorted({stream.type for stream in container.streams})) or "nothing"
        container.close()
        raise Failure("no_video", f"{path} has no video stream, only {kinds}")
    if not stream.codec_context:  # None where no decoder is known, whatever its type says
        container.close()
        raise Failure("unreadable", f"{path} is coded in a way that this PyAV cannot decode")
    stream.codec_context.thread_count = 1
    return container, stream


def average_fps(stream: VideoStream) -> float:
    """The average rate, as the public reader has it; a file that states none counts as 25."""
    return float(stream.average_rate or stream.guessed_rate or 25)


def announced_end(container: av.container.InputContainer, stream: VideoStream) -> float | None:
    """When the header says the video ends, in seconds as its time stamps count; None where it says nothing."""
    if stream.duration and stream.time_base:
        return float((stream.duration + (stream.start_time or 0)) * stream.time_base)
    # Matroska's own, per stream
    if clock := re.fullmatch(r"(\d+):(\d+):([\d.]+)", stream.metadata.get("DURATION", "")):
        hours, minutes, seconds = clock.groups()
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    if container.duration and len(container.streams) == 1:
        return (container.duration + max(0, container.start_time or 0)) / av.time_base
    return None


def in_words(error: av.FFmpegError) -> str:
    return f"{error.strerror} ({type(error).__name__})"
