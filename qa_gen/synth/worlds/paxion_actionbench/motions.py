"""The motions that can be shown backwards, each with the template of either direction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from qa_gen.synth.vivid import Measure
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.paxion_actionbench import camera, changing, moving
from qa_gen.synth.worlds.paxion_actionbench.stage import Stage

HANDY = ("cup", "bottle", "ball", "teddy", "vase", "shoe", "hat", "phone", "book", "bag")
SMALL = ("cup", "ball", "teddy", "bottle", "shoe", "hat")


@dataclass(frozen=True, slots=True)
class Motion:
    """A pair of opposite actions: `template` is what happens as `done` goes from 0 to 1, `antonym` what happens back.

    `captions` are sentences for both, about {first} and {second}. `picture` draws (stage, done, how near the hand is);
    `grows` is what grows in the picture as the motion is done, by which the oracle tells its direction. The second
    thing is muted unless `coloured_second`; with `contents` it is what the first one holds. `clutter` says which small
    things may lie around.
    """

    template: str
    antonym: str
    captions: tuple[str, str]
    picture: Callable[[Stage, float, float], RGB]
    grows: Measure
    firsts: tuple[str, ...] = HANDY
    seconds: tuple[str, ...] = SMALL
    clutter: Literal["coloured", "plain", "none"] = "coloured"
    coloured_second: bool = True
    contents: bool = False


def drawn(draw: Callable[[RGB, Stage, float, float], None], stage: Stage, done: float, there: float) -> RGB:
    frame = stage.laid()
    draw(frame, stage, done, there)
    return frame


def filmed(film: Callable[[Stage, float], RGB], stage: Stage, done: float, there: float) -> RGB:
    """By a camera that moves: no hand."""
    return film(stage, done)


MOTIONS: tuple[Motion, ...] = (
    Motion(
        "Moving something up",
        "Moving something down",
        ("A hand moves {first} up, above the table.", "A hand moves {first} down to the table."),
        partial(drawn, moving.upwards),
        lambda spots: -spots.y,
        clutter="plain",
    ),
    Motion(
        "Pushing something from left to right",
        "Pushing something from right to left",
        ("A hand pushes {first} from left to right.", "A hand pushes {first} from right to left."),
        partial(drawn, moving.rightwards),
        lambda spots: spots.x,
        clutter="plain",
    ),
    Motion(
        "Moving something towards the camera",
        "Moving something away from the camera",
        ("A hand moves {first} towards the camera.", "A hand moves {first} away from the camera."),
        partial(drawn, moving.nearer),
        lambda spots: spots.area,
    ),
    Motion(
        "Moving something closer to something",
        "Moving something away from something",
        ("A hand moves {first} closer to {second}.", "A hand moves {first} away from {second}."),
        partial(drawn, moving.together),
        lambda spots: -spots.width,
        clutter="none",  # it would come closer to that, too
    ),
    Motion(
        "Moving something and something closer to each other",
        "Moving something and something away from each other",
        (
            "Two hands move {first} and {second} closer to each other.",
            "Two hands move {first} and {second} away from each other.",
        ),
        partial(drawn, moving.both_together),
        lambda spots: -spots.width,
        clutter="plain",
    ),
    Motion(
        "Putting something behind something",
        "Pulling something from behind of something",
        ("A hand puts {first} behind {second}.", "A hand pulls {first} from behind {second}."),
        partial(drawn, moving.behind),
        lambda spots: -spots.area,
        seconds=("box",),
        coloured_second=False,
    ),
    Motion(
        "Putting something onto something",
        "Taking something off of something",
        ("A hand puts {first} onto {second}.", "A hand takes {first} off {second}."),
        partial(drawn, moving.onto),
        lambda spots: -spots.width,
        firsts=SMALL,
        seconds=("block",),
        clutter="plain",
    ),
    Motion(
        "Putting something upright on the table",
        "Laying something on the table on its side",
        ("A hand puts {first} upright on the table.", "A hand lays {first} on its side on the table."),
        partial(drawn, moving.upright),
        lambda spots: spots.height - spots.width,
        firsts=("bottle",),
        clutter="plain",
    ),
    Motion(
        "Opening something",
        "Closing something",
        ("A hand opens {first}.", "A hand closes {first}."),
        partial(drawn, changing.opened),
        lambda spots: spots.width + spots.height,
        firsts=tuple(changing.OPENED),
        clutter="plain",
    ),
    Motion(
        "Filling something with something",
        "Emptying something of something",
        (
            "Somebody fills {first} with {second} through a hose.",
            "Somebody empties {first} of {second} through a hose.",
        ),
        partial(drawn, changing.filled),
        lambda spots: spots.area,
        firsts=("glass",),
        seconds=("juice", "syrup", "paint"),
        contents=True,
    ),
    Motion(
        "Unfolding something",
        "Folding something",
        ("A hand unfolds {first} on the table.", "A hand folds {first} on the table."),
        partial(drawn, changing.unfolded),
        lambda spots: spots.area,
        firsts=("towel", "napkin", "cloth"),
    ),
    Motion(
        "Covering something with something",
        "Uncovering something",
        ("A hand covers {first} with {second}.", "A hand uncovers {first} by lifting {second}."),
        partial(drawn, changing.covered),
        lambda spots: -spots.area,
        firsts=SMALL,
        seconds=("cup",),
        coloured_second=False,
    ),
    Motion(
        "Putting something into something",
        "Taking something out of something",
        ("A hand puts {first} into {second}.", "A hand takes {first} out of {second}."),
        partial(drawn, changing.put_into),
        lambda spots: -spots.area,
        firsts=SMALL,
        seconds=("pot",),
        coloured_second=False,
    ),
    Motion(
        "Pulling two ends of something so that it gets longer",
        "Pushing two ends of something so that it gets shorter",
        ("Two hands pull {first} so that it gets longer.", "Two hands push {first} so that it gets shorter."),
        partial(drawn, changing.stretched),
        lambda spots: spots.width,
        firsts=("sponge",),
        clutter="plain",
    ),
    Motion(
        "Approaching something with your camera",
        "Moving away from something with your camera",
        ("The camera approaches {first} on the table.", "The camera moves away from {first} on the table."),
        partial(filmed, camera.closer),
        lambda spots: spots.area,
        clutter="plain",
    ),
    Motion(
        "Turning the camera right while filming something",
        "Turning the camera left while filming something",
        ("The camera turns right over {first} on the table.", "The camera turns left over {first} on the table."),
        partial(filmed, camera.turned_right),
        lambda spots: -spots.x,
        clutter="plain",
    ),
    Motion(
        "Turning the camera upwards while filming something",
        "Turning the camera downwards while filming something",
        (
            "The camera turns upwards over {first} on the table.",
            "The camera turns downwards over {first} on the table.",
        ),
        partial(filmed, camera.turned_up),
        lambda spots: spots.y,
        clutter="plain",
    ),
)
