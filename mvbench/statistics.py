"""Intervals and clustered standard errors: arithmetic on shares between 0 and 1, and nothing else.

The error of a macro mean follows Miller, "Adding Error Bars to Evals" (arXiv 2411.00640): questions about one video are
not independent, so their deviations are added up before they are squared. Every sum here is `math.fsum`, which rounds
once; results are therefore the same, to the last digit, in whatever order the values come.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, sqrt
from statistics import NormalDist

Z_95 = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its standard error and 95 % interval, all in one unit; no error and no interval: all None."""

    mean: float
    standard_error: float | None
    low: float | None
    high: float | None

    @property
    def margin(self) -> float | None:
        """Half the width of the 95 % interval, before it is cut at the ends of the scale."""
        return None if self.standard_error is None else Z_95 * self.standard_error

    def percent(self) -> "Estimate":
        """The same estimate of a share, in percent: the mean and its error never part units."""
        if self.standard_error is None or self.low is None or self.high is None:
            return Estimate(self.mean * 100, None, None, None)
        return Estimate(self.mean * 100, self.standard_error * 100, self.low * 100, self.high * 100)


def wilson(successes: float, n: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a share: never below 0 or above 1, and never of zero width.

    `successes` may be a fraction, as when each question's repeats are averaged.
    Raises ValueError when `n` is not positive, `successes` is not within 0..n or `confidence` not within 0..1.

    >>> [round(bound, 3) for bound in wilson(8, 10)]
    [0.49, 0.943]
    """
    if n <= 0:
        raise ValueError(f"an interval needs at least one question, not {n}")
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes in {n} questions: must lie between 0 and {n}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence}: must lie between 0 and 1")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    p = successes / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    # At p = 0 and p = 1 a bound equals p in exact arithmetic; rounding may push it a hair to the other side.
    return max(0.0, min(p, centre - half)), min(1.0, max(p, centre + half))


def clustered_macro(tasks: Sequence[Sequence[tuple[str, float]]]) -> Estimate:
    """The mean of task means, with a standard error clustered across tasks.

    tasks: per task, one `(cluster, value)` per question; values are shares between 0 and 1. A cluster, a source video,
    may reach into several tasks.

    With K tasks of n_t questions and C clusters, question i of task t moves the macro mean by
    `(x_i - mean_t) / (K n_t)`. These influences are summed within a cluster, and with N questions in all
    `Var = C / (C - 1) * (N - 1) / (N - K) * sum of squares` (Miller, arXiv 2411.00640, with the usual corrections for
    few clusters and for the K means taken from the data). For one task of unrelated questions this is the textbook
    `s^2 / n`. The interval is normal, cut at 0 and 1.

    The error is unknown, None, below two clusters, and where no task has two questions: each question is then its
    task's mean, and the squares would claim an error of zero.

    Raises ValueError when there is no task, or a task without questions.

    >>> round(clustered_macro([[("a", 1), ("b", 0)], [("a", 1), ("b", 0)]]).standard_error, 4)  # two videos, twice
    0.6124
    >>> round(clustered_macro([[("a", 1), ("b", 0)], [("c", 1), ("d", 0)]]).standard_error, 4)  # four videos
    0.3536
    """
    if not tasks or not all(tasks):
        raise ValueError("a macro mean needs at least one task, and every task a question")
    influences: dict[str, list[float]] = defaultdict(list)
    means = []
    for questions in tasks:
        mean = fsum(value for _, value in questions) / len(questions)
        means.append(mean)
        weight = 1 / (len(tasks) * len(questions))
        for cluster, value in questions:
            influences[cluster].append((value - mean) * weight)
    macro = fsum(means) / len(tasks)
    if len(influences) < 2 or max(len(questions) for questions in tasks) < 2:
        return Estimate(macro, None, None, None)
    squares = fsum(fsum(parts) ** 2 for parts in influences.values())
    clusters, total = len(influences), sum(map(len, tasks))
    error = sqrt(clusters / (clusters - 1) * (total - 1) / (total - len(tasks)) * squares)
    return Estimate(macro, error, max(0.0, macro - Z_95 * error), min(1.0, macro + Z_95 * error))
