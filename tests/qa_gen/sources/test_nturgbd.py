"""NTU RGB+D: what a clip shows is in its name."""

import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvbench.errors import DataError
from qa_gen.sources.nturgbd import NAME, Performance, public_action_names
from tests.qa_gen.sources.samples import facts_of, write_json, write_orbit

CLIP = "S001C002P003R002A013_rgb.avi"


def test_the_sample_is_read():
    facts, rejects = facts_of("nturgbd")
    assert not rejects.counts
    assert [(fact.action, fact.action_name) for fact in facts] == [
        (5, "drop"),
        (6, "pickup"),
        (8, "sitting down"),
        (9, "standing up (from sitting position)"),
        (70, "thumb down"),
        (69, "thumb up"),
        (71, "make ok sign"),
        (80, "squat down"),
    ]
    assert facts[2] == Performance(
        name="S009C003P016R002A008_rgb",
        setup=9,
        camera=3,
        performer=16,
        replication=2,
        action=8,
        action_name="sitting down",
        videos=(
            "nturgb+d_rgb/S009C003P016R002A008_rgb.avi",
            "nturgbd/S009C003P016R002A008_rgb.avi",
            "S009C003P016R002A008_rgb.avi",
            "S009C003P016R002A008_rgb.mp4",
        ),
    )


def test_the_public_classes_are_120_and_those_of_two_people_are_known(tmp_path: Path):
    names = public_action_names()
    assert sorted(names) == list(range(1, 121))
    assert len(set(names.values())) == 120
    assert [names[number] for number in (1, 13, 60, 61, 120)] == [
        "drink water",
        "tear up paper",
        "walking apart from each other",
        "put on headphone",
        "finger-guessing game (playing rock-paper-scissors)",
    ]
    write_json(tmp_path / "ntu_rgb_names.txt", "".join(f"S001C001P001R001A{n:03d}\n" for n in range(1, 121)).encode())
    facts, _ = facts_of("nturgbd", tmp_path)
    assert {fact.action for fact in facts if fact.takes_two} == {*range(50, 61), *range(106, 121)}


def test_clips_that_lie_in_the_folder_are_found_each_once(tmp_path: Path):
    for name in (CLIP, "S001C001P001R001A001_rgb.avi", "S001C001P001R001A001_skeleton.avi", "other.avi", "S A.txt"):
        write_json(tmp_path / "nturgb+d_rgb" / name, b"")
    write_json(tmp_path / "converted" / CLIP.replace(".avi", ".mp4"), b"")
    with zipfile.ZipFile(tmp_path / "nturgbd_rgb_s002.zip", "w") as archive:
        archive.writestr("nturgb+d_rgb/S002C001P001R001A002_rgb.avi", b"")
        archive.writestr(f"nturgb+d_rgb/{CLIP}", b"")
    facts, rejects = facts_of("nturgbd", tmp_path)
    assert [(fact.name, fact.videos[0]) for fact in facts] == [
        ("S001C001P001R001A001_rgb", "nturgb+d_rgb/S001C001P001R001A001_rgb.avi"),
        ("S001C002P003R002A013_rgb", f"nturgb+d_rgb/{CLIP}"),
        ("S002C001P001R001A002_rgb", "nturgb+d_rgb/S002C001P001R001A002_rgb.avi"),
    ]
    assert dict(rejects.counts) == {"name is not SsssCcccPpppRrrrAaaa": 1}


def test_a_list_says_which_clips_are_meant(tmp_path: Path):
    write_json(tmp_path / "nturgb+d_rgb" / "S001C001P001R001A001_rgb.avi", b"")
    lines = f"{CLIP}\r\n\nS001C001P001R001A002\nnturgbd/S001C001P001R001A003_rgb.avi\n{CLIP}\n"
    write_json(tmp_path / "MVBench_videos_ntu.txt", lines.encode())
    facts, rejects = facts_of("nturgbd", tmp_path)
    assert not rejects.counts
    assert [fact.action for fact in facts] == [2, 3, 13]
    assert facts[1].videos[0] == "nturgbd/S001C001P001R001A003_rgb.avi"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("../S001C001P001R001A001_rgb.avi", "name is no plain relative path"),
        ("S001C001P001R001_rgb.avi", "name is not SsssCcccPpppRrrrAaaa"),
        ("s001c001p001r001a001_rgb.avi", "name is not SsssCcccPpppRrrrAaaa"),
        ("S001C001P001R001A001_rgb.avi.exe", "name is not SsssCcccPpppRrrrAaaa"),
        ("S001C001P001R001A\u0661\u0661\u0661_rgb.avi", "name is not SsssCcccPpppRrrrAaaa"),
        ("S001C001P001R001A121_rgb.avi", "action is none of the known classes"),
        ("S001C001P001R001A000_rgb.avi", "action is none of the known classes"),
    ],
)
def test_a_bad_name_is_counted_and_the_others_are_read(tmp_path: Path, line: str, reason: str):
    write_json(tmp_path / "ntu_rgb_names.txt", f"{line}\n{CLIP}\n".encode())
    facts, rejects = facts_of("nturgbd", tmp_path)
    assert [fact.name for fact in facts] == ["S001C002P003R002A013_rgb"]
    assert dict(rejects.counts) == {reason: 1}


def test_names_of_actions_may_be_replaced(tmp_path: Path):
    write_json(tmp_path / "ntu_rgb_names.txt", f"{CLIP}\nS001C001P001R001A150_rgb.avi\n".encode())
    write_json(tmp_path / "action_names.tsv", b"A013\ttearing paper\nA150\ta new one\nA14 no tab\nB1\tname\nA15\t\n")
    facts, rejects = facts_of("nturgbd", tmp_path)
    assert [fact.action_name for fact in facts] == ["a new one", "tearing paper"]
    assert dict(rejects.counts) == {
        "line is not an action's number, a tab and a name": 2,
        "name of an action is empty": 1,
    }


def test_the_orbit_of_a_clip_is_found(tmp_path: Path):
    write_json(tmp_path / "ntu_rgb_names.txt", CLIP.encode())
    write_orbit(tmp_path, f"some/where/{CLIP}")
    (fact,), _ = facts_of("nturgbd", tmp_path, split="train")
    assert fact.videos[0] == f"some/where/{CLIP}"
    assert len(fact.orbits) == 1


def test_a_folder_with_neither_list_nor_clips_is_said(tmp_path: Path):
    with pytest.raises(DataError, match=r"holds no ntu_rgb_names\.txt or .* SsssCcccPpppRrrrAaaa_rgb\.avi"):
        facts_of("nturgbd", tmp_path)


@given(numbers=st.tuples(*[st.integers(0, 999)] * 5), ending=st.sampled_from(["", "_rgb", "_rgb.avi", ".mp4"]))
def test_names_tell_their_numbers(numbers: tuple[int, ...], ending: str):
    match = NAME.fullmatch("S{:03d}C{:03d}P{:03d}R{:03d}A{:03d}".format(*numbers) + ending)
    assert match is not None
    assert tuple(map(int, match.groups())) == numbers
