"""What can be put on a board, told by its content; and what cannot, in one line."""

import gzip
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leaderboard import submissions
from leaderboard.entry import Harness, Scores, Standing
from leaderboard.recomputing import recomputed
from leaderboard.submissions.logs import log_of
from leaderboard.submissions.submission import public_name
from mvbench import tasks
from mvbench.errors import DataError, MVBenchError, RunError, UsageError
from mvbench.results import Run
from tests.importers.logs import folder_of, kit_rows, letters, write_lmms, write_notebook, write_tsv
from tests.leaderboard import handed_in, made

PER_TASK = {"action_sequence": 12, "object_existence": 9}
RIGHT = {"action_sequence": [True, False, True, True], "object_existence": [False, True]}


def read(path: Path, **how: Any) -> submissions.Submission:
    return submissions.read([path], **how)


# ------------------------------------------------------------------------------------------------------------- runs


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return made.run_folder(tmp_path / "run", RIGHT, extras={"orbit": "o1", "subtitle": "words of others"})


def edited(run: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    facts = json.loads((run / "run.json").read_text())
    change(facts)
    (run / "run.json").write_text(json.dumps(facts))
    return run


def edited_records(run: Path, change: Callable[[list[dict[str, Any]]], object]) -> Path:
    lines = [json.loads(line) for line in (run / "records.jsonl").read_text().splitlines()]
    change(lines)
    (run / "records.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return run


def test_a_run_stands_with_every_judge_and_all_that_it_tells(run: Path) -> None:
    def told(facts: dict[str, Any]) -> None:
        facts["model"] = {"name": "m", "identity": {"hub": "Qwen/Qwen2-VL", "revision": "abc123"}}
        facts |= {"versions": {"mvbench": "1.2"}, "commit": "0123456789abcdef+changes", "started": "2026-01-02T03:04"}

    entry = read(edited(run, told)).entry
    assert entry.scores.keys() == {"official", "official-hd", "parsed", "lmms", "vlmevalkit"}
    assert entry.scores["parsed"] == Scores({"action_sequence": 75.0, "object_existence": 50.0})
    assert entry.items == {"action_sequence": 4, "object_existence": 2}
    assert (entry.model, entry.revision, entry.link) == ("Made Model", "abc123", "https://huggingface.co/Qwen/Qwen2-VL")
    assert (entry.frames, entry.protocol, entry.date) == ("16", "mvbench", "2026-01-02")
    assert entry.harness == Harness("mvbench", "1.2, 0123456789+changes")
    assert entry.standing is Standing.REPRODUCED
    assert entry.data.name == "small"


def test_the_log_is_a_run_from_which_the_same_follows(run: Path, tmp_path: Path) -> None:
    submission = read(run)
    assert submission.log is not None
    (tmp_path / "log").mkdir()
    for name, content in submission.log.items():
        (tmp_path / "log" / name).write_bytes(content)
    again = read(tmp_path / "log")
    assert again.entry == submission.entry
    assert again.log == submission.log


def test_the_log_is_the_same_in_whatever_order_the_questions_were_answered(run: Path) -> None:
    log = read(run).log
    edited_records(run, lambda lines: lines.reverse())
    assert read(run).log == log


SECRETS = ("/home/me", "gpu7", "me@host", "hunter2", "~/weights", "C:\\\\Users")


def test_nothing_of_the_machine_goes_into_the_log(run: Path) -> None:
    def told(facts: dict[str, Any]) -> None:
        facts["arguments"] = {
            "given": ["eval", "--model", "/home/me/model.py:M", "me@host"],
            "resolved": {"data": "/home/me/data", "max_errors": 0.05, "model_args": {"api_key_env": "hunter2"}},
        }
        facts["hardware"] = {"platform": "Linux gpu7"}
        facts["used"] = {"server": "http://gpu7:8000"}
        facts["title"]["model"] = "/home/me/checkpoints/mine"
        facts["fingerprint"]["model_args"] = {
            "weights": "~/weights/x",
            "more": {"dir": "C:\\Users\\me", "server": "http://gpu7:8000/v1", "side": 224},
            "files": ["/home/me/a", "b"],
            "/home/me/key": 1,
        }
        facts["fingerprint"]["model"] = "mine"
        facts["import"] = {"tool": "lmms-eval", "files": {"/home/me/samples.jsonl": "00"}}

    def failed(lines: list[dict[str, Any]]) -> None:
        lines[0] |= {"reply": None, "failure": {"reason": "missing", "detail": "cannot read /home/me/data/0.mp4"}}

    edited(edited_records(run, failed), told)
    content = b"".join(log_of(Run.read(run)).values()).decode()
    assert [secret for secret in SECRETS if secret in content] == []
    assert "words of others" not in content
    assert '"orbit":"o1"' in content
    assert '"side": 224' in content
    assert '"reason":"missing"' in content


def test_a_run_with_too_many_errors_is_incomplete(run: Path) -> None:
    def failed(lines: list[dict[str, Any]]) -> None:
        lines[0] |= {"reply": None, "failure": {"reason": "missing", "detail": ""}}

    with pytest.raises(RunError, match=r"incomplete: 16\.7 % errors, more than the 5 % allowed"):
        read(edited_records(run, failed))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Qwen/Qwen2-VL-7B", "Qwen/Qwen2-VL-7B"),
        ("/home/me/ckpt/mine", "mine"),
        ("/home/me/ckpt/mine/", "mine"),
        ("C:\\models\\mine", "mine"),
        ("~/mine", "mine"),
        ("./mine", "mine"),
        ("GPT-4V (1/2)", "GPT-4V (1/2)"),
    ],
)
def test_of_a_path_only_the_last_part_is_a_models_name(text: str, name: str) -> None:
    assert public_name(text) == name


