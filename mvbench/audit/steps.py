"""One rung beside the clips as they are: what is lost on it, overall and task by task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mvbench.audit.claims import Claim, claimed
from mvbench.audit.results import Results, by_task, paired
from mvbench.audit.rungs import BLIND, FULL, REPEATS, ROTATION
from mvbench.contrasts import Contrast, contrast
from mvbench.metrics import Summary
from mvbench.statistics import Estimate, holm


@dataclass(frozen=True, slots=True)
class TaskGain:
    """One task: percent right on the clips as they are and on this rung, by the questions that both have.

    `p_value` is the contrast's, corrected by Holm for the number of tasks.
    """

    questions: int
    full: float
    accuracy: float
    gain: Contrast
    p_value: float | None


@dataclass(frozen=True, slots=True)
class Step:
    """One rung. `gain`: full minus it, None for `full` itself; `accuracy` is of all its own questions.

    `sound`: it has no more errors than allowed; of others nothing is claimed. `claim` and its `p_value`, corrected by
    Holm for the number of rungs that are claimed about, are None where nothing is asked of this rung alone.
    """

    name: str
    questions: int
    errors: int
    sound: bool
    accuracy: Estimate
    gain: Contrast | None
    tasks: Mapping[str, TaskGain]
    claim: Claim | None = None
    p_value: float | None = None


def step_of(name: str, results: Results, full: Results, summary: Summary, *, judge: str) -> Step:
    pairs = [] if name == FULL else paired(full, results)
    gains = by_task(pairs)
    known = [task for task, gain in gains.items() if gain.p_value is not None]
    corrected = dict(zip(known, holm([gains[task].p_value or 0.0 for task in known]), strict=True))
    return Step(
        name,
        questions=len(results),
        errors=summary.errors,
        sound=not summary.shortfalls,
        accuracy=summary.judge(judge).macro,
        gain=contrast(pairs) if pairs else None,
        tasks={
            task: TaskGain(
                gain.questions,
                100 * sum(pair.a for pair in pairs if pair.task == task) / gain.questions,
                100 * sum(pair.b for pair in pairs if pair.task == task) / gain.questions,
                gain,
                corrected.get(task),
            )
            for task, gain in gains.items()
        },
    )


def with_claims(steps: Sequence[Step], *, margin: float) -> tuple[Step, ...]:
    """The steps; those that are claimed about one by one, neither blind nor a rotation nor a repeat, with their claims.

    Claims of a difference are together as sure as one, their p-values corrected by Holm; `SAME` is tested rung by rung.
    """
    judged = [step for step in steps if claimable(step) and steps[0].sound]
    known = [step.name for step in judged if step.gain and step.gain.p_value is not None]
    values = [step.gain.p_value for step in judged if step.gain and step.gain.p_value is not None]
    corrected = dict(zip(known, holm(values), strict=True))
    return tuple(
        replace(
            step,
            claim=claimed([step.gain], margin=margin, p_values=[corrected.get(step.name)]),
            p_value=corrected.get(step.name),
        )
        if step in judged and step.gain
        else step
        for step in steps
    )


def claimable(step: Step) -> bool:
    others = (FULL, *BLIND, *REPEATS)
    return step.sound and step.gain is not None and step.name not in others and not step.name.startswith(ROTATION)
