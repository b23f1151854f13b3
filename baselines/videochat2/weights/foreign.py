"""The weights in a checkpoint of any public form, one after the other.

Nothing in a file is executed (see `pickles`). A file is mapped, not read, and given back after every tenth of it, so
that what is in memory beside the copies which leave here is small. With F bytes wanted of the files and W bytes of
copies, the process grows to W + max(F / 10, 32 MiB, the largest tensor). VideoChat2 over Mistral-7B in bfloat16:
F = 2.1 GB, W = 14.5 GB of language model + 1.0 GB, together 15.8 GB.
"""

from __future__ import annotations

import logging
import os
import struct
import tarfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from baselines.videochat2.weights.pickles import MOST_DESCRIPTION, Kept, restricted
from baselines.videochat2.weights.shards import files_of
from mvbench.errors import ModelError, UsageError
from mvbench.models.huggingface.batching import one_line

if TYPE_CHECKING:
    import torch
    from torch import Tensor

log = logging.getLogger(__name__)

LEAST_MAPPED = 2**25
PORTIONS = 10
MOST_NESTING = 4
WRAPPERS = ("model", "module", "state_dict")
ZIP = b"PK\x03\x04"
LFS = b"version https://git-lfs"


@dataclass(frozen=True, slots=True)
class Held:
    """A tensor that has not been read yet."""

    file: Path
    shape: tuple[int, ...]
    dtype: torch.dtype
    bytes: int


