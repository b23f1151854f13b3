"""A room and a timeline -> the film, drawn frame by frame when it is wanted."""

from __future__ import annotations

from functools import partial

from qa_gen.synth.home.picture import picture
from qa_gen.synth.home.stage import Stage
from qa_gen.synth.home.timeline import Timeline
from qa_gen.synth.world import RGB, Film


def film(path: str, stage: Stage, timeline: Timeline) -> Film:
    return Film(
        path=path,
        width=stage.width,
        height=stage.height,
        fps=timeline.fps,
        num_frames=timeline.num_frames,
        frame=partial(frame, stage, timeline),
    )


def frame(stage: Stage, timeline: Timeline, index: int) -> RGB:
    deed, step = timeline.at(index)
    return picture(stage, deed, step, timeline.slot_frames)
