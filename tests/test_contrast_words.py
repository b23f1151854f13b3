"""One spelling of differences, intervals and p-values."""

import pytest

from mvbench.contrast_words import interval, p_cell, p_text, points, with_interval
from mvbench.contrasts import Contrast
from mvbench.statistics import Estimate

KNOWN = Contrast(Estimate(1.24, 1.0, -0.04, 2.5), 0.05, 0.1, 2.3, 2.8, 100, 90, 5, 3)
UNKNOWN = Contrast(Estimate(-5.0, None, None, None), None, None, None, None, 4, 1, 2, 1)


@pytest.mark.parametrize(("value", "said"), [(1.24, "+1.2"), (-0.06, "-0.1"), (0.04, "0.0"), (-0.04, "0.0")])
def test_what_rounds_to_nothing_has_no_sign(value: float, said: str) -> None:
    assert points(value) == said


def test_an_interval_is_said_where_it_is_known() -> None:
    assert (interval(KNOWN), with_interval(KNOWN)) == ("[0.0, +2.5]", "+1.2 [0.0, +2.5]")
    assert (interval(UNKNOWN), with_interval(UNKNOWN)) == ("", "-5.0")


@pytest.mark.parametrize(
    ("value", "text", "cell"),
    [
        (0.0123, "p = 0.012", "0.012"),
        (0.001, "p = 0.001", "0.001"),
        (0.0009, "p < 0.001", "<.001"),
        (1, "p = 1.000", "1.000"),
    ],
)
def test_small_p_values_are_only_bounded(value: float, text: str, cell: str) -> None:
    assert (p_text(value), p_cell(value)) == (text, cell)


def test_an_unknown_p_value_leaves_its_cell_empty() -> None:
    assert p_cell(None) == ""
