"""The error of a macro mean of paired differences: by hand, by matrices, and over all outcomes there are."""

import random
from itertools import product
from math import fsum, inf, isclose, sqrt

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from mvbench.paired import paired_macro
from mvbench.statistics import components

Tasks = list[list[tuple[str, float]]]
Matrix = npt.NDArray[np.float64]

differences = st.sampled_from([-1.0, -0.5, 0.0, 0.0, 0.0, 1 / 3, 1.0])
questions = st.lists(st.tuples(st.sampled_from("abcdefgh"), differences), min_size=1, max_size=12)
designs = st.lists(questions, min_size=1, max_size=5)


def by_matrices(tasks: Tasks) -> tuple[float, float]:
    """Standard error and degrees of freedom by the definitions of Bell and McCaffrey, with every matrix written out."""
    rows = [(place, cluster, value) for place, task in enumerate(tasks) for cluster, value in task]
    values = np.array([value for *_, value in rows])
    member = np.array([[place == number for number in range(len(tasks))] for place, *_ in rows], dtype=float)
    bread = np.linalg.inv(member.T @ member)
    residual_maker = np.eye(len(rows)) - member @ bread @ member.T
    contrast = np.full(len(tasks), 1 / len(tasks))
    variance, columns = 0.0, []
    for name in {cluster for _, cluster, _ in rows}:
        own = np.array([cluster == name for _, cluster, _ in rows])
        block = residual_maker[np.ix_(own, own)]
        eigenvalues, vectors = np.linalg.eigh(block)
        root = vectors @ np.diag([1 / sqrt(value) if value > 1e-9 else 0.0 for value in eigenvalues]) @ vectors.T
        weights = root @ member[own] @ bread @ contrast
        variance += float(weights @ (residual_maker @ values)[own]) ** 2
        columns.append(residual_maker[:, own] @ weights)
    covariance: Matrix = np.array(columns) @ np.array(columns).T
    return sqrt(variance), float(np.trace(covariance)) ** 2 / float(np.trace(covariance @ covariance))


@given(designs)
def test_error_and_degrees_are_those_of_the_matrices(tasks: Tasks) -> None:
    assume(all(len({cluster for cluster, _ in task}) > 1 for task in tasks))
    found = paired_macro(tasks)
    error, degrees = by_matrices(tasks)
    differing = {cluster for task in tasks for cluster, value in task if value}
    assert found.mean == pytest.approx(
        fsum(fsum(value for _, value in task) / len(task) for task in tasks) / len(tasks)
    )
    assert found.standard_error == pytest.approx(error, abs=1e-9)
    if error > 1e-9:
        assert found.degrees == pytest.approx(min(degrees, len(differing) + 1))


@pytest.mark.parametrize(
    ("spreads", "clusters"),
    [
        ([(-1, 0, 1), (0, 0, 1)], ["abc", "def"]),
        ([(-1, 0, 1), (0, 0, 1)], ["abc", "abd"]),
        ([(-1, 0, 1), (-1, 1)], ["aab", "cd"]),
        ([(-1, 0, 1), (-1, 0, 1)], ["aab", "abb"]),
        ([(-1, 0, 1)], ["aaab"]),
    ],
)
def test_the_variance_is_right_on_average_over_all_outcomes_of_unrelated_questions(
    spreads: list[tuple[int, ...]], clusters: list[str]
) -> None:
    """Every outcome is taken once, so that the mean estimate must be the true variance, to the last digit."""
    sizes = [len(names) for names in clusters]
    outcomes = product(*(product(spread, repeat=size) for spread, size in zip(spreads, sizes, strict=True)))
    found = []
    for values in outcomes:
        estimate = paired_macro(
            [list(zip(names, row, strict=True)) for names, row in zip(clusters, values, strict=True)]
        )
        assert estimate.standard_error is not None
        found.append((estimate.mean, estimate.standard_error**2))
    true_variance = float(np.var([mean for mean, _ in found]))
    assert fsum(variance for _, variance in found) / len(found) == pytest.approx(true_variance)


@given(st.lists(differences, min_size=2, max_size=60))
def test_unrelated_questions_of_one_task_have_the_textbook_error_and_degrees(values: list[float]) -> None:
    found = paired_macro([[(str(place), value) for place, value in enumerate(values)]])
    assert found.standard_error is not None
    assert found.degrees is not None
    assert isclose(found.standard_error, np.std(values, ddof=1) / sqrt(len(values)), abs_tol=1e-9)
    assert found.degrees == pytest.approx(min(len(values) - 1, sum(map(bool, values)) + 1))


@given(st.lists(st.lists(differences, min_size=1, max_size=6), min_size=2, max_size=20))
def test_tasks_of_one_cluster_each_are_the_sample_themselves(tasks: list[list[float]]) -> None:
    found = paired_macro([[(str(place), value) for value in values] for place, values in enumerate(tasks)])
    means = [fsum(values) / len(values) for values in tasks]
    assert found.standard_error == pytest.approx(float(np.std(means, ddof=1)) / sqrt(len(means)), abs=1e-9)
    assert found.clusters == len(tasks)


