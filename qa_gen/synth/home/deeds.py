"""What a person can do with which thing, and the words for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Shelf = Literal["shelf", "board", "floor", "wall"]
"""Where in a room a thing may have its place. What stands at the wall is opened there and never carried."""


@dataclass(frozen=True, slots=True)
class Thing:
    """`name` is the one of STAR's object classes, `plain` what people say. No two things of a room have one `hue`.

    What stands at the wall shows its hue only while it is open. Sizes are in pixels of a 320x240 picture.
    """

    name: str
    plain: str
    hue: str
    width: float
    height: float
    places: tuple[Shelf, ...]


@dataclass(frozen=True, slots=True)
class Verb:
    """How a deed is told. `star` is the one of STAR's verb classes, `particle` comes between verb and thing."""

    star: str
    base: str
    past: str
    third: str
    gerund: str
    particle: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """A thing that is done, or a gesture where `thing` is empty. It begins and ends at rest and changes nothing."""

    verb: str
    thing: str = ""


THINGS: Mapping[str, Thing] = MappingProxyType(
    {
        thing.name: thing
        for thing in (
            Thing("book", "book", "red", 21, 26, ("shelf", "board")),
            Thing("shoe", "shoe", "red", 33, 20, ("floor",)),
            Thing("food", "food", "orange", 31, 22, ("shelf", "board")),
            Thing("bag", "bag", "orange", 29, 30, ("floor", "board")),
            Thing("sandwich", "sandwich", "yellow", 30, 21, ("board", "shelf")),
            Thing("broom", "broom", "yellow", 26, 76, ("floor",)),
            Thing("cup/glass/bottle", "cup", "green", 24, 22, ("shelf", "board")),
            Thing("towel", "towel", "green", 32, 19, ("board", "shelf")),
            Thing("dish", "plate", "cyan", 34, 12, ("shelf", "board")),
            Thing("phone/camera", "camera", "cyan", 31, 24, ("shelf", "board")),
            Thing("laptop", "laptop", "blue", 33, 24, ("board",)),
            Thing("box", "box", "blue", 29, 25, ("floor", "board")),
            Thing("blanket", "blanket", "purple", 33, 24, ("floor", "board")),
            Thing("picture", "picture", "purple", 28, 24, ("shelf",)),
            Thing("pillow", "pillow", "pink", 33, 22, ("floor", "board")),
            Thing("clothes", "clothes", "pink", 29, 26, ("board", "floor")),
            Thing("closet/cabinet", "closet", "purple", 48, 112, ("wall",)),
            Thing("refrigerator", "refrigerator", "cyan", 46, 106, ("wall",)),
            Thing("door", "door", "green", 48, 122, ("wall",)),
        )
    }
)

VERBS: Mapping[str, Verb] = MappingProxyType(
    {
        "take": Verb("take", "take", "took", "takes", "taking"),
        "open": Verb("open", "open", "opened", "opens", "opening"),
        "eat": Verb("eat", "eat", "ate", "eats", "eating"),
        "drink": Verb("drink", "drink", "drank", "drinks", "drinking", "from"),
        "throw": Verb("throw", "throw", "threw", "throws", "throwing"),
        "tidy": Verb("tidy", "tidy", "tidied", "tidies", "tidying", "up"),
        "sweep": Verb("tidy", "tidy", "tidied", "tidies", "tidying", "up with"),
        "wash": Verb("wash", "wash", "washed", "washes", "washing"),
    }
)

TAKEN = (
    "book", "shoe", "food", "bag", "sandwich", "broom", "cup/glass/bottle", "towel", "dish", "phone/camera", "laptop",
    "box", "blanket", "picture", "pillow", "clothes",
)  # fmt: skip

DEEDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "take": TAKEN,
        "open": ("book", "bag", "box", "closet/cabinet", "refrigerator", "door"),
        "eat": ("sandwich",),
        "drink": ("cup/glass/bottle",),
        "throw": ("bag", "book", "towel", "box", "shoe", "food", "blanket", "pillow", "clothes"),
        "tidy": ("towel", "blanket", "clothes"),
        "sweep": ("broom",),
        "wash": ("cup/glass/bottle", "dish"),
    }
)
"""Verb -> the things it is done with. Every pair is one of STAR's classes of actions."""

STRETCH, LOOK_AROUND, WAVE = Deed("stretch"), Deed("look around"), Deed("wave")
GESTURES: Mapping[Deed, str] = MappingProxyType({STRETCH: "stretches", LOOK_AROUND: "looks around", WAVE: "waves"})
"""Gesture -> what the person does, for captions."""


def deeds_with(thing: str) -> tuple[Deed, ...]:
    return tuple(Deed(verb, thing) for verb, things in DEEDS.items() if thing in things)


def past(deed: Deed) -> str:
    """In STAR's words.

    >>> past(Deed("drink", "cup/glass/bottle"))
    'drank from the cup/glass/bottle'
    """
    return phrase(VERBS[deed.verb].past, deed)


def infinitive(deed: Deed) -> str:
    return phrase(VERBS[deed.verb].base, deed)


def phrase(verb: str, deed: Deed) -> str:
    return " ".join(word for word in (verb, VERBS[deed.verb].particle, "the", deed.thing) if word)


def plain_third(deed: Deed) -> str:
    """In everyday words.

    >>> plain_third(Deed("sweep", "broom")), plain_third(WAVE)
    ('tidies up with a broom', 'waves')
    """
    return GESTURES[deed] if deed in GESTURES else plain(VERBS[deed.verb].third, deed)


def plain_gerund(deed: Deed) -> str:
    return plain(VERBS[deed.verb].gerund, deed)


def plain(verb: str, deed: Deed) -> str:
    article = {"food": "some", "clothes": "some"}.get(deed.thing, "a")
    return " ".join(word for word in (verb, VERBS[deed.verb].particle, article, THINGS[deed.thing].plain) if word)


def told(deeds: Sequence[Deed]) -> str:
    """One sentence about what is done one after the other.

    >>> told([WAVE, Deed("take", "book")])
    'A person waves, then takes a book.'
    """
    return f"A person {', then '.join(plain_third(deed) for deed in deeds)}."
