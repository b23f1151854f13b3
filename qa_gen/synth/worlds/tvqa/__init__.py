"""The small world of TVQA: people with name tags in a room act one after the other, then talk."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

from qa_gen.synth.world import RGB, Film, Place, Scene
from qa_gen.synth.worlds.tvqa import stage, story
from qa_gen.synth.worlds.tvqa.cast import clip_name
from qa_gen.synth.worlds.tvqa.files import publish
from qa_gen.synth.worlds.tvqa.oracle import look
from qa_gen.synth.worlds.tvqa.story import Event, Line, Script

__all__ = ["SOURCE", "TASKS", "look", "orbit_size", "publish", "scenes"]

SOURCE = "tvqa"
TASKS = ("episodic_reasoning",)
FIRST_QUESTION = {"test": 122_039, "train": 0}
"""Where the numbers of the source's questions begin in each file."""


def orbit_size(task: str, index: int) -> int:
    return story.PEOPLE


def scenes(place: Place) -> list[Scene]:
    told = story.script(place.rng("script"))
    choices = tuple(place.rng("options").sample(told.people, len(told.people)))
    setting = stage.setting(told, place.rng("stage"))
    members = story.members(told, place.rng("members"))
    return [
        scene(place, member=member, told=told, events=events, choices=choices, setting=setting)
        for member, events in enumerate(members)
    ]


def scene(
    place: Place,
    *,
    member: int,
    told: Script,
    events: tuple[Event, ...],
    choices: tuple[str, ...],
    setting: stage.Setting,
) -> Scene:
    number = place.first_video + member
    clip = clip_name(told.show, number, place.split)
    film = Film(
        path=f"frames_hq/{told.show.folder}/{clip}",
        width=stage.WIDTH,
        height=stage.HEIGHT,
        fps=Fraction(story.FPS),
        num_frames=told.num_frames,
        frame=partial(frame, setting, events, told.slot_frames),
    )
    answer = choices.index(events[told.answer_slot].subject)
    question = {
        "qid": FIRST_QUESTION[place.split] + number,
        "q": told.question,
        **{f"a{index}": choice for index, choice in enumerate(choices)},
        "answer_idx": answer,
        "ts": "{}-{}".format(*told.span_seconds),
        "vid_name": clip,
        "show_name": told.show.name,
    }
    mark = place.mark(
        member, film, told.question, choices, answer, record=str(question["qid"]),
        window=(story.START_SECONDS, story.END_SECONDS[told.slot_frames]),
        dials={
            "relation": told.relation,
            "anchor_slot": told.anchor_slot,
            "slot_frames": told.slot_frames,
            "clip_frames": told.num_frames,
        },
    )  # fmt: skip
    return Scene(
        film=film,
        records={"question": question, "subtitles": [subtitle(line) for line in told.lines]},
        captions=story.captions(told, events),
        marks=(mark,),
    )


def frame(setting: stage.Setting, events: tuple[Event, ...], slot_frames: int, index: int) -> RGB:
    slot, phase = divmod(index, slot_frames)
    if phase == 0 or slot >= len(events):
        return stage.picture(setting, story.REST, 0.0)
    return stage.picture(setting, events[slot], phase / slot_frames)


def subtitle(line: Line) -> dict[str, str | float]:
    text = f"({line.speaker}:) {line.text}" if line.speaker else line.text
    return {"text": text, "start": line.start_seconds, "end": line.end_seconds}
