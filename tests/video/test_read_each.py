"""One pass over a clip for several samplings gives exactly what a pass for each gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mvbench.errors import Failure
from mvbench.sampling import Sampling
from mvbench.types import Clip, Frames
from mvbench.video import ReadOptions, read
from mvbench.video.read import read_each
from mvbench.video.source import RGB
from tests.video import draw

SAMPLINGS = [*(Sampling(num_frames=count) for count in (16, 8, 4, 1)), Sampling("linspace", num_frames=7)]


def assert_same(one: Frames | Failure, other: Frames | Failure) -> None:
    if isinstance(one, Failure) or isinstance(other, Failure):
        assert str(one) == str(other)
        return
    assert np.array_equal(one.rgb, other.rgb)
    assert np.array_equal(one.pts_seconds, other.pts_seconds)
    assert one.indices == other.indices
    assert one.provenance() == other.provenance()


def read_alone(clip: Clip, how: ReadOptions, sampling: Sampling) -> Frames | Failure:
    try:
        return read(clip, ReadOptions(sampling, how.side, how.decoder, how.resize, how.max_pixels))
    except Failure as failure:
        return failure


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Clip]:
    folder = tmp_path_factory.mktemp("clips")
    whole = draw.h264(folder / "whole.mp4", container_options={"movflags": "faststart"})
    short = folder / "short.mp4"
    short.write_bytes(whole.read_bytes()[: whole.stat().st_size * 4 // 5])
    return {
        "video": Clip(whole, "video"),
        "bounded": Clip(whole, "video", 0.5, 1.5),
        "beyond": Clip(whole, "video", 90.0, 91.0),
        "gif": Clip(draw.gif(folder / "short.gif"), "gif"),
        "frames": Clip(draw.frame_folder(folder / "frames"), "frames"),
        "missing": Clip(folder / "none.mp4", "video"),
        "cut short": Clip(short, "video"),
    }


@pytest.mark.parametrize("name", ["video", "bounded", "beyond", "gif", "frames", "missing", "cut short"])
@pytest.mark.parametrize("side", [224, None])
def test_each_sampling_gets_what_it_gets_alone(clips: dict[str, Clip], name: str, side: int | None) -> None:
    how = ReadOptions(side=side)
    together = read_each(clips[name], how, SAMPLINGS)
    assert len(together) == len(SAMPLINGS)
    if name == "cut short":
        assert [isinstance(found, Failure) for found in together] == [True, True, True, False, True]
    for sampling, found in zip(SAMPLINGS, together, strict=True):
        assert_same(found, read_alone(clips[name], how, sampling))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    counts=st.lists(st.integers(1, 40), min_size=1, max_size=4),
    bounds=st.tuples(st.floats(0, 2), st.floats(0.1, 2)),
)
def test_any_samplings_of_any_part(clips: dict[str, Clip], counts: list[int], bounds: tuple[float, float]) -> None:
    clip = Clip(clips["video"].path, "video", bounds[0], bounds[0] + bounds[1])
    samplings = [Sampling(num_frames=count) for count in counts]
    for sampling, found in zip(samplings, read_each(clip, ReadOptions(side=32), samplings), strict=True):
        assert_same(found, read_alone(clip, ReadOptions(side=32), sampling))


def test_each_picture_is_decoded_once(clips: dict[str, Clip], monkeypatch: pytest.MonkeyPatch) -> None:
    from mvbench.video.pyav import PyAVSource

    asked: list[list[int]] = []
    decode = PyAVSource.decode

    def noted(self: PyAVSource, indices: Sequence[int]) -> Iterator[tuple[int, RGB]]:
        asked.append(list(indices))
        return decode(self, indices)

    monkeypatch.setattr(PyAVSource, "decode", noted)
    found = [frames for frames in read_each(clips["video"], ReadOptions(), SAMPLINGS) if isinstance(frames, Frames)]
    assert asked == [sorted({index for frames in found for index in frames.indices})]


def test_a_damage_that_one_sampling_meets_is_no_failure_of_the_others(
    clips: dict[str, Clip], monkeypatch: pytest.MonkeyPatch
) -> None:
    from mvbench.video.pyav import PyAVSource

    few, many = Sampling(num_frames=4), Sampling(num_frames=16)
    in_few, in_many = (read(clips["video"], ReadOptions(sampling)).indices for sampling in (few, many))
    only_in_many = next(index for index in in_many if index not in in_few)
    decode = PyAVSource.decode

    def damaged(self: PyAVSource, indices: Sequence[int]) -> Iterator[tuple[int, RGB]]:
        if only_in_many in indices:
            raise Failure("corrupt", "as asked")
        return decode(self, indices)

    monkeypatch.setattr(PyAVSource, "decode", damaged)
    first, second = read_each(clips["video"], ReadOptions(), [few, many])
    assert isinstance(first, Frames)
    assert isinstance(second, Failure)
    assert second.reason == "corrupt"
