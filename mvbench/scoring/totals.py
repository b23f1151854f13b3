"""What each tool's own program prints for a whole set of replies: its denominators, roundings, omissions and crashes.

Sources: the files named in `official`, `lmms` and `vlmevalkit` beside this one, and the loops and printers around them.
Our own judges count every question, whatever the tool leaves out; this says how far that moves a number.
"""

import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from mvbench.scoring import lmms, official, vlmevalkit


@dataclass(frozen=True, slots=True)
class Entry:
    """One question and what was replied; None where the model returned nothing at all. `task`: its title."""

    task: str
    choices: tuple[str, ...]
    answer: str
    reply: str | None


@dataclass(frozen=True, slots=True)
class Stopped:
    """The program ends with this exception and prints no result."""

    exception: str


# --------------------------------------------------------------------------------------------------- the notebook


@dataclass(frozen=True, slots=True)
class NotebookTotal:
    """`counts`: (right, asked) per task, in order of first appearance. Every question counts."""

    counts: Mapping[str, tuple[int, int]]

    @property
    def correct(self) -> int:
        return sum(right for right, _ in self.counts.values())

    @property
    def total(self) -> int:
        return sum(asked for _, asked in self.counts.values())

    @property
    def final(self) -> dict[str, float]:
        """The dictionary it ends with: percent per task, and `Avg` over questions; unrounded."""
        tasks = {task: right / asked * 100 for task, (right, asked) in self.counts.items()}
        return tasks | {"Avg": self.correct / self.total * 100}

    @property
    def printed(self) -> dict[str, str]:
        """The last `Part  Acc` line of each task."""
        return {task: percent(right, asked) for task, (right, asked) in self.counts.items()}

    @property
    def printed_total(self) -> str:
        return percent(self.correct, self.total)


def notebook(entries: Sequence[Entry]) -> NotebookTotal | Stopped:
    """Its loop over the questions; a reply that is not there is the empty one, and so counts as right."""
    if not entries:
        return Stopped("ZeroDivisionError")
    try:
        return NotebookTotal(counted_per_task(entries, notebook_credits))
    except IndexError:
        return Stopped("IndexError")


def notebook_credits(entry: Entry) -> bool:
    gold = official.gold_text(entry.choices, entry.answer)
    return official.check_answer(official.prepare(entry.reply or ""), gold)


# ------------------------------------------------------------------------------------------------------ lmms-eval

NOT_AVAILABLE = "N/A"


@dataclass(frozen=True, slots=True)
class LmmsTask:
    """One task as the tool saves it. `counted`: replies that were not blank; the others are in no denominator.

    `saved` is the integer 0 where nothing was counted, a float otherwise. `stderr_clt` is on the scale 0 to 1 and over
    all questions, blanks as 0; None for a single question.
    """

    name: str
    questions: int
    counted: int
    correct: int
    saved: float
    stderr_clt: float | None


@dataclass(frozen=True, slots=True)
class LmmsPrinted:
    """One row of the printed table; `stderr_clt` is None where the whole column is left out."""

    value: str
    stderr_clt: str | None
    stderr: str = NOT_AVAILABLE


@dataclass(frozen=True, slots=True)
class LmmsTotal:
    """Tasks by title, in order of first appearance. The tool has no number over all tasks: the group row is empty."""

    tasks: Mapping[str, LmmsTask]

    @property
    def printed(self) -> dict[str, LmmsPrinted]:
        """The cells of each task's row. One row that needs decimals gives them to every row."""
        values = {task: Decimal(str(row.saved) if row.counted == 0 else f"{row.saved:.4f}") for task, row in self._rows}
        decimals = max((needed_decimals(value) for value in values.values()), default=0)
        return {
            task: LmmsPrinted(
                f"{values[task]:.{decimals}f}",
                (NOT_AVAILABLE if row.stderr_clt is None else f"{row.stderr_clt:.4f}") if self._has_errors else None,
            )
            for task, row in self._rows
        }

    @property
    def printed_group(self) -> LmmsPrinted:
        return LmmsPrinted("", NOT_AVAILABLE if self._has_errors else None)

    @property
    def _rows(self) -> Collection[tuple[str, LmmsTask]]:
        return self.tasks.items()

    @property
    def _has_errors(self) -> bool:
        return any(row.stderr_clt is not None for _, row in self._rows)


def lmms_eval(entries: Sequence[Entry]) -> LmmsTotal | Stopped:
    """Its aggregation per task. A reply that is not there is the text `None`, which counts as an answer."""
    try:
        return LmmsTotal({task: lmms_task(task, rows) for task, rows in per_task(entries).items()})
    except AttributeError:
        return Stopped("AttributeError")