class Weights:
    """What is in a checkpoint's files, by the names it has there.

    Raises UsageError for a path without a checkpoint, ModelError for files that are none.
    """

    def __init__(self, path: str | Path) -> None:
        self.origin = str(path)
        self.held: dict[str, Held] = {}
        for file in files_of(path):
            with opened(file) as tensors:
                twice = sorted(tensors.keys() & self.held.keys())
                if twice:
                    raise ModelError(f"{self.origin!r} holds {twice[0]} in two files, {file.name} is the second")
                self.held |= {name: held(file, tensor) for name, tensor in tensors.items()}
        if not self.held:
            raise ModelError(f"{self.origin!r} holds no weights")

    def read(self, names: Iterable[str]) -> Iterator[tuple[str, Tensor]]:
        """Each of the names with its tensor, in an order of its own. Valid until the next: copy what is to stay."""
        for file, some in self._portions(names):
            with opened(file, quietly=True) as tensors:
                for name in some:
                    yield name, tensors.pop(name)

    def _portions(self, names: Iterable[str]) -> Iterator[tuple[Path, list[str]]]:
        """Names of one file at a time, a tenth of all bytes; those of a file that cannot be mapped all at once."""
        wanted: dict[Path, list[str]] = {}
        for name in names:
            wanted.setdefault(self.held[name].file, []).append(name)
        total = sum(self.held[name].bytes for some in wanted.values() for name in some)
        for file, some in wanted.items():
            most = max(LEAST_MAPPED, total // PORTIONS) if can_be_mapped(file) else total
            portion: list[str] = []
            size = 0
            for name in some:
                if portion and size + self.held[name].bytes > most:
                    yield file, portion
                    portion, size = [], 0
                portion.append(name)
                size += self.held[name].bytes
            yield file, portion


def held(file: Path, tensor: Tensor) -> Held:
    return Held(file, tuple(tensor.shape), tensor.dtype, tensor.numel() * tensor.element_size())


@contextmanager
def opened(file: Path, *, quietly: bool = False) -> Iterator[dict[str, Tensor]]:
    """The tensors of one file, mapped where its format lets them.

    Raises ModelError for what is no such file, or was cut. `quietly`: nothing is said of unknown names again.
    """
    refuse_text(file)
    unknown: set[str] = set()
    try:
        tensors = safe(file) if file.suffix == ".safetensors" else state_dict(pickled(file, unknown), file)
    except ModelError:
        raise
    except MemoryError:
        raise ModelError(
            f"{str(file)!r} asks for more memory than there is; it is damaged, or was made to do so"
        ) from None
    except Exception as error:  # there is no end to what a damaged or hostile file makes the libraries raise
        log.debug("where reading failed", exc_info=True)
        trouble = one_line(error) or type(error).__name__
        raise ModelError(f"{str(file)!r} is no checkpoint, or only a part of one: {trouble}; get it again") from None
    if unknown and not quietly:
        names = sorted(unknown)
        more = ", ..." if len(names) > 5 else ""
        log.info("in %s these were not run, and are left out: %s%s", file.name, ", ".join(names[:5]), more)
    yield tensors


def refuse_text(file: Path) -> None:
    """Raises ModelError for what people have instead of a checkpoint, and UsageError for a file that does not open."""
    try:
        with file.open("rb") as stream:
            start = stream.read(200)
    except OSError as error:
        raise UsageError(f"checkpoint {str(file)!r} cannot be read: {error.strerror}") from None
    if not start:
        raise ModelError(f"{str(file)!r} is empty; get it again")
    if start.startswith(LFS):
        raise ModelError(f"{str(file)!r} is git-lfs's note of a file, not the file; get that with `git lfs pull`")
    if start.isascii() and "".join(start.decode().split()).isprintable():
        raise ModelError(f"{str(file)!r} is no checkpoint but text, beginning {one_line(start[:60].decode())!r}")


def safe(file: Path) -> dict[str, Tensor]:
    from safetensors.torch import load_file

    tensors: dict[str, Tensor] = load_file(file)
    return tensors


def can_be_mapped(file: Path) -> bool:
    """torch's own test, so that no file is one thing here and another there."""
    with file.open("rb") as stream:
        return file.suffix == ".safetensors" or stream.read(len(ZIP)) == ZIP


def pickled(file: Path, unknown: set[str]) -> object:
    """What `torch.load` reads where everything but tensors is inert."""
    import torch

    mapped = can_be_mapped(file)
    if mapped:
        refuse_archive(file)
    elif tarfile.is_tarfile(file):
        raise ModelError(f"{str(file)!r} is a tar archive, as torch wrote before 2017; such files are not read")
    return torch.load(file, map_location="cpu", pickle_module=restricted(unknown), weights_only=False, mmap=mapped)


def refuse_archive(file: Path) -> None:
    """Raises ModelError for a zip archive that torch never writes.

    One with a program of TorchScript, which `torch.load` would hand on to another loader, and one with compressed
    parts, of which a few bytes may fill all memory.
    """
    import torch

    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
        if archive.start_dir != directory(file):
            raise ModelError(f"{str(file)!r} is an archive that shows each reader another content")
    if any(part.compress_type != zipfile.ZIP_STORED for part in parts):
        raise ModelError(f"{str(file)!r} is a compressed archive, and no checkpoint of torch")
    if any(part.file_size > MOST_DESCRIPTION and part.filename.endswith(".pkl") for part in parts):
        raise ModelError(f"{str(file)!r} describes its content with more than {MOST_DESCRIPTION:,} bytes")
    if "constants.pkl" in torch._C.PyTorchFileReader(str(file)).get_all_records():
        raise ModelError(f"{str(file)!r} is a program of TorchScript, not a checkpoint; programs are not run")


def directory(file: Path) -> int | None:
    """Where a zip archive's list of parts begins, as its last bytes tell torch; None where torch never ends one so.

    Python's zipfile takes the bytes right before the last ones for that list, wherever they say that it begins.
    """
    with file.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - 98))
        far, locator, last = struct.unpack("<56s20s22s", stream.read().rjust(98, b"\0"))
    start: int
    if not last.startswith(b"PK\x05\x06"):
        return None
    if not locator.startswith(b"PK\x06\x07"):
        (start,) = struct.unpack_from("<I", last, 16)
        return start
    (place,) = struct.unpack_from("<Q", locator, 8)
    (start,) = struct.unpack_from("<Q", far, 48)
    return start if place == size - 98 and far.startswith(b"PK\x06\x06") else None


def state_dict(content: object, file: Path) -> dict[str, Tensor]:
    """The tensors by name, from under the words that trainers put them under."""
    for _ in range(MOST_NESTING):
        if not isinstance(content, Mapping):
            break
        inner = next((content[word] for word in WRAPPERS if isinstance(content.get(word), Mapping)), None)
        if inner is None:
            return {str(name): value.tensor for name, value in content.items() if isinstance(value, Kept)}
        content = inner
    raise ModelError(f"{str(file)!r} holds no table of weights but {type(content).__name__}")


def shapes(weights: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """Of a state dict, by name."""
    return {name: tuple(value.shape) for name, value in weights.items()}


def refuse_nan(tensor: Tensor, name: str, *, origin: str) -> None:
    """Raises ModelError for a weight with NaN or infinite numbers. They are looked for without a copy of it."""
    import torch

    if not tensor.is_floating_point() or not tensor.numel():
        return
    if tensor.element_size() == 1:  # 8-bit floats know no arithmetic
        tensor = tensor.float()
    if not all(bool(torch.isfinite(end)) for end in torch.aminmax(tensor)):
        raise ModelError(f"{origin} holds NaN or infinite numbers in {name}; get it again")
