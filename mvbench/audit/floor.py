"""How much results change when nothing that matters does: the noise floor."""

from __future__ import annotations

from dataclasses import dataclass

from mvbench.audit.results import Results, paired
from mvbench.contrasts import Contrast, contrast


@dataclass(frozen=True, slots=True)
class Floor:
    """The same questions asked again, without those that ended in an error either time.

    `verdicts`, `choices`: percent of the questions whose verdict, whose choice is another. `difference`: full minus the
    repeat.
    """

    rung: str
    questions: int
    verdicts: float
    choices: float
    difference: Contrast


def floor(rung: str, full: Results, repeat: Results) -> Floor | None:
    """None where every question ended in an error."""
    both = {name: again for name, again in repeat.items() if not again.failed and not full[name].failed}
    if not both:
        return None
    pairs = paired(full, both)
    return Floor(
        rung,
        len(pairs),
        100 * sum(pair.a != pair.b for pair in pairs) / len(pairs),
        100 * sum(full[name].chosen != again.chosen for name, again in both.items()) / len(both),
        contrast(pairs),
    )
