"""Stuart's and Maxwell's test, against tables worked out elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvbench.audit.positions import positions, stuart_maxwell
from tests.audit.made import result, results, sample

pytestmark = pytest.mark.slow

VISION = [[1520, 266, 124, 66], [234, 1512, 432, 78], [117, 362, 1772, 205], [36, 82, 179, 492]]
"""Stuart's own example (Biometrika 42, 1955): the unaided vision of 7477 women's eyes; 11.96 with 3 degrees."""


def test_the_example_of_the_textbook() -> None:
    chi_square, degrees, p_value = stuart_maxwell(VISION)
    assert (round(chi_square, 2), degrees) == (11.96, 3)
    assert p_value == pytest.approx(0.00753, abs=1e-4)


@pytest.mark.parametrize(("b", "c"), [(10, 4), (0, 7), (25, 25)])
def test_two_letters_are_mcnemar(b: int, c: int) -> None:
    chi_square, degrees, _ = stuart_maxwell([[30, b], [c, 40]])
    assert chi_square == pytest.approx((b - c) ** 2 / (b + c))
    assert degrees == 1


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ([], (0.0, 0, 1.0)),
        ([[5]], (0.0, 0, 1.0)),
        ([[5, 0], [0, 7]], (0.0, 0, 1.0)),
        ([[0, 0, 0], [0, 0, 0], [0, 0, 0]], (0.0, 0, 1.0)),
    ],
)
def test_where_no_letter_was_ever_taken_for_another_nothing_can_differ(
    table: list[list[int]], expected: tuple[float, int, float]
) -> None:
    assert stuart_maxwell(table) == expected


def test_letters_that_never_occur_cost_a_degree_of_freedom_and_no_more() -> None:
    with_gap = [[30, 0, 10], [0, 0, 0], [4, 0, 40]]
    assert stuart_maxwell(with_gap) == pytest.approx(stuart_maxwell([[30, 10], [4, 40]]))
    apart = [[5, 3, 0, 0], [9, 5, 0, 0], [0, 0, 5, 2], [0, 0, 8, 5]]
    chi_square, degrees, _ = stuart_maxwell(apart)
    assert chi_square == pytest.approx(36 / 12 + 36 / 10)
    assert degrees == 2


tables = st.integers(1, 5).flatmap(
    lambda k: st.lists(st.lists(st.integers(0, 30), min_size=k, max_size=k), min_size=k, max_size=k)
)


@given(tables)
def test_any_table_has_an_answer_that_its_transposed_shares(table: list[list[int]]) -> None:
    chi_square, degrees, p_value = stuart_maxwell(table)
    assert chi_square >= 0
    assert 0 <= degrees <= max(0, len(table) - 1)
    assert 0 <= p_value <= 1
    turned = stuart_maxwell([list(column) for column in zip(*table, strict=True)])
    assert turned == pytest.approx((chi_square, degrees, p_value), abs=1e-6)


def test_letters_are_counted_where_the_choices_stand_as_in_the_file() -> None:
    found = positions(
        results(
            result(sample(0, right=0), 0),
            result(sample(1, right=1), 0),
            result(sample(2, right=1), None),
            result(sample(3, right=1), 1),
            result(sample(4, right=3), None, failed=True),
        )
    )
    assert (found.questions, found.unparsed) == (3, 1)
    assert [(letter.letter, letter.right, letter.chosen) for letter in found.letters] == [
        ("A", 1, 2), ("B", 3, 1), ("C", 0, 0), ("D", 0, 0),
    ]  # fmt: skip
    assert found.letters[1].recall == pytest.approx(100 / 3)
    assert found.letters[2].recall is None
