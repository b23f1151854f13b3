"""A checkpoint's folder: whether it is one, and what tells it from another."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from mvbench.errors import UsageError
from mvbench.models.huggingface.hashes import content_hashes

HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
DESCRIPTIONS = (".json", ".jinja", ".model", ".txt", ".py")
"""Files beside the weights that change what a model does: configurations, template, tokenizer, code."""
DESCRIPTIONS_BELOW = (".jinja", ".py")
"""In subfolders: `additional_chat_templates/`, packages of code. Results of runs lie there as .json and change."""
DEEPEST = 2
MOST_INDEX_BYTES = 2**26


def local_folder(path: str) -> Path | None:
    """The folder, or None for a hub id. Raises UsageError for what is neither and for what is no checkpoint."""
    if not isinstance(path, str) or not path:
        raise UsageError(f"path is {path!r}; it must be a folder or a hub id such as Qwen/Qwen3-VL-8B-Instruct")
    folder = Path(path)
    if not folder.exists():
        if HUB_ID.fullmatch(path) and ".." not in path:
            return None
        raise UsageError(f"there is no folder {path!r}, and it is no hub id such as Qwen/Qwen3-VL-8B-Instruct")
    if not (folder / "config.json").is_file():
        raise UsageError(
            f"{path!r} holds no config.json; path must be a checkpoint folder of transformers, or a hub id"
        )
    refuse_adapter(folder, path)
    if not any(folder.glob("*.safetensors")):
        raise UsageError(
            f"{path!r} holds no *.safetensors; other weight files may run code when they are opened and are refused: "
            "save the model with save_pretrained first"
        )
    return folder


def refuse_adapter(folder: Path, path: str) -> None:
    """Raises UsageError for an adapter: it names another checkpoint, whose weights transformers would load."""
    if (folder / "adapter_config.json").exists():
        raise UsageError(
            f"{path!r} holds an adapter; merge it into its model and save that: merge_and_unload() in peft"
        )


def folder_identity(folder: Path) -> dict[str, str]:
    """Digests of the whole content of the weights and of the files that describe the model.

    Raises UsageError for a folder that cannot be read, or whose index of weights leads out of it.
    """
    try:
        return {
            "weights": digest(folder, sorted(weight_files(folder))),
            "config": digest(folder, sorted(describing_files(folder))),
        }
    except OSError as error:
        raise UsageError(f"{str(folder)!r} cannot be read: {error.strerror}") from None


def digest(folder: Path, files: Sequence[Path]) -> str:
    hashes = content_hashes(files)
    listed = [(file.relative_to(folder).as_posix(), one) for file, one in zip(files, hashes, strict=True)]
    return hashlib.blake2b(repr(listed).encode(), digest_size=16).hexdigest()


def weight_files(folder: Path) -> set[Path]:
    """The weights in the folder, and those below it that an index names."""
    found = {file for file in folder.glob("*.safetensors") if file.is_file()}
    for index in folder.glob("*.safetensors.index*.json"):
        found |= {folder / name for name in indexed(index) if (folder / name).is_file()}
    return found


def indexed(index: Path) -> set[str]:
    """The files an index of weights names; none where it is no such index, which loading then says."""
    if not index.is_file() or index.stat().st_size > MOST_INDEX_BYTES:
        return set()
    try:
        content = json.loads(index.read_bytes())
    except (ValueError, RecursionError):
        return set()
    places = content.get("weight_map") if isinstance(content, dict) else None
    names = {name for name in places.values() if isinstance(name, str)} if isinstance(places, dict) else set()
    for name in names:
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise UsageError(f"{str(index)!r} names weights outside of its folder: {name!r}")
    return names


def describing_files(folder: Path) -> Iterator[Path]:
    yield from (file for file in plain_files(folder) if file.suffix in DESCRIPTIONS)
    yield from below(folder, DEEPEST)


def below(folder: Path, depth: int) -> Iterator[Path]:
    """Templates and code in subfolders, but not in those that are checkpoints themselves, saved on the way."""
    for child in folder.iterdir() if depth else ():
        if child.is_dir() and not child.name.startswith(".") and not (child / "config.json").exists():
            yield from (file for file in plain_files(child) if file.suffix in DESCRIPTIONS_BELOW)
            yield from below(child, depth - 1)


def plain_files(folder: Path) -> Iterator[Path]:
    return (file for file in folder.iterdir() if file.is_file() and not file.name.startswith("."))
