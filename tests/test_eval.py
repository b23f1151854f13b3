"""`mvbench eval` and what stands on it, end to end on drawn clips."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from mvbench.cli import main
from mvbench.tasks import public_tasks
from tests.data_folder import item, write, write_whole


@pytest.fixture(scope="module")
def first_choice(tmp_path_factory: pytest.TempPathFactory, numbered_dir: Path) -> Path:
    """One whole run over the numbered set, for tests that only look at it."""
    out = tmp_path_factory.mktemp("run") / "first-choice"
    assert evaluate("--model", "first-choice", "--data", numbered_dir, "--frames", 16, "--out", out) == 0
    return out


def evaluate(*words: object) -> int:
    return main(["eval", *map(str, words)])


def lines(run: Path) -> list[dict[str, Any]]:
    """The records by id, measured times aside."""
    rows = [json.loads(line) for line in (run / "records.jsonl").read_text("utf-8").splitlines()]
    return sorted(
        ({key: value for key, value in row.items() if not key.endswith("_seconds")} for row in rows),
        key=lambda row: row["sample_id"],
    )


def summary(run: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((run / "summary.json").read_text())
    return content


def headline(run: Path, judge: str = "parsed") -> float:
    value: float = summary(run)["judges"][judge]["macro"]["mean"]
    return value


def test_a_run_holds_every_question_with_frames_reply_and_five_verdicts(first_choice: Path) -> None:
    rows = lines(first_choice)
    assert len(rows) == 160
    for row in rows:
        assert len(row["frames"]["indices"]) == 16
        assert row["frames"]["pts_seconds"] == sorted(row["frames"]["pts_seconds"])
        assert row["frames"]["size"] == [224, 224]
        assert row["reply"]["prefix"] == "Best Option: ("
        assert row["reply"]["text"] == f"A) {row['choices'][0]}"
        assert row["prompt_hash"]
        assert sorted(row["verdicts"]) == ["lmms", "official", "official-hd", "parsed", "vlmevalkit"]
        assert row["verdicts"]["parsed"]["choice"] == 0
        assert row["verdicts"]["parsed"]["correct"] == (row["answer"] == 0)
    assert {row["clip"]["kind"] for row in rows} == {"video", "gif", "frames"}


def test_run_json_says_what_was_asked_and_with_which_code(first_choice: Path) -> None:
    facts = json.loads((first_choice / "run.json").read_text())
    assert facts["schema"] == 1
    assert facts["data"]["name"] == "numbered"
    assert facts["arguments"]["sources"]["frames"] == "--frames"
    assert facts["arguments"]["sources"]["seed"] == "default"
    assert {"python", "mvbench", "av"} <= facts["versions"].keys()
    assert facts["hardware"]["cores"] >= 1
    assert len(facts["tasks"]) == 20


def test_the_csv_has_one_row_in_the_order_of_the_paper(first_choice: Path) -> None:
    header, row = csv.reader((first_choice / "results.csv").read_text().splitlines())
    start = header.index("AS")
    assert header[start : start + 20] == [task.abbreviation for task in public_tasks()]
    assert len(row) == len(header)
    assert row[header.index("model")] == "first-choice"


def test_a_part_or_a_drawn_set_is_never_called_mvbench(first_choice: Path) -> None:
    assert summary(first_choice)["name"] == "mean of 20 tasks (160 questions)"
    assert not (first_choice / "upload_leaderboard.json").exists()


def test_the_same_command_over_a_finished_run_asks_nothing(
    first_choice: Path, capsys: pytest.CaptureFixture[str], numbered_dir: Path
) -> None:
    before = (first_choice / "records.jsonl").read_bytes()
    assert evaluate("--model", "first-choice", "--data", numbered_dir, "--out", first_choice) == 0
    assert (first_choice / "records.jsonl").read_bytes() == before
    captured = capsys.readouterr()
    assert "nothing is left to ask" in captured.err
    assert "mean of 20 tasks" in captured.out


def test_other_settings_over_a_run_are_refused_and_named(
    first_choice: Path, capsys: pytest.CaptureFixture[str], numbered_dir: Path
) -> None:
    assert evaluate("--model", "random", "--data", numbered_dir, "--seed", 3, "--out", first_choice) == 2
    message = capsys.readouterr().err
    assert 'model: "first-choice" there, "random" now; seed: 0 there, 3 now' in message.replace(" | ", "; ")


def test_batch_size_and_workers_are_no_other_settings(tmp_path: Path, numbered_dir: Path) -> None:
    words = ["--model", "first-choice", "--data", numbered_dir, "--tasks", "AA,UA,FP,ER"]
    one, other = tmp_path / "one", tmp_path / "other"
    assert evaluate(*words, "--out", one, "--workers", 2) == 0
    assert evaluate(*words, "--out", other, "--batch-size", 7, "--workers", 1) == 0
    assert {row["clip"]["kind"] for row in lines(one)} == {"video", "gif", "frames"}
    assert lines(other) == lines(one)
    assert (other / "summary.json").read_bytes() == (one / "summary.json").read_bytes()
    assert (other / "results.csv").read_bytes() == (one / "results.csv").read_bytes()
    assert (
        json.loads((other / "run.json").read_text())["fingerprint"]
        == json.loads((one / "run.json").read_text())["fingerprint"]
    )


@pytest.mark.parametrize("answer", ["generate", "options", "texts"])
@pytest.mark.parametrize("protocol", ["mvbench", "notebook", "lmms", "vlmevalkit"])
def test_the_oracle_is_right_under_every_protocol_answer_mode_and_judge(
    tmp_path: Path, protocol: str, answer: str, numbered_dir: Path
) -> None:
    words = ["--model", "oracle", "--data", numbered_dir, "--protocol", protocol, "--answer", answer, "--view", "none"]
    assert evaluate(*words, "--out", tmp_path / "run") == 0
    scores = {judge: headline(tmp_path / "run", judge) for judge in summary(tmp_path / "run")["judges"]}
    # "not sure" beside "A" puts two of the tool's letters into one reply's first word at most: all stay right.
    assert scores == dict.fromkeys(scores, 100.0)


def test_random_depends_on_the_seed_only(tmp_path: Path, numbered_dir: Path) -> None:
    for name, seed, batch in (("one", 0, 16), ("same", 0, 3), ("other", 1, 16)):
        words = ["--model", "random", "--data", numbered_dir, "--view", "none", "--seed", seed, "--batch-size", batch]
        assert evaluate(*words, "--out", tmp_path / name) == 0
    one, same, other = (lines(tmp_path / name) for name in ("one", "same", "other"))
    assert one == same
    assert one != other
    assert 15 < headline(tmp_path / "one") < 45


@pytest.mark.parametrize("view", ["none", "zeros", "noise", "middle", "shuffle", "reverse", "swap"])
def test_every_view_runs_and_says_what_was_shown(tmp_path: Path, view: str, numbered_dir: Path) -> None:
    words = ["--model", "first-choice", "--data", numbered_dir, "--frames", 4, "--view", view, "--limit", 4]
    assert evaluate(*words, "--tasks", "MD,ER", "--workers", 1, "--out", tmp_path / "run") == 0
    rows = lines(tmp_path / "run")
    assert len(rows) == 8
    for row in rows:
        if view == "none":
            assert row["frames"] is None
        else:
            indices = row["frames"]["indices"]
            ordered = {"middle": len(set(indices)) == 1, "reverse": indices == sorted(indices, reverse=True)}
            assert ordered.get(view, True)
            assert (row["clip"]["video"].rpartition("/")[2] != row["cluster"].rpartition("/")[2]) == (view == "swap")


def test_repeats_ask_the_same_question_again(tmp_path: Path, numbered_dir: Path) -> None:
    words = ["--model", "random", "--data", numbered_dir, "--view", "none", "--tasks", "AS", "--repeats", 3]
    assert evaluate(*words, "--out", tmp_path / "run") == 0
    content = summary(tmp_path / "run")
    assert (content["questions"], content["asked"]) == (8, 24)


def replies_for(data: Path, path: Path, text: str = "A)") -> Path:
    from mvbench.tasks import load

    rows = ({"sample_id": sample.id, "reply": text} for sample in load(data).samples)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_the_whole_public_set_writes_the_upload_file_as_the_board_takes_it(tmp_path: Path) -> None:
    data = write_whole(tmp_path / "data")
    replies = replies_for(data, tmp_path / "replies.jsonl")
    words = ["--model", "replay", "--model-args", f"path={replies}", "--data", data]
    assert evaluate(*words, "--out", tmp_path / "run") == 0
    assert summary(tmp_path / "run")["name"] == "MVBench"
    upload = json.loads((tmp_path / "run/upload_leaderboard.json").read_text())
    assert upload == {task.title: 25.0 for task in public_tasks()} | {"Avg": 25.0}


def test_the_set_without_ntu_is_named_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = write_whole(tmp_path / "data")
    replies = replies_for(data, tmp_path / "replies.jsonl")
    others = ",".join(task.key for task in public_tasks() if task.abbreviation != "FP")
    words = ["--model", "replay", "--model-args", f"path={replies}", "--data", data, "--tasks", others]
    assert evaluate(*words, "--out", tmp_path / "run") == 0
    assert "mean of 19 tasks without Fine-grained Pose (3,800 questions)" in capsys.readouterr().out
    assert not (tmp_path / "run/upload_leaderboard.json").exists()


def test_blank_replies_score_under_the_public_rule_only(tmp_path: Path) -> None:
    """Claim C1: blank answers never score where we decide; the public rule credits each of them."""
    data = write_whole(tmp_path / "data", per_task=4)
    replies = replies_for(data, tmp_path / "replies.jsonl", text="")
    assert (
        evaluate("--model", "replay", "--model-args", f"path={replies}", "--data", data, "--out", tmp_path / "run") == 0
    )
    assert (headline(tmp_path / "run"), headline(tmp_path / "run", "official")) == (0.0, 100.0)
    assert summary(tmp_path / "run")["judges"]["parsed"]["statuses"]["unparsed"] == 80


def test_replaying_a_run_gives_its_verdicts_again(first_choice: Path, tmp_path: Path, numbered_dir: Path) -> None:
    words = ["--model", "replay", "--model-args", f"path={first_choice}", "--data", numbered_dir]
    assert evaluate(*words, "--out", tmp_path / "run") == 0
    for again, before in zip(lines(tmp_path / "run"), lines(first_choice), strict=True):
        assert again["verdicts"] == before["verdicts"]


def small_set(numbered_dir: Path, out: Path) -> Path:
    """The first two questions of three tasks, with clips of their own to break."""
    for task in ("moving_direction", "action_antonym", "episodic_reasoning"):
        items = json.loads((numbered_dir / f"json/{task}.json").read_text())[:2]
        write(out, {task: items})
        folder = next(found.folder for found in public_tasks() if found.key == task)
        for row in items:
            source, target = numbered_dir / "video" / folder / row["video"], out / "video" / folder / row["video"]
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, dirs_exist_ok=True)
            else:
                shutil.copy(source, target)
    return out


def test_failed_questions_stay_in_the_denominator_and_are_asked_again_on_request(
    numbered_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Claim C2: every failed question stays in the denominator and is reported apart."""
    data = small_set(numbered_dir, tmp_path / "data")
    clip = next((data / "video/clevrer/video_validation").iterdir())
    whole = clip.read_bytes()
    clip.write_bytes(b"<html>not found</html>")
    words = ["--model", "oracle", "--data", data, "--out", tmp_path / "run"]
    assert evaluate(*words) == 3
    printed = capsys.readouterr().out
    assert "incomplete" in printed
    bad = [row for row in lines(tmp_path / "run") if row["failure"]]
    assert f"counted wrong: between {100 - 100 * len(bad) / 6:.1f} and 100.0" in printed
    assert {row["clip"]["video"] for row in bad} == {f"clevrer/video_validation/{clip.name}"}
    assert {row["failure"]["reason"] for row in bad} == {"unreadable"}
    assert {row["reply"] for row in bad} == {None}
    assert summary(tmp_path / "run")["asked"] == 6
    assert evaluate(*words) == 3, "errors stay until they are asked for again"
    assert evaluate(*words, "--max-errors", "40%") == 0, "more errors may be allowed afterwards"
    clip.write_bytes(whole)
    assert evaluate(*words, "--retry-errors") == 0
    assert headline(tmp_path / "run") == 100.0


