"""What the answers say about the stack: seven verdicts, each with its evidence. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from math import log
from typing import Any

from mvbench.doctor.viewer import (
    BOUND_FAULTS,
    FRAME_FAULTS,
    ORDER_FAULTS,
    TIME_FAULTS,
    Asked,
    Fault,
    Fit,
    as_sent,
    decides,
    fit,
    guessing,
    overlooking,
    shuffled,
)
from mvbench.scoring.parsed import TAG, without_thinking
from mvbench.statistics import wilson
from mvbench.types import LETTERS, Reply, Status

CERTAIN = log(1000)
"""By so much a fault must explain the answers better than any innocent explanation before it is called one."""
BLIND = "what is shown does not arrive, or cannot be read"
CONTROL = 1 / 3
"""Chance is a quarter: six of the eight screens that never change must be read."""
HEALTHY = 0.5
"""A stack passes where more than half of the questions about frames are answered rightly, beyond doubt."""
LIKELY = log(20)
"""By so much the order that was sent must explain the answers better than none."""
FEWEST = 6
"""Below so many questions that the frames decide, nothing is said about order, times or bounds."""
ROUNDING = 1
"""So many answers may change with the batch: sums are not rounded the same, and a close call may go either way."""
HELD = 0.9
"""The share of replies that go on from the prefix when it holds."""
QUOTED = 100


class Result(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with Wilson's 95 % interval."""

    count: int
    n: int

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.count, self.n) if self.n else (0.0, 1.0)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.count} of {self.n} (95 % interval {100 * low:.0f}-{100 * high:.0f} %)"


@dataclass(frozen=True, slots=True)
class Finding:
    """One verdict. `share`: what it rests on; `signature`: the fault that fits, where one was found."""

    check: str
    result: Result
    evidence: tuple[str, ...]
    share: Share | None = None
    signature: str | None = None

    def to_json(self) -> dict[str, Any]:
        row = asdict(self)
        if self.share is not None:
            row["share"] = {"count": self.share.count, "n": self.share.n, "interval": list(self.share.interval)}
        return row


@dataclass(frozen=True, slots=True)
class Told:
    """One reply as the harness got it, with the prefix that was asked for and what became of the reply."""

    sample_id: str
    reply: Reply
    prefix: str
    num_choices: int
    status: Status


@dataclass(frozen=True, slots=True)
class Twice:
    """The choices of one question asked among others, alone, and alone once more.

    `again` is None, too, where no answers had changed and nothing was asked once more.
    """

    sample_id: str
    together: int | None
    alone: int | None
    again: int | None


def share_right(rows: Sequence[Asked]) -> Share:
    return Share(sum(asked.right for asked in rows), len(rows))


def beyond(share: Share, bar: float) -> bool:
    """Whether the whole interval lies above the bar."""
    return share.n > 0 and share.interval[0] > bar


def read_in(control: Sequence[Asked]) -> Share:
    """How often a screen that never changes is read, of the questions that got a reply to be judged by."""
    return share_right([asked for asked in control if asked.choice is not None or asked.astray])


def is_read(control: Sequence[Asked]) -> bool:
    """Whether a screen that never changes is read beyond doubt. If not, nothing about frames can be told."""
    return beyond(read_in(control), CONTROL)


def unread(check: str, control: Sequence[Asked]) -> Finding:
    """The verdict where that is not so: a fault where half of the screens or more are not read."""
    share = read_in(control)
    if share.n < FEWEST:
        said = f"questions about a screen that never changes that were answered: {share.n or 'none'}"
        return Finding(check, Result.CANNOT_TELL, (said,), share if share.n else None)
    lines = [f"a screen that never changes is read in {share}"]
    if astray := sum(asked.astray for asked in control):
        lines.append(f"{astray} of {share.n} replies name no choice")
    if 2 * share.count > share.n:
        return Finding(check, Result.CANNOT_TELL, tuple(lines), share)
    signature = f"{BLIND}: a huge number on a coloured screen is read in {share.count} of {share.n}"
    return Finding(check, Result.FAIL, tuple(lines), share, signature)


