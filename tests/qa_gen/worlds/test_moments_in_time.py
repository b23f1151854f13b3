"""Three seconds of one thing: which of its two motions is done, and which way, can be seen."""

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from qa_gen.synth.world import Place, Scene, Told
from qa_gen.synth.worlds.moments_in_time import look, publish, scenes
from qa_gen.synth.worlds.moments_in_time import orbit as making
from qa_gen.synth.worlds.moments_in_time.kinds import CATEGORIES, KINDS
from tests.qa_gen.worlds.as_shown import as_shown

VERBS = {
    "ascending": "goes up", "climbing": "climbs", "closing": "closes?", "deflating": "loses its air",
    "descending": "goes down|comes down", "draining": "runs empty", "entering": "walks in|comes into|drives into",
    "exiting": "comes out|leaves", "falling": "sinks", "filling": "fills", "inflating": "fills with air",
    "landing": "lands", "launching": "takes off", "lifting": "lifts", "loading": "puts .* onto", "opening": "opens?",
    "packing": "packs", "placing": "puts .* down", "pulling": "pulls", "pushing": "pushes",
    "rising": "rises|comes up", "submerging": "goes down", "unloading": "takes .* off", "unpacking": "takes .* out",
}  # fmt: skip
"""How captions say what a label says."""


def orbit(index: int, *, seed: int = 0, split: str = "test") -> list[Scene]:
    return scenes(Place(seed, split, making.SOURCE, making.TASKS[0], index, 4 * index))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_of_the_four_actions_is_seen(kind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "KINDS", (kind,))
    for scene in orbit(5):
        mark = scene.marks[0]
        seen = look("fine_grained_action", as_shown(scene, 8), mark.question, mark.choices)
        assert mark.choices[seen] == scene.records["row"][1]


def test_clips_last_three_seconds_and_come_in_pairs_that_are_each_other_backwards() -> None:
    made = orbit(1)
    for scene in made:
        assert scene.film.num_frames / scene.film.fps == 3
        ends = scene.film.frame(0), scene.film.frame(64)
        partners = [other for other in made if np.array_equal(other.film.frame(64), ends[0])
                    and np.array_equal(other.film.frame(0), ends[1]) and other is not scene]  # fmt: skip
        assert len(partners) == 1


def test_there_are_a_dozen_labels_and_no_two_things_have_the_same_four() -> None:
    assert len(CATEGORIES) >= 12
    assert all(len(kind.labels) == 4 for kind in KINDS)
    assert max(Counter(kind.labels for kind in KINDS).values()) == 1


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_captions_name_the_action_of_this_clip_and_none_of_the_other_three(
    kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "KINDS", (kind,))
    for index in range(3):
        for scene in orbit(index):
            (mark,) = scene.marks
            (caption,) = scene.captions
            told = [label for label in mark.choices if re.search(rf"\b(?:{VERBS[label]})\b", caption)]
            assert told == [mark.choices[mark.answer]]


def test_clips_lie_in_the_folder_of_their_label_and_their_names_do_not_repeat() -> None:
    made = [scene for index in range(200) for scene in orbit(index)]
    for scene in made:
        path, label, agreeing, disagreeing = scene.records["row"]
        assert scene.film.path == f"validation/{path}"
        assert path.split("/")[0] == label == scene.marks[0].choices[scene.marks[0].answer]
        assert agreeing > 0 == disagreeing
    assert len({scene.film.path.split("/")[-1] for scene in made}) == len(made)
    assert not any(label in scene.film.path.split("/")[-1] for scene in made for label in CATEGORIES)


@pytest.mark.parametrize(("split", "name", "top"), [
    ("test", "validationSet.csv", "validation"), ("train", "trainingSet.csv", "training"),
])  # fmt: skip
def test_the_table_of_a_split_has_four_columns_and_no_header(split, name: str, top: str, tmp_path: Path) -> None:
    made = orbit(0, split=split)
    publish(tmp_path, lambda: [Told(scene.film.path, 21.7, 65, scene.records) for scene in made], split)
    lines = (tmp_path / name).read_text().splitlines()
    assert len(lines) == 4
    for line, scene in zip(lines, made, strict=True):
        path, label, agreeing, disagreeing = line.split(",")
        assert scene.film.path == f"{top}/{path}"
        assert label == path.split("/")[0]
        assert agreeing.isdigit() and disagreeing == "0"
    categories = (tmp_path / "moments_categories.txt").read_text().splitlines()
    assert categories == [f"{label},{index}" for index, label in enumerate(sorted(CATEGORIES))]
