"""One judge's scores -> a LaTeX table with the rules of booktabs."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mvbench.exports import RunFacts
from mvbench.metrics import Summary
from mvbench.report.formats.scores import Line, heads, lines
from mvbench.tables import foot, heading
from mvbench.terminal import plain

WORDS = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\char34{}",
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    # After a line break these would be its arguments.
    "[": "{[}",
    "]": "{]}",
    "*": "{*}",
    "·": r"$\cdot$",
    "±": r"$\pm$",
    "\N{REPLACEMENT CHARACTER}": "?",
}
LIGATURE = re.compile(r"([-,])(?=\1)")


def table(summary: Summary, facts: RunFacts, *, judge: str) -> str:
    r"""A `table` environment to `\input`. Raises UsageError when there are no verdicts by this judge."""
    chosen = summary.judge(judge)
    names = heads(chosen)
    caption = heading(summary, facts, judge).plain.rstrip("\n")
    notes = [escaped(line.plain) for line in foot(summary, chosen, facts) if line.plain]
    return "\n".join(
        [
            r"% needs \usepackage{booktabs}",
            r"\begin{table}",
            r"  \centering",
            rf"  \caption{{{escaped(caption)}. Accuracy in percent; intervals are Wilson's for a task,",
            r"    clustered by video for a mean.}",
            r"  \label{tab:mvbench}",
            rf"  \begin{{tabular}}{{l{'r' * len(names)}}}",
            r"    \toprule",
            row("task", map(escaped, names)),
            r"    \midrule",
            *(line_row(line) for line in lines(summary, chosen)),
            r"    \bottomrule",
            r"  \end{tabular}",
            r"  \par\smallskip",
            r"  {\footnotesize " + "\\\\\n  ".join(notes) + r"\par}",
            r"\end{table}",
            "",
        ]
    )


def line_row(line: Line) -> str:
    label, cells = escaped(line.label), [cell.replace("-", "--") for cell in line.cells]
    if line.kind == "task":
        return row(rf"\quad {label}", cells)
    bold = row(rf"\textbf{{{label}}}", [rf"\textbf{{{cell}}}" if cell else "" for cell in cells])
    return bold if line.kind == "skill" else f"    \\midrule\n{bold}"


def row(label: str, cells: Iterable[str]) -> str:
    return f"    {' & '.join([label, *cells])} " + r"\\"


def escaped(text: str) -> str:
    r"""Text that LaTeX prints as it is: no command, no ligature, one line.

    >>> print(escaped("50% of a_b -- \\input{x}"))
    50\% of a\_b -{}- \textbackslash{}input\{x\}
    """
    return LIGATURE.sub(r"\1{}", "".join(WORDS.get(character, character) for character in plain(text)))
