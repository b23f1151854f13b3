import random
from math import isclose, sqrt

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mvbench.statistics import clustered_macro, detectable, holm, unseen, wilson

outcomes = st.lists(
    st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from([0.0, 1 / 3, 0.5, 1.0])), min_size=1, max_size=12),
    min_size=1,
    max_size=5,
)
counts = st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [  # Newcombe 1998, Statistics in Medicine 17, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_agrees_with_the_published_table(successes: int, n: int, low: float, high: float) -> None:
    assert wilson(successes, n) == pytest.approx((low, high), abs=5e-5)


@given(counts)
def test_wilson_stays_on_the_scale_holds_the_share_and_has_a_width(counts: tuple[int, int]) -> None:
    successes, n = counts
    low, high = wilson(successes, n)
    assert 0 <= low <= successes / n <= high <= 1
    assert low < high


@given(counts)
def test_wilson_of_the_failures_is_the_mirror_image(counts: tuple[int, int]) -> None:
    successes, n = counts
    low, high = wilson(successes, n)
    assert wilson(n - successes, n) == pytest.approx((1 - high, 1 - low), abs=1e-12)


@given(counts)
def test_wilson_narrows_with_more_questions_and_widens_with_more_confidence(counts: tuple[int, int]) -> None:
    successes, n = counts
    low, high = wilson(successes, n)
    more_low, more_high = wilson(4 * successes, 4 * n)
    sure_low, sure_high = wilson(successes, n, confidence=0.99)
    assert more_high - more_low < high - low < sure_high - sure_low


def test_wilson_takes_the_fractions_that_averaged_repeats_give() -> None:
    assert wilson(7, 10)[0] < wilson(7 + 1 / 3, 10)[0] < wilson(8, 10)[0]


@pytest.mark.parametrize(
    ("successes", "n", "confidence"), [(0, 0, 0.95), (3, 2, 0.95), (-1, 2, 0.95), (1, -2, 0.95), (1, 2, 1.0)]
)
def test_wilson_refuses_the_impossible(successes: int, n: int, confidence: float) -> None:
    with pytest.raises(ValueError):
        wilson(successes, n, confidence=confidence)


@pytest.mark.parametrize(
    ("tasks", "mean", "error"),
    [
        ([[("a", 1), ("b", 0)]], 1 / 2, 1 / 2),
        # Influences of a: (1 - 2/3) / 6 + (0 - 1/2) / 4 = -5/72, b: 1/18, c: -1/9, d: 1/8;
        # of their squares 4/3 for C = 4, and 4/3 again for N - K = 3.
        ([[("a", 1), ("b", 1), ("c", 0)], [("a", 0), ("d", 1)]], 7 / 12, 4 / 3 * sqrt(25 + 16 + 64 + 81) / 72),
    ],
)
def test_clustered_error_of_small_cases_is_the_one_computed_by_hand(
    tasks: list[list[tuple[str, float]]], mean: float, error: float
) -> None:
    estimate = clustered_macro(tasks)
    assert estimate.mean == pytest.approx(mean)
    assert estimate.standard_error == pytest.approx(error)


@pytest.mark.parametrize(
    ("tasks", "low", "high"),
    [
        # 20 and 10 questions, all right: two tasks of 10 at least; 1 - 0.025 ** (1 / 20) may have stayed unseen.
        ([[(f"a{i}", 1) for i in range(20)], [(f"b{i}", 1) for i in range(10)]], 0.025 ** (1 / 20), 1),
        ([[(f"a{i}", 0) for i in range(20)], [(f"b{i}", 0) for i in range(10)]], 0, 1 - 0.025 ** (1 / 20)),
        # Ten videos, each in both tasks, are worth ten questions.
        ([[(f"a{i}", 0) for i in range(10)], [(f"a{i}", 0) for i in range(10)]], 0, 1 - 0.025 ** (1 / 10)),
        ([[("a", 1), ("a", 0), ("b", 1), ("b", 0)]], 0, 1),
    ],
)
def test_where_nothing_varies_the_interval_is_what_may_have_stayed_unseen(
    tasks: list[list[tuple[str, float]]], low: float, high: float
) -> None:
    estimate = clustered_macro(tasks)
    assert (estimate.low, estimate.high) == (pytest.approx(low), pytest.approx(high))
    assert estimate.margin is not None and estimate.margin > 0.1


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=2, max_size=60))
def test_unrelated_questions_of_one_task_have_the_textbook_error(values: list[float]) -> None:
    assume(len(set(values)) > 1)
    estimate = clustered_macro([[(str(place), value) for place, value in enumerate(values)]])
    assert estimate.standard_error is not None
    assert isclose(estimate.standard_error, np.std(values, ddof=1) / sqrt(len(values)), abs_tol=1e-12)