def lmms_task(title: str, entries: Sequence[Entry]) -> LmmsTask:
    """Raises AttributeError when an answer is none of its choices."""
    kept = [lmms.kept_reply("None" if entry.reply is None else entry.reply) for entry in entries]
    scores = [lmms.score(text, entry.choices, entry.answer) for text, entry in zip(kept, entries, strict=True)]
    counts = [lmms.counted(text) for text in kept]
    counted, correct = sum(counts), sum(score for score, counts_it in zip(scores, counts, strict=True) if counts_it)
    return LmmsTask(
        name="mvbench_" + re.sub(r"[ -]", "_", title.lower()),
        questions=len(entries),
        counted=counted,
        correct=correct,
        saved=100 * correct / counted if counted else 0,
        stderr_clt=standard_error(scores),
    )


def standard_error(scores: Sequence[int]) -> float | None:
    """Of the mean: the sample's standard deviation over the root of n; None for a single score."""
    n = len(scores)
    if n == 1:
        return None
    mean = sum(scores) / n
    return math.sqrt(sum((score - mean) ** 2 for score in scores) / (n - 1)) / math.sqrt(n)


def needed_decimals(value: Decimal) -> int:
    """Digits after the point without trailing zeros.

    >>> needed_decimals(Decimal("87.5000")), needed_decimals(Decimal("100.0000"))
    (1, 0)
    """
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


# ----------------------------------------------------------------------------------------------------- VLMEvalKit

# What pandas turns into numbers when every text of a column reads so.
NUMBER = re.compile(r"\s*[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?)\s*", re.IGNORECASE | re.ASCII)
TRUTHS = frozenset(["True", "TRUE", "true", "False", "FALSE", "false"])


@dataclass(frozen=True, slots=True)
class KitTotal:
    """`counts`: (credited, asked) per task, in order of first appearance; whatever has no score is credited.

    `scores`: 1, 0, -1 (the API failed) or None (not a number), in the order of the entries.
    """

    counts: Mapping[str, tuple[int, int]]
    scores: tuple[vlmevalkit.Score, ...]

    @property
    def rating(self) -> dict[str, tuple[int, int, str]]:
        """What it writes: credited, asked and percent per task, then `overall` over questions."""
        overall = tuple(map(sum, zip(*self.counts.values(), strict=True)))
        counts = dict(self.counts) | {"overall": (overall[0], overall[1])}
        return {task: (right, asked, percent(right, asked)) for task, (right, asked) in counts.items()}

    @property
    def no_prediction(self) -> int:
        return self.scores.count(None)

    @property
    def no_score(self) -> int:
        return self.scores.count(-1)


def vlm_eval_kit(entries: Sequence[Entry]) -> KitTotal | Stopped:
    """Its evaluation without a judge model, types that its files guess for whole columns included."""
    replies = [vlmevalkit.file_reply("None" if entry.reply is None else entry.reply) for entry in entries]
    there = [reply for reply in replies if reply is not None]
    if not there:
        return Stopped("KeyError")
    if changes_type(there):
        return Stopped("TypeError")
    answers = [entry.answer for entry in entries if entry.answer not in vlmevalkit.NOT_A_NUMBER]
    # "" is not a number either: answers that lost their type equal no candidate, as those do
    unequal = changes_type(answers)
    try:
        scores = tuple(
            vlmevalkit.score(reply, entry.choices, "" if unequal else entry.answer)
            for reply, entry in zip(replies, entries, strict=True)
        )
    except IndexError:
        return Stopped("IndexError")
    credited = iter(scores)
    return KitTotal(counted_per_task(entries, lambda entry: next(credited) != 0), scores)


def changes_type(texts: Sequence[str]) -> bool:
    """Whether a column of these texts is read back as numbers, or as truth values."""
    return all(map(NUMBER.fullmatch, texts)) or TRUTHS.issuperset(texts)


# ----------------------------------------------------------------------------------------------------------- both


def per_task(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """The entries of each task, in order of first appearance."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.task, []).append(entry)
    return groups


def counted_per_task(entries: Sequence[Entry], credits: Callable[[Entry], bool]) -> dict[str, tuple[int, int]]:
    """(credited, asked) per task. `credits` is asked once per entry, in order."""
    counts: dict[str, tuple[int, int]] = {}
    for entry in entries:
        right, asked = counts.get(entry.task, (0, 0))
        counts[entry.task] = (right + credits(entry), asked + 1)
    return counts


def percent(right: int, asked: int) -> str:
    """As two of the tools print it, the division first.

    >>> percent(1, 3)
    '33.33%'
    """
    return f"{right / asked * 100:.2f}%"
