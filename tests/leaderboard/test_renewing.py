"""A run that stands on a board already: its digits are renewed, and it does not stand there twice."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leaderboard import adding, renewing, validation
from leaderboard import board as boards
from leaderboard.adding import add
from leaderboard.details import Details
from leaderboard.entry import Entry
from mvbench import rescoring
from mvbench.cli import main
from mvbench.errors import DataError, UsageError
from mvbench.types import Record
from tests.leaderboard import made
from tests.leaderboard.killing import killed_at_every_step

RIGHT = {"action_sequence": [True, False, True, True], "object_existence": [False, True]}
MANY = {"action_sequence": [True, False] * 100}
TOLD = {"link": "https://example.org", "type": "VideoLLM", "source": "https://example.org/paper", "notes": "a note"}
COMMAND = "`mvbench leaderboard add BOARD BOARD/logs/mine` renews the entry"


@pytest.fixture(autouse=True)
def no_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adding, "seeds", tuple)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return made.run_folder(tmp_path / "run", RIGHT, model="hf")


@pytest.fixture
def board(tmp_path: Path) -> Path:
    return made.board(tmp_path / "board")


@pytest.fixture
def old(board: Path, run: Path, monkeypatch: pytest.MonkeyPatch) -> Entry:
    """An entry that an earlier version added, whose official judge took every reply for a right one."""
    with monkeypatch.context() as patch:
        for module in ("leaderboard.recomputing", "leaderboard.submissions.logs"):
            patch.setattr(f"{module}.judged_again", judged_kindly)
        entry = add(board, [run], details=Details(model="Mine", **TOLD)).entry  # type: ignore[arg-type]
    assert entry.scores["official"].tasks == dict.fromkeys(RIGHT, 100.0)
    return entry


def judged_kindly(record: Record) -> Record:
    again = rescoring.judged_again(record)
    kind = replace(again.verdicts["official"], choice=again.sample.answer, correct=True)
    return replace(again, verdicts={**again.verdicts, "official": kind})


def the_entry(board: Path) -> Entry:
    (stored,) = boards.read_all(boards.open_board(board))
    return stored.entry


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not re.search(r"(^|/)\.", str(path.relative_to(folder)))
    }


def errors(board: Path) -> list[str]:
    return [str(finding) for finding in validation.check(board).errors]


# ------------------------------------------------------------------------------------------- a judge that changed


def test_a_changed_judge_is_one_finding_with_the_command_that_mends_it(board: Path, old: Entry) -> None:
    (found,) = errors(board)
    assert "official: action_sequence is 100.0, but the log gives 75.0 (numbers that differ: 2 by official)" in found
    assert COMMAND in found


def test_that_command_renews_the_digits_and_the_log_and_keeps_what_was_told(
    board: Path, old: Entry, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["leaderboard", "add", str(board), str(board / "logs/mine")]) == 0
    printed = capsys.readouterr().out
    assert f"renewed   {board}/entries/mine.json: official 62.5, was 100.0 (2 of 2 tasks)\n" in printed
    assert "model     Mine; its log calls it hf\n" in printed
    entry = the_entry(board)
    assert entry == replace(old, scores=entry.scores)
    assert entry.scores["official"].tasks == {"action_sequence": 75.0, "object_existence": 50.0}
    assert validation.check(board).findings == ()
    before = contents(board)
    assert add(board, [board / "logs/mine"], details=Details()).again
    assert contents(board) == before


@pytest.mark.parametrize("told", [{}, {"model": "Mine"}, {"notes": "another", "link": "https://example.org/new"}])
def test_the_run_itself_renews_its_entry_too_and_new_flags_win(
    board: Path, run: Path, old: Entry, told: dict[str, Any]
) -> None:
    added = add(board, [run], details=Details(**told))
    assert added.before == old
    entry = the_entry(board)
    assert entry == replace(old, scores=entry.scores, **told)
    assert errors(board) == []


def test_details_alone_are_renewed_where_the_digits_are_todays(board: Path, run: Path) -> None:
    add(board, [run], details=Details(model="Mine"))
    words = dict(adding.in_words(add(board, [run], details=Details(model="Mine", notes="new"))))
    assert words["renewed"].endswith("mine.json: other notes")
    assert the_entry(board).notes == "new"


def test_an_entry_edited_by_hand_is_renewed_from_its_own_log_alone(board: Path, run: Path) -> None:
    entry = add(board, [run], details=Details(model="Mine", **TOLD)).entry  # type: ignore[arg-type]
    file = board / "entries/mine.json"
    content = json.loads(file.read_bytes())
    content |= {"frames": "99", "protocol": "notebook", "items": dict.fromkeys(RIGHT, 9)}
    content["scores"]["parsed"]["tasks"]["action_sequence"] = 99.0
    file.write_text(json.dumps(content))
    assert len(errors(board)) == 4
    assert all(COMMAND in found for found in errors(board))
    add(board, [board / "logs/mine"], details=Details())
    assert the_entry(board) == entry
    assert errors(board) == []


@pytest.mark.parametrize(("change", "printed"), [(0.5, "62.5, was 62.2"), (0.02, "62.50, was 62.49")])
def test_a_small_change_can_be_seen(change: float, printed: str) -> None:
    tasks = {"a": 75.0, "b": 50.0}
    new, before = (made.entry(tasks=tasks | {"a": percent}) for percent in (75.0, 75.0 - change))
    assert list(renewing.changes(new, before)) == [f"official {printed} (1 of 2 tasks)"]


def test_a_log_with_errors_of_another_kind_is_not_renewed(board: Path, old: Entry) -> None:
    records = board / "logs/mine/records.jsonl"
    records.write_text(records.read_text().partition("\n")[2])
    before = contents(board)
    assert main(["leaderboard", "add", str(board), str(board / "logs/mine")]) == 2
    assert contents(board) == before


def test_a_judge_that_is_gone_is_named() -> None:
    before = made.entry()
    new = replace(before, scores={}, link="https://example.org")
    assert list(renewing.changes(new, before)) == ["official is gone", "other link"]


# ---------------------------------------------------------------------------------------------- a log that is lost


def edit_a_reply(log: Path) -> None:
    records = log / "records.jsonl"
    records.write_text(records.read_text().replace("A) The laptop.", "B) The box.", 1))


def add_a_stranger(log: Path) -> None:
    (log / "notes.txt").write_text("mine")


def forget_the_log(log: Path) -> None:
    shutil.rmtree(log)
    file = log.parents[1] / "entries/mine.json"
    file.write_text(file.read_text().replace('"log": "logs/mine"', '"log": null'))


LOST = (shutil.rmtree, edit_a_reply, add_a_stranger, forget_the_log)


@pytest.mark.parametrize("lose", LOST)
@pytest.mark.parametrize("added_with", [{"model": "Mine"}, {"model": "Mine", "link": "https://example.org"}])
@pytest.mark.parametrize("told", [{}, {"notes": "new"}])
def test_a_run_whose_log_is_lost_is_known_by_its_digits(
    board: Path, run: Path, lose: Any, added_with: dict[str, str], told: dict[str, str]
) -> None:
    entry = add(board, [run], details=Details(**added_with)).entry  # type: ignore[arg-type]
    before = contents(board / "logs")
    lose(board / "logs/mine")
    assert errors(board)
    add(board, [run], details=Details(**told))  # type: ignore[arg-type]
    assert the_entry(board) == replace(entry, **told)  # type: ignore[arg-type]
    assert contents(board / "logs") == before
    assert errors(board) == []


def test_beside_a_log_that_is_whole_the_same_digits_are_another_run(board: Path, run: Path, tmp_path: Path) -> None:
    add(board, [run], details=Details(model="Mine"))
    other = made.run_folder(tmp_path / "other", RIGHT | {"action_sequence": [True, True, True, False]}, model="hf")
    assert add(board, [other], details=Details(model="Mine", revision="v2")).before is None


def test_what_a_file_manager_leaves_in_a_log_is_nobodys(board: Path, run: Path) -> None:
    add(board, [run], details=Details(model="Mine"))
    (board / "logs/mine/.DS_Store").write_bytes(b"x")
    assert errors(board) == []
    assert not add(board, [run], details=Details(model="Mine")).restored


def test_a_kill_at_any_moment_keeps_every_reply_and_the_same_command_finishes(board: Path, old: Entry) -> None:
    outdated = contents(board)
    steps = 0
    for _ in killed_at_every_step(board, lambda: add(board, [board / "logs/mine"], details=Details())):
        steps += 1
        add(board, [board / "logs/mine"], details=Details())
        assert errors(board) == []
        for name, content in outdated.items():
            (board / name).write_bytes(content)
    assert steps > 8
    assert errors(board) == []


# -------------------------------------------------------------------------------------------- one log, two names


def put_copy(board: Path, **changes: Any) -> None:
    """The entry of `run` once more under another name, as it is put there by hand."""
    entry = replace(the_entry(board), slug="copy", log="logs/copy", model="Copy", **changes)
    boards.write(boards.Board(board), entry, log=contents(board / "logs/mine"))


@pytest.fixture
def large(board: Path, tmp_path: Path) -> Path:
    """A run of so many questions that no two models have the same replies to them; its entry is `mine`."""
    run = made.run_folder(tmp_path / "large", MANY, model="hf")
    add(board, [run], details=Details(model="Mine"))
    return run


def test_one_log_under_two_names_is_an_error(board: Path, large: Path) -> None:
    put_copy(board)
    (found,) = errors(board)
    assert found.startswith("entries/mine.json:")
    assert "the same replies as entries/copy.json, 'Copy', to all 200 questions" in found


def test_another_order_and_other_verdicts_do_not_hide_it(board: Path, large: Path) -> None:
    put_copy(board)
    records = board / "logs/copy/records.jsonl"
    lines = records.read_text().replace('"prompt_hash":"0', '"prompt_hash":"1').splitlines(keepends=True)
    records.write_text("".join(reversed(lines)))
    assert len([found for found in errors(board) if "the same replies" in found]) == 1


def test_beside_context_it_is_a_note(board: Path, large: Path) -> None:
    put_copy(board, context=True)
    checked = validation.check(board)
    assert checked.errors == ()
    (note,) = checked.notes
    assert (note.path, "the same replies as entries/mine.json" in note.text) == ("entries/copy.json", True)


def test_of_few_questions_it_may_be_chance(board: Path, run: Path) -> None:
    add(board, [run], details=Details(model="Mine"))
    added = add(board, [run], details=Details(model="Other"))
    assert [finding.text for finding in added.findings] == [
        "the same replies as entries/mine.json, 'Mine', to all 6 questions"
    ]
    assert errors(board) == []


def test_one_reply_or_another_protocol_makes_another_run(board: Path, large: Path, tmp_path: Path) -> None:
    other = made.run_folder(tmp_path / "a", {"action_sequence": [True, False] * 99 + [True, True]}, model="hf")
    add(board, [other], details=Details(model="A"))
    same = made.run_folder(tmp_path / "b", MANY, model="hf")
    facts = same / "run.json"
    facts.write_text(facts.read_text().replace('"protocol": "mvbench"', '"protocol": "notebook"'))
    add(board, [same], details=Details(model="B"))
    assert validation.check(board).findings == ()


@pytest.mark.parametrize("told", [{"model": "Other"}, {"model": "Mine", "revision": "v2"}])
def test_a_run_is_not_added_under_a_second_name(board: Path, large: Path, told: dict[str, str]) -> None:
    if "revision" in told:
        add(board, [large], details=Details(revision="v1"))
    before = contents(board)
    with pytest.raises(DataError, match=r"nothing was added: the same replies as entries/mine\.json, 'Mine'"):
        add(board, [large], details=Details(**told))  # type: ignore[arg-type]
    assert contents(board) == before


def test_of_two_entries_with_the_same_replies_the_one_of_that_name_is_renewed(board: Path, run: Path) -> None:
    for told in ({}, {"model": "A"}):
        add(board, [run], details=Details(**told))  # type: ignore[arg-type]
    added = add(board, [run], details=Details(link="https://example.org"))
    assert added.entry.slug == "hf"
    assert dict(adding.in_words(added))["renewed"].endswith("hf.json: other link")


def test_where_two_may_be_meant_neither_is_touched(board: Path, run: Path) -> None:
    for name in ("A", "B"):
        add(board, [run], details=Details(model=name))
    before = contents(board)
    with pytest.raises(UsageError, match=r"stand here as 'A' \(entries/a\.json\) and 'B' \(entries/b\.json\); name"):
        add(board, [run], details=Details(link="https://example.org"))
    assert contents(board) == before
    assert add(board, [run], details=Details(model="B", link="https://example.org")).entry.slug == "b"


def test_by_its_own_log_an_entry_may_be_renamed(board: Path, large: Path) -> None:
    add(board, [board / "logs/mine"], details=Details(model="Renamed"))
    entry = the_entry(board)
    assert (entry.slug, entry.model, entry.log_model) == ("mine", "Renamed", "hf")
    assert errors(board) == []


def test_what_the_log_calls_the_model_follows_from_it(board: Path, run: Path) -> None:
    assert add(board, [run], details=Details(model="Mine")).entry.log_model == "hf"
    file = board / "entries/mine.json"
    file.write_text(file.read_text().replace('"log_model": "hf"', '"log_model": "Mine"'))
    (found,) = errors(board)
    assert f"log_model is 'Mine', but the log says 'hf'; {COMMAND}" in found
