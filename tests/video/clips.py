"""The clips the tests read, by name: one for each way a video file may be made or broken."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from pathlib import Path

import av
from av.stream import Disposition

from tests.video import draw

INTRA_EVERY_12 = {"g": "12"}
VP9 = INTRA_EVERY_12 | {"deadline": "realtime", "cpu-used": "8", "crf": "20", "b": "0"}
X265 = "log-level=none:keyint=12:bframes=2:pools=1"
AV1 = INTRA_EVERY_12 | {"preset": "8", "crf": "10", "svtav1-params": "lp=1"}
MPEG = INTRA_EVERY_12 | {"flags": "+qscale", "global_quality": "354"}


def hevc(path: Path, more: str) -> Path:
    return draw.video(path, codec="libx265", options={"preset": "ultrafast", "x265-params": f"{X265}:{more}"})


def cut_inside_a_gop(path: Path) -> Path:
    """As `ffmpeg -ss -c copy` leaves it: from a keyframe at frame 12, of which the edit list shows frame 17 onwards."""
    return draw.remux(draw.h264(path.with_name("uncut.mp4")), path, first_packet=12, shift_frames=-17)


def faststart(path: Path) -> Path:
    return draw.h264(path, container_options={"movflags": "faststart"})


def first_share(whole: Callable[[Path], Path], share: float) -> Callable[[Path], Path]:
    """The beginning of a file, as an interrupted download leaves it."""

    def make(path: Path) -> Path:
        content = whole(path).read_bytes()
        path.write_bytes(content[: int(len(content) * share)])
        return path

    return make


def flipped_bytes(whole: Callable[[Path], Path], *, every: int) -> Callable[[Path], Path]:
    """A file with one byte in so many changed, in its middle half."""

    def make(path: Path) -> Path:
        content = bytearray(whole(path).read_bytes())
        for place in range(len(content) // 4, len(content) * 3 // 4, every):
            content[place] ^= 0x5A
        path.write_bytes(content)
        return path

    return make


def unknown_codec(path: Path) -> Path:
    path.write_bytes(draw.h264(path).read_bytes().replace(b"avc1", b"zzzz"))
    return path


def zeroed_block(path: Path) -> Path:
    content = bytearray(draw.h264(path).read_bytes())
    start, end = len(content) * 2 // 5, len(content) * 3 // 5
    content[start:end] = bytes(end - start)
    path.write_bytes(content)
    return path


def no_index(path: Path) -> Path:
    """An AVI that ends before its index, as a crashed recorder leaves it."""
    content = draw.video(path, codec="mpeg4", options=MPEG).read_bytes()
    path.write_bytes(content[: content.rindex(b"idx1")])
    return path


def wrong_keyframes(path: Path) -> Path:
    """An MP4 whose table of keyframes names other frames."""
    content = bytearray(draw.h264(path).read_bytes())
    count_at = content.rindex(b"stss") + 8
    (count,) = struct.unpack_from(">I", content, count_at)
    numbers = [number + 5 for number in struct.unpack_from(f">{count}I", content, count_at + 4)]
    struct.pack_into(f">{count}I", content, count_at + 4, *numbers)
    path.write_bytes(content)
    return path


def raw_stream(path: Path) -> Path:
    """Coded pictures without a container, so without times."""
    return draw.h264(path, x264="repeat-headers=1")


def two_sizes(path: Path) -> Path:
    """A stream whose pictures change their size half-way."""
    first, second = draw.h264(path.with_name("a.h264"), range(24)), path.with_name("b.h264")
    draw.h264(second, range(24), size=(64, 48))
    path.write_bytes(first.read_bytes() + second.read_bytes())
    return path


def two_streams(path: Path) -> Path:
    """A small picture first, then the film; the film carries numbers, the small picture 200 and more."""
    small = draw.h264(path.with_name("small.mp4"), range(200, 230), size=(64, 48))
    film = draw.h264(path.with_name("film.mp4"), range(30))
    with av.open(str(path), "w") as new:
        for source in (small, film):
            with av.open(str(source)) as old:
                new.add_stream_from_template(old.streams.video[0])
        new.streams[0].disposition, new.streams[1].disposition = Disposition(0), Disposition.default
        for number, source in enumerate((small, film)):
            with av.open(str(source)) as old:
                for packet in old.demux(video=0):
                    if packet.size:
                        packet.stream = new.streams[number]
                        new.mux(packet)
    return path


def bytes_of(content: bytes) -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        path.write_bytes(content)
        return path

    return make


def late_start(place: int) -> int:
    return place + 50


def uneven(place: int) -> int:
    return place + place * place // 8


CLIPS: Mapping[str, Callable[[Path], Path]] = {
    "h264.mp4": draw.h264,
    "h264.mkv": draw.h264,
    "hevc.mp4": lambda path: hevc(path, "open-gop=0"),
    "hevc_open_gop.mp4": lambda path: hevc(path, "open-gop=1"),
    "vp9.webm": lambda path: draw.video(path, codec="libvpx-vp9", options=VP9),
    "vp8.webm": lambda path: draw.video(path, codec="libvpx", options=VP9 | {"crf": "10", "b": "1M"}),
    "av1.mkv": lambda path: draw.video(path, codec="libsvtav1", options=AV1),
    "yuv444_odd.mp4": lambda path: draw.h264(path, size=(131, 97), pix_fmt="yuv444p"),
    "ten_bit.mp4": lambda path: draw.h264(path, pix_fmt="yuv420p10le"),
    "late_start.mp4": lambda path: draw.h264(path, times=late_start),
    "late_start.mkv": lambda path: draw.h264(path, times=late_start),
    "uneven.mp4": lambda path: draw.h264(path, times=uneven),
    "open_gop.mp4": lambda path: draw.h264(path, x264="open-gop=1"),
    "b_frames.avi": lambda path: draw.video(path, codec="mpeg4", options=MPEG, max_b_frames=2),
    "plain.avi": lambda path: draw.video(path, codec="mpeg4", options=MPEG),
    "h264.ts": draw.h264,
    "mpeg2.ts": lambda path: draw.video(path, codec="mpeg2video", options=MPEG, max_b_frames=2),
    "no_index.avi": no_index,
    "wrong_keyframes.mp4": wrong_keyframes,
    "timeless.h264": raw_stream,
    "cut.mp4": cut_inside_a_gop,
    "rotated.mp4": lambda path: draw.h264(path, rotation=90),
    "one_frame.mp4": lambda path: draw.h264(path, [0]),
    "two_streams.mp4": two_streams,
    "two_sizes.h264": two_sizes,
    "faststart.mp4": faststart,
    "film.gif": draw.gif,
    "folder": draw.frame_folder,
    "empty.mp4": bytes_of(b""),
    "page.mp4": bytes_of(b"\n<!DOCTYPE html><html><body>404 Not Found</body></html>"),
    "garbage.mp4": bytes_of(bytes(range(7, 250)) * 50),
    "playlist.mp4": bytes_of(b"#EXTM3U\n#EXTINF:2,\nh264.ts\n#EXT-X-ENDLIST\n"),
    "no_moov.mp4": first_share(draw.h264, 0.6),
    "truncated.mp4": first_share(faststart, 0.6),
    "truncated.mkv": first_share(draw.h264, 0.6),
    "truncated.webm": first_share(lambda path: draw.video(path, codec="libvpx-vp9", options=VP9), 0.6),
    "truncated.avi": first_share(lambda path: draw.video(path, codec="mpeg4", options=MPEG, max_b_frames=2), 0.6),
    "flipped.mp4": flipped_bytes(draw.h264, every=97),
    "flipped.mkv": flipped_bytes(draw.h264, every=997),
    "flipped.ts": flipped_bytes(draw.h264, every=997),
    "unknown_codec.mp4": unknown_codec,
    "zeroed.mp4": zeroed_block,
    "audio.mp4": draw.audio,
}
