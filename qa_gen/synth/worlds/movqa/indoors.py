"""Rooms where people work and learn."""

from __future__ import annotations

import math
from random import Random

from PIL import ImageDraw

from qa_gen.synth.drawing.colours import PALETTE, Colour, darker, lighter, mixed
from qa_gen.synth.drawing.figure import a_look, figure
from qa_gen.synth.drawing.pose import walking
from qa_gen.synth.drawing.sprites import Sprite, drawn, glow, paste, shadow
from qa_gen.synth.drawing.things import thing
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.movqa.home import window
from qa_gen.synth.worlds.movqa.stage import HEIGHT, WIDTH, Mover, Paper, Stage


def office(rng: Random) -> Stage:
    paper = Paper((214, 220, 226))
    paper.fade(0, 0, WIDTH, 176, (220, 226, 232), (196, 204, 212))
    for left in (24, 138, 252, 366):
        paper.rect(left - 3, 16, left + 99, 112, (120, 130, 142))
        paper.fade(left, 19, left + 96, 109, (122, 176, 220), (206, 226, 238))
        for _ in range(5):
            x, top = left + rng.randint(0, 78), rng.randint(50, 92)
            paper.rect(x, top, x + 17, 109, mixed((98, 124, 152), (140, 160, 182), rng.random()))
        for y in range(22, 52, 5):
            paper.rect(left, y, left + 96, y + 1.4, (236, 240, 244))
    paper.fade(0, 176, WIDTH, HEIGHT, (104, 118, 134), (82, 94, 110))
    paper.grain(rng, strength=0.03, size=(1, 1), top=178)
    screens = []
    for left in (40, 196, 352):
        desk(paper, left)
        screens.append((left + 34, 128))
        paper.rect(left + 28, 122, left + 88, 162, (40, 44, 50), radius=2)
        paper.rect(left + 54, 162, left + 62, 174, (70, 74, 80))
        paper.rect(left + 44, 172, left + 72, 176, (70, 74, 80))
    ground = paper.finished().copy()
    for left in (40, 196, 352):
        paste(ground, thing("cup", 16, rng.choice((PALETTE["red"], PALETTE["blue"], PALETTE["white"]))), left + 10, 176)
        paste(ground, thing("plant", 34), left + 126, 178)
    chart = [bars(rng, number) for number in range(4)]

    def work(rgb: RGB, t: float) -> None:
        for number, (x, y) in enumerate(screens):
            paste(rgb, chart[(int(3.99 * t) + number) % 4], x + 25, y + 15)

    return Stage(ground, (work,))


def desk(paper: Paper, x: float) -> None:
    paper.shadow(x - 10, x + 126, 239, (40, 48, 58))
    paper.rect(x - 6, 176, x + 122, 184, (202, 170, 130))
    paper.rect(x - 6, 184, x + 122, 188, (164, 132, 98))
    paper.rect(x, 188, x + 8, 240, (96, 102, 110))
    paper.rect(x + 76, 188, x + 116, 240, (226, 228, 230))
    for y in (190, 207, 224):
        paper.rect(x + 78, y, x + 114, y + 14, (204, 208, 212))
        paper.rect(x + 90, y + 5, x + 102, y + 7, (120, 126, 132))
    paper.rect(x + 26, 196, x + 66, 234, (44, 60, 92), radius=7)
    paper.rect(x + 43, 234, x + 49, 246, (52, 54, 58))


def bars(rng: Random, number: int) -> Sprite:
    heights = [rng.uniform(0.2, 0.9) for _ in range(6)]

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        canvas.rectangle([0, 0, 52 * s, 32 * s], fill=(236, 242, 248))
        for column, height in enumerate(heights):
            colour = ((60, 130, 206), (70, 170, 130), (236, 150, 60), (190, 90, 160))[(column + number) % 4]
            canvas.rectangle([(4 + 8 * column) * s, (30 - 24 * height) * s, (9 + 8 * column) * s, 30 * s], fill=colour)

    return drawn(52, 32, draw)


def library(rng: Random) -> Stage:
    paper = Paper((96, 62, 40))
    paper.fade(0, 0, WIDTH, 200, (120, 80, 52), (84, 54, 36))
    for left in range(-6, WIDTH, 98):
        paper.rect(left, 6, left + 94, 204, (74, 46, 30))
        for top in range(12, 190, 32):
            paper.rect(left + 5, top, left + 89, top + 28, (50, 30, 20))
            books(paper, rng, left + 6, left + 88, top + 28)
            paper.rect(left + 5, top + 28, left + 89, top + 31, (122, 80, 50))
    paper.fade(0, 204, WIDTH, HEIGHT, (126, 40, 44), (88, 26, 32))
    paper.rect(0, 204, WIDTH, 208, (60, 38, 26))
    paper.grain(rng, strength=0.04, size=(2, 2), top=208)
    for x in (150, 330):
        paper.shine(x, 172, 70, (255, 214, 130), strength=0.45)
    paper.shadow(92, 388, 256, (30, 10, 10))
    paper.rect(92, 212, 388, 222, (146, 96, 58))
    paper.rect(92, 222, 388, 227, (112, 72, 44))
    for x in (104, 366):
        paper.rect(x, 227, x + 10, 260, (100, 64, 40))
    ground = paper.finished()
    table = [(thing("lamp", 42, (64, 150, 96)), 150), (thing("lamp", 42, (64, 150, 96)), 330)]
    table += [(thing("book", 26, PALETTE["blue"]), 226), (thing("book", 24, PALETTE["red"]), 252)]

    def set_table(rgb: RGB, t: float) -> None:
        rgb[212:] = ground[212:]
        for sprite, x in table:
            paste(rgb, sprite, x, 213)

    return Stage(ground, (passer(rng, 213, start=-30, way=330, height=112), set_table))


