"""`mvbench leaderboard add`: one more entry, or nothing at all, whatever happens meanwhile."""

import json
import multiprocessing
import os
from pathlib import Path
from typing import Any

import pytest

from leaderboard import adding, validation
from leaderboard import board as boards
from leaderboard.adding import Added, add, in_words
from leaderboard.details import Details
from leaderboard.entry import Entry, Standing
from mvbench.cli import main
from mvbench.errors import DataError, RunError, UsageError
from mvbench.results import Run
from tests.leaderboard import handed_in, made
from tests.leaderboard.killing import killed_at_every_step

RIGHT = {"action_sequence": [True, False, True, True], "object_existence": [False, True]}
SEEDS = (made.entry("seed-one"), made.entry("seed-two", notes="x"))


@pytest.fixture(autouse=True)
def few_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adding, "seeds", lambda: SEEDS)


@pytest.fixture
def board(tmp_path: Path) -> Path:
    return tmp_path / "board"


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    return handed_in.written(tmp_path / "upload_leaderboard.json", handed_in.upload())


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return made.run_folder(tmp_path / "run", RIGHT)


def entries(board: Path) -> dict[str, Entry]:
    return {stored.entry.slug: stored.entry for stored in boards.read_all(boards.open_board(board))}


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def add_upload(board: Path, upload: Path, **told: Any) -> Added:
    return add(board, [upload], details=Details(**{"model": "Mine", **told}))


def test_a_new_board_has_the_published_entries_and_the_new_one(board: Path, upload: Path) -> None:
    added = add_upload(board, upload, parameters=7.0, link="https://example.org")
    assert added.seeded == 2
    assert entries(board).keys() == {"seed-one", "seed-two", "mine"}
    entry = entries(board)["mine"]
    assert (entry.model, entry.parameters_billion, entry.link) == ("Mine", 7.0, "https://example.org")
    assert (entry.frames, entry.language_model, entry.log) == ("", "", None)
    assert entry.standing is Standing.SELF_REPORTED


def test_an_existing_board_gets_no_seeds(board: Path, upload: Path) -> None:
    made.board(board, made.entry("only"))
    assert add_upload(board, upload).seeded is None
    assert entries(board).keys() == {"only", "mine"}


def test_a_run_is_there_with_its_log_and_validates(board: Path, run: Path) -> None:
    entry = add(board, [run], details=Details(link="https://example.org")).entry
    assert (entry.slug, entry.log, entry.standing) == ("made-model", "logs/made-model", Standing.REPRODUCED)
    assert sorted(path.name for path in (board / "logs/made-model").iterdir()) == ["records.jsonl", "run.json"]
    assert Run.read(board / "logs/made-model").facts["title"]["model"] == "Made Model"
    checked = validation.check(board)
    assert checked.errors == ()
    assert checked.logs.keys() == {"made-model"}


def test_the_same_again_is_recognised_and_writes_nothing(board: Path, run: Path, upload: Path) -> None:
    add(board, [run], details=Details())
    add_upload(board, upload)
    before = contents(board)
    assert add(board, [run], details=Details()).again
    assert add_upload(board, upload).again
    assert contents(board) == before


