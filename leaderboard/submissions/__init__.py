"""A run, or what another tool wrote -> an entry, with its log where there is one."""

from leaderboard.submissions.found import read
from leaderboard.submissions.submission import Submission

__all__ = ["Submission", "read"]
