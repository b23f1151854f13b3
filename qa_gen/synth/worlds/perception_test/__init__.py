"""The small world of the Perception Test: cups and a ball, counted actions, things with two states, letter cards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType

from qa_gen.synth.names import DIGITS
from qa_gen.synth.world import Film, Place, Scene
from qa_gen.synth.worlds.perception_test import counting, cups, lamp, letters
from qa_gen.synth.worlds.perception_test.files import QUESTION, publish, record
from qa_gen.synth.worlds.perception_test.oracle import look
from qa_gen.synth.worlds.perception_test.stage import Game, Stage, Take, stage

__all__ = ["SOURCE", "TASKS", "look", "orbit_size", "publish", "scenes"]

SOURCE = "perception_test"

GAMES: Mapping[str, Callable[[Place], Game]] = MappingProxyType(
    {
        "object_shuffle": cups.play,
        "action_count": counting.play,
        "state_change": lamp.play,
        "character_order": letters.play,
    }
)
TASKS = tuple(GAMES)


def orbit_size(task: str, index: int) -> int:
    """Every question has three options."""
    return 3


def scenes(place: Place) -> list[Scene]:
    game, ground = GAMES[place.task](place), stage(place)
    options = list(range(len(game.choices)))
    place.rng("options").shuffle(options)
    takes = list(range(len(game.takes)))
    place.rng("order").shuffle(takes)
    choices = tuple(game.choices[option] for option in options)
    return [
        scene(place, ground, game, number, game.takes[one], choices=choices, answer=options.index(one))
        for number, one in enumerate(takes)
    ]


def scene(
    place: Place, ground: Stage, game: Game, number: int, take: Take, *, choices: tuple[str, ...], answer: int
) -> Scene:
    """The scene that is the orbit's member `number`."""
    video_id = f"video_1{place.name(number, length=6, alphabet=DIGITS)}"
    film = Film(
        f"videos/{video_id}.mp4", ground.width, ground.height, Fraction(ground.fps), take.num_frames, take.frame
    )
    mark = place.mark(
        number, film, game.question, choices, answer, record=str(QUESTION),
        # Up to the last frame before the ending tells, so that the window is as long as other tasks' videos.
        window=None if take.cut is None else (0.0, (take.cut - 1) / ground.fps),
        dials={"fps": ground.fps, "zoom": round(ground.zoom, 3)} | dict(game.dials),
    )  # fmt: skip
    return Scene(
        film=film,
        records={
            "row": record(video_id, ground, game, take, choices=choices, answer=answer),
            "cut": take.cut,
        },
        captions=take.captions,
        marks=(mark,),
    )
