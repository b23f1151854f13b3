"""Models that show what a number means: always the first choice, chance, and every question right."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from mvbench.types import LETTERS, FrameSpec, Generation, Reply, Request


class FirstChoice:
    """Always answers with the first choice: what position bias alone is worth."""

    name = "first-choice"
    batch_size = 16
    concurrency = 1
    wants = FrameSpec()

    def __init__(self, *, generation: Generation) -> None:
        self._generation = generation

    def identity(self) -> Mapping[str, str]:
        return {"version": "1"}

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        return [answer_with(request, self.choose(request), self._generation) for request in requests]

    def choose(self, request: Request) -> int:
        return 0


class RandomChoice(FirstChoice):
    """Answers by chance; the choice depends on the seed and the sample only, not on batches or order."""

    name = "random"

    def choose(self, request: Request) -> int:
        return random.Random(f"{self._generation.seed} {request.sample_id}").randrange(len(request.choices))


class Oracle(FirstChoice):
    """Answers from a table sample id -> index of the right choice, which only the harness can give it."""

    name = "oracle"

    def __init__(self, *, generation: Generation, table: Mapping[str, int]) -> None:
        super().__init__(generation=generation)
        self._table = table

    def choose(self, request: Request) -> int:
        return self._table[request.sample_id]


def answer_with(request: Request, choice: int, generation: Generation) -> Reply:
    """The reply of a model that means `choice`, in the form that was asked for."""
    if generation.answer != "generate":
        return Reply("", choice_logprobs=tuple(0.0 if i == choice else -10.0 for i in range(len(request.choices))))
    prefix = "" if generation.prefix == "off" else request.prompt.answer_prefix
    return Reply(f"{LETTERS[choice]}) {request.choices[choice]}", prefix=prefix, finish_reason="stop")
