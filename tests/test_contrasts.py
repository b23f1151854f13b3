"""What a contrast promises, drawn thousands of times: intervals that cover, tests that seldom cry wolf, power.

Where two runs differ on few questions or in few clusters, an interval may be wider than it must, never narrower.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from mvbench.contrasts import Contrast, Pair, contrast, mcnemar
from mvbench.statistics import components

pytestmark = pytest.mark.slow

DRAWS = 2_000


@dataclass(frozen=True)
class Design:
    """Which questions there are: per question its task and what it depends on."""

    tasks: tuple[str, ...]
    clusters: tuple[str, ...]

    @classmethod
    def of(cls, rows: Sequence[tuple[str, list[str]]]) -> "Design":
        return cls(tuple(task for task, _ in rows), tuple(components([keys for _, keys in rows])))


def whole_mvbench() -> Design:
    """20 tasks x 200 questions over 3,600 videos, those with several questions in any tasks."""
    rng = np.random.default_rng(0)
    videos = rng.permutation(np.concatenate([np.arange(3_600), rng.integers(0, 3_600, 400)]))
    return Design.of([(f"t{place // 200}", [f"video {video}"]) for place, video in enumerate(videos)])


def few_videos() -> Design:
    """10 tasks x 12 questions over 80 videos."""
    videos = np.random.default_rng(1).integers(0, 80, 120)
    return Design.of([(f"t{place // 12}", [f"video {video}"]) for place, video in enumerate(videos)])


def orbits(num_tasks: int, per_task: int, members: int) -> Design:
    """A few orbits in each task, every question with a video of its own."""
    return Design.of(
        [
            (f"t{task}", [f"video {task} {orbit} {member}", f"orbit {task} {orbit}"])
            for task in range(num_tasks)
            for orbit in range(per_task)
            for member in range(members)
        ]
    )


def mixed(ordinary: int, lonely: int) -> Design:
    """Tasks of 20 unrelated questions, and tasks that are one orbit of 4."""
    rows = [(f"t{task}", [f"video {task} {number}"]) for task in range(ordinary) for number in range(20)]
    return Design.of(rows + [(f"l{task}", [f"orbit {task}"]) for task in range(lonely) for _ in range(4)])


def contrasts(
    design: Design, *, wins: float, losses: float, likeness: float, draws: int = DRAWS, seed: int = 0
) -> Iterator[Contrast]:
    """Contrasts of two runs: only the first is right on a share `wins` of the questions, only the other on `losses`.

    Questions of one cluster share their luck with probability `likeness`.
    """
    rng = np.random.default_rng(seed)
    _, places = np.unique(design.clusters, return_inverse=True)
    size, num_clusters = len(places), places.max() + 1
    for _ in range(draws):
        luck = np.where(rng.random(size) < likeness, rng.random(num_clusters)[places], rng.random(size))
        a, b = (luck < wins).astype(float).tolist(), (luck > 1 - losses).astype(float).tolist()
        yield contrast(list(map(Pair, design.tasks, design.tasks, design.clusters, a, b)))


def rates(found: Iterator[Contrast], true: float) -> tuple[float, float]:
    """How often the interval covers the true difference, in points, and how often there is said to be a difference."""
    covered = called = number = 0
    for one in found:
        assert one.difference.low is not None
        assert one.difference.high is not None
        assert one.p_value is not None
        number += 1
        covered += one.difference.low - 1e-9 <= true <= one.difference.high + 1e-9
        called += one.p_value < 0.05
    return covered / number, called / number


def test_two_points_at_15_percent_disagreement_are_found_on_the_whole_of_mvbench() -> None:
    covered, found = rates(contrasts(whole_mvbench(), wins=0.085, losses=0.065, likeness=0.8), true=2.0)
    print(f"95 % intervals cover in {covered:.2%}, the gap is found in {found:.2%} of {DRAWS:,} draws")
    assert 0.93 <= covered <= 0.97
    assert found >= 0.80


def test_equal_models_are_seldom_told_apart_on_the_whole_of_mvbench() -> None:
    covered, found = rates(contrasts(whole_mvbench(), wins=0.075, losses=0.075, likeness=0.8, seed=1), true=0.0)
    print(f"95 % intervals cover in {covered:.2%}, a difference is called in {found:.2%} of {DRAWS:,} draws")
    assert 0.93 <= covered <= 0.97
    assert found <= 0.06


@pytest.mark.parametrize("gap", [0.0, 0.10])
@pytest.mark.parametrize("likeness", [0.0, 0.8])
@pytest.mark.parametrize(
    ("design", "draws"),
    [(few_videos(), 1_000), (orbits(20, 3, 4), 1_000), (orbits(5, 6, 3), DRAWS)],
    ids=["videos", "three orbits a task", "five tasks"],
)
def test_intervals_cover_with_few_clusters_in_each_task(
    design: Design, draws: int, likeness: float, gap: float
) -> None:
    drawn = contrasts(design, wins=0.15 + gap, losses=0.15, likeness=likeness, draws=draws)
    covered, found = rates(drawn, true=100 * gap)
    assert 0.93 <= covered <= 0.97
    assert gap or found <= 0.06


@pytest.mark.parametrize("likeness", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("design", [orbits(20, 1, 4), mixed(8, 2), mixed(5, 5)], ids=["demo", "two", "five"])
def test_tasks_of_a_single_orbit_make_intervals_wider_and_never_narrower(design: Design, likeness: float) -> None:
    covered, found = rates(contrasts(design, wins=0.15, losses=0.15, likeness=likeness, draws=1_000), true=0.0)
    assert covered >= 0.93
    assert found <= 0.06


@pytest.mark.parametrize("disagreement", [0.0, 0.005, 0.02, 0.1])
def test_runs_that_hardly_differ_get_intervals_that_cover(disagreement: float) -> None:
    design = orbits(5, 40, 1)
    for share in (0.5, 1.0):  # of the differences that are wins
        wins, losses = disagreement * share, disagreement * (1 - share)
        drawn = contrasts(design, wins=wins, losses=losses, likeness=0.0, draws=500)
        covered, found = rates(drawn, true=100 * (wins - losses))
        assert covered >= 0.93
        assert share == 1.0 or found <= 0.06


def uneven(*sizes: int) -> Design:
    """Tasks of these sizes, all questions unrelated."""
    return Design.of(
        [(f"t{task}", [f"video {task} {number}"]) for task, size in enumerate(sizes) for number in range(size)]
    )


@pytest.mark.parametrize(("wins", "losses"), [(0.02, 0.0), (0.02, 0.02), (0.1, 0.0)])
def test_intervals_cover_where_rare_differences_do_not_show_in_small_tasks(wins: float, losses: float) -> None:
    drawn = contrasts(uneven(4, 4, 6, 8, 10, 20, 40, 60), wins=wins, losses=losses, likeness=0.0, draws=500)
    covered, found = rates(drawn, true=100 * (wins - losses))
    assert covered >= 0.93
    assert wins > losses or found <= 0.06


def test_one_difference_gives_no_narrower_interval_than_none() -> None:
    sizes = [4, *[200] * 19]

    def drawn(first: float) -> Contrast:
        rows = [(f"t{task}", f"{task} {number}", 0.0, 0.0) for task, size in enumerate(sizes) for number in range(size)]
        rows[-1] = (*rows[-1][:2], first, 0.0)
        return contrast(pairs(rows))

    none, one = drawn(0.0), drawn(1.0)
    assert none.difference.high is not None
    assert one.difference.high is not None
    assert one.difference.high >= none.difference.high
    assert one.high_90 is not None
    assert one.high_90 > 2.0, "four questions alike exclude no 2 points"


def test_interval_and_p_value_agree_where_no_task_varies() -> None:
    for size in range(2, 30):
        found = contrast(
            pairs(
                [(task, f"{task} {number}", a, 0.0) for task, a in (("t", 1.0), ("u", 0.0)) for number in range(size)]
            )
        )
        assert found.p_value is not None
        assert found.difference.low is not None
        assert (found.p_value < 0.05) == (found.difference.low > 0)


def pairs(rows: Sequence[tuple[str, str, float, float]]) -> list[Pair]:
    return [Pair(str(place), *row) for place, row in enumerate(rows)]


def test_a_contrast_is_in_points_and_counts_what_it_saw() -> None:
    found = contrast(
        pairs([("t", "v1", 1, 0), ("t", "v2", 0, 0), ("t", "v3", 0.5, 1), ("u", "v3", 1, 1), ("u", "v4", 1, 0)])
    )
    assert found.difference.mean == pytest.approx(100 * ((1 + 0 - 0.5) / 3 + 1 / 2) / 2)
    assert (found.questions, found.clusters, found.wins, found.losses) == (5, 4, 2, 1)
    assert found.low_90 is not None
    assert found.high_90 is not None
    assert found.difference.low is not None
    assert found.difference.high is not None
    assert -100 <= found.difference.low <= found.low_90 <= found.high_90 <= found.difference.high <= 100


def test_p_value_and_interval_of_one_task_are_those_of_the_paired_t_test() -> None:
    from scipy import stats

    rng = np.random.default_rng(3)
    a, b = rng.integers(0, 2, (2, 60)).astype(float)
    found = contrast(pairs([("t", str(place), x, y) for place, (x, y) in enumerate(zip(a, b, strict=True))]))
    expected = stats.ttest_rel(a, b)
    low, high = expected.confidence_interval(0.95)
    # at most one degree of freedom more than there are differences: a little wider
    assert found.p_value is not None
    assert expected.pvalue <= found.p_value <= expected.pvalue * 1.1
    assert found.difference.low is not None
    assert 100 * low - 1 <= found.difference.low <= 100 * low
    assert found.difference.high is not None
    assert 100 * high <= found.difference.high <= 100 * high + 1


def test_runs_that_never_differ_claim_no_certainty() -> None:
    found = contrast(pairs([(f"t{place % 5}", str(place), 1, 1) for place in range(100)]))
    assert found.p_value == 1.0
    assert found.difference.mean == 0
    # Had they differed on 3.6 % of all questions, 100 questions without any would be drawn once in 40 times.
    assert found.difference.high == pytest.approx(100 * (1 - 0.025 ** (1 / 100)))
    assert found.difference.low == -found.difference.high
    assert found.high_90 == pytest.approx(100 * (1 - 0.05 ** (1 / 100)))
    assert found.difference.high == pytest.approx(found.difference.margin)


def test_one_that_is_always_right_where_the_other_is_always_wrong_is_ahead_without_certainty() -> None:
    for number, ahead in ((5, False), (6, True), (100, True)):
        found = contrast(pairs([("t", str(place), 1, 0) for place in range(number)]))
        assert found.p_value == pytest.approx(2 * 0.5**number)
        assert found.difference.high == 100
        assert found.difference.low is not None
        assert (found.difference.low > 0) == (found.p_value < 0.05) == ahead


def test_one_cluster_has_a_difference_and_nothing_more() -> None:
    found = contrast(pairs([("t", "v", 1, 0), ("t", "v", 0, 0), ("u", "v", 1, 0)]))
    assert found.difference.mean == pytest.approx(75)
    assert found.difference.standard_error is None
    assert (found.p_value, found.low_90, found.high_90, found.detectable) == (None, None, None, None)


def test_no_pairs_are_refused() -> None:
    with pytest.raises(ValueError):
        contrast([])


@pytest.mark.parametrize(
    ("wins", "losses"), [(0, 0), (1, 0), (5, 0), (0, 6), (10, 3), (7, 7), (150, 100), (2_000, 1_900)]
)
def test_mcnemar_is_the_exact_binomial_test(wins: int, losses: int) -> None:
    from scipy import stats

    expected = stats.binomtest(wins, wins + losses).pvalue if wins + losses else 1.0
    assert mcnemar(wins, losses) == pytest.approx(expected)
