from math import fsum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvbench.report.difficulty import bins, curves, word_groups
from mvbench.report.tally import Question

JUDGES = ("parsed", "official")


def question(*, right: int = 1, asked: int = 1, choices: int = 4, task: str = "t", **dials: object) -> Question:
    return Question(task, ("x",) * choices, "x", None, dials, asked, {"parsed": right, "official": 0})


def test_a_dial_with_one_value_has_no_curve() -> None:
    assert curves([question(size=1), question(size=1)], JUDGES) == []


def test_few_numbers_stand_for_themselves_in_ascending_order() -> None:
    rows = [question(size=10, right=0), question(size=9), question(size=10), question(size=2.5, choices=2)]
    (curve,) = curves(rows, JUDGES)
    assert (curve.task, curve.dial, curve.ordered) == ("t", "size", True)
    assert [(point.label, point.questions, point.chance) for point in curve.points] == [
        ("2.5", 1, 50.0),
        ("9", 1, 25.0),
        ("10", 2, 25.0),
    ]
    assert [point.by_judge["parsed"].mean for point in curve.points] == [100.0, 100.0, 50.0]
    assert curve.points[2].by_judge["parsed"].low == pytest.approx(9.45, abs=0.01)
    assert all(point.by_judge["official"].mean == 0 for point in curve.points)


def test_many_numbers_are_put_into_bins_that_name_their_ends() -> None:
    (curve,) = curves([question(size=size) for size in range(20)], JUDGES)
    assert [point.label for point in curve.points] == ["0 to 3", "4 to 7", "8 to 11", "12 to 15", "16 to 19"]


def test_a_repeated_question_counts_once_with_the_mean_of_its_repeats() -> None:
    (curve,) = curves([question(size=1, right=1, asked=4), question(size=2)], JUDGES)
    assert (curve.points[0].questions, curve.points[0].by_judge["parsed"].mean) == (1, 25.0)


@pytest.mark.parametrize("values", [("a", "b"), (True, False), (1, "1b"), ([1], [2])])
def test_what_is_no_number_is_a_word(values: tuple[object, object]) -> None:
    (curve,) = curves([question(kind=value) for value in values], JUDGES)
    assert not curve.ordered and len(curve.points) == 2


def test_rare_words_share_a_last_place() -> None:
    rows = [(word, question()) for word in [*"abcdefghijk" * 2, "y", "z"]]
    groups = word_groups(rows)
    assert [label for label, _ in groups] == [*"abcdefghijk", "other"]
    assert len(groups[-1][1]) == 2


def test_dials_of_tasks_are_kept_apart() -> None:
    found = curves([question(task=task, size=size) for task in ("b", "a") for size in (1, 2)], JUDGES)
    assert [curve.task for curve in found] == ["b", "a"]


@given(st.dictionaries(st.floats(-1e6, 1e6), st.integers(1, 50), min_size=1), st.integers(1, 8))
def test_bins_keep_every_value_in_order_and_are_never_too_many(counts: dict[float, int], most: int) -> None:
    rows = sorted(counts.items())
    parts = bins(rows, most)
    assert [value for part in parts for value in part] == sorted(counts)
    assert 1 <= len(parts) <= most and all(parts)


@given(st.integers(8, 200), st.integers(2, 8))
def test_bins_of_equal_weights_are_about_equal(size: int, most: int) -> None:
    weights = [len(part) for part in bins([(value, 1) for value in range(size)], most)]
    assert max(weights) - min(weights) <= 1 and fsum(weights) == size