@pytest.mark.parametrize("what", ["missing", "changed", "more in it", "a link"])
def test_the_same_run_again_puts_its_log_back(
    board: Path, run: Path, tmp_path: Path, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    log = board / (add(board, [run], details=Details()).entry.log or "")
    before = contents(board)
    if what == "changed":
        (log / "records.jsonl").write_bytes(b"")
    elif what == "more in it":
        (log / "extra").mkdir()
    else:
        log.rename(tmp_path / "moved")
        if what == "a link":
            log.symlink_to(tmp_path / "moved")
    assert validation.check(board).errors
    assert main(["leaderboard", "add", str(board), str(run)]) == 0
    assert "its log was missing or changed, and is there again" in capsys.readouterr().out
    assert contents(board) == before
    assert not log.is_symlink()
    assert validation.check(board).errors == ()


def test_what_could_not_be_read_again_is_not_added(board: Path, tmp_path: Path) -> None:
    nameless = made.run_folder(tmp_path / "nameless", RIGHT, name="")
    with pytest.raises(DataError, match=r"'data.name' is \"\""):
        add(board, [nameless], details=Details())
    assert not board.exists()


def test_two_boards_made_alike_are_alike_to_the_byte(tmp_path: Path, run: Path) -> None:
    for name in ("a", "b"):
        add(tmp_path / name, [run], details=Details())
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_a_model_stands_once_per_revision(board: Path, upload: Path) -> None:
    add_upload(board, upload)
    with pytest.raises(DataError, match=r"nothing was added: .*entries/mine\.json.*another revision"):
        add_upload(board, upload, notes="told otherwise")
    add_upload(board, upload, revision="v2")
    assert entries(board)["mine-v2"].revision == "v2"


@pytest.mark.parametrize("name", ["mine", "MINE", "Mіne"])  # the last with a Cyrillic letter
def test_a_name_that_reads_the_same_is_the_same_model(board: Path, upload: Path, name: str) -> None:
    add_upload(board, upload)
    with pytest.raises(DataError, match="nothing was added"):
        add_upload(board, upload, model=name, notes="told otherwise")


def test_two_models_whose_names_make_one_slug_both_find_a_place(board: Path, upload: Path) -> None:
    add_upload(board, upload, model="模型甲")
    add_upload(board, upload, model="模型乙")
    assert entries(board)["model-2"].model == "模型乙"


def test_what_is_wrong_is_refused_before_anything_is_written(board: Path, tmp_path: Path) -> None:
    wrong = handed_in.written(tmp_path / "a.json", handed_in.upload(**{"State Change": 140.0}))
    with pytest.raises(DataError, match="nothing was added"):
        add_upload(board, wrong)
    assert not board.exists()
    made.board(board)
    before = contents(board)
    with pytest.raises(DataError, match="nothing was added"):
        add_upload(board, wrong, link="javascript:alert(1)")
    assert contents(board) == before


def test_every_mistake_is_in_the_one_line(board: Path, upload: Path) -> None:
    with pytest.raises(DataError) as caught:
        add_upload(board, upload, link="javascript:alert(1)", date="2999-01-01")
    assert all(word in str(caught.value) for word in ("javascript:", "2999-01-01"))
    assert "\n" not in str(caught.value)


def test_of_twenty_mistakes_the_first_are_told_and_how_many_more(board: Path, tmp_path: Path) -> None:
    wrong = handed_in.written(tmp_path / "a.json", handed_in.upload(**{task.title: 140.0 for task in made.TASKS}))
    with pytest.raises(DataError, match=r"; and \d+ more$") as caught:
        add_upload(board, wrong)
    assert len(str(caught.value)) < 600


def test_a_model_without_a_name_is_asked_for_one(board: Path, upload: Path) -> None:
    with pytest.raises(UsageError, match="tells no model; give --model NAME"):
        add(board, [upload], details=Details())


def test_what_a_log_tells_no_flag_may_deny(board: Path, run: Path) -> None:
    for told in ({"protocol": "notebook"}, {"frames": "8"}):
        with pytest.raises(UsageError, match="but the run says"):
            add(board, [run], details=Details(**told))  # type: ignore[arg-type]
    assert add(board, [run], details=Details(protocol="mvbench", frames="16")).entry.frames == "16"


def test_the_file_tells_less_than_the_meta_and_the_flags(board: Path, tmp_path: Path) -> None:
    meta = {"model": "From File", "link": "https://example.org/file", "notes": "from the file"}
    path = handed_in.written(tmp_path / "a.json", {"meta": meta} | handed_in.upload())
    entry = add(board, [path], details=Details(link="https://example.org/flag")).entry
    assert (entry.model, entry.link, entry.notes) == ("From File", "https://example.org/flag", "from the file")


def test_a_rerun_by_others_says_so(board: Path, upload: Path, run: Path) -> None:
    assert add_upload(board, upload, standing=Standing.RERUN).entry.standing is Standing.RERUN


def test_a_board_with_a_broken_entry_takes_no_other_until_it_is_mended(board: Path, upload: Path) -> None:
    made.board(board, made.entry("x"))
    (board / "entries/x.json").write_text("{\n")
    before = contents(board)
    with pytest.raises(DataError, match=r"^entries/x\.json:"):
        add_upload(board, upload)
    assert contents(board) == before


def test_a_board_that_another_process_writes_is_waited_for(board: Path, upload: Path) -> None:
    made.board(board)
    with boards.held(boards.open_board(board)), pytest.raises(RunError, match="another process"):
        add_upload(board, upload)
    assert entries(board) == {}


# ------------------------------------------------------------------------------------------------- what is printed


def test_what_is_missing_is_named_by_its_flag(board: Path, upload: Path, run: Path) -> None:
    words = dict(in_words(add_upload(board, upload, parameters=7.0, date="2026-01-01")))
    assert words["not told"].startswith("--link, --type, --language-model, --frames, --resolution, --protocol")
    assert "--parameters" not in words["not told"]
    assert "--date" not in words["not told"]
    assert words["scores"] == "50.0 by official (published as 50)"
    assert words["board"].endswith("board is new, with 2 published entries")
    words = dict(in_words(add(board, [run], details=Details())))
    assert "--data-revision" not in words["not told"]
    assert words["scores"].startswith("62.5 by parsed, ")
    assert words["note"] == "small is not MVBench: it has a ranking of its own, apart from MVBench's rows"


def test_the_command_prints_what_it_did_and_exits_0(
    board: Path, run: Path, upload: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "meta.toml").write_text('model = "From Meta"\nparameters = "7B"\n')
    assert main(["leaderboard", "add", str(board), str(run), "--meta", str(tmp_path / "meta.toml")]) == 0
    lines = capsys.readouterr().out.splitlines()
    headings = [line.split()[0] for line in lines]
    assert headings == ["board", "read", "added", "model", "data", "scores", "standing", "not", "note", "next"]
    assert "From Meta" in lines[3]
    assert main(["leaderboard", "add", str(board), str(run), "--meta", str(tmp_path / "meta.toml")]) == 0
    assert "says the same already; nothing was written" in capsys.readouterr().out


def test_a_mistake_is_one_line_on_stderr_and_exit_code_2(
    board: Path, upload: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (
        ["add", str(board), str(upload)],
        ["add", str(board), str(upload), "--model", "\x1b[2Jx"],
        ["add", str(board), str(upload), "--modle", "x"],
        ["add", str(board), str(upload), "--model", "x", "--parameters", "many"],
        ["add", str(board)],
        ["add"],
        ["ad"],
    ):
        assert main(["leaderboard", *words]) == 2
        seen = capsys.readouterr()
        assert seen.out == ""
        assert seen.err.startswith("mvbench: ")
        assert seen.err.count("\n") == 1
        assert "\x1b" not in seen.err
    assert not board.exists()


def test_alone_it_prints_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["leaderboard"]) == 0
    assert "mvbench leaderboard add board runs/my-run" in capsys.readouterr().out


def test_names_from_a_file_do_not_move_the_cursor(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = handed_in.written(tmp_path / "x\x1b[2J_MVBench_rating.json", handed_in.kit_ratings())
    assert main(["leaderboard", "add", str(board), str(path)]) == 2
    assert "\x1b" not in capsys.readouterr().err


# -------------------------------------------------------------------------------------------------------- kill -9


@pytest.mark.parametrize(
    "new",
    [pytest.param(True, id="a new board", marks=pytest.mark.slow), pytest.param(False, id="a board that is there")],
)
def test_a_kill_at_any_moment_leaves_a_board_or_none_and_the_same_command_finishes(
    tmp_path: Path, run: Path, new: bool
) -> None:
    whole = tmp_path / "whole"
    add(whole, [run], details=Details())
    board = tmp_path / "board"
    if not new:
        made.board(board, *SEEDS)
    steps = 0
    for number in killed_at_every_step(board, lambda: add(board, [run], details=Details())):
        steps += 1
        if (board / boards.MARKER).exists():
            assert validation.check(board).errors == (), number
            assert entries(board).keys() in ({"seed-one", "seed-two"}, {"seed-one", "seed-two", "made-model"}), number
        else:
            assert new, number
        add(board, [run], details=Details())
        finished = {name: raw for name, raw in contents(board).items() if not name.endswith(".part")}
        assert {name: raw for name, raw in finished.items() if ".part/" not in name} == contents(whole), number
        for path in sorted(board.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        board.rmdir()
        if not new:
            made.board(board, *SEEDS)
    assert steps > (20 if new else 10)


def test_two_processes_at_once_lose_nothing(board: Path, tmp_path: Path) -> None:
    made.board(board)
    paths = [handed_in.written(tmp_path / f"{number}.json", {"meta": {"model": f"M{number}"}} | handed_in.upload())
             for number in range(4)]  # fmt: skip
    children = [multiprocessing.get_context("fork").Process(target=add_patiently, args=(board, path)) for path in paths]
    for child in children:
        child.start()
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0] * 4
    assert entries(board).keys() == {"m0", "m1", "m2", "m3"}
    assert json.loads((board / "entries/m3.json").read_bytes())["model"] == "M3"


def add_patiently(board: Path, path: Path) -> None:
    while True:
        try:
            add(board, [path], details=Details())
            os._exit(0)
        except RunError:
            continue
