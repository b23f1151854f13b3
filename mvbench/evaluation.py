"""One evaluation, from plan to summary."""

from __future__ import annotations

import csv
import io
import logging
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import chain
from types import FrameType
from typing import Any

from mvbench import provenance
from mvbench.errors import MVBenchError
from mvbench.exports import RunFacts, csv_rows, upload
from mvbench.folders import pretty
from mvbench.isolation import WorkerPool, default_workers
from mvbench.metrics import Summary, summarise
from mvbench.model import Model, Reports
from mvbench.plan import Plan, model_arguments
from mvbench.pricing import Spending
from mvbench.progress import progress
from mvbench.results import RESULTS, SUMMARY, UPLOAD, Done, Run, storable
from mvbench.runner import Shown, evaluate
from mvbench.scoring import HEADLINE, judge
from mvbench.types import Frames, Record, Sample
from mvbench.video import read
from mvbench.views import VIEWS, shown_instead

log = logging.getLogger(__name__)

SAME_REQUEST_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run amounts to; no summary when not one question was finished. `interrupted`: stopped on request.

    `spending`: tokens of every reply in the folder, and what they cost where prices are known.
    """

    run: Run
    summary: Summary | None
    interrupted: bool = False
    spending: Spending = field(default_factory=Spending)


def run(plan: Plan, *, sources: Mapping[str, str], argv: Sequence[str], quiet: bool = False) -> Outcome:
    """Ask what has not been answered yet and derive the summary; the same call over a finished run asks nothing.

    `sources` says where each setting came from and `argv` what was typed; both are only written down.
    """
    samples = shown_instead(plan.dataset.samples, plan.settings.view, seed=plan.settings.seed)
    with Run.open(plan.folder, facts(plan, sources=sources, argv=argv), fresh=plan.settings.fresh) as folder:
        done = folder.done(HEADLINE)
        todo = left_to_ask(plan, samples, done)
        if done:
            asked = sum(sample.id in done for sample in samples)
            state = "nothing is left to ask" if not todo else "going on"
            log.info("%s holds %s of %s questions: %s", folder.path, f"{asked:,}", f"{len(samples):,}", state)
        written = folder.tokens()
        spending = Spending(plan.price, plan.settings.max_cost, written.input, written.output, written.replies)
        with stop_requested() as stop:
            if todo:
                ask_all(plan, todo, folder, done=done, spending=spending, stop=stop, quiet=quiet)
            stopped = stop.is_set()
        if not folder.done(HEADLINE):
            return Outcome(folder, None, interrupted=stopped)
        summary = concluded(plan, folder)
    return Outcome(folder, summary, interrupted=stopped and summary.missing > 0, spending=spending)


def concluded(plan: Plan, folder: Run) -> Summary:
    """What the run amounts to, and the files that follow from it. Raises DataError where nothing has been asked."""
    summary = summarise(
        folder.records(),
        folder.tasks,
        data_name=plan.dataset.name,
        expected=len(plan.dataset.samples),
        max_errors=plan.settings.max_errors,
    )
    derive(folder, summary, plan.facts)
    return summary


def ask_all(
    plan: Plan,
    todo: Sequence[Sequence[Sample]],
    folder: Run,
    *,
    done: Mapping[str, Done],
    spending: Spending,
    stop: threading.Event,
    quiet: bool,
) -> None:
    """Read, ask, judge and write batch by batch, until all is done, a stop is requested or the money is spent."""
    to_ask = {sample.id for batch in todo for sample in batch}
    before = [row.correct for name, row in done.items() if name not in to_ask]
    counted, correct = len(before), sum(before)
    with (
        reader(plan, [sample for batch in todo for sample in batch]) as read_clip,
        progress(plan.model.name, total=len(plan.dataset.samples), done=counted, quiet=quiet) as advance,
    ):
        for records in ask_and_write(plan, todo, folder, read_clip=read_clip, spending=spending, stop=stop):
            counted += len(records)
            correct += sum(record.verdicts[HEADLINE].correct for record in records)
            advance(len(records), f"accuracy so far {100 * correct / counted:.1f} %")
    spending.check()


def ask_and_write(
    plan: Plan,
    todo: Sequence[Sequence[Sample]],
    folder: Run,
    *,
    read_clip: Callable[[Sample], Shown],
    spending: Spending,
    stop: threading.Event,
) -> Iterator[list[Record]]:
    """Yield each batch's records once they are written, until all is done, a stop is requested or the money is spent.

    Those who spend no more than `spending` allows call its `check` at the end.
    """
    rounds = (
        evaluate(
            until(stop, batches, spending),
            plan.model,
            read=read_clip,
            render=lambda sample: plan.protocol.render(sample, subtitles=plan.settings.subtitles),
            judge=judge,
        )
        for batches in rounds_of(todo, spending)
    )
    noted = False
    for records in chain.from_iterable(rounds):
        folder.append(records)
        spending.add(records)
        if not noted:
            note_used(plan.model, folder)
            noted = True
        yield records
    note_used(plan.model, folder)


def note_used(model: Model, folder: Run) -> None:
    """Write down what the model found itself to be, where it tells. A model that cannot say it loses no reply."""
    if not isinstance(model, Reports):
        return
    try:
        folder.note("used", dict(model.used()))
    except MVBenchError:
        raise
    except Exception as error:  # whatever a third party's method raises, and TypeError for what JSON cannot hold
        log.warning("model %r does not tell what it used, in plain values: %s", model.name, error)


@contextmanager
def reader(plan: Plan, samples: Sequence[Sample]) -> Iterator[Callable[[Sample], Shown]]:
    """A function that gives what is shown for each of `samples`, to be called in their order; decoding runs ahead."""
    if not plan.looks:
        yield lambda sample: None
        return
    jobs = [(sample.clip, plan.reading) for sample in samples if sample.answer is not None]
    workers = plan.settings.workers or default_workers()
    with WorkerPool(
        read,
        workers=min(workers, max(1, len(jobs))),
        timeout_seconds=plan.settings.decode_timeout,
        ahead=max(4 * workers, 2 * plan.batch_size),
    ) as pool:
        clips = pool.map(jobs)

        def read_next(sample: Sample) -> Shown:
            if sample.answer is None:
                return None
            return as_viewed(next(clips), sample, plan)

        yield read_next


def as_viewed(shown: Shown, sample: Sample, plan: Plan) -> Shown:
    """The frames as the plan's view changes them for this sample."""
    change = VIEWS.get(plan.settings.view)
    if change is None or not isinstance(shown, Frames):
        return shown
    return change(shown, f"{plan.settings.seed} {sample.id}")


