"""The one seam between the harness and anything that answers."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from mvbench.types import FrameSpec, Reply, Request


@runtime_checkable
class Model(Protocol):
    """Anything that answers.

    A model class is named in the entry-point group `mvbench.models` and built as
    `Class(generation=Generation(...), **arguments)`, with what the user gave in `--model-args`. Building is cheap: it
    checks its arguments, raising `UsageError`; weights are loaded by the first `answer`.
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
