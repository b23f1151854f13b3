"""Grids and resized frames of high-resolution input against what the original code gave."""

import json
from pathlib import Path
from typing import Any

import pytest

from baselines.videochat2.grids import grid, padded_size
from tests.parity.test_preprocess import synthetic_frame


@pytest.fixture(scope="module")
def golden(golden_dir: Path) -> Any:
    return json.loads((golden_dir / "videochat2" / "preprocess.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def stored(golden_dir: Path) -> dict[str, Any]:
    from safetensors.torch import load_file

    return dict(load_file(golden_dir / "videochat2" / "preprocess.safetensors"))


def frames_of(row: dict[str, Any]) -> Any:
    import numpy as np
    import torch

    frames = np.stack([synthetic_frame(number, row["h"], row["w"]) for number in row["frames"]])
    return torch.from_numpy(frames).permute(0, 3, 1, 2).float()  # (T, H, W, 3) -> (T, 3, H, W)


def test_grids(golden: Any) -> None:
    assert golden["hd_grid"]["rows"]
    for row in golden["hd_grid"]["rows"]:
        for key in (key for key in row if key.startswith("nopad")):
            most = int(key.removeprefix("nopad"))
            assert list(grid(row["h"], row["w"], most=most)) == row[key], (row, key)
        height, width = padded_size(row["h"], row["w"], most=6)
        assert [-(-height // 224) * 224, width] == row["pad6_hw"], row


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["nopad", "pad"])
def test_resized_frames(kind: str, golden: Any, stored: dict[str, Any]) -> None:
    import torch

    from baselines.videochat2 import hd

    transforms = golden["transforms"]
    mean, std = (torch.tensor(values)[:, None, None] for values in transforms["imagenet_norm"])
    rows = [row for row in transforms["rows"] if row["name"].startswith(f"hd_{kind}_")]
    assert rows
    for row in rows:
        make = hd.enlarged if kind == "nopad" else hd.padded
        found = make(frames_of(row), most=row["hd_num"])
        assert list(found.shape) == row["shape"], row["name"]
        shown = (found / 255 - mean) / std if kind == "nopad" else found
        scale = 1 if kind == "nopad" else 255
        stride = row["stride"]
        difference = (shown[:1, :, ::stride, ::stride] - stored[row["name"]]).abs().max().item()
        assert difference <= 1e-5 * scale, f"{row['name']}: {difference}"
        sums = found.double().flatten()
        assert sums.sum().item() == pytest.approx(row["sum"], rel=1e-9), row["name"]
        assert sums.abs().sum().item() == pytest.approx(row["abs_sum"], rel=1e-9), row["name"]
        assert sums.square().sum().item() == pytest.approx(row["sq_sum"], rel=1e-9), row["name"]
        weighted = (sums * (torch.arange(len(sums)) % 97 + 1)).sum().item()
        assert weighted == pytest.approx(row["weighted"], rel=1e-9), row["name"]
