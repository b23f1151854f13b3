"""Bytes of a JSON text -> how deeply they nest, known before a parser is let at them."""

from __future__ import annotations

import numpy as np

DEEPEST = 64
"""Lists and objects inside one another; no source needs ten. ijson keeps the whole path of every open one in memory,
which grows with the square of the depth."""

QUOTE = ord('"')
STEP = np.zeros(256, np.int8)
STEP[[ord("["), ord("{")]] = 1
STEP[[ord("]"), ord("}")]] = -1
SILENT = bytes(set(range(256)) - set(b'[]{}"'))


class Nesting:
    """Counts brackets outside of strings, block by block."""

    def __init__(self) -> None:
        self._depth = 0
        self._inside = 0
        self._held = b""

    def deepest(self, block: bytes) -> int:
        """The greatest depth that is reached in the next block of the text.

        >>> nesting = Nesting()
        >>> nesting.deepest(b'[{"a": ["[[["]'), nesting.deepest(b'}, "]]]", [')
        (3, 2)
        """
        block = self._held + block
        # A backslash at the end belongs to what follows; two of them are one that stands for itself.
        self._held = b"\\" if (len(block) - len(block.rstrip(b"\\"))) % 2 else b""
        block = block[: len(block) - len(self._held)].replace(b"\\\\", b"..").replace(b'\\"', b"..")
        told = np.frombuffer(block.translate(None, SILENT), np.uint8)
        quotes = np.cumsum(told == QUOTE) + self._inside
        depths = self._depth + np.cumsum(np.where(quotes % 2 == 0, STEP[told], 0))
        deepest = max(self._depth, int(depths.max(initial=0)))
        if len(told):
            self._depth, self._inside = int(depths[-1]), int(quotes[-1]) % 2
        return deepest
