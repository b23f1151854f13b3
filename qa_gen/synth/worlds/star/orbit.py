"""The four members of an orbit, each making another choice right -> its scenes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from qa_gen.synth.home.deeds import told
from qa_gen.synth.home.filming import film
from qa_gen.synth.home.stage import Stage
from qa_gen.synth.home.timeline import Timeline
from qa_gen.synth.world import Place, Scene
from qa_gen.synth.worlds.star.record import Asked, record, situations

FOLDER = "Charades_v1_480"


@dataclass(frozen=True, slots=True)
class Member:
    """One video. `answer` counts the choices; `window` (seconds) and `slots` are what STAR's own record is about."""

    timeline: Timeline
    answer: int
    window: tuple[float, float]
    slots: tuple[int, ...]


def orbit(place: Place, stage: Stage, asked: Asked, members: Sequence[Member], dials: dict[str, Any]) -> list[Scene]:
    """The scenes in the order of their numbers, which says nothing about the answer."""
    shuffled = place.rng("order").sample(list(members), len(members))
    return [one(place, stage, asked, member, number, dials) for number, member in enumerate(shuffled)]


def one(place: Place, stage: Stage, asked: Asked, member: Member, number: int, dials: dict[str, Any]) -> Scene:
    video = place.name(number, length=5)
    timeline = member.timeline
    row = record(
        asked,
        member.answer,
        number=place.first_video + number,
        video=video,
        window=member.window,
        situations=situations(stage, timeline, member.slots),
    )
    path = f"{FOLDER}/{video}.mp4"
    shown = film(path, stage, timeline)
    mark = place.mark(
        number, shown, asked.question, asked.texts, member.answer, record=row["question_id"],
        window=(timeline.start_seconds, timeline.end_seconds),
        dials=dials | {"slot_seconds": round(timeline.slot_frames / float(timeline.fps), 3)},
    )  # fmt: skip
    return Scene(shown, {"star": row}, (told(timeline.shown),), (mark,))
