import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from mvbench.cli import main
from mvbench.errors import DataError, RunError
from mvbench.statistics import wilson
from mvbench.tasks import load, public_tasks
from qa_gen import SOURCES, pipeline
from qa_gen.order import Order
from qa_gen.pipeline import make
from qa_gen.rules import Rules

KEYS = tuple(task.key for task in public_tasks())


def order(sources: Path, **changes: Any) -> Order:
    facts: dict[str, Any] = {
        "sources": sources, "name": "trial", "tasks": KEYS, "variant": "balanced", "seed": 5, "per_task": 8,
        "videos": "none",
    }  # fmt: skip
    return Order(**facts | changes)


def digests(folder: Path) -> dict[str, str]:
    """Of every file, by its path; the lock is nobody's."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


@pytest.fixture(scope="module")
def balanced(notes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "balanced"
    make(folder, order(notes), workers=1, quiet=True)
    return folder


def test_balanced_has_whole_orbits_of_all_twenty_tasks(balanced: Path) -> None:
    samples = load(balanced).samples
    counts = Counter(sample.task for sample in samples)
    assert set(counts) == set(KEYS)
    assert all(8 <= count < 8 + 5 for count in counts.values())
    orbits = defaultdict(list)
    for sample in samples:
        orbits[sample.extras["orbit"]].append(sample)
    for members in orbits.values():
        assert len({(member.question, member.choices) for member in members}) == 1
        assert sorted(member.answer for member in members if member.answer is not None) == list(
            range(len(members[0].choices))
        )


def test_mvbench_has_as_many_questions_as_were_asked_for(notes: Path, tmp_path: Path) -> None:
    make(tmp_path / "data", order(notes, variant="mvbench", per_task=7), workers=1, quiet=True)
    samples = load(tmp_path / "data").samples
    assert Counter(sample.task for sample in samples) == dict.fromkeys(KEYS, 7)
    assert not any("orbit" in sample.extras for sample in samples)
    antonyms = [sample for sample in samples if sample.task == "action_antonym"]
    assert {len(sample.choices) for sample in antonyms} == {3}


def test_the_same_bytes_come_from_several_processes(balanced: Path, notes: Path, tmp_path: Path) -> None:
    make(tmp_path / "data", order(notes), workers=4, quiet=True)
    assert digests(tmp_path / "data") == digests(balanced)


def test_another_seed_asks_other_questions(balanced: Path, notes: Path, tmp_path: Path) -> None:
    make(tmp_path / "data", order(notes, seed=6), workers=1, quiet=True)
    there, here = digests(balanced), digests(tmp_path / "data")
    assert all(there[f"json/{key}.json"] != here[f"json/{key}.json"] for key in KEYS)


def test_a_killed_run_goes_on_to_the_same_bytes(balanced: Path, notes: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    rng = random.Random(1)
    words = [
        sys.executable, "-m", "mvbench", "qa-gen", "--sources", str(notes), "--out", str(folder), "--variant",
        "balanced", "--seed", "5", "--per-task", "8", "--videos", "none", "--workers", "2",
    ]  # fmt: skip
    for turn in range(4):  # one in each part of the time that it takes
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.4 + (turn + rng.random()) * 0.4)
        process.kill()
        process.wait()
    assert subprocess.run(words, stdout=subprocess.DEVNULL).returncode == 0
    made, wanted = digests(folder), digests(balanced)
    differing = {"manifest.json", "croissant.json", "DATASHEET.md"}  # the name of the set stands in them
    assert {key: value for key, value in made.items() if key not in differing} == {
        key: value for key, value in wanted.items() if key not in differing
    }
    assert not (folder / ".parts").exists()


def test_a_finished_folder_is_left_as_it_is_and_a_different_order_refused(balanced: Path, notes: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in balanced.rglob("*") if path.name != ".lock"}
    manifest = make(balanced, order(notes), quiet=True)
    assert manifest["questions"] == len(load(balanced).samples)
    assert {path: path.stat().st_mtime_ns for path in balanced.rglob("*") if path.name != ".lock"} == before
    with pytest.raises(RunError, match=r"seed: 5 there, 6 now"):
        make(balanced, order(notes, seed=6), quiet=True)
    with pytest.raises(RunError, match=r"rules\.max_seconds: 35\.0 there, 9\.0 now.*--fresh"):
        make(balanced, order(notes, rules=Rules(max_seconds=9.0)), quiet=True)


def test_fresh_moves_the_finished_one_aside(balanced: Path, notes: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(balanced, folder)
    make(folder, order(notes, seed=6, tasks=("scene_transition",)), fresh=True, quiet=True)
    assert digests(tmp_path / "data.old") == digests(balanced)
    assert [path.name for path in (folder / "json").iterdir()] == ["scene_transition.json"]


def test_the_report_and_the_worlds_are_no_part_of_the_code_that_makes_questions(monkeypatch: Any) -> None:
    hashed: list[Path] = []
    monkeypatch.setattr(pipeline, "hash_of_sources", hashed.extend)
    pipeline.made_with()
    names = {path.relative_to(Path(pipeline.__file__).parent).parts[0] for path in hashed}
    assert {"tasks", "sources", "export", "writing", "selection.py"} <= names
    assert names.isdisjoint({"quality", "synth"})


def test_tasks_whose_source_is_not_there_are_absent_and_said(notes: Path, tmp_path: Path, capsys: Any) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "movqa").symlink_to(notes / "movqa")
    folder = tmp_path / "data"
    assert (
        main(["qa-gen", "--sources", str(sources), "--out", str(folder), "--videos", "none", "--tasks", "ST,AA"]) == 0
    )
    printed = capsys.readouterr().out
    assert "no folder paxion_actionbench" in printed
    assert [path.name for path in (folder / "json").iterdir()] == ["scene_transition.json"]
    assert json.loads((folder / "manifest.json").read_text())["absent"] == {
        "action_antonym": "no folder paxion_actionbench"
    }


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--out", "x"], "--sources DIR is missing"),
        (["--sources", "here"], "--out DIR is missing"),
        (["--sources", "nowhere", "--out", "x"], "--sources 'nowhere' is no folder"),
        (["--sources", "here", "--out", "x"], "holds none of the folders star"),
        (["--sources", "here", "--out", "x", "--set", "max_second=9"], "did you mean 'max_seconds'"),
        (
            ["--sources", "here", "--out", "x", "--set", "max_seconds=-1"],
            "max_seconds is '-1'; it must be",
        ),
        (["--sources", "here", "--out", "x", "--set", "max_seconds"], "must look like --set name=value"),
        (["--sources", "here", "--out", "x", "--max-cost", "5"], "--max-cost is for --writer openai"),
        (["--sources", "here", "--out", "x", "--tasks", "SX"], "task 'SX' is unknown"),
        (["--sources", "here", "--out", "x", "--per-task", "0"], "must be a whole number of at least 1"),
        (["report", "nowhere"], "--data 'nowhere' is no folder and no data set"),
    ],
)
def test_a_mistake_is_one_line(flags: list[str], said: str, tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").mkdir()
    assert main(["qa-gen", *flags]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert not (tmp_path / "x").exists() or not any(path.name[0] != "." for path in (tmp_path / "x").iterdir())


def test_sources_without_videos_say_what_to_do(notes: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="--videos none makes questions without videos"):
        make(tmp_path / "data", order(notes, videos="link"), workers=1, quiet=True)
    make(tmp_path / "data", order(notes, tasks=("scene_transition",), videos="none"), workers=1, quiet=True)


def test_a_folder_without_sources_leaves_nothing_behind(notes: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="--sources names the folder above them"):
        make(tmp_path / "data", order(notes / "movqa"), quiet=True)
    assert not list(tmp_path.iterdir())


def test_too_many_bad_records_stop_the_command(notes: Path, tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    shutil.copytree(notes / "movqa", sources / "movqa")
    file = sources / "movqa" / "movqa.json"
    content = json.loads(file.read_text())
    records = content["records"] if isinstance(content, dict) else content
    for record in records[:3]:
        record["scenes"] = []
    file.write_text(json.dumps(content))
    with pytest.raises(DataError, match=r"more than 2 bad records \(fewer than two scenes\)"):
        make(tmp_path / "data", order(sources, tasks=("scene_transition",), max_bad=2), quiet=True)
    manifest = make(tmp_path / "data", order(sources, tasks=("scene_transition",), max_bad=3), quiet=True)
    assert manifest["sources"]["movqa"]["rejected"]["fewer than two scenes"] == 3
    assert "Top900_" in manifest["sources"]["movqa"]["examples"]["fewer than two scenes"][0]


def test_a_foreign_folder_is_neither_written_to_nor_moved(notes: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    for fresh in (False, True):
        with pytest.raises(RunError, match=r"it is no data folder of `mvbench qa-gen`"):
            make(tmp_path, order(notes), fresh=fresh, quiet=True)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_one_line(notes: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(RunError, match="cannot write in"):
        make(tmp_path / "data", order(notes), quiet=True)


def test_a_folder_finished_without_a_source_is_not_taken_for_one_with_it(notes: Path, tmp_path: Path) -> None:
    sources, folder = tmp_path / "sources", tmp_path / "data"
    sources.mkdir()
    (sources / "movqa").symlink_to(notes / "movqa")
    asked = order(sources, tasks=("action_antonym", "scene_transition"))
    make(folder, asked, workers=1, quiet=True)
    assert make(folder, asked, quiet=True)["absent"] == {"action_antonym": "no folder paxion_actionbench"}
    (sources / "paxion_actionbench").symlink_to(notes / "paxion_actionbench")
    with pytest.raises(RunError, match=r"finished without action_antonym, whose sources are there now; .* --fresh"):
        make(folder, asked, quiet=True)
    assert make(folder, asked, fresh=True, workers=1, quiet=True)["absent"] == {}


def test_a_source_beside_those_of_synth_is_not_taken_for_drawn(notes: Path, tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    for source in ("movqa", "tvqa"):
        (sources / source).symlink_to(notes / source)
    (sources / "synth.json").write_text(json.dumps({"order": {"sources": ["movqa", "clevrer"]}}))
    asked = order(sources, tasks=("scene_transition", "episodic_reasoning"))
    made = make(tmp_path / "data", asked, workers=1, quiet=True)["sources"]
    assert {source: facts["drawn"] for source, facts in made.items()} == {"movqa": True, "tvqa": False}
    assert made["tvqa"]["licence"] != made["movqa"]["licence"]


@pytest.mark.slow
@pytest.mark.parametrize("variant", ["mvbench", "balanced"])
def test_oracle_is_always_right_and_random_near_chance(
    variant: str, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    """In every task, at a level of 0.001 for all of them together."""
    from qa_gen.synth import corpus

    sources = tmp_path_factory.getbasetemp() / "fifty"
    wanted = corpus.Order(seed=8, size="small", sources=SOURCES, annotations_only=True)
    corpus.make(sources, wanted, workers=1, quiet=True)
    data = tmp_path / "data"
    make(data, order(sources, variant=variant, per_task=50), workers=1, quiet=True)
    samples = load(data).samples
    assert all(50 <= count < 55 for count in Counter(sample.task for sample in samples).values())
    right = {}
    for model in ("oracle", "random"):
        run = tmp_path / model
        words = ["--model", model, "--data", str(data), "--view", "none", "--seed", "1", "--out", str(run)]
        assert main(["eval", *words, "--verbosity", "error"]) == 0
        records = [json.loads(line) for line in (run / "records.jsonl").read_text().splitlines()]
        right[model] = Counter(row["task"] for row in records if row["verdicts"]["parsed"]["correct"])
    for task in KEYS:
        chances = [1 / len(sample.choices) for sample in samples if sample.task == task]
        low, high = wilson(right["random"][task], len(chances), confidence=1 - 0.001 / len(KEYS))
        assert right["oracle"][task] == len(chances)
        assert low <= sum(chances) / len(chances) <= high, task
