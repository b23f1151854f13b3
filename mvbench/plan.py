"""Settings -> everything an evaluation needs, resolved and checked before a frame is read or a model loaded."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, cast

import orjson

from mvbench import tasks
from mvbench.errors import MissingExtra, UsageError, suggestion
from mvbench.exports import RunFacts
from mvbench.families import family_of
from mvbench.model import Model
from mvbench.models.builtin import Oracle
from mvbench.pricing import Price, read_price
from mvbench.prompts import PROTOCOLS, Protocol, parse
from mvbench.registry import build, checked, dataset_folder, missing_arguments, model_factory, model_file
from mvbench.sampling import Sampling
from mvbench.settings import MODEL_FLAGS, RESULT_FREE_ARGUMENTS, EvalSettings
from mvbench.types import Generation, Sample, Task
from mvbench.video import ReadOptions
from mvbench.views import VIEWS

log = logging.getLogger(__name__)

DEFAULT_FRAMES = 16
MOST_FRAMES = 4096


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be asked of whom, and how. `fingerprint` holds all that changes the result."""

    settings: EvalSettings
    dataset: tasks.Dataset
    model: Model
    protocol: Protocol
    reading: ReadOptions
    fingerprint: Mapping[str, Any]
    price: Price | None = None

    @property
    def batch_size(self) -> int:
        return self.settings.batch_size or self.model.batch_size

    @property
    def looks(self) -> bool:
        """Whether clips are decoded at all."""
        return self.model.wants.frames and self.settings.view != "none"

    @property
    def facts(self) -> RunFacts:
        return RunFacts(self.model.name, frames_in_words(self.reading.sampling), self.protocol.name, self.settings.view)

    @property
    def folder(self) -> Path:
        """The run folder: `--out`, else a name that says what it is and ends in the fingerprint."""
        if self.settings.out is not None:
            return Path(self.settings.out).resolve()
        sampling = self.reading.sampling
        frames = f"{sampling.num_frames}f" if sampling.fps is None else f"{sampling.fps:g}fps"
        digest = hashlib.blake2b(canonical(self.fingerprint), digest_size=4).hexdigest()
        name = "-".join([self.model.name, frames, Path(self.protocol.name).stem, digest])
        return Path("runs") / re.sub(r"[^\w.-]+", "_", name)


def make(settings: EvalSettings, model: Model | Callable[..., Any] | None = None) -> Plan:
    """The plan for these settings, of a model that is given instead of named, or of what makes one.

    Raises UsageError or DataError; several things that are missing in one line.
    """
    check_complete(settings, model)
    check_extras(settings)
    protocol = find_protocol(settings.protocol)
    sampling = choose_sampling(settings)
    dataset = load_data(str(settings.data), settings)
    generation = Generation(
        answer=settings.answer,
        max_new_tokens=settings.max_new_tokens or protocol.max_new_tokens,
        gen_kwargs=settings.gen_kwargs,
        prefix=settings.prefix,
        seed=settings.seed,
    )
    if isinstance(model, Model) and not isinstance(model, type):
        refuse_generation(settings)
        answering = checked(model, model.name)
    else:
        answering = build_answering(settings, model, generation, dataset)
    warn_of_own_questions(answering, dataset)
    if answering.batch_size == 1 and answering.concurrency > 1 and (settings.batch_size or 1) > 1:
        raise UsageError(
            f"--batch-size {settings.batch_size}: model {answering.name!r} is asked one question at a time, "
            f"{answering.concurrency} at once; use --concurrency"
        )
    if settings.view in VIEWS and not answering.wants.frames:
        raise UsageError(
            f"--view {settings.view} changes frames, but model {answering.name!r} takes none; leave it out"
        )
    reading = ReadOptions(
        sampling=sampling,
        side=answering.wants.side,
        decoder=settings.decoder,
        resize=settings.resize,
        max_pixels=settings.max_pixels,
    )
    fingerprint = {
        "model": answering.name if model is not None else model_title(str(settings.model)),
        "model_identity": dict(answering.identity()),
        "model_args": {
            key: value for key, value in sorted(model_arguments(settings).items()) if key not in RESULT_FREE_ARGUMENTS
        },
        "data": dataset.hash,
        "tasks": [task.key for task in dataset.tasks],
        "task_rules": rules_of(dataset.tasks),
        "limit": settings.limit,
        "subset": settings.subset,
        "sampling": asdict(sampling),
        "protocol": protocol.name,
        "protocol_text": hashlib.blake2b(canonical(asdict(protocol)), digest_size=8).hexdigest(),
        "answer": settings.answer,
        "view": settings.view,
        "decoder": settings.decoder,
        "resize": settings.resize,
        "max_pixels": settings.max_pixels,
        "prefix": settings.prefix,
        "gen_kwargs": dict(sorted(settings.gen_kwargs.items())),
        "max_new_tokens": generation.max_new_tokens,
        "repeats": settings.repeats,
        "seed": settings.seed,
        "subtitles": settings.subtitles,
    }
    canonical(fingerprint)
    return Plan(settings, dataset, answering, protocol, reading, fingerprint, find_price(settings, answering))