def test_a_task_of_one_cluster_deviates_from_the_mean_of_the_others() -> None:
    others: Tasks = [[("a", 1), ("b", 0)], [("c", 0), ("d", 0)]]
    without, found = paired_macro(others), paired_macro([*others, [("e", 1), ("e", 1)]])
    assert without.standard_error is not None
    assert found.standard_error is not None
    # The others have weight 1/3 each instead of 1/2; the new one deviates from their mean 1/4.
    expected = (without.standard_error * 2 / 3) ** 2 + ((1 - 1 / 4) / 3) ** 2
    assert found.standard_error**2 == pytest.approx(expected)


def test_what_a_cluster_does_in_a_task_of_its_own_and_in_another_is_added_before_it_is_squared() -> None:
    apart = paired_macro([[("a", 1), ("b", 0), ("c", 0)], [("d", 1)]])
    along = paired_macro([[("a", 1), ("b", 0), ("c", 0)], [("a", 1)]])
    against = paired_macro([[("a", 0), ("b", 1), ("c", 1)], [("a", 1)]])
    assert apart.standard_error is not None
    assert along.standard_error is not None
    assert against.standard_error is not None
    assert against.standard_error < apart.standard_error < along.standard_error


@pytest.mark.parametrize("tasks", [[[("a", 1)]], [[("a", 1), ("a", 0)]], [[("a", 1)], [("a", 0), ("a", 1)]]])
def test_one_cluster_says_nothing_about_the_error(tasks: Tasks) -> None:
    found = paired_macro(tasks)
    assert (found.standard_error, found.degrees) == (None, None)


@given(designs, st.randoms(use_true_random=False))
def test_order_changes_no_digit(tasks: Tasks, shuffler: random.Random) -> None:
    shuffled = [shuffler.sample(task, len(task)) for task in tasks]
    found, again = paired_macro(tasks), paired_macro(shuffled)
    assert (again.mean, again.standard_error) == (found.mean, found.standard_error)
    shuffler.shuffle(shuffled)
    assert paired_macro(shuffled).standard_error == pytest.approx(found.standard_error, abs=1e-12)


@given(designs)
def test_the_other_way_round_only_the_sign_changes(tasks: Tasks) -> None:
    found = paired_macro(tasks)
    turned = paired_macro([[(cluster, -value) for cluster, value in task] for task in tasks])
    assert turned.mean == -found.mean
    assert turned.standard_error == pytest.approx(found.standard_error, abs=1e-12)
    assert turned.degrees == pytest.approx(found.degrees)


@given(
    st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=9), min_size=1, max_size=4), st.integers(1, 9)
)
@example([list("gecahbf"), list("ec"), list("hfefc")], 9)  # rounding leaves 2e-18
def test_where_nothing_varies_the_error_is_zero_or_unknown(clusters: list[list[str]], repeats: int) -> None:
    found = paired_macro([[(name, 1 / repeats) for name in names] for names in clusters])
    assert found.standard_error in (0.0, None)


@pytest.mark.parametrize(
    ("clusters", "independent"),
    [
        (["abcd"], 4),
        (["aabb"], 2),
        (["abcd", "efgh"], 8),
        (["abcd", "ef"], 4),  # the smaller task decides
        (["ab", "ab"], 2),  # each video half in each task
        (["a", "b", "c"], 3),
    ],
)
def test_how_many_independent_questions_a_design_is_worth(clusters: list[str], independent: float) -> None:
    assert paired_macro([[(name, 0.0) for name in names] for names in clusters]).independent == independent


@pytest.mark.parametrize(
    ("tasks", "independent", "largest"),
    [
        ([[1, 0, 0], [0, 0]], 4, 0),
        ([[1, 0, 0], [0.5, 0.5], [-1, -1, -1]], 6, 1),
        ([[1, 0, 0], [0, -1]], inf, 0),
        ([[1, 0, 0], [1]], inf, 0),  # a task of one question has its error by the others
    ],
)
def test_tasks_in_which_nothing_varied_tell_what_may_be_unseen(
    tasks: list[list[float]], independent: float, largest: float
) -> None:
    found = paired_macro([[(f"{place} {k}", value) for k, value in enumerate(row)] for place, row in enumerate(tasks)])
    assert (found.independent, found.largest) == (independent, largest)


def test_where_runs_hardly_differ_all_rests_on_the_few_differences() -> None:
    values = [1.0, 1.0, 1.0, *[0.0] * 997]
    assert paired_macro([[(str(place), value) for place, value in enumerate(values)]]).degrees == 4


@pytest.mark.parametrize("tasks", [[], [[]], [[("a", 1.0)], []]])
def test_a_macro_mean_of_nothing_is_refused(tasks: Tasks) -> None:
    with pytest.raises(ValueError):
        paired_macro(tasks)


keys = st.lists(st.lists(st.sampled_from([f"k{number}" for number in range(30)]), min_size=1, max_size=3), max_size=25)


@given(keys)
def test_questions_are_one_component_exactly_when_keys_lead_from_one_to_the_other(rows: list[list[str]]) -> None:
    labels = components(rows)
    for place, row in enumerate(rows):
        reached = set(row)
        for _ in rows:
            reached |= {key for other in rows if reached & set(other) for key in other}
        assert labels[place] == min(reached)


@given(keys, st.randoms(use_true_random=False))
def test_labels_do_not_depend_on_the_order(rows: list[list[str]], shuffler: random.Random) -> None:
    order = shuffler.sample(range(len(rows)), len(rows))
    assert components([rows[place] for place in order]) == [components(rows)[place] for place in order]


def test_a_question_without_a_key_is_refused() -> None:
    with pytest.raises(ValueError, match="without a key"):
        components([["a"], []])
