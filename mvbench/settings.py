"""What one evaluation is told: every flag of `mvbench eval`, every key of `mvbench.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from mvbench.config import one_of, path, positive, setting, switch, table, tables, text, whole
from mvbench.types import AnswerMode


def share(value: object) -> float:
    """A share, from `5%`, `5 %` or `0.05`."""
    words = str(value).strip()
    try:
        number = float(words.removesuffix("%")) / 100 if words.endswith("%") else float(words)
    except ValueError:
        number = -1.0
    if isinstance(value, bool) or not 0 <= number <= 1:
        raise ValueError("must be a share such as 5% or 0.05")
    return number


def limit(value: object) -> float:
    number = positive(value)
    if number >= 1 and number != int(number):
        raise ValueError("must be a whole number of questions, or a share below 1")
    return number


JUDGE = one_of("parsed", "official", "official-hd", "lmms", "vlmevalkit")


@dataclass(frozen=True, slots=True)
class EvalSettings:
    """Those above the rule change the result and make up a run's fingerprint; those below it do not."""

    model: str | None = setting(None, "what answers: a name from `mvbench models`", text, metavar="NAME")
    model_args: dict[str, Any] = setting({}, "arguments for the model, repeatable", table, metavar="K=V,K2=V2")
    checkpoint: str | None = setting(None, "a trained model's file or folder", path, metavar="PATH")
    models: dict[str, Any] = setting({}, "arguments by model name, in a file: [models.NAME]", tables, metavar="")
    data: str | None = setting(None, "data folder, or a data set by name such as demo", path, metavar="DIR|NAME")
    tasks: str | None = setting(None, "keys, titles, abbreviations or skills, comma-separated (default: all)", text)
    tasks_file: str | None = setting(None, "TOML file that adds or replaces tasks", path, metavar="FILE")
    limit: float | None = setting(None, "first so many questions of each task, or a share below 1", limit, metavar="N")
    subset: str | None = setting(None, "mini: 25 questions of each task, the same for all", one_of("mini"))
    frames: int | None = setting(None, "frames per clip (default: 16)", whole(1, 4096), metavar="N")
    fps: float | None = setting(None, "frames per second instead, up to --max-frames", positive, metavar="X")
    max_frames: int | None = setting(None, "most frames with --fps (default: 4096)", whole(1, 4096), metavar="N")
    sampling: str | None = setting(
        None, "midpoint, linspace or fps (default: midpoint, the public rule)", one_of("midpoint", "linspace", "fps")
    )
    protocol: str = setting("mvbench", "mvbench, notebook, lmms, vlmevalkit, or a TOML file", path, metavar="NAME|FILE")
    answer: AnswerMode = setting(
        "generate", "generate text, or compare options or their texts", one_of("generate", "options", "texts")
    )
    view: str = setting(
        "full",
        "what the model sees: full none zeros noise middle shuffle reverse swap",
        one_of("full", "none", "zeros", "noise", "middle", "shuffle", "reverse", "swap"),
    )
    decoder: Literal["pyav", "decord"] = setting("pyav", "pyav or decord", one_of("pyav", "decord"))
    resize: Literal["exact", "fast"] = setting("exact", "exact, or fast within 2/255 (torch)", one_of("exact", "fast"))
    max_pixels: int | None = setting(None, "most pixels per frame, for models that resize themselves", whole(1))
    send_as: str | None = setting(
        None,
        "how a server gets clips: auto video images file (default: the model's)",
        one_of("auto", "video", "images", "file"),
    )
    prefix: Literal["auto", "on", "off"] = setting(
        "auto", "whether replies continue the answer prefix: auto, on, off", one_of("auto", "on", "off")
    )
    gen_kwargs: dict[str, Any] = setting({}, "generation arguments, repeatable", table, metavar="K=V,K2=V2")
    max_new_tokens: int | None = setting(None, "longest reply (default: the protocol's)", whole(1), metavar="N")
    repeats: int = setting(1, "ask each question so many times", whole(1, 1000), metavar="N")
    seed: int = setting(0, "for models and views that draw", whole(0), metavar="N")
    subtitles: bool = setting(False, "put an item's subtitles before its question", switch)
    # -------------------------------------------------------------------------------------------------------------
    out: str | None = setting(
        None,
        "run folder (default: runs/<model>-<frames>f-<protocol>-<fingerprint>)",
        path,
        aliases=("--output", "--output-path", "--output_path"),
        metavar="DIR",
    )
    fresh: bool = setting(False, "move an existing run folder aside and start anew", switch)
    retry_errors: bool = setting(False, "ask the questions again that ended in an error", switch)
    batch_size: int | None = setting(
        None, "requests per call of the model (default: the model's)", whole(1), metavar="N"
    )
    workers: int | None = setting(None, "decode processes (default: one per core, at most 16)", whole(1), metavar="N")
    concurrency: int | None = setting(
        None, "requests in flight to a server (default: the model's)", whole(1, 4096), metavar="N"
    )
    device: str | None = setting(None, "where the model runs: cpu, cuda, cuda:1, mps", text)
    cache: str | None = setting(None, "folder of replies that runs share: none is bought twice", path, metavar="DIR")
    price_table: str | None = setting(
        None, "TOML file of prices: a table per model, input and output in USD per million tokens", path, metavar="FILE"
    )
    max_cost: float | None = setting(None, "stop before more USD are spent; needs --price-table", positive)
    dry_run: bool = setting(False, "ask nothing; say how many questions, tokens, minutes, dollars it takes", switch)
    decode_timeout: float = setting(60.0, "seconds that reading one clip may take", positive, metavar="SECONDS")
    max_errors: float = setting(0.05, "share of errors above which the run is incomplete", share, metavar="5%")
    scoring: str = setting(
        "parsed",
        "judge of the printed table: parsed official official-hd lmms vlmevalkit",
        JUDGE,
    )


OF_A_RUN = frozenset({"out", "tasks", "limit", "subset", "repeats"})
"""Settings in a file that mean a run's folder and questions: `peek` and `data verify` take them from flags only."""

RESULT_FREE_ARGUMENTS = frozenset(
    {
        "api_key_env",
        "base_url",
        "batch_size",
        "bert",
        "cache",
        "checkpoint",
        "concurrency",
        "device",
        "device_map",
        "llm",
        "max_retries",
        "path",
        "timeout",
    }
)
"""Model arguments that say where something is, or how long to wait for it: they stay out of the fingerprint, content
hashes do not."""

MODEL_FLAGS = ("checkpoint", "send_as", "concurrency", "device", "cache")
"""Settings that are short for a model argument of the same name."""
