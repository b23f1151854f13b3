"""Our deeds in the words and numbers of STAR's classes. Source: `STAR_classes` of the STAR benchmark's repository."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from qa_gen.synth.home.deeds import Deed

PERSON = "o000"

OBJECTS: Mapping[str, str] = MappingProxyType(
    {
        "person": "o000", "broom": "o001", "picture": "o002", "closet/cabinet": "o003", "blanket": "o004",
        "refrigerator": "o008", "pillow": "o009", "cup/glass/bottle": "o010", "shoe": "o012", "phone/camera": "o014",
        "box": "o015", "sandwich": "o016", "book": "o017", "clothes": "o019", "bag": "o023", "dish": "o024",
        "laptop": "o025", "door": "o026", "towel": "o027", "food": "o028",
    }
)  # fmt: skip

VERBS: Mapping[str, str] = MappingProxyType(
    {
        "drink": "v001", "eat": "v002", "open": "v006", "take": "v010", "throw": "v011", "tidy": "v012", "wash": "v015",
    }
)  # fmt: skip

RELATIONS: Mapping[str, str] = MappingProxyType(
    {"drinking_from": "r006", "holding": "r009", "eating": "r013", "touching": "r019", "near": "r023"}
)

ACTIONS: Mapping[Deed, tuple[str, str]] = MappingProxyType(
    {
        Deed("take", "clothes"): ("a002", "take some clothes from somewhere"),
        Deed("throw", "clothes"): ("a003", "throw clothes somewhere"),
        Deed("tidy", "clothes"): ("a004", "tidy some clothes"),
        Deed("open", "door"): ("a007", "open a door"),
        Deed("take", "phone/camera"): ("a014", "take a phone/camera from somewhere"),
        Deed("open", "bag"): ("a015", "open a bag"),
        Deed("take", "bag"): ("a017", "take a bag from somewhere"),
        Deed("throw", "bag"): ("a018", "throw a bag somewhere"),
        Deed("open", "book"): ("a021", "open a book"),
        Deed("take", "book"): ("a023", "take a book from somewhere"),
        Deed("throw", "book"): ("a024", "throw a book somewhere"),
        Deed("take", "towel"): ("a027", "take a towel/s from somewhere"),
        Deed("throw", "towel"): ("a028", "throw a towel/s somewhere"),
        Deed("tidy", "towel"): ("a029", "tidy up a towel/s"),
        Deed("open", "box"): ("a032", "open a box"),
        Deed("take", "box"): ("a034", "take a box from somewhere"),
        Deed("throw", "box"): ("a035", "throw a box somewhere"),
        Deed("take", "laptop"): ("a040", "take a laptop from somewhere"),
        Deed("take", "shoe"): ("a043", "take shoes from somewhere"),
        Deed("throw", "shoe"): ("a044", "throw shoes somewhere"),
        Deed("take", "food"): ("a049", "take food from somewhere"),
        Deed("throw", "food"): ("a050", "throw food somewhere"),
        Deed("eat", "sandwich"): ("a051", "eat a sandwich"),
        Deed("take", "sandwich"): ("a054", "take a sandwich from somewhere"),
        Deed("take", "blanket"): ("a057", "take a blanket from somewhere"),
        Deed("throw", "blanket"): ("a058", "throw a blanket somewhere"),
        Deed("tidy", "blanket"): ("a059", "tidy up a blanket/s"),
        Deed("take", "pillow"): ("a062", "take a pillow from somewhere"),
        Deed("throw", "pillow"): ("a063", "throw a pillow somewhere"),
        Deed("take", "picture"): ("a064", "reach for and grab a picture"),
        Deed("take", "broom"): ("a077", "take a broom from somewhere"),
        Deed("sweep", "broom"): ("a079", "tidy up with a broom"),
        Deed("drink", "cup/glass/bottle"): ("a082", "drink from a cup/glass/bottle"),
        Deed("take", "cup/glass/bottle"): ("a084", "take a cup/glass/bottle from somewhere"),
        Deed("wash", "cup/glass/bottle"): ("a085", "wash a cup/glass/bottle"),
        Deed("open", "closet/cabinet"): ("a087", "open a closet/cabinet"),
        Deed("take", "dish"): ("a093", "take a dish/es from somewhere"),
        Deed("wash", "dish"): ("a094", "wash a dish/dishes"),
        Deed("open", "refrigerator"): ("a110", "open a refrigerator"),
    }
)
"""Deed -> number and label of STAR's class of actions."""


def relation(deed: Deed) -> str:
    """Number of the relation between the person and the thing while the deed is done."""
    if deed.thing in ("door", "closet/cabinet", "refrigerator"):
        return RELATIONS["touching"]
    return RELATIONS[{"drink": "drinking_from", "eat": "eating"}.get(deed.verb, "holding")]