def turned(facts: dict[str, Any]) -> None:
    facts["fingerprint"]["view"] = "rotation-1"


def titled(facts: dict[str, Any]) -> None:
    facts["title"]["view"] = "swap"


def seen_nothing(facts: dict[str, Any]) -> None:
    facts["fingerprint"]["view"] = facts["title"]["view"] = "none"


def limited(facts: dict[str, Any]) -> None:
    facts["fingerprint"]["limit"] = 2


def chosen(facts: dict[str, Any]) -> None:
    facts["fingerprint"]["subset"] = "mini"


def missing_half(facts: dict[str, Any]) -> None:
    facts["data"]["questions"] = 12


def called_mvbench(facts: dict[str, Any]) -> None:
    facts["data"]["name"] = "MVBench"


def other_hash(facts: dict[str, Any]) -> None:
    facts["data"]["hash"] = "00" * 16


def newer(facts: dict[str, Any]) -> None:
    facts["schema"] = 99


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (turned, "made with --view rotation-1"),
        (titled, "made with --view swap"),
        (seen_nothing, "made with --view none"),
        (limited, "a part of its data set (--limit 2)"),
        (chosen, "a part of its data set (--subset mini)"),
        (missing_half, "incomplete: 6 of 12 replies are there"),
        (called_mvbench, "is a mean of 2 tasks (6 questions) of MVBench"),
        (other_hash, "not all the questions of its data set 'small'"),
        (newer, "schema 99"),
    ],
)
def test_a_run_that_no_ranking_can_hold_is_refused(
    run: Path, change: Callable[[dict[str, Any]], None], words: str
) -> None:
    with pytest.raises(RunError) as caught:
        read(edited(run, change))
    assert words in str(caught.value)


def dropped(lines: list[dict[str, Any]]) -> None:
    del lines[0]


def twice(lines: list[dict[str, Any]]) -> None:
    lines.append(lines[0] | {"sample_id": "action_sequence/0099"})


def other_item(lines: list[dict[str, Any]]) -> None:
    lines[0]["item_hash"] = "0" * 16


def unknown_task(lines: list[dict[str, Any]]) -> None:
    lines[0]["task"] = "state_change"


def no_choice(lines: list[dict[str, Any]]) -> None:
    lines[0]["answer"] = 17


@pytest.mark.parametrize("change", [dropped, twice, other_item, unknown_task, no_choice])
def test_records_that_are_not_those_of_the_data_are_refused(
    run: Path, change: Callable[[list[dict[str, Any]]], None]
) -> None:
    with pytest.raises((RunError, DataError)) as caught:
        read(edited_records(run, change))
    assert "\n" not in str(caught.value)