def rules_of(chosen: Sequence[Task]) -> str:
    """What tells sets of tasks apart that ask otherwise. How reversed clips are judged changes no question."""
    rules = [{name: value for name, value in asdict(task).items() if name != "reversal"} for task in chosen]
    return hashlib.blake2b(canonical(rules), digest_size=8).hexdigest()


def variant(plan: Plan, samples: Sequence[Sample], *, view: str, out: Path, **changes: Any) -> Plan:
    """The same plan for these of its samples, another view and folder, and other settings of frames, decoder or batch.

    `view` may be any name: it is written down, and changes what is shown where `mvbench.views` knows it.
    """
    settings = replace(plan.settings, view=view, out=str(out), **changes)
    sampling = choose_sampling(settings)
    there = {sample.task for sample in samples}
    chosen = tuple(task for task in plan.dataset.tasks if task.key in there)
    return replace(
        plan,
        settings=settings,
        dataset=replace(plan.dataset, tasks=chosen, samples=tuple(samples)),
        reading=replace(plan.reading, sampling=sampling, decoder=settings.decoder),
        fingerprint={
            **plan.fingerprint,
            "tasks": [task.key for task in chosen],
            "task_rules": rules_of(chosen),
            "sampling": asdict(sampling),
            "view": view,
            "decoder": settings.decoder,
        },
    )


def check_complete(settings: EvalSettings, model: object) -> None:
    """Raises UsageError naming everything that must be given and is not."""
    problems = []
    if settings.model is None and model is None:
        problems.append("no model: give --model NAME (`mvbench models` lists them)")
    elif settings.model is not None and (problem := model_problem(settings)):
        problems.append(problem)
    if settings.data is None:
        problems.append('no data: give --data DIR, set data = "DIR" in mvbench.toml, or try --data demo')
    if problems:
        raise UsageError("; ".join(problems))


def model_problem(settings: EvalSettings) -> str | None:
    """What the named model cannot be built without and is not given; None where nothing is missing."""
    factory = model_factory(str(settings.model))
    missing = missing_arguments(factory, model_arguments(settings), given=("table",))
    if not missing:
        return None
    if hasattr(factory, "how_to_get"):
        return str(factory.how_to_get())
    return (
        f"model {settings.model!r} needs {', '.join(missing)}: give --model-args {'=..., '.join(missing)}=... "
        f"or set it under [models.{settings.model}] in mvbench.toml"
    )


def build_answering(
    settings: EvalSettings, factory: Callable[..., Any] | None, generation: Generation, dataset: tasks.Dataset
) -> Model:
    """The model that will answer, made by `factory` or by what the settings name."""
    arguments = model_arguments(settings)
    if factory is not None:
        return build(factory, arguments, generation, name=getattr(factory, "name", "given"))
    factory = model_factory(str(settings.model))
    if factory is Oracle:
        arguments["table"] = {sample.id: sample.answer_text for sample in dataset.samples if sample.answer is not None}
    return build(factory, arguments, generation, name=str(settings.model))


def warn_of_own_questions(model: Model, dataset: tasks.Dataset) -> None:
    """A model finds its own words easier than another's."""
    kin = [writer for writer in dataset.writers if family_of(writer) == family_of(model.name)]
    if kin:
        log.warning(
            "questions of this data set were worded by %s, of the family of %s: its score cannot be compared with "
            "those of other models",
            ", ".join(kin),
            model.name,
        )


def refuse_generation(settings: EvalSettings) -> None:
    """Raises UsageError for settings that a model takes when it is built, where it is built already."""
    default = EvalSettings()
    for name in ("answer", "max_new_tokens", "prefix", "gen_kwargs", "model_args", *MODEL_FLAGS):
        if getattr(settings, name) != getattr(default, name):
            raise UsageError(
                f"{name} is {getattr(settings, name)!r}, but the model is built already: give it the model's class, "
                "or what makes the model, to have it built with these settings"
            )


