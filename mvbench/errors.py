"""Everything that can go wrong, as one tree.

MVBenchError                  one clear line for the user: what, the value seen, what to do
|- UsageError (ValueError)    a flag, a configuration key, a name or a model argument
|- DataError (ValueError)     an annotation file or a data folder
|- MissingExtra (ImportError) a package that an extra would install
|- ModelError                 a model that breaks its contract
|- RunError                   a run folder: locked, foreign, different, unwritable
`- Failure                a clip that cannot be read, with its reason
"""

import difflib
from collections.abc import Callable, Iterable
from functools import partial
from typing import Literal, get_args

FailureReason = Literal[
    "missing", "unreadable", "no_video", "truncated", "corrupt", "bounds", "timeout", "crashed", "answer", "model"
]
"""The first eight come from reading a clip; `answer`: the item's answer is none of its choices; `model`: the model
raised an exception or returned an error reply."""


class MVBenchError(Exception):
    """Base of every error a caller may want to catch; its text is one line."""


class UsageError(MVBenchError, ValueError):
    """A flag, a configuration key, a name or a model argument is wrong."""


class DataError(MVBenchError, ValueError):
    """An annotation file or a data folder does not mean what it must mean."""


class MissingExtra(MVBenchError, ImportError):
    """An optional package is not installed; the text names the `pip install`."""

    def __init__(self, package: str, *, extra: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs the package {package!r}: pip install 'mvbench[{extra}]'")
        self._again = partial(MissingExtra, extra=extra, purpose=purpose), (package,)

    def __reduce__(self) -> tuple[Callable[..., "MissingExtra"], tuple[str]]:
        return self._again


class ModelError(MVBenchError):
    """A model broke its contract, for instance by returning fewer replies than it got requests."""


class RunError(MVBenchError):
    """A run folder is locked, foreign, made with other settings, or cannot be written."""


class Failure(MVBenchError):
    """Why one question has no verdict. Decoders raise it; the runner passes it as a value: it costs one question."""

    def __init__(self, reason: FailureReason, detail: str) -> None:
        assert reason in get_args(FailureReason), reason
        super().__init__(f"{reason}: {detail}")
        self.reason: FailureReason = reason
        self.detail = detail

    def __reduce__(self) -> tuple[type["Failure"], tuple[str, str]]:
        return Failure, (self.reason, self.detail)


def suggestion(word: str, known: Iterable[str]) -> str:
    """The part of a message that names the nearest known word, or nothing when none is near.

    >>> suggestion("action_sequenc", ["action_sequence", "scene_transition"])
    "; did you mean 'action_sequence'?"
    """
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