def test_repeats_of_a_question_are_one_question(tmp_path: Path) -> None:
    run = made.run_folder(tmp_path / "run", RIGHT, questions=12)

    def again(lines: list[dict[str, Any]]) -> None:
        lines += [line | {"sample_id": line["sample_id"] + "#2"} for line in lines]

    assert recomputed(Run.read(edited_records(run, again))).items == {"action_sequence": 4, "object_existence": 2}


def test_a_reply_that_was_edited_changes_the_scores_whatever_the_verdicts_say(run: Path) -> None:
    before = read(run).entry.scores["parsed"].tasks["action_sequence"]

    def wrong(lines: list[dict[str, Any]]) -> None:
        lines[0]["reply"]["text"] = "I cannot tell."

    assert read(edited_records(run, wrong)).entry.scores["parsed"].tasks["action_sequence"] == before - 25


# ------------------------------------------------------------------------------------------------ the upload file


def test_the_upload_file_is_taken_as_it_is(tmp_path: Path) -> None:
    entry = read(handed_in.written(tmp_path / "upload_leaderboard.json", handed_in.upload())).entry
    assert entry.scores == {"official": Scores(made.PERCENTS, 50.0)}
    assert (entry.data.name, entry.standing, entry.model) == ("MVBench", Standing.SELF_REPORTED, "")


def test_old_spellings_mean_what_they_meant(tmp_path: Path) -> None:
    content = handed_in.upload()
    old = {name.replace("Fine-grained", "Fine grained"): value for name, value in content.items()}
    old["Character Count"] = old.pop("Character Order")
    assert read(handed_in.written(tmp_path / "a.json", old)).entry.scores["official"].tasks == made.PERCENTS


def test_what_our_own_runs_write_for_the_public_board_can_be_added_here(tmp_path: Path) -> None:
    from mvbench.exports import board_percentages

    run = made.run_folder(tmp_path / "run", {task.key: [True, False] for task in made.TASKS})
    content = board_percentages(recomputed(Run.read(run)).summary.judge("official"))
    assert set(read(handed_in.written(tmp_path / "a.json", content)).entry.scores["official"].tasks.values()) == {50.0}


def test_a_meta_may_say_what_the_flags_would(tmp_path: Path) -> None:
    content = {"meta": {"model": "Mine", "parameters": "7B"}} | handed_in.upload()
    submission = read(handed_in.written(tmp_path / "a.json", content))
    assert (submission.details.model, submission.details.parameters) == ("Mine", 7.0)


