"""Does a model prefer places among the choices, whatever stands there?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from mvbench.audit.results import Results
from mvbench.statistics import wilson
from mvbench.types import LETTERS


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter: how often it was right, how often chosen, and percent chosen of where it was right, with Wilson's
    95 % interval.
    """

    letter: str
    right: int
    chosen: int
    recall: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Positions:
    """Letters chosen beside letters that are right, in the order of the file.

    `chi_square` is Stuart's and Maxwell's for equal margins of paired letters, over the `questions` with a letter;
    it takes questions for unrelated. `unparsed` questions have none, and errors are left out.
    """

    questions: int
    unparsed: int
    letters: tuple[Letter, ...]
    chi_square: float
    degrees: int
    p_value: float


def positions(results: Results) -> Positions:
    """Where the choices stand as they do in the file: of the rung `full`."""
    known = [
        (result.sample.answer, result.chosen)
        for result in results.values()
        if result.sample.answer is not None and not result.failed
    ]
    pairs = Counter((right, chosen) for right, chosen in known if chosen is not None)
    places = max((len(result.sample.choices) for result in results.values()), default=0)
    table = [[pairs[right, chosen] for chosen in range(places)] for right in range(places)]
    gold = Counter(right for right, _ in known)
    chi_square, degrees, p_value = stuart_maxwell(table)
    return Positions(
        pairs.total(),
        len(known) - pairs.total(),
        tuple(
            letter(place, right=gold[place], chosen=sum(row[place] for row in table), both=table[place][place])
            for place in range(places)
        ),
        chi_square,
        degrees,
        p_value,
    )


def letter(place: int, *, right: int, chosen: int, both: int) -> Letter:
    if not right:
        return Letter(LETTERS[place], right, chosen, None, None, None)
    low, high = wilson(both, right)
    return Letter(LETTERS[place], right, chosen, 100 * both / right, 100 * low, 100 * high)


def stuart_maxwell(table: Sequence[Sequence[int]]) -> tuple[float, int, float]:
    """Chi-square, degrees of freedom and p-value of equal margins in a square table of pairs.

    Letters that were neither right nor chosen, and sets of letters that are never taken for each other, each cost a
    degree of freedom; where no letter was ever taken for another, nothing can differ: 0, 0 and 1.
    Source: Maxwell, British Journal of Psychiatry 116 (1970).
    """
    import numpy as np
    from scipy.special import chdtrc

    counts = np.array(table, dtype=float).reshape(len(table), len(table))
    off = counts + counts.T
    np.fill_diagonal(off, 0.0)
    if not off.any():
        return 0.0, 0, 1.0
    difference = counts.sum(axis=1) - counts.sum(axis=0)
    covariance = np.diag(off.sum(axis=1)) - off
    degrees = int(np.linalg.matrix_rank(covariance, hermitian=True))
    chi_square = max(0.0, float(difference @ np.linalg.pinv(covariance, hermitian=True) @ difference))
    return chi_square, degrees, float(chdtrc(degrees, chi_square))
