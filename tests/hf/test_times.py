"""What video processors are told about the times of frames."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvbench.models.huggingface.times import metadata
from mvbench.types import Frames
from tests.hf.asking import frames


def told(shown: Frames) -> list[float]:
    """The times a processor computes."""
    facts = metadata(shown)
    return [place / facts["fps"] for place in facts["frames_indices"]]


def test_a_constant_rate_is_told_as_it_is() -> None:
    facts = metadata(frames(times=(10.0, 10.48, 10.96), fps=25.0))
    assert (facts["fps"], facts["frames_indices"], facts["duration"]) == (25.0, [250, 262, 274], 60.0)
    assert (facts["width"], facts["height"]) == (80, 60)


@given(
    st.lists(st.integers(0, 200_000), min_size=1, max_size=20),
    st.sampled_from([3.0, 12.5, 24000 / 1001, 25.0, 30000 / 1001, 60000 / 1001]),
)
def test_frames_of_a_constant_rate_keep_their_places(indices: list[int], fps: float) -> None:
    facts = metadata(frames(times=[index / fps for index in indices], size=(2, 2), fps=fps))
    assert (facts["fps"], facts["frames_indices"]) == (fps, indices)


@pytest.mark.parametrize(
    ("times", "fps"),
    [
        ((0.0, 0.033, 0.1, 0.5), 25.0),  # variable frame rate
        ((1.001, 2.002, 3.003), 30000 / 1001),
        ((0.0, 1.0), 0.0),  # no rate in the header
        ((0.0, 1.0), float("nan")),
        ((0.0, 1.0), float("inf")),
        ((7.0,), 25.0),
        ((2.0, 2.0, 2.0), 25.0),
    ],
)
def test_times_are_true_within_a_millisecond(times: tuple[float, ...], fps: float) -> None:
    shown = replace(frames(times=times), source_fps=fps)
    assert told(shown) == pytest.approx(times, abs=0.0005)


@given(
    st.lists(st.floats(0, 10_000), min_size=1, max_size=20).map(sorted),
    st.one_of(st.floats(0.1, 240), st.sampled_from([24000 / 1001, 30000 / 1001, 60000 / 1001])),
)
def test_times_are_true_at_any_rate(times: list[float], fps: float) -> None:
    facts = metadata(frames(times=times, size=(2, 2), fps=fps))
    assert told(frames(times=times, size=(2, 2), fps=fps)) == pytest.approx(times, abs=0.00051)
    assert all(isinstance(place, int) for place in facts["frames_indices"])


def test_shuffled_frames_keep_rising_times() -> None:
    shown = frames(times=(0.0, 0.4, 0.8, 1.2))
    shuffled = replace(shown, indices=tuple(reversed(shown.indices)))
    assert metadata(shuffled)["frames_indices"] == [0, 10, 20, 30]


def test_a_frame_folder_counts_from_its_first_frame() -> None:
    shown = replace(frames(times=(0.0, 1 / 3, 2 / 3), fps=3.0), indices=(1, 2, 3))
    assert metadata(shown)["frames_indices"] == [0, 1, 2]


@pytest.mark.parametrize("start", [0.0, 30.0])
def test_the_spacing_is_that_of_the_stretch_and_not_of_the_file(start: float) -> None:
    facts = metadata(frames(times=tuple(start + np.arange(8) * 0.5)))
    sampled_fps = 8 / facts["total_num_frames"] * facts["fps"]
    assert sampled_fps == pytest.approx(2.0)
