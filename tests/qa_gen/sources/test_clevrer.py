"""CLEVRER: annotations frame by frame, joined with questions by scene."""

import copy
import gzip
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvbench.errors import DataError
from qa_gen.sources.clevrer import Collision, Crossing, Motion, Object, annotation_of, read
from qa_gen.sources.records import Unfit
from qa_gen.sources.rejects import Rejects
from tests.qa_gen.sources.samples import SAMPLES, facts_of, write_json, write_orbit

SHELF = "annotation_validation/annotation_10000-11000"


def entry(object_id: int, place: tuple[float, float], speed: float = 0.0, inside: bool = True) -> dict[str, Any]:
    return {
        "object_id": object_id, "location": [*place, 0.2], "orientation": [0.0, 0.0, 0.0],
        "velocity": [0.0, speed, 0.0], "angular_velocity": [0.0, 0.0, 0.0], "inside_camera_view": inside,
    }  # fmt: skip


def annotation(scene: int = 10_000, **changes: Any) -> dict[str, Any]:
    """Object 4 comes in and moves right, object 2 rests; they meet in the last of three frames."""
    frames = [[entry(4, (0.0, -3.0 + n), 0.5, inside=n > 0), entry(2, (0.0, 0.5))] for n in range(3)]
    return {
        "scene_index": scene,
        "video_filename": f"video_{scene:05d}.mp4",
        "object_property": [
            {"object_id": 4, "color": "red", "material": "metal", "shape": "cube"},
            {"object_id": 2, "color": "cyan", "material": "rubber", "shape": "sphere"},
        ],
        "motion_trajectory": [{"frame_id": n, "objects": objects} for n, objects in enumerate(frames)],
        "collision": [{"object_ids": [2, 4], "frame_id": 2, "location": [0.0, 0.0, 0.2]}],
    } | changes


def descriptive(**changes: Any) -> dict[str, Any]:
    return {
        "question_id": 0, "question": "How many objects are moving?", "question_type": "descriptive",
        "question_subtype": "count", "program": ["objects", "null", "filter_moving", "count"], "answer": "1",
    } | changes  # fmt: skip


def counterfactual(*answers: str, **changes: Any) -> dict[str, Any]:
    choices = [
        {"choice_id": n, "choice": f"Event {n}", "program": [], "answer": answer} for n, answer in enumerate(answers)
    ]
    return {
        "question_id": 1, "question": "Which event will happen if the cube is removed?",
        "question_type": "counterfactual", "program": ["all_events"], "choices": choices,
    } | changes  # fmt: skip


def scene(number: int, *questions: dict[str, Any], **changes: Any) -> dict[str, Any]:
    name = f"video_{number:05d}.mp4"
    return {"scene_index": number, "video_filename": name, "questions": list(questions)} | changes


def write_annotation(folder: Path, value: Any, *, scene: int = 10_000) -> None:
    write_json(folder / SHELF / f"annotation_{scene:05d}.json", value)


def read_one(folder: Path, value: Any) -> tuple[Motion | None, dict[str, int]]:
    write_annotation(folder, value)
    (video,), rejects = facts_of("clevrer", folder)
    return video.motion, dict(rejects.counts)


def test_the_sample_is_read():
    (first, second), rejects = facts_of("clevrer")
    assert not rejects.counts
    assert (first.scene_index, first.name, first.fps) == (10_000, "video_10000.mp4", 25.0)
    assert first.objects == (
        Object(0, "cyan", "rubber", "sphere"),
        Object(1, "red", "metal", "cube"),
        Object(2, "purple", "metal", "cylinder"),
        Object(3, "green", "rubber", "cylinder"),
    )
    motion = first.motion
    assert motion.location.shape == motion.velocity.shape == (128, 4, 3)
    assert motion.location.dtype == np.float32
    assert motion.location[60, 0].tolist() == pytest.approx([0.732635, 0.715541, 0.2])
    assert motion.velocity[60, 1].tolist() == pytest.approx([-0.492349, 0.373585, 0.0])
    assert motion.visible[60].tolist() == [True, True, True, False]
    assert motion.moving()[60].tolist() == [True, True, False, False]
    assert motion.collisions == (Collision(54, (0, 1)), Collision(90, (0, 3)))
    assert motion.crossings() == (Crossing(14, 1, True), Crossing(71, 3, True), Crossing(107, 0, False))
    assert [len(video.questions) for video in (first, second)] == [13, 13]
    asked = first.questions[0]
    assert (asked.question_id, asked.kind, asked.subtype, asked.answer) == ("0", "descriptive", "exist", "no")
    assert asked.text == "Are there any moving cyan objects when the video ends?"
    assert asked.program[:3] == ("objects", "cyan", "filter_color")
    assert [question.right for question in first.questions[7:]] == [(), (0, 1, 2), (), (0, 1, 2), (0,), (1, 2)]
    assert first.questions[11].choices[0].text == "The cyan sphere collides with the red cube"


