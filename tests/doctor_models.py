"""Stand-ins that read the colours in the pixels of the doctor's clips; each but the first has one fault."""

from __future__ import annotations

import re
import time
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from mvbench.doctor.scenes import BY_NAME
from mvbench.sampling import Sampling
from mvbench.types import LETTERS, Clip, Frames, FrameSpec, Generation, Reply, Request
from mvbench.video import ReadOptions, read

NAMES = list(BY_NAME)
SCREENS = np.array([scene.screen for scene in BY_NAME.values()], float)
View = Sequence[tuple[str, float]]
"""What a stand-in saw: scene and seconds, in order."""


def scene_in(rgb: np.ndarray) -> str:
    """The scene whose screen the upper left corner shows."""
    colour = rgb[:12, :12].reshape(-1, 3).mean(0)
    return NAMES[int(np.abs(SCREENS - colour).sum(1).argmin())]


def consistent(order: Sequence[str], seen: Sequence[str]) -> int:
    return sum(order.index(a) < order.index(b) for a, b in combinations(seen, 2) if {a, b} <= set(order))


class Seer:
    """Answers every question of the doctor from what the frames show, and `A` where they do not help."""

    name = "seer"
    batch_size = 8
    concurrency = 1
    wants = FrameSpec()

    def __init__(self, *, generation: Generation) -> None:
        self.generation = generation

    def identity(self) -> dict[str, str]:
        return {"version": "1"}

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        return [self.say(request, self.choose(request)) for request in requests]

    def look(self, request: Request) -> View:
        frames = request.frames
        if frames is None:
            return []
        return [
            (scene_in(rgb), float(time)) for rgb, time in zip(frames.rgb, self.clock(frames, request.clip), strict=True)
        ]

    def clock(self, frames: Frames, clip: Clip) -> Sequence[float]:
        return frames.pts_seconds.tolist()

    def choose(self, request: Request) -> int:
        view = self.look(request)
        question, choices = request.prompt.question, list(request.choices)
        scenes = [scene for scene, _ in view]
        if not scenes:
            return 0
        if asked := re.search(r"screen ([\d.]+) seconds", question):
            wanted = min(view, key=lambda one: abs(one[1] - float(asked[1])))[0]
        elif "order" in question:
            seen = list(dict.fromkeys(scenes))
            wanted = max(choices, key=lambda choice: consistent(choice.split(", then "), seen))
        elif "appear" in question:
            wanted = next((scene for scene in scenes if scene in choices), "only gray 0")
        else:
            wanted = scenes[-1] if "last" in question else scenes[0]
        return choices.index(wanted) if wanted in choices else 0

    def say(self, request: Request, choice: int) -> Reply:
        if self.generation.answer != "generate":
            return Reply("", choice_logprobs=tuple(-float(place != choice) for place in range(len(request.choices))))
        prefix = "" if self.generation.prefix == "off" else request.prompt.answer_prefix
        return Reply(f"{LETTERS[choice]}) {request.choices[choice]}", prefix=prefix, finish_reason="stop")


class Threaded(Seer):
    """Asked one question at a time, from four threads, as a server is."""

    batch_size = 1
    concurrency = 4


class Backwards(Seer):
    def look(self, request: Request) -> View:
        return list(reversed(super().look(request)))


class SortedAsText(Seer):
    def look(self, request: Request) -> View:
        view = super().look(request)
        return [view[place] for place in sorted(range(len(view)), key=str)]


class FirstFrameOnly(Seer):
    def look(self, request: Request) -> View:
        return super().look(request)[:1]


class LastFramesLost(Seer):
    def look(self, request: Request) -> View:
        return super().look(request)[:-2]


class EverySecondFrame(Seer):
    def look(self, request: Request) -> View:
        return super().look(request)[::2]


class EveryOtherFrame(Seer):
    def look(self, request: Request) -> View:
        return super().look(request)[1::2]


class LastFrameLost(Seer):
    def look(self, request: Request) -> View:
        return super().look(request)[:-1]


class FirstFrameLost(Seer):
    def look(self, request: Request) -> View:
        return super().look(request)[1:]


class ResampledToEight(Seer):
    def look(self, request: Request) -> View:
        view = super().look(request)
        return [view[round(place * (len(view) - 1) / 7)] for place in range(8)]


class Merging(Seer):
    """Honest: puts two frames into one, as patches in time do, and may not see what was on one of them alone."""

    def look(self, request: Request) -> View:
        view = super().look(request)
        merged = []
        for (one, seconds), (other, later) in zip(view[::2], view[1::2], strict=True):
            there = sorted({one, other}, key=lambda scene: scene == BY_NAME["gray 0"].name)
            merged.append((there[0] if self.notices(request) else there[-1], (seconds + later) / 2))
        return merged

    def notices(self, request: Request) -> bool:
        return zlib.crc32(request.sample_id.encode()) % 2 == 0


class MergingBlind(Merging):
    def notices(self, request: Request) -> bool:
        return False


class MergingKeen(Merging):
    def notices(self, request: Request) -> bool:
        return True


class Resampled(Seer):
    def look(self, request: Request) -> View:
        view = super().look(request)
        return [view[round(place * (len(view) - 1) / 3)] for place in range(4)]


