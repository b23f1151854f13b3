import json
from pathlib import Path

import av
import pytest

from mvbench.cli import main
from mvbench.tasks import load
from tests import media_set


@pytest.fixture(scope="module")
def real_dir(media_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return media_set.make(media_dir, tmp_path_factory.mktemp("real"))


def duration(path: Path) -> float:
    with av.open(str(path)) as container:
        assert container.duration is not None
        return container.duration / av.time_base


def test_every_sample_loads_with_one_right_choice_and_an_existing_clip(real_dir: Path) -> None:
    dataset = load(real_dir)
    assert len(dataset.samples) == sum(map(len, media_set.ROWS.values())) == 17
    assert {task.key for task in dataset.tasks} == set(media_set.ROWS)
    for sample in dataset.samples:
        assert sample.clip.path.is_file(), sample.video
        assert sample.answer is not None
        assert sample.choices.count(sample.answer_text) == 1
        assert len(set(sample.choices)) == len(sample.choices) in (3, 4)
        assert sample.flags == ()


def test_bounds_lie_inside_the_footage(real_dir: Path) -> None:
    bounded = [sample for sample in load(real_dir).samples if sample.clip.start_seconds is not None]
    assert len(bounded) == 7
    for sample in bounded:
        start, end = sample.clip.start_seconds, sample.clip.end_seconds
        assert start is not None and end is not None
        assert 0 <= start < end <= duration(sample.clip.path), sample.id


def test_one_clip_has_another_extension_than_its_annotation(real_dir: Path) -> None:
    (sample,) = load(real_dir, tasks="fine_grained_pose").samples
    assert sample.clip.path.suffix == ".mp4"


def test_first_choice_is_not_always_right(real_dir: Path) -> None:
    samples = load(real_dir).samples
    assert {sample.answer for sample in samples} == {0, 1, 2, 3}
    assert sum(sample.answer == 0 for sample in samples) < len(samples) / 2


def test_making_twice_changes_nothing(real_dir: Path, media_dir: Path) -> None:
    before = load(real_dir).hash
    assert load(media_set.make(media_dir, real_dir)).hash == before


@pytest.mark.parametrize("frames", [1, 8, 16])
def test_eval_runs_over_real_videos_with_every_clip_read(real_dir: Path, tmp_path: Path, frames: int) -> None:
    words = ["--data", str(real_dir), "--frames", str(frames), "--max-errors", "0"]
    assert main(["eval", "--model", "oracle", *words, "--out", str(tmp_path / "oracle")]) == 0
    rows = [json.loads(line) for line in (tmp_path / "oracle/records.jsonl").read_text("utf-8").splitlines()]
    assert all(row["verdicts"]["parsed"]["correct"] for row in rows)
    assert any(row["clip"]["start_seconds"] is not None for row in rows)
    assert any(row["clip"]["start_seconds"] is None for row in rows)
    for row in rows:
        start, end = row["clip"]["start_seconds"], row["clip"]["end_seconds"]
        times = row["frames"]["pts_seconds"]
        assert len(times) == frames
        if start is not None:
            slack = 1.5 / row["frames"]["source_fps"]
            assert start - slack <= min(times) <= max(times) <= end + slack


def test_who_takes_the_first_choice_of_real_videos_scores_little(real_dir: Path, tmp_path: Path) -> None:
    words = ["--data", str(real_dir), "--frames", "1", "--max-errors", "0", "--out", str(tmp_path / "run")]
    assert main(["eval", "--model", "first-choice", *words]) == 0
    rows = [json.loads(line) for line in (tmp_path / "run/records.jsonl").read_text("utf-8").splitlines()]
    assert 0 < sum(row["verdicts"]["parsed"]["correct"] for row in rows) < len(rows) / 2


def test_real_clips_verify_without_a_finding(real_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "verify", str(real_dir)]) == 0
    assert "questions can be shown" in capsys.readouterr().out
