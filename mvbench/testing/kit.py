"""The model under test, and the questions that are put to it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import zip_longest

from mvbench import tasks
from mvbench.doctor import material
from mvbench.model import Model
from mvbench.prompts import PROTOCOLS
from mvbench.sampling import Sampling
from mvbench.scoring import HEADLINE, JUDGES
from mvbench.types import Frames, Generation, Reply, Request, Sample
from mvbench.video import ReadOptions, read

Build = Callable[..., Model]
TellTimes = Callable[[Model, Request], Sequence[float]]

HEAVY = frozenset({"torch", "torchvision", "transformers", "tensorflow", "jax", "openai", "vllm"})
NUM_FRAMES = 16
RAISED = (Exception, SystemExit)
"""What a model may raise that is told as its mistake; Ctrl-C is nobody's."""


class Kit:
    """The model under test, and requests to put to it."""

    def __init__(self, build: Build, told_times: TellTimes | None) -> None:
        self.build = build
        self.told_times = told_times
        self.heavy_before = HEAVY & sys.modules.keys()

    @property
    def title(self) -> str:
        """What the model is called, as far as it can be told."""
        maker = getattr(self.build, "func", self.build)  # of a functools.partial
        return str(getattr(maker, "name", getattr(maker, "__name__", maker)))

    @cached_property
    def model(self) -> Model:
        """The one that most rules ask."""
        return self.build(generation=Generation())

    @cached_property
    def samples(self) -> list[Sample]:
        """Questions in an order that mixes short and long ones; two neighbours have not the same right letter."""
        folder = material.folder()
        loaded = tasks.load(folder, tasks_file=folder / material.TASKS_FILE).samples
        mixed = sorted(loaded, key=lambda sample: (sample.id[-4:], sample.task))
        by_letter = [[sample for sample in mixed if sample.answer == place] for place in range(4)]
        return [sample for row in zip_longest(*by_letter) for sample in row if sample is not None]

    def request(self, sample: Sample, *, protocol: str = "mvbench") -> Request:
        return Request.about(sample, PROTOCOLS[protocol].render(sample), self.frames(sample))

    def requests(self, count: int) -> list[Request]:
        """So many, each with an id of its own."""
        rows = [self.samples[turn % len(self.samples)] for turn in range(count)]
        return [
            replace(self.request(sample), sample_id=f"{sample.id}#{turn // len(self.samples) + 1}")
            for turn, sample in enumerate(rows)
        ]

    def frames(self, sample: Sample) -> Frames | None:
        """What a run would read for this model."""
        if not self.model.wants.frames:
            return None
        how = ReadOptions(sampling=Sampling(num_frames=NUM_FRAMES), side=self.model.wants.side)
        return read(sample.clip, how)

    def ask(self, requests: Sequence[Request], model: Model | None = None) -> list[Reply]:
        """The replies to copies of the requests, whose frames nobody else holds. Raises BadReplies."""
        copies = [
            replace(request, frames=request.frames and replace(request.frames, rgb=request.frames.rgb.copy()))
            for request in requests
        ]
        replies = (model or self.model).answer(copies)
        if not isinstance(replies, Sequence) or len(replies) != len(requests):
            raise BadReplies(f"answer() gave {size_of(replies)} to {len(requests)} requests")
        for reply in replies:
            if not isinstance(reply, Reply):
                raise BadReplies(f"answer() gave {type(reply).__name__} instead of a Reply")
        return list(replies)

    @cached_property
    def alone_and_together(self) -> tuple[list[Request], list[Reply], list[Reply]]:
        """A full batch and one more, and what is replied to each alone and to all together."""
        requests = self.requests(max(4, self.model.batch_size + 1))
        return requests, [self.ask([request])[0] for request in requests], self.ask(requests)


class BadReplies(AssertionError):
    """What came back is not one Reply per request."""


def size_of(replies: object) -> str:
    return f"{len(replies)} replies" if isinstance(replies, Sequence) else type(replies).__name__


def in_words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def meaning(reply: Reply, request: Request) -> str:
    """What a reply comes to: the letter where a choice is plain, else its text or its error."""
    if reply.error is not None:
        return f"the error {reply.error!r:.80}"
    sample = Sample(
        request.sample_id, "", "", request.choices, 0, request.choices[0], request.clip, "", "folder", "", ""
    )
    choice = JUDGES[HEADLINE](sample, reply).choice
    return f"{reply.text!r:.80}" if choice is None else f"choice {choice + 1}"


def meanings(replies: Sequence[Reply], requests: Sequence[Request]) -> list[str]:
    return [meaning(reply, request) for reply, request in zip(replies, requests, strict=True)]
