"""Checkpoints that someone made to do harm, or that broke on the way."""

from __future__ import annotations

import collections
import functools
import io
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

MARK = "planted"


class Reduced:
    """Pickled as a call of `function` with `arguments`."""

    def __init__(self, function: Any, *arguments: Any, state: Any = None) -> None:
        self.parts = (function, arguments) if state is None else (function, arguments, state)

    def __reduce__(self) -> Any:
        return self.parts


class EasyDict(dict[str, Any]):
    """The original's kind of settings: a dict whose keys are attributes too."""

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.__dict__.update(values)


def planted(target: Path) -> dict[str, Any]:
    """Objects that would make the file `target` when unpickled by Python's own unpickler."""
    command = f"touch {target}"
    code = f"open({str(target)!r}, 'w').close()"
    return {
        "os.system": Reduced(os.system, command),
        "builtins.eval": Reduced(eval, code),
        "builtins.exec": Reduced(exec, code),
        "functools.partial": Reduced(functools.partial, os.system, command),
        "partial called": Reduced(map, functools.partial(os.system, command), (1,)),
        "getattr chain": Reduced(getattr, Reduced(__import__, "os"), "system"),
        "open": Reduced(open, str(target), "w"),
        "in the state of a dict": Reduced(collections.OrderedDict, state={"hook": Reduced(os.system, command)}),
        "in an optimiser": {"state": {0: {"step": Reduced(os.system, command)}}},
        "as a key": {Reduced(os.system, command): 1},
    }


def torch_calls(target: Path) -> dict[str, Any]:
    """Functions of torch's own that read, write or run, among them those a lax reader would let through."""
    import torch

    return {
        "torch.load": Reduced(torch.load, str(target)),
        "torch.save": Reduced(torch.save, 1, str(target)),
        "torch.hub.load": Reduced(torch.hub.load, "x/y", "z"),
        "torch.jit.load": Reduced(torch.jit.load, str(target)),
        "torch._utils._rebuild_wrapper_subclass": Reduced(torch._utils._rebuild_wrapper_subclass, os.system, "x"),
        "torch._tensor._rebuild_from_type_v2": Reduced(
            torch._tensor._rebuild_from_type_v2, os.system, int, (f"touch {target}",), None
        ),
        "torch.storage._load_from_bytes": Reduced(torch.storage._load_from_bytes, b"x"),
    }


def raw_zip(file: Path, pickled: bytes, *, records: dict[str, bytes] | None = None, compressed: bool = False) -> Path:
    """A file as torch writes one, around any pickle."""
    kind = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(file, "w", kind) as archive:
        archive.writestr("archive/data.pkl", pickled)
        archive.writestr("archive/byteorder", b"little")
        for name, content in (records or {"data/0": bytes(64)}).items():
            archive.writestr(f"archive/{name}", content)
        archive.writestr("archive/version", b"3\n")
    return file


class Writer:
    """Opcodes of protocol 2, one after the other."""

    def __init__(self) -> None:
        self.stream = io.BytesIO()
        self.stream.write(b"\x80\x02")

    def add(self, *parts: bytes) -> Writer:
        for part in parts:
            self.stream.write(part)
        return self

    def done(self) -> bytes:
        return self.stream.getvalue() + b"."


def name(module: str, attribute: str) -> bytes:
    return b"c" + f"{module}\n{attribute}\n".encode()


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value.encode())) + value.encode()


def number(value: int) -> bytes:
    if 0 <= value < 2**31:
        return b"J" + struct.pack("<i", value)
    raw = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8a" + bytes([len(raw)]) + raw


def tensor(shape: list[int], stride: list[int], *, offset: int = 0, held: int = 16, key: str = "0") -> bytes:
    """A float tensor over the record `data/<key>`, of any shape, true or not."""
    storage = b"(" + text("storage") + name("torch", "FloatStorage") + text(key) + text("cpu") + number(held) + b"tQ"
    sizes = b"(" + b"".join(map(number, shape)) + b"t" + b"(" + b"".join(map(number, stride)) + b"t"
    rest = b"\x89" + name("collections", "OrderedDict") + b")R"
    return name("torch._utils", "_rebuild_tensor_v2") + b"(" + storage + number(offset) + sizes + rest + b"tR"


