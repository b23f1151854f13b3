"""What a person should look at, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mvbench.terminal import counted
from mvbench.types import LETTERS
from qa_gen.quality.report import TaskReport

UNEVEN = 0.001
LISTED = 3


def remarks(task: TaskReport) -> tuple[str, ...]:
    """One line for each thing that is not as it should be; texts of the data set stand in them as they are."""
    return (*about_options(task), *about_repeats(task), *about_names(task), *about_orbits(task))


def about_options(task: TaskReport) -> Iterator[str]:
    if task.unanswerable:
        yield f"{questions(task.unanswerable)} cannot be answered: the answer is none of the options"
    if task.equal_options:
        yield f"{questions(task.equal_options)} offer one text twice"
    if task.positions.p < UNEVEN:
        places = ", ".join(
            f"{letter} {count} (fair: {expected:.0f})"
            for letter, count, expected in zip(LETTERS, task.positions.counts, task.positions.expected, strict=False)
        )
        yield f"right options stand unevenly: {places}; p = {task.positions.p:.4f}"
    for option in task.texts.dead:
        yield f"{option.text!r} is offered {option.offered:,} times and never right"
    if task.texts.dead:
        yield f"without what is never right, a guess is right in {task.texts.effective_chance:.1%}"


def about_repeats(task: TaskReport) -> Iterator[str]:
    repeats, videos = task.repeats, task.videos
    if repeats.same:
        yield f"asked more than once: {questions(len(repeats.same))}, such as {some(repeats.same[0])}"
    if repeats.contradicting:
        count = len(repeats.contradicting)
        yield f"with different answers: {count:,} of them, such as {some(repeats.contradicting[0])}"
    if repeats.near:
        yield f"asked nearly twice of one clip: {counted(len(repeats.near), 'pair')}, such as {some(repeats.near[0])}"
    if videos.copies:
        names = sum(map(len, videos.copies))
        contents = counted(len(videos.copies), "content")
        yield f"{counted(names, 'name')} of videos stand for {contents}, such as {some(videos.copies[0])}"


def about_names(task: TaskReport) -> Iterator[str]:
    by_name = next((one.share for one in task.baselines if one.name == "video_name"), None)
    if by_name is not None and by_name.low > by_name.chance:
        named = task.named_answers
        yield f"the video's name tells the answer of {questions(named.count)}, such as {some(named.examples)}"


def about_orbits(task: TaskReport) -> Iterator[str]:
    orbits = task.orbits
    if orbits.faults:
        faults = ", ".join(f"{count:,}: {reason}" for reason, count in orbits.faults.items())
        yield f"{orbits.count - orbits.complete:,} of {orbits.count:,} orbits are not complete ({faults})"


def questions(count: int) -> str:
    return counted(count, "question")


def some(texts: Sequence[str]) -> str:
    """The first few of them."""
    return ", ".join(texts[:LISTED]) + (", ..." if len(texts) > LISTED else "")