class Shuffled(Seer):
    """In another order for each clip, but always the same one for the same clip."""

    def look(self, request: Request) -> View:
        view = super().look(request)
        order = np.random.default_rng(list(request.sample_id.encode())).permutation(len(view))
        return [view[place] for place in order]


class OnePerSecond(Seer):
    def clock(self, frames: Frames, clip: Clip) -> Sequence[float]:
        return [float(place) for place in range(len(frames.indices))]


class FrameNumbers(Seer):
    """Takes the numbers of frames in the file for those of a film of `rate` frames per second."""

    rate = 25.0

    def clock(self, frames: Frames, clip: Clip) -> Sequence[float]:
        return [index / self.rate for index in frames.indices]


class FrameNumbers24(FrameNumbers):
    rate = 24.0


class FrameNumbers30(FrameNumbers):
    rate = 30.0


class FrameNumbersNTSC(FrameNumbers):
    rate = 29.97


class AllAtOnce(Seer):
    """As a processor that was not told the rate takes 24 frames for one second."""

    def clock(self, frames: Frames, clip: Clip) -> Sequence[float]:
        return [place / 24 for place in range(len(frames.indices))]


class WholeFile(Seer):
    """Opens the file itself and does not know of start and end."""

    def look(self, request: Request) -> View:
        whole = replace(request.clip, start_seconds=None, end_seconds=None)
        frames = read(whole, ReadOptions(sampling=Sampling(num_frames=16), side=None))
        return super().look(replace(request, frames=frames))


class Repeating(Seer):
    def say(self, request: Request, choice: int) -> Reply:
        reply = super().say(request, choice)
        return replace(reply, text=f"{request.prompt.answer_prefix}{reply.text}")


class BeginningAnew(Seer):
    """Claims to continue the prefix, and does not."""

    def say(self, request: Request, choice: int) -> Reply:
        reply = super().say(request, choice)
        return replace(reply, text=f"The best option is ({LETTERS[choice]}).")


class CutThinking(Seer):
    def say(self, request: Request, choice: int) -> Reply:
        reply = super().say(request, choice)
        if request.sample_id.endswith(("3", "7")):
            return replace(reply, text="<think>At first I see a screen", finish_reason="length")
        return replace(reply, text=f"<think>I see it.</think>{reply.text}")


class SilentThinking(Seer):
    """As servers that keep the thinking apart: the text is empty when the tokens run out before the answer."""

    def say(self, request: Request, choice: int) -> Reply:
        reply = replace(super().say(request, choice), reasoning="At first I see a screen")
        return replace(reply, text="", finish_reason="length") if request.sample_id.endswith("3") else reply


class BatchDependent(Seer):
    """Right alone; in a batch the later half is answered as its neighbour before."""

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        choices = [self.choose(request) for request in requests]
        for place in range(len(requests) // 2 + 1, len(requests), 4):
            choices[place] = (choices[place] + 1) % len(requests[place].choices)
        return [self.say(request, choice) for request, choice in zip(requests, choices, strict=True)]


class Wavering(Seer):
    """Answers another thing from call to call in one question of eleven, as where sampling is on."""

    def __init__(self, *, generation: Generation) -> None:
        super().__init__(generation=generation)
        self.calls = 0

    def choose(self, request: Request) -> int:
        self.calls += 1
        choice = super().choose(request)
        return (choice + 1) % len(request.choices) if self.calls % 11 == 3 else choice


class Blank(Seer):
    def say(self, request: Request, choice: int) -> Reply:
        reply = super().say(request, choice)
        return replace(reply, text=" \n") if request.sample_id.endswith("5") else reply


class Failing(Seer):
    def say(self, request: Request, choice: int) -> Reply:
        if request.sample_id.endswith("5"):
            return Reply("", error="the server said 500")
        return super().say(request, choice)


class Blindfolded(Seer):
    """As a server that drops pictures."""

    def say(self, request: Request, choice: int) -> Reply:
        return replace(super().say(request, choice), text="I'm sorry, but I cannot see a video here.")


class EndsTheProcess(Seer):
    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        raise SystemExit(3)


class EndsTheProcessAtOnce(Seer):
    def __init__(self, *, generation: Generation) -> None:
        raise SystemExit("no GPU")


class Waiting(Seer):
    """As those that ask a server."""

    def __init__(self, *, generation: Generation, timeout: float = 600, max_retries: int = 6) -> None:
        super().__init__(generation=generation)
        self.patience = timeout, max_retries


class DiesEarly(Threaded):
    """A server that answers some and then none; `answered` and `failed` count.

    To fail takes longer than to answer, as it does where nobody is there: no answer comes in after a failure.
    """

    def __init__(self, *, generation: Generation) -> None:
        super().__init__(generation=generation)
        self.answered, self.failed = 0, 0

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        if self.answered >= 20:
            self.failed += 1
            time.sleep(0.1)
            return [Reply("", error="no reply within 30 s")]
        self.answered += 1
        return super().answer(requests)


class Down(Seer):
    """Every request fails."""

    def __init__(self, *, generation: Generation) -> None:
        super().__init__(generation=generation)
        self.asked: Counter[str] = Counter()

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        self.asked.update(request.sample_id for request in requests)
        raise ConnectionError("connection refused")
