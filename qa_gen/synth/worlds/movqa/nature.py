"""Places outside of towns."""

from __future__ import annotations

import math
from random import Random

from PIL import ImageDraw

from qa_gen.synth.drawing.colours import Colour, darker, lighter, mixed
from qa_gen.synth.drawing.sprites import Sprite, drawn, paste
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.movqa.stage import HEIGHT, WIDTH, Mover, Paper, Stage


def beach(rng: Random) -> Stage:
    horizon, shore = 108 + rng.randint(-6, 6), 172
    paper = Paper((236, 212, 160))
    paper.fade(0, 0, WIDTH, horizon, rng.choice(((74, 152, 222), (92, 170, 228))), (206, 232, 244))
    sun = rng.randint(90, 380)
    paper.shine(sun, 44, 70, (255, 248, 214))
    paper.disc(sun, 44, 15, (255, 250, 226))
    for _ in range(4):
        cloud(paper, rng, rng.randint(0, WIDTH), rng.randint(18, horizon - 44), rng.uniform(0.6, 1.1))
    paper.fade(0, horizon, WIDTH, shore, (24, 104, 168), (78, 188, 204))
    for _ in range(26):
        x, y = rng.randint(0, WIDTH), rng.randint(horizon + 4, shore - 8)
        paper.line([(x, y), (x + (y - horizon) * 0.4, y)], (140, 214, 226))
    paper.fade(0, shore, WIDTH, HEIGHT, (240, 220, 170), (222, 188, 128))
    paper.grain(rng, strength=0.03, size=(2, 2), top=shore)
    parasol(paper, rng, rng.randint(170, 300), 252)
    for side in (rng.randint(20, 60), rng.randint(400, 450)):
        palm(paper, rng, side, 236)
    waves = [wave(rng, 8 + 3 * row) for row in range(3)]

    def surf(rgb: RGB, t: float) -> None:
        for row, sprite in enumerate(waves):
            swing = math.sin(2 * math.pi * (t + row / 3))
            paste(rgb, sprite, WIDTH / 2 + 10 * swing, shore - 18 + 9 * row + 3 * swing)

    return Stage(paper.finished(), (surf, gull(rng, 60)))


def wave(rng: Random, height: int) -> Sprite:
    swell = [rng.uniform(0, 6.28) for _ in range(3)]

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        steps = range(0, WIDTH + 41, 4)
        tops = [height * (0.35 + 0.1 * sum(math.sin(x / (17 + 9 * n) + p) for n, p in enumerate(swell))) for x in steps]
        edge = [(x * s, top * s) for x, top in zip(steps, tops, strict=True)]
        canvas.polygon([*edge, (WIDTH * s + 40 * s, height * s), (0, height * s)], fill=(250, 253, 252, 150))

    return drawn(WIDTH + 40, height, draw)


def gull(rng: Random, height: float) -> Mover:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        canvas.arc([0, 0, 11 * s, 9 * s], 190, 350, fill=(70, 76, 88), width=round(1.6 * s))
        canvas.arc([10 * s, 0, 21 * s, 9 * s], 190, 350, fill=(70, 76, 88), width=round(1.6 * s))

    bird, start = drawn(22, 10, draw), rng.uniform(80, 200)

    def fly(rgb: RGB, t: float) -> None:
        paste(rgb, bird, start + 170 * t, height + 9 * math.sin(7 * t))

    return fly


def cloud(paper: Paper, rng: Random, x: float, y: float, size: float, colour: Colour = (250, 252, 254)) -> None:
    for _ in range(6):
        dx, dy, radius = rng.uniform(-34, 34) * size, rng.uniform(-6, 4) * size, rng.uniform(9, 16) * size
        paper.oval(x + dx - radius * 1.4, y + dy - radius * 0.7, x + dx + radius * 1.4, y + dy + radius * 0.7, colour)


