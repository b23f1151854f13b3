"""VLMEvalKit's tables: tsv with nothing installed, xlsx with `tables`; what their cells become, and what is refused."""

import csv
import zipfile
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from mvbench import tasks
from mvbench.errors import DataError, MissingExtra
from mvbench.importers import vlmevalkit
from mvbench.importers.joining import Choice, Joined, join
from mvbench.importers.rows import VLMEVALKIT, Logged, Row
from mvbench.results import Run
from mvbench.types import Sample
from tests.data_folder import item
from tests.importers import logs
from tests.importers.command import import_files

CELLS: dict[str, Any] = {
    "index": 0,
    "task_type": "Action Count",
    "video": "0.mp4",
    "question": "How often?",
    "candidates": "['1', '2']",
    "answer": "2",
    "prediction": "B",
}


def tsv(folder: Path, *rows: dict[str, Any]) -> Path:
    return logs.write_tsv(folder / "model_MVBench.tsv", rows)


def test_a_row_comes_back_as_it_was_written(tmp_path: Path) -> None:
    reply = 'B) "two"\ttimes,\nthen\r\nnothing — «ü»'
    (row,) = vlmevalkit.read(tsv(tmp_path, CELLS | {"prediction": reply}))
    assert row.reply == reply
    assert (row.task, row.index, row.choices, row.answer) == ("Action Count", 0, ("1", "2"), "2")
    assert (row.video, row.start, row.end, row.right) == ("0.mp4", None, None, None)


@pytest.mark.parametrize(("cell", "reply"), [("", ""), (None, ""), ("None", "None"), ("  ", "  "), ("=1+1", "=1+1")])
def test_an_empty_cell_is_the_empty_reply_and_words_stay_words(tmp_path: Path, cell: Any, reply: str) -> None:
    (row,) = vlmevalkit.read(tsv(tmp_path, CELLS | {"prediction": cell}))
    assert row.reply == reply


