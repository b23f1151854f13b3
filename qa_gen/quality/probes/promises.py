"""What the orbits of the synthetic worlds promise of a probe: how often it is right at most.

In an orbit the members' sampled frames are the same ones in another order, or the middle frame is the same in all of
them; who sees no more than that cannot tell the members apart. The table holds for what the worlds draw, before it is
coded, and for nothing else: orbits that are put together from other videos differ in what their frames show.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import fsum
from types import MappingProxyType

from mvbench.orbits import orbit_of
from mvbench.types import Sample
from qa_gen.quality.orbits import orbits
from qa_gen.quality.probes.kinds import Kind

GUESS = 0.0
"""No more than a guess gets, however many options there are."""

MIDDLE_FRAME: Mapping[str, float] = MappingProxyType(
    {
        "action_sequence": GUESS,
        "action_prediction": GUESS,
        "action_antonym": GUESS,
        "action_localization": GUESS,
        "object_shuffle": GUESS,
        "scene_transition": GUESS,
        "action_count": GUESS,
        "character_order": GUESS,
        "egocentric_navigation": GUESS,
        "episodic_reasoning": GUESS,
        "moving_direction": GUESS,
        "moving_count": GUESS,
        "moving_attribute": GUESS,
        "object_existence": GUESS,
        "state_change": 2 / 3,  # the lamp is on at mid-time in one of three
        "fine_grained_action": 1 / 2,  # a clip and its reversal share the frame between them
        "fine_grained_pose": 1 / 2,
    }
)
BAG_OF_FRAMES: Mapping[str, float] = MappingProxyType(
    {
        "action_sequence": GUESS,
        "action_prediction": GUESS,
        "action_antonym": GUESS,
        "action_localization": GUESS,
        "object_shuffle": GUESS,
        "scene_transition": GUESS,
        "action_count": GUESS,
        "state_change": GUESS,
        "character_order": GUESS,
        "egocentric_navigation": GUESS,
        "episodic_reasoning": GUESS,
        "moving_direction": 1 / 2,  # two pairs of a clip and its reversal
        "fine_grained_action": 1 / 2,
        "fine_grained_pose": 1 / 2,
        "object_existence": 1 / 2,
    }
)
PROMISED: Mapping[Kind, Mapping[str, float]] = MappingProxyType(
    {Kind.MIDDLE: MIDDLE_FRAME, Kind.BAG: BAG_OF_FRAMES, Kind.ORDERED: MappingProxyType({})}
)
"""By kind and task, the highest share that can be right, where a guess is not right more often."""


def bound(kind: Kind, samples: Sequence[Sample]) -> float | None:
    """The highest share of one task's questions that a probe gets right on average, None where nothing is promised.

    Promised is something only where every question belongs to a complete orbit of a world.
    """
    task = samples[0].task
    most = PROMISED[kind].get(task)
    if most is None or not all(of_a_world(sample) for sample in samples):
        return None
    if orbits(samples).questions_in_complete < len(samples):
        return None
    return fsum(max(most, 1 / len(sample.choices)) for sample in samples) / len(samples)


def of_a_world(sample: Sample) -> bool:
    """Whether the orbit's name is one that a world gives: source, task and a number.

    Orbits that are put together by kinship have a hash of twelve digits in place of the number.
    """
    return re.fullmatch(rf"\w+-{re.escape(sample.task)}-\d{{5,11}}", orbit_of(sample) or "") is not None
