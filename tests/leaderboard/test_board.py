"""The board's folder: what is written is what is read, and nothing leads out of it."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leaderboard import board as boards
from leaderboard.documents import Document
from leaderboard.entry import DataSet, Entry, Harness, Scores, Standing
from leaderboard.entry_json import NAMES, from_json, to_json
from mvbench.errors import DataError, MVBenchError, RunError
from tests.leaderboard import made

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
SAID = TEXT.filter(str.strip)
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
SCORES = st.builds(Scores, st.dictionaries(TEXT, NUMBER, max_size=3), st.none() | NUMBER)
ENTRIES = st.builds(
    Entry,
    slug=st.from_regex(boards.SLUG, fullmatch=True).filter(boards.is_slug),
    model=SAID,
    data=st.builds(DataSet, SAID, TEXT, TEXT),
    scores=st.dictionaries(TEXT, SCORES, max_size=3),
    revision=TEXT,
    link=TEXT,
    type=TEXT,
    language_model=TEXT,
    parameters_billion=st.none() | NUMBER,
    frames=TEXT,
    resolution=TEXT,
    protocol=TEXT,
    items=st.dictionaries(TEXT, st.integers(0, 10**9 - 1), max_size=3),
    trained_on=st.lists(TEXT, max_size=3).map(tuple),
    harness=st.builds(Harness, TEXT, TEXT),
    submitted_by=TEXT,
    date=TEXT,
    source=TEXT,
    standing=st.sampled_from(Standing),
    context=st.booleans(),
    unverified=st.lists(TEXT, max_size=3).map(tuple),
    log=st.none() | TEXT,
    log_model=TEXT,
    notes=TEXT,
)


@pytest.fixture
def board(tmp_path: Path) -> boards.Board:
    return boards.make(tmp_path / "board", [made.entry("first"), made.entry("second")])


@settings(max_examples=50)
@given(ENTRIES)
def test_an_entry_is_read_back_as_it_was_written_to_the_last_digit(entry: Entry) -> None:
    raw = to_json(entry)
    assert from_json(Document(raw, origin="f"), entry.slug) == entry
    assert to_json(from_json(Document(raw, origin="f"), entry.slug)) == raw


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ENTRIES)
def test_an_entry_survives_its_file(board: boards.Board, entry: Entry) -> None:
    entry = replace(entry, log=None)
    path = board.entries / f"{entry.slug}.json"
    path.unlink(missing_ok=True)
    assert boards.write(board, entry) == path
    assert boards.read(path).entry == entry


def test_the_file_has_every_field_in_the_order_of_the_entry_so_that_a_hand_can_fill_it() -> None:
    content = json.loads(to_json(made.entry("x")))
    assert tuple(content) == NAMES
    assert content["link"] == ""
    assert "slug" not in content


def test_a_board_is_made_with_its_seeds_and_opened_again(board: boards.Board) -> None:
    assert boards.open_board(board.path) == board
    assert [stored.entry for stored in boards.read_all(board)] == [made.entry("first"), made.entry("second")]


def test_what_a_line_is_about_can_be_told(board: boards.Board) -> None:
    stored = boards.read(board.entries / "first.json")
    lines = (board.entries / "first.json").read_text().split("\n")
    origin, _, number = stored.document.where("scores", "official", "tasks", "action_antonym").partition(":")
    assert origin == "entries/first.json"
    assert lines[int(number) - 1].strip().startswith('"action_antonym"')


def test_a_repository_may_be_there_and_its_ignored_files_stay_its_own(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("mine\n")
    boards.make(tmp_path, [made.entry("x")])
    assert (tmp_path / ".gitignore").read_text() == "mine\n"
    assert boards.open_board(tmp_path)


def test_a_board_that_was_begun_is_finished(tmp_path: Path) -> None:
    seeds = [made.entry("a"), made.entry("b")]
    (tmp_path / "entries").mkdir()
    (tmp_path / "entries" / "a.json").write_text("half of")
    assert [stored.entry for stored in boards.read_all(boards.make(tmp_path, seeds))] == seeds


@pytest.mark.parametrize("stranger", ["notes.txt", "entries/mine.json", "logs/x"])
def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path, stranger: str) -> None:
    (tmp_path / stranger).parent.mkdir(exist_ok=True)
    (tmp_path / stranger).write_text("mine")
    with pytest.raises(RunError, match=r"no board\.toml"):
        boards.make(tmp_path, [made.entry("x")])
    assert (tmp_path / stranger).read_text() == "mine"
    assert not (tmp_path / "board.toml").exists()


@pytest.mark.parametrize("kind", ["file", "link"])
def test_what_is_no_folder_is_no_board(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "board"
    path.write_text("x") if kind == "file" else path.symlink_to(tmp_path / "nowhere")
    with pytest.raises(RunError, match="is no folder"):
        boards.make(path, [])
    with pytest.raises(RunError, match="is no board"):
        boards.open_board(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"format = 2", "format 2"),
        (b"format = true", "format True"),
        (b"format = 'x'", "format 'x'"),
        (b"", "format None"),
        (b"\xff", "not UTF-8"),
    ],
)
def test_a_board_of_another_version_is_not_touched(board: boards.Board, content: bytes, words: str) -> None:
    (board.path / "board.toml").write_bytes(content)
    with pytest.raises(RunError, match=words):
        boards.open_board(board.path)


def plain(**changes: Any) -> bytes:
    content = json.loads(to_json(made.entry("x"))) | changes
    return json.dumps(content, indent=1).encode()


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (plain(modle="x"), "'modle' is unknown; did you mean 'model'?"),
        (plain(model=""), ":2: 'model' is \"\"; it must be a text that says something"),
        (plain(model=None), "'model' is null; it must be a text"),
        (plain(model=["x"]), "'model' is [\"x\"]; it must be a text"),
        (plain(data="MVBench"), "'data' is \"MVBench\"; it must be an object"),
        (plain(data={}), "'data.name' is missing"),
        (plain(data={"name": "MVBench", "size": 1}), "'data.size' is unknown"),
        (plain(scores=[]), "'scores' is []; it must be an object"),
        (plain(scores={"official": []}), "'scores.official' is []"),
        (plain(scores={"official": {"tasks": {"action_antonym": "51.1"}}}), 'is "51.1"; it must be a number'),
        (plain(scores={"official": {"tasks": {"action_antonym": True}}}), "is true; it must be a number"),
        (plain(scores={"official": {"tasks": {"action_antonym": None}}}), "is null; it must be a number"),
        (plain(scores={"official": {"avg": 1}}), "'scores.official.avg' is unknown; did you mean 'average'"),
        (plain(scores={"official": {"tasks": {}, "average": "51"}}), "'scores.official.average' is \"51\""),
        (plain(parameters_billion="7B"), "'parameters_billion' is \"7B\"; it must be a number"),
        (plain(items={"action_antonym": 200.0}), "'items.action_antonym' is 200.0; it must be a whole number"),
        (plain(items={"action_antonym": -1}), "is -1; it must be a whole number"),
        (plain(items={"action_antonym": 10**30}), "it must be a whole number"),
        (plain(trained_on="STAR"), "'trained_on' is \"STAR\"; it must be a list of texts"),
        (plain(trained_on=[1]), "'trained_on' is [1]; it must be a list of texts"),
        (plain(standing="reproducd"), "did you mean 'reproduced'?"),
        (plain(context="yes"), "'context' is \"yes\"; it must be true or false"),
        (plain(log=7), "'log' is 7; it must be a text"),
        (plain(harness={"name": "a", "commit": "b"}), "'harness.commit' is unknown"),
        (plain(slug="y"), "'slug' is unknown"),
        (plain(**{"__proto__": {"a": 1}}), "'__proto__' is unknown"),
        (plain(notes="x" * 300_000), "more than 262,144 bytes"),
        (b'\xef\xbb\xbf{"model": "x"}', "byte order mark"),
        (b'{"model": "x",\n"model": "y"}', ":2: 'model' comes twice"),
        (b"", "not JSON"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_entry_is_refused_with_file_and_line(board: boards.Board, raw: bytes, words: str) -> None:
    path = board.entries / "x.json"
    path.write_bytes(raw)
    with pytest.raises(DataError) as caught:
        boards.read(path)
    assert words in str(caught.value)
    assert str(caught.value).startswith("entries/x.json:")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "name", ["X.json", "x.txt", "x y.json", "-x.json", "x..y.json", "é.json", "x" * 81 + ".json", ".json.json"]
)
def test_a_file_of_another_name_is_no_entry(board: boards.Board, name: str) -> None:
    path = board.entries / name
    path.write_bytes(to_json(made.entry("x")))
    with pytest.raises(DataError, match="no entry's name"):
        boards.read(path)


@pytest.mark.parametrize("what", ["link", "folder", "pipe"])
def test_an_entry_is_a_regular_file_in_the_board(board: boards.Board, tmp_path: Path, what: str) -> None:
    path = board.entries / "x.json"
    if what == "link":
        (tmp_path / "outside.json").write_bytes(to_json(made.entry("x")))
        path.symlink_to(tmp_path / "outside.json")
    elif what == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)
    with pytest.raises(DataError, match="no regular file"):
        boards.read(path)


@pytest.mark.parametrize("folder", ["entries", "logs"])
def test_a_folder_behind_a_link_is_neither_read_nor_written(board: boards.Board, tmp_path: Path, folder: str) -> None:
    outside = tmp_path / "outside"
    if (board.path / folder).exists():
        (board.path / folder).rename(outside)
    else:
        outside.mkdir()
    (board.path / folder).symlink_to(outside)
    before = sorted(outside.iterdir())
    entry = made.entry("x", log="logs/x")
    with pytest.raises(RunError, match="is a link"):
        boards.write(board, entry, log={"run.json": b"{}"})
    with pytest.raises(DataError):
        boards.files_of(board) if folder == "entries" else board.log_of(entry)
    assert sorted(outside.iterdir()) == before


def test_too_many_entries_are_refused_before_one_is_read(board: boards.Board, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "MAX_ENTRIES", 1)
    with pytest.raises(DataError, match="holds 2 files; a board has at most 1"):
        list(boards.read_all(board))


@pytest.mark.parametrize("log", ["../x", "/etc", "logs/../../x", "logs/other", "logs", "logs/x/", "", "logs/x\x00"])
def test_a_log_lies_in_its_own_place_only(board: boards.Board, log: str) -> None:
    (board.logs / "other").mkdir(parents=True)
    with pytest.raises(DataError, match="'log' is"):
        board.log_of(made.entry("x", log=log))


def test_a_log_that_is_not_there_or_a_link_is_told(board: boards.Board, tmp_path: Path) -> None:
    entry = made.entry("x", log="logs/x")
    with pytest.raises(DataError, match="no folder 'logs/x'"):
        board.log_of(entry)
    board.logs.mkdir()
    (board.logs / "x").symlink_to(tmp_path)
    with pytest.raises(DataError, match="no folder 'logs/x'"):
        board.log_of(entry)


def test_what_an_interrupted_write_left_is_nobodys(board: boards.Board) -> None:
    (board.entries / ".x.json.77.part").write_text("half of")
    assert len(list(boards.read_all(board))) == 2


def test_no_entry_is_written_over(board: boards.Board) -> None:
    before = (board.entries / "first.json").read_bytes()
    with pytest.raises(RunError, match="is there already"):
        boards.write(board, made.entry("first", notes="other"))
    assert (board.entries / "first.json").read_bytes() == before


def test_a_full_board_takes_no_more(board: boards.Board, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "MAX_ENTRIES", 2)
    with pytest.raises(RunError, match="has 2 entries, and takes no more"):
        boards.write(board, made.entry("x"))
    assert len(list(boards.read_all(board))) == 2


def test_a_board_that_is_being_written_says_so(board: boards.Board) -> None:
    with boards.held(board), pytest.raises(RunError, match="another process"), boards.held(board):
        pass


def test_a_board_that_cannot_be_written_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(MVBenchError, match="cannot write in"):
        boards.make(tmp_path / "file" / "board", [])


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Qwen2.5-VL (7B)", "qwen2.5-vl-7b"),
        ("../../etc/passwd", "etc-passwd"),
        ("日本語", "model"),
        ("", "model"),
        ("...", "model"),
        ("a..b", "a.b"),
        ("<b>x</b>", "b-x-b"),
        ("-rf", "rf"),
    ],
)
def test_a_slug_is_made_of_any_name(name: str, slug: str) -> None:
    assert boards.slugged(name) == slug


@given(st.text(max_size=200), st.integers(0, 3))
def test_every_name_has_a_free_slug_and_every_slug_is_one(name: str, used: int) -> None:
    taken: set[str] = set()
    for _ in range(used + 1):
        slug = boards.free_slug(name, taken)
        assert boards.is_slug(slug)
        assert slug not in taken
        taken.add(slug)
