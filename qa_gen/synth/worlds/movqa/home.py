"""Rooms of a home."""

from __future__ import annotations

import math
from random import Random

from PIL import ImageDraw

from qa_gen.synth.drawing.colours import PALETTE, Colour, darker, lighter, mixed
from qa_gen.synth.drawing.sprites import Sprite, drawn, glow, paste
from qa_gen.synth.drawing.things import thing
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.movqa.stage import HEIGHT, WIDTH, Mover, Paper, Stage


def kitchen(rng: Random) -> Stage:
    front = rng.choice(((226, 176, 74), (164, 172, 92), (206, 108, 84)))
    paper = Paper((250, 244, 228))
    for y in range(60, 150, 15):
        for x in range(-15 * ((y // 15) % 2), WIDTH, 30):
            paper.rect(x + 0.7, y + 0.7, x + 29.3, y + 14.3, darker((240, 240, 232), rng.uniform(0.0, 0.06)))
    for left in (0, 70, 330, 400):
        cupboard(paper, left, 12, left + 66, 78, front)
    window(paper, 182, 20, 298, 104)
    paper.rect(0, 150, WIDTH, 162, (150, 108, 72))
    paper.rect(0, 150, WIDTH, 153, (186, 142, 100))
    for left in range(0, WIDTH, 80):
        cupboard(paper, left, 164, left + 76, 232, front)
    stove(paper, 320, 150)
    paper.fade(0, 236, WIDTH, HEIGHT, (180, 158, 132), (140, 118, 96))
    paper.shadow(0, WIDTH, 234, (60, 46, 36))
    paper.rect(210, 128, 260, 150, (196, 204, 210), radius=3)
    paper.line([(250, 130), (250, 106), (234, 106), (234, 114)], (150, 160, 168), width=4)
    ground = paper.finished().copy()
    for name, size, x in (("bottle", 34, 110), ("vase", 34, 150), ("food", 32, 288), ("cup", 22, 186)):
        paste(ground, thing(name, size), x, 151)
    puff = glow(26, 26, centre=(13, 13), radius=13, colour=(255, 255, 255))

    def steam(rgb: RGB, t: float) -> None:
        for number in range(4):
            rise = (t * 1.6 + number / 4) % 1.0
            paste(rgb, puff, 346 + 7 * math.sin(8 * rise + number), 122 - 62 * rise, opacity=0.7 * (1 - rise))

    return Stage(ground, (steam,))


def cupboard(paper: Paper, x0: float, y0: float, x1: float, y1: float, colour: Colour) -> None:
    paper.rect(x0, y0, x1, y1, darker(colour, 0.2))
    middle = (x0 + x1) / 2
    for left, right in ((x0 + 2, middle - 1), (middle + 1, x1 - 2)):
        paper.rect(left, y0 + 2, right, y1 - 2, colour)
        paper.rect(left + 5, y0 + 7, right - 5, y1 - 7, lighter(colour, 0.14))
    for knob in (middle - 5, middle + 5):
        paper.disc(knob, y1 - 12 if y0 < 100 else y0 + 12, 2.2, (240, 240, 236))


def window(paper: Paper, x0: float, y0: float, x1: float, y1: float) -> None:
    paper.rect(x0 - 6, y0 - 6, x1 + 6, y1 + 6, (252, 252, 250))
    paper.fade(x0, y0, x1, y1, (134, 192, 236), (222, 240, 248))
    paper.shape([(x0, y1), (x0, y1 - 16), (x0 + (x1 - x0) * 0.4, y1 - 26), (x1, y1 - 12), (x1, y1)], (122, 168, 96))
    paper.rect((x0 + x1) / 2 - 2, y0, (x0 + x1) / 2 + 2, y1, (252, 252, 250))
    paper.rect(x0, (y0 + y1) / 2 - 2, x1, (y0 + y1) / 2 + 2, (252, 252, 250))


def stove(paper: Paper, x: float, y: float) -> None:
    paper.rect(x, y + 2, x + 76, y + 84, (206, 210, 214))
    paper.rect(x + 8, y + 30, x + 68, y + 76, (52, 56, 62), radius=3)
    paper.rect(x + 12, y + 24, x + 64, y + 27, (150, 156, 162))
    for knob in range(4):
        paper.disc(x + 14 + 16 * knob, y + 13, 4, (60, 64, 70))
    paper.rect(x + 8, y - 22, x + 46, y + 2, (176, 56, 50), radius=3)
    paper.rect(x + 6, y - 24, x + 48, y - 20, (140, 40, 38), radius=2)
    paper.rect(x + 46, y - 16, x + 60, y - 12, (52, 52, 54))


def bedroom(rng: Random) -> Stage:
    wall: Colour = rng.choice(((176, 148, 190), (196, 156, 176), (152, 150, 196)))
    paper = Paper(wall)
    paper.fade(0, 0, WIDTH, 190, lighter(wall, 0.12), darker(wall, 0.1))
    for x in range(8, WIDTH, 24):
        for y in range(8 + 12 * ((x // 24) % 2), 180, 24):
            paper.disc(x, y, 2, lighter(wall, 0.32))
    paper.rect(0, 184, WIDTH, 192, lighter(wall, 0.6))
    paper.fade(0, 192, WIDTH, HEIGHT, (152, 112, 84), (116, 84, 62))
    cover: Colour = rng.choice(((64, 92, 160), (176, 62, 88), (72, 130, 120)))
    paper.shadow(112, 372, 240, (44, 30, 24), height=16)
    paper.rect(128, 86, 352, 190, (120, 78, 50), radius=10)
    paper.rect(140, 98, 340, 180, (146, 100, 66), radius=8)
    paper.rect(124, 156, 356, 240, (250, 248, 244), radius=8)
    for left in (142, 246):
        paper.rect(left, 136, left + 92, 168, (252, 250, 246), radius=12)
        paper.rect(left + 5, 140, left + 87, 160, (240, 238, 236), radius=10)
    paper.fade(120, 176, 360, 246, lighter(cover, 0.1), darker(cover, 0.25))
    paper.rect(120, 174, 360, 184, lighter(cover, 0.55))
    for x in range(140, 360, 34):
        paper.line([(x, 186), (x - 8, 246)], darker(cover, 0.18), width=1.4)
    for left in (60, 368):
        paper.rect(left, 188, left + 50, 240, (132, 88, 58), radius=3)
        paper.rect(left + 4, 194, left + 46, 212, (158, 110, 74))
        paper.rect(left + 4, 215, left + 46, 233, (158, 110, 74))
    paper.shine(86, 150, 84, (255, 226, 150), strength=0.55)
    paper.shine(394, 150, 84, (255, 226, 150), strength=0.55)
    night_window(paper, rng, 20 if rng.random() < 0.5 else 400)
    ground = paper.finished().copy()
    for x in (86, 394):
        paste(ground, thing("lamp", 46, (250, 214, 120)), x, 189)
    paste(ground, thing("teddy", 34), 196, 178)
    return Stage(ground, (clockwork(rng, 240, 50),))


def night_window(paper: Paper, rng: Random, x: float) -> None:
    paper.rect(x - 4, 26, x + 64, 116, (240, 236, 230))
    paper.fade(x, 30, x + 60, 112, (22, 28, 66), (62, 62, 112))
    for _ in range(16):
        paper.disc(x + rng.uniform(3, 57), rng.uniform(33, 100), 0.8, (230, 232, 250))
    paper.rect(x + 28, 30, x + 32, 112, (240, 236, 230))


def clockwork(rng: Random, x: float, y: float) -> Mover:
    """A clock on the wall, with a hand that turns."""
    face = clock_face()
    start = rng.uniform(0, 6)
    hands = [hand(start + 0.35 * step) for step in range(18)]

    def tick(rgb: RGB, t: float) -> None:
        paste(rgb, face, x, y)
        paste(rgb, hands[round(17 * t)], x, y)

    return tick


def clock_face() -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        canvas.ellipse([0, 0, 36 * s - 1, 36 * s - 1], fill=(70, 60, 56))
        canvas.ellipse([3 * s, 3 * s, 33 * s, 33 * s], fill=(250, 248, 240))

    return drawn(36, 36, draw)


def hand(angle: float) -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        for reach, turn, width in ((13, angle, 1.6), (9, angle / 12, 2.6)):
            end = ((18 + reach * math.sin(turn)) * s, (18 - reach * math.cos(turn)) * s)
            canvas.line([(18 * s, 18 * s), end], fill=(40, 40, 46), width=round(width * s))

    return drawn(36, 36, draw)


def bathroom(rng: Random) -> Stage:
    tile: Colour = rng.choice(((96, 178, 196), (120, 190, 176), (110, 164, 206)))
    paper = Paper(tile)
    for y in range(0, 196, 24):
        for x in range(0, WIDTH, 24):
            paper.rect(x + 0.8, y + 0.8, x + 23.2, y + 23.2, mixed(tile, (255, 255, 255), rng.uniform(0.1, 0.24)))
    for x in range(0, WIDTH, 24):
        paper.rect(x + 0.8, 96.8, x + 23.2, 119.2, darker(tile, 0.3 if (x // 24) % 2 else 0.12))
    for row, y in enumerate((196, 214, 236)):
        step = 30 + 14 * row
        for number, x in enumerate(range(-step, WIDTH + step, step)):
            paper.rect(x, y, x + step, HEIGHT, (70, 78, 92) if (number + row) % 2 else (236, 240, 242))
    paper.rect(48, 34, 128, 118, (236, 240, 242), radius=6)
    paper.fade(53, 39, 123, 113, (190, 220, 232), (226, 240, 246))
    paper.line([(62, 74), (84, 46)], (248, 252, 254), width=4)
    paper.shape([(40, 150), (136, 150), (116, 178), (60, 178)], (250, 252, 252))
    paper.rect(78, 176, 98, 236, (240, 244, 246))
    paper.line([(88, 150), (88, 138), (100, 138)], (150, 160, 168), width=4)
    paper.shadow(184, 436, 244, (40, 56, 66), height=14)
    paper.rect(182, 168, 436, 246, (252, 254, 254), radius=26)
    paper.rect(172, 164, 446, 178, (255, 255, 255), radius=7)
    paper.rect(182, 206, 436, 209, (226, 234, 238))
    for x in (206, 400):
        paper.oval(x, 240, x + 22, 256, (196, 160, 84))
    paper.line([(424, 164), (424, 132), (404, 132), (404, 142)], (160, 170, 178), width=5)
    for x, y, radius in ((230, 162, 12), (252, 156, 15), (280, 160, 13), (304, 154, 16), (330, 160, 13)):
        paper.disc(x, y, radius, (250, 253, 255))
        paper.disc(x - radius * 0.3, y - radius * 0.3, radius * 0.3, (224, 240, 250))
    ground = paper.finished().copy()
    paste(ground, thing("towel", 40, rng.choice((PALETTE["pink"], PALETTE["orange"], PALETTE["purple"]))), 160, 130)
    paste(ground, duck(), 268, 152)
    return Stage(ground, (bubbles(rng),))


def duck() -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        canvas.ellipse([0, 11 * s, 28 * s, 27 * s], fill=(250, 206, 44))
        canvas.ellipse([14 * s, 0, 29 * s, 15 * s], fill=(252, 214, 60))
        canvas.polygon([(27 * s, 7 * s), (34 * s, 9 * s), (27 * s, 11 * s)], fill=(240, 130, 40))
        canvas.ellipse([22 * s, 4 * s, 25 * s, 7 * s], fill=(36, 36, 40))

    return drawn(35, 27, draw, anchor=(16, 26))


def bubbles(rng: Random) -> Mover:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        canvas.ellipse([s, s, 12 * s, 12 * s], fill=(255, 255, 255, 70), outline=(255, 255, 255, 220), width=round(s))
        canvas.ellipse([3.5 * s, 3 * s, 6 * s, 5.5 * s], fill=(255, 255, 255, 240))

    bubble = drawn(13, 13, draw)
    starts = [(rng.uniform(210, 400), rng.uniform(0, 1), rng.uniform(0, 6.28)) for _ in range(8)]

    def rise(rgb: RGB, t: float) -> None:
        for x, start, swing in starts:
            up = (0.9 * t + start) % 1.0
            paste(rgb, bubble, x + 9 * math.sin(6 * up + swing), 152 - 120 * up, opacity=min(1.0, 3 * (1 - up)))

    return rise
