"""Places in a town, under the open sky."""

from __future__ import annotations

import math
from random import Random

from PIL import ImageDraw

from qa_gen.synth.drawing.colours import Colour, darker, lighter, mixed
from qa_gen.synth.drawing.easing import ease
from qa_gen.synth.drawing.sprites import Sprite, drawn, glow, paste
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.movqa.nature import cloud
from qa_gen.synth.worlds.movqa.stage import HEIGHT, WIDTH, Paper, Stage

FACADES: tuple[Colour, ...] = (
    (196, 112, 84), (222, 186, 132), (152, 162, 176), (206, 150, 130), (176, 138, 108), (120, 140, 150),
)  # fmt: skip
CARS: tuple[Colour, ...] = ((204, 48, 44), (40, 96, 186), (240, 184, 40), (232, 236, 240), (52, 140, 96))


def street(rng: Random) -> Stage:
    paper = Paper((120, 122, 126))
    paper.fade(0, 0, WIDTH, 120, (150, 196, 232), (226, 236, 240))
    cloud(paper, rng, rng.randint(60, 420), 26, 0.8)
    x, colours = -12.0, rng.sample(FACADES, len(FACADES))
    for number in range(7):
        width = rng.randint(66, 92)
        facade(paper, rng, x, rng.randint(26, 70), width, colours[number % len(colours)])
        x += width
    paper.rect(0, 186, WIDTH, 206, (190, 186, 178))
    paper.rect(0, 204, WIDTH, 208, (148, 144, 138))
    paper.fade(0, 208, WIDTH, HEIGHT, (84, 86, 92), (66, 68, 74))
    paper.grain(rng, strength=0.05, size=(1, 1), top=188)
    for left in range(-20, WIDTH, 62):
        paper.rect(left, 236, left + 34, 240, (236, 232, 214))
    for post in (92, 384):
        paper.rect(post, 96, post + 4, 200, (54, 58, 62))
        paper.line([(post + 2, 98), (post + 26, 94)], (54, 58, 62), width=3)
        paper.oval(post + 18, 92, post + 36, 100, (250, 244, 214))
    for tree in (30, 300, 452):
        paper.rect(tree - 3, 150, tree + 3, 198, (104, 76, 54))
        for _ in range(9):
            dx, dy = rng.uniform(-17, 17), rng.uniform(-20, 14)
            paper.disc(tree + dx, 140 + dy, 13, mixed((58, 122, 62), (104, 160, 80), rng.random()))
    first, second = rng.sample(CARS, 2)
    near, far = car(first, 1.0), car(second, 0.78)
    start = rng.uniform(60, 120)

    def drive(rgb: RGB, t: float) -> None:
        paste(rgb, far, WIDTH - start - 300 * t, 230)
        paste(rgb, near, start + 330 * t, 262)

    return Stage(paper.finished(), (drive,))


def facade(paper: Paper, rng: Random, x: float, top: float, width: float, colour: Colour) -> None:
    paper.fade(x, top, x + width, 188, lighter(colour, 0.12), darker(colour, 0.08))
    paper.rect(x, top - 4, x + width, top + 3, darker(colour, 0.35))
    columns = 3 if width > 74 else 2
    gap = width / columns
    for row, y in enumerate(range(round(top) + 12, 138, 30)):
        for column in range(columns):
            left = x + gap * column + gap * 0.24
            paper.rect(left - 2, y - 2, left + gap * 0.52 + 2, y + 20, lighter(colour, 0.5))
            glass = (250, 222, 150) if rng.random() < 0.15 else (98, 128, 150) if row % 2 else (112, 142, 162)
            paper.rect(left, y, left + gap * 0.52, y + 18, glass)
            paper.rect(left + gap * 0.25, y, left + gap * 0.28, y + 18, lighter(colour, 0.5))
    awning = rng.choice(((188, 54, 50), (46, 116, 84), (44, 84, 150), (222, 168, 50)))
    paper.rect(x + 4, 154, x + width - 4, 188, (72, 84, 96))
    paper.rect(x + width * 0.62, 158, x + width * 0.84, 188, darker(awning, 0.4))
    for number in range(8):
        left = x + 4 + (width - 8) * number / 8
        paper.shape([(left + 2, 146), (left + (width - 8) / 8 + 2, 146), (left + (width - 8) / 8, 160), (left, 160)],
                    awning if number % 2 else (244, 240, 232))  # fmt: skip


