"""Numbers that cannot be: out of range, filled in, no count of questions, at odds with their average."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from math import fsum, isfinite

from leaderboard.entry import Entry, Scores
from leaderboard.ranking import questions_of, tasks_of
from leaderboard.validation.findings import Remark, Severity
from mvbench.metrics import QUESTIONS_PER_TASK

MEAN_TOLERANCE = 0.06
"""Twenty numbers with one decimal have a mean within 0.05 of the true one; a little more is the average's own."""

ZERO_QUESTIONS = 50
"""From so many questions on nobody scores 0 by chance: a guesser among four options misses all in 0.75^50, 1e-6."""

CHECK = "check the number; a question whose video is missing counts as wrong, as `mvbench eval` counts it"
MOST_LISTED = 3
FEWEST_EXPLAINED = 150
LOST_FILES: Mapping[str, int] = {"action_sequence": 188, "object_existence": 198}
"""Questions that are left where the files are missing that the public archive star.zip lacks, as several rows show."""

Place = tuple[str, ...]


def remarks(entry: Entry, *, published: bool) -> Iterator[Remark]:
    """What the numbers of one entry are not. Those of a log are recomputed elsewhere, and only looked at for range.

    A `published` row stays as it was printed, and a `context` row is never ranked: what is odd about them is a note.
    """
    odd = Severity.NOTE if published or entry.context else Severity.ERROR
    if not entry.scores:
        yield Remark(("scores",), "scores is empty; an entry has at least an average by one judge")
    for judge, scores in entry.scores.items():
        at = ("scores", judge)
        if not scores.tasks and scores.average is None:
            yield Remark(at, f"the judge {judge} has neither tasks nor an average; leave the judge out, or give one")
        wrong = list(_out_of_range(scores, at))
        yield from wrong
        if not wrong and entry.log is None:
            yield from _filled(entry, scores, at, odd)
            # lmms-eval leaves blank replies out of its denominators, and its results do not tell how many there were
            told = Severity.NOTE if judge == "lmms" else odd
            yield from _counts(entry, scores, at, told)
            yield from _average(entry, scores, at, told)
    yield from _items(entry)


def possible(percent: float, questions: int) -> int | None:
    """How many right answers of so many questions are printed so; None where no number is.

    >>> possible(61.2, 188), possible(61.2, 200), possible(66.66666666666667, 3)
    (115, None, 2)
    """
    right = round(percent / 100 * questions)
    return right if abs(right / questions * 100 - percent) <= rounding(percent) else None


def rounding(percent: float) -> float:
    """Half a step of the last decimal that was printed, of at least one: 0.05 for 61.2.

    >>> [round(rounding(percent), 6) for percent in (61.2, 61.25, 61.0)]
    [0.05, 0.005, 0.05]
    """
    exponent = Decimal(repr(percent)).as_tuple().exponent
    assert isinstance(exponent, int), percent
    return float(0.5 * 10.0 ** -max(1, -exponent)) + 1e-8


def _out_of_range(scores: Scores, at: Place) -> Iterator[Remark]:
    for key, percent in scores.tasks.items():
        if not (isfinite(percent) and 0 <= percent <= 100):
            yield Remark((*at, "tasks", key), f"{key} is {percent:g}; a percentage lies between 0 and 100")
    average = scores.average
    if average is not None and not (isfinite(average) and 0 <= average <= 100):
        yield Remark((*at, "average"), f"average is {average:g}; a percentage lies between 0 and 100")
    values = [*scores.tasks.values(), *([] if average is None else [average])]
    if values and 0 < max(values) <= 1 and isfinite(fsum(values)):
        yield Remark(at, f"no number is above {max(values):g}; give percent, 51.1 and not 0.511")


