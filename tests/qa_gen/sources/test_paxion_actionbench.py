"""ActionBench: a description and its opposite for every clip."""

from pathlib import Path
from typing import Any

import pytest

from mvbench.errors import DataError
from qa_gen.sources.paxion_actionbench import Antonyms
from tests.qa_gen.sources.samples import facts_of, write_json, write_orbit

NAME = "ssv2/shuffled_object_and_action_antonyms/validation.json"
RECORD = {
    "label": "Moving mug up",
    "template": "Moving something up",
    "placeholders": ["mug"],
    "template_action_antonym_clip_text": "Moving something down",
    "label_action_antonym_clip_text": "Moving mug down",
    "id": 900101,
    "label_object_shuffled_clip_text": "moving stapler up",
}


def test_the_sample_is_read():
    facts, rejects = facts_of("paxion_actionbench")
    assert not rejects.counts
    assert [fact.id for fact in facts] == ["900101", "900102", "900103", "900104", "900105"]
    assert facts[4] == Antonyms(
        id="900105",
        label="Putting pen into cup",
        template="Putting something into something",
        placeholders=("pen", "cup"),
        label_antonym="Taking pen out of cup",
        template_antonym="Taking something out of something",
        label_other_objects="putting soap into drawer",
        videos=(
            "20bn-something-something-v2/900105.webm",
            "ssv2_video/900105.webm",
            "900105.webm",
            "ssv2_video_mp4/900105.mp4",
            "900105.mp4",
        ),
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"id": "900101"}, {"id": "900101"}),
        ({"template": "Moving [something] up "}, {"template": "Moving something up"}),
        ({"placeholders": None}, {"placeholders": ()}),
        ({"label_object_shuffled_clip_text": None}, {"label_other_objects": None}),
        ({"further": [[[]]]}, {}),
    ],
)
def test_records_that_differ_a_little_are_read(tmp_path: Path, change: dict[str, Any], expected: dict[str, Any]):
    write_json(tmp_path / NAME, [RECORD | change])
    (fact,), rejects = facts_of("paxion_actionbench", tmp_path)
    assert not rejects.counts
    assert {key: getattr(fact, key) for key in expected} == expected


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (RECORD | {"id": "../900101"}, "id is no whole number"),
        (RECORD | {"id": None}, "id is no whole number"),
        (RECORD | {"template": ""}, "template is empty"),
        (RECORD | {"label": 5}, "label is no text"),
        (RECORD | {"template_action_antonym_clip_text": None}, "no template_action_antonym_clip_text"),
        (RECORD | {"template_action_antonym_clip_text": "moving [something]  up"}, "antonym is the action itself"),
        (RECORD | {"placeholders": "mug"}, "placeholders are no list"),
        (RECORD | {"placeholders": [["mug"]]}, "placeholder is no text"),
        ([RECORD], "no object"),
        (None, "no object"),
    ],
)
def test_a_bad_record_is_counted_and_the_others_are_read(tmp_path: Path, record: Any, reason: str):
    write_json(tmp_path / NAME, [record, RECORD])
    facts, rejects = facts_of("paxion_actionbench", tmp_path)
    assert [fact.id for fact in facts] == ["900101"]
    assert dict(rejects.counts) == {reason: 1}


def test_a_clip_that_comes_twice_is_read_once(tmp_path: Path):
    write_json(tmp_path / NAME, [RECORD | {"label": ""}, RECORD, RECORD | {"id": "900101", "label": "other"}])
    (fact,), rejects = facts_of("paxion_actionbench", tmp_path)
    assert fact.label == "Moving mug up"
    assert dict(rejects.counts) == {"label is empty": 1, "id comes twice": 1}


@pytest.mark.parametrize("top", ["", "ActionBench/"])
def test_videos_may_lie_beside_the_annotations_or_beside_their_folder(tmp_path: Path, top: str):
    write_json(tmp_path / top / NAME, [RECORD])
    (fact,), _ = facts_of("paxion_actionbench", tmp_path)
    assert "20bn-something-something-v2/900101.webm" in fact.videos
    assert fact.videos[0] == f"{top}20bn-something-something-v2/900101.webm"


def test_the_training_split_and_the_orbit_of_a_clip_are_found(tmp_path: Path):
    write_json(tmp_path / NAME.replace("validation", "train"), [RECORD])
    write_orbit(tmp_path, "some/where/900101.webm")
    (fact,), _ = facts_of("paxion_actionbench", tmp_path, split="train")
    assert fact.videos[0] == "some/where/900101.webm"
    assert [orbit.orbit for orbit in fact.orbits] == ["orbit-0"]


def test_missing_annotations_are_said(tmp_path: Path):
    with pytest.raises(DataError, match=r"holds no ssv2/shuffled_object_and_action_antonyms/validation\.json or "):
        facts_of("paxion_actionbench", tmp_path)
