"""Rows + the data they were made from, or the rows alone -> Samples with replies."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mvbench import tasks
from mvbench.annotations import item_hash, stays_inside
from mvbench.errors import DataError, UsageError
from mvbench.importers.lmms_eval import asks
from mvbench.importers.rows import LMMS_EVAL, NOTEBOOK, VLMEVALKIT, Logged, Row
from mvbench.registry import dataset_folder
from mvbench.scoring.official import gold_text
from mvbench.types import LETTERS, Clip, Sample, Task

MAX_KEY_CHARS = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """Which data, and which of its questions were asked."""

    data: str | None = None
    tasks: str | None = None
    tasks_file: Path | None = None
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """Every question that counts, with its row; None where the tool's file has none for it.

    `rows`: lines of the files. `duplicates`: those that a later one replaced. `left_out`: those of questions that were
    not chosen. `gaps`: numbers that are missing in a file of which nobody knows the data. `notes` are for people.
    """

    dataset: tasks.Dataset
    pairs: tuple[tuple[Sample, Row | None], ...]
    rows: int
    duplicates: int = 0
    left_out: int = 0
    gaps: int = 0
    notes: tuple[str, ...] = ()

    @property
    def missing(self) -> int:
        return sum(row is None for _, row in self.pairs)


def join(logged: Logged, choice: Choice) -> Joined:
    """Raises DataError for rows that are not about this data, or that say too little without it; UsageError."""
    known = {task.key: task for task in tasks.public_tasks()}
    if choice.tasks_file:
        own = tasks.parse_tasks(tasks.read_text(choice.tasks_file, limit=2**20), origin=choice.tasks_file.name)
        known |= {task.key: task for task in own}
    rows = [replace(row, task=key_of(row.task, known.values())) for row in logged.rows]
    if choice.data is None:
        return alone(logged, rows, known, choice)
    return with_data(logged, rows, known, choice)


def key_of(name: str | None, known: Iterable[Task]) -> str | None:
    """The key of the task that a tool means; a name that is nobody's becomes a key of its own."""
    if name is None:
        return None
    said = tasks.plain(name)[:MAX_KEY_CHARS]
    spellings = {tasks.plain(word): task.key for task in known for word in (task.abbreviation, task.title, task.key)}
    return spellings.get(said) or spellings.get(said.removeprefix("mvbench_")) or said or None


# ------------------------------------------------------------------------------------------------- with the data


def with_data(logged: Logged, rows: Sequence[Row], known: Mapping[str, Task], choice: Choice) -> Joined:
    assert choice.data is not None
    named = {row.task for row in rows}
    chosen = {task.key for task in tasks.choose(list(known.values()), choice.tasks)}
    keys = None if None in named else [key for key in known if key in named & chosen]
    if keys == []:
        unknown = ", ".join(repr(key) for key in sorted(filter(None, named))[:5])
        raise DataError(f"the rows are about {unknown:.200}, none of the chosen tasks; `mvbench tasks` lists them")
    dataset = tasks.load(
        dataset_folder(choice.data),
        tasks=choice.tasks if keys is None else ",".join(keys),
        tasks_file=choice.tasks_file,
    )
    by_task: dict[str, list[Sample]] = defaultdict(list)
    for sample in dataset.samples:
        by_task[sample.task].append(sample)
    rows = [row if row.task else replace(row, task=task_by_content(row, by_task)) for row in rows]
    kept = last_of_each(rows, logged)
    ours = [row for row in kept if row.task in by_task]
    for row in kept:
        if row.task not in by_task and (row.task in chosen or row.task not in known):
            raise DataError(
                f"{row.where} is about {row.task!r:.60}, of which {choice.data!r} has no items; "
                "leave it out with --tasks"
            )
    match = by_content if logged.tool is VLMEVALKIT else by_place
    row_of = match(ours, by_task)
    present = {row.task for row in ours}
    asked = [
        sample
        for task, samples in by_task.items()
        if task in present
        for sample in tasks.keep(samples, limit=choice.limit, subset=None)
    ]
    pairs = tuple((sample, row_of.get(sample.id)) for sample in asked)
    return Joined(
        dataset=replace(
            dataset,
            tasks=tuple(task for task in dataset.tasks if task.key in present),
            samples=tuple(asked),
        ),
        pairs=pairs,
        rows=len(rows),
        duplicates=len(rows) - len(kept) + len(ours) - len(row_of),
        left_out=len(kept) - len(ours) + len(row_of) - sum(row is not None for _, row in pairs),
    )


def task_by_content(row: Row, by_task: Mapping[str, Sequence[Sample]]) -> str:
    """The one task whose item at the row's place is the row's. Raises DataError for none and for several."""
    found = [
        task
        for task, samples in by_task.items()
        if row.index < len(samples) and disagreement(row, samples[row.index]) is None
    ]
    if len(found) != 1:
        what = "no task" if not found else f"{' and '.join(found)} alike"
        raise DataError(
            f"{row.where}: {what} of the data has this question at place {row.index}; keep lmms-eval's file names, "
            "which tell the task, and give the data the run was made from"
        )
    return found[0]


