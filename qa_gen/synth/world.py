"""The nouns of the worlds: a Place in the plan, the Scenes that stand there, the Film and the Mark of each.

A world is a module of `qa_gen.synth.worlds` that satisfies `World`. It simulates an orbit from a Place and nothing
else, so orbits can be made in any order, by any number of processes, and again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from qa_gen.orbits import Orbit
from qa_gen.splits import Split
from qa_gen.synth.names import ALPHANUMERIC, neutral

RGB = npt.NDArray[np.uint8]
"""One picture, `(height, width, 3)`."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an orbit stands in the plan: all that its scenes may depend on.

    `index` counts the orbits of this task, `first_video` the videos of this source that come before.
    """

    seed: int
    split: Split
    source: str
    task: str
    index: int
    first_video: int

    @property
    def orbit(self) -> str:
        return f"{self.source}-{self.task}-{self.index:05d}"

    def rng(self, purpose: str = "") -> Random:
        """Random numbers of this orbit alone, the same on every machine; each purpose has a sequence of its own."""
        return Random(f"{self.seed}/{self.split}/{self.source}/{self.task}/{self.index}/{purpose}")

    def name(self, member: int, *, length: int, alphabet: str = ALPHANUMERIC) -> str:
        """A name for the video of this member: no other one of its source, split and seed has it."""
        salt = f"{self.source}/{self.split}/{self.seed}"
        return neutral(self.first_video + member, length=length, alphabet=alphabet, salt=salt)

    @property
    def ground(self) -> str:
        """A seed for what is behind all pictures of the orbit."""
        return f"{self.seed}/{self.split}/{self.orbit}"

    def mark(
        self, member: int, film: Film, question: str, choices: Sequence[str], answer: int, *,
        dials: Mapping[str, Any], window: tuple[float, float] | None = None, record: str | None = None,
    ) -> Mark:  # fmt: skip
        """The part of a film in this orbit. `window` are the seconds asked about where that is not the whole film."""
        start, end = window or (None, None)
        orbit = Orbit(
            orbit=self.orbit, task=self.task, member=member, k=len(choices), video=film.path,
            start_seconds=start, end_seconds=end, record=record, dials=dict(dials),
        )  # fmt: skip
        return Mark(orbit, question, tuple(choices), answer)


@dataclass(frozen=True, slots=True)
class Film:
    """A video to be made. `path` lies below the folder of its source; its suffix says how it is coded.

    `.mp4` H.264, `.webm` VP9, `.avi` MPEG-4 part 2, and no suffix: a folder of JPEG files, `00001.jpg` the first.
    `frame(index)` draws the picture `(height, width, 3)` of any index below `num_frames`, always the same one. Height
    and width are even. Nobody writes into what it returns.
    """

    path: str
    width: int
    height: int
    fps: Fraction
    num_frames: int
    frame: Callable[[int], RGB]


@dataclass(frozen=True, slots=True)
class Mark:
    """A video's part in an orbit, with what the orbit asks of it.

    `question` and `choices`, in this order, are the same in all members; `answer` is the index of the right choice.
    """

    orbit: Orbit
    question: str
    choices: tuple[str, ...]
    answer: int


@dataclass(frozen=True, slots=True)
class Scene:
    """One video of a world, simulated and not yet drawn.

    `records` is what the source's own files will say of it: plain JSON values by a key that `World.publish` knows.
    `captions` are sentences that are true of the whole video, for training.
    """

    film: Film
    records: Mapping[str, Any]
    captions: tuple[str, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What is kept of a scene once its video is written: all that the files of its source need."""

    video: str
    fps: float
    num_frames: int
    records: Mapping[str, Any]
    captions: Sequence[str] = field(default_factory=tuple)
    orbits: Sequence[Orbit] = field(default_factory=tuple)


class World(Protocol):
    """What a module of `qa_gen.synth.worlds` offers."""

    SOURCE: str
    """The name of its folder, and of its reader in `qa_gen.sources`."""

    TASKS: tuple[str, ...]
    """Keys of the tasks it makes questions for."""

    @staticmethod
    def orbit_size(task: str, index: int) -> int:
        """Number of scenes, which is the number of options k, in an orbit of this task."""

    @staticmethod
    def scenes(place: Place) -> list[Scene]:
        """The scenes of one orbit, as many as `orbit_size`, in the order in which their videos are numbered."""

    @staticmethod
    def publish(folder: Path, told: Callable[[], Iterable[Told]], split: Split) -> None:
        """Write the source's own annotation files into its folder. Every call of `told` goes over all scenes once."""

    @staticmethod
    def look(task: str, frames: RGB, question: str, choices: Sequence[str]) -> int:
        """The index of the choice that the frames show: uint8 `(T, 224, 224, 3)`, as a model gets them.

        This is the pixel oracle of the world. It knows how its world draws, and nothing of the scene.
        """