def holding(*entries: tuple[str, bytes]) -> bytes:
    """A pickle of a dict of pickled values."""
    writer = Writer().add(b"}(")
    for key, value in entries:
        writer.add(text(key), value)
    return writer.add(b"u").done()


def saved_old(content: object, file: Path) -> Path:
    """As torch wrote before 1.6."""
    import torch

    torch.save(content, file, _use_new_zipfile_serialization=False)
    return file


def saved(content: object, file: Path) -> Path:
    import torch

    torch.save(content, file)
    return file


WAYS: dict[str, Callable[[object, Path], Path]] = {"zip": saved, "legacy": saved_old}


def bomb() -> bytes:
    """A pickle of a few bytes for which the unpickler in C clears 8 GB."""
    return b"\x80\x02Nr" + struct.pack("<I", 2**29) + b"."


def nested(depth: int) -> bytes:
    """A tuple in a tuple, and so on."""
    return b")" + b"\x85" * depth


def doubled(depth: int) -> bytes:
    """A tuple that holds another twice, and so on: 2 to the power of `depth` of them for whoever looks at each."""
    return b")" + b"2\x86" * depth


def endless() -> dict[str, bytes]:
    """Values, each a few bytes, that fill the memory, take for ever or end the process where nobody minds them."""
    storage = b"(%s" + name("torch", "FloatStorage") + b"%s" + text("cpu") + number(16) + b"tQ"
    rest = b"\x89" + name("collections", "OrderedDict") + b")R"
    long = b"(" + b"K\x01" * 50_000 + b"t\x85q\x01"
    pairs = b"(" + b"".join(b"J" + struct.pack("<i", place) + b"N\x86" for place in range(50_000)) + b"l\x85q\x01"
    return {
        "a deep key": b"}" + nested(2_000_000) + b"Ns",
        "a doubled key": b"}" + doubled(60) + b"Ns",
        "doubled keys": b"}(" + doubled(60) + b"Nu",
        "a doubled key of a table in one": b"(" + doubled(60) + b"Nd",
        "a doubled key of an OrderedDict": name("collections", "OrderedDict") + b"]" + doubled(60) + b"N\x86a\x85R",
        "a doubled member of a set": b"\x8f(" + doubled(60) + b"\x90",
        "a doubled member of a frozen set": b"(" + doubled(60) + b"\x91",
        "a doubled storage": storage % (text("storage"), doubled(60)),
        "a doubled kind of storage": storage % (doubled(60), text("0")),
        "a doubled shape": name("torch._utils", "_rebuild_tensor_v2")
        + b"("
        + storage % (text("storage"), text("0"))
        + number(0)
        + doubled(60) * 2
        + rest
        + b"tR",
        "many copies of a shape": name("torch", "Size") + b"q\x00" + long + b"(" + b"h\x00h\x01R" * 20_000 + b"l",
        "many copies of a table": name("collections", "OrderedDict")
        + b"q\x00"
        + pairs
        + b"("
        + b"h\x00h\x01R" * 5_000
        + b"l",
        "bytes that are not there": b"\x96" + struct.pack("<Q", 2**33),
    }


def two_faced(file: Path, shown: Path, hidden: Path) -> Path:
    """An archive of which zipfile lists the parts as in `shown`, and torch, which goes by the last bytes, `hidden`."""
    archives = []
    for one in (hidden, shown):
        with zipfile.ZipFile(one) as archive:
            archives.append((one.read_bytes(), archive.start_dir))
    (content, start), (other, begins) = archives
    parts = content[:start], content[start:-22], other[begins:-22]
    assert len(parts[1]) == len(parts[2])
    file.write_bytes(b"".join(parts) + content[-22:])
    return file
