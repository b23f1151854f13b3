import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leaderboard import board as boards
from leaderboard.entry import Entry, Standing
from leaderboard.seeds import seeds
from leaderboard.submissions.logs import log_of
from leaderboard.submissions.runs import read as read_run
from leaderboard.validation import Severity, check, check_entry, run
from mvbench.errors import RunError
from mvbench.metrics import MVBENCH
from mvbench.results import Run
from tests.leaderboard.made import PERCENTS, TASKS, board, entry, run_folder


def errors(made: Entry, source: Run) -> list[str]:
    return [one.text for one in check_entry(made, run=source) if one.severity is Severity.ERROR]


# ------------------------------------------------------------------------------------------------------ boards


def broken(path: Path, name: str, text: str) -> None:
    (path / "entries" / name).write_text(text, encoding="utf-8")


def test_every_entry_is_looked_at_and_each_line_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = board(
        tmp_path / "board", entry("a", date="never"), entry("b", tasks=PERCENTS | {"moving_count": 101.0}), entry("c")
    )
    broken(path, "d.json", '{"model": 7}')
    assert run(path, quiet=True) == 3
    lines = capsys.readouterr().out.splitlines()
    places = [line.partition(": error: ")[0] for line in lines[:-1]]
    assert places == [
        f"entries/a.json:{line_of(path, 'a', 'date')}",
        f"entries/b.json:{line_of(path, 'b', 'moving_count')}",
        "entries/d.json:1",
    ]
    assert lines[-1] == "3 entries, 0 judged again from a log: 3 errors, 0 notes"


def line_of(path: Path, slug: str, key: str) -> int:
    lines = (path / "entries" / f"{slug}.json").read_text("utf-8").splitlines()
    (number,) = (number for number, line in enumerate(lines, 1) if line.lstrip().startswith(f'"{key}":'))
    return number


def test_a_board_with_notes_alone_is_valid(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = board(tmp_path / "board", entry("a", model="<i>"))
    (path / "logs" / "left").mkdir(parents=True)
    assert run(path, quiet=True) == 0
    assert capsys.readouterr().out.splitlines() == [
        "entries/a.json:2: note: model is '<i>': markup is shown as it stands, never followed",
        "logs/left: note: no entry names this log; remove it, or add the run again",
        "1 entry, 0 judged again from a log: 0 errors, 2 notes",
    ]


def test_what_is_no_board_is_the_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="is no board"):
        check(tmp_path)


def test_files_that_are_no_entries_are_errors(tmp_path: Path) -> None:
    path = board(tmp_path / "board", entry("a"))
    broken(path, "notes.txt", "hello")
    broken(path, "UPPER.json", "{}")
    broken(path, "..json", "{}")
    (path / "entries" / "link.json").symlink_to("a.json")
    (path / "entries" / "folder.json").mkdir()
    found = [finding.path for finding in check(path).errors]
    assert found == ["entries/UPPER.json", "entries/folder.json", "entries/link.json", "entries/notes.txt"]


def test_the_later_of_two_alike_is_the_duplicate_and_a_published_row_is_never_the_later(tmp_path: Path) -> None:
    seed = next(seed for seed in seeds() if seed.slug == "videochat2")
    path = board(tmp_path / "board", seed, replace(seed, slug="a-videochat2", source=""))
    assert [finding.path for finding in check(path).errors] == ["entries/a-videochat2.json"]


# -------------------------------------------------------------------------------------------------------- logs

RIGHT = {task.key: [True, True, False, True] for task in TASKS[:2]}


def with_log(tmp_path: Path, *, name: str = "small", **changes: Any) -> tuple[Path, Entry]:
    """A board with the entry of a run and its log, as `add` puts them there."""
    source = Run.read(run_folder(tmp_path / "run", RIGHT, name=name, **changes))
    made = replace(read_run(source).entry, slug="mine", log="logs/mine")
    path = board(tmp_path / "board")
    boards.write(boards.Board(path), made, log=log_of(source))
    return path, made


def rewrite(path: Path, pattern: str, new: str, *, count: int = 1) -> None:
    text = path.read_text("utf-8")
    changed = re.sub(pattern, new, text, count=count)
    assert changed != text, pattern
    path.write_text(changed, "utf-8")


def test_a_log_bears_out_every_digit(tmp_path: Path) -> None:
    path, made = with_log(tmp_path)
    checked = check(path)
    assert checked.findings == ()
    assert checked.logs["mine"].judge("official").macro.mean == 75.0
    assert made.standing is Standing.REPRODUCED


@pytest.mark.parametrize(
    ("pattern", "new", "expected"),
    [
        (r'"action_sequence": 75.0', '"action_sequence": 75.001', "action_sequence is 75.001, but the log gives 75.0"),
        (r'"average": null', '"average": 75.2', "average is 75.2, but the log gives 75.00"),
        (r'"frames": "16"', '"frames": "32"', "frames is '32', but the log says '16'"),
        (r'"protocol": "mvbench"', '"protocol": "notebook"', "protocol is 'notebook', but the log says 'mvbench'"),
        (r'"name": "small"', '"name": "large"', "data.name is 'large', but the log says 'small'"),
        (r'"hash": "\w{8}', '"hash": "00000000', "data.hash is '00000000"),
        (r'"action_sequence": 4,', '"action_sequence": 8,', "8 questions of action_sequence, the log has 4"),
        (r'"action_sequence": 75.0,\s*', "", "action_sequence is missing, and the log has it"),
        (r'"log": "logs/mine"', '"log": "logs/other"', "lies in logs/mine, and nowhere else"),
        (r'"log": "logs/mine"', '"log": "../mine"', "lies in logs/mine, and nowhere else"),
        (r'"log": "logs/mine"', '"log": null', "standing is 'reproduced', and there is no log"),
        (r'"name": "small"', '"name": "MVBench"', "data.name is 'MVBench', but the log says 'small'"),
    ],
)
def test_an_entry_that_says_more_than_its_log(tmp_path: Path, pattern: str, new: str, expected: str) -> None:
    path, _ = with_log(tmp_path)
    rewrite(path / "entries" / "mine.json", pattern, new)
    found = [str(finding) for finding in check(path).errors]
    assert [line for line in found if expected in line], found
    assert all(line.startswith("entries/mine.json:") for line in found)


