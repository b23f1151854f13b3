"""Comparison -> sentences that claim no more than the test."""

from __future__ import annotations

from collections.abc import Iterator

from mvbench.compare.attribution import Attribution, Cause, Part
from mvbench.compare.comparison import Comparison, Duel
from mvbench.compare.differences import MODEL, imported_from
from mvbench.contrast_words import interval, p_text, points, with_interval
from mvbench.contrasts import LEVEL, Contrast
from mvbench.terminal import counted

ROUNDING = 1e-9
"""Points of percent."""


def verdict(comparison: Comparison, duel: Duel) -> str:
    """Which of two runs is ahead, if that can be told."""
    found = duel.contrast
    a, b = comparison.runs[duel.a].letter, comparison.runs[duel.b].letter
    if found.p_value is None or found.detectable is None:
        return (
            f"cannot tell: {a} - {b} is {points(found.difference.mean)}, and all questions are one cluster, so that "
            "its error is unknown"
        )
    if not found.wins and not found.losses:
        return (
            f"{a} and {b} differ on none of {found.questions:,} questions; a difference outside {interval(found)} "
            "would have shown"
        )
    tested = p_text(found.p_value)
    if found.p_value < LEVEL:
        ahead, behind = (a, b) if found.difference.mean > 0 else (b, a)
        return f"{ahead} is ahead of {behind} by {abs(found.difference.mean):.1f} {lead(found)}, {tested}"
    return (
        f"cannot tell: {a} - {b} is {with_interval(found)}, {tested}, at n = "
        f"{found.questions:,}; gaps under {found.detectable:.1f} cannot be seen with these questions"
    )


def short_verdict(comparison: Comparison, duel: Duel) -> str:
    """Of several: which of two is ahead, by the corrected p-value.

    The smallest gap that could be seen is left out: how strict Holm is with one of them, the others decide.
    """
    if duel.corrected is None:
        return "cannot tell: one cluster"
    if duel.corrected >= LEVEL:
        return "cannot tell"
    return comparison.runs[duel.a if duel.contrast.difference.mean > 0 else duel.b].letter


def heading(comparison: Comparison) -> str:
    """What the list of differing settings means; it is always said, also where the list is empty."""
    groups = {difference.group for difference in comparison.differences}
    number = "both" if len(comparison.runs) == 2 else "all"
    same = f"The model and its arguments are the same in {number}" if MODEL not in groups else ""
    if not groups - {MODEL}:
        return f"{same}, and so is every setting." if same else "Nothing but the model and its arguments differs:"
    if same:
        return f"{same}; these settings differ, and any of them may explain a gap:"
    return "Besides the model these settings differ, and any of them may explain a gap:"


def asked_otherwise(comparison: Comparison) -> Iterator[str]:
    """How many of the common questions were not put alike to all runs, as far as they recorded it."""
    total = len(comparison.questions)
    for what, name in (("prompt", "another prompt"), ("frames", "other frames")):
        digests = [{getattr(result, what) for result in question.results} for question in comparison.questions]
        differing = sum(len(found - {None}) > 1 for found in digests)
        if differing:
            yield f"{differing:,} of {total:,} questions were asked with {name}"


def imports(comparison: Comparison) -> Iterator[str]:
    for run in comparison.runs:
        if (tool := imported_from(run)) is not None:
            untold = "the frames, the prompt as it was sent, the batch size or the versions"
            yield f"{run.letter} was imported from {tool}, whose files do not tell {untold}: they may differ too"


def shortfalls(comparison: Comparison) -> Iterator[str]:
    """What is missing or failed in each run, and what was left out because others do not have it."""
    others = "that the other has not" if len(comparison.runs) == 2 else "that not all others have"
    for place, run in enumerate(comparison.runs):
        if run.asked < run.expected:
            yield f"{run.letter} is incomplete: {run.asked:,} of {run.expected:,} replies are there"
        if run.errors:
            yield f"{run.letter} has {counted(run.errors, 'error')}, counted wrong"
        if comparison.left_out(place):
            yield f"{run.letter} has {counted(comparison.left_out(place), 'question')} {others}, left out here"


def explanation(comparison: Comparison, found: Attribution) -> Iterator[str]:
    """What the parts of a gap mean, and what they do not."""
    told = [part for part in found.parts if abs(part.points) >= 0.05]
    alike = next((part.questions for part in found.parts if part.cause is Cause.ALIKE), 0)
    if told:
        yield f"Of {points(found.gap)} points, {', '.join(map(share, told))}."
    else:
        yield f"No part of the gap of {points(found.gap)} points is larger than rounding."
    if not alike:
        yield "No question was asked alike, so that nothing here tells the model from the way it was asked."
    elif alike < len(comparison.questions):
        yield (
            "A part says on which questions the gap lies, not what caused it: where prompt or frames differ, the model "
            "may differ too."
        )


def share(part: Part) -> str:
    number = counted(part.questions, "question")
    match part.cause:
        case Cause.JUDGE:
            return f"{points(part.points)} come from the judges ({number} judged otherwise)"
        case Cause.OTHER_QUESTIONS:
            return f"{points(part.points)} from {number} that only one run has"
        case Cause.ALIKE:
            return f"{points(part.points)} from {number} asked alike: the model itself, or noise"
        case Cause.UNRECORDED:
            return f"{points(part.points)} from {number} whose prompt or frames are not recorded"
        case _:
            return f"{points(part.points)} from {number} with {part.cause}"


def fell_below(duel: Duel, limit: float) -> bool:
    """Whether A - B as measured is below the limit; a difference that equals it but for rounding is not."""
    return duel.contrast.difference.mean < limit - ROUNDING


def unfinished(comparison: Comparison) -> str | None:
    """Why `--fail-below` lets no first run pass that is incomplete, however good the rest of it is."""
    new = comparison.runs[0]
    if new.asked >= new.expected:
        return None
    there = f"{new.asked:,} of {new.expected:,} replies are there"
    return f"{new.letter} is incomplete, {there}: --fail-below lets no such run pass; run the same evaluation again"


def gate(duel: Duel, limit: float) -> str:
    """What `--fail-below` decides, by the difference as measured, and whether noise may have decided it."""
    found, below = duel.contrast, fell_below(duel, limit)
    outcome = f"A - B is {with_interval(found)}: {'below' if below else 'not below'} --fail-below {limit:g}"
    low, high = found.difference.low, found.difference.high
    if low is None or high is None:
        return f"{outcome}; its error is unknown"
    if low < limit <= high:
        return f"{outcome}, but the interval holds that limit: noise may have decided it"
    return outcome


def lead(found: Contrast) -> str:
    """The interval as seen by the one ahead: `[0.9, 5.3]`."""
    low, high = found.difference.low, found.difference.high
    assert low is not None and high is not None
    low, high = (low, high) if found.difference.mean > 0 else (-high, -low)
    return f"[{low:.1f}, {high:.1f}]"
