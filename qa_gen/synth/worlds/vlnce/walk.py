"""The walk: where the agent is, which actions brought it there, and which come next.

Habitat's axes: y is up, yaw 0 looks along -z, a turn to the left adds to the yaw.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

STOP, MOVE_FORWARD, TURN_LEFT, TURN_RIGHT = range(4)
"""The action numbers of VLN-CE."""

STEP_METRES = 0.25
TURN_DEGREES = 15
QUARTER_TURN = 90 // TURN_DEGREES

Decision = Literal["left", "right", "forward", "stop"]
DECISIONS: tuple[Decision, ...] = ("left", "right", "forward", "stop")

Position = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Walk:
    """A straight walk through `doors` doors to a crossing, the decision there, and what follows.

    Doors stand `door_steps` steps apart, the first of them half that far from the start, so the walk shown ends midway
    between two doors. `steps_after` are walked once the decision is made, unless it is to stop.
    """

    start: Position
    yaw_degrees: int
    doors: int
    door_steps: int
    decision: Decision
    steps_after: int

    @property
    def steps_shown(self) -> int:
        """Actions taken when the clip ends: the index of the action that the question asks for."""
        return self.doors * self.door_steps

    @property
    def metres_shown(self) -> float:
        return self.steps_shown * STEP_METRES

    def actions(self) -> list[int]:
        turns = {"left": [TURN_LEFT] * QUARTER_TURN, "right": [TURN_RIGHT] * QUARTER_TURN}.get(self.decision, [])
        after = 0 if self.decision == "stop" else self.steps_after
        return [MOVE_FORWARD] * self.steps_shown + turns + [MOVE_FORWARD] * after + [STOP]

    def locations(self) -> list[Position]:
        """The start and each new position; turns add none."""
        places = [self.start]
        yaw = self.yaw_degrees
        for action in self.actions():
            if action == MOVE_FORWARD:
                places.append(ahead(places[-1], yaw_degrees=yaw, metres=STEP_METRES))
            elif action != STOP:
                yaw += TURN_DEGREES if action == TURN_LEFT else -TURN_DEGREES
        return [rounded(place) for place in places]

    def start_rotation(self) -> tuple[float, float, float, float]:
        """A quaternion x, y, z, w."""
        half = math.radians(self.yaw_degrees) / 2
        return 0.0, round(math.sin(half), 6), 0.0, round(math.cos(half), 6)


def ahead(place: Position, *, yaw_degrees: int, metres: float) -> Position:
    """
    >>> ahead((0.0, 0.0, 0.0), yaw_degrees=0, metres=2.0)[2]
    -2.0
    """
    x, y, z = place
    yaw = math.radians(yaw_degrees)
    return x - metres * math.sin(yaw), y, z - metres * math.cos(yaw)


def rounded(place: Position) -> Position:
    """To a micrometre, without negative zeros."""
    x, y, z = (round(value, 6) + 0.0 for value in place)
    return x, y, z
