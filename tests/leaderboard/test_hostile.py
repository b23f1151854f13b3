"""Submissions that mean harm, from the hand-in to the site: refused in one line, or shown as the text they are."""

import csv
import gzip
import io
import json
import os
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from leaderboard import board as boards
from leaderboard.entry_json import to_json
from leaderboard.submissions.logs import log_of
from mvbench import registry
from mvbench.cli import main
from mvbench.metrics import MVBENCH
from mvbench.results import Run
from tests.leaderboard.made import PERCENTS, TASKS, entry, run_folder

TITLES = {task.key: task.title for task in TASKS}
UPLOAD: dict[str, Any] = {TITLES[key]: percent for key, percent in PERCENTS.items()} | {"Avg": 50.0}
HONEST = entry("honest", model="Honest 7B")

Changed = Mapping[str, Any] | bytes


@pytest.fixture(autouse=True, scope="module")
def commands_looked_up_once() -> Iterator[None]:
    """Looking for installed commands takes longer than most of what is tested here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "registered", cache(registry.registered))
        yield


@pytest.fixture
def board(tmp_path: Path) -> Path:
    """A board with one honest entry."""
    return boards.make(tmp_path / "board", [HONEST]).path


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder; locks aside, which say nothing."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in (".lock", ".gitignore")
    }


def command(*words: object) -> int:
    return main(["leaderboard", *map(str, words)])


def written(path: Path, content: Changed) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


class Anatomy(HTMLParser):
    """The elements of a page with the names of their attributes, and where it leads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.links: list[str] = []
        self.data = ""
        self._in_data = False
        self.feed(page)

    @property
    def tags(self) -> Counter[str]:
        return Counter(tag for tag, _ in self.elements)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        self._in_data = tag == "script" and ("type", "application/json") in attrs

    def handle_data(self, data: str) -> None:
        if self._in_data:
            self.data += data

    def handle_endtag(self, tag: str) -> None:
        self._in_data = False


@pytest.fixture(scope="module")
def honest_page(tmp_path_factory: pytest.TempPathFactory) -> Anatomy:
    """A page with all the elements there are, among them those of a note."""
    folder = tmp_path_factory.mktemp("honest")
    noted = entry("noted", context=True, average=60.0)
    site = built(boards.make(folder / "board", [HONEST, noted]).path, folder / "site")
    assert_harmless(site)
    return Anatomy(site["index.html"].decode())


def built(board: Path, site: Path) -> dict[str, bytes]:
    assert command("validate", board) == 0
    assert command("build", board, "--out", site) == 0
    return contents(site)


def assert_harmless(files: Mapping[str, bytes]) -> None:
    """What every site must be, whoever handed in: a page of our elements, tables without formulas, MVBench alone."""
    page = Anatomy(files["index.html"].decode("utf-8"))
    assert json.loads(page.data)
    for link in page.links:
        assert re.match(r"https?://|#|data:,$|leaderboard[a-z0-9_-]*\.csv$", link), link
    assert not [names for _, names in page.elements if any(name.startswith("on") for name in names)]
    for name, content in files.items():
        if name.endswith(".csv"):
            assert re.fullmatch(r"leaderboard(_[a-z0-9-]+)?\.csv", name)
            for row in csv.reader(io.StringIO(content.decode("utf-8"), newline="")):
                assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]
    rows = csv.DictReader(io.StringIO(files["leaderboard.csv"].decode("utf-8")))
    assert {row["Data"] for row in rows} == {MVBENCH}


# ----------------------------------------------------------------------------------- handed in with `add`, refused


def deep(levels: int) -> bytes:
    return b'{"Avg":' + b"[" * levels + b"]" * levels + b"}"


