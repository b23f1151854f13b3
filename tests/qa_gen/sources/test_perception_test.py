"""Perception Test: questions from either file layout, times in seconds, and the cut before an ending that tells."""

import zipfile
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mvbench.errors import DataError
from qa_gen.sources.perception_test import Action, Asked, Thing, read
from qa_gen.sources.rejects import Rejects
from tests.qa_gen.sources.samples import SAMPLES, facts_of, write_json, write_orbit

VIDEO = "video_900001"
METADATA = {
    "split": "valid", "video_id": VIDEO, "frame_rate": 30.0, "num_frames": 540, "resolution": [1080, 1920],
    "audio_samples": 864000, "audio_sample_rate": 48000, "is_cup_game": 1, "is_camera_moving": 0,
}  # fmt: skip
QUESTION = {
    "id": 0, "question": "Where is it?", "options": ["left", "right", "middle"], "answer_id": 2, "area": "memory",
    "reasoning": "descriptive", "tag": ["object permanence"],
}  # fmt: skip
ACTION = {"id": 0, "label": "Lifting", "label_id": 1, "parent_objects": [2], "timestamps": [1_000_000, 2_500_000]}


def record(**more: Any) -> dict[str, Any]:
    return {"metadata": METADATA, "mc_question": [QUESTION]} | more


def read_from(folder: Path, value: Any, *, name: str = "all_valid.json") -> tuple[list[Asked], Rejects]:
    return facts_of("perception_test", write_json(folder / name, value))


def one_from(folder: Path, **more: Any) -> Asked:
    (fact,), rejects = read_from(folder, {VIDEO: record(**more)})
    assert not rejects.counts
    return fact


def test_the_sample_is_read():
    facts, rejects = facts_of("perception_test")
    assert not rejects.counts
    assert [(fact.video.video_id, fact.question_id) for fact in facts] == [
        (f"video_90000{video}", str(question)) for video in (1, 2, 3, 4) for question in (0, 1)
    ]
    cups, letters, launches, light = facts[::2]
    assert cups.question.startswith("The person uses multiple similar objects to play an occlusion game.")
    assert cups.choices[cups.answer or 0] == "Under the second object from the left."
    assert cups.tags == ("object permanence", "event counting")
    assert (cups.area, cups.reasoning) == ("memory", "descriptive")
    assert (cups.video.seconds, cups.video.cut_frame, cups.video.cut_seconds) == (18.0, 450, 449 / 30)
    assert (cups.video.height, cups.video.width, cups.video.is_cup_game) == (1080, 1920, True)
    assert cups.video.things == (Thing(0, "cup", True), Thing(1, "cup", True), Thing(2, "coin", False))
    assert cups.video.actions == (
        Action("Putting something under something", 0.666666, 2.0, (2,)),
        Action("Moving something around", 3.0, 14.0, (0, 1)),
    )
    assert (letters.choices, letters.answer, letters.video.cut_frame) == (("k", "b", "s"), 1, None)
    assert launches.video.seconds == pytest.approx(24.5245, abs=1e-4)
    assert [action.label for action in launches.video.actions] == ["Throwing something in the air"] * 4
    assert (light.choices, light.video.is_camera_moving) == (("yes", "I don't know", "no"), True)


def test_the_file_that_holds_only_questions_tells_the_same_but_no_actions(tmp_path: Path):
    for name in ("mc_question_valid.json", "cut_frame_mapping_valid.json"):
        write_json(tmp_path / name, (SAMPLES / "perception_test" / name).read_bytes())
    alone, rejects = facts_of("perception_test", tmp_path)
    whole, _ = facts_of("perception_test")
    assert not rejects.counts
    assert [(fact.question, fact.choices, fact.answer) for fact in alone] == [
        (fact.question, fact.choices, fact.answer) for fact in whole
    ]
    assert [fact.video.cut_frame for fact in alone] == [fact.video.cut_frame for fact in whole]
    assert all(fact.video.actions == fact.video.things == () for fact in alone)


def test_archives_of_the_download_are_read_in_place(tmp_path: Path):
    for kind in ("mc_question", "cut_frame_mapping"):
        with zipfile.ZipFile(tmp_path / f"{kind}_valid_annotations.zip", "w") as archive:
            archive.writestr(f"{kind}_valid.json", (SAMPLES / "perception_test" / f"{kind}_valid.json").read_bytes())
    facts, _ = facts_of("perception_test", tmp_path)
    assert (len(facts), facts[0].video.cut_frame) == (8, 450)


