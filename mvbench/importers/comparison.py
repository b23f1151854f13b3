"""One set of replies under every judge, and as each tool's own program would count them: pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mvbench.importers.joining import Joined
from mvbench.importers.rows import Logged
from mvbench.metrics import Summary
from mvbench.scoring import HEADLINE, totals
from mvbench.types import Record


@dataclass(frozen=True, slots=True)
class JudgeRow:
    """One judge: accuracies in percent, and the replies it sees otherwise than the headline judge.

    `blank`: replies without a word that it credits. `no_answer`: the others that it credits and in which the headline
    judge finds no answer; `wrong_answer`: those where that finds a wrong one. `missed`: right there, not credited here.
    """

    judge: str
    macro: float
    micro: float
    correct: int
    blank: int
    no_answer: int
    wrong_answer: int
    missed: int

    @property
    def false_credits(self) -> int:
        return self.blank + self.no_answer + self.wrong_answer


@dataclass(frozen=True, slots=True)
class Comparison:
    """`asked`: every question. The three totals are over the `replies` that are there, as the tools have no others.

    `own`: how many the tool's file itself counts right and what our judge of its rules says, where the file tells.
    """

    asked: int
    replies: int
    judges: tuple[JudgeRow, ...]
    notebook: totals.NotebookTotal | totals.Stopped
    lmms: totals.LmmsTotal | totals.Stopped
    kit: totals.KitTotal | totals.Stopped
    own: tuple[int, int] | None


def compare(logged: Logged, joined: Joined, records: Sequence[Record], summary: Summary) -> Comparison:
    """records: one per pair of `joined`, in their order."""
    titles = {task.key: task.title for task in joined.dataset.tasks}
    entries = [
        totals.Entry(titles[sample.task], sample.choices, sample.answer_text, row.reply)
        for sample, row in joined.pairs
        if row is not None and row.failure is None
    ]
    return Comparison(
        asked=len(records),
        replies=len(entries),
        judges=tuple(judge_row(name, records, summary) for name in judges_in_order(summary)),
        notebook=totals.notebook(entries),
        lmms=totals.lmms_eval(entries),
        kit=totals.vlm_eval_kit(entries),
        own=own_count(logged, joined, records),
    )


def judges_in_order(summary: Summary) -> list[str]:
    return sorted(summary.judges, key=lambda name: (name != HEADLINE, name))


def judge_row(name: str, records: Sequence[Record], summary: Summary) -> JudgeRow:
    blank = no_answer = wrong_answer = missed = 0
    for record in records:
        ours, theirs = record.verdicts[HEADLINE], record.verdicts[name]
        credited = theirs.correct and not ours.correct
        empty = record.reply is not None and not record.reply.text.strip()
        blank += credited and empty
        no_answer += credited and not empty and ours.choice is None
        wrong_answer += credited and not empty and ours.choice is not None
        missed += ours.correct and not theirs.correct
    said = summary.judge(name)
    return JudgeRow(
        judge=name,
        macro=said.macro.mean,
        micro=said.micro,
        correct=sum(task.correct for task in said.tasks),
        blank=blank,
        no_answer=no_answer,
        wrong_answer=wrong_answer,
        missed=missed,
    )


def own_count(logged: Logged, joined: Joined, records: Sequence[Record]) -> tuple[int, int] | None:
    """(right by the file's own verdicts, right by our judge of its rules) over the same questions; None if untold."""
    right = sum(
        record.verdicts[logged.tool.judge].correct
        for record, (_, row) in zip(records, joined.pairs, strict=True)
        if row is not None
    )
    if logged.right is not None:
        return None if joined.left_out else (logged.right, right)
    rows = [row for _, row in joined.pairs if row is not None]
    if not rows or any(row.right is None for row in rows):
        return None
    return sum(row.right is True for row in rows), right
