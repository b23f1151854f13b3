"""A small set whose answers lie in the pixels, a model that reads them, and models that do not."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from mvbench.errors import Failure
from mvbench.models.builtin import FirstChoice, answer_with
from mvbench.sampling import Sampling
from mvbench.types import Clip, Frames, FrameSpec, Generation, Reply, Request
from mvbench.video import ReadOptions, read
from mvbench.video.read import read_each
from tests.data_folder import write
from tests.video import draw

PER_TASK = 24
CLIP_FRAMES = 16
DIRECTIONS = ("Up and to the right.", "Down and to the left.", "Up and to the left.", "Down and to the right.")
LEVELS = ("2", "3", "4", "5")
"""How many, told by the quarter in which all numbers of a clip lie: any frame shows it, in any order."""

LOG = "SEEING_LOG"
"""The variable that names a file in which decoding is noted down."""


def data_folder(folder: Path) -> Path:
    """Two tasks: moving direction asks whether the numbers in a clip rise or fall, action count how high they are."""
    directions, counts = [], []
    for number in range(PER_TASK):
        rising = number // 4 % 2 == 0
        directions.append(item(number, DIRECTIONS, DIRECTIONS[0 if rising else 1]))
        encode(folder, "clevrer/video_validation", number, first=16 + 5 * number, rising=rising)
        level = number // 4 % 4
        counts.append(item(number, LEVELS, LEVELS[level]))
        encode(folder, "perception/videos", number, first=64 * level + number, rising=True)
    return write(folder, {"moving_direction": directions, "action_count": counts})


def item(number: int, choices: Sequence[str], answer: str) -> dict[str, object]:
    """The right letter moves with the number."""
    turned = [*choices[number % 4 :], *choices[: number % 4]]
    return {
        "video": f"{number}.mp4",
        "question": f"What is to be seen ({number})?",
        "candidates": turned,
        "answer": answer,
    }


def encode(folder: Path, below: str, number: int, *, first: int, rising: bool) -> None:
    path = folder / "video" / below / f"{number}.mp4"
    path.parent.mkdir(parents=True, exist_ok=True)
    numbers = range(first, first + CLIP_FRAMES)
    draw.h264(path, numbers if rising else reversed(numbers))


class Seer(FirstChoice):
    """Answers by what it sees, and with the first choice where it sees nothing.

    `delay`: seconds per batch. `waver`: whether it takes the second choice for the first among several questions.
    """

    name = "seer"
    batch_size = 5

    def __init__(self, *, generation: Generation, delay: float = 0.0, waver: bool = False) -> None:
        super().__init__(generation=generation)
        self._delay, self._waver = delay, waver

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        time.sleep(self._delay)
        places = [chosen(request) for request in requests]
        if self._waver and len(requests) > 1:
            places = [max(1, place) for place in places]
        return [answer_with(request, place, self._generation) for request, place in zip(requests, places, strict=True)]


class Opener(FirstChoice):
    """Opens its clips itself, one question at a time."""

    name = "opener"
    batch_size = 1
    wants = FrameSpec(frames=False)


class Server(Seer):
    """Is asked one question at a time, several at once."""

    name = "server"
    batch_size = 1
    concurrency = 4


class Afraid(Seer):
    """Cannot do without frames."""

    name = "afraid"

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        if any(request.frames is None for request in requests):
            raise ValueError("no frames")
        return super().answer(requests)


class Forgetful(Seer):
    """Has no answer to the first question of each task."""

    name = "forgetful"
    batch_size = 1

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        if any(request.sample_id.endswith("/0000") for request in requests):
            raise ValueError("forgotten")
        return super().answer(requests)


class Vandal(Seer):
    """Writes into the frames that it is given."""

    name = "vandal"

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        replies = super().answer(requests)
        for request in requests:
            if request.frames is not None:
                request.frames.rgb[:] = 0
        return replies


def chosen(request: Request) -> int:
    numbers = [] if request.frames is None else numbers_of(request.frames)
    if not numbers:
        return 0
    if request.choices[0] in LEVELS:
        return request.choices.index(LEVELS[numbers[0] // 64])
    if numbers[0] == numbers[-1]:
        return 0
    return request.choices.index(DIRECTIONS[0 if numbers[0] < numbers[-1] else 1])


def numbers_of(frames: Frames) -> list[int]:
    """Of the first frame and the last; none where the pixels are not those of a clip."""
    try:
        return draw.numbers_of(frames.rgb[[0, -1]])
    except AssertionError:
        return []


def note(clip: Clip) -> None:
    with Path(os.environ[LOG]).open("a") as stream:
        stream.write(f"{clip.path}\n")


def noted_read(clip: Clip, how: ReadOptions) -> Frames:
    note(clip)
    return read(clip, how)


def noted_read_each(clip: Clip, how: ReadOptions, samplings: Sequence[Sampling]) -> list[Frames | Failure]:
    note(clip)
    return read_each(clip, how, samplings)


def noted(log: Path) -> Mapping[str, int]:
    """How often each clip was decoded."""
    lines = log.read_text().splitlines() if log.exists() else []
    return {path: lines.count(path) for path in lines}
