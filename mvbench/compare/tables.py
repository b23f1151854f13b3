"""Comparison -> what people read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from textwrap import shorten

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from mvbench.compare.attribution import Attribution, Cause
from mvbench.compare.comparison import Comparison
from mvbench.compare.differences import Difference
from mvbench.compare.pairing import Question
from mvbench.compare.results import RunResults
from mvbench.compare.words import (
    asked_otherwise,
    explanation,
    heading,
    imports,
    short_verdict,
    shortfalls,
    verdict,
)
from mvbench.contrast_words import interval, p_cell, p_text, points
from mvbench.contrasts import LEVEL
from mvbench.tables import interval as bounds
from mvbench.terminal import counted, plain

FLIPPED = 10
"""Of each direction."""
LONGEST = 60
"""Characters of a question, or of a setting's name."""
MOST_DIFFERENCES = 60


def comparison_table(comparison: Comparison) -> RenderableType:
    """First what differs, then the difference and what it can show, then where it lies."""
    two = len(comparison.runs) == 2
    parts: list[RenderableType] = [*settings_part(comparison), Text("")]
    parts += [task_table(comparison) if two else score_table(comparison), *(foot(comparison) if two else ()), Text("")]
    parts += [Text(line, style="yellow") for line in shortfalls(comparison)]
    if two:
        parts += [*orbit_lines(comparison), Text(verdict(comparison, comparison.duels[0]), style="bold"), Text("")]
        parts += list(flipped_part(comparison))
    else:
        parts += [duel_table(comparison), Text("")]
    return Group(*parts)


def settings_part(comparison: Comparison) -> Iterator[RenderableType]:
    for run in comparison.runs:
        yield Text(f"{run.letter}  {plain(title(run))}", style="bold")
        yield Text(f"   {plain(str(run.run.path))}", style="dim")
    yield Text("")
    yield Text(heading(comparison))
    if comparison.differences:
        yield differences_table(comparison)
    yield from (Text(f"  {line}") for line in asked_otherwise(comparison))
    yield from (Text(plain(line)) for line in imports(comparison))


def title(run: RunResults) -> str:
    facts = run.run.facts
    words = [f"{facts['title'].get('frames', '?')} frames", f"protocol {facts['title'].get('protocol', '?')}"]
    view = facts["title"].get("view", "full")
    return " · ".join(
        [facts["title"]["model"], facts["data"]["name"], *words, *([f"view {view}"] if view != "full" else [])]
    )


def differences_table(comparison: Comparison) -> Table:
    table = Table(box=None, show_header=False, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))
    before = ""
    for difference in comparison.differences[:MOST_DIFFERENCES]:
        group = "" if difference.group == before else difference.group
        table.add_row(
            Text(f"  {group}"), Text(plain(difference.name[:LONGEST])), Text(values_of(comparison, difference))
        )
        before = difference.group
    if len(comparison.differences) > MOST_DIFFERENCES:
        table.add_row("", f"and {len(comparison.differences) - MOST_DIFFERENCES:,} more", "")
    return table


def values_of(comparison: Comparison, difference: Difference) -> str:
    """`16 in A and C, 8 in B`."""
    letters = [run.letter for run in comparison.runs]
    holders = {
        value: [letter for letter, held in zip(letters, difference.values, strict=True) if held == value]
        for value in dict.fromkeys(difference.values)
    }
    return ", ".join(f"{plain(value) or 'nothing'} in {listed(names)}" for value, names in holders.items())


def listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def task_table(comparison: Comparison) -> Table:
    won = "more" if repeated(comparison) else "only"
    table = new_table("task", "n", "A", "B", "A - B", f"{won}\nA", f"{won}\nB", "p", "p by\nHolm")
    for row in comparison.tasks:
        table.add_row(
            Text(plain(row.title)),
            f"{row.questions:,}",
            f"{row.a:.1f}",
            f"{row.b:.1f}",
            points(row.a - row.b),
            f"{row.wins:,}",
            f"{row.losses:,}",
            p_cell(row.p_value),
            Text(p_cell(row.corrected), style="bold" if row.corrected < LEVEL else ""),
        )
    found, scores = comparison.duels[0].contrast, comparison.scores
    table.add_row(
        f"mean of {counted(len(comparison.tasks), 'task')}",
        f"{found.questions:,}",
        f"{scores[0].mean:.1f}",
        f"{scores[1].mean:.1f}",
        points(found.difference.mean),
        f"{found.wins:,}",
        f"{found.losses:,}",
        p_cell(found.p_value),
        "",
        style="bold",
    )
    return table


def foot(comparison: Comparison) -> Iterator[Text]:
    if any(question.orbit is not None for question in comparison.questions):
        words = "The p of a task takes the questions of an orbit for unrelated; the p of the mean does not."
        yield Text(words, style="dim")