def _filled(entry: Entry, scores: Scores, at: Place, odd: Severity) -> Iterator[Remark]:
    zeros = [key for key, percent in scores.tasks.items() if percent == 0]
    told = [(key, questions_of(entry, key)) for key in zeros]
    if filled := [key for key, questions in told if questions and questions >= ZERO_QUESTIONS]:
        text = f"{_listed(filled)} at exactly 0: the public board writes 0 for a task that is missing"
        advice = "no guesser misses all; give the average alone, or add the run with its log"
        yield _remark((*at, "tasks", filled[0]), text, advice, odd)
    if unknown := [key for key, questions in told if not questions]:
        text = f"{_listed(unknown)} at exactly 0, of nobody knows how many questions"
        yield _remark((*at, "tasks", unknown[0]), text, "tell the items", Severity.NOTE)
    if scores.average == 0:
        yield _remark((*at, "average"), "average is 0: nothing was scored", "leave it out", odd)


def _listed(keys: Sequence[str]) -> str:
    named = ", ".join(keys[:3]) + (" and others" if len(keys) > 3 else "")
    return f"{len(keys)} {'task' if len(keys) == 1 else 'tasks'} ({named})"


def _counts(entry: Entry, scores: Scores, at: Place, odd: Severity) -> Iterator[Remark]:
    """Percentages that no number of right answers gives: one by one, or together where they are many."""
    impossible = {}
    for key, percent in scores.tasks.items():
        questions = questions_of(entry, key)
        if questions and possible(percent, questions) is None:
            impossible[key] = (percent, questions)
    if len(impossible) > MOST_LISTED:
        first, (percent, questions) = next(iter(impossible.items()))
        text = (
            f"{len(impossible)} of {len(scores.tasks)} tasks are no counts of right answers, such as {first}: "
            f"{percent!r} of {questions:,} questions"
        )
        yield _remark((*at, "tasks", first), text, CHECK, odd)
        return
    for key, (percent, questions) in impossible.items():
        text = f"{key} is {percent!r}, which no count of {questions:,} questions gives{_explained(key, percent)}"
        yield _remark((*at, "tasks", key), text, CHECK, odd)


def _explained(key: str, percent: float) -> str:
    """Which number of questions would give it; the one that missing files leave comes first."""
    lost = LOST_FILES.get(key)
    if lost and (right := possible(percent, lost)) is not None:
        return f", but {right}/{lost} does: the public archive lacks the videos of {QUESTIONS_PER_TASK - lost}"
    for questions in range(QUESTIONS_PER_TASK - 1, FEWEST_EXPLAINED - 1, -1):
        if (right := possible(percent, questions)) is not None:
            return f", but {right}/{questions} would"
    return ""


def _average(entry: Entry, scores: Scores, at: Place, odd: Severity) -> Iterator[Remark]:
    """The mean over tasks, or over questions where all are told, is what an average of a whole set may be."""
    average, tasks = scores.average, scores.tasks
    if average is None or tasks.keys() != {task.key for task in tasks_of(entry.data, tasks)}:
        return
    mean = fsum(tasks.values()) / len(tasks)
    means = [mean]
    if all(entry.items.get(key) for key in tasks):
        total = sum(entry.items[key] for key in tasks)
        means.append(fsum(percent * entry.items[key] for key, percent in tasks.items()) / total)
    if all(abs(average - one) > MEAN_TOLERANCE + 1e-8 for one in means):
        text = f"average is {average!r}, but the mean of its {len(tasks)} tasks is {mean:.2f}"
        yield _remark((*at, "average"), text, "mend it, or leave it out: the mean is recomputed", odd)


def _remark(at: Place, text: str, advice: str, severity: Severity) -> Remark:
    """What to do is said where something must be done."""
    return Remark(at, f"{text}; {advice}" if severity is Severity.ERROR else text, severity)


def _items(entry: Entry) -> Iterator[Remark]:
    scored = {key for scores in entry.scores.values() for key in scores.tasks}
    for key, questions in entry.items.items():
        if questions < 1:
            yield Remark(("items", key), f"{questions} questions of {key} were scored; a task without any is missing")
        elif scored and key not in scored:
            yield Remark(("items", key), f"items tells of {key}, of which there is no score")