def car(colour: Colour, size: float) -> Sprite:
    width, height = 92 * size, 36 * size

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        k = s * size
        canvas.ellipse([2 * k, 29 * k, 90 * k, 36 * k], fill=(0, 0, 0, 90))
        canvas.polygon([(18 * k, 14 * k), (28 * k, 2 * k), (60 * k, 2 * k), (72 * k, 14 * k)], fill=colour)
        canvas.polygon([(23 * k, 14 * k), (31 * k, 5 * k), (43 * k, 5 * k), (43 * k, 14 * k)], fill=(176, 208, 222))
        canvas.polygon([(46 * k, 14 * k), (46 * k, 5 * k), (58 * k, 5 * k), (66 * k, 14 * k)], fill=(176, 208, 222))
        canvas.rounded_rectangle([2 * k, 13 * k, 90 * k, 29 * k], 7 * k, fill=colour)
        canvas.rectangle([4 * k, 22 * k, 88 * k, 25 * k], fill=darker(colour, 0.25))
        for x in (20, 70):
            canvas.ellipse([(x - 8) * k, 20 * k, (x + 8) * k, 36 * k], fill=(34, 34, 38))
            canvas.ellipse([(x - 4) * k, 24 * k, (x + 4) * k, 32 * k], fill=(176, 180, 186))

    return drawn(width, height, draw, anchor=(width / 2, height))


def train_platform(rng: Random) -> Stage:
    paper = Paper((150, 156, 160))
    paper.fade(0, 0, WIDTH, 140, (112, 120, 128), (176, 184, 186))
    for x in range(-40, WIDTH, 64):
        paper.line([(x, 0), (x + 40, 34)], (66, 72, 80), width=4)
        paper.line([(x + 64, 0), (x + 24, 34)], (66, 72, 80), width=4)
    paper.rect(0, 30, WIDTH, 40, (60, 66, 74))
    paper.fade(0, 62, WIDTH, 150, (206, 198, 178), (186, 176, 156))
    for y in range(62, 150, 11):
        paper.line([(0, y), (WIDTH, y)], (172, 162, 142), width=0.6)
    for x in (60, 330):
        paper.rect(x, 78, x + 86, 118, (54, 92, 120))
        paper.rect(x + 4, 82, x + 82, 114, rng.choice(((232, 190, 90), (206, 120, 96), (120, 176, 160))))
        paper.disc(x + 28, 98, 10, (246, 240, 226))
        paper.rect(x + 46, 92, x + 74, 96, (246, 240, 226))
        paper.rect(x + 46, 100, x + 66, 103, (246, 240, 226))
    paper.rect(0, 150, WIDTH, 176, (58, 56, 58))
    for x in range(-10, WIDTH, 22):
        paper.rect(x, 166, x + 12, 172, (96, 82, 70))
    for y in (160, 170):
        paper.rect(0, y, WIDTH, y + 2, (170, 174, 180))
    paper.fade(0, 176, WIDTH, HEIGHT, (168, 166, 162), (132, 130, 128))
    paper.rect(0, 178, WIDTH, 186, (238, 196, 48))
    paper.grain(rng, strength=0.03, size=(1, 1), top=176)
    arriving, post, seat = train(rng), pillar(), bench()

    def arrive(rgb: RGB, t: float) -> None:
        paste(rgb, arriving, -340 + 470 * ease(1.25 * t), 172)
        for x in (28, 452):
            paste(rgb, post, x, 236)
        paste(rgb, seat, 372, 232)

    return Stage(paper.finished(), (arrive,))


