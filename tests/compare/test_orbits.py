"""Orbits of two runs."""

from pathlib import Path

import pytest

from mvbench.compare.comparison import compared
from mvbench.compare.tables import orbit_lines
from tests.compare.runs import ORDER, Asked, two

pytestmark = pytest.mark.slow  # scipy


def orbit(name: str, said: str, *, start: int = 0, **common: object) -> list[Asked]:
    """Members of an orbit of four choices: A is right for the first, B for the second, ..."""
    return [Asked(start + place, f"{letter})", orbit=name, right=place, **common) for place, letter in enumerate(said)]


def test_a_part_of_an_orbit_is_not_counted(tmp_path: Path) -> None:
    a = [*orbit("whole", "ABCD"), *orbit("part", "ABC", start=4), *orbit("whole", "ABCD", of=ORDER)]
    b = [*orbit("whole", "ABCA"), *orbit("part", "ABC", start=4), *orbit("whole", "ABCD", of=ORDER)]
    comparison = compared(two(tmp_path, a, b), judge="parsed")
    (line,) = orbit_lines(comparison)
    assert line.plain.startswith("orbits wholly right, of 2: A 2, B 1 (only A 1, only B 0, p ")


def test_parts_alone_say_nothing_about_orbits(tmp_path: Path) -> None:
    rows = orbit("part", "ABC")
    assert compared(two(tmp_path, rows, rows), judge="parsed").orbits is None
