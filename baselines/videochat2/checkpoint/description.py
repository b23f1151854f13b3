"""`config.json` of our own checkpoints <-> Build."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path
from types import NoneType
from typing import Any, Literal, cast, get_args, get_origin, get_type_hints

from baselines.videochat2.conversation.formats import FORMATS
from baselines.videochat2.language import MOST_LAYERS, UNUSED, read_json
from baselines.videochat2.sizes import Build, Compat, LoraSize, QFormerSize, Tiles, VisionSize
from mvbench.errors import UsageError, suggestion

CONFIG = "config.json"
MADE = "made.json"
"""What `mvbench build` makes a folder of. It is written first: a folder with it and no `config.json` is unfinished."""
FORMAT = 1
FAMILY = "videochat2"
Keeping = Literal["included", "external"]

MOST = 2**24
MOST_IN_LLM = 2**40
MOST_WORDS = 200
LAYERS = re.compile(r"layers|blocks|depth|experts|frames|side$|^most$")
"""What is built one by one: a thousand of it is more than anybody has, and a million would never end."""
MOST_PLACES = 2**13
"""In a table of positions, or patches in a frame: ten times those of UMT-L."""
MAY_BE_ZERO = ("extra_queries", "blocks")
TABLES = ("vision", "qformer", "compat")
OPTIONAL = ("lora", "tiles")
TOP = ("format", "family", "build", "stage", "prompt_format", "language_model", *TABLES, "llm", *OPTIONAL)


@dataclass(frozen=True, slots=True)
class Description:
    """The build, and whether the language model's own weights lie in the checkpoint or in a folder of their own."""

    build: Build
    language_model: Keeping


def described(build: Build, *, language_model: Keeping) -> dict[str, Any]:
    """What is written into `config.json`."""
    return {
        "format": FORMAT,
        "family": FAMILY,
        "build": build.name,
        "stage": build.stage,
        "prompt_format": build.prompt_format,
        "language_model": language_model,
        **{name: asdict(getattr(build, name)) for name in TABLES},
        "llm": dict(build.llm),
        **{name: None if (value := getattr(build, name)) is None else asdict(value) for name in OPTIONAL},
    }


def is_ours(folder: str | Path) -> bool:
    """Whether it is a folder in our format: its `config.json` names our family, or is none, as `description` says."""
    try:
        file = Path(folder) / CONFIG
        if not file.is_file():
            return False
    except (OSError, ValueError):  # no path at all: too long, or with a null byte
        return False
    try:
        return read_json(file).get("family") == FAMILY
    except UsageError:
        return True


