"""Models that show what a number means: always the first choice, chance, and every question right."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from mvbench.errors import UsageError, suggestion
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
    """Answers from a table of the right answers that only the harness has, as often as `accuracy` says.

    table: sample id -> text of the right choice. `accuracy` is the share of questions it answers right, for all tasks
    (`accuracy=0.7`) or by task (`accuracy={moving_direction=0.9,default=0.5}`; `default`, of the tasks not named, is
    1). Which ones, and which other choice instead, depends on the seed, the sample and the texts only: the same under
    any order of the choices. Under one seed an oracle is right wherever a less accurate one is.
    """

    name = "oracle"

    def __init__(
        self, *, generation: Generation, table: Mapping[str, str], accuracy: float | Mapping[str, float] = 1.0
    ) -> None:
        super().__init__(generation=generation)
        self._table = table
        self._accuracy = accuracies(accuracy, tasks={task_of(sample_id) for sample_id in table})

    def identity(self) -> Mapping[str, Any]:
        perfect = set(self._accuracy.values()) == {1.0}
        return {"version": "1"} if perfect else {"version": "1", "accuracy": self._accuracy}

    def choose(self, request: Request) -> int:
        choices, right = request.choices, self._table[request.sample_id]
        luck = random.Random(f"{self._generation.seed} {request.sample_id}")
        wrong = sorted({text for text in choices if text != right})
        share = self._accuracy.get(task_of(request.sample_id), self._accuracy[DEFAULT])
        text = right if luck.random() < share or not wrong else luck.choice(wrong)
        # The public rule: of equal choices the last one is the right one.
        return max(place for place, choice in enumerate(choices) if choice == text)


DEFAULT = "default"


def task_of(sample_id: str) -> str:
    return sample_id.partition("/")[0]


def accuracies(value: object, *, tasks: Collection[str]) -> dict[str, float]:
    """The share right by task, `default` for those not named. Raises UsageError."""
    table = value if isinstance(value, Mapping) else {DEFAULT: value}
    for task, share in table.items():
        if task != DEFAULT and task not in tasks:
            raise UsageError(f"accuracy names the task {task!r}, of which nothing is asked{suggestion(task, tasks)}")
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
            where = "" if task == DEFAULT else f" of {task}"
            raise UsageError(f"accuracy{where} is {share!r}; it must be a share between 0 and 1, such as 0.7")
    return {DEFAULT: 1.0} | {task: float(share) for task, share in sorted(table.items())}


def answer_with(request: Request, choice: int, generation: Generation) -> Reply:
    """The reply of a model that means `choice`, in the form that was asked for."""
    if generation.answer != "generate":
        return Reply("", choice_logprobs=tuple(0.0 if i == choice else -10.0 for i in range(len(request.choices))))
    prefix = "" if generation.prefix == "off" else request.prompt.answer_prefix
    return Reply(f"{LETTERS[choice]}) {request.choices[choice]}", prefix=prefix, finish_reason="stop")