def by_place(rows: Sequence[Row], by_task: Mapping[str, Sequence[Sample]]) -> dict[str, Row]:
    """Rows by sample id, the item at a row's place in its task. Raises DataError where that is another item."""
    found = {}
    for row in rows:
        assert row.task is not None
        samples = by_task[row.task]
        if row.index >= len(samples):
            raise DataError(
                f"{row.where} is number {row.index} of {row.task}, which has {len(samples)} questions in this data; "
                "give the data the run was made from"
            )
        sample = samples[row.index]
        if (difference := disagreement(row, sample)) is not None:
            raise DataError(
                f"{row.where} is not {sample.id} of this data: {difference}; give the data it was made from"
            )
        found[sample.id] = row
    return found


def by_content(rows: Sequence[Row], by_task: Mapping[str, Sequence[Sample]]) -> dict[str, Row]:
    """Rows by sample id: of items that are alike but for their bounds, those with the row's, or else any that are left.

    Of more rows than there are such items the last ones count. Raises DataError for a row that is no item.
    """
    items: dict[object, list[Sample]] = defaultdict(list)
    for samples in by_task.values():
        for sample in samples:
            for video in (True, False):
                items[content_of_sample(sample, video=video)].append(sample)
    exact: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    loose: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        alike = items[content_of_row(row)]
        if not alike:
            raise DataError(
                f"{row.where} asks {row.question!r:.60} about {row.video!r:.60}, which is no item of {row.task} in "
                "this data; give the data the run was made from"
            )
        same = tuple(sample.id for sample in alike if same_bounds(row, sample))
        if same:
            exact[same].append(row)
        else:
            loose[tuple(sample.id for sample in alike)].append(row)
    found: dict[str, Row] = {}
    for group in (exact, loose):
        for names, about in group.items():
            left = [name for name in names if name not in found]
            last = about[-len(left) :] if left else []
            found |= zip(left, sorted(last, key=lambda row: row.index), strict=False)
    return found


def same_bounds(row: Row, sample: Sample) -> bool:
    """Whether they agree to the microsecond; a table may drop the last digit."""
    return all(
        (mine is None) == (theirs is None) and (mine is None or theirs is None or abs(mine - theirs) < 1e-6)
        for mine, theirs in ((row.start, sample.clip.start_seconds), (row.end, sample.clip.end_seconds))
    )


def content_of_sample(sample: Sample, *, video: bool) -> object:
    name = Path(sample.video).stem if video else None
    return sample.task, folded(sample.question), tuple(map(folded, sample.choices)), name


def content_of_row(row: Row) -> object:
    name = Path(row.video).stem if row.video else None
    return row.task, folded(row.question or ""), tuple(map(folded, row.choices or ())), name


def disagreement(row: Row, sample: Sample) -> str | None:
    """In what a row is not about an item; None where it is."""
    gold = gold_text(sample.choices, sample.answer_text)
    if row.prompt is not None and asks(row.prompt, sample.question, sample.choices):
        # a prompt can be read in several ways where a text of it holds line breaks: that it is this one's is certain
        row = replace(row, question=None, choices=None)
    for what, said, there in (
        ("question", row.question, sample.question),
        ("choices", row.choices, sample.choices),
        ("answer", row.answer, sample.answer_text),
        ("right option", row.gold, gold),
    ):
        if said is not None and shape(said) != shape(there):
            return f"its {what} is {said!r:.80}, there it is {there!r:.80}"
    return None


def shape(value: str | tuple[str, ...]) -> object:
    return folded(value) if isinstance(value, str) else tuple(map(folded, value))


def folded(text: str) -> str:
    """A text whatever its white space, which a table may change."""
    return " ".join(text.split())


# ---------------------------------------------------------------------------------------------- without the data


