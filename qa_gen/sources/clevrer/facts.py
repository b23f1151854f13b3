"""The nouns of CLEVRER: a Video with its Objects, their Motion and Collisions, and its Questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from qa_gen.orbits import Orbit

FPS = 25.0
MOVING = 0.02
"""Speed on the plane above which the source's users call an object moving. What the unit of speed is, nobody says."""

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]
Kind = Literal["descriptive", "explanatory", "predictive", "counterfactual"]


@dataclass(frozen=True, slots=True)
class Object:
    """Its colour, material and shape, which together no other object of the video has."""

    object_id: int
    colour: str
    material: str
    shape: str


@dataclass(frozen=True, slots=True)
class Collision:
    """Of two objects, given by their places in the video's objects."""

    frame: int
    objects: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Crossing:
    """An object, by its place in the video's objects, comes into view or leaves it, first so in this frame."""

    frame: int
    object: int
    inwards: bool


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """Every object in every frame: places and velocities `(T, N, 3)`, and whether it is in view `(T, N)`.

    +y goes right in the picture, +x down and a little right. Where a frame does not tell of an object, its place and
    velocity are nan and it is out of view.
    """

    location: Floats
    velocity: Floats
    visible: Bools
    collisions: tuple[Collision, ...]

    @property
    def num_frames(self) -> int:
        return int(self.location.shape[0])

    def moving(self, threshold: float = MOVING) -> Bools:
        """`(T, N)`: faster on the plane than the threshold."""
        speed = np.hypot(self.velocity[..., 0], self.velocity[..., 1])
        return np.asarray(speed > threshold)

    def crossings(self) -> tuple[Crossing, ...]:
        """In order of time. What is in view from the first frame on does not come in."""
        changes = np.diff(self.visible.astype(np.int8), axis=0)
        found = np.argwhere(changes).tolist()
        return tuple(Crossing(frame + 1, place, bool(changes[frame, place] > 0)) for frame, place in found)


@dataclass(frozen=True, slots=True)
class Choice:
    """`correct` is None where the file keeps it back."""

    text: str
    program: tuple[str, ...]
    correct: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A descriptive question has an answer, one of another kind has choices, of which none, one or several are right.

    `answer` is None where the file keeps it back, and for questions with choices. `subtype` is the last operation of
    the program.
    """

    question_id: str
    text: str
    kind: Kind
    subtype: str
    program: tuple[str, ...]
    answer: str | None
    choices: tuple[Choice, ...]

    @property
    def right(self) -> tuple[int, ...]:
        """The places of the right choices."""
        return tuple(place for place, choice in enumerate(self.choices) if choice.correct)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Video:
    """A scene. `name` is its file, `videos` are where that may lie below the source's folder.

    `motion` is None, and there are no objects, where there is no annotation, as for the source's own test videos.
    """

    scene_index: int
    name: str
    videos: tuple[str, ...]
    objects: tuple[Object, ...]
    motion: Motion | None
    questions: tuple[Question, ...]
    orbits: tuple[Orbit, ...] = ()
    fps: float = FPS