def answered(rows: Sequence[Asked]) -> list[Asked]:
    """Those with a choice: replies that are blank, cut or astray are for the other checks."""
    return [asked for asked in rows if asked.choice is not None]


def frames_in_order(control: Sequence[Asked], rows: Sequence[Asked], brief: Sequence[Asked]) -> Finding:
    """Does what is shown arrive, in order, and every eighth of it? Is no frame lost, as far as one is ever seen alone?

    `rows`: about scenes of an eighth of the clip and longer; they decide. `brief`: about scenes of a sixteenth, of one
    frame where sixteen are shown. A model may well overlook those, so that they fail a stack only where the frames that
    a fault loses are overlooked, and the others are not. The order within an eighth of a clip is not tested.
    """
    check = "frames in order"
    if not is_read(control):
        return unread(check, control)
    finding = explained(
        check,
        rows,
        ORDER_FAULTS,
        doubt=None,
        few="too few frames are shown to see an eighth of a clip: give --frames 8 or more",
        lost="no fault that is known fits: the model may not follow what happens first and what last",
        excuse=overlooking,
    )
    return finding if finding.result is not Result.PASS else looked_at_closely(finding, brief)


def looked_at_closely(passed: Finding, brief: Sequence[Asked]) -> Finding:
    """The verdict on a stack that passed, where single frames may yet be lost; its evidence says what is not tested."""
    usable = answered([asked for asked in brief if decides(asked)])
    if len(usable) < FEWEST:
        return replace(passed, evidence=(*passed.evidence, "changes shorter than an eighth of the clip are not tested"))
    share = share_right(usable)
    seen = f"{share.count} of {share.n} scenes of a sixteenth of the clip are seen"
    weighed = weigh(usable, FRAME_FAULTS, excuse=overlooking)
    if weighed.lead >= CERTAIN:
        return Finding(passed.check, Result.FAIL, (seen, weighed.in_words()), share, weighed.name)
    if weighed.lead >= LIKELY:
        evidence = (*passed.evidence, seen, weighed.as_hint())
        return replace(passed, result=Result.CANNOT_TELL, evidence=evidence)
    limits = f"{seen}; shorter ones, and the order within an eighth of the clip, are not tested"
    return replace(passed, evidence=(*passed.evidence, limits))


def doubts(control: Sequence[Asked], order: Finding) -> str | None:
    """Why times and bounds cannot be judged, or None."""
    if not is_read(control):
        return "a screen that never changes is not read, see check 1"
    if order.result is Result.FAIL:
        return "frames do not arrive in order; that has to be mended first"
    return None


def right_times(control: Sequence[Asked], rows: Sequence[Asked], order: Finding) -> Finding:
    """Are frames seen at the right times?"""
    return explained(
        "right times",
        rows,
        TIME_FAULTS,
        doubt=doubts(control, order),
        few="too few frames are shown to see an eighth of a clip: give --frames 8 or more",
        lost="no clock that is known fits: the model may not be told times, or not use them",
    )


def within_bounds(control: Sequence[Asked], rows: Sequence[Asked], order: Finding) -> Finding:
    """Is only what lies between start and end seen?"""
    return explained(
        "within bounds",
        rows,
        BOUND_FAULTS,
        doubt=doubts(control, order),
        few="no frame between start and end is shown",
        lost="no fault that is known fits",
    )


