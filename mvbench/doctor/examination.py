"""Ask a model about the drawn clips, by the path that an evaluation takes, and judge its stack by the answers."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import takewhile, zip_longest
from types import MappingProxyType
from typing import Any

from mvbench import plan as plans
from mvbench.doctor import checks, material
from mvbench.doctor.checks import Finding, Told, Twice
from mvbench.doctor.viewer import Asked, Glimpse, Seen, sampled, scene_at
from mvbench.errors import ModelError
from mvbench.evaluation import cut, reader
from mvbench.model import Model
from mvbench.plan import DEFAULT_FRAMES, Plan
from mvbench.progress import Advance, progress
from mvbench.registry import model_factory
from mvbench.runner import Shown, evaluate
from mvbench.scoring import HEADLINE, judge
from mvbench.settings import EvalSettings
from mvbench.types import FrameSpec, Record, Reply, Request, Sample
from mvbench.views import shown_instead

ALONE = 24
"""So many questions are asked again alone, to see whether their answers depend on what else is asked."""
KNOCKS = 2
"""After so many questions without one reply no more are asked."""
PATIENCE = 8
"""After so many questions in a row that failed no more are asked."""
LONG_SECONDS = 90.0
"""After so long a wait two of them are enough."""
HASTE: Mapping[str, float] = MappingProxyType({"timeout": 30.0, "max_retries": 1})
"""How long to wait for a server: one that hangs has its verdict in two minutes."""


@dataclass(frozen=True, slots=True)
class Report:
    """The seven findings, in their order, and every reply they rest on."""

    findings: tuple[Finding, ...]
    records: tuple[Record, ...]
    title: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        return {
            "title": dict(self.title),
            "checks": [finding.to_json() for finding in self.findings],
            "replies": [
                {
                    "sample_id": record.sample.id,
                    "choice": record.verdicts[HEADLINE].choice,
                    "right": record.sample.answer,
                    "reply": None if record.reply is None else asdict(record.reply),
                    "failure": None if record.failure is None else str(record.failure),
                }
                for record in self.records
            ],
        }


class OneAtATime:
    """A model that is asked one question after the other, whatever it could take at once."""

    batch_size = 1
    concurrency = 1

    def __init__(self, model: Model) -> None:
        self.name: str = model.name
        self.wants: FrameSpec = model.wants
        self._model = model

    def identity(self) -> Mapping[str, Any]:
        return self._model.identity()

    def answer(self, requests: Sequence[Request]) -> Sequence[Reply]:
        return self._model.answer(requests)


def make_plan(settings: EvalSettings, model: Model | Callable[..., Any] | None = None) -> Plan:
    """The plan of an evaluation with these settings, but of the drawn clips; `model`: one that is not named there.

    Replies that were kept are not used: they would hide what a second call changes. Where a model can be told how long
    to wait for a server, and is not, it waits as in `HASTE`. Raises UsageError.
    """
    folder = material.folder()
    with outlived(name_of(settings, model)):
        given = settings.models.get(settings.model or "", {}).keys() | settings.model_args.keys()
        haste = {name: value for name, value in HASTE.items() if name in parameters(settings, model) - given}
        ours = replace(
            settings,
            data=str(folder),
            tasks_file=str(folder / material.TASKS_FILE),
            cache=None,
            model_args=without_cache(settings.model_args) | haste,
            models={name: without_cache(arguments) for name, arguments in settings.models.items()},
        )
        return plans.make(ours, model)


def parameters(settings: EvalSettings, model: Model | Callable[..., Any] | None) -> set[str]:
    """What the model that is still to be built can be told."""
    if isinstance(model, Model) and not isinstance(model, type):
        return set()
    factory = model_factory(settings.model) if model is None and settings.model else model
    return set(inspect.signature(factory).parameters) if callable(factory) else set()


def name_of(settings: EvalSettings, model: object) -> str:
    return str(getattr(model, "name", None) or settings.model)


def without_cache(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in arguments.items() if key != "cache"}


@contextmanager
def outlived(name: str) -> Iterator[None]:
    """Code of a model runs here. Raises ModelError where it would end the process."""
    try:
        yield
    except SystemExit as error:
        raise ModelError(f"model {name!r} ends the process (SystemExit: {error}); let it raise another error") from None


def examine(plan: Plan, *, quiet: bool = False) -> Report:
    """Ask all questions, some of them twice, and judge. What fails time and again is asked no more."""
    samples = shown_instead(plan.dataset.samples, plan.settings.view, seed=plan.settings.seed)
    control = [sample for sample in samples if sample.task == "doctor_control"]
    ordered = [*control, *interleaved([sample for sample in samples if sample.task != "doctor_control"])]
    single = OneAtATime(plan.model)
    alone: list[Record] = []
    again: list[Record] = []
    with outlived(plan.model.name), progress(plan.model.name, total=len(samples) + ALONE, quiet=quiet) as advance:
        first = ask_all(plan, ordered, advance=advance)
        if len(first) == len(ordered) and asks_at_once(plan) > 1:
            alone = ask(plan, single, some_of(first), advance=advance)
            if sum(one.together != one.alone for one in twice(first, alone, [])) > checks.ROUNDING:
                with progress(f"{plan.model.name}, once more", total=len(alone), quiet=quiet) as more:
                    again = ask(plan, single, [record.sample for record in alone], advance=more)
    return judged(plan, first, alone, again, left=len(ordered) - len(first))


def ask_all(plan: Plan, samples: Sequence[Sample], *, advance: Advance) -> list[Record]:
    """The records of these questions, of the first few only where none of those, asked one by one, gets a reply.

    One by one, for questions that hang together would hang one after the other where the model has a lock.
    """
    with reader(plan, samples) as read:
        records: list[Record] = []
        while len(records) < KNOCKS and all(record.failure for record in records):
            this = samples[len(records) : len(records) + 1]
            records += records_of(plan, OneAtATime(plan.model), this, read=read, batch_size=1, advance=advance)
        if not all(record.failure for record in records):
            rest = samples[len(records) :]
            records += records_of(plan, plan.model, rest, read=read, batch_size=plan.batch_size, advance=advance)
        return records


def ask(plan: Plan, model: OneAtATime, samples: Sequence[Sample], *, advance: Advance) -> list[Record]:
    """The records of these questions, asked one by one."""
    if not samples:
        return []
    with reader(plan, samples) as read:
        return records_of(plan, model, samples, read=read, batch_size=1, advance=advance)


def records_of(
    plan: Plan,
    model: Model,
    samples: Sequence[Sample],
    *,
    read: Callable[[Sample], Shown],
    batch_size: int,
    advance: Advance,
) -> list[Record]:
    """The records of these questions, until too many have failed in a row."""
    records: list[Record] = []
    for made in evaluate(cut(samples, batch_size), model, read=read, render=plan.protocol.render, judge=judge):
        records += made
        advance(len(made), "")
        if hopeless(records, batch_size=batch_size):
            break
    return records


def hopeless(records: Sequence[Record], *, batch_size: int) -> bool:
    """Whether the last `PATIENCE` questions, and two batches, have failed, or fewer that took long to do so."""
    failed = list(takewhile(lambda record: record.failure is not None, reversed(records)))
    seconds = sum(record.answer_seconds for record in failed)
    return len(failed) >= max(PATIENCE, 2 * batch_size) or (len(failed) >= KNOCKS and seconds > LONG_SECONDS)


def some_of(records: Sequence[Record]) -> list[Sample]:
    """Questions from all tasks that were answered, and from all places in a batch: the step is no whole number.

    Not the first one, which was asked alone before.
    """
    answered = [record.sample for record in records if record.failure is None]
    count = min(ALONE, len(answered))
    return [answered[(2 * turn + 1) * len(answered) // (2 * count)] for turn in range(count)]


def asks_at_once(plan: Plan) -> int:
    """How many questions are under way at a time."""
    return plan.batch_size * plan.model.concurrency


def interleaved(samples: Sequence[Sample]) -> list[Sample]:
    """The tasks in turn, so that a batch holds short and long prompts, and clips of several lengths."""
    by_task: dict[str, list[Sample]] = {}
    for sample in samples:
        by_task.setdefault(sample.task, []).append(sample)
    return [sample for row in zip_longest(*by_task.values()) for sample in row if sample is not None]


def judged(
    plan: Plan, first: Sequence[Record], alone: Sequence[Record], again: Sequence[Record], *, left: int
) -> Report:
    """The seven findings. `left`: questions that were given up."""
    rows: dict[str, list[Asked]] = {task: [] for task in material.TASKS}
    for record in first:
        if record.failure is None:
            rows[record.sample.task].append(as_asked(record, plan))
    control = rows["doctor_control"]
    order = checks.frames_in_order(control, [*rows["doctor_order"], *rows["doctor_moment"]], rows["doctor_brief"])
    told = [as_told(record, plan) for record in (*first, *alone, *again)]
    generates = plan.settings.answer == "generate"
    longest = plan.settings.max_new_tokens or plan.protocol.max_new_tokens
    findings = (
        order,
        checks.right_times(control, rows["doctor_times"], order),
        checks.within_bounds(control, rows["doctor_bounds"], order),
        checks.prefix_holds(told, asked=plan.settings.prefix, generates=generates),
        checks.thinking_whole(told, max_new_tokens=longest),
        checks.batches_agree(twice(first, alone, again), at_once=asks_at_once(plan), together=togetherness(plan)),
        checks.nothing_blank(told, generates=generates, left=left),
    )
    return Report(findings, (*first, *alone, *again), asdict(plan.facts) | {"identity": dict(plan.model.identity())})


def as_asked(record: Record, plan: Plan) -> Asked:
    """A record with what was drawn and what was sent of it."""
    sample = record.sample
    dials = sample.extras["dials"]
    assert sample.answer is not None
    row = Asked(
        kind=dials["kind"],
        choices=sample.choices,
        answer=sample.answer,
        parts=tuple(dials["parts"]),
        seconds=dials["seconds"],
        sent=(),
        choice=choice_of(record),
        at_seconds=dials["at"],
        start_seconds=sample.clip.start_seconds,
        end_seconds=sample.clip.end_seconds,
        astray=checks.is_astray(as_told(record, plan)),
    )
    return replace(row, sent=sent(record, row, num_frames=plan.reading.sampling.num_frames or DEFAULT_FRAMES))


def sent(record: Record, asked: Asked, *, num_frames: int) -> tuple[Glimpse, ...]:
    """The frames that the model got; of one that opens clips itself, those that it should have looked at.

    By their times, not by the indices that a view may have changed: what a view does is for the verdicts to find.
    """
    if record.frames is not None:
        return tuple(
            Glimpse(scene_at(asked.parts, seconds, of=asked.seconds), seconds, index)
            for seconds, index in zip(record.frames["pts_seconds"], record.frames["indices"], strict=True)
        )
    start = asked.start_seconds or 0.0
    end = asked.seconds if asked.end_seconds is None else asked.end_seconds
    nothing: Seen = sampled(replace(asked, sent=(Glimpse("", 0.0, 0),) * num_frames), start, end)
    return nothing.glimpses


def as_told(record: Record, plan: Plan) -> Told:
    reply = record.reply or Reply("", error=record.failure.detail if record.failure else "")
    return Told(
        record.sample.id,
        reply,
        plan.protocol.answer_prefix,
        len(record.sample.choices),
        record.verdicts[HEADLINE].status,
    )


def twice(first: Sequence[Record], alone: Sequence[Record], again: Sequence[Record]) -> list[Twice]:
    """What became of each question that was asked alone too."""
    together, third = choices_of(first), choices_of(again)
    return [
        Twice(record.sample.id, together[record.sample.id], choice_of(record), third.get(record.sample.id))
        for record in alone
        if record.failure is None
    ]


def togetherness(plan: Plan) -> str:
    """How more than one question is asked at a time."""
    if plan.model.concurrency > 1:
        return f"with {asks_at_once(plan)} at once"
    return f"in batches of {plan.batch_size}"


def choices_of(records: Sequence[Record]) -> dict[str, int | None]:
    return {record.sample.id: choice_of(record) for record in records}


def choice_of(record: Record) -> int | None:
    return record.verdicts[HEADLINE].choice
