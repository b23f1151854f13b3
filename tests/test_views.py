import numpy as np
import pytest

from mvbench.errors import UsageError
from mvbench.types import Frames
from mvbench.views import NOTHING, VIEWS, shown_instead, swapped
from tests.fabricated import record, task


def frames(count: int = 5) -> Frames:
    rgb = np.repeat(np.arange(1, count + 1, dtype=np.uint8), 4 * 6 * 3).reshape(count, 4, 6, 3)
    times = np.arange(count) / 10
    return Frames(rgb, times, tuple(range(10, 10 + count)), 10.0, 100, 10.0, (6, 4), "pyav", "hash")


@pytest.mark.parametrize(
    ("view", "shown", "indices"),
    [
        ("zeros", [0, 0, 0, 0, 0], (10, 11, 12, 13, 14)),
        ("middle", [3, 3, 3, 3, 3], (12, 12, 12, 12, 12)),
        ("reverse", [5, 4, 3, 2, 1], (14, 13, 12, 11, 10)),
    ],
)
def test_a_view_shows_these_frames(view: str, shown: list[int], indices: tuple[int, ...]) -> None:
    seen = VIEWS[view](frames(), "seed")
    assert seen.rgb[:, 0, 0, 0].tolist() == shown
    assert seen.indices == indices
    assert np.all(np.diff(seen.pts_seconds) > 0), "times stay in order"


def test_shuffle_keeps_every_frame_and_depends_on_the_sample_only() -> None:
    one, again, other = (VIEWS["shuffle"](frames(20), seed) for seed in ("0 a", "0 a", "0 b"))
    assert one.indices == again.indices != other.indices
    assert sorted(one.indices) == list(frames(20).indices)
    assert one.rgb[:, 0, 0, 0].tolist() == [index - 9 for index in one.indices]


def test_noise_has_nothing_of_the_clip_and_depends_on_the_sample_only() -> None:
    one, again, other = (VIEWS["noise"](frames(), seed) for seed in ("0 a", "0 a", "0 b"))
    assert np.array_equal(one.rgb, again.rgb)
    assert not np.array_equal(one.rgb, other.rgb)
    assert one.rgb.shape == frames().rgb.shape
    assert 100 < one.rgb.mean() < 155


def test_swap_shows_another_video_of_the_same_task() -> None:
    one, two = task("One"), task("Two")
    samples = [record(of, index).sample for of in (one, two) for index in range(20)]
    partners = swapped(samples, seed=0)
    assert partners == swapped(list(reversed(samples)), seed=0)
    assert partners != swapped(samples, seed=1)
    for sample in samples:
        assert partners[sample.id].task == sample.task
        assert partners[sample.id].video != sample.video
    assert len({partner.id for partner in partners.values()}) == len(samples), "each clip stands in once"


def test_swap_is_refused_where_a_task_has_one_video() -> None:
    with pytest.raises(UsageError, match="moving_count has one"):
        shown_instead([record(task("Moving Count")).sample], "swap", seed=0)


def test_a_sample_tells_which_clip_it_shows_instead_but_stays_the_same_question() -> None:
    samples = [record(task("Moving Count"), index).sample for index in range(5)]
    for before, after in zip(samples, shown_instead(samples, "swap", seed=0), strict=True):
        assert (after.id, after.item_hash, after.cluster) == (before.id, before.item_hash, before.cluster)
        assert after.clip.path != before.clip.path
        assert after.video != before.video
    assert {sample.clip for sample in shown_instead(samples, "none", seed=0)} == {NOTHING}
    assert shown_instead(samples, "zeros", seed=0) == samples