def test_nineteen_tasks_without_the_pose_videos_are_a_set_of_their_own(tmp_path: Path) -> None:
    content = handed_in.upload(**{"Fine-grained Pose": None})
    assert read(handed_in.written(tmp_path / "a.json", content)).entry.data.name == "MVBench without Fine-grained Pose"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"Scene Transition": None}, "no value for 1 of 20 tasks (Scene Transition); a board takes whole results"),
        ({"Scene Transition": None, "Fine-grained Pose": None}, "no value for 2 of 20 tasks"),
        ({"Scene Transtion": 4.0}, ":23: 'Scene Transtion' is no task of MVBench, nor 'Avg' or 'meta'; did you mean"),
        ({"scene_transition": 4.0}, "'scene_transition' names scene_transition a second time"),
        ({"Scene Transition": "51.1"}, ":12: 'Scene Transition' is \"51.1\"; it must be a number"),
        ({"Scene Transition": True}, "is true; it must be a number"),
        ({"Scene Transition": [51]}, "is [51]; it must be a number"),
        ({"Avg": "51.1"}, "'Avg' is \"51.1\"; it must be a number"),
        ({"meta": "Mine"}, "'meta' is \"Mine\"; it must be an object"),
        ({"meta": {"modle": "x"}}, "'modle' is unknown; did you mean 'model'?"),
        ({task.title: 0.5 for task in made.TASKS}, "give percentages, 66.5 and not 0.665"),
        ({"__proto__": {}}, "'__proto__' is no task of MVBench"),
    ],
)
def test_an_upload_that_says_it_wrongly_is_refused_with_its_line(
    tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises((DataError, UsageError)) as caught:
        read(handed_in.written(tmp_path / "a.json", handed_in.upload(**changes)))
    assert words in str(caught.value)
    assert str(caught.value).startswith("a.json:")
    assert "\n" not in str(caught.value)


# ---------------------------------------------------------------------------------------------- lmms-eval's results


def test_lmms_evals_results_are_its_own_judges(tmp_path: Path) -> None:
    submission = read(handed_in.written(tmp_path / "20250612_101112_results.json", handed_in.lmms_results()))
    entry = submission.entry
    assert entry.scores == {"lmms": Scores(made.PERCENTS)}
    assert (entry.model, entry.protocol, entry.date) == ("qwen2-vl", "lmms", "2025-06-12")
    assert entry.harness == Harness("lmms-eval", "75571cfe")
    assert any("--log_samples" in remark for remark in submission.remarks)


def test_how_many_questions_lmms_eval_was_asked_is_told_by_its_results(tmp_path: Path) -> None:
    content = handed_in.lmms_results()
    content["n-samples"]["mvbench_state_change"]["effective"] = 10
    content["n-samples"]["videomme"] = {"original": 7, "effective": 7}
    items = read(handed_in.written(tmp_path / "a.json", content)).entry.items
    assert items == dict.fromkeys(made.PERCENTS, 200) | {"state_change": 10}


def test_the_value_that_newer_versions_give_the_group_is_the_average(tmp_path: Path) -> None:
    content = handed_in.lmms_results()
    content["results"]["mvbench"]["mvbench_accuracy,none"] = 49.9
    assert read(handed_in.written(tmp_path / "a.json", content)).entry.scores["lmms"].average == 49.9


def test_other_benchmarks_beside_mvbench_are_left_alone(tmp_path: Path) -> None:
    content = handed_in.lmms_results()
    content["results"]["videomme"] = {"videomme_perception_score,none": 60.1}
    assert read(handed_in.written(tmp_path / "a.json", content)).entry.scores["lmms"].tasks == made.PERCENTS


def second_value(content: dict[str, Any]) -> None:
    content["results"]["mvbench_state_change"]["mvbench_accuracy,strict"] = 1.0


def no_value(content: dict[str, Any]) -> None:
    del content["results"]["mvbench_state_change"]["mvbench_accuracy,none"]


def value_in_words(content: dict[str, Any]) -> None:
    content["results"]["mvbench_state_change"]["mvbench_accuracy,none"] = "N/A"


def no_task(content: dict[str, Any]) -> None:
    content["results"]["mvbench_juggling"] = {}


def one_missing(content: dict[str, Any]) -> None:
    del content["results"]["mvbench_state_change"]


def spelled_twice(content: dict[str, Any]) -> None:
    content["results"]["mvbench_state-change"] = content["results"]["mvbench_state_change"]


def none_of_ours(content: dict[str, Any]) -> None:
    content["results"] = {"videomme": {}}


def half_a_question(content: dict[str, Any]) -> None:
    content["n-samples"]["mvbench_state_change"]["effective"] = 0.5


def row_in_words(content: dict[str, Any]) -> None:
    content["results"]["mvbench_state_change"] = 40.5


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (second_value, "is a second value"),
        (no_value, "'results.mvbench_state_change.mvbench_accuracy,none' is missing"),
        (value_in_words, 'is "N/A"; it must be a number'),
        (no_task, "'mvbench_juggling' is no task of MVBench"),
        (one_missing, "no value for 1 of 20 tasks (State Change)"),
        (spelled_twice, "names state_change a second time"),
        (none_of_ours, "name no task of MVBench"),
        (half_a_question, "it must be a number of questions"),
        (row_in_words, "is 40.5; it must be an object"),
    ],
)
def test_results_of_lmms_eval_that_cannot_be_meant_are_refused(
    tmp_path: Path, change: Callable[[dict[str, Any]], None], words: str
) -> None:
    content = handed_in.lmms_results()
    change(content)
    with pytest.raises(DataError) as caught:
        read(handed_in.written(tmp_path / "a.json", content))
    assert words in str(caught.value)


