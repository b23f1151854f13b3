"""Every rung is asked, clip by clip, so that a clip is decoded once for all of them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from mvbench.audit.rungs import SWAP, Ladder, Rung
from mvbench.audit.shelf import ROOM_BYTES, Shelf
from mvbench.evaluation import as_viewed, ask_and_write, left_to_ask, reader
from mvbench.isolation import WorkerPool, default_workers
from mvbench.plan import Plan
from mvbench.pricing import Spending
from mvbench.progress import Advance, progress
from mvbench.results import Run
from mvbench.runner import Shown
from mvbench.sampling import Sampling
from mvbench.scoring import HEADLINE
from mvbench.types import Clip, Sample
from mvbench.video.read import read_each

STEP = 200
"""Questions that are asked on every rung before the next clips are decoded."""

ReadClip = Callable[[Sample], Shown]


@dataclass(slots=True)
class Climb:
    """What is left of one rung: its batches, each with the place in the audit's questions at which it can be asked."""

    rung: Rung
    folder: Run
    todo: list[tuple[int, Sequence[Sample]]]
    read_anew: ReadClip | None = None

    @property
    def from_shelf(self) -> bool:
        return self.rung.plan.looks and not self.rung.decodes_anew

    def waiting(self) -> Iterator[Sample]:
        """The samples that are to be asked, and shown if any clip is."""
        return (sample for _, batch in self.todo for sample in batch if sample.answer is not None)

    def ready(self, place: int) -> list[Sequence[Sample]]:
        """Take out the batches that can be asked once the clips of the questions up to this place are there."""
        batches = [batch for at, batch in self.todo if at <= place]
        self.todo = [(at, batch) for at, batch in self.todo if at > place]
        return batches


@dataclass(frozen=True, slots=True)
class Decoded:
    """How many clips were decoded for the rungs that share them, and how often one was again for want of room."""

    clips: int = 0
    again: int = 0


def climb(
    ladder: Ladder,
    folders: Mapping[str, Run],
    *,
    spending: Spending,
    stop: threading.Event,
    quiet: bool,
    room_bytes: int = ROOM_BYTES,
) -> Decoded:
    """Ask what is left of every rung, until all is done, a stop is requested or the money is spent.

    Batches are those of `mvbench eval`, and each rung's are asked in its order. It goes on task by task, or in smaller
    steps where a task's clips do not fit in `room_bytes`.
    """
    climbs = [prepared(ladder.plan, rung, folders[rung.name]) for rung in ladder.rungs]
    left = sum(len(batch) for one in climbs for _, batch in one.todo)
    if not left:
        return Decoded()
    total = sum(len(rung.samples) for rung in ladder.rungs)
    again = 0
    with ExitStack() as held:
        for one in climbs:
            if one.rung.decodes_anew:
                samples = [sample for _, batch in one.todo for sample in batch]
                one.read_anew = held.enter_context(reader(one.rung.plan, samples))
        advance = held.enter_context(progress(ladder.plan.model.name, total=total, done=total - left, quiet=quiet))
        shelf = held.enter_context(filled_shelf(ladder.plan, climbs, room_bytes=room_bytes))
        for place in steps(ladder.plan.dataset.samples, shelf):
            for one in climbs:
                batches = one.ready(place)
                with from_shelf(one, batches, shelf) as (read_clip, missing):
                    asked = ask(one, batches, read_clip, spending=spending, stop=stop, advance=advance)
                again += missing
                if asked < sum(map(len, batches)):
                    return Decoded(shelf.decoded, again)
                if one.from_shelf:
                    shelf.shown(sample.clip for batch in batches for sample in batch if sample.answer is not None)
            shelf.make_room(keep=begun(climbs))
        return Decoded(shelf.decoded, again)