def load_data(name: str, settings: EvalSettings) -> tasks.Dataset:
    """The questions of a data folder, or of a data set by name, that these settings choose."""
    return tasks.load(
        dataset_folder(name),
        tasks=settings.tasks,
        tasks_file=Path(settings.tasks_file) if settings.tasks_file else None,
        limit=settings.limit,
        subset=settings.subset,
        repeats=settings.repeats,
    )


def check_extras(settings: EvalSettings) -> None:
    """Raises MissingExtra before anything is made, instead of in a worker after it."""
    for wanted, package, extra, purpose in (
        (settings.resize == "fast", "torch", "models", "--resize fast"),
        (settings.decoder == "decord", "decord", "decord", "--decoder decord"),
    ):
        if wanted and find_spec(package) is None:
            raise MissingExtra(package, extra=extra, purpose=purpose)


def model_title(name: str) -> dict[str, str] | str:
    """What the fingerprint says of a name: itself, or file name, class and content hash, but no path."""
    file = model_file(name)
    if file is None:
        return name
    digest = hashlib.blake2b(file.read_bytes(), digest_size=8).hexdigest()
    return {"file": file.name, "class": name.rpartition(":")[2], "hash": digest}


def model_arguments(settings: EvalSettings) -> dict[str, Any]:
    """The model's arguments: `[models.NAME]` of the settings files, then `--model-args`, then flags that name one.

    Raises UsageError for an API key in any of the tables: it would be written down.
    """
    for name, table in {**settings.models, str(settings.model): settings.model_args}.items():
        if "api_key" in table:
            raise UsageError(
                f"api_key of model {name!r} is refused, for it would be written down: put the key into an environment "
                "variable, and name that with api_key_env where it is not the usual one"
            )
    flags = {name: value for name in MODEL_FLAGS if (value := getattr(settings, name)) is not None}
    return dict(settings.models.get(settings.model or "", {})) | settings.model_args | flags


def find_price(settings: EvalSettings, model: Model) -> Price | None:
    """What the model's tokens cost, by `--price-table`. Raises UsageError, also for `--max-cost` without one."""
    if settings.price_table is None:
        if settings.max_cost is not None:
            raise UsageError(f"--max-cost {settings.max_cost:g} needs --price-table FILE to know what tokens cost")
        return None
    return read_price(Path(settings.price_table), str(model.identity().get("model", model.name)))


def find_protocol(name: str) -> Protocol:
    """A protocol by name, or from a TOML file. Raises UsageError with the nearest name."""
    if name in PROTOCOLS:
        return PROTOCOLS[name]
    path = Path(name)
    if path.suffix == ".toml":
        return parse(tasks.read_text(path, limit=2**20), origin=path.name)
    raise UsageError(
        f"protocol {name!r} is unknown{suggestion(name, PROTOCOLS)} (known: {', '.join(PROTOCOLS)}, or a .toml file)"
    )


def choose_sampling(settings: EvalSettings) -> Sampling:
    """Which frames to look at. Raises UsageError for flags that contradict each other."""
    by_rate = settings.fps is not None
    if by_rate and settings.frames is not None:
        raise UsageError(f"--frames {settings.frames} and --fps {settings.fps:g} exclude each other; give one of them")
    if by_rate and settings.sampling not in (None, "fps"):
        raise UsageError(f"--fps goes with --sampling fps, not {settings.sampling}")
    if settings.sampling == "fps" and not by_rate:
        raise UsageError("--sampling fps needs --fps X, the frames per second")
    if settings.max_frames is not None and not by_rate:
        raise UsageError(f"--max-frames {settings.max_frames} goes with --fps; use --frames for a fixed number")
    if by_rate:
        return Sampling(
            "fps", num_frames=DEFAULT_FRAMES, fps=settings.fps, max_frames=settings.max_frames or MOST_FRAMES
        )
    policy = cast(Literal["midpoint", "linspace"], settings.sampling or "midpoint")
    return Sampling(policy, num_frames=settings.frames or DEFAULT_FRAMES)


def frames_in_words(sampling: Sampling) -> str:
    if sampling.fps is None:
        return str(sampling.num_frames)
    return f"{sampling.fps:g} fps, at most {sampling.max_frames}"


def canonical(content: object) -> bytes:
    """The bytes that equal contents share. Raises UsageError for a number too large for JSON."""
    try:
        return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    except TypeError as error:
        raise UsageError(f"a setting cannot be written down: {error}") from None
