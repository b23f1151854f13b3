"""State change: a lamp, or another thing with two states, is on for half of the video; when decides the answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial
from math import pi, sin

from qa_gen.synth.drawing.colours import PALETTE
from qa_gen.synth.drawing.easing import ease
from qa_gen.synth.drawing.sprites import paste
from qa_gen.synth.world import RGB, Place
from qa_gen.synth.worlds.perception_test.devices import DEVICES, Device, Looks, clock, pendulum
from qa_gen.synth.worlds.perception_test.stage import Action, Game, Stage, Take, room, stage

SLOTS = 8
WENT_OFF, WENT_ON, CAME_BACK = "11110000", "00001111", ("00111100", "11000011")
"""In which of the eight slots the thing is on. All have it on in four, so that only the order tells them apart."""

HUES = ("red", "orange", "green", "cyan", "blue", "purple", "pink")

WORDINGS = (
    "How does the state of the {thing} change in the video?",
    "What happens to the state of the {thing} in the video?",
    "Which change of the {thing} does the video show?",
)


@dataclass(frozen=True, slots=True)
class Switching:
    """One member: what it is, and in which slots it is on."""

    stage: Stage
    looks: Looks
    device: str
    pattern: str

    def level(self, index: int) -> float:
        """0 off, 1 on; between them for less than a unit before and after the boundary of two slots, where no public
        sampling of 8, 16 or 32 frames looks."""
        unit, slot = self.stage.unit, self.stage.last // SLOTS
        boundary = round(index / slot)
        before, after = (int(self.pattern[min(max(part, 0), SLOTS - 1)]) for part in (boundary - 1, boundary))
        return before + (after - before) * ease((index - boundary * slot + unit) / (2 * unit))


def play(place: Place) -> Game:
    ground, rng = stage(place), place.rng("lamp")
    name = rng.choice(tuple(DEVICES))
    device = DEVICES[name]
    colour, swinging = rng.sample(HUES, 2)
    looks = Looks(
        colour=PALETTE[colour],
        size=rng.uniform(0.88, 1.08),
        clock=rng.choice((-1, 1)),
        pendulum=PALETTE[swinging] if rng.random() < 0.6 and not device.fills_wall else None,
    )
    back = rng.choice(CAME_BACK)
    takes = [take(Switching(ground, looks, name, pattern)) for pattern in (WENT_OFF, WENT_ON, back)]
    return Game(
        question=rng.choice(WORDINGS).format(thing=device.thing),
        choices=tuple(change(device, pattern) for pattern in (WENT_OFF, WENT_ON, back)),
        takes=takes,
        area="physics",
        tags=("change detection",),
        dials={"device": name, "back": back, "distractors": int(looks.pendulum is not None)},
    )


def states(pattern: str) -> str:
    """The states one after another, each once.

    >>> states("11110000"), states("00111100")
    ('10', '010')
    """
    return "".join(state for place, state in enumerate(pattern) if place == 0 or pattern[place - 1] != state)


def change(device: Device, pattern: str) -> str:
    words = told(device, pattern)
    return f"From {words[0]} to {words[1]}{' and back' if len(words) == 3 else ''}."


def sentence(device: Device, pattern: str) -> str:
    words = told(device, pattern)
    back = f", then {words[0]} again" if len(words) == 3 else ""
    return f"The {device.thing} is {words[0]} at first, then {words[1]}{back}."


def told(device: Device, pattern: str) -> list[str]:
    """The words for its states, one after another."""
    return [device.on if state == "1" else device.off for state in states(pattern)]


def take(switching: Switching) -> Take:
    device, pattern = DEVICES[switching.device], switching.pattern
    slot, unit = switching.stage.last // SLOTS, switching.stage.unit
    changes = [part for part in range(1, SLOTS) if pattern[part] != pattern[part - 1]]
    return Take(
        frame=partial(frame, switching),
        num_frames=switching.stage.last + 1,
        captions=(sentence(device, pattern),),
        actions=tuple(
            Action(device.labels[int(pattern[part])], part * slot - unit, part * slot + unit) for part in changes
        ),
    )


def frame(switching: Switching, index: int) -> RGB:
    stage, looks = switching.stage, switching.looks
    picture = still(stage, looks, switching.device, switching.level(index)).copy()
    if looks.pendulum is not None:
        _, phase = stage.slot(index, SLOTS)
        swing = pendulum(round(stage.point, 3), looks.pendulum, round(16 * sin(2 * pi * phase)))
        paste(picture, swing, *stage.at(looks.clock * 78, -58))
    return picture


@lru_cache(maxsize=24)
def still(stage: Stage, looks: Looks, device: str, level: float) -> RGB:
    """Everything but the pendulum."""
    picture = room(stage).copy()
    if looks.pendulum is not None:
        paste(picture, clock(round(stage.point, 3)), *stage.at(looks.clock * 78, -62))
    return DEVICES[device].draw(picture, stage, looks, level)