def palm(paper: Paper, rng: Random, x: float, y: float) -> None:
    lean = rng.uniform(-26, 26)
    trunk = [(x + lean * t * t, y - 120 * t) for t in (0, 0.25, 0.5, 0.75, 1.0)]
    paper.shadow(x - 8, x + 62, y, (110, 86, 60))
    paper.line(trunk, (126, 92, 58), width=9)
    paper.line(trunk, (152, 116, 76), width=4)
    for number in range(8):
        angle = math.pi * (1.05 + 0.9 * number / 7) + rng.uniform(-0.1, 0.1)
        reach = rng.uniform(40, 56)
        top = trunk[-1]
        middle = (top[0] + reach * 0.6 * math.cos(angle), top[1] + reach * 0.6 * math.sin(angle) * 0.8 - 6)
        tip = (top[0] + reach * math.cos(angle), top[1] + reach * 0.55 * math.sin(angle) + 16)
        paper.line([top, middle, tip], (38, 118, 58) if number % 2 else (56, 142, 66), width=6)


def parasol(paper: Paper, rng: Random, x: float, y: float) -> None:
    colour = rng.choice(((222, 62, 60), (240, 140, 40), (214, 70, 140), (250, 206, 60)))
    paper.shadow(x - 40, x + 60, y, (120, 92, 60))
    paper.line([(x, y + 4), (x + 6, y - 62)], (240, 240, 236), width=3)
    paper.shape([(x - 46, y - 40), (x - 30, y - 62), (x + 6, y - 74), (x + 42, y - 64), (x + 58, y - 42)], colour)
    stripe = [(x - 14, y - 41), (x - 2, y - 72), (x + 6, y - 74), (x + 14, y - 72), (x + 26, y - 41)]
    paper.shape(stripe, (250, 248, 240))
    towel = rng.choice(((70, 130, 200), (90, 170, 120), (180, 90, 160)))
    paper.shape([(x + 30, y + 4), (x + 96, y + 2), (x + 104, y + 14), (x + 34, y + 17)], towel)


def forest(rng: Random) -> Stage:
    paper = Paper((58, 92, 52))
    paper.fade(0, 0, WIDTH, 190, (190, 216, 150), (112, 150, 92))
    for layer in range(4):
        green = mixed((132, 166, 112), (26, 58, 36), layer / 3)
        base = 168 + 12 * layer
        for _ in range(13 - 2 * layer):
            trunk(paper, rng, rng.randint(-10, WIDTH + 10), base, 4 + 4 * layer, darker(green, 0.35))
        for _ in range(34):
            x, y = rng.randint(-20, WIDTH + 20), rng.randint(-20, 52 - 8 * layer)
            paper.oval(x - 26, y - 18, x + 26, y + 18, mixed(green, (60, 110, 50), rng.uniform(0, 0.5)))
    paper.fade(0, 196, WIDTH, HEIGHT, (74, 104, 52), (48, 66, 34))
    paper.shape([(206, 196), (262, 196), (340, HEIGHT), (120, HEIGHT)], (142, 116, 78))
    for _ in range(150):
        x, y = rng.randint(0, WIDTH), rng.randint(198, HEIGHT)
        blade = [(x, y), (x + rng.randint(-4, 4), y - rng.randint(5, 12))]
        paper.line(blade, rng.choice(((92, 134, 58), (58, 92, 44))), width=1.4)
    paper.grain(rng, strength=0.05, size=(3, 3))
    for x in (110, 220, 330):
        paper.soft([(x, 0), (x + 34, 0), (x - 50, 240), (x - 110, 240)], (252, 246, 190), strength=0.22, blur=9)
    leaves = [(rng.uniform(80, 400), rng.uniform(0, 200), rng.uniform(0.6, 1.4), leaf(rng)) for _ in range(9)]

    def fall(rgb: RGB, t: float) -> None:
        for x, y, speed, sprite in leaves:
            paste(rgb, sprite, x + 14 * math.sin(6 * t + y), (y + 130 * speed * t) % 250)

    return Stage(paper.finished(), (fall,))


def leaf(rng: Random) -> Sprite:
    colour = rng.choice(((214, 148, 46), (226, 188, 72), (176, 96, 44)))

    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        canvas.ellipse([0, s, 7 * s, 4 * s], fill=colour)

    return drawn(7, 5, draw)


def trunk(paper: Paper, rng: Random, x: float, base: float, width: float, colour: Colour) -> None:
    """Its left side is lit."""
    lean, foot, top = rng.uniform(-6, 6), base + 8, -5
    left, right = [(x - width, foot), (x - width * 0.6 + lean, top)], [(x + width * 0.6 + lean, top), (x + width, foot)]
    paper.shape([*left, *right], colour)
    paper.shape([*left, (x - width * 0.3 + lean, top), (x - width * 0.5, foot)], lighter(colour, 0.18))