def zipped(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("upload_leaderboard.json", content)
    return buffer.getvalue()


def raw(key: str, value: str) -> bytes:
    """The upload with one value as it is spelled here."""
    return json.dumps(UPLOAD | {key: "@"}).replace('"@"', value).encode()


REFUSED_UPLOADS: dict[str, tuple[Changed, str]] = {
    "a number beyond 100": (UPLOAD | {"State Change": 101}, "state_change is 101; a percentage lies between 0 and 100"),
    "a negative number": (UPLOAD | {"State Change": -1}, "state_change is -1"),
    "NaN": (raw("State Change", "NaN"), "not JSON"),
    "Infinity": (raw("State Change", "-Infinity"), "not JSON"),
    "1e400": (raw("State Change", "1e400"), "upload.json"),
    "a number of 5,000 digits": (raw("State Change", "9" * 5_000), "upload.json"),
    "a text for a number": (UPLOAD | {"State Change": "51.1"}, "'State Change' is \"51.1\"; it must be a number"),
    "a bool for a number": (UPLOAD | {"State Change": True}, "'State Change' is true; it must be a number"),
    "a list for a number": (UPLOAD | {"State Change": [50]}, "'State Change' is [50]; it must be a number"),
    "a key twice": (raw("State Change", '50, "State Change": 99'), "comes twice"),
    "two spellings of a task": (UPLOAD | {"SC": 99.0}, "'SC' names state_change a second time"),
    "an unknown task": (UPLOAD | {"Zebra Count": 99.0}, "is no task of MVBench"),
    "__proto__": (UPLOAD | {"__proto__": {"admin": True}}, "is no task of MVBench"),
    "nineteen tasks": ({key: value for key, value in UPLOAD.items() if key != "State Change"}, "State Change"),
    "zeros for missing tasks": (UPLOAD | {"State Change": 0, "Moving Count": 0, "Avg": 45.0}, "at exactly 0"),
    "impossible multiples": (UPLOAD | {"State Change": 61.2}, "61.2, which no count of 200 questions gives"),
    "shares for percentages": ({key: value / 100 for key, value in UPLOAD.items()}, "percent"),
    "an average of its own": (UPLOAD | {"Avg": 77.7}, "average is 77.7, but the mean of its 20 tasks is 50.00"),
    "invalid UTF-8": (b'{"Avg": 50.0, "\xff": 1}', "not UTF-8"),
    "a null byte": (b'{"Avg": 50.0, "\x00": 1}', "not JSON"),
    "nothing": (b"", "none of what can be added"),
    "no JSON": (b"<html>", "none of what can be added"),
    "deep JSON": (deep(500), "upload.json"),
    "JSON too deep to be parsed": (deep(100_000), "upload.json"),
    "a giant file": (b'{"Avg": 50.0}' + b" " * (5 * 2**20), "upload.json"),
    "a zip bomb": (zipped(b"0" * 2**24), "xlsx"),
    "a gzip bomb": (gzip.compress(b'{"Avg": 50.0}' + b" " * 2**24), "none of what can be added"),
}


@pytest.mark.parametrize("name", REFUSED_UPLOADS)
def test_an_upload_that_is_refused(name: str, board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content, expected = REFUSED_UPLOADS[name]
    assert_refused(board, written(tmp_path / "upload.json", content), expected, capsys)


def assert_refused(
    board: Path, what: Path, expected: str, capsys: pytest.CaptureFixture[str], *flags: str, model: str = "Evil"
) -> None:
    """The reason is one line, and not a byte of the board changes: its site stays the one it was."""
    before = contents(board)
    assert command("add", board, what, "--model", model, *flags) == 2
    said = capsys.readouterr()
    (line,) = said.err.splitlines()
    assert expected in line and line.isprintable(), line
    assert said.out == ""
    assert contents(board) == before


REFUSED_FLAGS: dict[str, tuple[list[str], str]] = {
    "javascript: link": (["--link", "javascript:alert(1)"], "only http:// and https://"),
    "javascript: with blanks before": (["--link", " javascript:alert(1)"], "link"),
    "data: source": (["--source", "data:text/html,<script>alert(1)</script>"], "source is"),
    "a link with a password": (["--link", "https://a:b@example.org"], "carries a user name or a password"),
    "a link that breaks out": (["--link", 'https://example.org/"onmouseover="alert(1)'], "no web address has"),
    "a bidi override": (["--notes", "\u202egnp.exe"], "right-to-left override"),
    "CRLF": (["--notes", "a\r\nSet-Cookie: b"], "notes"),
    "a terminal escape": (["--notes", "\x1b]0;owned\x07"], "notes"),
    "a tag of invisible letters": (["--notes", "a\U000e0041"], "tag latin capital letter a"),
    "a future date": (["--date", "2999-01-01"], "lies ahead of us"),
    "a date that is none": (["--date", "=TODAY()"], "write it as"),
    "no parameters": (["--parameters", "0"], "--parameters"),
    "a note of 100,000 characters": (["--notes", "x" * 100_000], "notes has 100,000 characters, 'xxx"),
    "reproduced without a log": (["--standing", "reproduced"], "standing"),
    "a name that is another's": (["--model", "honest-7b"], "which reads the same as 'Honest 7B'"),
    "a homoglyph of another's name": (["--model", "Нonest 7B"], "letters that look alike"),
    "a name in other letters": (["--model", "ΗΟΝΕЅТ 7B"], "which reads the same as 'Honest 7B'"),
    "a name that shows nothing": (["--model", "\u3164"], "hangul filler"),
    "Zalgo": (["--model", "Z" + "\u0334\u0351\u035c" * 8], "accents are piled"),
}


@pytest.mark.parametrize("name", REFUSED_FLAGS)
def test_a_flag_that_is_refused(name: str, board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    flags, expected = REFUSED_FLAGS[name]
    assert_refused(board, written(tmp_path / "upload.json", UPLOAD), expected, capsys, *flags)


@pytest.mark.parametrize("what", ["a pipe", "a device", "a link in a circle"])
def test_what_is_no_file_is_refused(what: str, board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "upload.json"
    if what == "a pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero" if what == "a device" else "upload.json")
    assert_refused(board, path, "upload.json", capsys)


# ------------------------------------------------------------------------------------- handed in, shown as text

NEUTRALISED: dict[str, list[str]] = {
    "HTML": ["--model", "<script>alert(1)</script>"],
    "an image": ["--notes", "<img src=x onerror=alert(1)>"],
    "the end of the script": ["--notes", "</script><script>alert(1)</script><!--"],
    "an attribute": ["--language-model", '" onclick=alert(1) x="'],
    "a template": ["--model", "{{ 7 * 7 }} {% raw %}"],
    "Markdown": ["--model", "](javascript:alert(1))[x"],
    "a formula": ["--model", '=HYPERLINK("http://example.org")'],
    "Excel's DDE": ["--notes", "=cmd|' /C calc'!A0"],
    "a formula by its sign": ["--resolution", "@SUM(1+1)*cmd|' /C calc'!A0"],
    "a path": ["--model", "../../../etc/passwd"],
    "a path of another system": ["--model", "C:\\Windows\\x"],
    "__proto__": ["--model", "__proto__", "--type", "Other"],
    "constructor": ["--model", "constructor"],
    "a file of the system": ["--model", "con.json"],
    "SQL": ["--model", "Robert'); DROP TABLE models;--"],
}


@pytest.mark.parametrize("name", NEUTRALISED)
def test_text_that_is_shown_as_text(name: str, board: Path, tmp_path: Path, honest_page: Anatomy) -> None:
    flags = NEUTRALISED[name]
    model = [] if "--model" in flags else ["--model", "Evil"]
    upload = written(tmp_path / "upload.json", UPLOAD)
    assert command("add", board, upload, *model, *flags) == 0
    files = built(board, tmp_path / "site")
    assert_harmless(files)
    page = Anatomy(files["index.html"].decode())
    assert set(page.elements) <= set(honest_page.elements)
    assert page.tags["script"] == honest_page.tags["script"]
    assert flags[1] in texts_in(json.loads(page.data))
    (made,) = (path for path in (board / "entries").iterdir() if path.name != "honest.json")
    assert re.fullmatch(r"[a-z0-9.-]+\.json", made.name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["board", "site", "upload.json"]


def texts_in(value: Any) -> set[str]:
    """Every text among these values."""
    if isinstance(value, str):
        return {value}
    inner: Iterator[Any] = iter(value.values() if isinstance(value, dict) else value if isinstance(value, list) else ())
    return set().union(*map(texts_in, inner))


# ----------------------------------------------------------------------------- put on the board by another's hand


def with_values(**values: Any) -> bytes:
    return json.dumps(json.loads(to_json(replace(HONEST, slug="evil", model="Evil"))) | values).encode()


def with_scores(tasks: Mapping[str, Any], **more: Any) -> bytes:
    return with_values(scores={"official": {"tasks": dict(PERCENTS) | dict(tasks), "average": None} | more})


REFUSED_FILES: dict[str, tuple[str, bytes, str]] = {
    "a link that runs": ("evil.json", with_values(link="jAvAsCrIpT:alert(1)"), "only http:// and https://"),
    "a slug with a path": ("%2e%2e%2fevil.json", with_values(), "this is no entry's name"),
    "a slug with capitals": ("EVIL.json", with_values(), "this is no entry's name"),
    "a log that leads out": ("evil.json", with_values(log="../../../etc"), "and nowhere else"),
    "a log of another entry": ("evil.json", with_values(log="logs/honest"), "and nowhere else"),
    "a log that is not there": ("evil.json", with_values(log="logs/evil"), "there is no folder"),
    "a log that is a number": ("evil.json", with_values(log=7), "it must be a text"),
    "reproduced without a log": ("evil.json", with_values(standing="reproduced"), "there is no log it follows from"),
    "an unknown standing": ("evil.json", with_values(standing="verified"), "'standing' is 'verified'"),
    "an unknown field": ("evil.json", with_values(rank=1), "'rank' is unknown"),
    "__proto__ as a field": ("evil.json", with_values(__proto__={"x": 1}), "'__proto__' is unknown"),
    "__proto__ as a judge": (
        "evil.json",
        with_values(scores={"__proto__": {"average": 99.0}}),
        "'__proto__' is unknown",
    ),
    "__proto__ as a task": ("evil.json", with_scores({"__proto__": 99.0}), "MVBench has no task '__proto__'"),
    "a bool for a score": ("evil.json", with_scores({"state_change": True}), "must be a number"),
    "null for a score": ("evil.json", with_scores({"state_change": None}), "must be a number"),
    "a score of 1e308": ("evil.json", with_scores({"state_change": 1e308}), "a percentage lies between 0 and 100"),
    "NaN": ("evil.json", with_scores({"state_change": float("nan")}), "not JSON"),
    "a twin with another case": ("twin.json", with_values(model="HONEST 7B"), "which reads the same as 'Honest 7B'"),
    "another set by MVBench's name": (
        "evil.json",
        with_values(data={"name": "МVBench", "revision": "", "hash": ""}),
        "which looks like 'MVBench' and is not",
    ),
    "a cheap MVBench": ("evil.json", with_values(items=dict.fromkeys(PERCENTS, 2)), "2 questions of Action Sequence"),
    "no UTF-8": ("evil.json", b"\xff\xfe{\x00}\x00", "this is not UTF-8 text"),
    "no JSON": ("evil.json", b"\x80\x04\x95cos\nsystem\n.", "this is not UTF-8 text"),
    "a list": ("evil.json", b"[]", "it must be an object"),
    "a deep one": ("evil.json", deep(300), "objects and lists lie more than"),
    "a giant one": ("evil.json", with_values() + b" " * 2**20, "no entry does"),
    "a script beside the entries": ("evil.sh", b"rm -rf /", "this is no entry's name"),
}


@pytest.mark.parametrize("name", REFUSED_FILES)
def test_a_file_on_the_board_that_is_refused(
    name: str, board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, content, expected = REFUSED_FILES[name]
    (board / "entries" / file).write_bytes(content)
    assert_nothing_built(board, f"entries/{file}", expected, capsys)


def assert_nothing_built(board: Path, place: str, expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Both commands name the file, every line of the honest entry stays unsaid, and no site appears."""
    capsys.readouterr()
    for words in (["validate", board], ["build", board, "--out", board.parent / "site"]):
        assert command(*words) == 3
        lines = capsys.readouterr().out.splitlines()
        assert [line for line in lines if line.startswith(place) and ": error: " in line and expected in line], lines
        assert not [line for line in lines if "honest.json:" in line and line.startswith("entries/honest.json")]
        assert all(line.isprintable() for line in lines)
    assert not (board.parent / "site").exists()


def test_an_entry_that_is_a_link_is_refused(board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path / "outside.json", with_values())
    (board / "entries" / "evil.json").symlink_to(tmp_path / "outside.json")
    assert_nothing_built(board, "entries/evil.json", "this is no regular file", capsys)


def test_entries_behind_a_link_are_refused(board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (board / "entries").rename(tmp_path / "outside")
    (board / "entries").symlink_to(tmp_path / "outside")
    assert_nothing_built(board, "entries", "is a link", capsys)


@pytest.mark.slow
def test_entries_without_end_are_refused_before_one_is_read(board: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(20_000):
        os.mknod(board / "entries" / f"e{number}.json")
    assert_nothing_built(board, "entries", "a board has at most 10,000 entries", capsys)


# ------------------------------------------------------------------------------------------------------- logs

RIGHT = {task.key: [True, False, False, True] for task in TASKS[:2]}


def put(board: Path, tmp_path: Path, **changes: Any) -> Path:
    """The log of a run that was handed in honestly; what becomes of it then is another matter."""
    source = run_folder(tmp_path / "run", RIGHT, **changes)
    assert command("add", board, source, "--model", "Evil") == 0
    return board / "logs" / "evil"


def substitute(path: Path, old: str, new: str, *, count: int = -1) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, count), "utf-8")


def edit_digits(log: Path) -> None:
    substitute(log.parents[1] / "entries" / "evil.json", '"action_sequence": 50.0', '"action_sequence": 100.0')


def edit_records(log: Path) -> None:
    substitute(log / "records.jsonl", '"text":"C) The towel."', '"text":"B) The box."', count=1)


def edit_records_and_digits(log: Path) -> None:
    """Consistent in its digits, and still not in the verdicts that were stored."""
    edit_records(log)
    substitute(log.parents[1] / "entries" / "evil.json", '"action_sequence": 50.0', '"action_sequence": 75.0')


def edit_answers(log: Path) -> None:
    substitute(log / "records.jsonl", '"answer":1,', '"answer":2,', count=1)


def call_it_mvbench(log: Path) -> None:
    substitute(log / "run.json", '"name": "small"', f'"name": "{MVBENCH}"')
    substitute(log.parents[1] / "entries" / "evil.json", '"name": "small"', f'"name": "{MVBENCH}"')


def take_records_of_another(log: Path) -> None:
    other = Run.read(run_folder(log.parents[2] / "other", {TASKS[0].key: [True] * 8}))
    (log / "records.jsonl").write_bytes(log_of(other)["records.jsonl"])


def repeat_a_good_record(log: Path) -> None:
    """One right question eight times over, each by the id of another."""
    lines = (log / "records.jsonl").read_text().splitlines()
    first = json.loads(lines[0])
    forged = [first | {"sample_id": json.loads(line)["sample_id"], "task": json.loads(line)["task"]} for line in lines]
    (log / "records.jsonl").write_text("".join(json.dumps(line) + "\n" for line in forged))


def name_a_place(log: Path) -> None:
    substitute(log / "run.json", '"schema": 1,', '"schema": 1, "hardware": {"host": "gpu7.internal"},')


def leave_a_tail(log: Path) -> None:
    with (log / "records.jsonl").open("ab") as stream:
        stream.write(b'{"sample_id": "\xff"}\n')


def make_deep(log: Path) -> None:
    with (log / "records.jsonl").open("ab") as stream:
        stream.write(deep(50_000) + b"\n")


def null_bytes(log: Path) -> None:
    (log / "records.jsonl").write_bytes(b"\x00" * 4096 + b"\n")


def link_records(log: Path) -> None:
    (log / "records.jsonl").unlink()
    (log / "records.jsonl").symlink_to("/etc/passwd")


def link_the_folder(log: Path) -> None:
    log.rename(log.parents[2] / "elsewhere")
    log.symlink_to(log.parents[2] / "elsewhere")


def add_a_program(log: Path) -> None:
    (log / "sitecustomize.py").write_text("import os")


def swap_the_view(log: Path) -> None:
    substitute(log / "run.json", '"view": "full"', '"view": "none"')


def hide_questions(log: Path) -> None:
    lines = (log / "records.jsonl").read_text().splitlines(keepends=True)
    (log / "records.jsonl").write_text("".join(lines[:-1]))
    substitute(log / "run.json", '"questions": 8', '"questions": 7')


def unknown_judge(log: Path) -> None:
    substitute(log.parents[1] / "entries" / "evil.json", '"parsed": {', '"generous": {')


FORGED: dict[str, tuple[Callable[[Path], None], str]] = {
    "edited digits": (edit_digits, "action_sequence is 100.0, but the log gives 50.0"),
    "edited replies": (edit_records, "but the log gives"),
    "edited replies with their digits": (edit_records_and_digits, "the records were changed"),
    "edited answers": (edit_answers, "was changed"),
    "a small set under MVBench's name": (call_it_mvbench, "a ranking holds the whole set only"),
    "records of another run": (take_records_of_another, "not all the questions of its data set"),
    "one good record over and over": (repeat_a_good_record, "not all the questions of its data set"),
    "a machine's name": (name_a_place, "tells of somebody's machine"),
    "a line that is no record": (leave_a_tail, "is no record"),
    "a line of brackets": (make_deep, "is no record"),
    "null bytes": (null_bytes, "is no record"),
    "records behind a link": (link_records, "is no regular file"),
    "a folder behind a link": (link_the_folder, "there is no folder"),
    "a program in the log": (add_a_program, "a log is records.jsonl and run.json"),
    "a run that saw nothing": (swap_the_view, "was made with --view none"),
    "hidden questions": (hide_questions, "not all the questions of its data set"),
    "a judge of its own": (unknown_judge, "the judge 'generous' is unknown"),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_log_that_was_forged(name: str, board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    forge, expected = FORGED[name]
    forge(put(board, tmp_path))
    assert_nothing_built(board, "entries/evil.json", expected, capsys)


def test_an_honest_log_is_built_and_tells_nothing_of_the_machine(board: Path, tmp_path: Path) -> None:
    """And a set that is not MVBench stays out of its table, whatever it scored."""
    put(board, tmp_path)
    files = built(board, tmp_path / "site")
    assert_harmless(files)
    assert b"Evil" not in files["leaderboard.csv"]
    assert b"Evil" in files["leaderboard_small.csv"]
    assert str(tmp_path).encode() not in b"".join([*files.values(), *contents(board).values()])


@pytest.mark.parametrize("edit", ["view", "part", "errors"])
def test_a_run_that_no_ranking_holds_is_not_added(
    edit: str, board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = run_folder(tmp_path / "run", RIGHT)
    if edit == "view":
        substitute(source / "run.json", '"view": "full"', '"view": "shuffle"')
    elif edit == "part":
        lines = (source / "records.jsonl").read_text().splitlines(keepends=True)
        (source / "records.jsonl").write_text("".join(lines[:-1]))
    else:
        substitute(source / "run.json", '"max_errors": 0.05', '"max_errors": 1.0')
        text = (source / "records.jsonl").read_text()
        failure = '"failure":{"reason":"missing","detail":""}'
        broken = re.sub(r'"reply":\{[^}]*\}', '"reply":null', text, count=4).replace('"failure":null', failure, 4)
        (source / "records.jsonl").write_text(broken)
    expected = {"view": "--view shuffle", "part": "7 of 8 replies", "errors": "50.0 % errors"}[edit]
    assert_refused(board, source, expected, capsys)


def test_there_are_more_than_forty_of_them() -> None:
    assert sum(map(len, (REFUSED_UPLOADS, REFUSED_FLAGS, NEUTRALISED, REFUSED_FILES, FORGED))) > 100