def description(folder: str | Path) -> Description:
    """What `config.json` says. Raises UsageError for a word it cannot hold, a wrong type, an absurd size."""
    file = Path(folder) / CONFIG
    facts = read_json(file)
    origin = str(file)
    if facts.get("family") != FAMILY:
        raise UsageError(f"{origin!r} is of family {facts.get('family')!r} and not {FAMILY!r}")
    if facts.get("format") != FORMAT or isinstance(facts.get("format"), bool):
        raise UsageError(f"{origin!r} has format {facts.get('format')!r}; this version reads format {FORMAT}")
    refuse_unknown(facts, TOP, origin)
    words = {name: checked(facts.get(name), str, f"{origin}: {name}") for name in ("build", "prompt_format")}
    if words["prompt_format"] not in FORMATS:
        raise UsageError(
            f"{origin!r} has prompt_format {words['prompt_format']!r}; it must be one of {', '.join(FORMATS)}"
            f"{suggestion(words['prompt_format'], FORMATS)}"
        )
    build = Build(
        name=words["build"],
        stage=checked(facts.get("stage"), get_type_hints(Build)["stage"], f"{origin}: stage"),
        prompt_format=words["prompt_format"],
        llm=language_model(facts.get("llm", {}), f"{origin}: llm"),
        vision=table(facts.get("vision", {}), VisionSize, f"{origin}: vision"),
        qformer=table(facts.get("qformer", {}), QFormerSize, f"{origin}: qformer"),
        compat=table(facts.get("compat", {}), Compat, f"{origin}: compat"),
        lora=table(facts["lora"], LoraSize, f"{origin}: lora") if facts.get("lora") is not None else None,
        tiles=table(facts["tiles"], Tiles, f"{origin}: tiles") if facts.get("tiles") is not None else None,
    )
    for part, size in (("vision", build.vision), ("qformer", build.qformer)):
        if size.width % size.heads:
            raise UsageError(f"{origin}: {part}.width is {size.width}, which {size.heads} heads cannot share")
    places = build.vision.table_frames * build.vision.table_side**2
    if max(places, (build.vision.image_side // build.vision.patch) ** 2) > MOST_PLACES:
        raise UsageError(
            f"{origin}: vision has {places:,} places in its table, and frames of {build.vision.image_side} pixels; "
            f"there are never more than {MOST_PLACES:,} places or patches"
        )
    return Description(build, checked(facts.get("language_model"), Keeping, f"{origin}: language_model"))


def refuse_unknown(facts: Mapping[str, object], known: tuple[str, ...], origin: str) -> None:
    for name in facts:
        if name not in known:
            raise UsageError(f"{origin!r} has {name[:60]!r}, which is not known here{suggestion(name, known)}")


def table(facts: object, kind: type[Any], origin: str) -> Any:
    """One of the dataclasses of sizes; what is left out is its default."""
    if not isinstance(facts, dict):
        raise UsageError(f"{origin} is {shown(facts)}; it must be a table")
    hints = get_type_hints(kind)
    refuse_unknown(facts, tuple(hints), origin)
    needed = [field.name for field in fields(kind) if field.default is MISSING and field.name not in facts]
    if needed:
        raise UsageError(f"{origin} lacks {needed[0]!r}")
    return kind(**{name: checked(value, hints[name], f"{origin}.{name}") for name, value in facts.items()})


def checked(value: object, kind: Any, origin: str) -> Any:
    """The value, if it is of the type and bearable. Raises UsageError."""
    if get_origin(kind) is Literal:
        right = any(value == one and type(value) is type(one) for one in get_args(kind))
        wanted = "one of " + ", ".join(map(repr, get_args(kind)))
    elif get_origin(kind) is tuple:
        right = isinstance(value, list) and len(value) <= MOST_WORDS and all(is_word(one) for one in value)
        wanted = "a list of names"
        value = tuple(cast(list[str], value)) if right else value
    elif kind is int:
        last = origin.rpartition(".")[2]
        least, most = int(last not in MAY_BE_ZERO), MOST_LAYERS if LAYERS.search(last) else MOST
        right = type(value) is int and least <= value <= most
        wanted = f"a whole number from {least} to {most:,}"
    elif kind is float:
        right = type(value) in (int, float) and 0 <= cast(float, value) < 1
        wanted = "a number from 0 to 1"
    else:
        right = is_word(value) if kind is str else type(value) is kind
        wanted = {str: "text", bool: "true or false"}[kind]
    if not right:
        raise UsageError(f"{origin} is {shown(value)}; it must be {wanted}")
    return value


def is_word(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MOST_WORDS and value.isprintable()


def language_model(facts: object, origin: str) -> dict[str, Any]:
    """A configuration of transformers, plain values only: nothing in it names code, files or weights of others."""
    if not isinstance(facts, dict):
        raise UsageError(f"{origin} is {shown(facts)}; it must be a table")
    for name in facts:
        if name.startswith("_") or name in (*UNUSED, "quantization_config", "name_or_path"):
            raise UsageError(f"{origin} has {name[:60]!r}, which has no place in a checkpoint")
    refuse_absurd(facts, origin, depth=0)
    return facts


def refuse_absurd(value: object, origin: str, *, depth: int) -> None:
    if depth > 5:
        raise UsageError(f"{origin} is nested too deeply")
    if isinstance(value, dict):
        for name, inner in value.items():
            refuse_absurd(inner, f"{origin}.{name[:60]}", depth=depth + 1)
    elif isinstance(value, list):
        for inner in value[: MOST_LAYERS + 1]:
            refuse_absurd(inner, origin, depth=depth + 1)
        if len(value) > MOST_LAYERS:
            raise UsageError(f"{origin} is a list of {len(value):,} values, which is more than {MOST_LAYERS:,}")
    elif isinstance(value, int) and not isinstance(value, bool):
        most = MOST_LAYERS if LAYERS.search(origin.rpartition(".")[2]) else MOST_IN_LLM
        if abs(value) > most:
            raise UsageError(f"{origin} is {shown(value)}; it must not be larger than {most:,}")
    elif not isinstance(value, str | bool | float | NoneType):
        raise AssertionError(f"JSON holds no {type(value)}")


def shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
