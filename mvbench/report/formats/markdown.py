"""One judge's scores -> a Markdown table, as code hosts show it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mvbench.exports import RunFacts
from mvbench.metrics import Summary
from mvbench.report.formats.scores import Line, heads, lines
from mvbench.tables import foot, heading
from mvbench.terminal import plain

MARKS = re.compile(r"[\\`*_\[\]|~#$]|^[-+=]|(?<=\d)[.)](?=\s|$)|:(?=//)|(?<=www)\.", re.IGNORECASE)
"""What would be markup, a list, or a link."""
SIGNS = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "@<!-- -->"})
"""An empty comment after an at sign, so that nobody of that name is called."""


def table(summary: Summary, facts: RunFacts, *, judge: str) -> str:
    """A heading line, the table and what qualifies it. Raises UsageError when there are no verdicts by this judge."""
    chosen = summary.judge(judge)
    names = heads(chosen)
    about = heading(summary, facts, judge).plain.rstrip("\n")
    notes = [line.plain for line in foot(summary, chosen, facts) if line.plain]
    return "\n".join(
        [
            escaped(about),
            "",
            row("task", names),
            row(":--", ["--:"] * len(names)),
            *(line_row(line) for line in lines(summary, chosen)),
            "",
            "  \n".join(map(escaped, notes)),
            "",
        ]
    )


def line_row(line: Line) -> str:
    if line.kind == "task":
        return row(escaped(line.label), line.cells)
    return row(f"**{escaped(line.label)}**", [f"**{cell}**" if cell else "" for cell in line.cells])


def row(label: str, cells: Iterable[str]) -> str:
    return f"| {' | '.join([label, *cells])} |"


def escaped(text: str) -> str:
    r"""Text that Markdown shows as it is: no markup, no link, no new cell, one line.

    >>> print(escaped("a|b *c* <d>"))
    a\|b \*c\* &lt;d&gt;
    """
    return MARKS.sub(r"\\\g<0>", plain(text).strip()).translate(SIGNS)
