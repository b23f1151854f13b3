"""Clips with people: action sequence, prediction, localization, interaction, fine-grained pose, episodic reasoning."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import permutations
from random import Random

from mvbench.demo.canvas import COLOURS, FLOOR, LEFT, MIDDLE, PAPER, Canvas, light
from mvbench.demo.film import Draft, Film
from mvbench.demo.props import THINGS, Pose, between, hump, person, ramp, thing

GROUND = FLOOR - 10


def room(canvas: Canvas, wall: str = "cyan") -> None:
    """A wall with a window and a picture, and a floor."""
    canvas.box(0, 0, 192, FLOOR, light(COLOURS[wall], 0.72))
    canvas.box(30, 10, 62, 44, PAPER)
    for left, top in ((33, 13), (47, 13), (33, 28), (47, 28)):
        canvas.box(left, top, left + 12, top + 13, light(COLOURS["blue"], 0.6))
    canvas.box(132, 14, 160, 38, COLOURS["brown"])
    canvas.box(135, 17, 157, 35, light(COLOURS["yellow"], 0.6))
    canvas.polygon([(135, 35), (144, 22), (150, 30), (153, 26), (157, 35)], light(COLOURS["green"], 0.3))
    canvas.box(0, GROUND - 8, 192, FLOOR, light(COLOURS["brown"], 0.5))
    canvas.box(0, GROUND - 10, 192, GROUND - 8, PAPER)


# One action per slot: walk to a thing, then lift it, or jump over it, then stand.
SLOT = 1.5
AT = {name: LEFT + 18 + 36 * place for place, name in enumerate(THINGS[:4])}
Action = tuple[str, str]
VERBS = {"lift": "Lifted", "jump": "Jumped over"}


def told(action: Action) -> str:
    return f"{VERBS[action[0]]} the {action[1]}."


def tidying(actions: tuple[Action, ...]) -> Callable[[Canvas, float], None]:
    """A person does one action after another to four things on the floor."""

    def paint(canvas: Canvas, now: float) -> None:
        slot = min(int(now / SLOT), len(actions) - 1)
        verb, name = actions[slot]
        since = now - slot * SLOT
        before = AT[actions[slot - 1][1]] + (16 if actions[slot - 1][0] == "jump" else -14) if slot else MIDDLE
        x = between(before, AT[name] - 14, ramp(since, 0, 0.4))
        held = ramp(since, 0.45, 0.7) - ramp(since, 1.0, 1.25) if verb == "lift" else 0.0
        pose = Pose(
            right_arm=12 + 133 * held, left_arm=12 + 60 * held, lean=6 * held,
            crouch=0.35 * (hump(since, 0.35, 0.6) + hump(since, 1.1, 1.4)),
        )  # fmt: skip
        if verb == "jump":
            x += 30 * ramp(since, 0.5, 1.1)
            up = hump(since, 0.5, 1.1)
            pose = Pose(rise=30 * up, crouch=0.6 * up, left_arm=12 + 100 * up, right_arm=12 + 100 * up)
        room(canvas)
        for other, place in AT.items():
            if other != name or held == 0:
                thing(canvas, other, place, GROUND)
        hand_x, hand_y = person(canvas, x, GROUND, pose, size=72)
        if held:
            thing(canvas, name, between(AT[name], hand_x, held), between(GROUND, hand_y + 4, held))

    return paint


def tidying_films(rng: Random) -> list[tuple[Film, tuple[Action, ...]]]:
    """Eight films of the actions a, b, a again, c: what follows a depends on the part that is shown.

    b and c share a verb that a does not, and differ in their thing.
    """
    plots: list[tuple[Film, tuple[Action, ...]]] = []
    things = list(permutations(THINGS[:4], 3))
    for number, (first, second, third) in enumerate(rng.sample(things, 8)):
        verb, other = ("lift", "jump") if number % 2 else ("jump", "lift")
        a, b, c = (verb, first), (other, second), (other, third)
        name = "".join(rng.choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", k=5))
        plots.append((Film(f"{name}.mp4", 4 * SLOT + 0.5, tidying((a, b, a, c))), (a, b, a, c)))
    return plots


def part(first: float, last: float) -> dict[str, float]:
    """Start and end in seconds of the slots from `first` up to `last`."""
    return {"start": round(first * SLOT, 2), "end": round(last * SLOT, 2)}


def tidying_drafts(rng: Random) -> Iterator[tuple[str, Draft]]:
    for number, (film, (a, b, _, c)) in enumerate(tidying_films(rng)):
        mixed = [(b[0], a[1]), (a[0], b[1])]
        late = number // 2 % 2
        if number < 6:
            asked = f"What did the person do right after they had {VERBS[a[0]].lower()} the {a[1]}?"
            follower, other, window = (c, b, part(2, 4)) if late else (b, c, part(0, 2))
        else:
            asked = f"What did the person do right before they {VERBS[c[0]].lower()} the {c[1]}?"
            follower, other, window = a, b, part(2, 4)
        wrong = (told(other), told(mixed[0]), told(mixed[1]))
        yield "action_sequence", Draft(film, asked, told(follower), wrong, window)

        coming, done, window = (b, c, part(0, 1.4)) if late else (c, b, part(1, 3.4))
        now = {"lift": "Lift", "jump": "Jump over"}
        options = [f"{now[verb]} the {name}." for verb, name in (coming, done, a, mixed[0])]
        question = rng.choice(("What is the person about to do?", "Which action comes next?"))
        yield "action_prediction", Draft(film, question, options[0], tuple(options[1:]), window)

        (verb, used), first = (b, 1) if number % 4 < 2 else (c, 3)
        verb = {"lift": "lift", "jump": "jump over"}[verb]
        accurate = {"accurate_start": first * SLOT + 0.45, "accurate_end": first * SLOT + 1.25}
        rest = tuple(f"The {name}." for name in THINGS[:4] if name != used)
        question = f"Which thing did the person {verb}?"
        yield "object_interaction", Draft(film, question, f"The {used}.", rest, part(first - 1, first + 1) | accurate)


def waves(since: float) -> Pose:
    return Pose(right_arm=150 + 25 * math.sin(since * 14))


def cheers(since: float) -> Pose:
    up = hump(since, -0.3, 1.5)
    return Pose(left_arm=12 + 150 * up, right_arm=12 + 150 * up)


def squats(since: float) -> Pose:
    down = hump(since, 0, 1.2)
    return Pose(crouch=0.9 * down, left_arm=12 + 70 * down, right_arm=12 + 70 * down)


def jumps(since: float) -> Pose:
    up = hump(since % 0.6, 0.1, 0.6)
    return Pose(rise=26 * up, left_arm=12 + 60 * up, right_arm=12 + 60 * up, crouch=0.3 * (1 - up))


ACTS: dict[str, Callable[[float], Pose]] = {
    "a person waves": waves,
    "a person raises both arms": cheers,
    "a person squats": squats,
    "a person jumps": jumps,
}


START, END, LENGTH = 2.4, 3.6, 1.2


def two_acts(asked: str, other: str, *, moment: float, shirt: str) -> Callable[[Canvas, float], None]:
    """Somebody stands there, acts as asked from START to END, and in another way from `moment` on."""

    def paint(canvas: Canvas, now: float) -> None:
        pose = Pose()
        if START <= now < END:
            pose = ACTS[asked](now - START)
        elif moment <= now < moment + LENGTH:
            pose = ACTS[other](now - moment)
        room(canvas, "yellow")
        person(canvas, MIDDLE, GROUND, pose, size=84, shirt=shirt)

    return paint


def localization_drafts(_: Random) -> Iterator[tuple[str, Draft]]:
    """The same action in the same film lies at the beginning or the end, depending on the window around it."""
    windows = {
        "At the beginning of the video.": (START, END + 2 * LENGTH),
        "In the middle of the video.": (START - LENGTH, END + LENGTH),
        "At the end of the video.": (START - 2 * LENGTH, END),
        "Throughout the entire video.": (START, END),
    }
    acts, parts = list(ACTS), list(windows)
    for number, act in enumerate(acts):
        shirt = ("blue", "red", "green", "purple")[number]
        paint = two_acts(act, acts[number - 1], moment=(0.2, 4.4)[number % 2], shirt=shirt)
        film = Film(f"STA{number + 1:02d}.mp4", 6.5, paint)
        for right, when in ((parts[number], "When in the video"), (parts[number - 2], "In which part of the video")):
            start, end = windows[right]
            fields = {"start": start, "end": end, "accurate_start": START, "accurate_end": END}
            rounded = {name: round(seconds, 2) for name, seconds in fields.items()}
            asked = f"{when} can one see that {act}?"
            yield "action_localization", Draft(film, asked, right, tuple(p for p in parts if p != right), rounded)


CHAIR = COLOURS["brown"]


def exercise(name: str, shirt: str) -> Callable[[Canvas, float], None]:
    """One of EXERCISES, slowly, in three seconds."""

    def paint(canvas: Canvas, now: float) -> None:
        room(canvas, "green")
        x, ball, pose = MIDDLE, None, Pose()
        done = ramp(now, 0.7, 2.2)
        match name:
            case "sit down" | "stand up":
                seated = done if name == "sit down" else 1 - done
                pose = Pose(crouch=0.62 * seated, left_arm=12 + 25 * seated, right_arm=12 + 25 * seated)
                canvas.box(x - 17, GROUND - 22, x + 17, GROUND - 17, CHAIR)
                canvas.line([(x - 16, GROUND - 58), (x - 16, GROUND)], CHAIR, width=4)
                canvas.line([(x + 16, GROUND - 58), (x + 16, GROUND)], CHAIR, width=4)
                canvas.box(x - 16, GROUND - 60, x + 16, GROUND - 52, CHAIR)
            case "squat down":
                pose = Pose(crouch=0.95 * done, left_arm=12 + 75 * done, right_arm=12 + 75 * done)
            case "jump up":
                up = hump(now, 1.0, 2.2)
                pose = Pose(
                    rise=32 * up, crouch=0.5 * hump(now, 0.4, 1.1), left_arm=12 + 140 * up, right_arm=12 + 140 * up
                )
            case "hopping":
                up = abs(math.sin(now * math.pi / 0.75))
                pose = Pose(rise=9 * up, foot=16, left_arm=40, right_arm=40)
                x += -30 + 20 * now
            case "hand waving":
                pose = Pose(right_arm=150 + 25 * math.sin(now * 9))
            case "pick up" | "drop":
                bent = hump(now, 0.4, 2.4) if name == "pick up" else 0.0
                pose = Pose(lean=62 * bent, crouch=0.55 * bent, right_arm=12 + 45 * (1 - bent), left_arm=12 - 30 * bent)
                ball = 0.0 if name == "pick up" else min(1.0, max(0.0, now - 1.0) ** 2 * 5)
        hand_x, hand_y = person(canvas, x, GROUND, pose, size=84, shirt=shirt)
        if ball is not None:
            low = now < 1.4 if name == "pick up" else ball == 1.0
            falls = between(hand_y + 6, GROUND, ball)
            thing(canvas, "ball", x + 34 if low and name == "pick up" else hand_x, GROUND if low else falls, size=6)

    return paint


EXERCISES = {
    "drop": 5, "pick up": 6, "sit down": 8, "stand up": 9,
    "hand waving": 23, "hopping": 26, "jump up": 27, "squat down": 80,
}  # fmt: skip
"""With their numbers in NTU RGB+D, which stand in its file names."""
OPPOSITES = {"drop": "pick up", "pick up": "drop", "sit down": "stand up", "stand up": "sit down"}


def pose_drafts(rng: Random) -> Iterator[tuple[str, Draft]]:
    for number, (name, code) in enumerate(EXERCISES.items()):
        film = Film(
            f"S001C001P{number % 3 + 1:03d}R001A{code:03d}_rgb.avi",
            3.0,
            exercise(name, ("red", "blue", "purple")[number % 3]),
        )
        others = [other for other in EXERCISES if other not in (name, OPPOSITES.get(name))]
        opposite = [OPPOSITES[name]] if name in OPPOSITES else []
        wrong = tuple(opposite + rng.sample(others, 3 - len(opposite)))
        question = rng.choice(("What does the person in the video do?", "Which movement does the video show?"))
        yield "fine_grained_pose", Draft(film, question, name, wrong)


def visit(held: tuple[str, ...]) -> Callable[[Canvas, float], None]:
    """Ann holds up the first thing; Bob leaves; she holds up the second; Bob returns; she holds up the third."""

    def paint(canvas: Canvas, now: float) -> None:
        room(canvas, "orange")
        away = ramp(now, 2.4, 3.6) - ramp(now, 6.0, 7.2)
        swing = 20 * math.sin(now * 8) if 0 < away < 1 else 0.0
        person(canvas, 138 + 78 * away, GROUND, Pose(left_arm=12 + swing, right_arm=12 - swing), size=76, shirt="blue")
        up = max(hump(now, start, start + 1.9) for start in (0.4, 3.9, 7.5))
        up = min(1.0, 1.6 * up)
        hand = person(canvas, 72, GROUND, Pose(right_arm=12 + 125 * up), size=76, shirt="red")
        if up:
            thing(canvas, held[0 if now < 3 else 1 if now < 6.8 else 2], hand[0] + 3, hand[1] + 3)

    return paint


def visit_drafts(rng: Random) -> Iterator[tuple[str, Draft]]:
    story = "(Bob:) I will be back in a minute.\n(Ann:) Take your time.\n(Bob:) Here I am again."
    asked = {
        "What does Ann hold up before Bob leaves?": (0, 0.0, 3.6),
        "What does Ann hold up while Bob is away?": (1, 2.4, 6.6),
        "What does Ann hold up after Bob has come back?": (2, 3.6, 9.6),
    }
    for number in range(4):
        held = tuple(rng.sample(THINGS, 3))
        film = Film(f"visit_s01e{number + 1:02d}_seg01_clip_00", 10.0, visit(held))
        for question in rng.sample(list(asked), 2):
            which, start, end = asked[question]
            right = held[which]
            wrong = [name for name in held if name != right]
            wrong += rng.sample([name for name in THINGS if name not in held], 2)
            fields = {"subtitle": story, "start": start, "end": end, "fps": 3, "show_name": "The Visit"}
            options = [f"A {name}" for name in wrong]
            yield "episodic_reasoning", Draft(film, question, f"A {right}", tuple(options), fields)
