"""Which orbits are whole, as the items alone tell."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from mvbench.orbits import orbit_of
from mvbench.types import Sample
from qa_gen.quality.report import Orbits


def group_of(sample: Sample) -> str:
    """What the answers to dependent questions share: the orbit, else the video."""
    orbit = orbit_of(sample)
    return f"video {sample.cluster}" if orbit is None else f"orbit {orbit}"


def orbits(samples: Sequence[Sample]) -> Orbits:
    """The orbits of one task."""
    members: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        if (name := orbit_of(sample)) is not None:
            members[name].append(sample)
    faults = {name: fault(mates) for name, mates in members.items()}
    whole = [name for name, reason in faults.items() if reason is None]
    return Orbits(
        count=len(members),
        complete=len(whole),
        questions_in_complete=sum(len(members[name]) for name in whole),
        faults=dict(sorted(Counter(filter(None, faults.values())).items())),
    )


def fault(mates: Sequence[Sample]) -> str | None:
    """Why these are no complete orbit, None where they are one."""
    first = mates[0]
    if any(mate.question != first.question for mate in mates):
        return "questions differ"
    if any(mate.choices != first.choices for mate in mates):
        return "options differ"
    answers = [mate.answer for mate in mates]
    if len(set(answers)) < len(answers):
        return "an option is right more than once"
    return None if len(mates) == len(first.choices) else "members are missing"