def test_the_split_for_training_has_files_of_its_own(tmp_path: Path):
    write_json(tmp_path / "all_train.json", {VIDEO: record()})
    write_json(tmp_path / "cut_frame_mapping_train.json", {VIDEO: 100})
    ((fact,), _) = facts_of("perception_test", tmp_path, split="train")
    assert fact.video.cut_frame == 100
    with pytest.raises(DataError, match="all_valid"):
        facts_of("perception_test", tmp_path)


@pytest.mark.parametrize(
    ("cut", "frame"), [(450, 450), (0, None), (-1, None), (540, None), (9999, None), ("450", 450), (450.0, 450)]
)
def test_a_cut_below_1_or_past_the_video_cuts_nothing(tmp_path: Path, cut: Any, frame: int | None):
    write_json(tmp_path / "cut_frame_mapping_valid.json", {VIDEO: cut})
    assert one_from(tmp_path).video.cut_frame == frame


def test_a_video_that_is_no_cup_game_may_be_cut_too(tmp_path: Path):
    write_json(tmp_path / "cut_frame_mapping_valid.json", {VIDEO: 450})
    fact = one_from(tmp_path, metadata=METADATA | {"is_cup_game": 0})
    assert (fact.video.is_cup_game, fact.video.cut_frame) == (False, 450)


def test_a_cut_that_is_no_number_is_counted(tmp_path: Path):
    write_json(tmp_path / "cut_frame_mapping_valid.json", {VIDEO: "soon", "video_2": 4.5})
    facts, rejects = read_from(tmp_path, {VIDEO: record()})
    assert facts[0].video.cut_frame is None
    assert rejects.counts == {"cut frame is no number": 1, "cut frame is no whole number": 1}


@pytest.mark.parametrize(
    "row", [{key: QUESTION[key] for key in QUESTION if key != "answer_id"}, QUESTION | {"answer_id": None}]
)
def test_an_answer_kept_back_is_none(tmp_path: Path, row: dict[str, Any]):
    assert one_from(tmp_path, mc_question=[row]).answer is None


def test_what_is_not_always_there_may_be_missing(tmp_path: Path):
    row = {key: QUESTION[key] for key in ("id", "question", "options")}
    fact = one_from(
        tmp_path, metadata={"frame_rate": 29.97, "num_frames": 300}, mc_question=[row | {"tag": "sequencing"}]
    )
    assert (fact.area, fact.reasoning, fact.tags) == (None, None, ("sequencing",))
    assert (fact.video.height, fact.video.is_cup_game, fact.video.seconds) == (None, False, 300 / 29.97)


