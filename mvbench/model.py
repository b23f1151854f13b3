"""The one seam between the harness and anything that answers."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from mvbench.types import FrameSpec, Reply, Request


@runtime_checkable
class Model(Protocol):
    """Anything that answers.

    A model class is named in the entry-point group `mvbench.models` and built as
    `Class(generation=Generation(...), **arguments)`, with what the user gave in `--model-args`. Building is cheap: it
    checks its arguments, raising `UsageError`; weights are loaded by the first `answer`. Where an argument that it
    cannot do without is not given, a class method `how_to_get()`, if it has one, tells in one line what is needed,
    where it comes from, where it goes and how big it is.
    """

    name: str
    batch_size: int
    concurrency: int
    """How many threads may call `answer` at once, one batch each."""
    wants: FrameSpec

    def identity(self) -> Mapping[str, Any]:
        """What tells this model from another: content hashes, revision, dtype; no path. Part of a run's fingerprint."""
        ...

    def answer(self, requests: Sequence[Request]) -> Sequence[Reply]:
        """One reply per request, in the same order.

        A request that failed on its own gets `Reply("", error="why")`. An exception makes error records of the whole
        batch; another number of replies than requests stops the run.
        """
        ...


@runtime_checkable
class Reports(Protocol):
    """A model that can also say what it found itself to be."""

    def used(self) -> Mapping[str, Any]:
        """What was really used, known once it has answered: generation settings, device, fall-backs; plain values.

        The harness writes it into `run.json` under `used`. No part of the fingerprint.
        """
        ...


@runtime_checkable
class CountsTokens(Protocol):
    """A model that can also tell how long a request is, for `--dry-run`."""

    def count_tokens(self, request: Request) -> int:
        """Input tokens of one request, estimated or exact, without asking anything."""
        ...