def snowy_mountain(rng: Random) -> Stage:
    paper = Paper((236, 242, 250))
    paper.fade(0, 0, WIDTH, 190, rng.choice(((96, 150, 210), (120, 160, 206))), (222, 234, 246))
    for _ in range(3):
        cloud(paper, rng, rng.randint(0, WIDTH), rng.randint(20, 60), 0.9, (240, 245, 250))
    peak(paper, rng, rng.randint(60, 150), 92, 150, (150, 166, 190))
    peak(paper, rng, rng.randint(330, 420), 84, 160, (150, 166, 190))
    peak(paper, rng, 240 + rng.randint(-26, 26), 34, 210, (104, 120, 150))
    paper.fade(0, 206, WIDTH, HEIGHT, (238, 244, 252), (206, 220, 238))
    paper.shape([(0, 200), (120, 190), (260, 210), (400, 194), (WIDTH, 204), (WIDTH, 230), (0, 230)], (236, 243, 252))
    for x in sorted(rng.sample(range(10, WIDTH, 14), 14), key=lambda x: (x * 7) % 31):
        fir(paper, x, 214 + (x * 7) % 31, 30 + (x * 7) % 31)
    flakes = [(rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT), rng.uniform(0.7, 1.5)) for _ in range(46)]
    sprite = drawn(5, 5, lambda canvas, s: canvas.ellipse([0, 0, 5 * s - 1, 5 * s - 1], fill=(255, 255, 255, 235)))

    def snow(rgb: RGB, t: float) -> None:
        for x, y, speed in flakes:
            paste(rgb, sprite, (x + 26 * t) % WIDTH, (y + 120 * speed * t) % HEIGHT)

    return Stage(paper.finished(), (snow,))


def peak(paper: Paper, rng: Random, x: float, top: float, half: float, rock: Colour) -> None:
    base = 214
    paper.shape([(x - half, base), (x, top), (x + half, base)], rock)
    paper.shape([(x, top), (x + half, base), (x + half * 0.1, base)], darker(rock, 0.22))
    across, down = (-0.46, -0.3, -0.2, -0.06, 0.06, 0.2, 0.34, 0.42), (0.46, 0.36, 0.5, 0.38, 0.52, 0.36, 0.46, 0.42)
    steps = zip(across, down, strict=True)
    edge = [(x + half * a, top + (base - top) * (d + rng.uniform(-0.03, 0.03))) for a, d in steps]
    paper.shape([(x, top), *edge], (250, 252, 255))
    shaded = [point for point in edge if point[0] >= x]
    paper.shape([(x, top), *shaded], (206, 220, 240))


def fir(paper: Paper, x: float, y: float, height: float) -> None:
    paper.rect(x - 2, y - 6, x + 2, y + 2, (84, 62, 48))
    for tier in range(3):
        top, width = y - height + tier * height * 0.26, height * (0.17 + 0.08 * tier)
        for size, colour in ((1.0, (32, 74, 66)), (0.5, (226, 236, 244))):
            foot = top + height * 0.42 * size
            paper.shape([(x, top), (x - width * size, foot), (x + width * size, foot)], colour)


def desert(rng: Random) -> Stage:
    paper = Paper((222, 164, 92))
    paper.fade(0, 0, WIDTH, 150, rng.choice(((242, 158, 84), (236, 142, 96))), (254, 222, 160))
    sun = rng.randint(120, 360)
    paper.shine(sun, 84, 90, (255, 240, 190))
    paper.disc(sun, 84, 24, (255, 246, 214))
    for layer, colour in enumerate(((214, 142, 82), (206, 132, 66), (226, 160, 84))):
        dune(paper, rng, 138 + 34 * layer, colour)
    paper.grain(rng, strength=0.025, size=(6, 2), top=140)
    for x, y, size in ((314, 196, 0.6), (54, 204, 0.7), (180, 226, 1.0)):
        cactus(paper, x + rng.randint(-28, 28), y, size)
    weed = tumbleweed(rng)

    def roll(rgb: RGB, t: float) -> None:
        paste(rgb, weed, 110 + 260 * t, 236 - 12 * abs(math.sin(9 * t)))

    return Stage(paper.finished(), (roll,))