SPINES: tuple[Colour, ...] = (
    (158, 52, 46), (46, 92, 70), (52, 74, 128), (196, 158, 84), (110, 66, 108), (214, 204, 180), (70, 58, 52),
)  # fmt: skip


def books(paper: Paper, rng: Random, x: float, end: float, bottom: float) -> None:
    while x < end - 4:
        width, height = rng.uniform(4, 9), rng.uniform(17, 25)
        colour = rng.choice(SPINES)
        if rng.random() < 0.93:
            right = min(x + width, end) - 0.6
            paper.rect(x, bottom - height, right, bottom, colour)
            paper.rect(x, bottom - height * 0.8, right, bottom - height * 0.72, lighter(colour, 0.4))
        x += width


def passer(rng: Random, y: float, *, start: float, way: float, height: int) -> Mover:
    """Someone who walks by from the left."""
    look, begin = a_look(rng), start + rng.uniform(0, 60)
    shade = shadow(height * 0.42, height * 0.1)

    def walk(rgb: RGB, t: float) -> None:
        x = begin + way * t
        paste(rgb, shade, x, y)
        paste(rgb, figure(look, walking(way * t / (0.75 * height)), height, facing="right"), x, y)

    return walk


def hospital_corridor(rng: Random) -> Stage:
    tint: Colour = rng.choice(((176, 222, 210), (178, 214, 226)))
    paper = Paper((236, 242, 242))
    paper.shape([(0, 0), (WIDTH, 0), (FAR_RIGHT, FAR_TOP), (FAR_LEFT, FAR_TOP)], (246, 248, 248))
    paper.shape([(0, HEIGHT), (WIDTH, HEIGHT), (FAR_RIGHT, FAR_BOTTOM), (FAR_LEFT, FAR_BOTTOM)], (206, 220, 222))
    paper.rect(FAR_LEFT, FAR_TOP, FAR_RIGHT, FAR_BOTTOM, (240, 246, 246))
    for side, colour in (("left", (228, 238, 238)), ("right", (218, 230, 232))):
        corridor_wall(paper, side, colour, tint)
    for near, far in ((0.1, 0.3), (0.5, 0.62), (0.76, 0.83)):
        corners = ((-1, near), (1, near), (1, far), (-1, far))
        lamp = [(WIDTH / 2 + side * 58 * (1 - depth * 0.58), depth * FAR_TOP) for side, depth in corners]
        gleam = [(x, HEIGHT - (HEIGHT - FAR_BOTTOM) / FAR_TOP * y) for x, y in lamp]
        paper.shape(lamp, (255, 255, 255))
        paper.soft(gleam, (255, 255, 255), strength=0.7, blur=5)
    paper.rect(216, 98, 264, 164, (170, 200, 206))
    paper.rect(239, 98, 241, 164, (110, 146, 156))
    paper.rect(230, 86, 250, 95, (240, 250, 248))
    paper.rect(238, 87, 242, 94, (206, 44, 48))
    paper.rect(236.5, 89, 243.5, 92, (206, 44, 48))
    trolley(paper, 356, 214)
    return Stage(paper.finished(), (approaching(rng),))


FAR_LEFT, FAR_RIGHT, FAR_TOP, FAR_BOTTOM = 190, 290, 84, 164
"""The end of the hospital's corridor."""


def corridor_wall(paper: Paper, side: str, colour: Colour, tint: Colour) -> None:
    """A wall that leads away, with a coloured base, a rail and three doors."""

    def panel(near: float, far: float, low: float, high: float, fill: Colour) -> None:
        """From depth `near` to `far`, both 0 to 1, and from height `low` to `high`."""
        corners = []
        for depth, height in ((near, low), (far, low), (far, high), (near, high)):
            x = depth * FAR_LEFT if side == "left" else WIDTH - depth * (WIDTH - FAR_RIGHT)
            floor, ceiling = HEIGHT + depth * (FAR_BOTTOM - HEIGHT), depth * FAR_TOP
            corners.append((x, floor + (ceiling - floor) * height))
        paper.shape(corners, fill)

    panel(0.0, 1.0, 0.0, 1.0, colour)
    panel(0.0, 1.0, 0.0, 0.36, tint)
    panel(0.0, 1.0, 0.36, 0.4, darker(tint, 0.35))
    for near, far in ((0.14, 0.38), (0.56, 0.7), (0.8, 0.88)):
        panel(near, far, 0.0, 0.76, (150, 186, 190))
        panel(near + 0.02, far - 0.02, 0.0, 0.73, (198, 222, 224))
        panel(near + 0.06, near + (far - near) * 0.6, 0.48, 0.66, (120, 160, 176))


