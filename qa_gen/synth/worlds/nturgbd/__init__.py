"""The small world of NTU RGB+D: a figure in a room does an action, or it backwards, before one of three cameras."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import partial
from pathlib import Path
from random import Random

from qa_gen.splits import Split
from qa_gen.synth.listing import write_lines
from qa_gen.synth.world import RGB, Film, Place, Scene, Told
from qa_gen.synth.worlds.nturgbd import stage
from qa_gen.synth.worlds.nturgbd.actions import PAIRS, Action
from qa_gen.synth.worlds.nturgbd.oracle import look

__all__ = ["SOURCE", "TASKS", "look", "orbit_size", "publish", "scenes"]

SOURCE = "nturgbd"
TASKS = ("fine_grained_pose",)
FPS = Fraction(30)
QUESTIONS = (
    "What does the person in the video do?",
    "Which action is the person in the video doing?",
    "Which of these actions can be seen in the video?",
)
VIDEO_FOLDER = "nturgb+d_rgb"
NAMES, CLASSES = "ntu_rgb_names.txt", "action_names.tsv"

SETUPS, PERFORMERS = 32, 106


def orbit_size(task: str, index: int) -> int:
    return 4


def scenes(place: Place) -> list[Scene]:
    rng = place.rng("scene")
    first, second = rng.sample(sorted(PAIRS), 2)
    camera = rng.randint(1, len(stage.CAMERAS))
    setting = stage.setting((first, second), camera, rng)
    actions = [action for kind in (first, second) for action in (PAIRS[kind].first, PAIRS[kind].second)]
    choices = tuple(action.words for action in place.rng("options").sample(actions, len(actions)))
    question = place.rng("question").choice(QUESTIONS)
    told = []
    for member, action in enumerate(rng.sample(actions, len(actions))):
        kind = first if action in PAIRS[first][:2] else second
        name = recording(place.index, camera=camera, action=action, salt=f"{place.split}/{place.seed}")
        film = Film(
            path=f"{VIDEO_FOLDER}/{name}",
            width=stage.WIDTH,
            height=stage.HEIGHT,
            fps=FPS,
            num_frames=stage.NUM_FRAMES,
            frame=partial(frame, setting, kind, action == PAIRS[kind].second),
        )
        dials = {"camera": camera, "pairs": [first, second], "figure_pixels": setting.height}
        mark = place.mark(member, film, question, choices, choices.index(action.words), dials=dials)
        told.append(
            Scene(
                film=film,
                records={"name": name},
                captions=(caption(action), caption(action, camera=camera)),
                marks=(mark,),
            )
        )
    return told


def frame(setting: stage.Setting, kind: str, backwards: bool, index: int) -> RGB:
    return stage.picture(setting, kind, stage.NUM_FRAMES - 1 - index if backwards else index)


VIEWS = {1: "at an angle", 2: "from the side", 3: "from the front"}


def caption(action: Action, *, camera: int | None = None) -> str:
    verb, _, rest = action.words.partition(" ")
    done = f"{verb}s {rest}"
    return f"A person {done}." if camera is None else f"Seen {VIEWS[camera]}, one person in a room {done}."


def recording(index: int, *, camera: int, action: Action, salt: str) -> str:
    """The official name of a video. Orbits with other indices get other names, in an order that says nothing.

    >>> recording(0, camera=2, action=PAIRS["seat"].second, salt="test")
    'S023C002P091R001A009_rgb.avi'
    """
    pairs = SETUPS * PERFORMERS
    replication, number = divmod(index, pairs)
    number = (Random(f"nturgbd/{salt}").randrange(pairs) + number * STEP) % pairs
    setup, performer = divmod(number, PERFORMERS)
    return f"S{setup + 1:03d}C{camera:03d}P{performer + 1:03d}R{replication + 1:03d}A{action.number:03d}_rgb.avi"


STEP = 1_297
"""Has no divisor in common with the number of setups and performers, so the steps meet each pair of them once."""


def publish(folder: Path, told: Callable[[], Iterable[Told]], split: Split) -> None:
    """The names of all videos, which hold all there is to know, and the names of the classes."""
    write_lines(folder / NAMES, (scene.records["name"] for scene in told()))
    actions = sorted(action for pair in PAIRS.values() for action in (pair.first, pair.second))
    write_lines(folder / CLASSES, (f"A{action.number:03d}\t{action.name}" for action in actions))