def train(rng: Random) -> Sprite:
    colour = rng.choice(((190, 46, 50), (34, 96, 160), (38, 130, 96)))
    width, height = 620, 96

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        canvas.rounded_rectangle([0, 0, width * s - 1, 88 * s], 16 * s, fill=(226, 228, 232))
        canvas.rectangle([0, 54 * s, (width - 6) * s, 74 * s], fill=colour)
        canvas.rectangle([10 * s, 0, (width - 14) * s, 5 * s], fill=(150, 156, 162))
        for x in range(14, width - 40, 52):
            canvas.rounded_rectangle([x * s, 16 * s, (x + 38) * s, 46 * s], 4 * s, fill=(250, 232, 176))
            canvas.rectangle([x * s, 16 * s, (x + 38) * s, 22 * s], fill=(200, 214, 220))
        for x in range(118, width - 60, 156):
            canvas.rectangle([x * s, 12 * s, (x + 40) * s, 84 * s], fill=(184, 190, 196))
            canvas.rectangle([(x + 5) * s, 18 * s, (x + 18) * s, 52 * s], fill=(120, 148, 162))
            canvas.rectangle([(x + 22) * s, 18 * s, (x + 35) * s, 52 * s], fill=(120, 148, 162))
        canvas.rectangle([0, 84 * s, width * s, 92 * s], fill=(52, 54, 58))

    return drawn(width, height, draw, anchor=(0, height - 2))


def pillar() -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        canvas.rectangle([0, 0, 11 * s, 226 * s], fill=(46, 84, 78))
        canvas.rectangle([0, 0, 3 * s, 226 * s], fill=(72, 116, 108))

    return drawn(11, 226, draw, anchor=(6, 226))


def bench() -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        for y in (0, 8, 18):
            canvas.rounded_rectangle([0, y * s, 78 * s, (y + 5) * s], 2 * s, fill=(148, 96, 58))
        for x in (8, 66):
            canvas.rectangle([x * s, 4 * s, (x + 4) * s, 40 * s], fill=(52, 56, 60))

    return drawn(78, 40, draw, anchor=(39, 40))


def rooftop(rng: Random) -> Stage:
    """At night, above a town of lit windows."""
    paper = Paper((20, 22, 44))
    paper.fade(0, 0, WIDTH, 190, rng.choice(((10, 12, 36), (14, 10, 40))), (58, 48, 98))
    for _ in range(110):
        x, y = rng.uniform(0, WIDTH), rng.uniform(0, 130)
        paper.disc(x, y, rng.choice((0.5, 0.7, 1.1)), (216, 220, 244))
    moon = rng.randint(170, 320)
    paper.shine(moon, 44, 60, (170, 176, 220), strength=0.6)
    paper.disc(moon, 44, 19, (244, 240, 220))
    paper.disc(moon + 8, 39, 17, (52, 50, 92))
    lights = [light for layer in range(3) for light in skyline(paper, rng, layer)]
    paper.fade(0, 212, WIDTH, HEIGHT, (72, 66, 82), (46, 42, 56))
    paper.rect(0, 204, WIDTH, 214, (94, 86, 104))
    for x in range(0, WIDTH, 60):
        paper.line([(x + 30, 214), (x * 1.6 - 120, HEIGHT)], (56, 52, 66), width=1)
    tank(paper, rng.choice((70, 400)), 240)
    for x in range(40, 460, 18):
        paper.disc(x, 176 + 22 * math.sin(math.pi * ((x - 40) % 140) / 140), 2.4, (255, 226, 150))
    red = glow(18, 18, centre=(9, 9), radius=9, colour=(255, 70, 60))

    def blink(rgb: RGB, t: float) -> None:
        for number, (x, y) in enumerate(lights):
            paste(rgb, red, x, y, opacity=0.5 + 0.5 * math.sin(14 * t + number))

    return Stage(paper.finished(), (blink,))


def skyline(paper: Paper, rng: Random, layer: int) -> list[tuple[float, float]]:
    """A row of towers, the first the furthest; where their masts end."""
    colour, x = ((44, 40, 84), (30, 28, 62), (20, 20, 44))[layer], -20.0
    masts: list[tuple[float, float]] = []
    while x < WIDTH:
        width, top = rng.randint(30, 54), rng.randint(84 + 20 * layer, 140 + 16 * layer)
        paper.rect(x, top, x + width, 226, colour)
        for row in range(top + 7, 214, 10):
            for column in range(3, width - 6, 9):
                if rng.random() < 0.34:
                    light = rng.choice(((250, 212, 120), (246, 188, 96), (190, 206, 240)))
                    paper.rect(x + column, row, x + column + 4.5, row + 5.5, light)
        if rng.random() < 0.3:
            paper.rect(x + width / 2 - 1, top - 18, x + width / 2 + 1, top, colour)
            masts.append((x + width / 2, top - 18))
        x += width + rng.randint(0, 6)
    return masts


