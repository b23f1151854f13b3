"""A claim is made where every test allows it, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvbench.audit.claims import Claim, claimed
from mvbench.contrasts import Contrast
from tests.audit.made import gain

ABOVE, BELOW, AROUND, NARROW = gain(5, 1, 9), gain(-5, -9, -1), gain(1, -3, 5), gain(0.2, -1.2, 1.6)
SMALL = gain(1.0, 0.5, 1.5)
UNKNOWN = gain(50, None, None)


@pytest.mark.parametrize(
    ("contrasts", "claim"),
    [
        ([ABOVE], Claim.MORE),
        ([BELOW], Claim.LESS),
        ([AROUND], Claim.UNCLEAR),
        ([NARROW], Claim.SAME),
        ([UNKNOWN], Claim.UNCLEAR),
        ([SMALL], Claim.MORE),
        ([ABOVE, ABOVE, ABOVE], Claim.MORE),
        ([ABOVE, AROUND], Claim.UNCLEAR),
        ([ABOVE, NARROW], Claim.UNCLEAR),
        ([ABOVE, UNKNOWN], Claim.UNCLEAR),
        ([ABOVE, BELOW], Claim.UNCLEAR),
        ([BELOW, BELOW], Claim.LESS),
        ([BELOW, NARROW], Claim.UNCLEAR),
        ([NARROW, NARROW, NARROW], Claim.SAME),
        ([NARROW, SMALL], Claim.SAME),
        ([NARROW, AROUND], Claim.UNCLEAR),
        ([], Claim.UNCLEAR),
    ],
)
def test_what_holds_of_all_contrasts_is_claimed(contrasts: list[Contrast], claim: Claim) -> None:
    assert claimed(contrasts, margin=2.0) is claim


@pytest.mark.parametrize(
    ("within", "claim"),
    [
        ((-1.9, 1.9), Claim.SAME),
        ((-2.0, 1.0), Claim.UNCLEAR),
        ((-1.0, 2.0), Claim.UNCLEAR),
        ((None, 1.0), Claim.UNCLEAR),
    ],
)
def test_the_90_percent_interval_must_lie_inside_the_margin(
    within: tuple[float | None, float | None], claim: Claim
) -> None:
    assert claimed([gain(0, -2.5, 2.5, within=within)], margin=2.0) is claim


def test_a_corrected_p_value_must_be_small_too() -> None:
    assert claimed([ABOVE], margin=2.0, p_values=[0.2]) is Claim.UNCLEAR
    assert claimed([BELOW], margin=2.0, p_values=[None]) is Claim.UNCLEAR
    assert claimed([SMALL], margin=2.0, p_values=[0.2]) is Claim.SAME
    assert claimed([ABOVE, ABOVE], margin=2.0, p_values=[0.001, 0.2]) is Claim.UNCLEAR


bounds = st.floats(-100, 100).flatmap(lambda low: st.tuples(st.just(low), st.floats(low, 100)))


@given(st.lists(bounds, min_size=1, max_size=4), st.floats(0.1, 20))
def test_no_claim_contradicts_any_interval(intervals: list[tuple[float, float]], margin: float) -> None:
    contrasts = [gain((low + high) / 2, low, high) for low, high in intervals]
    claim = claimed(contrasts, margin=margin)
    if any(low <= 0 for low, _ in intervals):
        assert claim is not Claim.MORE
    if any(high >= 0 for _, high in intervals):
        assert claim is not Claim.LESS
    if any(low <= -margin or high >= margin for low, high in intervals):
        assert claim is not Claim.SAME
