"""A source whose files lie one folder further down than the one that the user names is read as if they did not."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.qa_gen.sources.samples import SAMPLES, facts_of, write_json, write_orbit

VIDEOS = {
    "charades_sta": "Charades_v1_480/QX1AA.mp4",
    "clevrer": "video_validation/video_10000-11000/video_10000.mp4",
    "funqa": "test/test_humor/H_A_9001_0100_0290.mp4",
    "moments_in_time": "validation/bathing/sample-aq1_2.mp4",
    "movqa": "video/Top900_00001.mp4",
    "nturgbd": "nturgb+d_rgb/S001C001P001R001A005_rgb.avi",
    "paxion_actionbench": "20bn-something-something-v2/900101.webm",
    "perception_test": "videos/video_900001.mp4",
    "star": "Charades_v1_480/QX1AA.mp4",
    "tvqa": "frames_hq/castle_frames/castle_s99e01_seg02_clip_03",
    "vlnce": "clips/9001_frame9.mp4",
}


def first_fact(source: str, folder: Path) -> Any:
    """The first fact of those that the sample of a source gives, its video and an orbit beside it."""
    facts, rejects = facts_of(source, folder)
    assert not rejects.counts
    return facts[0]


def sample_in(folder: Path, source: str) -> Path:
    """A copy of a sample, with the first of its videos and an orbit of that."""
    shutil.copytree(SAMPLES / source, folder)
    video = VIDEOS[source]
    (folder / video).parent.mkdir(parents=True, exist_ok=True)
    (folder / video).touch()
    write_orbit(folder, video)
    return folder


@pytest.mark.parametrize("source", VIDEOS)
def test_facts_are_the_same_and_paths_begin_with_the_folder(source: str, tmp_path: Path):
    plain = first_fact(source, sample_in(tmp_path / "plain", source))
    sample_in(tmp_path / "nested" / "Inner", source)
    nested = first_fact(source, tmp_path / "nested")
    assert plain.videos[0] == VIDEOS[source]
    assert nested.videos[0] == f"Inner/{VIDEOS[source]}"
    assert (tmp_path / "nested" / nested.videos[0]).is_file()
    (orbit,) = plain.orbits
    assert nested.orbits == (replace(orbit, video=f"Inner/{orbit.video}"),)
    if source != "clevrer":  # whose arrays do not compare
        assert replace(nested, videos=(), orbits=()) == replace(plain, videos=(), orbits=())


@pytest.mark.parametrize("source", sorted(set(VIDEOS) - {"vlnce"}))
def test_videos_may_lie_beside_the_folder_of_the_annotations(source: str, tmp_path: Path):
    shutil.copytree(SAMPLES / source, tmp_path / "annotations")
    assert VIDEOS[source] in first_fact(source, tmp_path).videos


@pytest.mark.parametrize("source", VIDEOS)
def test_a_half_downloaded_archive_of_something_else_is_no_matter(source: str, tmp_path: Path):
    folder = sample_in(tmp_path / source, source)
    (folder / "video_train.zip").write_bytes(b"PK\3\4" + bytes(1000))
    assert first_fact(source, folder).videos[0] == VIDEOS[source]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("charades_sta", "charades_sta_test.txt"),
        ("clevrer", "validation.json"),
        ("funqa", "FunQA_test.json"),
        ("moments_in_time", "validationSet.csv"),
        ("movqa", "movqa_ASSUMED.json"),
        ("nturgbd", "ntu_rgb_names.txt"),
        ("perception_test", "all_valid.json"),
        ("star", "STAR_val.json"),
        ("tvqa", "tvqa_val.jsonl"),
        ("vlnce", "val_unseen/val_unseen.json.gz"),
    ],
)
def test_names_may_be_in_other_letters(source: str, name: str, tmp_path: Path):
    folder = sample_in(tmp_path / source, source)
    plain = first_fact(source, folder)
    (folder / name).rename((folder / name).with_name(Path(name).name.upper()))
    other = first_fact(source, folder)
    assert (other.videos, other.orbits) == (plain.videos, plain.orbits)


def test_clips_without_a_list_have_the_orbits_that_lie_further_down(tmp_path: Path):
    video = VIDEOS["nturgbd"]
    write_json(tmp_path / "Inner" / video, b"")
    write_orbit(tmp_path / "Inner", video)
    write_json(tmp_path / "Inner" / "some" / "S001C001P001R001A006_rgb.avi", b"")
    (fact, other), _ = facts_of("nturgbd", tmp_path)
    assert fact.videos[0] == fact.orbits[0].video == f"Inner/{video}"
    assert other.videos[0] == "Inner/some/S001C001P001R001A006_rgb.avi"


@pytest.mark.parametrize("shelf", ["annotation_validation/annotation_10000-11000/", "annotation_10000-11000/", ""])
def test_annotations_of_clevrer_say_without_questions_where_the_videos_are(shelf: str, tmp_path: Path):
    name = "annotation_10000.json"
    content = (SAMPLES / "clevrer" / "annotation_validation/annotation_10000-11000" / name).read_bytes()
    write_json(tmp_path / "Inner" / shelf / name, content)
    assert first_fact("clevrer", tmp_path).videos[0] == f"Inner/{VIDEOS['clevrer']}"


def test_an_archive_of_annotations_further_down_is_read(tmp_path: Path):
    (tmp_path / "Inner").mkdir()
    shutil.make_archive(
        str(tmp_path / "Inner" / "annotation_validation"), "zip", SAMPLES / "clevrer" / "annotation_validation"
    )
    shutil.copy(SAMPLES / "clevrer" / "validation.json", tmp_path / "Inner")
    assert first_fact("clevrer", tmp_path).motion is not None


@pytest.mark.parametrize("plan", ["Inner/", ""])
@pytest.mark.parametrize("clips", ["Inner/", ""])
def test_a_render_plan_names_clips_beside_it_or_beside_the_episodes(plan: str, clips: str, tmp_path: Path):
    shutil.copytree(SAMPLES / "vlnce", tmp_path / "Inner")
    row = {"split": "val_unseen", "episode_id": 9001, "frame": 9, "clip": "clips/A.mp4"}
    write_json(tmp_path / plan / "render_plan.jsonl", row)
    write_json(tmp_path / clips / "clips/A.mp4", b"")
    assert first_fact("vlnce", tmp_path).videos == (f"{clips}clips/A.mp4",)
