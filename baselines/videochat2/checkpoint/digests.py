"""What tells one checkpoint from another: digests of all that is read from it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from baselines.videochat2 import language
from baselines.videochat2.checkpoint.description import CONFIG, is_ours
from baselines.videochat2.checkpoint.saving import ADAPTERS, BERT_TOKENIZER, TOKENIZER, WEIGHTS
from baselines.videochat2.weights.shards import files_of
from mvbench.errors import UsageError
from mvbench.models.huggingface.folder import DESCRIPTIONS, digest
from mvbench.models.huggingface.hashes import content_hashes

WEIGHT_FILES = (".safetensors", ".bin")


def identity(path: str | Path, *, llm: str | Path | None = None, bert: str | Path | None = None) -> dict[str, Any]:
    """Digests of everything that is read from the checkpoint and the folders with it, and no path.

    Whole contents; the next command does not read a file again that stayed as it was. Raises UsageError for what cannot
    be read.
    """
    path = Path(path)
    try:
        found = {"checkpoint": digest_of(path, our_files(path) if is_ours(path) else files_of(path))}
        for name, folder in (("llm", llm), ("bert", bert)):
            if folder is not None:
                files = language.existing(folder, name).iterdir()
                found[name] = digest_of(Path(folder), [file for file in files if matters(file, weights=name == "llm")])
    except OSError as error:
        raise UsageError(f"{str(error.filename or path)!r} cannot be read: {error.strerror}") from None
    return found


def our_files(folder: Path) -> list[Path]:
    """What loading reads; not what training leaves beside it."""
    inside = [folder / name for name in (ADAPTERS, TOKENIZER, BERT_TOKENIZER) if (folder / name).is_dir()]
    below = [file for one in inside for file in one.iterdir() if file.is_file()]
    return [folder / CONFIG, *(file for file in [folder / WEIGHTS] if file.is_file()), *below]


def matters(file: Path, *, weights: bool) -> bool:
    """Of a folder from the hub: what describes a model, its tokenizer, and, if wanted, its weights."""
    suffixes = (*DESCRIPTIONS, *(WEIGHT_FILES if weights else ()))
    return file.suffix in suffixes and file.is_file() and not file.name.startswith(".")


def digest_of(path: Path, files: Sequence[Path]) -> str:
    """Of a file its content alone, whatever it is called; of a folder names below it and contents."""
    return digest(path, sorted(files)) if path.is_dir() else content_hashes(files)[0]