# --------------------------------------------------------------------------------------------- VLMEvalKit's ratings


def test_vlmevalkits_ratings_tell_scores_counts_and_model(tmp_path: Path) -> None:
    path = handed_in.written(tmp_path / "Qwen2-VL-7B_MVBench_8frame_rating.json", handed_in.kit_ratings())
    entry = read(path).entry
    assert entry.scores == {"vlmevalkit": Scores(made.PERCENTS, 50.0)}
    assert set(entry.items.values()) == {200}
    assert (entry.model, entry.harness, entry.protocol) == ("Qwen2-VL-7B", Harness("vlmevalkit"), "vlmevalkit")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"State Change": [81, 200, "99.00%"]}, "it must be [right, all, percent], here 40.50%"),
        ({"State Change": [201, 200, "100.50%"]}, "it must be [right, all, percent]"),
        ({"State Change": [0, 0, "0%"]}, "it must be [right, all, percent]"),
        ({"State Change": ["81", 200, "40.50%"]}, "it must be [right, all, percent]"),
        ({"State Change": [True, 200, "0.50%"]}, "it must be [right, all, percent]"),
        ({"Juggling": [1, 2, "50.00%"]}, "'Juggling' is no task of MVBench"),
        ({"state_change": [1, 2, "50.00%"]}, "names state_change a second time"),
        ({"overall": [2100, 4000, "52.50%"]}, "it must be the sum of the tasks, [2000, 4000, ...]"),
    ],
)
def test_ratings_that_disagree_with_themselves_are_refused(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(DataError) as caught:
        read(handed_in.written(tmp_path / "m_MVBench_rating.json", handed_in.kit_ratings(**changes)))
    assert words in str(caught.value)


# ------------------------------------------------------------------------------------------------ the notebook's file


def test_the_notebooks_file_is_counted_again_by_its_rule(tmp_path: Path) -> None:
    entry = read(handed_in.written(tmp_path / "full.json", handed_in.notebook())).entry
    assert entry.scores == {"official": Scores(dict.fromkeys(made.PERCENTS, 40.0), 40.0)}
    assert set(entry.items.values()) == {5}
    assert entry.protocol == "notebook"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"acc_dict": {task.title: [3, 5] for task in made.TASKS}}, "acc_dict counts 60 right, but by the notebook's"),
        ({"acc_dict": {"Juggling": [40, 100]}}, "'Juggling' is no task of MVBench"),
        ({"acc_dict": {"Action Sequence": [40, 100]}}, "no value for 19 of 20 tasks"),
        ({"acc_dict": {"Action Sequence": [2, 5], "AS": [38, 95]}}, "names action_sequence a second time"),
        ({"res_list": []}, "holds 0 results, but its acc_dict counts 100"),
        ({"res_list": [{"pred": "(A)", "gt": "(A)"}] * 100}, "it must be the right option as '(B) text'"),
        ({"res_list": ["(A)"] * 100}, "it must be an object"),
    ],
)
def test_a_notebook_file_that_is_not_whole_is_refused(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(DataError) as caught:
        read(handed_in.written(tmp_path / "full.json", handed_in.notebook(**changes)))
    assert words in str(caught.value)


# ------------------------------------------------------------------------------------------------- replies of others


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return folder_of(tmp_path / "data", PER_TASK)


@pytest.mark.parametrize("tool", ["lmms-eval", "vlmevalkit", "notebook"])
def test_replies_of_another_tool_become_a_log_that_every_judge_scores(tmp_path: Path, data: Path, tool: str) -> None:
    samples = tasks.load(data).samples
    said = letters(samples, right=2)
    path = {
        "lmms-eval": lambda: write_lmms(tmp_path / "some__model", samples, said),
        "vlmevalkit": lambda: write_tsv(tmp_path / "some__model_MVBench.tsv", kit_rows(samples, said)),
        "notebook": lambda: write_notebook(tmp_path / "full.json", samples, said),
    }[tool]()
    submission = read(path, data=str(data))
    entry = submission.entry
    assert submission.log is not None
    assert entry.scores["parsed"].tasks == {key: pytest.approx(200 / 3) for key in PER_TASK}
    assert entry.items == PER_TASK
    assert entry.harness.name == tool
    assert entry.standing is Standing.REPRODUCED
    assert entry.model == ("" if tool == "notebook" else "some__model")
    assert (entry.frames, entry.date) == ("", "")
    assert entry.data.hash == tasks.load(data).hash


def test_without_the_data_replies_are_about_a_set_of_their_own_and_it_is_said(tmp_path: Path, data: Path) -> None:
    samples = tasks.load(data).samples
    submission = read(write_lmms(tmp_path / "m", samples, letters(samples)))
    assert submission.entry.data.name.startswith("custom-")
    assert any("--data DIR" in remark for remark in submission.remarks)


def test_a_model_that_is_named_is_named_in_the_log_as_well(tmp_path: Path, data: Path) -> None:
    samples = tasks.load(data).samples
    submission = read(write_lmms(tmp_path / "m", samples, letters(samples)), data=str(data), model="Mine")
    assert submission.entry.model == "Mine"
    assert submission.log is not None
    assert json.loads(submission.log["run.json"])["title"]["model"] == "Mine"


# ------------------------------------------------------------------------------------------------- none of all that


def bomb(path: Path) -> Path:
    path.write_bytes(gzip.compress(bytes(10**7)))
    return path


def zip_bomb(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(10**7))
    return path


def pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


def folder(path: Path) -> Path:
    path.mkdir()
    return path


def giant(path: Path) -> Path:
    with path.open("wb") as stream:
        stream.write(b'{"Avg": 1')
        stream.truncate(5 * 2**20)
    return path


def text(content: bytes) -> Callable[[Path], Path]:
    def write(path: Path) -> Path:
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize(
    "make",
    [
        bomb,
        pipe,
        folder,
        giant,
        text(b""),
        text(b"\x00" * 100),
        text(b"PK\x03\x04 no archive"),
        text(b"{}"),
        text(b"{"),
        text(b"[1, 2]"),
        text(b"[" * 100_000),
        text(b'{"a":' * 100_000),
        text(b'{"Avg": ' + b"9" * 5_000 + b"}"),
        text(b'{"Avg": NaN}'),
        text(b'{"Avg": 1, "Avg": 2}'),
        text(b'{"results": []}'),
        text(b'{"results": {}}'),
        text(b'{"acc_dict": 1}'),
        text(b'{"acc_dict": {}, "res_list": []}'),
        text(b'{"doc_id": 1}\n'),
        text(b'{"doc_id": 1, "resps": [], "filtered_resps": []}\n'),
        text(b"index\tprediction\n1\tA\n"),
        text(b"Type,Model\nLLM,Random\n"),
        text(b"<html><script>alert(1)</script>"),
        text('{"Action Sequence\u202e": 1}'.encode()),
        text(b'{"Action \x1b[2JSequence": 1}'),
        text(b'\xff\xfe{"Avg": 1}'),
        text(b"import os\nos.system('true')\n"),
        text(b"\x80\x04\x95cos\nsystem\n"),
    ],
)
def test_what_no_tool_writes_is_refused_in_one_line(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    with pytest.raises(MVBenchError) as caught:
        read(make(tmp_path / "thing"))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600


@pytest.mark.slow  # openpyxl is no part of the core
def test_an_archive_that_would_unpack_to_more_than_is_read_is_no_spreadsheet(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no xlsx file"):
        read(zip_bomb(tmp_path / "m_MVBench.xlsx"))


def test_runs_are_added_one_at_a_time(run: Path) -> None:
    with pytest.raises(UsageError, match="a board takes one run at a time"):
        submissions.read([run, run])


def test_what_is_not_there_is_told_with_what_could_be(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no .*upload_leaderboard\.json"):
        read(tmp_path / "nothing")


@pytest.mark.parametrize("kind", ["run", "upload"])
def test_data_is_asked_for_other_tools_replies_only(tmp_path: Path, run: Path, kind: str) -> None:
    path = run if kind == "run" else handed_in.written(tmp_path / "a.json", handed_in.upload())
    with pytest.raises(UsageError, match="tells its data itself"):
        read(path, data="demo")
