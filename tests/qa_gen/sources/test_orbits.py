"""Orbits are found again by the video and the question that they are about."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvbench.errors import DataError
from qa_gen.orbits import FILE, Orbit, OrbitTable, orbit_of, read_orbits

ROW = {"orbit": "star-as-00000", "task": "action_sequence", "member": 1, "k": 4, "video": "videos/A.mp4", "dials": {}}


NESTED = orjson.loads(b"[" * 250 + b"]" * 250)


def orbits_of(folder: Path, *rows: Any) -> OrbitTable:
    (folder / FILE).write_bytes(orjson.dumps(rows))
    return read_orbits(folder)


def test_a_folder_without_orbits_has_none(tmp_path: Path):
    table = read_orbits(tmp_path)
    assert len(table) == 0
    assert table.of("videos/A.mp4") == ()


@given(
    orbit=st.builds(
        Orbit,
        orbit=st.text("ab-0", min_size=1),
        task=st.just("action_sequence"),
        member=st.integers(0, 3),
        k=st.just(4),
        video=st.sampled_from(["A", "videos/A.mp4"]),
        start_seconds=st.none() | st.floats(0, 100),
        end_seconds=st.none() | st.floats(0, 100),
        record=st.none() | st.just("7"),
        dials=st.dictionaries(st.text("ab"), st.integers(0, 9) | st.floats(0, 1) | st.text("ab") | st.booleans()),
    )
)
def test_an_orbit_is_read_as_it_was_written(orbit: Orbit):
    row = orjson.loads(orjson.dumps(orbit.row()))
    assert orbit_of(row, where="here") == orbit


def test_orbits_are_found_by_path_or_the_last_parts_of_it(tmp_path: Path):
    table = orbits_of(
        tmp_path,
        ROW,
        ROW | {"video": "other/A.mp4", "member": 2},
        ROW | {"video": "A.mp4", "member": 0},
        ROW | {"video": "videos/B.mp4"},
    )
    assert [orbit.member for orbit in table.of("videos/A.mp4")] == [1]
    assert [orbit.member for orbit in table.of("A.mp4")] == [1, 2, 0]
    assert table.of("eos/A.mp4") == ()
    assert table.of("x/videos/A.mp4") == ()
    assert len(table) == 4


def test_orbits_of_a_source_further_down_lie_there_and_so_do_their_videos(tmp_path: Path):
    (tmp_path / "STAR").mkdir()
    orbits_of(tmp_path / "STAR", ROW)
    assert len(read_orbits(tmp_path)) == 0
    (orbit,) = read_orbits(tmp_path, root="STAR/").of("A.mp4")
    assert orbit.video == "STAR/videos/A.mp4"


def test_orbits_are_found_by_record_where_the_source_has_questions(tmp_path: Path):
    table = orbits_of(
        tmp_path,
        ROW | {"record": "q1"},
        ROW | {"record": "q2", "member": 2},
        ROW | {"member": 3},
    )
    assert [orbit.member for orbit in table.of("A.mp4", record="q2")] == [2, 3]
    assert [orbit.member for orbit in table.of("A.mp4", record="q9")] == [3]
    assert [orbit.member for orbit in table.of("A.mp4")] == [1, 2, 3]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"orbit": ""}, "orbit is ''"),
        ({"task": None}, "task is None"),
        ({"member": 4}, "member is 4 of 4"),
        ({"member": -1}, "member is -1 of 4"),
        ({"member": True}, "member is True of 4"),
        ({"k": "4"}, "member is 1 of '4'"),
        ({"video": "../A.mp4"}, "video is '../A.mp4'"),
        ({"video": 5}, "video is 5"),
        ({"start": "0"}, "start is '0'"),
        ({"end": True}, "end is True"),
        ({"record": 5}, "record is 5"),
        ({"dials": [1]}, "dials are list"),
        ({"dials": None}, "dials are NoneType"),
        ({"video": "x" * 10_000 + "\n"}, "video is 'xxx"),
        ({"orbit": ["x" * 10_000]}, "orbit is "),
        ({"member": NESTED}, "member is [[[[[[[...]]]]]]] of 4"),
        ({"start": NESTED}, "start is [[[[[[[...]]]]]]]"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, change: dict[str, Any], message: str):
    with pytest.raises(DataError) as error:
        orbits_of(tmp_path, ROW, ROW | change)
    text = str(error.value)
    assert text.startswith("orbits.json, row 1")
    assert message in text
    assert text.isprintable()
    assert len(text) < 400


def test_dials_that_could_not_be_written_again_are_refused():
    deep: list[Any] = []
    for _ in range(1000):
        deep = [deep]
    with pytest.raises(DataError, match="here: "):
        orbit_of(ROW | {"dials": {"deep": deep}}, where="here")


@pytest.mark.parametrize("content", [b"", b"{}", b"5", b"[{", b'[{"dials": NaN}]', b"[" * 100_000, b"\xff"])
def test_a_file_that_is_no_list_in_json_is_said(tmp_path: Path, content: bytes):
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(DataError, match=r"orbits\.json is no") as error:
        read_orbits(tmp_path)
    assert str(error.value).isprintable()


def test_a_file_that_is_too_large_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("qa_gen.orbits.LARGEST_BYTES", 10)
    with pytest.raises(DataError, match=r"orbits\.json holds more than 10\.0B"):
        orbits_of(tmp_path, ROW)


def test_a_row_that_is_no_object_is_named(tmp_path: Path):
    with pytest.raises(DataError, match=r"orbits\.json, row 0 is no object"):
        orbits_of(tmp_path, ["star"])
