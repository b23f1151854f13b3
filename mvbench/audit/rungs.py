"""What a model is shown instead, rung by rung: each an evaluation of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mvbench.models.replay import Replay
from mvbench.plan import Plan, variant
from mvbench.types import Sample
from mvbench.views import rotated, shown_instead

FULL, SWAP, REVERSE = "full", "swap", "reverse"
BLIND = ("none", "zeros", "noise")
"""Views without a picture of the clip."""
REORDERED = ("middle", "shuffle", REVERSE)
REPEAT_BATCH, REPEAT_DECODER = "repeat-batch", "repeat-decoder"
REPEATS = (REPEAT_BATCH, REPEAT_DECODER)
ROTATION = "rotation-"
FEWER = (2, 4)
"""What the number of frames is divided by."""

BATCH = 8
"""What a model that is asked one question at a time is given for a repeat."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One way of asking. `plan` names its run folder; `samples` are the plan's, with the clips that are shown."""

    name: str
    plan: Plan
    samples: tuple[Sample, ...]

    @property
    def decodes_anew(self) -> bool:
        """Whether its frames are not those of the other rungs."""
        return self.name == REPEAT_DECODER


@dataclass(frozen=True, slots=True)
class Ladder:
    """All rungs of an audit, `full` first, and why others are left out, by their names.

    `without_swap`: tasks that the rung `swap` leaves out, for they have one video only.
    """

    plan: Plan
    rungs: tuple[Rung, ...]
    left_out: Mapping[str, str]
    without_swap: tuple[str, ...] = ()


def ladder(plan: Plan, folder: Path) -> Ladder:
    """The rungs that make sense for this model and these questions, each with a run folder below `folder`."""
    left_out = dict(unfit(plan))
    one_video = () if SWAP in left_out else tasks_of_one_video(plan)
    if len(one_video) == len(plan.dataset.tasks):
        left_out[SWAP] = "no task has two videos"
    rungs = tuple(
        rung_of(plan, name, changes, folder=folder, without=one_video if name == SWAP else ())
        for name, changes in ways(plan)
        if name not in left_out
    )
    return Ladder(plan, rungs, left_out, one_video if SWAP not in left_out else ())


def ways(plan: Plan) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every rung's name, and the settings in which it differs from the plan."""
    for name in (FULL, *BLIND, *REORDERED, SWAP):
        yield name, {}
    yield from fewer(plan)
    most = max((len(sample.choices) for sample in plan.dataset.samples), default=0)
    for places in range(1, most):
        yield f"{ROTATION}{places}", {}
    yield REPEAT_BATCH, {"batch_size": BATCH if plan.batch_size == 1 else 1}
    yield REPEAT_DECODER, {"decoder": other_decoder(plan)}


def fewer(plan: Plan) -> Iterator[tuple[str, dict[str, Any]]]:
    """Rungs with fewer frames, or fewer per second."""
    sampling = plan.reading.sampling
    for part in FEWER:
        if sampling.fps is not None:
            yield f"fps-{sampling.fps / part:g}", {"fps": sampling.fps / part}
        elif sampling.num_frames >= part:
            yield f"frames-{sampling.num_frames // part}", {"frames": sampling.num_frames // part}


def other_decoder(plan: Plan) -> str:
    return "decord" if plan.settings.decoder == "pyav" else "pyav"


def unfit(plan: Plan) -> Iterator[tuple[str, str]]:
    """The rungs that make no sense for this model or cannot be asked here, each with the reason."""
    every = [name for name, _ in ways(plan)]
    if isinstance(plan.model, Replay):
        yield from ((name, "its replies were given to the full clips") for name in every if name != FULL)
        return
    if not plan.model.wants.frames:
        changed = ("zeros", "noise", *REORDERED, *dict(fewer(plan)), REPEAT_DECODER)
        yield from ((name, "the model opens the clips itself") for name in changed)
    elif not any(sample.clip.kind == "video" for sample in plan.dataset.samples):
        yield REPEAT_DECODER, "there is no video among the clips"
    elif find_spec("decord" if other_decoder(plan) == "decord" else "av") is None:
        yield REPEAT_DECODER, "decord is not installed: pip install 'mvbench[decord]'"
    if plan.batch_size == 1 and plan.model.concurrency > 1:
        yield REPEAT_BATCH, "the model is asked one question at a time"


def rung_of(plan: Plan, name: str, changes: Mapping[str, Any], *, folder: Path, without: tuple[str, ...]) -> Rung:
    asked = [sample for sample in asked_on(plan, name) if sample.task not in without]
    view = name if name not in REPEATS and not changes else FULL
    changed = variant(plan, asked, view=view, out=folder / name, **changes)
    return Rung(name, changed, tuple(shown_instead(asked, view, seed=plan.settings.seed)))


def asked_on(plan: Plan, name: str) -> list[Sample]:
    """The samples of a rung: for a rotation those with so many choices, for another decoder those with a video."""
    samples = plan.dataset.samples
    if name.startswith(ROTATION):
        places = int(name.removeprefix(ROTATION))
        return [rotated(sample, places) for sample in samples if len(sample.choices) > places]
    if name == REPEAT_DECODER:
        return [sample for sample in samples if sample.clip.kind == "video"]
    return list(samples)


def tasks_of_one_video(plan: Plan) -> tuple[str, ...]:
    videos: dict[str, set[str]] = defaultdict(set)
    for sample in plan.dataset.samples:
        videos[sample.task].add(sample.video)
    return tuple(task for task, found in videos.items() if len(found) < 2)
