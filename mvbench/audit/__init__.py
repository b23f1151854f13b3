"""Does a model use the video? Findings about a ladder of evaluations, each without something the video gives."""

from mvbench.audit.auditing import Outcome, audit, folder_of
from mvbench.audit.findings import Findings
from mvbench.audit.rungs import Ladder, ladder

__all__ = ["Findings", "Ladder", "Outcome", "audit", "folder_of", "ladder"]
