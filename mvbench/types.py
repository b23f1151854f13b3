"""The nouns. Nothing here opens a file or imports a heavy library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from mvbench.errors import Failure

MediaKind = Literal["video", "gif", "frames"]
AnswerMode = Literal["generate", "options", "texts"]
FinishReason = Literal["stop", "length", "content_filter"]
Reversal = Literal["invariant", "equivariant", "undefined"]
"""What playing a clip backwards does to the right answer: nothing, or it becomes another one, or nobody can say."""

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Task:
    """One row of `tasks.toml`."""

    key: str
    title: str
    abbreviation: str
    skill: str
    json: str
    folder: str
    media: MediaKind
    bounded: bool
    source: str
    options: str
    reversal: Reversal = "undefined"


@dataclass(frozen=True, slots=True)
class Clip:
    """Where pixels are. Opens nothing. Bounds are None where the whole file is meant."""

    path: Path
    kind: MediaKind
    start_seconds: float | None = None
    end_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One question about one clip.

    `answer` is the index of the *last* choice equal to `answer_text` (the public rule), or None when no choice is.
    `video` is the clip's path relative to the data folder; `located` says by which rule it was found. `item_hash` names
    the item whatever its place in the file; `cluster` is what dependent questions share: (source data set, video).
    """

    id: str
    task: str
    question: str
    choices: tuple[str, ...]
    answer: int | None
    answer_text: str
    clip: Clip
    video: str
    located: str
    item_hash: str
    cluster: str
    flags: tuple[str, ...] = ()
    extras: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prompt:
    """Text only, made by a named protocol. `repeat_system`: the user turn opens with the system text once more."""

    system: str
    question: str
    answer_prefix: str
    repeat_system: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """What a model sees: pixels that never travel without their times.

    rgb: uint8 `(T, H, W, 3)`. pts_seconds: float64 `(T,)`, from the start of the file. indices: `(T,)`, in the source,
    counted as the public rule counts (frame folders from 1). `num_source_frames` and `source_fps` describe the file,
    `fingerprint` its content; `notes` say what was clamped or repaired on the way.

    Raises ValueError when the shapes or the dtype disagree.
    """

    rgb: npt.NDArray[np.uint8]
    pts_seconds: npt.NDArray[np.float64]
    indices: tuple[int, ...]
    source_fps: float
    num_source_frames: int
    duration_seconds: float
    source_size: tuple[int, int]
    decoder: str
    fingerprint: str
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.rgb.ndim != 4 or self.rgb.shape[3] != 3 or self.rgb.dtype.name != "uint8":
            raise ValueError(f"frames must be uint8 (T, H, W, 3), not {self.rgb.dtype} {self.rgb.shape}")
        if not (len(self.rgb) == len(self.indices) == len(self.pts_seconds) > 0):
            raise ValueError(
                f"{len(self.rgb)} frames, {len(self.indices)} indices and {len(self.pts_seconds)} times do not match"
            )

    def provenance(self) -> dict[str, Any]:
        """Everything but the pixels, for the record."""
        return {
            "indices": list(self.indices),
            "pts_seconds": [round(float(seconds), 6) for seconds in self.pts_seconds],
            "source_fps": self.source_fps,
            "num_source_frames": self.num_source_frames,
            "duration_seconds": round(self.duration_seconds, 6),
            "source_size": list(self.source_size),
            "size": [int(self.rgb.shape[2]), int(self.rgb.shape[1])],
            "decoder": self.decoder,
            "fingerprint": self.fingerprint,
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class FrameSpec:
    """What a model wants to be given.

    `side`: frames resized so that the shorter side has this many pixels, then centre-cropped square; None: frames in
    their own size, because the model resizes them itself. `frames=False`: nothing is decoded, the model opens the clip.
    """

    side: int | None = 224
    frames: bool = True


@dataclass(frozen=True, slots=True)
class Generation:
    """How replies are to be made; every model is built with one.

    `prefix`: whether the reply continues the protocol's answer prefix (`auto`: where the model can).
    """

    answer: AnswerMode = "generate"
    max_new_tokens: int = 100
    gen_kwargs: Mapping[str, Any] = field(default_factory=dict)
    prefix: Literal["auto", "on", "off"] = "auto"
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Request:
    """One question as a model gets it: never which choice is right."""

    sample_id: str
    prompt: Prompt
    choices: tuple[str, ...]
    frames: Frames | None
    clip: Clip

    @classmethod
    def about(cls, sample: Sample, prompt: Prompt, frames: Frames | None) -> Request:
        return cls(sample.id, prompt, sample.choices, frames, sample.clip)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model said.

    `text` never contains the answer prefix; `prefix` is the one it continues ("" when none was given to the model).
    `reasoning`: thinking that came apart from the answer; no judge reads it. `paid`: False for a reply that was kept
    from before and cost nothing now.
    `choice_logprobs` has one value per choice. `error`: the request failed and this is why; nothing else then counts.
    """

    text: str
    prefix: str = ""
    choice_logprobs: tuple[float, ...] | None = None
    finish_reason: FinishReason | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    error: str | None = None
    reasoning: str | None = None
    paid: bool = True


class Status(StrEnum):
    """What became of a question. Their counts add up to the questions asked, always."""

    OK = "ok"
    UNPARSED = "unparsed"
    TRUNCATED = "truncated"
    REFUSED = "refused"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One judge's reading of one reply. `flags` name what a reader should know, such as `letter_text_disagree`."""

    choice: int | None
    correct: bool
    status: Status
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One question from beginning to end; one line of `records.jsonl`.

    `frames` is `Frames.provenance()`. `failure` is set exactly when the question has status `error` under every judge.
    """

    sample: Sample
    prompt_hash: str | None
    reply: Reply | None
    verdicts: Mapping[str, Verdict]
    frames: Mapping[str, Any] | None = None
    failure: Failure | None = None
    read_seconds: float = 0.0
    answer_seconds: float = 0.0
