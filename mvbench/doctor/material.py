"""The drawn clips and their questions, as a data folder in the MVBench layout.

Each item tells under `dials` what was drawn, so that what any viewer must answer follows from what it was shown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from mvbench.cache import hash_of_sources, made_once
from mvbench.doctor.scenes import BY_NAME, GROUND, HEIGHT, SCENES, WIDTH

NAMES = tuple(scene.name for scene in SCENES)
PARTS = 8
"""Equal parts of nearly every clip: a scene lasts one or more. Of sixteen frames two lie in each, of eight one."""
BRIEF_PARTS = 16
"""Those of the clips with a scene that only one frame of sixteen shows."""

TASKS_FILE = "tasks.toml"
TASKS = {
    "doctor_control": "Can it read a screen that never changes",
    "doctor_order": "First, last, and in which order",
    "doctor_moment": "What is there for a moment",
    "doctor_brief": "What is there for a shorter moment",
    "doctor_times": "What is there at a second",
    "doctor_bounds": "What is there between start and end",
}
BOUNDED = "doctor_bounds"

LEAD = "The video shows large numbers on coloured screens. "
NOTHING_ELSE = f"only {GROUND.name}"


@dataclass(frozen=True, slots=True)
class Question:
    """One item. `parts`: the scene in each of the clip's equal parts; `bounds` and `at` in seconds.

    `kind` says what is asked: `only`, `first`, `last`, `sequence`, `moment` or `at`.
    """

    kind: str
    text: str
    choices: tuple[str, ...]
    answer: str
    parts: tuple[str, ...]
    seconds: float
    fps: int
    bounds: tuple[float, float] | None = None
    at: float | None = None

    def item(self, video: str) -> dict[str, Any]:
        """The question as MVBench writes one."""
        start, end = self.bounds or (None, None)
        dials = {"kind": self.kind, "parts": self.parts, "seconds": self.seconds, "at": self.at}
        item = {"video": video, "question": LEAD + self.text, "candidates": self.choices, "answer": self.answer}
        return item | ({"start": start, "end": end} if self.bounds else {}) | {"dials": dials}


def folder() -> Path:
    """The data folder, made on first use (some seconds) and kept in the cache folder; its tasks are in `tasks.toml`.

    Raises UsageError when the cache folder cannot be written.
    """
    return made_once(f"doctor-{source_hash()}", write)


def write(path: Path) -> None:
    """Write annotations, clips, the tasks file and the manifest."""
    (path / "json").mkdir(parents=True)
    asked = questions()
    for task, rows in asked.items():
        (path / "video" / task).mkdir(parents=True)
        items = []
        for index, question in enumerate(rows):
            video = f"{index:02d}.mp4"
            write_clip(question, path / "video" / task / video)
            items.append(question.item(video))
        (path / "json" / f"{task}.json").write_text(json.dumps(items, indent=1) + "\n", "utf-8")
    tables = [
        f'[{task}]\ntitle = "{title}"\nfolder = "{task}"\nbounded = {str(task == BOUNDED).lower()}\nskill = "Doctor"\n'
        for task, title in TASKS.items()
    ]
    (path / TASKS_FILE).write_text("\n".join(tables), "utf-8")
    manifest = {"name": "doctor", "items": sum(map(len, asked.values()))}
    (path / "manifest.json").write_text(json.dumps(manifest) + "\n", "utf-8")


def questions() -> dict[str, list[Question]]:
    """Every question by its task; right answers take turns at the positions."""
    made = {
        "doctor_control": control(),
        "doctor_order": order(),
        "doctor_moment": moments(),
        "doctor_brief": brief(),
        "doctor_times": times(),
        "doctor_bounds": bounds(),
    }
    return {task: list(rows) for task, rows in made.items()}


def control() -> Iterator[Question]:
    """Each scene once, all the time."""
    for turn, name in enumerate(NAMES):
        choices = placed(name, some(4, after=turn)[1:], turn)
        yield Question("only", "Which one is shown?", choices, name, (name,) * PARTS, 8, 8)


def order() -> Iterator[Question]:
    """Four scenes in a row, the first and the last one short, each clip beside its mirror image with equal choices."""
    for turn, kind in enumerate(("first", "last", "sequence") * 2):
        first, second, third, last = some(4, after=3 * turn - 1)
        row = (first, *[second] * 3, *[third] * 3, last)
        if kind == "sequence":
            text = "In which order are they shown?"
            orders = [(first, second, third, last), (second, first, last, third)]
            choices = turned([in_words(one) for forward in orders for one in (forward, forward[::-1])], turn)
            answers = [in_words(orders[0]), in_words(orders[0][::-1])]
        else:
            text = f"Which one is shown {kind}?"
            choices = turned([first, second, last, third], turn)
            answers = [first, last] if kind == "first" else [last, first]
        for answer, parts in zip(answers, (row, row[::-1]), strict=True):
            yield Question(kind, text, choices, answer, parts, 8, 8)


def moments() -> Iterator[Question]:
    """A scene that is there for an eighth of the clip, twice for each of the eight."""
    for turn in range(2 * PARTS):
        yield moment(turn, turn % PARTS, of=PARTS)


def brief() -> Iterator[Question]:
    """A scene that is there for a sixteenth of the clip: where frames are lost, or not where one rule loses them."""
    for turn, place in enumerate((0, 15, 3, 10, 15, 0, 7, 14, 0, 15, 5, 12, 15, 0, 15, 0)):
        yield moment(turn, place, of=BRIEF_PARTS)


def moment(turn: int, place: int, *, of: int) -> Question:
    """A scene that is there in one of so many equal parts, and nothing but the ground before and after."""
    name, *others = some(3, after=turn + turn // PARTS)
    parts = tuple(name if part == place else GROUND.name for part in range(of))
    text = f"Does another one than {GROUND.name} appear, and which?"
    choices = turned([name, *others, NOTHING_ELSE], turn + turn // 4)
    return Question("moment", text, choices, name, parts, 8, 8)


def times() -> Iterator[Question]:
    """Eight scenes of equal length in clips of 8, 32 and 64 seconds: a clock that runs wrong is right in one at most.

    The other choices are what wrong clocks point at when sixteen frames are shown: 1, 2 or 24 frames per second, or
    the file's frame numbers read at 24, 25 or 30 per second. The seconds that are asked about lie well within a part,
    and are such that in three questions or more any two of these clocks point at different choices.
    """
    films = ((8, 30, (6.3, 3.7, 7.4, 2.4)), (32, 10, (1.2, 6.4, 18, 9.2)), (64, 5, (5.6, 10.4, 37.6, 27.2)))
    plans = [(seconds, fps, at) for seconds, fps, asked in films for at in asked]
    for turn, (seconds, fps, at) in enumerate(plans):
        parts = some(PARTS, after=turn)
        part = int(at * PARTS / seconds)
        decoys = [parts[min(round(at * rate), 15) // 2] for rate in (1, 2, 24)]
        decoys += [parts[min(int(at * rate / fps * PARTS / seconds), PARTS - 1)] for rate in (24, 25, 30)]
        likely = dict.fromkeys((*turned(decoys, turn), *parts))
        others = [name for name in likely if name != parts[part]]
        text = f"Which one is on the screen {at:g} seconds after the start of the video?"
        choices = placed(parts[part], others, turn)
        yield Question("at", text, choices, parts[part], parts, seconds, fps, at=at)


def bounds() -> Iterator[Question]:
    """One scene lies between start and end; a viewer of the whole file sees another one first, and another one last."""
    for turn in range(12):
        parts = some(PARTS, after=turn)
        part = 1 + turn % (PARTS - 2)
        kind = ("first", "last")[turn // (PARTS - 2)]
        elsewhere = next(name for place, name in enumerate(parts) if place not in (0, part, PARTS - 1))
        choices = placed(parts[part], [parts[0], parts[-1], elsewhere], turn)
        yield Question(
            kind,
            f"Which one is shown {kind}?",
            choices,
            parts[part],
            parts,
            seconds=32,
            fps=5,
            bounds=(part * 4 + 0.5, part * 4 + 3.5),
        )


def some(count: int, *, after: int) -> tuple[str, ...]:
    """So many scenes, in steps of three from a place that moves: no two neighbours look alike."""
    return tuple(NAMES[(after + 3 * step) % len(NAMES)] for step in range(count))


def placed(answer: str, others: Sequence[str], turn: int) -> tuple[str, ...]:
    """The choices with the right one at position `turn`."""
    others = [name for name in others if name != answer][:3]
    choices = list(others)
    choices.insert(turn % (len(others) + 1), answer)
    return tuple(choices)


def turned(choices: Sequence[str], turn: int) -> tuple[str, ...]:
    turn %= len(choices)
    return (*choices[turn:], *choices[:turn])


def in_words(names: Sequence[str]) -> str:
    return ", then ".join(names)


def write_clip(question: Question, path: Path) -> None:
    """The clip as H.264 with all its frames, which are the same within a part."""
    import av

    with av.open(path, "w", container_options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("libx264", rate=Fraction(question.fps), options={"preset": "ultrafast"})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.thread_count = 1
        pictures = {
            name: av.VideoFrame.from_ndarray(BY_NAME[name].drawn(), format="rgb24").reformat(format="yuv420p")
            for name in set(question.parts)
        }
        count = round(question.seconds * question.fps)
        for index in range(count):
            picture = pictures[question.parts[index * len(question.parts) // count]]
            picture.pts, picture.time_base = index, Fraction(1, question.fps)
            container.mux(stream.encode(picture))
        container.mux(stream.encode())


def source_hash() -> str:
    return hash_of_sources(Path(__file__).with_name(name) for name in ("material.py", "scenes.py"))
