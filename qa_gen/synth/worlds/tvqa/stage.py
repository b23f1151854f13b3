"""What the camera sees: a room with three things on the wall and five people, each under a name tag."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random
from typing import NamedTuple

from PIL import ImageDraw, ImageFont

from qa_gen.synth.drawing.colours import Colour, mixed
from qa_gen.synth.drawing.easing import ease
from qa_gen.synth.drawing.figure import Look, a_look, figure, hands
from qa_gen.synth.drawing.grounds import room
from qa_gen.synth.drawing.pose import STANDING, Arm, Pose, blend
from qa_gen.synth.drawing.sprites import Sprite, drawn, paste, shadow
from qa_gen.synth.drawing.things import thing
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.tvqa.cast import TAG
from qa_gen.synth.worlds.tvqa.props import prop
from qa_gen.synth.worlds.tvqa.story import Event, Script

WIDTH, HEIGHT = 320, 180
MIDDLE = WIDTH / 2
WALL_Y = 24.0
"""Middle of the things on the wall, which with their sprites stay above `WALL_END`."""
WALL_END = 44.0
SEATS = ((-60.0, 136.0), (0.0, 136.0), (60.0, 136.0), (-31.0, 163.0), (31.0, 163.0))
"""Where people stand, from the middle of the picture: three behind, two in front."""
STEP = 13.0
"""How far down the picture one comes who acts."""
TAG_HEIGHT = 12
GLANCE = 28.0
"""Degrees that the others turn to one who acts or speaks."""

BUBBLE: Colour = (255, 255, 255)
DULL: tuple[Colour, ...] = ((226, 218, 204), (150, 122, 96), (96, 98, 104))
"""What people hold never looks like a tag."""

HOLDING_HIGH = Pose(nod=-6, left_arm=Arm(2, 8, 12), right_arm=Arm(40, 62, 96, -70))
TALKING = Pose(left_arm=Arm(22, 14, 80, 10), right_arm=Arm(30, 20, 84, -20))


@dataclass(frozen=True, slots=True)
class Setting:
    """What the pictures of an orbit share. Hashable, so that each picture is drawn once.

    `people` are in the order of `SEATS`; `drift` and `sway` move the camera, in pixels.
    """

    people: tuple[str, ...]
    looks: tuple[Look, ...]
    props: tuple[str, ...]
    held: str
    held_colour: Colour
    room: str
    drift: float
    sway: float


def setting(told: Script, rng: Random) -> Setting:
    return Setting(
        people=told.people,
        looks=tuple(dressed(rng, name) for name in told.people),
        props=told.props,
        held=told.act.thing,
        held_colour=rng.choice(DULL),
        room=str(rng.random()),
        drift=rng.choice((-4.0, -2.0, 0.0, 2.0, 4.0)),
        sway=rng.choice((0.0, 1.0, 2.0)),
    )


def dressed(rng: Random, name: str) -> Look:
    """Anybody, in a dull shade of the colour of the name tag."""
    return replace(
        a_look(rng), top=mixed(TAG[name], rng.choice(((92, 92, 100), (190, 186, 180))), 0.68), shoes=(60, 52, 48)
    )


@lru_cache(maxsize=192)
def picture(setting: Setting, event: Event, t: float) -> RGB:
    """The picture at a time from 0 to 1 inside the slot of an event. At both ends it is the picture at rest."""
    amount = round(ease(min(t, 1.0 - t) / 0.25), 2)
    rgb = background(setting.room).copy()
    for place, kind in enumerate(setting.props):
        working = amount if event == Event("prop", kind) else 0.0
        paste(rgb, prop(kind, working), MIDDLE + 56 * (place - 1) + setting.drift, WALL_Y)
    for stand in sorted(stands(setting, event, amount)):
        person(rgb, setting, stand, acting=event.kind == "act")
    for stand in stands(setting, event, amount):
        if event.kind == "talk" and stand.busy:
            paste(rgb, bubble(), stand.x, stand.y - stand.height - TAG_HEIGHT, opacity=stand.busy)
    rgb.flags.writeable = False
    return rgb


@lru_cache(maxsize=4)
def background(seed: str) -> RGB:
    return room(Random(seed), WIDTH, HEIGHT, floor=0.6)


class Stand(NamedTuple):
    """One of the cast, on the floor at (x, y); `busy` from 0 to 1, and how far the others turn to who is."""

    y: float
    x: float
    seat: int
    busy: float
    turn: float

    @property
    def height(self) -> int:
        """Nearer means larger."""
        return round(70 + (self.y - SEATS[0][1]) * 0.3)


def stands(setting: Setting, event: Event, amount: float) -> list[Stand]:
    busy_at = next((x for (x, _), name in zip(SEATS, setting.people, strict=True) if name == event.subject), None)
    told = []
    for seat, ((x, y), name) in enumerate(zip(SEATS, setting.people, strict=True)):
        busy = amount if event.subject == name else 0.0
        turn = 0.0 if busy_at is None else amount * GLANCE * ((busy_at > x) - (busy_at < x))
        forward = STEP * busy if event.kind == "act" else 0.0
        told.append(Stand(y + setting.sway + forward, MIDDLE + x + setting.drift, seat, busy, turn))
    return told


def person(rgb: RGB, setting: Setting, stand: Stand, *, acting: bool) -> None:
    x, y, height = stand.x, stand.y, stand.height
    pose = blend(STANDING, HOLDING_HIGH if acting else TALKING, stand.busy)
    paste(rgb, shadow(height * 0.5, height * 0.13), x + 1, y)
    paste(rgb, figure(setting.looks[stand.seat], replace(pose, turn=stand.turn), height), x, y)
    if stand.busy and acting:
        _, (hand_x, hand_y) = hands(pose, height)
        paste(rgb, carried(setting.held, setting.held_colour), x + hand_x, y + hand_y + 5, opacity=stand.busy)
    paste(rgb, tag(setting.people[stand.seat]), x, y - height - TAG_HEIGHT / 2)


@lru_cache(maxsize=32)
def carried(name: str, colour: Colour) -> Sprite:
    return thing(name, 18, colour)


@lru_cache(maxsize=64)
def tag(name: str) -> Sprite:
    """A plate with a name, in the colour of that name."""
    font = ImageFont.load_default(10 * 4)
    width = font.getlength(name) / 4 + 9
    colour = TAG[name]
    ink = (24, 24, 30) if sum(colour) > 400 else (255, 255, 255)

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        canvas.rounded_rectangle([0, 0, width * s - 1, TAG_HEIGHT * s - 1], 3.5 * s, fill=colour)
        canvas.text((width / 2 * s, TAG_HEIGHT / 2 * s), name, fill=ink, font=font, anchor="mm")

    return drawn(width, TAG_HEIGHT, draw)


@lru_cache(maxsize=1)
def bubble() -> Sprite:
    """What hangs over the name of one who speaks."""

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        canvas.polygon([(9 * s, 11 * s), (17 * s, 11 * s), (13 * s, 17 * s)], fill=BUBBLE)
        canvas.rounded_rectangle([0, 0, 26 * s - 1, 13 * s - 1], 6 * s, fill=BUBBLE)
        for x in (7, 13, 19):
            canvas.ellipse([(x - 2) * s, 4.5 * s, (x + 2) * s, 8.5 * s], fill=(70, 74, 84))

    return drawn(26, 17, draw, anchor=(13, 17))
