"""All records -> the files that STAR's users download."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from qa_gen.splits import Split
from qa_gen.synth.home.deeds import VERBS as WORDS
from qa_gen.synth.home.deeds import Deed
from qa_gen.synth.listing import write_json_list, write_lines
from qa_gen.synth.world import Told
from qa_gen.synth.worlds.star.classes import ACTIONS, OBJECTS, RELATIONS, VERBS

FILES: dict[Split, str] = {"test": "STAR_val.json", "train": "STAR_train.json"}


def publish(folder: Path, told: Callable[[], Iterable[Told]], split: Split) -> None:
    write_json_list(folder / FILES[split], (scene.records["star"] for scene in told()))
    classes = folder / "STAR_classes"
    write_lines(classes / "action_classes.txt", (f"{number} {label}" for number, label in ACTIONS.values()))
    write_lines(classes / "action_mapping.txt", map(mapping, ACTIONS))
    for name, table in (("object", OBJECTS), ("verb", VERBS), ("relationship", RELATIONS)):
        write_lines(classes / f"{name}_classes.txt", (f"{number} {label}" for label, number in table.items()))


def mapping(deed: Deed) -> str:
    """The number of an action with those of its verb and its object."""
    return f"{ACTIONS[deed][0]} {VERBS[WORDS[deed.verb].star]} {OBJECTS[deed.thing]}"
