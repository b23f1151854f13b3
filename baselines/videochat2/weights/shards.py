"""Which files a checkpoint is made of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from mvbench.errors import UsageError
from mvbench.models.huggingface.batching import one_line
from mvbench.models.huggingface.folder import indexed

LATEST = "latest"
STATES = "mp_rank_00_model_states.pt"
MOST_TAG_BYTES = 256
INDEXES = ("model.safetensors.index.json", "pytorch_model.bin.index.json")
KINDS = ("*.safetensors", "pytorch_model*.bin", "*.pth", "*.pt", "*.bin")
"""Where there is no index, the first of these that there is one of."""
PARTS = KINDS[:2]
"""Those of which there may be several: what transformers writes in parts."""


def files_of(path: str | Path) -> list[Path]:
    """The file, or those of a folder: HF-style parts, DeepSpeed's model states, or the one .pth in it.

    Raises UsageError for a path that is not there or cannot be looked into, and for a folder that does not tell which.
    """
    path = Path(path)
    try:
        if path.is_file():
            return [path]
        if path.is_dir():
            return in_folder(path)
        what = "is no file" if path.exists() else "does not exist"
    except UsageError:  # of a folder; it is a ValueError too
        raise
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
    except ValueError as error:  # a null byte
        what = f"is no path ({one_line(error)})"
    raise UsageError(f"checkpoint {str(path)!r} {what}; give a .pth file or the folder it came in")


def in_folder(folder: Path) -> list[Path]:
    states = deepspeed_states(folder)
    if states is not None:
        return [states]
    for index in INDEXES:
        if (folder / index).is_file():
            return complete(folder, sorted(indexed(folder / index)), index)
    for kind in KINDS:
        found = sorted(file for file in folder.glob(kind) if file.is_file())
        if len(found) > 1 and kind not in PARTS:
            names = ", ".join(file.name for file in found[:3])
            raise UsageError(f"{str(folder)!r} holds {len(found)} checkpoints ({names}); give the file itself")
        if found:
            return found
    raise UsageError(f"{str(folder)!r} holds no checkpoint: no *.safetensors, *.bin, *.pth or *.pt, and no {LATEST!r}")


def complete(folder: Path, names: Sequence[str], index: str) -> list[Path]:
    """The parts an index names. Raises UsageError where it names none, or one that is not there."""
    if not names:
        raise UsageError(f"{str(folder / index)!r} names no weights; get it again")
    absent = [name for name in names if not (folder / name).is_file()]
    if absent:
        raise UsageError(
            f"{str(folder)!r} lacks {len(absent)} of {len(names)} parts that {index} names, such as {absent[0]}"
        )
    return [folder / name for name in names]


def deepspeed_states(folder: Path) -> Path | None:
    """What DeepSpeed keeps of the model in its last checkpoint; None for another kind of folder."""
    if (folder / LATEST).is_file():
        tag = (folder / LATEST).read_bytes()[:MOST_TAG_BYTES].decode("utf-8", "replace").strip()
        if not re.fullmatch(r"[A-Za-z0-9][\w.-]*", tag) or ".." in tag:
            raise UsageError(f"{str(folder / LATEST)!r} holds {tag!r}, which is no folder beside it")
        if not (folder / tag).is_dir():
            raise UsageError(f"{str(folder / LATEST)!r} names {tag!r}, and there is no such folder beside it")
        folder = folder / tag
    elif not (folder / STATES).is_file() and not any(folder.glob("zero_pp_rank_*_model_states.pt")):
        return None
    if any(folder.glob("zero_pp_rank_*_mp_rank_*_model_states.pt")):
        raise UsageError(f"{str(folder)!r} was written by ZeRO stage 3, in parts; join them with its zero_to_fp32.py")
    if any(folder.glob("mp_rank_01_model_states.pt")):
        raise UsageError(f"{str(folder)!r} holds a model cut into parallel parts, which is not known here")
    if not (folder / STATES).is_file():
        raise UsageError(f"{str(folder)!r} holds no {STATES}")
    return folder / STATES
