"""What happens in a room, in the words and numbers of Charades: a sentence, and a row of its table of videos."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from types import MappingProxyType

from qa_gen.synth.home.deeds import GESTURES, Deed, plain_gerund, plain_third, told
from qa_gen.synth.home.stage import Stage
from qa_gen.synth.home.timeline import Timeline
from qa_gen.synth.world import Place

COLUMNS = ("id", "subject", "scene", "quality", "relevance", "verified", "script", "objects", "descriptions", "actions",
           "length")  # fmt: skip

SCENES = ("Living room", "Bedroom", "Dining room", "Home Office / Study", "Recreation room / Man cave")

CLASSES: Mapping[Deed, str] = MappingProxyType(
    {
        Deed("take", "clothes"): "c002",
        Deed("throw", "clothes"): "c003",
        Deed("tidy", "clothes"): "c004",
        Deed("open", "door"): "c008",
        Deed("take", "phone/camera"): "c018",
        Deed("open", "bag"): "c021",
        Deed("take", "bag"): "c023",
        Deed("throw", "bag"): "c024",
        Deed("open", "book"): "c027",
        Deed("take", "book"): "c030",
        Deed("throw", "book"): "c031",
        Deed("take", "towel"): "c035",
        Deed("throw", "towel"): "c036",
        Deed("tidy", "towel"): "c037",
        Deed("open", "box"): "c041",
        Deed("take", "box"): "c043",
        Deed("throw", "box"): "c045",
        Deed("take", "laptop"): "c050",
        Deed("take", "shoe"): "c056",
        Deed("throw", "shoe"): "c058",
        Deed("take", "food"): "c063",
        Deed("throw", "food"): "c064",
        Deed("eat", "sandwich"): "c065",
        Deed("take", "sandwich"): "c069",
        Deed("take", "blanket"): "c073",
        Deed("throw", "blanket"): "c074",
        Deed("tidy", "blanket"): "c075",
        Deed("take", "pillow"): "c079",
        Deed("throw", "pillow"): "c080",
        Deed("take", "picture"): "c083",
        Deed("take", "broom"): "c100",
        Deed("sweep", "broom"): "c102",
        Deed("drink", "cup/glass/bottle"): "c106",
        Deed("take", "cup/glass/bottle"): "c110",
        Deed("wash", "cup/glass/bottle"): "c111",
        Deed("open", "closet/cabinet"): "c113",
        Deed("take", "dish"): "c120",
        Deed("wash", "dish"): "c121",
        Deed("open", "refrigerator"): "c143",
    }
)
"""Deed -> class of Charades."""

WHERE = {"shelf": "from the shelf", "board": "from the sideboard", "floor": "from the floor"}


def sentence(rng: Random, stage: Stage, deed: Deed) -> str:
    """Lower case, with a full stop, as those of Charades-STA."""
    subject = rng.choice(("person", "a person", "the person"))
    words = f"is {plain_gerund(deed)}" if rng.random() < 0.4 else plain_third(deed)
    place = f" {WHERE[stage.spot(deed.thing).kind]}" if deed.verb == "take" else ""
    return f"{subject} {words}{place}."


def csv_row(video: str, stage: Stage, timeline: Timeline, place: Place) -> dict[str, str]:
    """Text by column. The subject is the orbit's: its videos show one person."""
    rng = place.rng("people")
    actions = [
        f"{CLASSES[deed]} {timeline.seconds_of(slot):.2f} {timeline.seconds_of(slot + 1):.2f}"
        for slot, deed in enumerate(timeline.deeds)
        if deed not in GESTURES
    ]
    account = told(timeline.deeds)
    return {
        "id": video,
        "subject": f"S{rng.randrange(1000):03d}",
        "scene": rng.choice(SCENES),
        "quality": str(rng.randint(5, 7)),
        "relevance": str(rng.randint(5, 7)),
        "verified": "Yes",
        "script": account,
        "objects": ";".join(name for name, _ in stage.places),
        "descriptions": account,
        "actions": ";".join(actions),
        "length": f"{timeline.num_frames / float(timeline.fps):.2f}",
    }
