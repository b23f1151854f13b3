"""What the camera sees: a figure in a room with a chair and a small table, and the thing of the orbit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random

from PIL import ImageDraw

from qa_gen.synth.drawing.colours import PALETTE, Colour, darker, lighter, mixed
from qa_gen.synth.drawing.figure import HAIRS, Look, a_look, figure
from qa_gen.synth.drawing.grounds import room
from qa_gen.synth.drawing.pose import SEAT_HEIGHT
from qa_gen.synth.drawing.skeleton import YAW, Facing, Joint, joints
from qa_gen.synth.drawing.sprites import Sprite, ball, drawn, mirrored, paste, shadow
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.nturgbd import gear
from qa_gen.synth.worlds.nturgbd.actions import PAIRS, placed_at, pose_at

WIDTH, HEIGHT = 320, 240
NUM_FRAMES = 65
CAMERAS: tuple[Facing, ...] = ("front-right", "right", "front")
"""How the figure stands to camera 1, 2 and 3."""

HEIGHTS = (140, 176)
"""Least and greatest height of a figure, in pixels."""

SHOES: tuple[Colour, ...] = ((44, 40, 40), (222, 220, 214), (96, 70, 54))


@dataclass(frozen=True, slots=True)
class Setting:
    """What the pictures of an orbit share. Hashable, so that each picture is drawn once.

    The figure stands on (x, y); the table stands `aside` pixels from there. `kinds` are the pairs of the orbit.
    """

    look: Look
    facing: Facing
    height: int
    x: float
    y: float
    aside: float
    kinds: tuple[str, str]
    wood: Colour
    room: str


def setting(kinds: tuple[str, str], camera: int, rng: Random) -> Setting:
    """`camera` is 1, 2 or 3."""
    towards = rng.choice(("left", "right"))
    height = rng.randint(*HEIGHTS)
    return Setting(
        look=dressed(rng),
        facing=turned(CAMERAS[camera - 1], towards),
        height=height,
        x=WIDTH / 2 + rng.randint(-10, 10),
        y=float(rng.randint(208, 222)),
        aside=rng.choice((-1, 1)) * (0.34 * height + 20),
        kinds=kinds,
        wood=rng.choice(((142, 112, 84), (104, 84, 70), (170, 148, 120), (120, 118, 116))),
        room=str(rng.random()),
    )


def turned(facing: Facing, towards: str) -> Facing:
    other: dict[Facing, Facing] = {"front-right": "front-left", "right": "left"}
    return other.get(facing, facing) if towards == "left" else facing


def dressed(rng: Random) -> Look:
    """Anybody, in the colours that belong to no thing."""
    top = mixed(PALETTE[rng.choice(gear.TOPS)], rng.choice(((0, 0, 0), (255, 255, 255))), rng.choice((0.0, 0.12)))
    look = replace(a_look(rng), top=top, hair=rng.choice(HAIRS[:3]), shoes=rng.choice(SHOES))
    return replace(look, style=rng.choice(("short", "short", "bun")))


@lru_cache(maxsize=140)
def picture(setting: Setting, kind: str, step: int) -> RGB:
    """The figure in the middle of a pair of actions: at step 0 the first begins, at the last step it has ended."""
    t = step / (NUM_FRAMES - 1)
    rgb = scenery(setting).copy()
    pose = pose_at(kind, t)
    body = joints(pose, setting.facing)
    resting = [PAIRS[other].thing for other in setting.kinds if other != kind]
    for thing in filter(None, resting):
        lying(rgb, setting, thing)
    paste(rgb, shadow(0.46 * setting.height, 0.1 * setting.height, 0.4), setting.x, setting.y)
    paste(rgb, figure(setting.look, pose, setting.height, facing=setting.facing), setting.x, setting.y)
    worn(rgb, setting, kind, body, t)
    rgb.flags.writeable = False
    return rgb


@lru_cache(maxsize=8)
def scenery(setting: Setting) -> RGB:
    rgb = room(Random(setting.room), WIDTH, HEIGHT, floor=0.66).copy()
    if "seat" in setting.kinds:
        seat, x, y = chair(setting.height, setting.facing, setting.wood), *chair_place(setting)
        paste(rgb, shadow(0.4 * setting.height, 0.12 * setting.height), x, y)
        paste(rgb, seat, x, y)
    if any(PAIRS[kind].thing for kind in setting.kinds):
        x, y = table_place(setting)
        paste(rgb, shadow(50, 12), x, y)
        paste(rgb, small_table(setting.wood), x, y)
    return rgb


def chair_place(setting: Setting) -> tuple[float, float]:
    """Behind the figure, so that it needs no step to sit down."""
    sign = -1.0 if setting.facing.endswith("left") else 1.0
    yaw = YAW[setting.facing.replace("left", "right")]
    away = 0.2 * setting.height
    return setting.x - sign * away * yaw / 74.0, setting.y - 0.04 * setting.height * (1 - yaw / 74.0)


def table_place(setting: Setting) -> tuple[float, float]:
    return setting.x + setting.aside, setting.y - 8


@lru_cache(maxsize=16)
def chair(height: int, facing: Facing, wood: Colour) -> Sprite:
    """For a figure of this height that faces this way; anchored at the ground under the middle of its seat."""
    width, tall, seat = 0.28 * height, 0.5 * height, SEAT_HEIGHT * height
    side = facing != "front"

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        top, thick = tall - seat, 0.035 * height
        for x in (0.06 * width, 0.84 * width):
            canvas.rectangle([x * s, top * s, (x + 0.1 * width) * s, tall * s - 1], fill=darker(wood, 0.35))
        if side:
            canvas.rounded_rectangle([0, 0, 0.13 * width * s, tall * s - 1], 3 * s, fill=darker(wood, 0.2))
        else:
            canvas.rounded_rectangle(
                [0.05 * width * s, 0, 0.95 * width * s, 0.36 * tall * s], 4 * s, fill=darker(wood, 0.15)
            )
            for x in (0.1, 0.82):
                canvas.rectangle(
                    [x * width * s, 0.2 * tall * s, (x + 0.08) * width * s, top * s], fill=darker(wood, 0.3)
                )
        canvas.rounded_rectangle([0, top * s, width * s - 1, (top + thick) * s], 2 * s, fill=lighter(wood, 0.12))

    sprite = drawn(width, tall, draw, anchor=(width / 2, tall))
    return mirrored(sprite) if facing.endswith("left") else sprite


TABLE_HEIGHT = 58


@lru_cache(maxsize=8)
def small_table(wood: Colour) -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        canvas.polygon([(16 * s, 8 * s), (24 * s, 8 * s), (22 * s, 62 * s), (18 * s, 62 * s)], fill=darker(wood, 0.35))
        canvas.ellipse([8 * s, 57 * s, 32 * s, 64 * s - 1], fill=darker(wood, 0.45))
        canvas.ellipse([0, 2 * s, 40 * s - 1, 15 * s], fill=darker(wood, 0.25))
        canvas.ellipse([0, 0, 40 * s - 1, 12 * s], fill=lighter(wood, 0.1))

    return drawn(40, 64, draw, anchor=(20, 62))


def lying(rgb: RGB, setting: Setting, thing: str) -> None:
    """On the table: the thing of the other pair of the orbit."""
    x, y = table_place(setting)
    y -= TABLE_HEIGHT - 2
    height = setting.height
    if thing == "hat":
        paste(rgb, gear.hat(height), x, y)
    elif thing == "glasses":
        paste(rgb, gear.glasses(height, round(0.09 * height)), x, y - 3)
    elif thing == "headphones":
        paste(rgb, gear.headphones(height, round(0.17 * height)), x, y - 2)
    elif thing == "bag":
        paste(rgb, gear.bag(height), x, y - 0.15 * height)
    else:
        paste(rgb, ball(0.055 * height, gear.COLOURS["ball"]), x, y - 0.05 * height)


ACROSS = {"front": 0.185, "front-left": 0.13, "front-right": 0.13}
"""From ear to ear, in heights of the figure; from the side it is nothing."""


def worn(rgb: RGB, setting: Setting, kind: str, body: dict[str, Joint], t: float) -> None:
    """The thing of the pair that is going on, in the hand, on the body, or on its way."""
    height, share = setting.height, placed_at(t)
    hand = at(setting, body["right_hand"])
    if kind == "hat":
        crown, head = at(setting, body["crown"]), at(setting, body["head"])
        x, y = between(hand, (crown[0], crown[1] + 0.26 * (head[1] - crown[1])), share)
        paste(rgb, gear.hat(height), x, y)
    elif kind == "glasses":
        left, right = at(setting, body["left_eye"]), at(setting, body["right_eye"])
        x, y = between(hand, between(left, right, 0.5), share)
        paste(rgb, gear.glasses(height, round(abs(left[0] - right[0]))), x, y)
    elif kind == "headphones":
        x, y = between(hand, at(setting, body["head"]), share)
        across = ACROSS.get(setting.facing, 0.0)
        paste(rgb, gear.headphones(height, round(across * height)), x, y)
    elif kind == "bag":
        strapped(rgb, setting, body, share)
    elif kind == "inside":
        put_away(rgb, setting, body, t)


def strapped(rgb: RGB, setting: Setting, body: dict[str, Joint], share: float) -> None:
    """A satchel that hangs from the hand, or on the hip by a strap over the other shoulder."""
    height = setting.height
    hip, pelvis = at(setting, body["right_hip"]), at(setting, body["pelvis"])
    aside = (hip[0] + 0.9 * (hip[0] - pelvis[0]), hip[1] - 0.03 * height)
    hand = at(setting, body["right_hand"])
    x, y = between((hand[0], hand[1] + 0.06 * height), aside, share)
    held_by = hand if share < 0.5 else at(setting, body["left_shoulder"])
    paste(rgb, gear.strap(round(held_by[0] - x), round(held_by[1] - y), height), x, y)
    paste(rgb, gear.bag(height), x, y)


def put_away(rgb: RGB, setting: Setting, body: dict[str, Joint], t: float) -> None:
    """A ball that the right hand lowers into the bag that the left one holds."""
    height = setting.height
    x, y = at(setting, body["left_hand"])
    hand = at(setting, body["right_hand"])
    share = placed_at(t)
    paste(rgb, gear.tote(height, False), x, y)
    if share < 1.0:
        place = between((hand[0], hand[1] - 0.02 * height), (x, y + 0.12 * height), share)
        paste(rgb, ball(0.055 * height, gear.COLOURS["ball"]), *place)
    paste(rgb, gear.tote(height, True), x, y)


def at(setting: Setting, joint: Joint) -> tuple[float, float]:
    return setting.x + joint.x * setting.height, setting.y - joint.y * setting.height


def between(first: tuple[float, float], second: tuple[float, float], share: float) -> tuple[float, float]:
    return first[0] + (second[0] - first[0]) * share, first[1] + (second[1] - first[1]) * share
