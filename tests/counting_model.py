"""A model in a file of its own, as `--model path/to/file.py:Class` names one."""

from collections.abc import Mapping, Sequence

from mvbench.types import FrameSpec, Generation, Reply, Request


class Counting:
    """Answers B, tells its tokens and what it is, and notes what it is asked."""

    name, batch_size, concurrency = "counting", 1, 2
    wants = FrameSpec(side=32)
    asked: list[str] = []  # noqa: RUF012 - shared on purpose: the harness builds the model itself

    def __init__(self, *, generation: Generation, version: int = 1) -> None:
        if version < 0:
            raise ValueError(f"version is {version}; it starts at 0")
        self._version = version

    def identity(self) -> Mapping[str, object]:
        return {"model": "counting/one", "version": self._version}

    def used(self) -> Mapping[str, object]:
        return {"device": "paper"}

    def count_tokens(self, request: Request) -> int:
        return 1000

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        self.asked.extend(request.sample_id for request in requests)
        return [Reply("B)", reasoning="Because.", input_tokens=1000, output_tokens=5) for _ in requests]


class Broken:
    def __init__(self, *, generation: Generation) -> None:
        raise TypeError("no way")