def explained(
    check: str,
    rows: Sequence[Asked],
    faults: Mapping[str, Fault],
    *,
    doubt: str | None,
    few: str,
    lost: str,
    excuse: Callable[[Sequence[Asked]], float] = guessing,
) -> Finding:
    """The verdict on answers that a fault of the stack may explain better than what was sent.

    A fault is certain when it beats every innocent explanation by CERTAIN: that all is seen, that the order says
    nothing to the model, and `excuse`, that it guesses. `doubt`: why nothing can be told at all.
    """
    usable = answered([asked for asked in rows if decides(asked)])
    share = share_right(usable)
    if doubt is None and rows and len(answered(rows)) < FEWEST:
        doubt = f"{len(answered(rows))} of {len(rows)} questions were answered with a choice"
    if doubt is None and len(usable) < FEWEST:
        doubt = few
    if doubt is not None:
        return Finding(check, Result.CANNOT_TELL, (doubt,), share if usable else None)
    weighed = weigh(usable, faults, excuse=excuse)
    best, healthy, loose = weighed.best, weighed.healthy, weighed.loose
    right = f"right in {share}"
    if weighed.lead >= CERTAIN:
        return Finding(check, Result.FAIL, (right, weighed.in_words()), share, weighed.name)
    ordered = healthy == loose or healthy.support - loose.support >= LIKELY
    if beyond(share, HEALTHY) and ordered and healthy.support >= best.support:
        return Finding(check, Result.PASS, (right,), share)
    if ordered and healthy.support > max(best.support, guessing(usable)):
        hint = "the frames that were sent explain the answers best, but not beyond doubt"
    elif weighed.lead > log(3):
        hint = weighed.as_hint()
    elif loose.support - guessing(usable) > log(3):
        hint = "every scene is seen, but in no order: frames arrive shuffled, or the model does not follow order"
    else:
        hint = lost
    return Finding(check, Result.CANNOT_TELL, (right, hint), share)


@dataclass(frozen=True, slots=True)
class Weighed:
    """The fault that explains the answers best, beside what was sent, and that in no order. `lead`: over the innocent.

    In nats.
    """

    name: str
    best: Fit
    healthy: Fit
    loose: Fit
    lead: float

    def in_words(self) -> str:
        """How many of the answers each explanation predicts, of those about which it says something."""
        return (
            f"{self.best.agreeing} of {self.best.predicted} answers are what it predicts, "
            f"and {self.healthy.agreeing} of {self.healthy.predicted} fit the frames that were sent"
        )

    def as_hint(self) -> str:
        return f"what fits best, but not beyond doubt: {self.name}: {self.in_words()}"


def weigh(
    usable: Sequence[Asked], faults: Mapping[str, Fault], *, excuse: Callable[[Sequence[Asked]], float]
) -> Weighed:
    """The best of these faults against every innocent explanation, `excuse` among them."""
    healthy, loose = fit(usable, as_sent), fit(usable, shuffled)
    fits = {name: fit(usable, fault) for name, fault in faults.items()}
    name, best = max(fits.items(), key=lambda item: item[1].support)
    lead = best.support - max(healthy.support, loose.support, excuse(usable))
    return Weighed(name, best, healthy, loose, lead)


