"""Frames become the numbers the original's evaluation made of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from baselines.videochat2.answering.pixels import STATISTICS, image_square, normalised, video_squares
from tests.parity.test_preprocess import read_safetensors, synthetic_frame


def drawn(height: int, width: int, *, count: int = 2) -> Any:
    return np.stack([synthetic_frame(number, height, width) for number in range(count)])


def test_a_video_is_cropped_and_an_image_squashed() -> None:
    wide = np.zeros((2, 64, 192, 3), np.uint8)
    wide[:, :, 64:128] = 255  # the middle third
    assert video_squares(wide, 64).min() == 255
    squashed = image_square(wide[:1], 64)
    assert squashed.shape == (1, 64, 64, 3)
    assert squashed[0, :, 2].max() == 0 and squashed[0, :, 32].min() == 255


def test_frames_of_the_right_size_are_left_alone() -> None:
    frames = drawn(64, 64)
    assert video_squares(frames, 64) is frames
    assert image_square(frames, 64) is frames


@pytest.mark.slow
def test_pixels_equal_the_originals(golden_dir: Path) -> None:
    import torch

    golden = json.loads((golden_dir / "videochat2" / "preprocess.json").read_text())["transforms"]
    stored = read_safetensors(golden_dir / "videochat2" / "preprocess.safetensors")
    rows = [row for row in golden["rows"] if row["name"].startswith(("eval_group", "eval_image"))]
    assert rows
    for row in rows:
        square = video_squares if "group" in row["name"] else image_square
        frames = np.stack([synthetic_frame(number, row["h"], row["w"]) for number in row["frames"]])
        pixels = normalised([square(frames, row["res"])], "clip")
        assert pixels.dtype == torch.float32
        assert pixels.shape == (1, len(frames), 3, row["res"], row["res"])
        seen = pixels.reshape(row["shape"])[:, :: row["stride"], :: row["stride"]]
        assert np.abs(seen.numpy() - stored[row["name"]]).max() < 1e-6, row["name"]


@pytest.mark.parametrize("name", STATISTICS)
def test_means_and_deviations_are_the_originals(golden_dir: Path, name: Any) -> None:
    golden = json.loads((golden_dir / "videochat2" / "preprocess.json").read_text())["transforms"]
    assert [list(values) for values in STATISTICS[name]] == golden[f"{name}_norm"]


@pytest.mark.slow
def test_clips_of_a_batch_keep_their_places() -> None:
    import torch

    one, other = drawn(8, 8), drawn(8, 8)[::-1]
    both = normalised([one, other], "imagenet")
    assert torch.equal(both[0], normalised([one], "imagenet")[0])
    assert torch.equal(both[1], normalised([other], "imagenet")[0])
    assert not torch.equal(both[0], both[1])


@pytest.mark.slow
@pytest.mark.parametrize("name", STATISTICS)
def test_the_mean_colour_is_zero_and_a_deviation_more_is_one(name: Any) -> None:
    mean, deviation = (np.array(values) for values in STATISTICS[name])
    for level, value in ((mean, 0.0), (mean + deviation, 1.0)):
        frame = np.broadcast_to(np.round(level * 255).astype(np.uint8), (1, 4, 4, 3)).copy()
        pixels = normalised([frame], name)
        assert float((pixels - value).abs().max()) < 0.5 / 255 / deviation.min()
