"""Frames -> pictures as bytes; a clip -> the bytes of one video file that shows it and nothing else."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Literal

import av
import numpy as np
from PIL import Image

from mvbench.errors import Failure
from mvbench.sampling import Sampling, window
from mvbench.types import Clip, Frames
from mvbench.video.read import ReadOptions, bounds_of, open_source, plan
from mvbench.video.source import RGB, Source

ImageFormat = Literal["jpeg", "png"]

JPEG_QUALITY = 95
H264 = {"crf": "17", "preset": "veryfast"}
"""What a clip is coded with that cannot be sent as it lies: hardly to be told from the original."""

CLOCK = 90_000
"""Ticks per second of the times in a video that is written here."""

MIME = {
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/quicktime",
    ".webm": "video/webm",
    ".mkv": "video/x-matroska",
    ".avi": "video/x-msvideo",
}
"""Video files that are sent as they lie."""

MOST_WAITING = 256


def encode_pictures(frames: Frames, image_format: ImageFormat) -> list[bytes]:
    """Every frame as a JPEG of quality 95, or as a PNG that loses nothing."""
    return [encode_picture(rgb, image_format) for rgb in frames.rgb]


def encode_picture(rgb: RGB, image_format: ImageFormat) -> bytes:
    stream = io.BytesIO()
    if image_format == "jpeg":
        Image.fromarray(rgb).save(stream, "JPEG", quality=JPEG_QUALITY)
    else:
        Image.fromarray(rgb).save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def encode_clip(clip: Clip, max_bytes: int) -> tuple[str, bytes]:
    """The MIME type and the bytes of a video file of at most `max_bytes` that shows this clip.

    A whole video in a common container is sent as it lies. What has bounds, a GIF and a frame folder become H.264 in
    MP4 whose frames keep their distances in time; the first one is at 0 s. The bounds are the public rule's.
    Raises Failure: as `mvbench.video.read`, or `model` for a file that is too large.
    """
    with open_source(clip, ReadOptions()) as source:
        first, last = extent(source, clip)
        whole = clip.kind == "video" and clip.start_seconds is None and clip.end_seconds is None
        mime = MIME.get(clip.path.suffix.lower()) if whole else None
        if mime is None:
            return "video/mp4", encode_h264(source, first, last, max_bytes=max_bytes)
        size = clip.path.stat().st_size
        if size > max_bytes:
            raise too_large(size, max_bytes)
        return mime, clip.path.read_bytes()


def extent(source: Source, clip: Clip) -> tuple[int, int]:
    """First and last frame of the clip. Raises Failure `bounds` or `truncated`."""
    plan(source, clip, Sampling("linspace", num_frames=2))  # its checks: the two ends are needed
    max_frame = source.first_index + source.num_frames - 1
    bound = bounds_of(clip, last_seconds=max_frame / source.fps)
    return window(fps=source.fps, max_frame=max_frame, first_index=source.first_index, bound=bound)


def encode_h264(source: Source, first: int, last: int, *, max_bytes: int) -> bytes:
    """The frames from `first` to `last` as an MP4. Raises Failure when it grows beyond `max_bytes`."""
    stream = io.BytesIO()
    begin_seconds = source.pts_seconds(first)
    with av.open(stream, "w", format="mp4") as container:
        video = container.add_stream("libx264", rate=Fraction(source.fps).limit_denominator(1001), options=H264)
        video.pix_fmt = "yuv420p"
        video.codec_context.time_base = Fraction(1, CLOCK)
        ticks = -1
        for index, rgb in in_order(source.decode(range(first, last + 1)), first):
            even = evened(rgb)
            if ticks < 0:
                video.height, video.width = even.shape[:2]
            elif even.shape[:2] != (video.height, video.width):
                raise Failure("corrupt", "the clip has frames of several sizes")
            frame = av.VideoFrame.from_ndarray(even, format="rgb24")
            ticks = max(ticks + 1, round((source.pts_seconds(index) - begin_seconds) * CLOCK))
            frame.pts, frame.time_base = ticks, Fraction(1, CLOCK)
            container.mux(video.encode(frame))
            if stream.tell() > max_bytes:
                raise too_large(stream.tell(), max_bytes)
        container.mux(video.encode(None))
    if stream.tell() > max_bytes:
        raise too_large(stream.tell(), max_bytes)
    return stream.getvalue()


def in_order(decoded: Iterable[tuple[int, RGB]], first: int) -> Iterator[tuple[int, RGB]]:
    """Frames by rising index. A source gives them nearly so; those that came early wait here."""
    waiting: dict[int, RGB] = {}
    following = first
    for index, rgb in decoded:
        waiting[index] = rgb
        while following in waiting:
            yield following, waiting.pop(following)
            following += 1
        if len(waiting) > MOST_WAITING:
            raise Failure("corrupt", f"frame {following} cannot be reached before {MOST_WAITING} later ones")


def evened(rgb: RGB) -> RGB:
    """The picture with an even number of rows and columns, as H.264 needs it: an odd last one is repeated."""
    height, width = rgb.shape[:2]
    if height % 2 == 0 and width % 2 == 0:
        return rgb
    return np.pad(rgb, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")


def too_large(size: int, max_bytes: int) -> Failure:
    mib = 2**20
    return Failure(
        "model",
        f"the clip makes {size / mib:.1f} MiB or more and at most {max_bytes / mib:.0f} MiB are sent; "
        "use --send-as images",
    )