def test_actions_end_with_the_video_and_fall_back_on_frames(tmp_path: Path):
    rows = [
        ACTION | {"timestamps": [17_000_000, 30_000_000]},
        {key: ACTION[key] for key in ACTION if key != "timestamps"} | {"frame_ids": [30, 60]},
    ]
    fact = one_from(tmp_path, action_localisation=rows)
    assert fact.video.actions == (Action("Lifting", 17.0, 18.0, (2,)), Action("Lifting", 1.0, 2.0, (2,)))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"timestamps": [2_000_000, 1_000_000]}, "action: it does not end after it starts, within the video"),
        ({"timestamps": [20_000_000, 21_000_000]}, "action: it does not end after it starts, within the video"),
        ({"timestamps": [-5, 1_000_000]}, "action: it does not end after it starts, within the video"),
        ({"timestamps": [1]}, "action: timestamps are not two"),
        ({"timestamps": ["nan", 1]}, "action: timestamps is no finite number"),
        ({"label": ""}, "action: label is empty"),
        ({"parent_objects": 3}, "action: parent_objects are no list"),
    ],
)
def test_a_bad_action_is_counted_and_its_video_kept(tmp_path: Path, row: dict[str, Any], reason: str):
    facts, rejects = read_from(tmp_path, {VIDEO: record(action_localisation=[ACTION | row, ACTION])})
    assert facts[0].video.actions == (Action("Lifting", 1.0, 2.5, (2,)),)
    assert rejects.counts == {reason: 1}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"options": ["a", "b"]}, "question: options are not 3"),
        ({"options": ["a", "b", "a "]}, "question: two options are the same"),
        ({"options": ["a", "b", None]}, "question: no option"),
        ({"options": "abc"}, "question: options are not 3"),
        ({"answer_id": 3}, "question: answer_id is that of no option"),
        ({"answer_id": -1}, "question: answer_id is that of no option"),
        ({"answer_id": "left"}, "question: answer_id is no number"),
        ({"answer_id": True}, "question: answer_id is no number"),
        ({"question": " "}, "question: question is empty"),
        ({"id": None}, "question: id is no number"),
        ({"tag": [["x"]]}, "question: tag is no text"),
    ],
)
def test_a_bad_question_is_counted_and_its_neighbour_kept(tmp_path: Path, row: dict[str, Any], reason: str):
    facts, rejects = read_from(tmp_path, {VIDEO: record(mc_question=[QUESTION | row, QUESTION | {"id": 1}])})
    assert [fact.question_id for fact in facts] == ["1"]
    assert rejects.counts == {reason: 1}


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("../video_1", record(), "video id names no video"),
        (VIDEO, [], "no object"),
        (VIDEO, {"mc_question": [QUESTION]}, "no metadata"),
        (VIDEO, record(metadata=METADATA | {"frame_rate": 0}), "frame_rate and num_frames are those of no video"),
        (VIDEO, record(metadata=METADATA | {"num_frames": "many"}), "num_frames is no number"),
        (VIDEO, record(metadata=METADATA | {"num_frames": 1e300}), "frame_rate and num_frames are those of no video"),
        (VIDEO, record(mc_question={"id": 0}), "mc_question is no list"),
    ],
)
def test_a_bad_video_is_counted_and_the_next_one_read(tmp_path: Path, key: str, value: Any, reason: str):
    facts, rejects = read_from(tmp_path, {key: value, "video_2": record()})
    assert [fact.video.video_id for fact in facts] == ["video_2"]
    assert rejects.counts == {reason: 1}


def test_a_video_named_twice_is_read_once(tmp_path: Path):
    row = orjson.dumps(record()).decode()
    facts, rejects = read_from(tmp_path, f'{{"{VIDEO}": {row}, "{VIDEO}": {row}}}'.encode())
    assert len(facts) == 1
    assert rejects.counts == {"video comes twice": 1}


def test_numbers_among_options_become_texts(tmp_path: Path):
    assert one_from(tmp_path, mc_question=[QUESTION | {"options": [2, 3, "4 "]}]).choices == ("2", "3", "4")


def test_videos_are_looked_for_in_the_usual_folders_and_orbits_are_attached(tmp_path: Path):
    write_orbit(tmp_path, f"clips/{VIDEO}.mp4", task="object_shuffle", record="0")
    facts, _ = read_from(tmp_path, {VIDEO: record(mc_question=[QUESTION, QUESTION | {"id": 1}])})
    assert [len(fact.orbits) for fact in facts] == [1, 0]
    assert facts[0].videos[0] == f"clips/{VIDEO}.mp4"
    assert facts[1].videos == tuple(f"{folder}{VIDEO}.mp4" for folder in ("videos/", "", "valid/", "valid_videos/"))


def test_bad_records_are_read_past_up_to_a_limit(tmp_path: Path):
    write_json(tmp_path / "all_valid.json", {f"video_{number}": [] for number in range(5)})
    with pytest.raises(DataError, match="more than 2"):
        list(read(tmp_path, rejects=Rejects("perception_test", max_bad=2)))


def test_a_file_that_is_no_object_is_an_error_in_one_line(tmp_path: Path):
    with pytest.raises(DataError, match=r"all_valid\.json") as caught:
        read_from(tmp_path, [record()])
    assert "\n" not in str(caught.value)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(list(QUESTION)), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=60)
@given(
    st.fixed_dictionaries(
        {"metadata": st.just(METADATA) | ANYTHING},
        optional=dict.fromkeys(("mc_question", "object_tracking", "action_localisation"), ANYTHING),
    ),
    st.sampled_from([*QUESTION, *ACTION]),
    ANYTHING,
)
def test_no_record_crashes_the_reader(tmp_path_factory: pytest.TempPathFactory, value: Any, key: str, other: Any):
    folder = tmp_path_factory.mktemp("records")
    spoiled = record(mc_question=[QUESTION | {key: other}], action_localisation=[ACTION | {key: other}])
    content = orjson.dumps({"video_1": value, "video_2": spoiled})
    facts, _ = read_from(folder, content)
    assert all(fact.answer is None or 0 <= fact.answer < 3 for fact in facts)