@pytest.mark.parametrize("answers", [("wrong", "wrong"), ("correct", "wrong"), ("correct", "correct", "wrong")])
def test_none_one_and_several_choices_may_be_right(answers: tuple[str, ...], tmp_path: Path):
    write_json(tmp_path / "validation.json", [scene(10_000, counterfactual(*answers))])
    (video,), rejects = facts_of("clevrer", tmp_path)
    (question,) = video.questions
    assert question.right == tuple(place for place, answer in enumerate(answers) if answer == "correct")
    assert dict(rejects.counts) == {"scene has no annotation": 1}


def test_a_scene_without_annotation_is_counted_and_keeps_its_questions(tmp_path: Path):
    write_json(tmp_path / "validation.json", [scene(10_000, descriptive()), scene(10_001, descriptive())])
    write_annotation(tmp_path, annotation())
    videos, rejects = facts_of("clevrer", tmp_path)
    assert [(video.motion is None, len(video.objects), len(video.questions)) for video in videos] == [
        (False, 2, 1), (True, 0, 1),
    ]  # fmt: skip
    assert dict(rejects.counts) == {"scene has no annotation": 1}


def test_annotated_scenes_without_questions_come_last(tmp_path: Path):
    write_json(tmp_path / "validation.json", [scene(10_002, descriptive())])
    for number in (10_001, 10_002, 10_000):
        write_annotation(tmp_path, annotation(number), scene=number)
    videos, rejects = facts_of("clevrer", tmp_path)
    assert [(video.scene_index, len(video.questions)) for video in videos] == [(10_002, 1), (10_000, 0), (10_001, 0)]
    assert not rejects.counts


def test_annotations_alone_are_enough(tmp_path: Path):
    write_annotation(tmp_path, annotation())
    (video,), rejects = facts_of("clevrer", tmp_path)
    assert (video.name, video.questions, video.motion.num_frames) == ("video_10000.mp4", (), 3)
    assert not rejects.counts


def test_neither_questions_nor_annotations_is_an_error(tmp_path: Path):
    with pytest.raises(DataError, match=r"validation\.json"):
        facts_of("clevrer", tmp_path)


def test_objects_of_a_frame_may_come_in_any_order_or_be_left_out(tmp_path: Path):
    value = annotation()
    value["motion_trajectory"][1]["objects"].reverse()
    del value["motion_trajectory"][2]["objects"][0]
    motion, counts = read_one(tmp_path, value)
    assert motion is not None
    assert motion.location[1, :, 1].tolist() == [-2.0, 0.5]
    assert np.isnan(motion.location[2, 0]).all()
    assert motion.visible.tolist() == [[False, True], [True, True], [False, True]]
    assert motion.crossings() == (Crossing(1, 0, True), Crossing(2, 0, False))
    assert not motion.moving()[2, 0]
    assert not counts


@pytest.mark.parametrize(
    ("speed", "moves"), [(0.0, False), (0.019, False), (0.021, True), (0.05, True), (-0.021, True)]
)
def test_what_is_faster_than_the_threshold_moves_and_what_falls_does_not(speed: float, moves: bool, tmp_path: Path):
    value = annotation()
    for frame in value["motion_trajectory"]:
        frame["objects"][0]["velocity"] = [0.0, speed, 0.0]
        frame["objects"][1]["velocity"] = [speed * 0.6, speed * 0.8, 5.0]
    motion, counts = read_one(tmp_path, value)
    assert motion is not None
    assert not counts
    assert motion.moving().tolist() == [[moves, moves]] * 3
    assert motion.moving(0.02).tolist() == motion.moving().tolist()
    assert not motion.moving(0.06).any()


def at(value: dict[str, Any], *path: Any, to: Any) -> dict[str, Any]:
    """The value with something else in one place."""
    changed = copy.deepcopy(value)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = to
    return changed


