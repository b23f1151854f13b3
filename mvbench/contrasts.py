"""Two sets of verdicts on the same questions -> a difference, its interval, and what it can and cannot show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from mvbench.errors import MissingExtra
from mvbench.paired import PairedMacro, paired_macro
from mvbench.statistics import Z_95, Estimate, detectable, unseen

LEVEL = 0.05
"""Of every test: a difference is called one where its p-value is below."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One question under two conditions: shares right between 0 and 1, repeats averaged.

    `cluster` names what dependent questions share; see `statistics.components`.
    """

    item: str
    task: str
    cluster: str
    a: float
    b: float


@dataclass(frozen=True, slots=True)
class Contrast:
    """The macro difference a - b in points of percent.

    `difference` holds Student's t interval, which is wider than `difference.margin` where clusters are few.
    `p_value`: two-sided, of no difference. `detectable`: the smallest true difference that would be found with 80 %
    power; `p_value` and `detectable` are None where the error is unknown. `low_90`, `high_90`: the 90 % interval, by
    which two one-sided tests at 5 % decide about equivalence.
    """

    difference: Estimate
    p_value: float | None
    low_90: float | None
    high_90: float | None
    detectable: float | None
    questions: int
    clusters: int
    wins: int
    losses: int


def contrast(pairs: Sequence[Pair]) -> Contrast:
    """The difference over all tasks of these pairs. Raises ValueError for no pairs, MissingExtra without scipy.

    Where every question of a task has the same difference, as when two runs agree on all of them, its error is 0 and
    claims a certainty that nobody has. The interval is therefore never narrower than what may have stayed unseen there:
    a difference that so many independent questions would show with 97.5 % probability (the rule of three), and the
    p-value never smaller than the one that belongs to such an interval. Where one run is always right and the other
    always wrong that is the sign test's; it is 1 where the difference is 0.
    """
    tasks: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for pair in pairs:
        tasks[pair.task].append((pair.cluster, pair.a - pair.b))
    macro = paired_macro(list(tasks.values()))
    known = _Known.unknown(macro) if macro.standard_error is None else _Known.of(macro)
    return Contrast(
        difference=known.difference.percent(),
        p_value=known.p_value,
        low_90=None if known.low_90 is None else known.low_90 * 100,
        high_90=None if known.high_90 is None else known.high_90 * 100,
        detectable=None if known.detectable is None else known.detectable * 100,
        questions=len(pairs),
        clusters=macro.clusters,
        wins=sum(pair.a > pair.b for pair in pairs),
        losses=sum(pair.a < pair.b for pair in pairs),
    )


def shared_by(video: str, orbit: str | None) -> list[str]:
    """What a question shares with those that depend on it, as keys for `statistics.components`."""
    return [f"video {video}"] + ([] if orbit is None else [f"orbit {orbit}"])


def mcnemar(wins: int, losses: int) -> float:
    """The exact two-sided p-value of McNemar's test: 1 where the two never differ. Raises MissingExtra without scipy.

    Questions of one task count as unrelated.
    """
    return min(1.0, 2 * float(_special().bdtr(min(wins, losses), wins + losses, 0.5)))


@dataclass(frozen=True, slots=True)
class _Known:
    """What a macro difference allows to say, in shares."""

    difference: Estimate
    p_value: float | None = None
    low_90: float | None = None
    high_90: float | None = None
    detectable: float | None = None

    @classmethod
    def unknown(cls, macro: PairedMacro) -> _Known:
        return cls(Estimate(macro.mean, None, None, None))

    @classmethod
    def of(cls, macro: PairedMacro) -> _Known:
        special, error, degrees = _special(), macro.standard_error, macro.degrees
        assert error is not None and degrees is not None
        # A question unlike those seen takes the difference from `largest` to -1 at most.
        reach = 1 + macro.largest
        half, half_90 = (unseen(macro.independent, confidence=sure) * reach for sure in (0.95, 0.90))
        p_value = min(1.0, 2 * (1 - abs(macro.mean) / reach) ** macro.independent)
        found = detectable(half / Z_95)
        if error:
            critical, critical_90 = (float(special.stdtrit(degrees, below)) for below in (0.975, 0.95))
            half, half_90 = max(half, critical * error), max(half_90, critical_90 * error)
            p_value = max(p_value, min(1.0, 2 * float(special.stdtr(degrees, -abs(macro.mean) / error))))
            found = max(found, detectable(error, critical=critical))
        low_90, high_90 = around(macro.mean, half_90)
        return cls(
            Estimate(macro.mean, error or half / Z_95, *around(macro.mean, half)),
            p_value=p_value,
            low_90=low_90,
            high_90=high_90,
            detectable=min(1.0, found),
        )


def around(mean: float, half: float) -> tuple[float, float]:
    """The interval of this half width, cut where no difference of shares can be."""
    return max(-1.0, mean - half), min(1.0, mean + half)


def _special() -> ModuleType:
    try:
        return import_module("scipy.special")
    except ImportError:
        raise MissingExtra("scipy", extra="tables", purpose="comparing verdicts") from None
