"""An evaluation from Python, for instance inside a training loop."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack

from mvbench import evaluation, plan
from mvbench.config import resolve
from mvbench.errors import UsageError, suggestion
from mvbench.model import Model
from mvbench.results import Run
from mvbench.settings import MODEL_FLAGS, EvalSettings
from mvbench.types import AnswerMode

if TYPE_CHECKING:
    from torch import nn


log = logging.getLogger(__name__)

OF_A_NAMED_MODEL = frozenset({"model", "models", "model_args", *MODEL_FLAGS})
"""Settings in a file or the environment that mean a model by its name, and none that is given."""


class Options(TypedDict, total=False):
    """What `mvbench eval` takes as flags, by the same names; README and `mvbench eval --help` say what each does."""

    model_args: Mapping[str, Any]
    checkpoint: str | Path
    data: str | Path
    tasks: str
    tasks_file: str | Path
    limit: float
    subset: Literal["mini"]
    frames: int
    fps: float
    max_frames: int
    sampling: Literal["midpoint", "linspace", "fps"]
    protocol: str | Path
    answer: AnswerMode
    view: str
    decoder: Literal["pyav", "decord"]
    resize: Literal["exact", "fast"]
    max_pixels: int
    send_as: Literal["auto", "video", "images", "file"]
    prefix: Literal["auto", "on", "off"]
    gen_kwargs: Mapping[str, Any]
    max_new_tokens: int
    repeats: int
    seed: int
    subtitles: bool
    out: str | Path
    fresh: bool
    retry_errors: bool
    batch_size: int
    workers: int
    concurrency: int
    device: str
    cache: str | Path
    price_table: str | Path
    max_cost: float
    decode_timeout: float
    max_errors: float


def evaluate(
    model: str | Model | Callable[..., Model] | nn.Module,
    *,
    processor: Any = None,
    quiet: bool = False,
    **options: Unpack[Options],
) -> Run:
    """Evaluate a model and return its run, whose `scores()` are percentages by task.

    model: a name as in `--model`; a class or function that makes a Model from `generation=` and `model_args`; a Model
    as it is; or, with its transformers `processor`, a live `nn.Module`, which is left in the mode it was in.
    options: as the flags of `mvbench eval`, and like them above the environment and `mvbench.toml`; of these two, what
    is about a named model does not count for one that is given. quiet: no progress.

    The same call over an unfinished run folder goes on, over a finished one asks nothing. A run that stays incomplete
    is logged as a warning, and its `shortfalls` say why.
    Raises MVBenchError in one line for what the user can mend, KeyboardInterrupt after an orderly stop.
    """
    check(model, processor, options)
    given: dict[str, Any] = {name: str(value) if isinstance(value, Path) else value for name, value in options.items()}
    if isinstance(model, str):
        settings, sources = resolve(EvalSettings, {"model": model, **given})
        planned = plan.make(settings)
    else:
        settings, sources = resolve(EvalSettings, given, flags_only=OF_A_NAMED_MODEL)
        planned = plan.make(settings, model if processor is None else live(model, processor))
    outcome = evaluation.run(planned, sources=sources, argv=[], quiet=quiet)
    if outcome.interrupted:
        raise KeyboardInterrupt
    for shortfall in outcome.summary.shortfalls if outcome.summary else ():
        log.warning("%s is incomplete: %s", outcome.run.path, shortfall)
    return outcome.run


def check(model: object, processor: object, options: Mapping[str, Any]) -> None:
    """Raises UsageError for an unknown option, and for a module and a processor of which one is missing."""
    for name in options:
        if name not in Options.__annotations__:
            raise UsageError(f"evaluate() has no argument {name!r}{suggestion(name, Options.__annotations__)}")
    is_module = hasattr(model, "state_dict") and not isinstance(model, Model | type)
    if is_module and processor is None:
        raise UsageError("a live module needs its transformers processor: evaluate(module, processor=processor, ...)")
    if processor is not None and not is_module:
        raise UsageError(f"processor= goes with a live module, not with {model!r:.60}; leave it out")


def live(module: Any, processor: Any) -> Callable[..., Model]:
    """What makes a model of a module that is in memory."""
    from mvbench.models.huggingface import HuggingFace

    return partial(HuggingFace.live, module, processor)