def cut(samples: Sequence[Sample], size: int) -> list[Sequence[Sample]]:
    """Batches from the full list, so that a resumed run cuts the same ones."""
    return [samples[start : start + size] for start in range(0, len(samples), size)]


def left_to_ask(plan: Plan, samples: Sequence[Sample], done: Mapping[str, Done]) -> list[Sequence[Sample]]:
    """The batches to ask, given how the questions that have a record ended."""
    kept = {name for name, row in done.items() if not (row.error and plan.settings.retry_errors)}
    return unfinished(cut(samples, plan.batch_size), kept)


def unfinished(batches: Iterable[Sequence[Sample]], done: Iterable[str]) -> list[Sequence[Sample]]:
    """The batches to ask: an incomplete one is asked again as a whole, for its members may depend on each other."""
    finished = set(done)
    return [batch for batch in batches if any(sample.id not in finished for sample in batch)]


def rounds_of(todo: Sequence[Sequence[Sample]], spending: Spending) -> Iterator[Sequence[Sequence[Sample]]]:
    """All batches at once; under a limit first one at a time, until a reply has told what a question costs."""
    alone = 0
    while alone < len(todo) and spending.one_by_one():
        yield todo[alone : alone + 1]
        alone += 1
    yield todo[alone:]


def until(stop: threading.Event, batches: Iterable[Sequence[Sample]], spending: Spending) -> Iterator[Sequence[Sample]]:
    """The batches, as long as no stop is requested and there is money for one more."""
    for batch in batches:
        if stop.is_set():
            return
        if not spending.affords(len(batch)):
            if spending.untold is None:
                log.warning(
                    "%.4f USD are spent%s and --max-cost is %g: no more is asked; a larger --max-cost goes on",
                    spending.usd,
                    f", {spending.under_way:,} questions are under way" if spending.under_way else "",
                    spending.limit,
                )
            return
        spending.under_way += len(batch)
        yield batch


@contextmanager
def stop_requested() -> Iterator[threading.Event]:
    """An event that the first SIGINT or SIGTERM sets; a later one interrupts as usual.

    One within a second is the same request: a supervisor may signal the process and its group.
    """
    stop = threading.Event()
    first: float | None = None

    def request(number: int, frame: FrameType | None) -> None:
        nonlocal first
        now = time.monotonic()
        if first is not None:
            if now - first > SAME_REQUEST_SECONDS:
                raise KeyboardInterrupt
            return
        first = now
        stop.set()
        print(
            "\nmvbench: finishing the questions under way; once more to leave at once. The same command resumes.",
            file=sys.stderr,
        )

    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.signal(number, request) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def derive(run: Run, summary: Summary, facts: RunFacts) -> None:
    """Write the files that follow from the records."""
    run.derive(SUMMARY, pretty(summary.to_json()))
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows(csv_rows(summary, facts))
    run.derive(RESULTS, table.getvalue().encode())
    scores = upload(summary, facts)
    if scores is None:
        run.withdraw(UPLOAD)
    else:
        run.derive(UPLOAD, pretty(scores))


def facts(plan: Plan, *, sources: Mapping[str, str], argv: Sequence[str]) -> dict[str, Any]:
    """The content of `run.json`."""
    return {
        "fingerprint": plan.fingerprint,
        "title": asdict(plan.facts),
        "model": {"name": plan.model.name, "identity": dict(plan.model.identity())},
        "protocol": asdict(plan.protocol),
        "data": {"name": plan.dataset.name, "hash": plan.dataset.hash, "questions": len(plan.dataset.samples)},
        "tasks": [asdict(task) for task in plan.dataset.tasks],
        "batch_size": plan.batch_size,
        "arguments": {
            "given": [storable(word) for word in argv],
            # Other models' tables are nobody's business here.
            "resolved": {
                name: storable(value) if isinstance(value, str) else value
                for name, value in asdict(plan.settings).items()
                if name != "models"
            }
            | {"model_args": model_arguments(plan.settings)},
            "sources": dict(sources),
        },
        "versions": provenance.versions(),
        "commit": provenance.commit(),
        "hardware": provenance.hardware(),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }
