"""What an evaluation would take, without asking the model anything."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from statistics import median

from mvbench.errors import Failure, MVBenchError, RunError
from mvbench.evaluation import left_to_ask, reader
from mvbench.folders import refuse_foreign, refuse_other_settings
from mvbench.model import CountsTokens
from mvbench.plan import Plan
from mvbench.results import FACTS, Done, Run
from mvbench.scoring import HEADLINE
from mvbench.types import Request, Sample
from mvbench.views import shown_instead

log = logging.getLogger(__name__)

TRIED = 16
"""Clips that are read to learn how long reading takes and how long a request is."""

DECISIVE = ("model", "model_identity", "sampling", "protocol_text", "answer", "view", "max_pixels", "max_new_tokens")
"""What two runs must share for one to tell what a question of the other takes."""


@dataclass(frozen=True, slots=True)
class Past:
    """What questions took in an earlier run; None where its records do not tell. Seconds and tokens per question."""

    folder: str
    answer_seconds: float
    input_tokens: float | None
    output_tokens: float | None


@dataclass(frozen=True, slots=True)
class DryRun:
    """What is left to ask, and what that takes. None: not known.

    `missing`: ids of questions whose clip is not there. `unread`: of the clips tried, those that could not be read.
    Token counts are for all questions left; `most_output_tokens` is a bound, `output_tokens` an expectation.
    """

    questions: int
    left: int
    missing: tuple[str, ...]
    unread: tuple[str, ...]
    read_minutes: float
    answer_minutes: float | None
    input_tokens: int | None
    output_tokens: int | None
    most_output_tokens: int
    usd: float | None
    most_usd: float | None
    past: Past | None


@dataclass(frozen=True, slots=True)
class Trial:
    """What reading a few clips showed. `input_tokens`: per question, None where the model does not count."""

    unread: tuple[str, ...]
    seconds_per_clip: float
    input_tokens: float | None


def dry_run(plan: Plan) -> DryRun:
    """Count the questions left, look for their clips, read a few of them, and take the rest from an earlier run.

    Tokens are those of an earlier run with the same model, frames and protocol, else what the model counts in the
    clips that were read.
    """
    samples = shown_instead(plan.dataset.samples, plan.settings.view, seed=plan.settings.seed)
    left = still_to_ask(plan, samples)
    looked_for = left if plan.settings.view != "none" else []
    missing = tuple(sample.id for sample in looked_for if not sample.clip.path.exists())
    trial = read_some(plan, spread([sample for sample in left if sample.id not in set(missing)], TRIED))
    past = earlier_run(plan)
    input_tokens = past.input_tokens if past and past.input_tokens is not None else trial.input_tokens
    output_tokens = past.output_tokens if past else None
    written = plan.settings.answer == "generate"
    most = (plan.settings.max_new_tokens or plan.protocol.max_new_tokens) * len(left) if written else 0
    total_in = None if input_tokens is None else round(input_tokens * len(left))
    total_out = None if output_tokens is None else round(output_tokens * len(left))
    price = plan.price if total_in is not None else None
    return DryRun(
        questions=len(samples),
        left=len(left),
        missing=missing,
        unread=trial.unread,
        read_minutes=trial.seconds_per_clip * len(left) / 60,
        answer_minutes=past.answer_seconds * len(left) / plan.model.concurrency / 60 if past else None,
        input_tokens=total_in,
        output_tokens=total_out,
        most_output_tokens=most,
        usd=price.of(total_in or 0, total_out) if price and total_out is not None else None,
        most_usd=price.of(total_in or 0, most) if price else None,
        past=past,
    )


def still_to_ask(plan: Plan, samples: Sequence[Sample]) -> list[Sample]:
    """The questions that the run folder has no reply to. Raises RunError where the run itself would be refused."""
    done: Mapping[str, Done] = {}
    refuse_foreign(plan.folder, marker=FACTS, kind="run")
    if (plan.folder / FACTS).exists() and not plan.settings.fresh:
        run = Run.read(plan.folder)
        refuse_other_settings(plan.folder, run.facts["fingerprint"], plan.fingerprint, kind="run")
        done = run.done(HEADLINE)
    return [sample for batch in left_to_ask(plan, samples, done) for sample in batch]


def spread(samples: Sequence[Sample], count: int) -> list[Sample]:
    """So many samples from all over the list."""
    step = max(1, len(samples) // count)
    return list(samples[::step][:count])


def read_some(plan: Plan, samples: Sequence[Sample]) -> Trial:
    """Read these clips as a run does, one after the other, and have the model count what it would be sent.

    The clock starts when the first clip is there: starting the workers is done once, however many clips follow.
    """
    unread, counts, waited = [], [], 0.0
    with reader(plan, samples) as read:
        for place, sample in enumerate(samples):
            began = time.perf_counter()
            shown = read(sample)
            waited += time.perf_counter() - began if place else 0.0
            if isinstance(shown, Failure):
                unread.append(sample.id)
            elif isinstance(plan.model, CountsTokens):
                prompt = plan.protocol.render(sample, subtitles=plan.settings.subtitles)
                counts.append(counted(plan.model, Request.about(sample, prompt, shown)))
    return Trial(tuple(unread), waited / max(1, len(samples) - 1), mean(counts))


def counted(model: CountsTokens, request: Request) -> int | None:
    """What the model counts; None where it fails, as it will when it is asked: that costs one question, not this."""
    try:
        return int(model.count_tokens(request))
    except MVBenchError:
        raise
    except Exception as error:
        log.warning("the tokens of %s cannot be counted: %s: %s", request.sample_id, type(error).__name__, error)
        return None


def earlier_run(plan: Plan) -> Past | None:
    """What the latest run beside this one took, of those that share what decides it."""
    folders = [path.parent for path in plan.folder.parent.glob(f"*/{FACTS}")]
    for folder in sorted(folders, key=lambda path: path.stat().st_mtime, reverse=True):
        with suppress(RunError, OSError):
            run = Run.read(folder)
            there = run.facts["fingerprint"]
            if all(there.get(key) == plan.fingerprint[key] for key in DECISIVE) and (past := taken(run)):
                return past
    return None


def taken(run: Run) -> Past | None:
    answered = [record for record in run.records() if record.reply is not None]
    if not answered:
        return None
    replies = [record.reply for record in answered if record.reply is not None]
    return Past(
        folder=str(run.path),
        # The median: the first answers wait for weights to be loaded or a server to wake up.
        answer_seconds=median(record.answer_seconds for record in answered),
        input_tokens=mean([reply.input_tokens for reply in replies]),
        output_tokens=mean([reply.output_tokens for reply in replies]),
    )


def mean(counts: Sequence[int | None]) -> float | None:
    """The mean of those that are known."""
    known = [count for count in counts if count is not None]
    return sum(known) / len(known) if known else None


def in_words(result: DryRun, plan: Plan) -> Iterator[tuple[str, str]]:
    """A heading and a line for everything that is known, and for what is not."""
    model, settings = plan.model, plan.settings
    asked = f"{result.questions:,} of {len(plan.dataset.tasks)} tasks ({plan.dataset.name}), {plan.facts.frames} frames"
    done = result.questions - result.left
    yield "questions", asked + (f"; {done:,} are answered in {plan.folder}, {result.left:,} are left" if done else "")
    if result.missing:
        listed = ", ".join(result.missing[:3]) + (", ..." if len(result.missing) > 3 else "")
        yield "videos", f"{len(result.missing):,} questions have none ({listed}); `mvbench data verify` lists all"
    else:
        yield "videos", "all are there"
    if result.unread:
        yield "", f"of a few that were read, these could not be: {', '.join(result.unread)}"
    source = f"as in {result.past.folder}" if result.past else f"as {model.name} counts them"
    at_most = f"at most {result.most_output_tokens:,} out"
    if result.input_tokens is None:
        yield "tokens", f"{at_most}; those in are not known before a first run"
    elif result.output_tokens is None:
        yield "tokens", f"about {result.input_tokens:,} in ({source}), {at_most}"
    else:
        yield "tokens", f"about {result.input_tokens:,} in and {result.output_tokens:,} out ({source}), {at_most}"
    reading = f"reading {about(result.read_minutes)}"
    if result.answer_minutes is None:
        yield "minutes", f"{reading}; answering is not known before a first run, such as one with --limit 2"
    else:
        at_once = f", {model.concurrency} at once" if model.concurrency > 1 else ""
        yield "minutes", f"{reading}, answering {about(result.answer_minutes)}{at_once} ({source})"
    if result.most_usd is None:
        yield "money", "not known" if settings.price_table else "not known without --price-table"
    else:
        expected = "" if result.usd is None else f"about {result.usd:,.2f} USD, "
        yield "money", f"{expected}at most {result.most_usd:,.2f} USD by {settings.price_table}"


def about(minutes: float) -> str:
    return f"about {minutes:,.1f}" if minutes >= 0.1 else "less than 0.1"