def alone(logged: Logged, rows: Sequence[Row], known: Mapping[str, Task], choice: Choice) -> Joined:
    """Samples out of what the rows say. Raises DataError where that is not enough."""
    if logged.tool is NOTEBOOK:
        raise DataError(
            "the notebook's file holds no questions and no choices; give --data DIR, the folder it was made from"
        )
    if choice.limit is not None:
        raise UsageError(f"--limit {choice.limit:g} goes with --data DIR: without it nobody knows what was asked")
    notes = []
    own = tasks.plain(Path(next(iter(logged.hashes))).stem)[:MAX_KEY_CHARS] or "imported"
    if any(row.task is None for row in rows):
        notes.append(f"no name tells the task of these rows; they are called {own!r}")
    rows = [row if row.task else replace(row, task=own) for row in rows]
    table = dict(known)
    for key in dict.fromkeys(row.task for row in rows):
        assert key is not None
        if key not in table:
            table[key] = tasks.parse_task(key, {"folder": key}, origin="import")
    chosen = {task.key for task in tasks.choose(list(table.values()), choice.tasks)}
    numbered = last_of_each(rows, logged)
    kept = last_of_equal(numbered) if logged.tool is VLMEVALKIT else numbered
    if len(kept) < len(numbered):
        notes.append(
            f"rows ask what others ask, about the same video and bounds: {len(numbered) - len(kept):,}. Each such "
            "question counts once; --data DIR knows those that the data itself holds twice"
        )
    ours = sorted((row for row in kept if row.task in chosen), key=lambda row: row.index)
    if not ours:
        raise DataError(f"no row is about --tasks {choice.tasks!r}")
    pairs = [(sample_of(row, place, table[key]), row) for key in table for place, row in places(ours, key, logged)]
    if not all(row.video for row in ours):
        notes.append(
            "the file does not name the videos, so that these questions pair with no other run's; --data DIR tells them"
        )
    lines = "\n".join(f"{sample.task} {sample.item_hash}" for sample, _ in pairs)
    digest = hashlib.blake2b(lines.encode("utf-8"), digest_size=16).hexdigest()
    present = {sample.task for sample, _ in pairs}
    dataset = tasks.Dataset(
        name=f"custom-{digest[:8]}",
        hash=digest,
        tasks=tuple(task for task in table.values() if task.key in present),
        samples=tuple(sample for sample, _ in pairs),
    )
    return Joined(
        dataset=dataset,
        pairs=tuple(pairs),
        rows=len(rows),
        duplicates=len(rows) - len(kept),
        left_out=len(kept) - len(ours),
        gaps=gaps_in(kept, numbered, logged),
        notes=tuple(notes),
    )


def places(rows: Sequence[Row], key: str, logged: Logged) -> Iterator[tuple[int, Row]]:
    """The rows of one task with their places in it, which a table of all tasks does not tell but by its order."""
    for order, row in enumerate(row for row in rows if row.task == key):
        yield (row.index if logged.tool is LMMS_EVAL else order), row


def last_of_equal(rows: Sequence[Row]) -> list[Row]:
    """The rows without those that ask the same of the same clip as a later one, which takes the place of the first.

    Rows that name no video stay: the same may be asked of many.
    """
    kept: dict[object, Row] = {}
    for row in rows:
        name = (content_of_row(row), row.video, row.answer, row.start, row.end) if row.video else row.index
        kept[name] = replace(row, index=min(row.index, kept[name].index)) if name in kept else row
    return list(kept.values())


def gaps_in(kept: Sequence[Row], rows: Sequence[Row], logged: Logged) -> int:
    """How many numbers below the highest that is kept have no row."""
    highest: dict[str | None, int] = defaultdict(int)
    for row in kept:
        highest[numbering(row, logged)] = max(highest[numbering(row, logged)], row.index)
    there = {(numbering(row, logged), row.index) for row in rows if row.index <= highest[numbering(row, logged)]}
    return sum(number + 1 for number in highest.values()) - len(there)


def sample_of(row: Row, place: int, task: Task) -> Sample:
    """A row as a Sample. Its video is a name and nothing more: a name that leads out of a folder is not kept as a path.

    Raises DataError.
    """
    choices, question = row.choices or (), row.question or ""
    if not 1 <= len(choices) <= len(LETTERS):
        raise DataError(f"{row.where} has {len(choices)} choices; a question has 1 to {len(LETTERS)}")
    answer = row.answer or ""
    video = row.video or ""
    safe = stays_inside(video)
    name = item_hash(video, question, choices, answer, row.start, row.end)
    bounded = task.bounded and row.start is not None and row.end is not None
    place_below = f"{task.folder}/{video}" if safe else ""
    return Sample(
        id=f"{task.key}/{place:04d}",
        task=task.key,
        question=question,
        choices=choices,
        answer=max((number for number, choice in enumerate(choices) if choice == answer), default=None),
        answer_text=answer,
        clip=Clip(Path(place_below), task.media, row.start if bounded else None, row.end if bounded else None),
        video=place_below,
        located="missing",
        item_hash=name,
        # Where no video is named, nothing is known of what depends on what.
        cluster=f"{task.source}/{video}" if safe else f"{task.source}/{name}",
        flags=("duplicate_choices",) if len(set(choices)) < len(choices) else (),
    )


# ----------------------------------------------------------------------------------------------------------- both


def last_of_each(rows: Sequence[Row], logged: Logged) -> list[Row]:
    """The rows without those that a later one of the same number replaces.

    Raises DataError when one number stands for two questions: then rows of several tasks or runs are mixed.
    """
    kept: dict[tuple[str | None, int], Row] = {}
    for row in rows:
        key = (numbering(row, logged), row.index)
        before = kept.get(key)
        if before is not None and (before.question, before.choices) != (row.question, row.choices):
            raise DataError(
                f"{row.where} has the number {row.index} of {before.where}, but asks something else: rows of several "
                "tasks are mixed; keep one file per task, or give --data DIR"
            )
        kept.pop(key, None)  # the order is that of the rows that count
        kept[key] = row
    return list(kept.values())


def numbering(row: Row, logged: Logged) -> str | None:
    """What the row's number counts in: its task, or None, the table, which numbers the questions of all tasks."""
    return None if logged.tool is VLMEVALKIT else row.task
