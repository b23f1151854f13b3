"""What a difference allows to say, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from mvbench.contrasts import LEVEL, Contrast


class Claim(StrEnum):
    """`more`: above zero beyond doubt at 5 %; `less`: below it; `same`: within the margin, by two one-sided tests at
    5 %; `cannot tell`: none of them.
    """

    MORE = "more"
    LESS = "less"
    SAME = "same"
    UNCLEAR = "cannot tell"


def claimed(contrasts: Sequence[Contrast], *, margin: float, p_values: Sequence[float | None] | None = None) -> Claim:
    """What holds of every one of these differences, each of which is full minus something.

    A claim about all of several needs no correction for their number: it is as hard to make as the hardest of them.
    `p_values`, where given, are the contrasts' own corrected for what else is tested, and must be small too.
    """
    corrected = [one.p_value for one in contrasts] if p_values is None else p_values
    sure = bool(contrasts) and all(p is not None and p < LEVEL for p in corrected)
    if sure and all(one.difference.low is not None and one.difference.low > 0 for one in contrasts):
        return Claim.MORE
    if sure and all(one.difference.high is not None and one.difference.high < 0 for one in contrasts):
        return Claim.LESS
    if contrasts and all(within(one, margin) for one in contrasts):
        return Claim.SAME
    return Claim.UNCLEAR


def within(one: Contrast, margin: float) -> bool:
    """Whether two one-sided tests at 5 % put the difference inside the margin: the 90 % interval lies in it."""
    return one.low_90 is not None and one.high_90 is not None and -margin < one.low_90 and one.high_90 < margin
