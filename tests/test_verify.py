import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mvbench.cli import main
from tests.data_folder import item, write
from tests.test_eval import small_set


@pytest.fixture
def data(numbered_dir: Path, tmp_path: Path) -> Path:
    return small_set(numbered_dir, tmp_path / "data")


def webms(data: Path) -> list[Path]:
    return sorted((data / "video/ssv2_video").iterdir())


def verify(data: Path, *words: str) -> tuple[int, dict[str, dict[str, object]]]:
    out = data.parent / "verify.json"
    code = main(["data", "verify", str(data), "--workers", "1", "--out", str(out), *words])
    return code, {row["sample_id"]: row for row in json.loads(out.read_text())["findings"]}


def test_a_whole_folder_has_a_size_and_a_hash_for_every_file(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, findings = verify(data)
    assert code == 0
    assert len(findings) == 6
    for finding in findings.values():
        assert finding["reason"] is None
        assert len(str(finding["sha256"])) == 64
        assert int(str(finding["size_bytes"])) > 1000
    assert "all 6 questions can be shown" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda path: path.unlink(), "missing"),
        (lambda path: path.write_bytes(b""), "unreadable"),
        (lambda path: path.write_text("<!doctype html>"), "unreadable"),
        (lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]), "truncated"),
    ],
    ids=["missing", "empty", "web page", "half"],
)
def test_a_damaged_file_is_a_finding_with_a_reason(
    data: Path, damage: Callable[[Path], object], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = webms(data)[0]
    damage(bad)
    code, findings = verify(data)
    assert code == 3
    assert {(row["video"], row["reason"]) for row in findings.values() if row["reason"]} == {
        (f"ssv2_video/{bad.name}", reason)
    }
    assert f"{reason}: " in capsys.readouterr().out


def test_bounds_outside_the_clip_are_found(numbered_dir: Path, tmp_path: Path) -> None:
    source = json.loads((numbered_dir / "json/action_sequence.json").read_text())[0]
    rows = [source | {"start": 500.0, "end": 501.0}, source | {"start": 2.0, "end": 1.0}, source | {"end": 1e6}]
    data = write(tmp_path / "data", {"action_sequence": rows})
    target = data / "video/star/Charades_v1_480" / source["video"]
    target.parent.mkdir(parents=True)
    shutil.copy(numbered_dir / "video/star/Charades_v1_480" / source["video"], target)
    _, findings = verify(data)
    assert [findings[f"action_sequence/000{n}"]["reason"] for n in range(3)] == ["bounds", "bounds", None]
    assert "clamped" in str(findings["action_sequence/0002"]["notes"])


def test_questions_and_files_that_are_there_twice_are_named(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = data / "json/action_antonym.json"
    rows = json.loads(path.read_text())
    path.write_text(json.dumps([*rows, rows[0]]))
    one, two = webms(data)
    shutil.copy(one, two)
    assert main(["data", "verify", str(data), "--workers", "1"]) == 0
    printed = capsys.readouterr().out
    assert "the same question stands there 2 times: action_antonym/0000, action_antonym/0002" in printed
    assert "the same content lies in 2 places: ssv2_video/" in printed


def test_an_answer_that_is_no_choice_is_a_finding(data: Path) -> None:
    path = data / "json/action_antonym.json"
    rows = json.loads(path.read_text())
    path.write_text(json.dumps([rows[0] | {"answer": "nothing of these"}, rows[1]]))
    code, findings = verify(data)
    assert code == 3
    assert findings["action_antonym/0000"]["reason"] == "answer"


def test_a_folder_without_a_single_video_is_verified_too(tmp_path: Path) -> None:
    code, findings = verify(write(tmp_path / "data", {"action_antonym": [item(n) for n in range(30)]}))
    assert code == 3
    assert {row["reason"] for row in findings.values()} == {"missing"}
