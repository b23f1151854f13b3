"""Film -> a video file or a folder of pictures, in one piece or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from types import MappingProxyType

import av
from PIL import Image

from mvbench.errors import DataError
from mvbench.folders import remove
from qa_gen.synth.world import RGB, Film

JPEG_QUALITY = 80
CRF = "26"
"""Of H.264, as true without mbtree as 23 is with it. Mbtree reads memory that nobody wrote, so its bytes vary."""


@dataclass(frozen=True, slots=True)
class Coding:
    """How one kind of file is coded. One thread: more of them make other bytes on other machines."""

    encoder: str
    options: Mapping[str, str]


PLAIN = {"fflags": "bitexact"}
"""Without it, Matroska files get a random number each."""

CODINGS: Mapping[str, Coding] = MappingProxyType(
    {
        ".mp4": Coding("libx264", {"preset": "veryfast", "crf": CRF, "x264-params": "mbtree=0", "threads": "1"}),
        ".webm": Coding(
            "libvpx-vp9",
            {"deadline": "realtime", "cpu-used": "8", "crf": "34", "b": "0", "row-mt": "0", "threads": "1"},
        ),
        ".avi": Coding("mpeg4", {"qscale": "4", "flags": "+qscale", "global_quality": "472", "threads": "1"}),
    }
)
"""By suffix. The options are the encoders' own."""


def check_encoders(suffixes: frozenset[str]) -> None:
    """Raises DataError naming the encoder that this build of PyAV lacks, before anything is drawn."""
    for suffix in sorted(suffixes & CODINGS.keys()):
        encoder = CODINGS[suffix].encoder
        try:
            av.Codec(encoder, "w")
        except (ValueError, av.error.FFmpegError) as error:
            raise DataError(
                f"{suffix} videos need the encoder {encoder}, which this build of PyAV ({av.__version__}) lacks; "
                "install the wheel of PyAV: pip install --force-reinstall av"
            ) from error


def write(film: Film, folder: Path) -> None:
    """Draw and code the film at `folder / film.path`, which appears when it is whole. Raises OSError."""
    target = folder / film.path
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".unfinished-{target.name}")
    remove(unfinished)
    try:
        if PurePosixPath(film.path).suffix:
            unfinished.write_bytes(encoded(film))
        else:
            write_pictures(film, unfinished)
        remove(target)
        unfinished.rename(target)
    finally:
        remove(unfinished)


def encoded(film: Film) -> bytes:
    """The video file. In memory first: a disk that is full is then noticed by a plain write."""
    suffix = PurePosixPath(film.path).suffix
    coding = CODINGS[suffix]
    content = BytesIO()
    with av.open(content, "w", format=suffix.removeprefix("."), options=PLAIN) as container:
        stream = container.add_stream(coding.encoder, rate=film.fps, options=dict(coding.options))
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = film.width, film.height, "yuv420p"
        stream.codec_context.thread_count = 1
        for index in range(film.num_frames):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(drawn(film, index), format="rgb24")))
        container.mux(stream.encode(None))
    return content.getvalue()


def write_pictures(film: Film, folder: Path) -> None:
    """`00001.jpg` is the first, as in the frame folders of TVQA."""
    folder.mkdir()
    for index in range(film.num_frames):
        picture = Image.fromarray(drawn(film, index))
        picture.save(folder / f"{index + 1:05d}.jpg", quality=JPEG_QUALITY)


def drawn(film: Film, index: int) -> RGB:
    rgb = film.frame(index)
    assert rgb.shape == (film.height, film.width, 3), (film.path, rgb.shape)
    return rgb
