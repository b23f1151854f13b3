"""A room, a deed and a step within it -> the picture. It depends on nothing else, least of all on the time of day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random

from qa_gen.synth.drawing.colours import Colour
from qa_gen.synth.drawing.figure import Look, a_look, figure
from qa_gen.synth.drawing.grounds import room
from qa_gen.synth.drawing.skeleton import Facing
from qa_gen.synth.drawing.sprites import paste, shadow
from qa_gen.synth.home.colours import CLOTHES, HAIRS, SHOES, strong
from qa_gen.synth.home.deeds import THINGS, Deed
from qa_gen.synth.home.furniture import STEPS, shelf, sideboard, wall_piece
from qa_gen.synth.home.motion import Moment, moment
from qa_gen.synth.home.props import TURN_STEP, foam, prop
from qa_gen.synth.home.stage import FIGURE, GROUND, SPOTS, Stage
from qa_gen.synth.world import RGB

WOODS: tuple[Colour, ...] = ((150, 124, 98), (118, 100, 84), (186, 170, 150), (96, 88, 82), (204, 202, 196))
OTHER_WAY: dict[Facing, Facing] = {
    "left": "right", "right": "left", "front": "front", "front-left": "front-right", "front-right": "front-left",
}  # fmt: skip

FOAM_BELOW = 12.0
"""Pixels of the plan from the middle of a thing that is washed to that of the foam."""


@dataclass(frozen=True, slots=True)
class Paints:
    """What the seed of a stage decides."""

    look: Look
    wood: Colour
    things: dict[str, Colour]


@lru_cache(maxsize=16)
def paints(stage: Stage) -> Paints:
    rng = Random(f"paints/{stage.seed}")
    look = replace(
        a_look(rng),
        top=rng.choice(CLOTHES),
        hair=rng.choice(HAIRS),
        shoes=rng.choice(SHOES),
        build=rng.choice((0.9, 1.0, 1.1)),
    )
    return Paints(look, rng.choice(WOODS), {name: strong(rng, THINGS[name].hue) for name, _ in stage.places})


@lru_cache(maxsize=160)
def picture(stage: Stage, deed: Deed, step: int, slot_frames: int) -> RGB:
    """`step` counts the frames since the deed began, below `slot_frames`. Nobody may write into the picture."""
    now = moment(stage, deed, step / slot_frames)
    away = deed.thing if now.thing or now.opened else ""
    rgb = behind(stage, away).copy()
    if now.opened and not now.thing:
        put_wall_piece(rgb, stage, deed.thing, round(now.opened * STEPS))
    put_person(rgb, stage, now)
    put_in_front(rgb, stage, away)
    if now.thing:
        put_held(rgb, stage, deed, now)
    rgb.flags.writeable = False
    return rgb


@lru_cache(maxsize=24)
def behind(stage: Stage, away: str) -> RGB:
    """The room with all that stands behind the person, but for one thing."""
    rgb = empty_room(stage).copy()
    for name, spot in stage.places:
        if name == away or SPOTS[spot].kind == "floor":
            continue
        if SPOTS[spot].kind == "wall":
            put_wall_piece(rgb, stage, name, 0)
        else:
            put_thing(rgb, stage, name)
    return rgb


@lru_cache(maxsize=4)
def empty_room(stage: Stage) -> RGB:
    rng, paint = Random(f"room/{stage.seed}"), paints(stage)
    rgb = room(rng, stage.width, stage.height, floor=stage.at(0, GROUND - 22)[1] / stage.height).copy()
    for side in sorted({"left", "right"} - stage.walled):
        x = SPOTS[f"{side} board, far"].x * 0.5 + SPOTS[f"{side} board, near"].x * 0.5
        foot = stage.at(x, SPOTS[f"{side} board, far"].y + 36)
        paste(rgb, shadow(92 * stage.scale, 14 * stage.scale), *foot)
        paste(rgb, sideboard(stage.scale, paint.wood), *stage.at(x, SPOTS[f"{side} board, far"].y))
        paste(rgb, shelf(stage.scale, paint.wood), *stage.at(x, SPOTS[f"{side} shelf, far"].y))
    return rgb


def put_thing(rgb: RGB, stage: Stage, name: str) -> None:
    """At its place."""
    spot, height = stage.spot(name), THINGS[name].height
    if spot.kind == "floor":
        paste(rgb, shadow(THINGS[name].width * stage.scale * 1.1, 7 * stage.scale), *stage.at(spot.x, spot.y - 1))
    sprite = prop(name, stage.scale, paints(stage).things[name])
    paste(rgb, sprite, *stage.at(spot.x, spot.y - height / 2))


def put_wall_piece(rgb: RGB, stage: Stage, name: str, step: int) -> None:
    spot = stage.spot(name)
    sprite = wall_piece(name, stage.scale, paints(stage).things[name], step)
    paste(rgb, sprite, *stage.at(spot.x, spot.y + 12))


def put_person(rgb: RGB, stage: Stage, now: Moment) -> None:
    x, y = stage.at(now.x, GROUND)
    facing = OTHER_WAY[now.facing] if stage.mirrored else now.facing
    paste(rgb, shadow(52 * stage.scale, 11 * stage.scale), x, y)
    paste(rgb, figure(paints(stage).look, now.pose, round(FIGURE * stage.scale), facing=facing), x, y)


def put_in_front(rgb: RGB, stage: Stage, away: str) -> None:
    for name, spot in stage.places:
        if SPOTS[spot].kind == "floor" and name != away:
            put_thing(rgb, stage, name)


def put_held(rgb: RGB, stage: Stage, deed: Deed, now: Moment) -> None:
    assert now.thing is not None
    turn = round((-now.turn if stage.mirrored else now.turn) / TURN_STEP) * TURN_STEP % 360
    sprite = prop(deed.thing, stage.scale, paints(stage).things[deed.thing], opened=now.opened > 0.5, turn=turn)
    paste(rgb, sprite, *stage.at(*now.thing))
    if now.soap:
        paste(rgb, foam(stage.scale), *stage.at(now.thing[0], now.thing[1] + FOAM_BELOW), opacity=now.soap)
