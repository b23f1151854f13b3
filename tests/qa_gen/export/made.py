"""Questions and videos made by hand, for the tests of the export."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.video.reformatter import VideoReformatter

from qa_gen.drafts import Draft, Question
from qa_gen.export import Facts, Shape
from tests.video import draw

CHOICES = ("The red cup.", "The blue cup.", "The green cup.")


def draft(task: str = "action_sequence", **changes: Any) -> Draft:
    values: dict[str, Any] = {
        "task": task,
        "source": "star",
        "record": "Sequence_T1_7",
        "video": "ABCDE.mp4",
        "videos": ("Charades_v1_480/ABCDE.mp4", "ABCDE.mp4"),
        "answer": CHOICES[1],
        "tiers": (CHOICES,),
        "num_choices": 3,
        "rule": "adopted",
    }
    return Draft(**values | changes)


def question(task: str = "action_sequence", *, complete: bool = False, **changes: Any) -> Question:
    return Question(
        draft=draft(task, **changes),
        group="group-1",
        complete=complete,
        text="Which cup was moved?",
        choices=CHOICES,
        answer=1,
        phrasing=2,
    )


def shape(**changes: Any) -> Shape:
    values: dict[str, Any] = {
        "layout": "mvbench",
        "videos": "link",
        "variant": "mvbench",
        "seed": 7,
        "name": "small",
        "split": "test",
    }
    return Shape(**values | changes)


def facts(**changes: Any) -> Facts:
    values: dict[str, Any] = {
        "order": {"seed": 7, "rules": {"max_seconds": 35.0, "no_floor": ["clevrer"]}},
        "made_with": {"mvbench": "0.1.0"},
        "definitions": {"action_sequence": "What came before or after."},
        "read": {"star": 12},
        "rejected": {"star": {"action_sequence: no window": 2}},
    }
    return Facts(**values | changes)


def film(
    path: Path,
    numbers: Iterable[int],
    *,
    rate: Fraction = Fraction(25),
    size: tuple[int, int] = (draw.WIDTH, draw.HEIGHT),
    times: Callable[[int], int] = lambda place: place,
) -> Path:
    """H.264 with B-frames; each picture carries its number. `times` gives each one's time, in frames."""
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"preset": "ultrafast", "crf": "18", "x264-params": "log-level=none:keyint=12:scenecut=0:bframes=2"}
    reformatter = VideoReformatter()  # one for all pictures: to set one up takes longer than to use it
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options=options)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv444p" if size[0] % 2 or size[1] % 2 else "yuv420p"
        stream.codec_context.thread_count = 1
        for place, number in enumerate(numbers):
            picture = draw.picture(number, width=size[0], height=size[1])
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame = reformatter.reformat(frame, format=stream.pix_fmt, threads=1)
            frame.pts, frame.time_base = times(place), 1 / rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