def score_table(comparison: Comparison) -> Table:
    """Runs by score."""
    table = new_table("run", "n", "score", "95 %\ninterval")
    for place in sorted(range(len(comparison.runs)), key=lambda place: -comparison.scores[place].mean):
        run, score = comparison.runs[place], comparison.scores[place]
        name = Text(plain(f"{run.letter}  {run.run.facts['title']['model']}"))
        table.add_row(name, f"{len(comparison.questions):,}", f"{score.mean:.1f}", bounds(score.low, score.high))
    return table


def duel_table(comparison: Comparison) -> Table:
    table = new_table("runs", "difference", "95 % interval", "p", "p by\nHolm")
    table.add_column("which is ahead", no_wrap=True)
    for duel in comparison.duels:
        found = duel.contrast
        table.add_row(
            f"{comparison.runs[duel.a].letter} - {comparison.runs[duel.b].letter}",
            points(found.difference.mean),
            interval(found),
            p_cell(found.p_value),
            p_cell(duel.corrected),
            short_verdict(comparison, duel),
        )
    return table


def orbit_lines(comparison: Comparison) -> Iterator[Text]:
    found = comparison.orbits
    if found is None:
        return
    yield Text(
        f"orbits wholly right, of {found.orbits:,}: A {found.a:,}, B {found.b:,} (only A {found.wins:,}, only B "
        f"{found.losses:,}, {p_text(found.p_value)})"
    )


def flipped_part(comparison: Comparison) -> Iterator[RenderableType]:
    """Some of the questions that only one of two runs has right, or more often, of as many tasks as possible."""
    for place, letter in enumerate("AB"):
        rows = [one for one in comparison.questions if flipped(one, comparison.judge, place)]
        if rows:
            more = f", of which {FLIPPED} are (--out FILE writes all)" if len(rows) > FLIPPED else ""
            ahead = f"{letter} is right more often" if repeated(comparison) else f"Only {letter} is right"
            yield Text(f"{ahead} on {counted(len(rows), 'question')}{more}:")
            yield question_table(spread(rows, FLIPPED))
            yield Text("")


def repeated(comparison: Comparison) -> bool:
    """Whether a run may be right more often on a question without being the only one."""
    return any(result.asked > 1 for one in comparison.questions for result in one.results)


def spread(questions: Sequence[Question], count: int) -> list[Question]:
    """So many of the questions, in their order: the first of every task before the second of any."""
    seen: Counter[str] = Counter()
    ranked = []
    for place, one in enumerate(questions):
        ranked.append((seen[one.task], place))
        seen[one.task] += 1
    return [questions[place] for _, place in sorted(sorted(ranked)[:count], key=lambda row: row[1])]


def flipped(question: Question, judge: str, place: int) -> bool:
    """Whether the run at this place, 0 or 1, is right more often than the other."""
    return question.results[place].share(judge) > question.results[1 - place].share(judge)


def question_table(questions: Sequence[Question]) -> Table:
    table = new_table("id", "right", "A", "B")
    table.add_column("question")
    for one in questions:
        cells = [plain("/".join(result.letters)) for result in one.results]
        words = shorten(plain(one.results[0].question), LONGEST, placeholder=" …")
        # The column gives way where the console is narrow, and the text in it is cut, not wrapped.
        question = Text(words, no_wrap=True, overflow="ellipsis")
        table.add_row(Text(plain(one.sample_id)), one.results[0].answer, *cells, question)
    return table


def attribution_table(comparison: Comparison, found: Attribution) -> RenderableType:
    """The gap as the runs report it, part by part, and the same replies under every judge."""
    first, second = comparison.runs
    table = new_table("where the gap lies", "questions", "points")
    for part in found.parts:
        rules = f": {first.own_judge} and {second.own_judge} before, {comparison.judge} now"
        table.add_row(
            f"{part.cause}{rules if part.cause is Cause.JUDGE else ''}", f"{part.questions:,}", points(part.points)
        )
    table.add_row("A - B as the runs report it", "", points(found.gap), style="bold")
    judges = new_table("the same replies, judge by judge", "A", "B", "A - B")
    for judge, a, b in found.judges:
        judges.add_row(judge, f"{a:.1f}", f"{b:.1f}", points(a - b))
    reports = ", ".join(
        f"{run.letter} {value:.1f} by {run.own_judge}"
        for run, value in zip((first, second), (found.a, found.b), strict=True)
    )
    return Group(
        Text(f"As the runs report it (means of tasks): {reports}\n"),
        table,
        Text(""),
        *(Text(line) for line in explanation(comparison, found)),
        Text(""),
        judges,
    )


def new_table(first: str, *others: str) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 0, 0, 1), header_style="")
    table.add_column(first, no_wrap=True)
    for head in others:
        table.add_column(head, justify="right", no_wrap=True)
    return table
