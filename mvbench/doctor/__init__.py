"""Is a stack fit to be measured? Drawn clips, seven verdicts, and for a fault the one that fits the answers."""

from mvbench.doctor.examination import Report, examine, make_plan

__all__ = ["Report", "examine", "make_plan"]