@given(outcomes, st.randoms(use_true_random=False))
def test_order_changes_no_digit(tasks: list[list[tuple[str, float]]], shuffler: random.Random) -> None:
    shuffled = [shuffler.sample(questions, len(questions)) for questions in tasks]
    shuffler.shuffle(shuffled)
    assert clustered_macro(shuffled) == clustered_macro(tasks)


@given(outcomes)
def test_an_interval_holds_its_mean_and_stays_on_the_scale_or_is_not_given(
    tasks: list[list[tuple[str, float]]],
) -> None:
    estimate = clustered_macro(tasks)
    one_video = len({cluster for questions in tasks for cluster, _ in questions}) == 1
    if one_video or all(len(questions) == 1 for questions in tasks):
        assert (estimate.standard_error, estimate.margin, estimate.low, estimate.high) == (None, None, None, None)
    else:
        assert estimate.low is not None
        assert estimate.high is not None
        assert 0 <= estimate.low <= estimate.mean <= estimate.high <= 1


@given(outcomes)
def test_percent_scales_the_error_with_the_mean(tasks: list[list[tuple[str, float]]]) -> None:
    share = clustered_macro(tasks)
    percent = share.percent()
    assert percent.mean == share.mean * 100
    for field in ("standard_error", "margin", "low", "high"):
        value = getattr(share, field)
        assert getattr(percent, field) == (None if value is None else pytest.approx(value * 100))


@pytest.mark.parametrize("tasks", [[], [[]], [[("a", 1.0)], []]])
def test_a_macro_mean_of_nothing_is_refused(tasks: list[list[tuple[str, float]]]) -> None:
    with pytest.raises(ValueError):
        clustered_macro(tasks)


def test_one_question_per_task_says_nothing_about_the_error() -> None:
    assert clustered_macro([[("a", 1)], [("b", 0)], [("c", 1)]]).standard_error is None


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    """20 tasks x 30 questions; videos have one to three questions, in any tasks, answered alike most of the time."""
    rng = np.random.default_rng(0)
    draws, num_tasks, per_task, likeness = 2_000, 20, 30, 0.8
    true_means = np.linspace(0.2, 0.8, num_tasks)
    threshold = np.repeat(true_means, per_task)
    size = len(threshold)
    video = np.repeat(np.arange(size), rng.integers(1, 4, size))[:size]
    covered = {"clustered": 0, "naive": 0}
    for _ in range(draws):
        rng.shuffle(video)
        luck = np.where(rng.random(size) < likeness, rng.random(size)[video], rng.random(size))
        right = (luck < threshold).astype(float).tolist()
        for kind, labels in (("clustered", video.tolist()), ("naive", range(size))):
            answers = list(zip(labels, right, strict=True))
            estimate = clustered_macro([answers[start : start + per_task] for start in range(0, size, per_task)])
            assert estimate.low is not None
            assert estimate.high is not None
            covered[kind] += estimate.low <= true_means.mean() <= estimate.high
    assert 0.93 <= covered["clustered"] / draws <= 0.97
    assert covered["naive"] / draws < 0.90, "the questions were too unlike each other for this test to mean anything"


@pytest.mark.parametrize(
    ("given", "corrected"),
    [
        ([], []),
        ([0.2], [0.2]),
        ([0.01, 0.02, 0.03, 0.005], [0.03, 0.04, 0.04, 0.02]),
        ([0.5, 0.6, 0.001], [1.0, 1.0, 0.003]),
        ([0.04, 0.04], [0.08, 0.08]),
    ],
)
def test_holm_of_small_cases_is_the_one_computed_by_hand(given: list[float], corrected: list[float]) -> None:
    assert holm(given) == pytest.approx(corrected)


@given(st.lists(st.floats(0, 1), max_size=30))
def test_holm_lies_between_no_correction_and_bonferroni_and_keeps_the_order(p_values: list[float]) -> None:
    corrected = holm(p_values)
    for p_value, found in zip(p_values, corrected, strict=True):
        assert p_value <= found <= min(1.0, len(p_values) * p_value + 1e-12)
    ranked = sorted(zip(p_values, corrected, strict=True))
    assert [found for _, found in ranked] == sorted(corrected)


@pytest.mark.parametrize(("n", "confidence"), [(1, 0.95), (20, 0.95), (100, 0.90), (3_600, 0.95)])
def test_what_was_not_seen_would_have_been_with_the_probability_asked_for(n: int, confidence: float) -> None:
    assert (1 - unseen(n, confidence=confidence)) ** n == pytest.approx((1 - confidence) / 2)


def test_a_detectable_difference_is_found_with_the_power_asked_for() -> None:
    rng = np.random.default_rng(0)
    true = detectable(1.0, power=0.80)
    assert np.mean(np.abs(rng.normal(true, 1.0, 200_000)) > 1.959964) == pytest.approx(0.80, abs=0.005)
    assert detectable(1.0, critical=2.5) > true
