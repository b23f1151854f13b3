"""The macro mean of paired differences, its error right with few clusters too: pure.

Every sum is `math.fsum`: the order of questions and tasks changes no digit.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum, inf, sqrt

from mvbench.statistics import NOTHING, independent


@dataclass(frozen=True, slots=True)
class PairedMacro:
    """The mean over tasks of differences between -1 and 1, with what a t interval needs.

    `standard_error` and `degrees` of freedom are None where the error is unknown. A task in which nothing varied adds
    no error, which is no certainty; `independent` tells how far `unseen` bounds what did not show there: as many
    questions that depend on no other, alike in number in every task, those tasks are at least worth. It is infinite
    where something varied in each. `largest` is their largest difference, without its sign. `clusters` counts all.
    """

    mean: float
    standard_error: float | None
    degrees: float | None
    independent: float
    largest: float
    clusters: int


def paired_macro(tasks: Sequence[Sequence[tuple[str, float]]]) -> PairedMacro:
    """The macro mean of paired differences, its error clustered across tasks and right with few clusters too.

    tasks: per task, one `(cluster, difference)` per question; a cluster (see `components`) may reach into several.

    With K tasks of n_t questions, n_ct of them in cluster c, that cluster moves the macro mean by
    `sum over t of (sum over its questions in t of (d_i - mean_t)) / (K n_t sqrt(1 - n_ct / n_t))`; the variance is the
    sum of the squares over clusters. The root is the correction CR2 of Bell and McCaffrey (Survey Methodology 28, 2002)
    for K means taken from the data: the variance is unbiased for unrelated questions, however few they are and
    whatever each task's spread. `degrees` are theirs too, Satterthwaite's for that sum, but at most one more than there
    are clusters with a difference: where two models hardly ever differ, all rests on those few, however many agree.

    A task that is all one cluster would have influence 0 and seem known without error. Its deviation is then taken from
    the mean of the other tasks, or, where all tasks are such, from the mean of all, as if tasks were the sample. What
    tasks truly differ by then counts as error: too wide, never too narrow (surveys treat strata of a single unit so).
    The degrees of both parts are combined as Welch does.

    The error is unknown, None, where one cluster holds all questions.

    Raises ValueError when there is no task, or a task without questions.

    >>> alone = paired_macro([[("a", 1), ("b", 0), ("c", -1)]])  # one task of unrelated questions: the textbook's
    >>> round(alone.standard_error, 4), round(alone.degrees, 4)
    (0.5774, 2.0)
    """
    if not tasks or not all(tasks):
        raise ValueError("a macro mean needs at least one task, and every task a question")
    strata = [_Stratum.of(questions, weight=1 / len(tasks)) for questions in tasks]
    ordinary = [stratum for stratum in strata if len(stratum.values) > 1]
    lonely = [stratum for stratum in strata if len(stratum.values) == 1]
    parts = [part for part in (_within(ordinary), _between(lonely, ordinary)) if part]
    clusters = {cluster for stratum in strata for cluster in stratum.values}
    macro = fsum(stratum.mean for stratum in strata) / len(tasks)
    if not parts:
        return PairedMacro(macro, None, None, *_unseen(strata, of=len(tasks)), len(clusters))
    variance = fsum(fsum(part.influences.get(name, 0.0) for part in parts) ** 2 for name in clusters)
    differing = {name for stratum in strata for name, values in stratum.values.items() if any(values)}
    error = 0.0 if variance < NOTHING**2 else sqrt(variance)
    still = [stratum for stratum in ordinary if stratum.still] if error else strata
    degrees = min(_welch(parts), len(differing) + 1)
    return PairedMacro(macro, error, degrees, *_unseen(still, of=len(tasks)), len(clusters))


@dataclass(frozen=True, slots=True)
class _Stratum:
    """What is averaged on its own: values by cluster, how many, their mean, and its weight in the macro mean."""

    weight: float
    values: Mapping[str, Sequence[float]]
    size: int
    mean: float

    @classmethod
    def of(cls, questions: Sequence[tuple[str, float]], *, weight: float) -> "_Stratum":
        values: dict[str, list[float]] = defaultdict(list)
        for cluster, value in questions:
            values[cluster].append(value)
        return cls(weight, values, len(questions), fsum(value for _, value in questions) / len(questions))

    @property
    def still(self) -> bool:
        """Whether every question has the same difference."""
        return len({value for values in self.values.values() for value in values}) == 1


@dataclass(frozen=True, slots=True)
class _Part:
    """How far each cluster moves the macro mean, and the degrees of freedom of the sum of their squares."""

    influences: Mapping[str, float]
    degrees: float


def _within(strata: Sequence[_Stratum]) -> _Part | None:
    """Strata of at least two clusters each, around their means."""
    if not strata:
        return None
    influences: dict[str, float] = defaultdict(float)
    for stratum in strata:
        weight, size, mean = stratum.weight / stratum.size, stratum.size, stratum.mean
        for cluster, values in stratum.values.items():
            count = len(values)
            influences[cluster] += weight * (fsum(values) - count * mean) / sqrt(1 - count / size)
    return _Part(influences, _degrees(strata))


def _between(lonely: Sequence[_Stratum], others: Sequence[_Stratum]) -> _Part | None:
    """Strata of one cluster each: around the mean of the others, or where there are none as units of one stratum."""
    units = [(cluster, stratum.mean) for stratum in lonely for cluster in stratum.values]
    clusters = {cluster for cluster, _ in units}
    if units and others:
        centre = fsum(stratum.mean for stratum in others) / len(others)
        weight = lonely[0].weight
        moved = {name: fsum((mean - centre) * weight for other, mean in units if other == name) for name in clusters}
        return _Part(moved, len(clusters))
    if len(clusters) > 1:
        return _within([_Stratum.of(units, weight=fsum(stratum.weight for stratum in lonely))])
    return None


def _degrees(strata: Sequence[_Stratum]) -> float:
    """Satterthwaite's degrees of freedom of the sum of squares, were all questions unrelated and equally spread.

    With G the covariance of the clusters' influences they are `trace(G)^2 / trace(G G)` (Bell and McCaffrey). Off its
    diagonal G is `-X X^T`, where X has a row per cluster and a column per stratum; so `trace(G G)` is that of the
    diagonal plus the squared entries of `X^T X`, less those of the diagonal of `X X^T`, and no pair of clusters is ever
    looked at. Clusters with equally many questions in the same strata are counted together.
    """
    places: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for place, stratum in enumerate(strata):
        for cluster, values in stratum.values.items():
            places[cluster].append((place, len(values)))
    trace, squares, products = [], [], defaultdict(list)
    for row, alike in Counter(map(tuple, places.values())).items():
        units = [(strata[place].weight / strata[place].size) ** 2 * count for place, count in row]
        column = [
            sqrt(unit * count / (strata[place].size - count)) for unit, (place, count) in zip(units, row, strict=True)
        ]
        diagonal = fsum(units)
        trace.append(alike * diagonal)
        squares.append(alike * (diagonal**2 - fsum(value * value for value in column) ** 2))
        for (place, _), value in zip(row, column, strict=True):
            for (other, _), factor in zip(row, column, strict=True):
                products[place, other].append(alike * value * factor)
    return fsum(trace) ** 2 / fsum([*squares, *(fsum(parts) ** 2 for parts in products.values())])


def _welch(parts: Sequence[_Part]) -> float:
    """The degrees of freedom of several variances added up; of one, its own."""
    variances = [fsum(value * value for value in part.influences.values()) for part in parts]
    if not any(variances):
        return min(part.degrees for part in parts)
    spread = fsum(variance**2 / part.degrees for variance, part in zip(variances, parts, strict=True))
    return fsum(variances) ** 2 / spread


def _unseen(still: Sequence[_Stratum], *, of: int) -> tuple[float, float]:
    """`independent` and `largest` of the strata in which nothing varied, of so many.

    The smallest of them decides, as in `statistics.independent`.
    """
    if not still:
        return inf, 0.0
    worth = independent([stratum.values for stratum in still]) / len(still) * of
    return worth, max(abs(value) for stratum in still for values in stratum.values.values() for value in values)
