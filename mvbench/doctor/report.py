"""The seven verdicts as people read them."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from mvbench.doctor.checks import Result
from mvbench.doctor.examination import Report
from mvbench.terminal import plain

STYLES = {Result.PASS: "green", Result.FAIL: "bold red", Result.CANNOT_TELL: "yellow"}


def table(report: Report) -> RenderableType:
    """One row per check: verdict and evidence. What a model said is printed as it is, never as markup."""
    rows = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="")
    rows.add_column("check", no_wrap=True)
    rows.add_column("verdict", no_wrap=True)
    rows.add_column("evidence")
    for number, finding in enumerate(report.findings, start=1):
        lines = [finding.signature, *finding.evidence] if finding.signature else finding.evidence
        evidence = "\n".join(plain(line) for line in lines)
        rows.add_row(f"{number} {finding.check}", Text(finding.result, STYLES[finding.result]), Text(evidence))
    title = report.title
    heading = f"{title['model']} · {title['frames']} frames · protocol {title['protocol']}"
    if title["view"] != "full":
        heading += f" · view {title['view']}"
    return Group(Text(plain(heading) + "\n", style="bold"), rows, Text(""), Text(summary(report)))


def summary(report: Report) -> str:
    """One line: how many checks came to which verdict."""
    counts = {result: sum(finding.result is result for finding in report.findings) for result in Result}
    asked = len(report.records)
    return f"{asked} replies: " + ", ".join(f"{count} {result}" for result, count in counts.items() if count)
