"""Settings -> everything an evaluation needs, resolved and checked before a frame is read or a model loaded."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, cast

import orjson

from mvbench import tasks
from mvbench.errors import MissingExtra, UsageError, suggestion
from mvbench.exports import RunFacts
from mvbench.model import Model
from mvbench.models.builtin import Oracle
from mvbench.prompts import PROTOCOLS, Protocol, parse
from mvbench.registry import build_model, dataset_folder, missing_arguments, model_factory
from mvbench.sampling import Sampling
from mvbench.settings import RESULT_FREE_ARGUMENTS, EvalSettings
from mvbench.types import Generation
from mvbench.video import ReadOptions
from mvbench.views import VIEWS

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


def make(settings: EvalSettings) -> Plan:
    """The plan for these settings. Raises UsageError or DataError; several things that are missing in one line."""
    problems = []
    arguments = model_arguments(settings)
    if settings.model is None:
        problems.append("no model: give --model NAME (`mvbench models` lists them)")
    elif missing := missing_arguments(model_factory(settings.model), arguments, given=("table",)):
        words = ", ".join(missing)
        problems.append(
            f"model {settings.model!r} needs {words}: give --model-args {'=..., '.join(missing)}=... "
            f"or set it under [models.{settings.model}] in mvbench.toml"
        )
    if settings.data is None:
        problems.append('no data: give --data DIR, set data = "DIR" in mvbench.toml, or try --data demo')
    if problems or settings.model is None or settings.data is None:
        raise UsageError("; ".join(problems))
    check_extras(settings)
    protocol = find_protocol(settings.protocol)
    sampling = choose_sampling(settings)
    dataset = load_data(settings.data, settings)
    generation = Generation(
        answer=settings.answer,
        max_new_tokens=settings.max_new_tokens or protocol.max_new_tokens,
        gen_kwargs=settings.gen_kwargs,
        prefix=settings.prefix,
        seed=settings.seed,
    )
    if model_factory(settings.model) is Oracle:
        arguments["table"] = {sample.id: sample.answer for sample in dataset.samples if sample.answer is not None}
    model = build_model(settings.model, arguments, generation)
    if settings.view in VIEWS and not model.wants.frames:
        raise UsageError(
            f"--view {settings.view} changes frames, but model {settings.model!r} takes none; leave it out"
        )
    reading = ReadOptions(
        sampling=sampling,
        side=model.wants.side,
        decoder=settings.decoder,
        resize=settings.resize,
        max_pixels=settings.max_pixels,
    )
    fingerprint = {
        "model": settings.model,
        "model_identity": dict(model.identity()),
        "model_args": {
            key: value for key, value in sorted(arguments.items()) if key not in RESULT_FREE_ARGUMENTS | {"table"}
        },
        "data": dataset.hash,
        "tasks": [task.key for task in dataset.tasks],
        "task_rules": hashlib.blake2b(canonical([asdict(task) for task in dataset.tasks]), digest_size=8).hexdigest(),
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
    return Plan(settings, dataset, model, protocol, reading, fingerprint)


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


def model_arguments(settings: EvalSettings) -> dict[str, Any]:
    """The model's arguments: `[models.NAME]` of the settings files, then `--model-args`, then `--checkpoint`."""
    arguments = dict(settings.models.get(settings.model or "", {})) | settings.model_args
    if settings.checkpoint is not None:
        arguments["checkpoint"] = settings.checkpoint
    return arguments


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
