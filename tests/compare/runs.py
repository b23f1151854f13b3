"""Run folders made from thin air: who said which letter to which question, and how it was asked."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from mvbench.compare.results import RunResults, results_of
from mvbench.errors import Failure
from mvbench.results import Run
from mvbench.scoring import judge
from mvbench.types import Record, Reply, Status
from tests.fabricated import record, task

COUNT, ORDER = task("Moving Count"), task("Character Order")
FRAMES = {"indices": [1, 2], "size": [8, 8], "decoder": "pyav 1", "fingerprint": "f"}


@dataclass(frozen=True)
class Asked:
    """One question: what is said to it (None: an error) and all that may set it apart. `right`: a place, that of A."""

    index: int
    said: str | None
    of: Any = COUNT
    content: str = ""
    video: str = ""
    orbit: Any = None
    right: int = 0
    prompt: str | None = "p"
    frames: Mapping[str, Any] | None = field(default_factory=lambda: FRAMES)
    repeat: int = 1

    def record(self) -> Record:
        status = Status.OK if self.said is not None else Status.ERROR
        made = record(self.of, self.index, repeat=self.repeat, status=status)
        sample = replace(
            made.sample,
            item_hash=self.content or made.sample.item_hash,
            cluster=self.video or made.sample.cluster,
            answer=self.right,
            answer_text=made.sample.choices[self.right],
            extras={} if self.orbit is None else {"orbit": self.orbit},
        )
        reply = None if self.said is None else Reply(self.said)
        return replace(
            made,
            sample=sample,
            prompt_hash=self.prompt,
            frames=self.frames,
            reply=reply,
            failure=None if reply else Failure("missing", "no such file"),
            verdicts=judge(sample, reply or Reply("", error="no such file")),
        )


def letters(said: str, **common: Any) -> list[Asked]:
    """A question per letter; `-` is an error."""
    return [Asked(index, None if letter == "-" else f"{letter})", **common) for index, letter in enumerate(said)]


def facts(rows: Sequence[Asked], *, model: str = "m", expected: int | None = None, **more: Any) -> dict[str, Any]:
    """The content of run.json; `more` adds to the fingerprint, or replaces what is in it."""
    fingerprint = {"model": model, "protocol": "mvbench", "view": "full", "sampling": {"num_frames": 16}, "seed": 0}
    return {
        "fingerprint": fingerprint | more,
        "title": {"model": model, "frames": "16", "protocol": "mvbench", "view": "full"},
        "tasks": [asdict(one) for one in dict.fromkeys(row.of for row in rows)],
        "data": {"name": "drawn", "hash": "0123456789abcdef", "questions": len(rows) if expected is None else expected},
        "arguments": {"resolved": {"scoring": "parsed"}},
        "batch_size": 4,
        "versions": {"python": "3.11"},
    }


def write(path: Path, rows: Sequence[Asked], *, changes: Mapping[str, Any] | None = None, **more: Any) -> Path:
    """`changes`: top-level entries of run.json to add or replace."""
    with Run.open(path, facts(rows, **more) | dict(changes or {})) as run:
        run.append(row.record() for row in rows)
    return path


def read(path: Path, letter: str = "A", *, judge: str = "parsed") -> RunResults:
    return results_of(Run.read(path), letter, judge=judge)


def two(folder: Path, a: Sequence[Asked], b: Sequence[Asked]) -> tuple[RunResults, RunResults]:
    """Two runs of these rows with nothing else between them."""
    return read(write(folder / "a", a), "A"), read(write(folder / "b", b), "B")
