"""Entries -> findings: what is wrong with a board, all of it at once, each with its file and line.

`words` looks at texts, links and dates, `scores` at numbers, `naming` at who may be called MVBench, `logs` at the runs
behind entries, `duplicates` at entries side by side; `checking` asks them all.
"""

from leaderboard.validation.checking import NO_REPLIES, Checked, check, check_entry, run
from leaderboard.validation.findings import Finding, Severity

__all__ = ["NO_REPLIES", "Checked", "Finding", "Severity", "check", "check_entry", "run"]
