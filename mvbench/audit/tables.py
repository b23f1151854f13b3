"""Findings -> what is printed: rungs, tasks, sentences; 80 columns are enough."""

from __future__ import annotations

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from mvbench.audit.findings import Findings
from mvbench.audit.sentences import sentences
from mvbench.contrast_words import interval, p_cell, points
from mvbench.exports import RunFacts
from mvbench.terminal import plain
from mvbench.types import Task


def shown(findings: Findings, tasks: Sequence[Task], facts: RunFacts, *, data: str) -> RenderableType:
    """All that an audit prints but where it lies."""
    parts: list[RenderableType] = [heading(findings, facts, data=data), rung_table(findings)]
    if findings.best_blind is not None:
        parts += [
            Text(f"\ngain over the best blind view ({findings.best_blind}), task by task\n", style="bold"),
            task_table(findings, tasks),
        ]
    return Group(*parts, Text(""), listed(findings), Text(""), foot())


def heading(findings: Findings, facts: RunFacts, *, data: str) -> Text:
    words = [data, f"{facts.frames} frames", f"protocol {facts.protocol}", f"judge {findings.judge}"]
    count = f"{findings.questions:,} questions"
    return Text.assemble((plain(facts.model), "bold"), *(f" · {plain(word)}" for word in (*words, count)), "\n")


def rung_table(findings: Findings) -> Table:
    errors = any(step.errors for step in findings.steps)
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 0, 0, 2), header_style="")
    table.add_column("rung", no_wrap=True)
    for head in ("n", "accuracy", "full\nminus it", "95 %\ninterval", "p", *(["errors"] if errors else [])):
        table.add_column(head, justify="right", no_wrap=True)
    for step in findings.steps:
        gain = step.gain
        cells = [step.name, f"{step.questions:,}", f"{step.accuracy.mean:.1f}"]
        cells += ["", "", ""] if gain is None else [points(gain.difference.mean), interval(gain), p_cell(gain.p_value)]
        cells += [str(step.errors or "")] if errors else []
        table.add_row(*map(Text, cells))
    return table


def task_table(findings: Findings, tasks: Sequence[Task]) -> Table:
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 0, 0, 2), header_style="")
    table.add_column("task", no_wrap=True)
    for head in ("n", "full", "blind", "gain", "95 %\ninterval", "p by\nHolm"):
        table.add_column(head, justify="right", no_wrap=True)
    rows = findings.step(findings.best_blind or "").tasks
    for task in tasks:
        row = rows[task.key]
        table.add_row(
            Text(plain(task.title)),
            f"{row.questions:,}",
            f"{row.full:.1f}",
            f"{row.accuracy:.1f}",
            points(row.gain.difference.mean),
            Text(interval(row.gain)),
            p_cell(row.p_value),
        )
    return table


def listed(findings: Findings) -> Table:
    grid = Table.grid(padding=(0, 1))
    for sentence in sentences(findings):
        grid.add_row("·", Text(plain(sentence)))
    return grid


def foot() -> Text:
    words = (
        "Intervals are 95 %, clustered by video and orbit. A use of the video is claimed only where it shows against "
        "every blind view: the best of several is too good by luck, so that its gain errs on the low side. Claims "
        "that a single rung differs are corrected by Holm for their number; the p-values of the rungs are not."
    )
    return Text(words, style="dim")
