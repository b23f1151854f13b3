"""Clips of small happenings: antonyms, fine-grained and unexpected actions, shuffle, count, state, characters."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from random import Random

from mvbench.demo.canvas import COLOURS, FLOOR, INK, LEFT, MIDDLE, PAPER, Canvas, Colour, blend, dark, light
from mvbench.demo.film import GIF_FPS, Draft, Film
from mvbench.demo.people import GROUND, jumps, room
from mvbench.demo.props import Pose, Solid, between, hump, person, ramp, solid, thing

Paint = Callable[[Canvas, float], None]


def table(canvas: Canvas, cloth: str = "gray") -> None:
    canvas.box(0, 0, 192, GROUND, light(COLOURS[cloth], 0.75))
    canvas.box(0, GROUND, 192, FLOOR, light(COLOURS["brown"], 0.3))


# Antonyms: every action is drawn by how far it has got, and its antonym is the same way back.


def opening(canvas: Canvas, share: float) -> None:
    canvas.box(62, 70, 130, GROUND, COLOURS["orange"])
    thing(canvas, "ball", MIDDLE, between(GROUND - 8, 66, share), size=9)
    canvas.box(62, 76, 130, GROUND, COLOURS["orange"])
    angle = math.radians(125 * share)
    canvas.line([(63, 74), (63 + 67 * math.cos(angle), 74 - 67 * math.sin(angle))], dark(COLOURS["orange"]), width=6)


def stacking(canvas: Canvas, share: float) -> None:
    for block, hue in enumerate(("red", "yellow", "blue")):
        put = ramp(share * 3, block, block + 1)
        x, lift = between(36 + 22 * block, 134, put), 70 * hump(share * 3, block, block + 1)
        y = between(GROUND, GROUND - 21 * block, put) - lift * (1 - 0.2 * block)
        canvas.box(x - 9, y - 20, x + 9, y, COLOURS[hue])


def filling(canvas: Canvas, share: float) -> None:
    canvas.box(68, between(GROUND - 4, 50, share), 124, GROUND - 4, COLOURS["cyan"])
    canvas.line([(66, 40), (66, GROUND - 2), (126, GROUND - 2), (126, 40)], INK, width=3)


def covering(canvas: Canvas, share: float) -> None:
    solid(canvas, Solid("purple", "metal", "cube"), MIDDLE, GROUND - 17, size=17)
    canvas.box(66, 24, 126, between(30, GROUND + 2, share), light(COLOURS["green"], 0.2))
    canvas.line([(60, 24), (132, 24)], INK, width=4)


ANTONYMS: dict[tuple[str, str], Callable[[Canvas, float], None]] = {
    ("Opening the box", "Closing the box"): opening,
    ("Piling the blocks up", "Taking the pile apart"): stacking,
    ("Filling the glass", "Emptying the glass"): filling,
    ("Covering the cube", "Uncovering the cube"): covering,
}


def played(draw: Callable[[Canvas, float], None], *, back: bool) -> Paint:
    def paint(canvas: Canvas, now: float) -> None:
        share = ramp(now, 0.3, 2.6)
        table(canvas)
        draw(canvas, 1 - share if back else share)

    return paint


def antonym_drafts(rng: Random) -> Iterator[tuple[str, Draft]]:
    for number, (names, draw) in enumerate(ANTONYMS.items()):
        for back in rng.sample((False, True), 2):
            film = Film(f"{166500 + 10 * number + back}.webm", 3.0, played(draw, back=back))
            question = rng.choice(("What is being done in the video?", "Which description fits the video?"))
            yield "action_antonym", Draft(film, question, names[back], (names[not back], "Not sure"))


def moving_along(label: str, hue: str) -> Paint:
    """A wheel or a box that moves as `label` says."""

    def paint(canvas: Canvas, now: float) -> None:
        table(canvas, "yellow")
        x, y, angle, boxy = MIDDLE, GROUND - 16.0, 0.0, label in ("sliding", "shaking", "tipping over")
        match label:
            case "rolling":
                x = between(38, 154, now / 3)
                angle = (x - 38) / 16
            case "bouncing":
                y -= 66 * abs(math.sin(now * math.pi / 1.0))
            case "spinning":
                y, angle = 66, 7 * now
            case "swinging":
                swing = 0.75 * math.cos(now * 4.2)
                x, y = MIDDLE + 78 * math.sin(swing), 8 + 78 * math.cos(swing)
                canvas.line([(MIDDLE, 8), (x, y)], INK, width=2)
            case "floating":
                x, y = MIDDLE + 8 * math.sin(now * 3), GROUND - 16 - 26 * now
            case "sliding":
                x = between(38, 154, now / 3)
            case "shaking":
                x += 13 * math.sin(now * 11)
            case "tipping over":
                angle = math.pi / 2 * ramp(now, 0.8, 2)
        if boxy:
            pivot = (x + 13, GROUND)
            corners = [(-26, 0), (-26, -44), (0, -44), (0, 0)]
            turned = [
                (
                    pivot[0] + a * math.cos(angle) - b * math.sin(angle),
                    pivot[1] + a * math.sin(angle) + b * math.cos(angle),
                )
                for a, b in corners
            ]
            canvas.polygon(turned, COLOURS[hue])
        else:
            canvas.oval(x, y, 16, COLOURS[hue])
            spoke = (13 * math.cos(angle), 13 * math.sin(angle))
            canvas.line([(x - spoke[0], y - spoke[1]), (x + spoke[0], y + spoke[1])], PAPER, width=4)

    return paint


LABELS = ("rolling", "bouncing", "spinning", "swinging", "floating", "sliding", "shaking", "tipping over")


def fine_drafts(rng: Random) -> Iterator[tuple[str, Draft]]:
    hues = rng.sample(("red", "green", "blue", "purple"), 4) * 2
    for number, (label, hue) in enumerate(zip(LABELS, hues, strict=True)):
        film = Film(f"{label.replace(' ', '+')}/clip_{number:02d}.mp4", 3.0, moving_along(label, hue))
        others = tuple(rng.sample([other for other in LABELS if other != label], 3))
        question = rng.choice(("Which verb fits the video best?", "What is the object doing?"))
        yield "fine_grained_action", Draft(film, question, label, others)


SURPRISES = (
    "It turns into a cube",
    "It splits into two balls",
    "It takes off and flies away",
    "It grows huge all at once",
    "It vanishes into thin air",
    "It changes its color",
    "It sinks through the table",
    "It rolls back uphill by itself",
)


def surprise(what: str, hue: str) -> Paint:
    """A ball rolls along as balls do, until something happens that balls do not do."""

    def paint(canvas: Canvas, now: float) -> None:
        table(canvas, "purple")
        if what == SURPRISES[7]:
            canvas.polygon([(30, 60), (162, GROUND), (30, GROUND)], light(COLOURS["brown"], 0.3))
            x = between(46, 118, ramp(now, 0, 1.5) - ramp(now, 1.7, 2.9))
            canvas.oval(x, 51 + (x - 36) * 0.47, 12, COLOURS[hue])
            return
        x, y, size, colour = between(30, MIDDLE, min(1.0, now / 1.4)), GROUND - 14.0, 14.0, COLOURS[hue]
        done = ramp(now, 1.5, 2.6)
        match SURPRISES.index(what):
            case 0 if now >= 1.5:
                solid(canvas, Solid(hue, "rubber", "cube"), x, y, size=14)
                return
            case 1 if now >= 1.5:
                canvas.oval(x - 34 * done, y, 14, colour)
                x += 34 * done
            case 2:
                y -= 150 * done * done
            case 3:
                size += 34 * done
                y -= 34 * done
            case 4 if now >= 1.5:
                return
            case 5 if now >= 1.5:
                colour = COLOURS["yellow"]
            case 6:
                y += 34 * done
        canvas.oval(x, y, size, colour)
        if what == SURPRISES[6]:
            canvas.box(0, GROUND, 192, FLOOR, light(COLOURS["brown"], 0.3))

    return paint


def surprise_drafts(rng: Random) -> Iterator[tuple[str, Draft]]:
    for number, what in enumerate(SURPRISES):
        hue = rng.choice(("red", "green", "blue"))
        name = f"test_magic/M_KT_{number:04d}.gif" if number in (1, 5) else f"test_humor/H_T_{number:04d}.mp4"
        film = Film(name, 3.0 if name.endswith("mp4") else 72 / GIF_FPS, surprise(what, hue))
        others = tuple(rng.sample([other for other in SURPRISES if other != what], 3))
        question = rng.choice(
            (f"What does the {hue} ball do that no one expects?", f"What is strange about the {hue} ball?")
        )
        yield "unexpected_action", Draft(film, question, what, others)


CUPS = (LEFT + 26, MIDDLE, LEFT + 118)


def cups(under: int, swaps: tuple[tuple[int, int], ...]) -> Paint:
    """The ball is shown, then covered; pairs of places are swapped, 0.8 seconds each."""

    def paint(canvas: Canvas, now: float) -> None:
        table(canvas, "green")
        where = [0, 1, 2]  # where[cup]: its place
        x, y = list(CUPS), [float(GROUND)] * 3
        for turn, pair in enumerate(swaps):
            since = (now - 1.2 - 0.8 * turn) / 0.7
            if since <= 0:
                break
            first, second = (where.index(place) for place in pair)
            for cup, to, side in ((first, pair[1], 1), (second, pair[0], -1)):
                x[cup] = between(CUPS[where[cup]], CUPS[to], ramp(since, 0, 1))
                y[cup] = GROUND + side * 7 * hump(since, 0, 1)
            where[first], where[second] = pair[1], pair[0]
        raised = 34 * (1 - ramp(now, 0.6, 1.0))
        if raised:
            thing(canvas, "ball", CUPS[under], GROUND, size=7)
        for cup in sorted(range(3), key=lambda cup: y[cup]):
            top = y[cup] - 36 - (raised if cup == under else 0)
            rim = [(x[cup] - 12, top), (x[cup] + 12, top), (x[cup] + 17, top + 36), (x[cup] - 17, top + 36)]
            canvas.polygon(rim, COLOURS["blue"])
            canvas.line([(x[cup] - 15, top + 26), (x[cup] + 15, top + 26)], light(COLOURS["blue"], 0.6), width=3)

    return paint


def shuffle_drafts(rng: Random) -> Iterator[tuple[str, Draft]]:
    places = [f"Under the {word} cup from the left." for word in ("first", "second", "third")]
    for number in range(8):
        under, swaps = number % 3, tuple(rng.sample(((0, 1), (1, 2), (0, 2)), 2 + number % 2))
        final = under
        for pair in swaps:
            final = pair[1 - pair.index(final)] if final in pair else final
        film = Film(f"video_{10000 + number}.mp4", 1.6 + 0.8 * len(swaps), cups(under, swaps))
        question = rng.choice(("Where is the ball when the cups have stopped?", "Which cup hides the ball in the end?"))
        yield "object_shuffle", Draft(film, question, places[final], tuple(p for p in places if p != places[final]))


def repeated(what: str, times: int) -> Paint:
    """The same thing happens so many times, once in 0.8 seconds."""

    def paint(canvas: Canvas, now: float) -> None:
        since = now - 0.4
        active = 0 <= since < 0.8 * times
        share = since % 0.8 / 0.8
        if what == "jump":
            room(canvas, "blue")
            pose = jumps(share * 0.6) if active else Pose()
            person(canvas, MIDDLE, GROUND, pose, size=80, shirt="green")
            return
        table(canvas, "orange")
        up = hump(share, 0, 1) if active else 0.0
        if what == "bounce":
            canvas.oval(MIDDLE, GROUND - 14 - 74 * up, 14, COLOURS["red"])
        else:
            lamp(canvas, on=active and share < 0.55)

    return paint


def lamp(canvas: Canvas, *, on: bool) -> None:
    shade: Colour = (255, 226, 110) if on else (120, 118, 112)
    if on:
        for radius, glow in ((50, 0.82), (40, 0.65)):
            canvas.oval(MIDDLE, 52, radius, blend((255, 214, 80), (255, 255, 255), glow))
    canvas.line([(MIDDLE, 70), (MIDDLE, GROUND)], INK, width=4)
    canvas.line([(MIDDLE - 16, GROUND - 1), (MIDDLE + 16, GROUND - 1)], INK, width=4)
    canvas.polygon([(MIDDLE - 14, 34), (MIDDLE + 14, 34), (MIDDLE + 28, 72), (MIDDLE - 28, 72)], shade)


COUNTED = {
    "bounce": "How many times does the ball fly up and come down again?",
    "jump": "How many times does the person jump?",
    "blink": "How many times does the lamp light up?",
}


def count_drafts(rng: Random) -> Iterator[tuple[str, Draft]]:
    for number in range(8):
        what, times = list(COUNTED)[number % 3], 2 + number % 4
        film = Film(f"video_{10010 + number}.mp4", 0.8 + 0.8 * times, repeated(what, times))
        lowest = max(1, times - rng.randrange(3))
        others = tuple(str(other) for other in range(lowest, lowest + 3) if other != times)
        yield "action_count", Draft(film, COUNTED[what], str(times), others)


def switching(states: tuple[bool, ...]) -> Paint:
    """A lamp that is on or off for 1.2 seconds at a time."""

    def paint(canvas: Canvas, now: float) -> None:
        on = states[min(int(now / 1.2), len(states) - 1)]
        table(canvas, "gray")
        if not on:
            canvas.box(0, 0, 192, GROUND, dark(light(COLOURS["gray"], 0.75), 0.35))
        lamp(canvas, on=on)

    return paint


def state_drafts(rng: Random) -> Iterator[tuple[str, Draft]]:
    plots = ((True, False), (False, True), (True, False, True), (False, True, False))
    for number, states in enumerate(plots):
        film = Film(f"video_{10020 + number}.mp4", 1.2 * len(states), switching(states))
        words = ("off", "on")
        first, last, changes = words[states[0]], words[states[-1]], len(states) - 1
        yield (
            "state_change",
            Draft(film, "Is the lamp on or off when the video ends?", last, (words[not states[-1]], "I don't know")),
        )
        if changes == 1:
            question = "What happens to the lamp?"
            right, wrong = f"It is switched {last}", f"It is switched {first}"
        else:
            question = "How does the lamp change over the video?"
            right, wrong = (
                f"It is {first}, then {words[states[1]]}, then {last}",
                f"It is {words[states[1]]}, then {first}, then {words[states[1]]}",
            )
        yield "state_change", Draft(film, question, right, (wrong, "I don't know"))


def writing(word: str, places: list[tuple[float, float]]) -> Paint:
    """One letter after another turns up somewhere on the board, 0.8 seconds apart, and stays."""

    def paint(canvas: Canvas, now: float) -> None:
        canvas.box(0, 0, 192, FLOOR, (46, 74, 64))
        for number, (letter, (x, y)) in enumerate(zip(word, places, strict=True)):
            if now >= 0.3 + 0.8 * number:
                canvas.letter(x, y, letter, size=38, colour=(244, 244, 236))

    return paint


def character_drafts(rng: Random) -> Iterator[tuple[str, Draft]]:
    for number in range(4):
        word = "".join(rng.sample("ABCDEFGHKLMNPRSTUVXYZ", 4))
        places = [(x + rng.uniform(-8, 8), y + rng.uniform(-6, 6)) for x in (62, 130) for y in (36, 98)]
        rng.shuffle(places)
        film = Film(f"video_{10030 + number}.mp4", 4.0, writing(word, places))
        first = Draft(film, "Which letter is written first?", word[0], tuple(rng.sample(word[1:], 2)))
        last = Draft(film, "Which letter is written last?", word[3], tuple(rng.sample(word[:3], 2)))
        after = Draft(film, f"Which letter comes right after {word[1]}?", word[2], (word[0], word[3]))
        for draft in rng.sample((first, last, after), 2):
            yield "character_order", draft