FRAMES, OBJECTS = "motion_trajectory", "object_property"
STATE = (FRAMES, 1, "objects", 0)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ([], "no object"),
        (annotation(10_001), "annotation is of another scene"),
        (annotation(object_property=None), "no object_property"),
        (annotation(object_property=[]), "no objects, or too many"),
        (at(annotation(), OBJECTS, 0, "color", to=None), "no color"),
        (at(annotation(), OBJECTS, 0, "object_id", to=2), "an object_id comes twice"),
        (at(annotation(), OBJECTS, 0, "object_id", to=7), "objects of a frame are not those of the video"),
        (annotation(motion_trajectory=[]), "no frames, or too many"),
        (annotation(motion_trajectory=annotation()[FRAMES][1:]), "frames are missing or out of order"),
        (at(annotation(), FRAMES, 1, to=None), "frames are missing or out of order"),
        (at(annotation(), FRAMES, 1, "objects", to={}), "no objects of a frame"),
        (at(annotation(), *STATE, to=entry(2, (0, 0))), "objects of a frame are not those of the video"),
        (at(annotation(), *STATE, to=None), "motion of an object cannot be read"),
        (at(annotation(), *STATE, "velocity", to=None), "motion of an object cannot be read"),
        (at(annotation(), *STATE, "location", to=[0, "x", 0]), "motion of an object cannot be read"),
        (at(annotation(), *STATE, "location", to=[0, 0]), "location or velocity is not three numbers"),
        (at(annotation(), *STATE, "location", to=[0, 1e39, 0]), "location or velocity is no finite number"),
        (at(annotation(), *STATE, "inside_camera_view", to="yes"), "inside_camera_view is not true or false"),
        (annotation(collision=None), "no collision"),
    ],
)  # fmt: skip
def test_an_unfit_annotation_costs_the_motion(value: Any, reason: str, tmp_path: Path):
    motion, counts = read_one(tmp_path, value)
    assert motion is None
    assert counts == {f"annotation is unfit: {reason}": 1}


@pytest.mark.parametrize(
    ("collision", "reason"),
    [
        ({"object_ids": [2, 9], "frame_id": 1}, "collision is not of two objects of the video"),
        ({"object_ids": [2], "frame_id": 1}, "collision is not of two objects of the video"),
        ({"object_ids": [2, []], "frame_id": 1}, "collision is not of two objects of the video"),
        ({"object_ids": [2, 2], "frame_id": 1}, "collision is of one object, or outside the video"),
        ({"object_ids": [2, 4], "frame_id": 3}, "collision is of one object, or outside the video"),
        ({"object_ids": [2, 4], "frame_id": None}, "frame_id of a collision is no number"),
    ],
)
def test_a_collision_that_cannot_be_is_left_out(collision: Any, reason: str, tmp_path: Path):
    motion, counts = read_one(tmp_path, annotation(collision=[collision]))
    assert motion is not None
    assert motion.collisions == ()
    assert counts == {reason: 1}


def test_an_annotation_that_is_too_large_to_be_one_is_counted(tmp_path: Path):
    motion, counts = read_one(tmp_path, b"[{}" + b",{}" * 3_000_000 + b"]")
    assert motion is None
    assert counts == {"annotation cannot be read": 1}


def test_an_annotation_that_is_no_json_is_counted(tmp_path: Path):
    motion, counts = read_one(tmp_path, b'{"scene_index": 10000,')
    assert motion is None
    assert counts == {"annotation cannot be read": 1}


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("How many?", "no object"),
        (descriptive(question_type="other"), "question_type is none of the four"),
        (descriptive(question=None), "no question"),
        (descriptive(question_id="x"), "question_id is no whole number"),
        (descriptive(program="objects count"), "no program"),
        (descriptive(program=["objects", 3]), "program is no list of words"),
        (descriptive(program=["objects", "a\0b"]), "program is no list of words"),
        (descriptive(answer=3), "answer is no text"),
        (counterfactual("correct"), "choices are fewer than two, or too many"),
        (counterfactual("correct", "right"), "answer of a choice is neither correct nor wrong"),
        (counterfactual("correct", ["wrong"]), "answer of a choice is neither correct nor wrong"),
        (at(counterfactual("correct", "wrong"), "choices", 1, "choice", to="Event 0"), "two choices are the same"),
    ],
)
def test_an_unfit_question_is_left_out(question: Any, reason: str, tmp_path: Path):
    write_json(tmp_path / "validation.json", [scene(10_000, question, descriptive(question_id=9))])
    write_annotation(tmp_path, annotation())
    (video,), rejects = facts_of("clevrer", tmp_path)
    assert [kept.question_id for kept in video.questions] == ["9"]
    assert dict(rejects.counts) == {reason: 1}


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (None, "no object"),
        (scene(10_000, video_filename="../video_10000.mp4"), "video_filename is not the name of a video"),
        (scene(10_000, scene_index=10_001), "scene_index and video_filename are of two scenes"),
        (scene(10_000, questions={}), "no questions"),
        (scene(10_001), "scene comes twice"),
    ],
)
def test_an_unfit_scene_is_left_out(record: Any, reason: str, tmp_path: Path):
    write_json(tmp_path / "validation.json", [scene(10_001), record])
    write_annotation(tmp_path, annotation(10_001), scene=10_001)
    (video,), rejects = facts_of("clevrer", tmp_path)
    assert video.scene_index == 10_001
    assert dict(rejects.counts) == {reason: 1}