def tank(paper: Paper, x: float, y: float) -> None:
    for dx in (-24, 22):
        paper.line([(x + dx, y), (x + dx * 0.7, y - 50)], (38, 32, 40), width=4)
    paper.rect(x - 30, y - 104, x + 30, y - 46, (92, 66, 58))
    for dx in range(-30, 30, 10):
        paper.rect(x + dx, y - 104, x + dx + 1.5, y - 46, (66, 48, 46))
    paper.shape([(x - 34, y - 104), (x, y - 128), (x + 34, y - 104)], (60, 50, 60))


def harbour(rng: Random) -> Stage:
    paper = Paper((70, 120, 150))
    paper.fade(0, 0, WIDTH, 120, (246, 178, 140), (252, 226, 190))
    paper.shine(rng.randint(160, 320), 104, 80, (255, 244, 206))
    hills = [(0, 120), (70, 96), (150, 116), (260, 100), (360, 118), (WIDTH, 98)]
    paper.shape([*hills, (WIDTH, 130), (0, 130)], (150, 120, 140))
    lighthouse(paper, rng.choice((120, 356)))
    paper.fade(0, 126, WIDTH, HEIGHT, (206, 160, 150), (40, 84, 118))
    for _ in range(90):
        x, y = rng.uniform(0, WIDTH), rng.uniform(130, HEIGHT)
        reach = 4 + (y - 126) * 0.16
        paper.line([(x - reach, y), (x + reach, y)], mixed((250, 214, 180), (90, 136, 162), rng.random()), width=1.2)
    for x in (20, 62, 420, 462):
        paper.rect(x - 5, 176, x + 5, HEIGHT, (92, 66, 52))
        paper.rect(x - 5, 176, x + 5, 180, (140, 106, 82))
    boats = [boat(rng, 1.0), boat(rng, 0.66)]

    def float_(rgb: RGB, t: float) -> None:
        paste(rgb, boats[1], 330 - 30 * t, 168 + 2 * math.sin(9 * t + 1))
        paste(rgb, boats[0], 190 + 60 * t, 226 + 3 * math.sin(8 * t))

    return Stage(paper.finished(), (float_,))


def lighthouse(paper: Paper, x: float) -> None:
    paper.shape([(x - 40, 130), (x - 22, 114), (x + 24, 112), (x + 44, 130)], (110, 96, 104))
    paper.shape([(x - 10, 116), (x - 6, 48), (x + 6, 48), (x + 10, 116)], (246, 240, 232))
    for top in (60, 84):
        paper.shape([(x - 7.5, top + 12), (x - 7, top), (x + 7, top), (x + 7.5, top + 12)], (206, 60, 54))
    paper.rect(x - 6, 38, x + 6, 48, (255, 232, 150))
    paper.shape([(x - 8, 38), (x, 28), (x + 8, 38)], (170, 46, 44))
    paper.shine(x, 43, 26, (255, 246, 200), strength=0.7)


def boat(rng: Random, size: float) -> Sprite:
    hull = rng.choice(((196, 58, 52), (38, 88, 150), (240, 240, 236), (46, 120, 110)))

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        k = s * size
        canvas.line([(52 * k, 4 * k), (52 * k, 88 * k)], fill=(92, 70, 54), width=round(3 * k))
        canvas.polygon([(56 * k, 6 * k), (56 * k, 76 * k), (104 * k, 76 * k)], fill=(252, 248, 238))
        canvas.polygon([(48 * k, 16 * k), (48 * k, 76 * k), (18 * k, 76 * k)], fill=(236, 226, 208))
        canvas.polygon([(2 * k, 84 * k), (112 * k, 84 * k), (96 * k, 106 * k), (20 * k, 106 * k)], fill=hull)
        edge = [(2 * k, 84 * k), (112 * k, 84 * k), (110 * k, 88 * k), (5 * k, 88 * k)]
        canvas.polygon(edge, fill=lighter(hull, 0.4))

    return drawn(114 * size, 108 * size, draw, anchor=(57 * size, 106 * size))
