"""Findings -> sentences that never claim more than the test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from mvbench.audit.claims import Claim, claimed
from mvbench.audit.findings import Findings
from mvbench.audit.rungs import BLIND, FULL
from mvbench.audit.steps import Step
from mvbench.contrast_words import p_text, with_interval
from mvbench.contrasts import LEVEL, Contrast

HELPS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "middle": ("uses more than the middle frame", "more than the middle frame helps"),
        "shuffle": ("uses the order of the frames", "the order of the frames helps"),
        "reverse": ("tells forwards from backwards", "it tells forwards from backwards"),
        "swap": ("looks at this very clip", "it looks at this very clip"),
    }
)
"""What it means to do better than on a rung: as a finding, and as a question that stays open."""


def sentences(findings: Findings) -> Iterator[str]:
    """What the audit found, the use of the video first."""
    for step in findings.steps:
        if not step.sound:
            yield about_soundness(step)
    yield about_video(findings)
    yield from below_the_floor(findings)
    for step in findings.steps:
        if step.claim is not None and step.gain is not None:
            yield about_step(step, step.gain, step.claim, margin=findings.margin)
    yield from about_reversal(findings)
    yield from about_permutations(findings)
    yield from about_positions(findings)
    yield from about_orbits(findings)
    yield from about_floors(findings)
    yield from about_left_out(findings)


def about_soundness(step: Step) -> str:
    errors = f"{step.errors:,} errors in {step.questions:,} questions"
    return f"{step.name}: {errors}, more than allowed: no claim rests on it"


def about_video(findings: Findings) -> str:
    """The headline: full minus the best blind rung, and a claim only where it holds of each of them."""
    if findings.video is None or findings.best_blind is None:
        missing = FULL if not findings.step(FULL).sound else "any of " + ", ".join(BLIND)
        return f"nothing can be said about the use of the video without sound replies to {missing}"
    gain = findings.step(findings.best_blind).gain
    assert gain is not None
    number = f"gain {with_interval(gain)}"
    sound = [step.name for step in findings.steps if step.name in BLIND and step.sound]
    best = f"the {'best' if len(sound) > 1 else 'only'} blind view ({findings.best_blind})"
    match findings.video:
        case Claim.MORE:
            return f"uses the video: {number} over {best}"
        case Claim.LESS:
            return f"worse with the video than with any blind view: {number} over {best}"
        case Claim.SAME:
            within = f"within ±{findings.margin:g} points of each blind view"
            return f"no better with the video, {within}: {number} over {best}"
        case Claim.UNCLEAR:
            return f"cannot tell whether it uses the video: {number} over {best} at {power(gain)}"


def about_step(step: Step, gain: Contrast, claim: Claim, *, margin: float) -> str:
    found, question = HELPS.get(step.name) or beyond(step.name)
    number = f"{with_interval(gain)} over {step.name}"
    match claim:
        case Claim.MORE:
            return f"{found}: {number}"
        case Claim.LESS:
            return f"does worse on the clips as they are than on {step.name}: {with_interval(gain)}"
        case Claim.SAME:
            return f"no better than on {step.name}, within ±{margin:g} points: {with_interval(gain)}"
        case Claim.UNCLEAR:
            return f"cannot tell whether {question}: {number}"


def beyond(name: str) -> tuple[str, str]:
    """What it means to do better than with fewer frames.

    >>> beyond("frames-8"), beyond("fps-0.5")[0]
    (('uses more than 8 frames', 'more than 8 frames help'), 'uses more than 0.5 frames per second')
    >>> beyond("frames-1")
    ('uses more than 1 frame', 'more than 1 frame helps')
    """
    kind, _, number = name.partition("-")
    few = f"{number} frame{'' if number == '1' else 's'}" + (" per second" if kind == "fps" else "")
    return f"uses more than {few}", f"more than {few} help{'s' if number == '1' else ''}"


def about_reversal(findings: Findings) -> Iterator[str]:
    found = findings.reversal
    if found is None:
        return
    for sign in found.signs:
        if sign.sign != "equivariant":
            right = "stays the same" if sign.sign == "invariant" else "is not known"
            where = sign.tasks[0] if len(sign.tasks) == 1 else f"{len(sign.tasks)} tasks"
            yield f"forwards minus backwards, where the right answer {right} ({where}): {with_interval(sign.change)}"
    if found.flipped is not None:
        known = found.flipped
        claim = claimed([known.gain], margin=findings.margin)
        if claim is Claim.MORE and claimed([known.gain, known.shift], margin=findings.margin) is not Claim.MORE:
            claim = Claim.UNCLEAR
        heading = {
            Claim.MORE: "follows the clip backwards",
            Claim.LESS: "keeps to the old answer backwards",
            Claim.SAME: "gives the old answer backwards as often as the new one",
            Claim.UNCLEAR: "cannot tell whether it follows the clip backwards",
        }[claim]
        yield (
            f"{heading}: of {known.questions:,} reversed clips with another right choice, {known.flipped:.1f} % get it "
            f"({known.before:.1f} % forwards) and {known.kept:.1f} % the old one"
        )


def about_permutations(findings: Findings) -> Iterator[str]:
    found = findings.permutations
    if found is None:
        return
    yield (
        f"choices in every cyclic order ({found.questions:,} questions): {found.every.accuracy.mean:.1f} % right, "
        f"{found.all_right.accuracy.mean:.1f} % in all orders (chance {found.all_right.chance:.1f}), another choice in "
        f"some order for {found.flips.mean:.1f} % of the questions"
    )


def about_positions(findings: Findings) -> Iterator[str]:
    """Nothing where too many of the questions ended in an error."""
    found = findings.positions
    if not findings.step(FULL).sound:
        return
    test = f"chi-square {found.chi_square:.1f}, {found.degrees} df, {p_text(found.p_value)}"
    unparsed = f"; {found.unparsed:,} replies name no letter" if found.unparsed else ""
    if found.p_value >= LEVEL or not found.questions:
        yield f"no preference for a letter to be seen: {test}{unparsed}"
        return
    favourite = max(found.letters, key=lambda letter: letter.chosen - letter.right)
    often = f"{favourite.letter} is chosen {favourite.chosen:,} times and right {favourite.right:,} times"
    yield f"prefers letters: {often} ({test}){unparsed}"


def about_orbits(findings: Findings) -> Iterator[str]:
    found = findings.orbits
    if found is not None:
        yield (
            f"all members right in {found.all_right:,} of {found.complete:,} orbits: {found.accuracy:.1f} % "
            f"[{found.low:.1f}, {found.high:.1f}], chance {found.chance:.1f}"
        )


def about_floors(findings: Findings) -> Iterator[str]:
    for found in findings.floors:
        if not found.choices:
            yield f"noise floor: {found.rung} changes no choice in {found.questions:,} questions"
            continue
        yield (
            f"noise floor: {found.rung} changes {found.verdicts:.1f} % of the verdicts and {found.choices:.1f} % of "
            f"the choices, {with_interval(found.difference)}"
        )


def below_the_floor(findings: Findings) -> Iterator[str]:
    """A warning where chance alone moves more than the video does."""
    if findings.best_blind is None:
        return
    gain = findings.step(findings.best_blind).gain
    highest = max(findings.floors, key=lambda one: one.verdicts, default=None)
    if gain is not None and highest is not None and abs(gain.difference.mean) < highest.verdicts:
        flips = f"{highest.rung} alone changes {highest.verdicts:.1f} % of the verdicts"
        yield f"the gain is smaller than the noise floor: {flips}"


def about_left_out(findings: Findings) -> Iterator[str]:
    reasons: dict[str, list[str]] = {}
    for name, why in findings.left_out.items():
        reasons.setdefault(why, []).append(name)
    for why, names in reasons.items():
        yield f"left out: {', '.join(names)} ({why})"
    if findings.without_swap:
        yield f"swap leaves out {', '.join(findings.without_swap)}: one video only"


def power(gain: Contrast) -> str:
    """How many questions there were, and what they can show."""
    seen = "" if gain.detectable is None else f", which can show {gain.detectable:.1f} or more"
    return f"n = {gain.questions:,}{seen}"
