"""The times a model reads in its prompt are those of the frames it sees: read back from the rendered tokens."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mvbench.models.huggingface import HuggingFace
from mvbench.models.huggingface.inputs import Inputs
from mvbench.sampling import Sampling
from mvbench.types import Clip, Frames, Generation
from mvbench.video import ReadOptions, read
from mvbench.views import reverse, shuffle
from tests.hf.asking import frames, request
from tests.video import draw

pytestmark = pytest.mark.slow

Checkpoint = Callable[[str], Path]


def prompt_of(path: Path, shown: Frames) -> str:
    """What the model is given, decoded from its input ids."""
    from transformers import AutoProcessor

    inputs = Inputs(AutoProcessor.from_pretrained(path))
    asked = request(0, shown)
    return str(inputs.tokenizer.decode(inputs.tensors([asked], [inputs.asked(asked)])["input_ids"][0]))


def written(path: Path, shown: Frames) -> list[float]:
    return [float(seconds) for seconds in re.findall(r"<(\d+\.\d) seconds>", prompt_of(path, shown))]


def pairs(seconds: np.ndarray) -> list[float]:
    """Qwen3-VL merges two frames and writes the middle of their times; an odd last frame counts twice."""
    even = [*seconds, *seconds[-1:]][: len(seconds) + len(seconds) % 2]
    return [(first + second) / 2 for first, second in zip(even[::2], even[1::2], strict=True)]


def assert_true_times(path: Path, shown: Frames) -> None:
    assert written(path, shown) == pytest.approx(pairs(shown.pts_seconds), abs=0.05 + 0.001)


@pytest.mark.parametrize("bounds", [(None, None), (3.0, 7.0), (8.4, 10.0)])
@pytest.mark.parametrize("num_frames", [4, 7])
def test_a_clip_in_a_longer_file_has_the_times_of_the_file(
    checkpoint: Checkpoint, tmp_path: Path, bounds: tuple[float | None, float | None], num_frames: int
) -> None:
    """Frame i carries i, 25 a second: the pixels themselves say when they were taken."""
    file = draw.h264(tmp_path / "clip.mp4", range(250))
    how = ReadOptions(sampling=Sampling(num_frames=num_frames), side=None)
    shown = read(Clip(file, "video", *bounds), how)
    in_the_pixels = np.array(draw.numbers_of(shown.rgb)) / 25
    assert written(checkpoint("qwen3_vl"), shown) == pytest.approx(pairs(in_the_pixels), abs=0.051)


def test_a_variable_frame_rate_has_true_times(checkpoint: Checkpoint, tmp_path: Path) -> None:
    times = [place + 20 * (place // 10) for place in range(100)]  # ten frames, then a pause of 0.8 s
    file = draw.h264(tmp_path / "uneven.mp4", range(100), times=lambda place: times[place])
    shown = read(Clip(file, "video"), ReadOptions(sampling=Sampling(num_frames=8), side=None))
    in_the_pixels = np.array([times[number] for number in draw.numbers_of(shown.rgb)]) / 25
    assert written(checkpoint("qwen3_vl"), shown) == pytest.approx(pairs(in_the_pixels), abs=0.051)
    by_rate = np.array(shown.indices) / shown.source_fps
    assert np.abs(by_rate - in_the_pixels).max() > 0.3  # what indices and rate alone would have said


@pytest.mark.parametrize("fps", [Fraction(30000, 1001), Fraction(24000, 1001), Fraction(15), Fraction(119, 2)])
def test_odd_frame_rates_have_true_times(checkpoint: Checkpoint, fps: Fraction) -> None:
    indices = np.array([7, 101, 350, 777, 1500, 1501])
    shown = frames(times=tuple(indices / float(fps)), fps=float(fps))
    assert_true_times(checkpoint("qwen3_vl"), shown)


def test_a_frame_folder_and_a_gif_have_true_times(checkpoint: Checkpoint, tmp_path: Path) -> None:
    folder = draw.frame_folder(tmp_path / "frames", range(1, 31))
    gif = draw.gif(tmp_path / "clip.gif", range(20), milliseconds=100)
    how = ReadOptions(sampling=Sampling(num_frames=6), side=None)
    shown = read(Clip(folder, "frames"), how)
    seconds = (np.array(draw.numbers_of(shown.rgb)) - 1) / 3
    assert written(checkpoint("qwen3_vl"), shown) == pytest.approx(pairs(seconds), abs=0.051)
    assert_true_times(checkpoint("qwen3_vl"), read(Clip(gif, "gif"), how))


def test_reordered_views_keep_their_times(checkpoint: Checkpoint) -> None:
    shown = frames(times=(10.0, 11.0, 12.0, 13.0, 14.0, 15.0))
    for view in (shuffle, reverse):
        assert written(checkpoint("qwen3_vl"), view(shown, "seed")) == [10.5, 12.5, 14.5]


def test_minutes_and_seconds_are_written_as_they_are(checkpoint: Checkpoint) -> None:
    pytest.importorskip("num2words")
    shown = frames(times=(3.0, 29.97, 59.0, 59.96), fps=30000 / 1001)
    prompt = prompt_of(checkpoint("smolvlm"), shown)
    assert re.findall(r"Frame from (\d\d:\d\d):", prompt) == ["00:03", "00:29", "00:59", "00:59"]
    assert "from a 0:01:00 [H:MM:SS] video" in prompt


@pytest.mark.parametrize("start", [0.0, 40.0])
@pytest.mark.parametrize("spacing", [0.5, 1.3])
def test_a_spacing_is_that_of_the_frames_wherever_the_clip_lies(
    checkpoint: Checkpoint, start: float, spacing: float
) -> None:
    """Qwen2.5-VL is given seconds per pair of frames and nothing else."""
    from transformers import AutoProcessor

    shown = frames(times=tuple(start + np.arange(8) * spacing), fps=30.0)
    inputs = Inputs(AutoProcessor.from_pretrained(checkpoint("qwen2_5_vl")))
    asked = request(0, shown)
    tensors = inputs.tensors([asked], [inputs.asked(asked)])
    assert float(tensors["second_per_grid_ts"][0]) == pytest.approx(2 * spacing, rel=1e-6)


def test_seconds_per_frame_stay_precise_in_half_precision(checkpoint: Checkpoint) -> None:
    """In bfloat16, 2.6 seconds would be 2.59375."""
    from mvbench.models.huggingface.model import placed

    model = HuggingFace(
        generation=Generation(max_new_tokens=2), path=str(checkpoint("qwen2_5_vl")), dtype="bfloat16", device="cpu"
    )
    assert model.answer([request(0)])[0].error is None
    assert model.used()["dtype"] == ["bfloat16"]
    loaded = model._load()
    asked = request(0, replace(frames(times=tuple(np.arange(4) * 1.3))))
    tensors = placed(loaded.inputs.tensors([asked], [loaded.inputs.asked(asked)]), loaded.model)
    assert float(tensors["second_per_grid_ts"][0]) == pytest.approx(2.6, rel=1e-6)
    assert str(tensors["pixel_values_videos"].dtype) == "torch.bfloat16"


def test_frames_are_never_sampled_again(checkpoint: Checkpoint) -> None:
    """The tiny Qwen2.5-VL asks for sampling in its own configuration, as published checkpoints do."""
    shown = frames(times=tuple(np.arange(32) * 0.04))
    assert len(written(checkpoint("qwen3_vl"), shown)) == 16
    from transformers import AutoProcessor

    inputs = Inputs(AutoProcessor.from_pretrained(checkpoint("qwen2_5_vl")))
    asked = request(0, shown)
    assert inputs.tensors([asked], [inputs.asked(asked)])["video_grid_thw"][0, 0] == 16
