"""MoVQA: the places of a clip, in the order in which it shows them."""

from pathlib import Path
from typing import Any

import pytest

from mvbench.errors import DataError
from qa_gen.sources.movqa import Journey
from tests.qa_gen.sources.samples import facts_of, write_json, write_orbit

SCENES = [{"order": 0, "place": "a kitchen"}, {"order": 1, "place": "a street"}]
RECORD = {"video": "Top900_00001.mp4", "start": 0.0, "end": 14.2, "scenes": SCENES, "transition": "From one to one."}


def test_the_sample_is_read():
    facts, rejects = facts_of("movqa")
    assert not rejects.counts
    assert facts[2] == Journey(
        video="Top901_00003.mp4",
        start_seconds=0.0,
        end_seconds=9.8,
        places=("a train platform", "an office", "a bar"),
        transition="From the train platform to the office, then to the bar.",
        videos=("video/Top901_00003.mp4", "scene_qa/video/Top901_00003.mp4", "Top901_00003.mp4"),
    )
    assert [len(fact.places) for fact in facts] == [2, 2, 3]


@pytest.mark.parametrize(
    "whole", [{"note": "made up", "records": [RECORD]}, [RECORD], {"records": [RECORD], "more": [1]}]
)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf \n"])
def test_records_stand_in_a_list_or_under_their_key(tmp_path: Path, whole: Any, mark: bytes):
    write_json(tmp_path / "movqa.json", whole)
    (tmp_path / "movqa.json").write_bytes(mark + (tmp_path / "movqa.json").read_bytes())
    (fact,), _ = facts_of("movqa", tmp_path)
    assert fact.places == ("a kitchen", "a street")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"scenes": [SCENES[1], SCENES[0]]}, {"places": ("a kitchen", "a street")}),
        ({"scenes": [{"place": "a street"}, {"place": "a kitchen"}]}, {"places": ("a street", "a kitchen")}),
        ({"scenes": [SCENES[0], {"order": 0.5, "place": "here"}]}, {"places": ("a kitchen", "here")}),
        ({"start": None, "end": None}, {"start_seconds": None, "end_seconds": None}),
        ({"start": None, "end": "3.5"}, {"start_seconds": None, "end_seconds": 3.5}),
        ({"transition": None}, {"transition": None}),
        ({"video": "video/Top900_00001.mp4"}, {"video": "Top900_00001.mp4"}),
    ],
)
def test_records_that_differ_a_little_are_read(tmp_path: Path, change: dict[str, Any], expected: dict[str, Any]):
    (fact,), rejects = facts_of("movqa", write_json(tmp_path / "movqa.json", [RECORD | change]))
    assert not rejects.counts
    assert {key: getattr(fact, key) for key in expected} == expected


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (RECORD | {"video": "../a.mp4"}, "video is no plain relative path"),
        (RECORD | {"scenes": SCENES[:1]}, "fewer than two scenes"),
        (RECORD | {"scenes": {"0": "a kitchen"}}, "fewer than two scenes"),
        (RECORD | {"scenes": [SCENES[0], "a street"]}, "no object"),
        (RECORD | {"scenes": [SCENES[0], SCENES[0]]}, "order of the scenes is unclear"),
        (RECORD | {"scenes": [SCENES[0], {"place": "a street"}]}, "order of the scenes is unclear"),
        (RECORD | {"scenes": [SCENES[0], {"order": None, "place": "here"}]}, "order of the scenes is unclear"),
        (RECORD | {"scenes": [SCENES[0], {"order": 1}]}, "no place"),
        (RECORD | {"end": 0.0}, "clip does not end after it starts"),
        (RECORD | {"start": -1}, "clip does not end after it starts"),
        (RECORD | {"end": "nan"}, "end is no finite number"),
        ("a kitchen", "no object"),
    ],
)
def test_a_bad_record_is_counted_and_the_others_are_read(tmp_path: Path, record: Any, reason: str):
    facts, rejects = facts_of("movqa", write_json(tmp_path / "movqa.json", [record, RECORD]))
    assert [fact.video for fact in facts] == ["Top900_00001.mp4"]
    assert dict(rejects.counts) == {reason: 1}


def test_a_clip_that_comes_twice_is_read_once(tmp_path: Path):
    records = [RECORD, RECORD | {"end": 9.0}, RECORD | {"end": "14.2", "transition": None}, RECORD | {"start": None}]
    facts, rejects = facts_of("movqa", write_json(tmp_path / "movqa.json", records))
    assert [(fact.start_seconds, fact.end_seconds) for fact in facts] == [(0.0, 14.2), (0.0, 9.0), (None, 14.2)]
    assert dict(rejects.counts) == {"clip comes twice": 1}


def test_a_file_of_the_split_goes_before_one_for_both(tmp_path: Path):
    write_json(tmp_path / "movqa.json", [RECORD])
    write_json(tmp_path / "movqa_train.json", [RECORD | {"video": "Top900_00002.mp4"}])
    write_orbit(tmp_path, "films/Top900_00002.mp4")
    (fact,), _ = facts_of("movqa", tmp_path, split="train")
    assert fact.videos[0] == "films/Top900_00002.mp4"
    assert len(fact.orbits) == 1
    (fact,), _ = facts_of("movqa", tmp_path)
    assert fact.video == "Top900_00001.mp4"


@pytest.mark.parametrize("content", [b"", b"{}", b'{"records": {}}', b"5", b"[{"])
def test_a_file_that_holds_no_records_is_said(tmp_path: Path, content: bytes):
    with pytest.raises(DataError, match=r"movqa\.json "):
        facts_of("movqa", write_json(tmp_path / "movqa.json", content))