@pytest.mark.parametrize(("score", "right"), [("1", True), ("1.0", True), ("0.0", False), ("-1.0", True), ("", True)])
def test_the_tools_own_score_is_kept_as_it_counts_it(tmp_path: Path, score: str, right: bool) -> None:
    (row,) = vlmevalkit.read(tsv(tmp_path, CELLS | {"score": score}))
    assert row.right is right


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"candidates": "__import__('os').system('true')"}, "row 2: candidates is .*must be a list"),
        ({"candidates": "[" * 5000}, "must be a list"),
        ({"candidates": "['a', 'b'"}, "must be a list"),
        ({"candidates": "['a', ['b']]"}, "must be a list of texts"),
        ({"candidates": "['" + "a" * 200_000 + "']"}, "must be a list"),
        ({"candidates": ""}, "must be a list"),
        ({"index": "first"}, "index is 'first'"),
        ({"index": ""}, "index is ''"),
        ({"start": "soon"}, "a bound is 'soon'"),
    ],
)
def test_a_cell_that_cannot_be_meant_is_named(tmp_path: Path, cells: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        vlmevalkit.read(tsv(tmp_path, CELLS | cells))


def test_a_table_without_its_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no column 'candidates', 'prediction'"):
        vlmevalkit.read(tsv(tmp_path, {"index": 0, "question": "q", "answer": "a"}))


def test_a_long_reply_fits_and_an_endless_one_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = csv.field_size_limit()
    path = tsv(tmp_path, CELLS | {"prediction": "x" * 300_000})
    (row,) = vlmevalkit.read(path)
    assert len(row.reply) == 300_000
    monkeypatch.setattr(vlmevalkit, "MAX_CELL_CHARS", 1000)
    with pytest.raises(DataError, match="no table of tab-separated"):
        vlmevalkit.read(path)
    assert csv.field_size_limit() == before


@pytest.mark.parametrize("junk", [b"\xff\xfe\x00", b"\t".join(map(str.encode, CELLS)) + b"\n\xe9"])
def test_text_that_is_not_utf8_is_refused(tmp_path: Path, junk: bytes) -> None:
    path = tmp_path / "x.tsv"
    path.write_bytes(junk)
    with pytest.raises(DataError, match="no table of tab-separated UTF-8"):
        vlmevalkit.read(path)


def test_equal_questions_about_other_videos_and_bounds_find_their_own_item(tmp_path: Path) -> None:
    items = [item(video=video, question="How many?", start=start) for video in ("a.mp4", "b.mp4") for start in (1, 2)]
    samples = tasks.load(logs.write(tmp_path / "data", {"action_sequence": items})).samples
    rows = [logs.kit_row(sample, f"reply {number}", number=number) for number, sample in enumerate(samples)]
    read = vlmevalkit.read(logs.write_tsv(tmp_path / "x.tsv", list(reversed(rows))))
    joined = join(logged(read), Choice(data=str(tmp_path / "data")))
    assert [row and row.reply for _, row in joined.pairs] == [f"reply {number}" for number in range(4)]


def test_of_equal_questions_the_one_without_a_row_is_told_by_its_bounds(tmp_path: Path) -> None:
    items = [item(question="How many?", start=float(start)) for start in range(3)]
    samples = tasks.load(logs.write(tmp_path / "data", {"action_sequence": items})).samples
    rows = [logs.kit_row(sample, "A", number=number) for number, sample in enumerate(samples) if number != 1]
    read = vlmevalkit.read(logs.write_tsv(tmp_path / "x.tsv", rows))
    joined = join(logged(read), Choice(data=str(tmp_path / "data")))
    assert [row is None for _, row in joined.pairs] == [False, True, False]


def joined_kit(path: Path, rows: list[dict[str, Any]], data: Path | None = None) -> Joined:
    read = vlmevalkit.read(logs.write_tsv(path, rows))
    return join(logged(read), Choice(data=None if data is None else str(data)))


def replies_in(joined: Joined) -> list[str | None]:
    return [row and row.reply for _, row in joined.pairs]


@pytest.mark.parametrize("with_data", [False, True])
@pytest.mark.parametrize("number", [3, 99])
def test_the_last_of_two_rows_about_one_question_counts_whatever_their_numbers(
    tmp_path: Path, with_data: bool, number: int
) -> None:
    items = [item(video=f"{place}.mp4", question="How many?") for place in range(3)]
    data = logs.write(tmp_path / "data", {"action_sequence": items})
    samples = tasks.load(data).samples
    rows = [logs.kit_row(sample, f"reply {place}", number=place) for place, sample in enumerate(samples)]
    rows.append(rows[1] | {"index": number, "prediction": "second thoughts"})
    joined = joined_kit(tmp_path / "x.tsv", rows, data if with_data else None)
    assert replies_in(joined) == ["reply 0", "second thoughts", "reply 2"]
    assert (joined.rows, joined.duplicates, joined.missing, joined.left_out, joined.gaps) == (4, 1, 0, 0, 0)
    assert any("ask what others ask" in note for note in joined.notes) is not with_data


def test_a_repeated_row_among_others_leaves_no_gap_in_the_numbers(tmp_path: Path) -> None:
    rows = [CELLS | {"index": number, "video": f"{min(number, 1)}.mp4"} for number in range(3)]
    rows.append(CELLS | {"index": 3, "video": "2.mp4"})
    joined = joined_kit(tmp_path / "x.tsv", rows)
    assert (len(joined.pairs), joined.duplicates, joined.gaps) == (3, 1, 0)


def test_rows_that_differ_in_their_bounds_or_name_no_video_are_questions_of_their_own(tmp_path: Path) -> None:
    bounded = [CELLS | {"index": number, "start": number, "end": 9} for number in range(3)]
    nameless = [{name: cell for name, cell in row.items() if name != "video"} for row in bounded]
    folders = [CELLS | {"index": number, "video": f"{number}/clip.mp4"} for number in range(3)]
    for rows in (bounded, nameless, folders):
        joined = joined_kit(tmp_path / "x.tsv", rows)
        assert (len(joined.pairs), joined.duplicates) == (3, 0)


def test_questions_that_the_data_holds_twice_take_a_row_each_and_of_more_the_last(tmp_path: Path) -> None:
    data = logs.write(tmp_path / "data", {"action_sequence": [item(question="How many?")] * 2 + [item(2)]})
    samples = tasks.load(data).samples
    rows = [logs.kit_row(sample, f"reply {place}", number=place) for place, sample in enumerate(samples)]
    assert replies_in(joined_kit(tmp_path / "x.tsv", rows, data)) == ["reply 0", "reply 1", "reply 2"]
    rows.append(rows[0] | {"index": 7, "prediction": "third"})
    joined = joined_kit(tmp_path / "x.tsv", rows, data)
    assert replies_in(joined) == ["reply 1", "third", "reply 2"]
    assert joined.duplicates == 1


def test_a_repeated_row_does_not_take_the_item_with_other_bounds(tmp_path: Path) -> None:
    items = [item(question="How many?", start=float(start)) for start in range(2)]
    data = logs.write(tmp_path / "data", {"action_sequence": items})
    samples = tasks.load(data).samples
    first = logs.kit_row(samples[0], "first", number=0)
    joined = joined_kit(tmp_path / "x.tsv", [first, first | {"index": 5, "prediction": "again"}], data)
    assert replies_in(joined) == ["again", None]
    assert joined.duplicates == 1


def test_half_a_surrogate_pair_in_the_choices_becomes_a_question_mark(tmp_path: Path) -> None:
    path = tsv(tmp_path, CELLS | {"candidates": r"['a \ud800', '2']"})
    assert import_files(path, "--out", tmp_path / "run") == 0
    (record,) = Run.read(tmp_path / "run").records()
    assert record.sample.choices == ("a ?", "2")


def logged(rows: list[Row]) -> Logged:
    return Logged(VLMEVALKIT, "m", tuple(rows), {"x.tsv": "0"})


# ------------------------------------------------------------------------------------------------------------- xlsx


def test_xlsx_without_openpyxl_names_the_pip_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", "b")
    monkeypatch.setattr(vlmevalkit, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"pip install 'mvbench\[tables\]'"):
        vlmevalkit.read(path)


@pytest.mark.slow
def test_xlsx_and_tsv_hold_the_same_rows(tmp_path: Path, samples: tuple[Sample, ...], replies: dict[str, str]) -> None:
    rows = logs.kit_rows(
        samples, replies | {samples[3].id: "=1+1", samples[4].id: "12", samples[5].id: "tab\tline\nend"}
    )
    one = vlmevalkit.read(logs.write_xlsx(tmp_path / "x.xlsx", rows))
    other = vlmevalkit.read(logs.write_tsv(tmp_path / "x.tsv", rows))
    assert [strip_where(row) for row in one] == [strip_where(row) for row in other]


def strip_where(row: Row) -> Any:
    return [getattr(row, name) for name in Row.__dataclass_fields__ if name != "where"]


@pytest.mark.slow
def test_numbers_in_an_xlsx_are_their_digits(tmp_path: Path) -> None:
    (row,) = vlmevalkit.read(
        logs.write_xlsx(tmp_path / "x.xlsx", [CELLS | {"answer": 2, "prediction": 2.0, "index": 7.0}])
    )
    assert (row.answer, row.reply, row.index) == ("2", "2", 7)


@pytest.mark.slow
def test_a_formula_is_a_text_and_nothing_is_computed(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(list(CELLS))
    book.active.append([*list(CELLS.values())[:-1], '=HYPERLINK("http://example.invalid","A")'])
    book.save(tmp_path / "x.xlsx")
    (row,) = vlmevalkit.read(tmp_path / "x.xlsx")
    assert row.reply == '=HYPERLINK("http://example.invalid","A")'


def archive_with(path: Path, **entries: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


@pytest.mark.slow
def test_an_archive_that_is_no_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no xlsx file that can be read"):
        vlmevalkit.read(archive_with(tmp_path / "x.xlsx", a=b"b"))
    whole = logs.write_xlsx(tmp_path / "y.xlsx", [CELLS]).read_bytes()
    (tmp_path / "y.xlsx").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="no xlsx file that can be read"):
        vlmevalkit.read(tmp_path / "y.xlsx")


@pytest.mark.slow
def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vlmevalkit, "MAX_UNPACKED_BYTES", 2**20)
    with pytest.raises(DataError, match="would unpack to 3,000,000 bytes"):
        vlmevalkit.read(archive_with(tmp_path / "x.xlsx", a=b"0" * 3_000_000))


def test_more_than_a_quarter_of_a_gibibyte_is_not_unpacked(tmp_path: Path) -> None:
    path = archive_with(tmp_path / "x.xlsx", a=b"0" * 1000)
    plain = bytearray(path.read_bytes())
    directory = plain.index(b"PK\x01\x02")
    for size, refused in ((2**28, False), (2**28 + 1, True)):
        plain[directory + 24 : directory + 28] = size.to_bytes(4, "little")  # what the archive says of its member
        path.write_bytes(plain)
        with pytest.raises(DataError, match="would unpack to 268,435,457 bytes") if refused else nullcontext():
            vlmevalkit.refuse_bomb(path)


@pytest.mark.slow
def test_a_cell_far_down_the_sheet_does_not_make_a_million_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from openpyxl import Workbook

    monkeypatch.setattr(vlmevalkit, "MAX_ROWS", 1000)
    book = Workbook()
    book.active.append(list(CELLS))
    book.active.append(list(CELLS.values()))
    book.active.cell(row=1_000_000, column=1, value=1)
    book.save(tmp_path / "x.xlsx")
    (row,) = vlmevalkit.read(tmp_path / "x.xlsx")
    assert row.index == 0


@pytest.mark.parametrize(
    ("written", "text"),
    [("A_x000D_\nB", "A\r\nB"), ("_x0001_", "\x01"), ("_x0041_ stays", "_x0041_ stays"), ("_x000d_", "_x000d_")],
)
def test_control_characters_that_the_writer_escaped_come_back(written: str, text: str) -> None:
    assert vlmevalkit.unescaped(written) == text
