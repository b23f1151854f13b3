"""Action localization: one action fills three of eight slots, in each video others; the rest is shuffled between.

The window is 8/3 as long as the action. The videos have one slot more on either side: room for a window three times as
long as the action.
"""

from __future__ import annotations

from random import Random

from qa_gen.synth.home.casting import RATES, a_deed, a_gesture, some_things
from qa_gen.synth.home.deeds import Deed, told
from qa_gen.synth.home.filming import film
from qa_gen.synth.home.stage import Stage
from qa_gen.synth.home.timeline import Timeline, timeline
from qa_gen.synth.world import Place, Scene
from qa_gen.synth.worlds.charades_sta.parts import PARTS, SLOTS
from qa_gen.synth.worlds.charades_sta.rows import csv_row, sentence

FOLDER = "Charades_v1_480"
SLOT_FRAMES = 16
CHUNKS = 3


def scenes(place: Place) -> list[Scene]:
    rng = place.rng("story")
    busy = rng.choice((2, 3, 4, 5))
    stage, things = some_things(rng, rng.choice((busy + 1, 6)))
    described, *others = (a_deed(rng, thing) for thing in rng.sample(things, busy + 1))
    fillers = others + [a_gesture(rng) for _ in range(SLOTS - CHUNKS - busy)]
    before, after = a_gesture(rng), a_gesture(rng)
    said, rate = sentence(rng, stage, described), rng.choice(RATES)
    choices = tuple(place.rng("options").sample(list(PARTS), len(PARTS)))
    made = []
    for number, choice in enumerate(place.rng("order").sample(choices, len(choices))):
        order = ordered(rng, described, fillers, PARTS[choice])
        line = timeline((before,), order, (after,), slot_frames=SLOT_FRAMES, fps=rate)
        made.append(scene(place, number, stage, line, described, said, choices, choice, {"other_deeds": busy}))
    return made


def ordered(rng: Random, described: Deed, fillers: list[Deed], slots: tuple[int, ...]) -> list[Deed]:
    """The described deed in its slots, the others in any order in between."""
    rest = iter(rng.sample(fillers, len(fillers)))
    return [described if slot in slots else next(rest) for slot in range(SLOTS)]


def scene(
    place: Place,
    number: int,
    stage: Stage,
    line: Timeline,
    described: Deed,
    said: str,
    choices: tuple[str, ...],
    choice: str,
    dials: dict[str, int],
) -> Scene:
    video = place.name(number, length=5)
    path = f"{FOLDER}/{video}.mp4"
    slots = [slot for slot, deed in enumerate(line.deeds) if deed == described]
    shown = film(path, stage, line)
    question = f"During which part of the video does the action '{said.rstrip('.')}' occur?"
    mark = place.mark(
        number, shown, question, choices, choices.index(choice), window=(line.start_seconds, line.end_seconds),
        dials={**dials, "slot_seconds": round(line.slot_frames / float(line.fps), 3)},
    )  # fmt: skip
    span = {"start": line.seconds_of(min(slots)), "end": line.seconds_of(max(slots) + 1)}
    return Scene(
        film=shown,
        records={"sta": {"video_id": video, **span, "sentence": said}, "csv": csv_row(video, stage, line, place)},
        captions=(told(line.deeds),),
        marks=(mark,),
    )