def prepared(plan: Plan, rung: Rung, folder: Run) -> Climb:
    """What is left of a rung. A batch can be asked when its questions' turn has come and its clips are decoded."""
    turn = {sample.id: place for place, sample in enumerate(plan.dataset.samples)}
    decoded: dict[Clip, int] = {}
    for place, sample in enumerate(plan.dataset.samples):
        decoded.setdefault(sample.clip, place)
    todo = left_to_ask(rung.plan, rung.samples, folder.done(HEADLINE))
    return Climb(
        rung,
        folder,
        [(max(max(turn[sample.id], decoded.get(sample.clip, 0)) for sample in batch), batch) for batch in todo],
    )


@contextmanager
def filled_shelf(plan: Plan, climbs: Sequence[Climb], *, room_bytes: int) -> Iterator[Shelf]:
    """A shelf to which every clip comes that is left to be shown, decoded in as many ways as the rungs need at once."""
    wanted = Counter(sample.clip for one in climbs if one.from_shelf for sample in one.waiting())
    samplings: dict[Sampling, None] = {one.rung.plan.reading.sampling: None for one in climbs if one.from_shelf}
    clips = list(dict.fromkeys(sample.clip for sample in plan.dataset.samples if sample.clip in wanted))
    workers = plan.settings.workers or default_workers()
    with WorkerPool(
        read_each,
        workers=min(workers, max(1, len(clips))),
        timeout_seconds=plan.settings.decode_timeout,
        ahead=max(4 * workers, 2 * plan.batch_size),
    ) as pool:
        arriving = pool.map([(clip, plan.reading, list(samplings)) for clip in clips])
        yield Shelf(clips, arriving, samplings=list(samplings), wanted=wanted, room_bytes=room_bytes)


def steps(samples: Sequence[Sample], shelf: Shelf) -> Iterator[int]:
    """Take the clips in, and yield the places at which to ask: at the end of a task, or where there is no more room.

    Small tasks are taken together: models and servers that answer several questions at once are to have several.
    """
    began = 0
    for place, sample in enumerate(samples):
        shelf.take_in(sample.clip)
        last_of_task = place + 1 == len(samples) or samples[place + 1].task != sample.task
        if (last_of_task and place + 1 - began >= STEP) or shelf.full or place + 1 == len(samples):
            began = place + 1
            yield place


@contextmanager
def from_shelf(one: Climb, batches: Sequence[Sequence[Sample]], shelf: Shelf) -> Iterator[tuple[ReadClip, int]]:
    """What gives each sample its frames, and how many have to be decoded again."""
    if not one.from_shelf:
        yield one.read_anew or (lambda sample: None), 0
        return
    plan = one.rung.plan
    gone = [sample for batch in batches for sample in batch if sample.answer is not None and sample.clip not in shelf]
    missing = {sample.id for sample in gone}
    with reader(plan, gone) as read_again:

        def read_clip(sample: Sample) -> Shown:
            if sample.answer is None:
                return None
            if sample.id in missing:
                return read_again(sample)
            return as_viewed(shelf.show(sample.clip, plan.reading.sampling), sample, plan)

        yield read_clip, len(gone)


def ask(
    one: Climb,
    batches: Sequence[Sequence[Sample]],
    read_clip: ReadClip,
    *,
    spending: Spending,
    stop: threading.Event,
    advance: Advance,
) -> int:
    """How many questions were asked; fewer than there are when asking has to end."""
    if not batches:
        return 0
    asked = 0
    for records in ask_and_write(one.rung.plan, batches, one.folder, read_clip=read_clip, spending=spending, stop=stop):
        asked += len(records)
        advance(len(records), one.rung.name)
    return asked


def begun(climbs: Sequence[Climb]) -> Iterator[Clip]:
    """Clips of the batches that come next; not those of `swap`, whose clips may be anywhere in their task."""
    for one in climbs:
        if one.from_shelf and one.rung.name != SWAP and one.todo:
            _, batch = one.todo[0]
            yield from (sample.clip for sample in batch)