def prefix_holds(told: Sequence[Told], *, asked: str, generates: bool) -> Finding:
    """Do replies go on from the answer prefix? `asked`: auto, on or off, as `--prefix`."""
    check = "answer prefix"
    spoken = [one for one in told if one.reply.error is None and one.reply.text.strip() and not is_cut(one)]
    if not generates:
        return Finding(check, Result.CANNOT_TELL, ("replies are log-probabilities, which need no prefix",))
    if not spoken:
        return Finding(check, Result.CANNOT_TELL, ("there is no reply with a text",))
    prefix = spoken[0].prefix
    strange = [one for one in spoken if one.reply.prefix not in ("", prefix) or (asked == "off" and one.reply.prefix)]
    if strange:
        wanted = f"{prefix!r} or none" if asked != "off" else "none (--prefix off)"
        said = f"{strange[0].sample_id} continues the prefix {strange[0].reply.prefix!r}; asked for was {wanted}"
        return Finding(check, Result.FAIL, (said,), Share(len(spoken) - len(strange), len(spoken)))
    if not prefix:
        return Finding(check, Result.CANNOT_TELL, ("the protocol has no answer prefix",))
    repeating = [one for one in spoken if repeats(answer_of(one), prefix)]
    if repeating:
        share = Share(len(spoken) - len(repeating), len(spoken))
        said = f"{len(repeating)} of {len(spoken)} replies say the prefix again, as {quoted(repeating[0])}"
        return Finding(
            check, Result.FAIL, (said, "a reply's text must not contain it"), share, "the prefix is repeated"
        )
    continuing = [one for one in spoken if one.reply.prefix]
    if not continuing:
        result = Result.FAIL if asked == "on" else Result.CANNOT_TELL
        return Finding(check, result, (f"no reply continues the prefix: the stack drops it (--prefix {asked})",))
    if len(continuing) < len(spoken):
        said = f"only {len(continuing)} of {len(spoken)} replies continue the prefix: it must be all or none"
        return Finding(check, Result.FAIL, (said,), Share(len(continuing), len(spoken)))
    return going_on(check, continuing)


def going_on(check: str, continuing: Sequence[Told]) -> Finding:
    """The verdict on replies that are said to continue the prefix: do they begin with a choice's letter?"""
    astray = [one for one in continuing if not begins_with_letter(answer_of(one), one)]
    share = Share(len(continuing) - len(astray), len(continuing))
    lines = [f"{share} replies begin with the letter of a choice"]
    if astray:
        lines.append(f"others as {quoted(astray[0])}")
    if share.count >= HELD * share.n:
        return Finding(check, Result.PASS, tuple(lines), share)
    if share.interval[1] >= HELD:
        return Finding(check, Result.CANNOT_TELL, tuple(lines), share)
    return Finding(check, Result.FAIL, tuple(lines), share, "replies begin anew instead of going on")


def answer_of(told: Told) -> str:
    """The text after any thinking."""
    return without_thinking(told.reply.text) or ""


def repeats(text: str, prefix: str) -> bool:
    """Whether the text opens with the prefix, whatever its case, blanks and brackets."""
    bare = re.sub(r"[\W_]+", "", prefix).lower()
    return bool(bare) and re.sub(r"[\W_]+", "", text[: 10 * len(prefix)]).lower().startswith(bare)


def begins_with_letter(text: str, told: Told) -> bool:
    found = re.match(r"\s*([A-Za-z])(?![A-Za-z])", text)
    return found is not None and found[1].upper() in LETTERS[: told.num_choices]


def thinking_whole(told: Sequence[Told], *, max_new_tokens: int) -> Finding:
    """Does thinking end before the reply does? `max_new_tokens`: the longest reply that was allowed."""
    check = "thinking ends"
    answered = [one for one in told if one.reply.error is None]
    if not answered:
        return Finding(check, Result.CANNOT_TELL, ("there is no reply",))
    cut = [one for one in answered if is_cut(one)]
    share = Share(len(answered) - len(cut), len(answered))
    if cut:
        thinking = "within their thinking" if any(thinks(one.reply) for one in cut) else "before their answer"
        said = f"{len(cut)} of {len(answered)} replies end {thinking}: give more than --max-new-tokens {max_new_tokens}"
        example = [f"such as {quoted(cut[0])}"] if cut[0].reply.text.strip() else []
        return Finding(check, Result.FAIL, (said, *example), share, "replies are cut")
    mute = [one for one in answered if one.reply.finish_reason is None and one.status is Status.UNPARSED]
    if mute:
        said = f"{len(mute)} of {len(answered)} replies give no choice and do not say why they ended"
        return Finding(check, Result.CANNOT_TELL, (said, f"such as {quoted(mute[0])}"), share)
    thinkers = sum(thinks(one.reply) for one in answered)
    long = sum(one.reply.finish_reason == "length" for one in answered)
    lines = [f"{thinkers} of {len(answered)} replies think, and none is cut" if thinkers else "no reply thinks"]
    if long:
        lines.append(f"{long} reach the limit of {max_new_tokens} tokens after their answer")
    return Finding(check, Result.PASS, tuple(lines), share)


