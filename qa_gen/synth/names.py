"""Numbers -> names that say nothing about what they name, and never collide."""

from __future__ import annotations

from math import gcd
from random import Random

CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DIGITS = "0123456789"
ALPHANUMERIC = CAPITALS + DIGITS


def neutral(number: int, *, length: int, alphabet: str = ALPHANUMERIC, salt: str = "") -> str:
    """A name of `length` letters for `number`; other numbers below `len(alphabet) ** length` get other names.

    >>> neutral(0, length=5), neutral(1, length=5), neutral(1, length=5, salt="train")
    ('CB9PG', 'HFN5V', 'HA07N')
    """
    size = len(alphabet) ** length
    if not 0 <= number < size:
        raise ValueError(f"number {number} has no name of {length} letters out of {len(alphabet)}")
    rng = Random(f"names/{salt}/{length}/{alphabet}")
    step, start = rng.randrange(size // 3, 2 * size // 3), rng.randrange(size)
    while gcd(step, size) != 1:
        step += 1
    value = (start + number * step) % size
    letters = []
    for _ in range(length):
        value, digit = divmod(value, len(alphabet))
        letters.append(alphabet[digit])
    return "".join(letters)