def dune(paper: Paper, rng: Random, top: float, colour: Colour) -> None:
    shift, length = rng.uniform(0, 6.28), rng.uniform(60, 90)
    ridge = [(x, top + 13 * math.sin(x / length + shift) + 5 * math.sin(x / 31)) for x in range(0, WIDTH + 8, 8)]
    paper.shape([*ridge, (WIDTH, HEIGHT), (0, HEIGHT)], colour)
    below = [(x, y + 9 + 7 * math.sin(x / 40 + shift)) for x, y in reversed(ridge)]
    paper.shape([*ridge, *below], lighter(colour, 0.22))


def cactus(paper: Paper, x: float, y: float, size: float) -> None:
    paper.shadow(x - 4, x + 60 * size, y, (110, 62, 32), height=8)
    for colour, width in (((44, 94, 52), 15), ((74, 130, 70), 7)):
        paper.line([(x, y), (x, y - 74 * size)], colour, width=width * size)
        paper.disc(x, y - 74 * size, width * size / 2, colour)
        for side, low, high in ((-1, 30, 56), (1, 40, 64)):
            arm = [(x, y - low * size), (x + side * 22 * size, y - low * size), (x + side * 22 * size, y - high * size)]
            paper.line(arm, colour, width=width * size * 0.75)
            paper.disc(*arm[-1], width * size * 0.375, colour)


def tumbleweed(rng: Random) -> Sprite:
    def draw(canvas: ImageDraw.ImageDraw, s: float) -> None:
        for _ in range(22):
            x, y, radius = rng.uniform(5, 17), rng.uniform(5, 17), rng.uniform(3, 8)
            circle = [(x - radius) * s, (y - radius) * s, (x + radius) * s, (y + radius) * s]
            colour = rng.choice(((120, 84, 46), (96, 66, 38)))
            canvas.arc(circle, rng.randint(0, 200), rng.randint(220, 360), fill=colour, width=round(1.1 * s))

    return drawn(22, 22, draw)


def farm(rng: Random) -> Stage:
    paper = Paper((150, 176, 74))
    paper.fade(0, 0, WIDTH, 132, (124, 184, 236), (222, 238, 246))
    for _ in range(4):
        cloud(paper, rng, rng.randint(0, WIDTH), rng.randint(16, 70), rng.uniform(0.7, 1.2))
    paper.shape([(0, 124), (120, 108), (250, 126), (380, 106), (WIDTH, 120), (WIDTH, 150), (0, 150)], (112, 156, 84))
    paper.fade(0, 136, WIDTH, HEIGHT, (176, 192, 80), (120, 148, 52))
    for row in range(-9, 10):
        paper.line([(240 + row * 16, 138), (240 + row * 74, HEIGHT)], (206, 190, 78), width=4)
    barn(paper, rng, rng.choice((166, 284)), 152)
    paper.grain(rng, strength=0.04, size=(3, 2), top=140)
    for x in range(-10, WIDTH, 40):
        paper.rect(x, 212, x + 5, 244, (236, 232, 222))
    for y in (218, 230):
        paper.rect(0, y, WIDTH, y + 4, (244, 240, 232))
    return Stage(paper.finished(), (gull(rng, 44),))


def barn(paper: Paper, rng: Random, x: float, y: float) -> None:
    red = rng.choice(((176, 48, 42), (160, 56, 46)))
    paper.shadow(x - 60, x + 90, y, (60, 78, 34), height=9)
    paper.shape([(x - 52, y), (x - 52, y - 48), (x, y - 84), (x + 52, y - 48), (x + 52, y)], red)
    roof = [(x - 58, y - 44), (x, y - 86), (x + 58, y - 44), (x + 52, y - 40), (x, y - 76), (x - 52, y - 40)]
    paper.shape(roof, (84, 70, 66))
    paper.rect(x - 20, y - 38, x + 20, y, (240, 234, 224))
    paper.rect(x - 17, y - 35, x + 17, y, darker(red, 0.25))
    paper.line([(x - 17, y - 35), (x + 17, y)], (240, 234, 224), width=3)
    paper.line([(x + 17, y - 35), (x - 17, y)], (240, 234, 224), width=3)
    paper.rect(x - 8, y - 60, x + 8, y - 46, (240, 234, 224))
    paper.rect(x + 60, y - 92, x + 84, y, (176, 182, 188))
    paper.oval(x + 60, y - 104, x + 84, y - 80, (140, 148, 156))