@pytest.mark.parametrize(
    ("file", "pattern", "new", "expected"),
    [
        # a wrong reply made right: the entry's digits no longer follow
        ("records.jsonl", r'"text":"D\) The shoe."', '"text":"C) The towel."', "but the log gives 100.0"),
        # a verdict made right: nobody believes it, and it shows
        ("records.jsonl", r'"correct":false', '"correct":true', "the records were changed"),
        # the right answer made what was replied, by number or by text
        ("records.jsonl", r'"answer":2,', '"answer":3,', "action_sequence/0002 was changed"),
        (
            "records.jsonl",
            r'"answer":2,"answer_text":"The towel."',
            '"answer":3,"answer_text":"The shoe."',
            "was changed",
        ),
        # another question
        (
            "records.jsonl",
            r'"item_hash":"\w{16}"',
            '"item_hash":"0000000000000000"',
            "not all the questions of",
        ),
        # a question less
        ("records.jsonl", r"[^\n]*\n", "", "7 of 8 replies are there"),
        ("records.jsonl", r"\{[^\n]*\n", "{}\n", "is no record"),
        ("run.json", r'"questions": 8', '"questions": 7', "8 records where 7 are expected"),
        ("run.json", r'"view": "full"', '"view": "shuffle"', "was made with --view shuffle"),
        (
            "run.json",
            r'"protocol": "mvbench",(\s*"view": "full"\s*\},\s*"title")',
            r'"protocol": "x",\1',
            "two values for",
        ),
        ("run.json", r'"model": "Made Model"', '"limit": 4', "was asked a part of its data set"),
        ("run.json", r'"schema": 1', '"schema": 99', "schema 99"),
        ("run.json", r"^", "[", "is not what mvbench writes"),
        ("run.json", r'"schema": 1,', '"schema": 1, "hardware": {"host": "gpu7"},', "tells of somebody's machine"),
        ("run.json", r'"model": "Made Model"', '"model": "/home/ada/w"', "tells of somebody's machine"),
    ],
)
def test_a_log_that_was_changed(tmp_path: Path, file: str, pattern: str, new: str, expected: str) -> None:
    path, _ = with_log(tmp_path)
    rewrite(path / "logs" / "mine" / file, pattern, new)
    found = [str(finding) for finding in check(path).errors]
    assert [line for line in found if expected in line], found
    assert all(line.startswith("entries/mine.json:") for line in found)
    assert not [line for line in found if str(tmp_path) in line]


@pytest.mark.slow
def test_generated_questions_are_not_mvbench_whatever_the_log_calls_them(tmp_path: Path) -> None:
    right = {task.key: [True, False] * 100 for task in TASKS}
    source = Run.read(run_folder(tmp_path / "run", right, name=MVBENCH, extras={"orbit": "a"}))
    made = replace(read_run(source).entry, slug="mine", log="logs/mine")
    (found,) = errors(made, source)
    assert "4,000 questions of the log are generated ones (action_sequence/0000 has an orbit or dials)" in found


def test_a_part_of_mvbench_is_not_mvbench(tmp_path: Path) -> None:
    source = Run.read(run_folder(tmp_path / "run", RIGHT, name=MVBENCH))
    tasks = dict.fromkeys(RIGHT, 75.0)
    made = entry(tasks=tasks, log="logs/mine", protocol="mvbench", frames="16")
    assert [text for text in errors(made, source) if "a ranking holds the whole set only" in text]


@pytest.mark.parametrize("what", ["stranger", "link", "empty", "none"])
def test_a_log_is_two_regular_files(tmp_path: Path, what: str) -> None:
    path, _ = with_log(tmp_path)
    log = path / "logs" / "mine"
    if what == "stranger":
        (log / "run.sh").write_text("rm -rf /")
    elif what == "link":
        (log / "run.json").rename(tmp_path / "run.json")
        (log / "run.json").symlink_to(tmp_path / "run.json")
    else:
        for file in log.iterdir():
            file.unlink()
        if what == "none":
            log.rmdir()
    (found,) = check(path).errors
    assert str(found).startswith("entries/mine.json:")
    assert str(tmp_path) not in str(found)


def test_findings_never_move_the_cursor(tmp_path: Path) -> None:
    path = board(tmp_path / "board", entry("a", model="\x1b[2Jx", notes="a\nentries/b.json:1: note: all is well"))
    for finding in check(path).errors:
        assert str(finding).isprintable()


def test_entries_may_be_many(tmp_path: Path) -> None:
    path = board(tmp_path / "board", entry("a"))
    one = json.loads((path / "entries" / "a.json").read_text())
    for number in range(300):
        broken(path, f"e{number}.json", json.dumps(one | {"model": f"Model number {number}x"}))
    checked = check(path)
    assert (len(checked.entries), checked.findings) == (301, ())
