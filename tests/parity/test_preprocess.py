"""Frame indices and evaluation transforms, against what the original code gave."""

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from mvbench.sampling import frame_indices
from mvbench.video.resize import resizer, squash

Array = npt.NDArray[Any]


def centre_crop(rgb: Array, side: int) -> Array:
    return resizer("exact", side=side, max_pixels=None)(rgb)


@pytest.fixture(scope="module")
def golden(golden_dir: Path) -> Any:
    return json.loads((golden_dir / "videochat2" / "preprocess.json").read_text())


@pytest.fixture(scope="module")
def stored(golden_dir: Path) -> dict[str, Array]:
    return read_safetensors(golden_dir / "videochat2" / "preprocess.safetensors")


def test_frame_indices(golden: Any) -> None:
    assert golden["eval_index"]
    for row in golden["eval_index"]:
        bound = tuple(row["bound"]) if row["bound"] else None
        indices = frame_indices(
            row["num_segments"], fps=row["fps"], max_frame=row["max_frame"], first_index=row["first_idx"], bound=bound
        )
        assert indices == row["indices"], row


@pytest.mark.parametrize(("family", "shrink"), [("eval_group", centre_crop), ("eval_image", squash)])
def test_evaluation_transforms(
    family: str, shrink: Callable[[Array, int], Array], golden: Any, stored: dict[str, Array]
) -> None:
    transforms = golden["transforms"]
    rows = [row for row in transforms["rows"] if row["name"].startswith(family)]
    assert rows
    for row in rows:
        frames = np.stack([shrink(synthetic_frame(number, row["h"], row["w"]), row["res"]) for number in row["frames"]])
        pixels = normalised(frames, *transforms["clip_norm"])
        assert pixels.shape == tuple(row["shape"]), row["name"]
        stride = row["stride"]
        difference = np.abs(pixels[:, ::stride, ::stride] - stored[row["name"]]).max()
        assert difference < 1e-6, f"{row['name']}: {difference}"  # one step of 255 is 0.014
        sums = pixels.astype(np.float64)
        assert sums.sum() == pytest.approx(row["sum"], abs=1e-8 * row["abs_sum"]), row["name"]
        assert np.abs(sums).sum() == pytest.approx(row["abs_sum"], rel=1e-7), row["name"]
        assert np.square(sums).sum() == pytest.approx(row["sq_sum"], rel=1e-7), row["name"]
        weighted = (sums.ravel() * (np.arange(sums.size) % 97 + 1)).sum()
        assert weighted == pytest.approx(row["weighted"], abs=1e-6 * row["abs_sum"]), row["name"]


def synthetic_frame(number: int, height: int, width: int) -> npt.NDArray[np.uint8]:
    """`(height, width, 3)` by the formula that stands in the golden file as `synthetic_frame`."""
    y, x, c = np.mgrid[:height, :width, :3]
    value = 3 * x**2 + 5 * y**2 + 7 * x * y + 11 * x * (c + 1) + 13 * y * (c + 2) + 37 * number
    return ((value >> 3) % 256).astype(np.uint8)


def normalised(frames: Array, mean: list[float], std: list[float]) -> npt.NDArray[np.float32]:
    """uint8 `(T, H, W, 3)` -> `(T*3, H, W)`."""
    unit = frames.astype(np.float32) / np.float32(255)
    scaled = (unit - np.float32(mean)) / np.float32(std)
    return scaled.transpose(0, 3, 1, 2).reshape(-1, *frames.shape[1:3])


def read_safetensors(path: Path) -> dict[str, Array]:
    content = path.read_bytes()
    (header_size,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + header_size])
    header.pop("__metadata__", None)
    arrays = {}
    for name, entry in header.items():
        start, end = (8 + header_size + offset for offset in entry["data_offsets"])
        assert entry["dtype"] == "F32", entry
        arrays[name] = np.frombuffer(content[start:end], np.float32).reshape(entry["shape"])
    return arrays