def test_a_reply_that_is_missing_is_an_error_record_wherever_the_run_was_interrupted(tmp_path: Path) -> None:
    data = write(tmp_path / "data", {"action_antonym": [item(n) for n in range(10)]})
    replies = replies_for(data, tmp_path / "replies.jsonl")
    replies.write_text("".join(replies.read_text().splitlines(keepends=True)[:4]))
    words = ["--model", "replay", "--model-args", f"path={replies}", "--data", data, "--batch-size", 2]
    assert evaluate(*words, "--out", tmp_path / "run") == 3
    rows = lines(tmp_path / "run")
    assert [row["failure"] is None for row in rows] == [True] * 4 + [False] * 6
    assert {row["failure"]["reason"] for row in rows[4:]} == {"model"}
    kept = (tmp_path / "run/records.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "run/records.jsonl").write_text("".join(kept[:7]))
    assert evaluate(*words, "--out", tmp_path / "run") == 3
    assert list({row["sample_id"]: row for row in lines(tmp_path / "run")}.values()) == rows


def test_a_view_that_changes_frames_is_refused_for_a_model_that_takes_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], numbered_dir: Path
) -> None:
    (tmp_path / "replies.jsonl").write_text("")
    words = ["--model", "replay", "--model-args", f"path={tmp_path / 'replies.jsonl'}", "--data", numbered_dir]
    assert evaluate(*words, "--view", "shuffle", "--out", tmp_path / "run") == 2
    assert "--view shuffle changes frames, but model 'replay' takes none" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_scores_are_recomputed_from_the_records_alone(
    first_choice: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "elsewhere"
    shutil.copytree(first_choice, copy)
    before = (copy / "summary.json").read_bytes()
    (copy / "summary.json").unlink()
    assert main(["score", str(copy), "--scoring", "official"]) == 0
    assert (copy / "summary.json").read_bytes() == before
    printed = capsys.readouterr().out
    assert "judge official" in printed
    assert "judge parsed" not in printed
    assert main(["score", str(copy), "--scoring", "oficial"]) == 2
    assert "did you mean 'official'?" in capsys.readouterr().err


def test_judging_again_corrects_verdicts_that_were_written_wrong(first_choice: Path, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere"
    shutil.copytree(first_choice, copy)
    text = (copy / "records.jsonl").read_text()
    (copy / "records.jsonl").write_text(text.replace('"correct":true', '"correct":false'))
    assert main(["score", str(copy)]) == 0
    assert (copy / "summary.json").read_bytes() == (first_choice / "summary.json").read_bytes()


def test_a_run_folder_names_itself_after_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, numbered_dir: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["--model", "first-choice", "--data", numbered_dir, "--view", "none", "--tasks", "AS"]
    assert evaluate(*words) == 0
    assert evaluate(*words, "--fps", 2, "--max-frames", 8) == 0
    names = sorted(path.name for path in (tmp_path / "runs").iterdir())
    assert [name.rpartition("-")[0] for name in names] == ["first-choice-16f-mvbench", "first-choice-2fps-mvbench"]
    assert all(len(name.rpartition("-")[2]) == 8 for name in names)


def test_paths_are_no_part_of_a_fingerprint(tmp_path: Path, numbered_dir: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(numbered_dir, moved)
    words = ["--model", "first-choice", "--view", "none", "--tasks", "AS", "--out", tmp_path / "run"]
    assert evaluate(*words, "--data", numbered_dir) == 0
    assert evaluate(*words, "--data", moved) == 0


def test_subtitles_reach_the_prompt(tmp_path: Path, numbered_dir: Path) -> None:
    words = ["--model", "first-choice", "--data", numbered_dir, "--view", "none", "--tasks", "ER"]
    assert evaluate(*words, "--out", tmp_path / "without") == 0
    assert evaluate(*words, "--subtitles", "--out", tmp_path / "with") == 0
    without, with_subtitles = lines(tmp_path / "without"), lines(tmp_path / "with")
    assert all(a["prompt_hash"] != b["prompt_hash"] for a, b in zip(without, with_subtitles, strict=True))


def test_a_missing_extra_is_one_line_that_names_the_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], numbered_dir: Path
) -> None:
    for package in ("torch", "decord"):
        (tmp_path / f"{package}.py").write_text("raise ImportError('not here')")
    monkeypatch.syspath_prepend(tmp_path)
    words = ["--model", "first-choice", "--data", numbered_dir, "--tasks", "MD", "--verbosity", "warning"]
    for number, (flag, value, extra) in enumerate((("--resize", "fast", "models"), ("--decoder", "decord", "decord"))):
        assert evaluate(*words, flag, value, "--out", tmp_path / f"run{number}") == 2
        message = capsys.readouterr().err
        assert message.count("\n") == 1
        assert f"pip install 'mvbench[{extra}]'" in message


@pytest.mark.slow
def test_other_decoders_and_resizers_see_the_same_frames(tmp_path: Path, numbered_dir: Path) -> None:
    words = ["--model", "oracle", "--data", numbered_dir, "--tasks", "MD,SC,ER,AA,FP", "--max-errors", "0"]
    runs = {}
    for name, extra in (("exact", []), ("fast", ["--resize", "fast"]), ("decord", ["--decoder", "decord"])):
        assert evaluate(*words, *extra, "--out", tmp_path / name) == 0
        runs[name] = [row["frames"]["indices"] for row in lines(tmp_path / name)]
    assert runs["exact"] == runs["fast"] == runs["decord"]


@pytest.mark.parametrize("flags", [(), ("--set", "models.other.api_key=sk-secret-secret")])
def test_a_key_in_any_models_table_is_refused_and_written_nowhere(
    flags: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    numbered_dir: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    if not flags:
        Path("mvbench.toml").write_text('[models.openai]\napi_key = "sk-secret-secret"\n')
    assert evaluate("--model", "random", "--data", numbered_dir, "--tasks", "AS", "--view", "none", *flags) == 2
    assert "put the key into an environment variable" in capsys.readouterr().err
    assert not Path("runs").exists()


def test_run_json_holds_the_arguments_of_the_model_that_ran_and_of_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, numbered_dir: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mvbench.toml").write_text('[models.replay]\npath = "private/replies.jsonl"\n')
    assert evaluate("--model", "random", "--data", numbered_dir, "--tasks", "AS", "--view", "none", "--out", "run") == 0
    assert "private" not in Path("run/run.json").read_text()