def test_answers_that_are_kept_back_are_none(tmp_path: Path):
    hidden = counterfactual("wrong", "wrong")
    for choice in hidden["choices"]:
        del choice["answer"]
    asked = descriptive()
    del asked["answer"], asked["program"]
    write_json(tmp_path / "validation.json", [scene(15_000, asked, hidden)])
    (video,), _ = facts_of("clevrer", tmp_path)
    assert (video.questions[0].answer, video.questions[0].subtype) == (None, "count")
    assert [choice.correct for choice in video.questions[1].choices] == [None, None]
    assert video.questions[1].right == ()


def test_splits_are_told_apart_by_folder_or_number(tmp_path: Path):
    write_json(tmp_path / "annotation_train/annotation_12000-13000/annotation_12000.json", annotation(12_000))
    write_json(tmp_path / "loose/annotation_00007.json", annotation(7))
    write_annotation(tmp_path, annotation())
    train, _ = facts_of("clevrer", tmp_path, split="train")
    test, _ = facts_of("clevrer", tmp_path)
    assert [video.scene_index for video in train] == [7, 12_000]
    assert [video.scene_index for video in test] == [10_000]
    assert train[1].videos == (
        "video_train/video_12000-13000/video_12000.mp4",
        "video_12000-13000/video_12000.mp4",
        "video_train/video_12000.mp4",
        "video_12000.mp4",
    )


def test_archives_are_read_in_place(tmp_path: Path):
    plain, _ = facts_of("clevrer")
    with zipfile.ZipFile(tmp_path / "annotation_validation.zip", "w") as archive:
        for path in sorted((SAMPLES / "clevrer" / SHELF).iterdir()):
            archive.write(path, f"{path.parent.name}/{path.name}")
    packed = gzip.compress((SAMPLES / "clevrer/validation.json").read_bytes())
    write_json(tmp_path / "validation.json.gz", packed)
    zipped, rejects = facts_of("clevrer", tmp_path)
    assert not rejects.counts
    assert [video.questions for video in zipped] == [video.questions for video in plain]
    assert all(np.array_equal(a.motion.location, b.motion.location) for a, b in zip(zipped, plain, strict=True))


def test_orbits_are_attached(tmp_path: Path):
    write_annotation(tmp_path, annotation())
    path = "video_validation/video_10000-11000/video_10000.mp4"
    write_orbit(tmp_path, path, task="moving_count", record="3")
    (video,), _ = facts_of("clevrer", tmp_path)
    assert [(orbit.task, orbit.record) for orbit in video.orbits] == [("moving_count", "3")]
    assert video.videos[0] == path


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["object_id", "objects", "location", "frame_id"]), inner, max_size=4)
        ),
    ),
    st.sampled_from([OBJECTS, FRAMES, "collision"]),
)
def test_whatever_stands_in_an_annotation_is_unfit_at_worst(value: Any, key: str):
    try:
        annotation_of(annotation() | {key: value}, scene_index=10_000, reject=lambda reason, part: None)
    except Unfit as error:
        assert str(error)


def test_memory_does_not_grow_with_the_number_of_scenes(tmp_path: Path):
    questions = [descriptive(question_id=number) for number in range(12)]
    rows = [scene(10_000 + number, *questions) for number in range(500)]
    write_json(tmp_path / "validation.json", rows)
    size = (tmp_path / "validation.json").stat().st_size
    del rows
    tracemalloc.start()
    count = sum(1 for _ in read(tmp_path, rejects=Rejects("clevrer")))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 500
    assert size > 1e6
    assert peak < 2e6