def trolley(paper: Paper, x: float, y: float) -> None:
    paper.shadow(x - 44, x + 46, y + 20, (90, 110, 114))
    paper.rect(x - 44, y - 16, x + 44, y - 6, (250, 252, 252), radius=4)
    paper.rect(x - 44, y - 8, x + 44, y - 2, (70, 140, 160))
    paper.rect(x + 20, y - 26, x + 44, y - 14, (240, 246, 248), radius=4)
    for dx in (-36, 34):
        paper.rect(x + dx, y - 2, x + dx + 3, y + 18, (140, 150, 156))
        paper.disc(x + dx + 1.5, y + 21, 4, (60, 66, 70))


def approaching(rng: Random) -> Mover:
    """Someone in white who comes down the corridor."""
    look = a_look(rng)
    coat = type(look)(look.skin, look.hair, (246, 250, 250), (226, 234, 236), look.shoes, look.build, "short", True)

    def come(rgb: RGB, t: float) -> None:
        height = round(52 + 66 * t)
        y = 168 + 58 * t
        paste(rgb, shadow(height * 0.4, height * 0.09), 228, y)
        paste(rgb, figure(coat, walking(2.6 * t), height, facing="front"), 228, y)

    return come


def classroom(rng: Random) -> Stage:
    paper = Paper((232, 212, 168))
    paper.fade(0, 0, WIDTH, 180, (238, 220, 178), (224, 200, 154))
    paper.rect(92, 28, 388, 136, (150, 104, 62))
    paper.fade(98, 34, 382, 130, (44, 96, 74), (36, 82, 62))
    chalk: Colour = (226, 236, 228)
    paper.shape([(126, 104), (164, 54), (202, 104)], (60, 112, 90))
    paper.line([(126, 104), (164, 54), (202, 104), (126, 104)], chalk, width=2)
    paper.line([(232, 112), (232, 50)], chalk, width=2)
    paper.line([(226, 106), (312, 106)], chalk, width=2)
    paper.line([(232 + x, 100 - 44 * math.sin(x / 26) ** 2) for x in range(0, 76, 4)], chalk, width=1.6)
    for _ in range(5):
        y = rng.randint(48, 112)
        paper.line([(326, y), (326 + rng.randint(18, 42), y)], chalk, width=1.6)
    paper.rect(92, 136, 388, 142, (176, 128, 80))
    paper.fade(0, 180, WIDTH, HEIGHT, (176, 128, 82), (142, 100, 62))
    for y in range(184, HEIGHT, 16):
        paper.line([(0, y), (WIDTH, y)], (150, 106, 66), width=1)
    window(paper, 10, 40, 66, 116)
    paper.disc(438, 84, 26, (60, 120, 190))
    paper.shape([(424, 72), (440, 64), (448, 80), (436, 96), (424, 88)], (92, 160, 84))
    paper.line([(438, 110), (438, 124)], (120, 84, 52), width=3)
    paper.rect(414, 124, 462, 180, (150, 104, 66))
    colours = [rng.choice((PALETTE["red"], PALETTE["blue"], PALETTE["orange"], PALETTE["purple"])) for _ in range(5)]
    for number, x in enumerate((20, 116, 212, 308, 404)):
        pupil_desk(paper, x, colours[number])
    return Stage(paper.finished(), (dust(rng),))


def pupil_desk(paper: Paper, x: float, colour: Colour) -> None:
    paper.rect(x + 14, 184, x + 50, 210, darker(colour, 0.1), radius=4)
    paper.rect(x - 4, 206, x + 66, 214, (214, 172, 116))
    paper.rect(x - 4, 214, x + 66, 218, (168, 128, 82))
    for leg in (x + 2, x + 56):
        paper.rect(leg, 218, leg + 4, 262, (96, 100, 108))
    paper.rect(x + 18, 202, x + 40, 206, (246, 244, 236))


def dust(rng: Random) -> Mover:
    """Motes in the light from the window."""
    mote = glow(8, 8, centre=(4, 4), radius=4, colour=(255, 252, 226))
    motes = [(rng.uniform(30, 450), rng.uniform(30, 180), rng.uniform(0, 6.28)) for _ in range(18)]

    def drift(rgb: RGB, t: float) -> None:
        for x, y, start in motes:
            paste(rgb, mote, x + 26 * t, y + 9 * math.sin(4 * t + start), opacity=0.6)

    return drift
