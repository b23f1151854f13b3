"""Names that must not be taken for another: of models on one board, and of the public data set."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from leaderboard.entry import DATA_REVISIONS, Entry
from leaderboard.ranking import tasks_of
from leaderboard.validation.findings import Remark, Severity, quoted
from mvbench.metrics import MVBENCH, MVBENCH_WITHOUT_POSE, QUESTIONS_PER_TASK, UNOBTAINABLE

PUBLIC = (MVBENCH, MVBENCH_WITHOUT_POSE)

TWINS = str.maketrans(
    "АВЕЅІЈКМНОРСТУХԌԚԜӀΑΒΕΖΗΙΚΜΝΟΡΤΥΧՍՕаеорсухіјѕԁһԛԝӏαικνορυχօսոհց",
    "ABESIJKMHOPCTYXGQWIABEZHIKMNOPTYXUOaeopcyxijsdhqwlaikvopuxounhg",
)
"""Cyrillic, Greek and Armenian letters, and the Latin ones that look like them; a capital may look like another."""
STROKES = str.maketrans("il|0", "111o")
"""What differs by a stroke in most typefaces: I, l and 1; O and 0."""

LOOKALIKES = ("CYRILLIC", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU", "DESERET", "OSAGE", "WARANG")
"""Alphabets with letters like Latin ones. Greek is not among them: names such as "VILA-α" mean what they say."""


def folded(name: str) -> str:
    """What is left of a name when all that the eye passes over is gone: case, accents, blanks, hyphens, alphabets.

    >>> folded("Vidеo Chat-2") == folded("VideoChat2")  # the first e is Cyrillic
    True
    """
    plain = unicodedata.normalize("NFKD", name).translate(TWINS).casefold().translate(STROKES)
    return "".join(character for character in plain if character.isalnum() or character in "+.@")


def remarks(entry: Entry, *, published: bool) -> Iterator[Remark]:
    """The model's name, and whether the data set may have its name. A `published` row is only remarked on."""
    if mixed := _mixed(entry.model):
        yield Remark(
            ("model",),
            f"model is {quoted(entry.model)}: {mixed[0]!r} mixes Latin with {mixed[1].title()} letters that look alike",
        )
    if not folded(entry.model):
        yield Remark(("model",), f"model is {quoted(entry.model)}; a name has letters or digits")
    for name in PUBLIC:
        if entry.data.name not in PUBLIC and folded(entry.data.name) == folded(name):
            yield Remark(
                ("data", "name"),
                f"data.name is {quoted(entry.data.name)}, which looks like {name!r} and is not; write it so, or call "
                "another set by a name of its own",
            )
    yield from _revision(entry)
    if entry.data.name in PUBLIC:
        yield from _public(entry, Severity.NOTE if published else Severity.ERROR)


def _revision(entry: Entry) -> Iterator[Remark]:
    """Which of the public set's revisions; another set is told by its hash."""
    revision = entry.data.revision
    if revision and entry.data.name not in PUBLIC:
        yield Remark(
            ("data", "revision"),
            f"data.revision is {quoted(revision)}; only {MVBENCH} has revisions, {quoted(entry.data.name)} is told by "
            "its hash: leave it out",
        )
    elif revision and revision not in DATA_REVISIONS:
        first, second = DATA_REVISIONS
        yield Remark(
            ("data", "revision"),
            f"data.revision is {quoted(revision)}; it must be {first!r} or {second!r}, the day on which some 30 "
            "duplicated questions were replaced",
        )


def _mixed(name: str) -> tuple[str, str] | None:
    """The first word with Latin letters and those of an alphabet that looks alike, and which that is."""
    for word in name.split():
        alphabets = {unicodedata.name(letter, "").partition(" ")[0] for letter in word if letter.isalpha()}
        other = next((alphabet for alphabet in LOOKALIKES if alphabet in alphabets), None)
        if other and "LATIN" in alphabets:
            return word, other
    return None


def _public(entry: Entry, severity: Severity) -> Iterator[Remark]:
    """Only the whole of MVBench is called MVBench: its tasks, each with its questions."""
    tasks = tasks_of(entry.data, ())
    known = {task.key: task for task in tasks}
    for judge, scores in entry.scores.items():
        for key in scores.tasks.keys() - known.keys():
            yield Remark(("scores", judge, "tasks", key), f"{entry.data.name} has no task {quoted(key)}")
        missing = [task for key, task in known.items() if key not in scores.tasks]
        if scores.tasks and missing and not entry.context:
            named = ", ".join(task.title for task in missing[:4]) + (" and others" if len(missing) > 4 else "")
            alone = [task.title for task in missing] == [UNOBTAINABLE]
            advice = f"call the data set {MVBENCH_WITHOUT_POSE!r}" if alone else "give them, or the average alone"
            yield Remark(
                ("scores", judge, "tasks"),
                f"{len(missing)} of {len(known)} tasks are missing ({named}); a missing task is no zero: {advice}",
            )
    for key in entry.items.keys() - known.keys():
        yield Remark(("items", key), f"{entry.data.name} has no task {quoted(key)}")
    odd = Severity.NOTE if entry.context else severity
    for key, questions in entry.items.items():
        if key in known and questions != QUESTIONS_PER_TASK:
            text = f"{questions:,} questions of {known[key].title} were scored, of {QUESTIONS_PER_TASK}"
            advice = (
                f"; only the whole of {entry.data.name} is called so: count a question whose video is missing as "
                "wrong, as `mvbench eval` does, or call the data another name"
            )
            yield Remark(("items", key), text + (advice if odd is Severity.ERROR else ""), odd)
