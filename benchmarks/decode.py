"""CPU time of reading clips: `mvbench.video.read` against decord as the public MVBench notebook uses it.

    python benchmarks/decode.py --clips clips --json benchmarks/results/decode.json

Draws seven clips like those of MVBench's sources, then times both sides in turn and takes medians, since ratios of
interleaved CPU times hold on a busy machine. Needs the extras `decord` and `models` (torch).
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import platform
import statistics
import sys
import time
import timeit
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import av
import decord
import numpy as np
import torch
from PIL import Image

from mvbench import provenance
from mvbench.isolation import WorkerPool
from mvbench.sampling import Sampling, frame_indices
from mvbench.types import Clip
from mvbench.video import ReadOptions, read

NUM_FRAMES = 16
SIDE = 224
REPEATS = 7
MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)
MEASURES = ("decord_ms", "read_ms", "decode_ratio", "notebook_ms", "fast_ms", "fast_ratio", "exact_ms", "exact_ratio")
X264 = {"preset": "medium", "crf": "23"}


@dataclass(frozen=True)
class Kind:
    """A clip like those of one source. `b_frames`: H.264 with B-frames, where not decoding them pays."""

    name: str
    width: int
    height: int
    num_frames: int
    fps: int
    codec: str
    options: dict[str, str]
    b_frames: bool = False
    noise: float = 3.0


KINDS = [
    Kind("clevrer.mp4", 480, 320, 128, 25, "libx264", X264, b_frames=True, noise=2),
    Kind("hd720.mp4", 1280, 720, 235, 24, "libx264", X264, b_frames=True),
    Kind("charades.mp4", 854, 480, 810, 30, "libx264", X264, b_frames=True),
    Kind("ssv2.webm", 426, 240, 48, 12, "libvpx-vp9", {"deadline": "good", "cpu-used": "5", "crf": "32", "b": "0"}),
    Kind("ntu.avi", 1920, 1080, 120, 30, "mpeg4", {"bf": "2", "g": "30", "b": "6M"}),
    Kind("hd1080_gop30.mp4", 1920, 1080, 900, 30, "libx264", X264 | {"g": "30"}, b_frames=True),
    Kind("hd1080_gop250.mp4", 1920, 1080, 900, 30, "libx264", X264 | {"g": "250"}, b_frames=True),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=Path, default=Path("clips"), help="folder for the drawn clips (kept)")
    parser.add_argument("--json", type=Path, help="write the numbers here")
    parser.add_argument("--only", help="one kind of clip, by its name")
    parser.add_argument("--repeats", type=int, default=REPEATS)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    decord.logging.set_level(decord.logging.QUIET)
    arguments.clips.mkdir(parents=True, exist_ok=True)

    rows = []
    heads = ("decord ms", "ours ms", "ratio", "notebook", "fast ms", "ratio", "exact ms", "ratio")
    print(f"{'clip':20}" + "".join(f"{head:>10}" for head in heads))
    for kind in KINDS:
        if arguments.only and arguments.only not in kind.name:
            continue
        row = compare(draw(kind, arguments.clips / kind.name), kind, arguments.repeats)
        rows.append(row)
        print(
            f"{row['clip']:20}" + "".join(f"{row[name]:10.{2 if 'ratio' in name else 1}f}" for name in MEASURES),
            flush=True,
        )
    workers = None if arguments.only else two_workers(arguments.clips / "hd720.mp4")
    met = verdicts(rows, workers)
    if arguments.json:
        result = {"environment": environment(), "frames": NUM_FRAMES, "repeats": arguments.repeats, "clips": rows}
        arguments.json.write_text(json.dumps(result | {"workers": workers, "targets": met}, indent=1) + "\n")
    sys.exit(0 if all(met.values()) else 1)


def draw(kind: Kind, path: Path) -> Path:
    """Encode a textured scene in motion with camera noise, unless it is there already."""
    if path.exists():
        return path
    random = np.random.default_rng(7)
    scene = texture(random, kind.height + 256, kind.width + 256)
    balls = [texture(random, kind.height // 4, kind.height // 4) for _ in range(3)]
    grain = random.normal(0, kind.noise, (kind.height + 64, kind.width + 64, 1)).astype(np.float32)
    unfinished = path.with_name(f"unfinished-{path.name}")
    with av.open(str(unfinished), "w") as container:
        stream = container.add_stream(kind.codec, rate=kind.fps, options=kind.options)
        stream.width, stream.height, stream.pix_fmt = kind.width, kind.height, "yuv420p"
        if kind.codec == "mpeg4":
            stream.codec_context.max_b_frames = 2
            stream.codec_context.bit_rate = 6_000_000
        for number in range(kind.num_frames):
            top, left = round(60 + 50 * np.sin(number / 40)), round(60 + 50 * np.cos(number / 55))
            picture = scene[top : top + kind.height, left : left + kind.width].astype(np.float32)
            for place, ball in enumerate(balls):
                size = len(ball)
                x = int((kind.width - size) * (0.5 + 0.5 * np.sin(number / 17 + 2 * place)))
                y = int((kind.height - size) * (0.5 + 0.5 * np.cos(number / 23 + place)))
                picture[y : y + size, x : x + size] = ball
            shift_y, shift_x = random.integers(0, 64, 2)
            picture += grain[shift_y : shift_y + kind.height, shift_x : shift_x + kind.width]
            frame = av.VideoFrame.from_ndarray(picture.clip(0, 255).astype(np.uint8), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, kind.fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    unfinished.rename(path)
    return path


def texture(random: np.random.Generator, height: int, width: int) -> np.ndarray:
    """uint8 `(height, width, 3)`: blotches of several sizes."""
    layers = np.zeros((height, width, 3), np.float32)
    for cells, weight in ((4, 0.5), (16, 0.3), (64, 0.2)):
        coarse = Image.fromarray(random.integers(0, 256, (cells, cells, 3), dtype=np.uint8))
        layers += weight * np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), np.float32)
    return layers.clip(0, 255).astype(np.uint8)


def compare(path: Path, kind: Kind, repeats: int) -> dict[str, Any]:
    """Median CPU milliseconds of each side. The whole of `read` counts: fingerprint, opening, index and decoding."""
    clip = Clip(path, "video")
    sides: dict[str, Callable[[], Any]] = {
        "decord_ms": lambda: decord_frames(path),
        "read_ms": lambda: read(clip, options(side=None)),
        "notebook_ms": lambda: notebook(path),
        "fast_ms": lambda: normalised(read(clip, options(resize="fast")).rgb),
        "exact_ms": lambda: normalised(read(clip, options(resize="exact")).rgb),
    }
    times: dict[str, list[float]] = {name: [] for name in sides}
    for repeat in range(repeats + 1):
        for name, run in sides.items():
            start = time.process_time()
            run()
            if repeat:  # the first round loads libraries and fills the page cache
                times[name].append(1000 * (time.process_time() - start))
    row: dict[str, Any] = {name: round(statistics.median(values), 2) for name, values in times.items()}
    return {
        "clip": kind.name,
        "b_frames": kind.b_frames,
        "megabytes": round(path.stat().st_size / 1e6, 2),
        **row,
        "decode_ratio": round(row["decord_ms"] / row["read_ms"], 3),
        "fast_ratio": round(row["notebook_ms"] / row["fast_ms"], 3),
        "exact_ratio": round(row["notebook_ms"] / row["exact_ms"], 3),
    }


def options(*, side: int | None = SIDE, resize: Literal["exact", "fast"] = "exact") -> ReadOptions:
    return ReadOptions(sampling=Sampling(num_frames=NUM_FRAMES), side=side, resize=resize)


def decord_frames(path: Path) -> list[np.ndarray]:
    reader = decord.VideoReader(str(path), ctx=decord.cpu(0), num_threads=1)
    indices = frame_indices(NUM_FRAMES, fps=float(reader.get_avg_fps()), max_frame=len(reader) - 1)
    return [reader[index].asnumpy() for index in indices]


def notebook(path: Path) -> torch.Tensor:
    """Decode, resize and normalise picture by picture with Pillow, as the public notebook's transforms do."""
    pictures = []
    for rgb in decord_frames(path):
        image = Image.fromarray(rgb)
        width, height = image.size
        short = min(width, height)
        image = image.resize((SIDE * width // short, SIDE * height // short), Image.Resampling.BICUBIC)
        left, top = round((image.width - SIDE) / 2), round((image.height - SIDE) / 2)
        pictures.append(np.asarray(image.crop((left, top, left + SIDE, top + SIDE))))
    stacked = torch.from_numpy(np.concatenate(pictures, axis=2))  # (H, W, T*3)
    tensor = stacked.permute(2, 0, 1).contiguous().float().div(255)
    for channel, (mean, std) in zip(tensor, [*zip(MEAN, STD, strict=True)] * NUM_FRAMES, strict=True):
        channel.sub_(mean).div_(std)
    return tensor


def normalised(rgb: np.ndarray) -> torch.Tensor:
    """`(T, H, W, 3)` bytes -> `(T, 3, H, W)` floats, all frames at once."""
    scale = torch.tensor([1 / (255 * std) for std in STD]).view(3, 1, 1)
    offset = torch.tensor([-mean / std for mean, std in zip(MEAN, STD, strict=True)]).view(3, 1, 1)
    tensor = torch.empty(len(rgb), 3, *rgb.shape[1:3])
    return tensor.copy_(torch.from_numpy(rgb).permute(0, 3, 1, 2)).mul_(scale).add_(offset)


def two_workers(path: Path, *, jobs: int = 40, repeats: int = 5) -> dict[str, float]:
    """What a second worker process gains in reading clips and, in the same minute, in a plain loop; medians."""
    readings = [(Clip(path, "video"), options())] * jobs
    loops = [("for step in range(1000): step & 3", "pass", time.perf_counter, 5000)] * jobs
    rounds = [
        [
            seconds(function, work, 1) / seconds(function, work, 2)
            for function, work in ((read, readings), (timeit.timeit, loops))
        ]
        for _ in range(repeats)
    ]
    return {
        "read": round(statistics.median(reading for reading, _ in rounds), 3),
        "loop": round(statistics.median(loop for _, loop in rounds), 3),
        "share": round(statistics.median(reading / loop for reading, loop in rounds), 3),
    }


def seconds(function: Callable[..., Any], jobs: list[tuple[Any, ...]], workers: int) -> float:
    """Wall time of all jobs, once the workers are up."""
    with WorkerPool(function, workers=workers, timeout_seconds=600, ahead=workers) as pool:
        results = pool.map([*jobs[: 2 * workers], *jobs])
        for _ in range(2 * workers):
            next(results)
        start = time.perf_counter()
        for _ in results:
            pass
        return time.perf_counter() - start


def verdicts(rows: list[dict[str, Any]], workers: dict[str, float] | None) -> dict[str, bool]:
    """Print each target with what was measured."""
    met: dict[str, bool] = {}

    def target(words: str, value: float, least: float) -> None:
        met[words] = value >= least
        print(f"{'pass' if met[words] else 'FAIL'}  {words}: {value:.2f} (at least {least})")

    print()
    if with_b_frames := [row["decode_ratio"] for row in rows if row["b_frames"]]:
        target("decode, H.264 with B-frames, every clip", min(with_b_frames), 1.4)
    target("decode, every clip", min(row["decode_ratio"] for row in rows), 1.0)
    target("decode and transform with --resize fast, every clip", min(row["fast_ratio"] for row in rows), 1.6)
    target("decode and transform with --resize fast, median", statistics.median(row["fast_ratio"] for row in rows), 2.0)
    if workers:
        print(f"two workers read {workers['read']:.2f} times as fast as one, a plain loop {workers['loop']:.2f} times")
        target("two workers, share of a plain loop's speed-up", workers["share"], 0.85)
    return met


def environment() -> dict[str, str]:
    packages = ("av", "decord", "torch", "pillow", "numpy")
    return {
        "date": time.strftime("%Y-%m-%d"),
        "processor": f"{provenance.processor()}, {provenance.usable_cores()} cores",
        "python": platform.python_version(),
    } | {name: importlib.metadata.version(name) for name in packages}


if __name__ == "__main__":
    main()
