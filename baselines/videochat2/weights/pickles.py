"""An unpickler that runs nothing.

torch's older files are pickles, and a pickle is a program: it may call anything that can be imported. The original's
checkpoints hold an EasyDict of settings, for which `torch.load(weights_only=True)` refuses them. So `torch.load` gets
this unpickler instead. It knows the few names that tensors need, and hands out objects of our own for them; every other
name becomes `Inert`, which takes whatever is done to it and does nothing.

It stands on Python's pickle in Python: the one in C clears as much memory as a hostile file names, 64 GB for 6 bytes.

Nor does a small file take much time or memory. A few bytes make a tuple that holds another twice, sixty deep: its hash
and its text would never end, and the hash of one nested a million deep ends the process. So nothing that a pickle makes
is hashed or written out before it is known to be plain, and nothing of any length is copied.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Callable
from types import NoneType, SimpleNamespace
from typing import Any, ClassVar, NoReturn, Self

DTYPES = (
    "float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool", "complex64",
    "float8_e4m3fn", "float8_e5m2",
)  # fmt: skip

MOST_DESCRIPTION = 2**24
"""Bytes of a pickle that says what lies where. Of the largest checkpoint, optimiser and all, it has two millions."""
MOST_DIMENSIONS = 64
PLAIN = (str, bytes, int, float, bool, NoneType)
"""What may be a key, or name a storage: with a hash, and a text, that are as short as the value."""


class Inert:
    """Stands for a name that is not known here, and for everything made with it."""

    __slots__ = ()

    def __new__(cls, *_: Any, **__: Any) -> Self:
        return super().__new__(cls)

    def nothing(self, *_: Any, **__: Any) -> None:
        """Whatever a pickle may do to an object it has made."""

    __init__ = __setstate__ = __setitem__ = append = extend = add = update = nothing

    def __call__(self, *_: Any, **__: Any) -> Any:
        return Inert()


class Kept:
    """A tensor, or what it is a view of, on its way out of a pickle, out of reach of what the pickle does next."""

    __slots__ = ("tensor",)

    def __init__(self, tensor: Any) -> None:
        self.tensor = tensor

    def __setstate__(self, state: object) -> None:
        """A tensor's own would let a pickle change what it is of."""


class Known:
    """A name that tensors need; not the function itself, on which a pickle could set attributes."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[..., Any]) -> None:
        self._make = make

    def __call__(self, *arguments: Any) -> Any:
        return self._make(*arguments)

    def __setstate__(self, state: object) -> None:
        """Nothing to set."""


class Counted:
    """A file of which a pickle may take so many bytes. Raises UnpicklingError for more."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._left = MOST_DESCRIPTION

    def read(self, number: int) -> Any:
        return self._file.read(self._taken(number))

    def readline(self) -> Any:
        line = self._file.readline(self._left + 1)
        self._taken(len(line))
        return line

    def _taken(self, number: int) -> int:
        self._left -= number
        if self._left < 0:
            raise pickle.UnpicklingError(f"it describes its content with more than {MOST_DESCRIPTION:,} bytes")
        return number


class Bounded(pickle._Unpickler):
    """What a pickle may make: tables with plain keys, lists and tuples. Sets become `Inert`."""

    stack: list[Any]
    append: Callable[[Any], None]
    pop_mark: Callable[[], list[Any]]

    def __init__(self, file: Any, **options: Any) -> None:
        super().__init__(Counted(file), **options)

    def put_item(self) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        put(self.stack[-1], key, value)

    def put_items(self) -> None:
        items = self.pop_mark()
        for key, value in zip(items[::2], items[1::2], strict=True):
            put(self.stack[-1], key, value)

    def make_table(self) -> None:
        items = self.pop_mark()
        self.append({})
        for key, value in zip(items[::2], items[1::2], strict=True):
            put(self.stack[-1], key, value)

    def make_set(self) -> None:
        self.append(Inert())

    def make_frozen_set(self) -> None:
        self.pop_mark()
        self.append(Inert())

    def find_storage(self) -> None:
        named = self.stack.pop()
        if type(named) is not tuple or not all(map(names_a_storage, named)):
            raise pickle.UnpicklingError("it names a storage by something else than words and numbers")
        self.append(Kept(self.persistent_load(named)))

    def refuse(self) -> NoReturn:
        raise pickle.UnpicklingError("it asks for bytes that torch never keeps in a pickle")

    dispatch: ClassVar[dict[int, Callable[[Any], None]]] = {
        **pickle._Unpickler.dispatch,
        pickle.SETITEM[0]: put_item,
        pickle.SETITEMS[0]: put_items,
        pickle.DICT[0]: make_table,
        pickle.EMPTY_SET[0]: make_set,
        pickle.FROZENSET[0]: make_frozen_set,
        pickle.BINPERSID[0]: find_storage,
        pickle.BYTEARRAY8[0]: refuse,  # clears as much memory as it is told
        pickle.NEXT_BUFFER[0]: refuse,
        pickle.READONLY_BUFFER[0]: refuse,
    }


