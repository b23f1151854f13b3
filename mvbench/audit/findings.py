"""Everything an audit found, as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from mvbench.audit.claims import Claim, claimed
from mvbench.audit.floor import Floor, floor
from mvbench.audit.orbits import Orbits, orbits
from mvbench.audit.permutations import Permutations, permutations
from mvbench.audit.positions import Positions, positions
from mvbench.audit.results import clusters, read_results
from mvbench.audit.rungs import BLIND, FULL, REPEATS, REVERSE, ROTATION, Ladder
from mvbench.audit.steps import Step, step_of, with_claims
from mvbench.audit.turning import Turned, turned
from mvbench.metrics import Summary
from mvbench.results import Run


@dataclass(frozen=True, slots=True)
class Findings:
    """All numbers are percent or points of percent, unrounded.

    `best_blind`: the rung without the clip that does best, None where there is none that is sound; `video` claims of
    full minus every blind rung; `reversal` is None where full or reversed clips have too many errors.
    """

    judge: str
    margin: float
    questions: int
    steps: tuple[Step, ...]
    best_blind: str | None
    video: Claim | None
    reversal: Turned | None
    permutations: Permutations | None
    positions: Positions
    orbits: Orbits | None
    floors: tuple[Floor, ...]
    left_out: Mapping[str, str]
    without_swap: tuple[str, ...]

    def step(self, name: str) -> Step:
        return next(step for step in self.steps if step.name == name)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def find(
    ladder: Ladder, folders: Mapping[str, Run], summaries: Mapping[str, Summary], *, judge: str, margin: float
) -> Findings:
    """The findings of an audit all of whose questions have been asked."""
    shared = clusters(ladder.plan.dataset.samples)
    results = {rung.name: read_results(rung, folders[rung.name], shared, judge=judge) for rung in ladder.rungs}
    full = results[FULL]
    plain = [step_of(name, found, full, summaries[name], judge=judge) for name, found in results.items()]
    steps = with_claims(plain, margin=margin)
    blind = [step for step in steps if step.name in BLIND and step.sound and step.gain]
    best = max(blind, key=lambda step: step.accuracy.mean, default=None)
    gains = [step.gain for step in blind if step.gain]
    sound = {step.name for step in steps if step.sound}
    backwards = results[REVERSE] if {FULL, REVERSE} <= sound else None
    found_floors = [floor(name, full, results[name]) for name in REPEATS if name in results]
    return Findings(
        judge=judge,
        margin=margin,
        questions=len(full),
        steps=steps,
        best_blind=best.name if best else None,
        video=claimed(gains, margin=margin) if gains and steps[0].sound else None,
        reversal=turned(full, backwards, ladder.plan.dataset.tasks) if backwards else None,
        permutations=permutations(full, [found for name, found in results.items() if name.startswith(ROTATION)]),
        positions=positions(full),
        orbits=orbits(full),
        floors=tuple(one for one in found_floors if one),
        left_out=ladder.left_out,
        without_swap=ladder.without_swap,
    )