def is_astray(told: Told) -> bool:
    """A reply that says that it is whole, and names no choice, such as "I cannot see a video"."""
    whole = told.reply.error is None and told.reply.finish_reason == "stop" and not is_cut(told)
    return whole and told.status is Status.UNPARSED and bool(told.reply.text.strip())


def thinks(reply: Reply) -> bool:
    return bool(reply.reasoning) or TAG.search(reply.text) is not None


def is_cut(told: Told) -> bool:
    """A think block that is never closed, or no answer when the tokens ran out."""
    if without_thinking(told.reply.text) is None:
        return True
    if told.reply.finish_reason != "length":
        return False
    return told.status is Status.TRUNCATED or not told.reply.text.strip()


def batches_agree(pairs: Sequence[Twice], *, at_once: int, together: str) -> Finding:
    """Are answers the same whatever else is asked at the time? `together`: how so many at once were asked, in words."""
    check = "batches agree"
    if at_once == 1:
        return Finding(check, Result.PASS, ("one question is asked at a time: nothing can mix",))
    if not pairs:
        return Finding(check, Result.CANNOT_TELL, ("there are no answers to compare",))
    changed = [one for one in pairs if one.together != one.alone]
    share = Share(len(pairs) - len(changed), len(pairs))
    lines = [f"{share} answers are the same {together} and alone"]
    if len(changed) <= ROUNDING:
        lines += [f"{changed[0].sample_id} differs; one may be a close call"] if changed else []
        return Finding(check, Result.CANNOT_TELL if changed else Result.PASS, tuple(lines), share)
    examples = (f"{one.sample_id}: {letter(one.together)}, alone {letter(one.alone)}" for one in changed[:3])
    lines.append("; ".join(examples))
    unsteady = sum(one.alone != one.again for one in pairs)
    lines.append(f"asked alone twice, {unsteady} of {len(pairs)} change")
    if unsteady > ROUNDING and 2 * unsteady >= len(changed):
        return Finding(check, Result.FAIL, tuple(lines), share, "answers change from call to call: is sampling on?")
    return Finding(check, Result.FAIL, tuple(lines), share, "answers change with the batch")


def letter(choice: int | None) -> str:
    return "no choice" if choice is None else LETTERS[choice]


def nothing_blank(told: Sequence[Told], *, generates: bool, left: int = 0) -> Finding:
    """Does every question get a reply with something in it? `left`: questions that were given up."""
    check = "no blanks"
    failed = [one for one in told if one.reply.error is not None]
    empty = [one for one in told if one.reply.error is None and is_blank(one, generates) and not is_cut(one)]
    refused = sum(one.reply.finish_reason == "content_filter" for one in told)
    share = Share(len(told) - len(failed) - len(empty), len(told))
    lines = [f"{share} questions got a reply"]
    if left:
        lines.append(f"so many failed in a row that {left} more were not asked")
    if empty:
        lines.append(f"{len(empty)} came back blank, such as {empty[0].sample_id}")
    if refused:
        lines.append(f"{refused} were held back by a content filter")
    if failed:
        lines.append(f"{len(failed)} failed, such as {failed[0].sample_id}: {str(failed[0].reply.error)[:QUOTED]}")
    if not told:
        return Finding(check, Result.CANNOT_TELL, ("nothing was asked",))
    bad = failed or empty or refused
    return Finding(check, Result.FAIL if bad else Result.PASS, tuple(lines), share)


def is_blank(told: Told, generates: bool) -> bool:
    if not generates and told.reply.choice_logprobs:
        return False
    return not told.reply.text.strip()


def quoted(told: Told) -> str:
    return repr(told.reply.text[:QUOTED])
