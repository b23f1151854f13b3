"""The places of films, by the words for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from random import Random
from types import MappingProxyType

from qa_gen.synth.worlds.movqa import home, indoors, nature, town
from qa_gen.synth.worlds.movqa.stage import Stage

PAINTERS: Mapping[str, Callable[[Random], Stage]] = MappingProxyType(
    {
        "kitchen": home.kitchen,
        "office": indoors.office,
        "bedroom": home.bedroom,
        "library": indoors.library,
        "hospital corridor": indoors.hospital_corridor,
        "classroom": indoors.classroom,
        "bathroom": home.bathroom,
        "street": town.street,
        "train platform": town.train_platform,
        "rooftop": town.rooftop,
        "harbour": town.harbour,
        "beach": nature.beach,
        "forest": nature.forest,
        "snowy mountain": nature.snowy_mountain,
        "desert": nature.desert,
        "farm": nature.farm,
    }
)

NAMES: tuple[str, ...] = tuple(PAINTERS)


@lru_cache(maxsize=16)
def stage(name: str, variant: int) -> Stage:
    """A place; other variants of it have other colours and other things in it. It takes some 60 milliseconds."""
    return PAINTERS[name](Random(f"{name}/{variant}"))


def with_article(name: str) -> str:
    """
    >>> with_article("office"), with_article("beach")
    ('an office', 'a beach')
    """
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"


def route(names: tuple[str, ...]) -> str:
    """
    >>> route(("street", "office", "beach"))
    'From the street to the office, then to the beach.'
    """
    return f"From the {names[0]} to the {names[1]}" + "".join(f", then to the {name}" for name in names[2:]) + "."


def places_of(text: str) -> tuple[str, ...]:
    """The places of a route, in order.

    >>> places_of("From the street to the office, then to the beach.")
    ('street', 'office', 'beach')
    """
    return tuple(text.removeprefix("From the ").removesuffix(".").replace(", then", "").split(" to the "))