def put(table: Any, key: Any, value: Any) -> None:
    """Add an entry with a plain key; one with another is left out, as is all that is put into something else."""
    if isinstance(table, dict) and type(key) in PLAIN:
        table[key] = value


def names_a_storage(part: Any) -> bool:
    """Whether it is a word, a number, torch's word for a kind of storage, or a tuple of words and numbers."""
    from torch.serialization import StorageType

    return type(part) in (*PLAIN, StorageType) or (type(part) is tuple and all(type(one) in PLAIN for one in part))


def restricted(unknown: set[str]) -> SimpleNamespace:
    """What `torch.load` takes as its `pickle_module`. Names that became `Inert` are added to `unknown`."""

    class Unpickler(Bounded):
        def find_class(self, module: str, name: str) -> Any:
            found = known(f"{module}.{name}")
            if found is None:
                unknown.add(f"{module}.{name}")
                return Inert
            return found

        def get_extension(self, code: int) -> NoReturn:
            raise pickle.UnpicklingError(f"it uses a number ({code}) in place of a name")

    def load(file: Any, **options: Any) -> Any:
        return Unpickler(file, **options).load()

    return SimpleNamespace(__name__="restricted", Unpickler=Unpickler, load=load)


def known(name: str) -> Any:
    """What stands for a name that tensors need, or None."""
    import torch

    kind, _, rest = name.partition(".")
    if kind == "torch" and rest in DTYPES:
        return getattr(torch, rest, None)
    make = MAKERS.get(name)
    return None if make is None else Known(make)


def table(*content: Any) -> OrderedDict[Any, Any]:
    """An empty one: entries are put in afterwards, each for bytes of its own."""
    if content:
        raise pickle.UnpicklingError("a table that is a copy of another")
    return OrderedDict()


def size(numbers: Any = ()) -> Any:
    import torch

    if len(numbers) > MOST_DIMENSIONS:
        raise pickle.UnpicklingError(f"a shape of {len(numbers):,} dimensions")
    return torch.Size(numbers)


def device(*words: Any) -> Any:
    import torch

    return torch.device(*words)


def tensor(storage: Any, offset: int, shape: Any, stride: Any, *_: Any) -> Kept:
    """A view of a storage. Raises UnpicklingError for one that reaches beyond it: torch would make it larger."""
    import torch

    numbers = (offset, *shape, *stride)
    if not all(type(number) is int for number in numbers) or len(shape) > MOST_DIMENSIONS:
        raise pickle.UnpicklingError("a tensor of a shape that is none")
    if min(numbers) < 0 or len(shape) != len(stride):
        raise pickle.UnpicklingError(f"a tensor of shape {tuple(shape)!r} with strides {tuple(stride)!r}")
    empty = torch.empty(0, dtype=storage.tensor.dtype)
    memory = storage.tensor._untyped_storage  # the public way to it warns of going away
    held = memory.nbytes() // empty.itemsize
    last = sum((length - 1) * step for length, step in zip(shape, stride, strict=True))
    if 0 not in shape and offset + last >= held:
        raise pickle.UnpicklingError(f"a tensor of shape {tuple(shape)!r} in a file with {held:,} numbers for it")
    return Kept(empty.set_(memory, offset, tuple(shape), tuple(stride)))


def parameter(data: Any, *_: Any) -> Any:
    """As the tensor in it."""
    return data


MAKERS: dict[str, Callable[..., Any]] = {
    "collections.OrderedDict": table,
    "torch.Size": size,
    "torch.device": device,
    "torch._utils._rebuild_tensor": tensor,
    "torch._utils._rebuild_tensor_v2": tensor,
    "torch._utils._rebuild_parameter": parameter,
}
