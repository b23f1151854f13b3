"""Intervals, clustered standard errors and corrections: arithmetic on shares between 0 and 1, and nothing else.

The error of a macro mean follows Miller, "Adding Error Bars to Evals" (arXiv 2411.00640): questions about one video are
not independent, so their deviations are added up before they are squared. Every sum here is `math.fsum`, which rounds
once; results are therefore the same, to the last digit, in whatever order the values come.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import fsum, sqrt
from statistics import NormalDist

Z_95 = NormalDist().inv_cdf(0.975)
NOTHING = 1e-12
"""Of a share: what rounding leaves where there is nothing."""


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
    task's mean, and the squares would claim an error of zero. Where all questions of each task are alike, all right or
    all wrong, or what varies cancels within every cluster, they would too: the interval is then what may have stayed
    `unseen`, and the error belongs to that.

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
    if squares < NOTHING**2:
        half = unseen(independent([{cluster for cluster, _ in questions} for questions in tasks]))
        return Estimate(macro, half / Z_95, max(0.0, macro - half), min(1.0, macro + half))
    clusters, total = len(influences), sum(map(len, tasks))
    error = sqrt(clusters / (clusters - 1) * (total - 1) / (total - len(tasks)) * squares)
    return Estimate(macro, error, max(0.0, macro - Z_95 * error), min(1.0, macro + Z_95 * error))


def components(keys: Sequence[Sequence[str]]) -> list[str]:
    """What each question depends on: questions that share a key, or are linked by others that do, get one label.

    keys: per question, the names of all it shares with others, such as its video and its orbit; names of different
    kinds must differ. The label is the smallest name of all that are linked, so no order of the questions changes it.

    Raises ValueError for a question without a key.

    >>> components([["video 1", "orbit 7"], ["video 2", "orbit 7"], ["video 2"], ["video 3"]])
    ['orbit 7', 'orbit 7', 'orbit 7', 'video 3']
    """
    above: dict[str, str] = {}

    def top(key: str) -> str:
        while (parent := above.setdefault(key, key)) != key:
            above[key] = above[parent]  # halves the way for the next one
            key = parent
        return key

    for row in keys:
        if not row:
            raise ValueError("a question without a key: give it at least one of its own")
        first, *others = sorted({top(key) for key in row})
        for other in others:
            above[other] = first
    return [top(row[0]) for row in keys]


def unseen(independent: float, *, confidence: float = 0.95) -> float:
    """The share that what never happened in so many independent questions may still have: the rule of three.

    Each of the two bounds of an interval has half of what `confidence` leaves.

    >>> round(unseen(100, confidence=0.90), 4)  # about 3 / 100
    0.0295
    """
    return float(1 - ((1 - confidence) / 2) ** (1 / independent))


def independent(tasks: Sequence[Collection[str]]) -> float:
    """How many questions that depend on no other, alike in number in every task, these are at least worth.

    tasks: per task, its clusters, each once. One that reaches into k tasks counts as 1 / k in each; the smallest task
    speaks for all.

    >>> independent([{"a", "b"}, {"b", "c", "d"}])
    3.0
    """
    reach = Counter(cluster for clusters in tasks for cluster in clusters)
    return len(tasks) * min(fsum(1 / reach[cluster] for cluster in clusters) for clusters in tasks)


def holm(p_values: Sequence[float]) -> list[float]:
    """Each p-value corrected for having made all these tests, in the order given (Holm 1979).

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    corrected = [0.0] * len(p_values)
    largest = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda place: p_values[place])):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[place]))
        corrected[place] = largest
    return corrected


def detectable(standard_error: float, *, critical: float = Z_95, power: float = 0.80) -> float:
    """The smallest true difference that a two-sided test finds with this power, in the unit of the error.

    `critical`: how many errors away from 0 the test calls a difference; by default at 5 %, many degrees of freedom.

    >>> round(detectable(0.61), 2)
    1.71
    """
    return (critical + NormalDist().inv_cdf(power)) * standard_error
