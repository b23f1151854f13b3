"""Clips of a hand and a thing: every motion can be told from its reverse, and the record says which it is."""

import json
import re
from pathlib import Path
from random import Random

import numpy as np
import pytest

from qa_gen.synth.world import Place, Scene, Told
from qa_gen.synth.worlds.paxion_actionbench import look, publish, scenes
from qa_gen.synth.worlds.paxion_actionbench import orbit as making
from qa_gen.synth.worlds.paxion_actionbench.motions import MOTIONS
from qa_gen.synth.worlds.paxion_actionbench.text import blanks, filled_in
from tests.qa_gen.worlds.as_shown import as_shown

KEYS = [
    "label", "template", "placeholders", "template_action_antonym_clip_text", "label_action_antonym_clip_text", "id",
    "label_object_shuffled_clip_text",
]  # fmt: skip
"""Of a record, in the order of the distributed files."""


TOLD = {
    "Moving something up": "moves .* up",
    "Moving something down": "moves .* down",
    "Pushing something from left to right": "from left to right",
    "Pushing something from right to left": "from right to left",
    "Moving something towards the camera": "towards the camera",
    "Moving something away from the camera": "away from the camera",
    "Moving something closer to something": "closer to",
    "Moving something away from something": "away from",
    "Moving something and something closer to each other": "closer to each other",
    "Moving something and something away from each other": "away from each other",
    "Putting something behind something": "puts .* behind",
    "Pulling something from behind of something": "pulls .* from behind",
    "Putting something onto something": "puts .* onto",
    "Taking something off of something": "takes .* off",
    "Putting something upright on the table": "upright",
    "Laying something on the table on its side": "on its side",
    "Opening something": "opens",
    "Closing something": "closes",
    "Filling something with something": "fills",
    "Emptying something of something": "empties",
    "Unfolding something": "unfolds",
    "Folding something": "folds",
    "Covering something with something": "covers",
    "Uncovering something": "uncovers",
    "Putting something into something": "puts .* into",
    "Taking something out of something": "takes .* out of",
    "Pulling two ends of something so that it gets longer": "pull .* longer",
    "Pushing two ends of something so that it gets shorter": "push .* shorter",
    "Approaching something with your camera": "camera approaches",
    "Moving away from something with your camera": "camera moves away from",
    "Turning the camera right while filming something": "camera turns right",
    "Turning the camera left while filming something": "camera turns left",
    "Turning the camera upwards while filming something": "camera turns upwards",
    "Turning the camera downwards while filming something": "camera turns downwards",
}
"""How captions say what a template says."""


def orbit(index: int, *, seed: int = 0, split: str = "test") -> list[Scene]:
    return scenes(Place(seed, split, making.SOURCE, making.TASKS[0], index, 2 * index))  # type: ignore[arg-type]


@pytest.mark.parametrize("motion", MOTIONS, ids=lambda motion: motion.template)
def test_either_direction_of_a_motion_is_seen(motion, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "MOTIONS", (motion,))
    for scene in orbit(3):
        mark = scene.marks[0]
        seen = look("action_antonym", as_shown(scene, 8), mark.question, mark.choices)
        assert mark.choices[seen] == scene.records["clip"]["template"]


def test_the_second_clip_is_the_first_one_backwards() -> None:
    for index in range(3):
        one, other = (scene.film for scene in orbit(index))
        for number in (0, 9, 32, 64):
            assert np.array_equal(one.frame(number), other.frame(64 - number))


def test_records_have_the_keys_of_the_source_and_say_opposite_things() -> None:
    for index in range(40):
        first, second = (scene.records["clip"] for scene in orbit(index))
        assert list(first) == list(second) == KEYS
        assert first["template"] == second["template_action_antonym_clip_text"]
        assert first["label_action_antonym_clip_text"] == second["label"]
        for record in (first, second):
            assert filled_in(record["template"], record["placeholders"]) == record["label"]
            assert len(record["placeholders"]) == blanks(record["template"])
            assert record["label"].lower() != record["label_object_shuffled_clip_text"]


def test_clips_are_named_by_their_ids_which_never_repeat() -> None:
    made = [scene for index in range(300) for scene in orbit(index)]
    assert len({scene.records["clip"]["id"] for scene in made}) == 600
    for scene in made:
        assert scene.film.path == f"20bn-something-something-v2/{scene.records['clip']['id']}.webm"


def test_captions_are_filled_in_and_differ_between_directions() -> None:
    for index in range(60):
        captions = {scene.captions[0] for scene in orbit(index)}
        assert len(captions) == 2
        assert not any("{" in caption or "something" in caption.lower() for caption in captions)


@pytest.mark.parametrize("motion", MOTIONS, ids=lambda motion: motion.template)
def test_captions_tell_the_direction_of_this_clip_and_name_its_things(motion, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "MOTIONS", (motion,))
    for index in range(3):
        for scene in orbit(index):
            (mark,) = scene.marks
            (caption,) = scene.captions
            told = [template for template in mark.choices if re.search(rf"\b{TOLD[template]}\b", caption)]
            assert told == [mark.choices[mark.answer]]
            assert all(name in caption for name in scene.records["clip"]["placeholders"])


@pytest.mark.parametrize(("template", "names", "label"), [
    ("Moving something up", ["mug", "pen"], "Moving mug up"),
    ("Something falls", ["pen"], "pen falls"),
    ("Putting something into something", ["pen", "cup"], "Putting pen into cup"),
    ("Moving something and something closer to each other", ["a", "b"], "Moving a and b closer to each other"),
])  # fmt: skip
def test_templates_are_filled_in_name_by_name(template: str, names: list[str], label: str) -> None:
    assert filled_in(template, names) == label


@pytest.mark.parametrize(("split", "name"), [("test", "validation.json"), ("train", "train.json")])
def test_the_file_of_a_split_holds_one_record_for_each_clip(split, name: str, tmp_path: Path) -> None:
    made = orbit(0, split=split) + orbit(1, split=split)
    told = [Told(scene.film.path, 12.0, 65, scene.records) for scene in made]
    publish(tmp_path, lambda: told, split)
    written = json.loads((tmp_path / "ssv2" / "shuffled_object_and_action_antonyms" / name).read_bytes())
    assert written == [scene.records["clip"] for scene in made]


def test_things_and_their_companions_are_never_of_one_name_and_colour() -> None:
    rng = Random(1)
    for motion in MOTIONS:
        for _ in range(20):
            stage = making.a_stage(motion, rng, ground="x")
            assert stage.first.name != stage.second.name
            assert stage.first.colour != stage.second.colour
