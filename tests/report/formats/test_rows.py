"""One row per question: csv by the standard library, parquet and xlsx by pandas."""

import csv
import io
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mvbench.commands.report import FORMATS, PAGE
from mvbench.errors import Failure, MissingExtra, RunError
from mvbench.exports import FORMULA_STARTS
from mvbench.report.formats import frame, writing
from mvbench.report.formats.writing import ENDINGS, write
from mvbench.results import Run
from mvbench.scoring import JUDGES
from mvbench.types import Reply
from tests.report.formats.runs import answered, run_of, sample, some


def read(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_csv_has_one_row_per_question_sorted_by_id_with_all_judges(tmp_path: Path) -> None:
    rows = read(write(some(tmp_path / "run"), tmp_path / "out.csv", format="csv").read_bytes())
    assert [row["sample_id"] for row in rows] == [
        "action_sequence/0000",
        "action_sequence/0001",
        "object_existence/0000",
        "object_existence/0001",
    ]
    assert [row["parsed.correct"] for row in rows] == ["False", "True", "False", "False"]
    assert [row["parsed.status"] for row in rows] == ["ok", "ok", "unparsed", "error"]
    assert {name for name in rows[0] if name.endswith(".correct")} == {f"{judge}.correct" for judge in JUDGES}
    assert json.loads(rows[0]["choices"])[1] == "The tablet."
    assert (rows[3]["reply"], rows[3]["failure"]) == ("", "no such file")


def test_verdicts_are_todays_and_not_those_of_an_older_judge(tmp_path: Path) -> None:
    run = some(tmp_path / "run")
    path = run.path / "records.jsonl"
    path.write_text(path.read_text().replace('"correct":true', '"correct":false'))
    rows = read(write(Run.read(run.path), tmp_path / "out.csv", format="csv").read_bytes())
    assert [row["parsed.correct"] for row in rows] == ["False", "True", "False", "False"]


replies = st.text(max_size=40) | st.builds(str.__add__, st.sampled_from(FORMULA_STARTS), st.text(max_size=10))


@settings(max_examples=15, deadline=None)
@given(said=st.lists(replies, min_size=1, max_size=5))
def test_no_text_in_csv_is_a_formula_and_each_comes_back(said: list[str]) -> None:
    records = [
        answered(sample(place, question=text.encode("utf-8", "replace").decode()), Reply(text))
        for place, text in enumerate(said)
    ]
    with tempfile.TemporaryDirectory() as folder:
        rows = read(writing.FILES["csv"](run_of(Path(folder, "run"), records), "parsed"))
    assert len(rows) == len(said)
    for text, row in zip(said, rows, strict=True):
        stored = text.encode("utf-8", "replace").decode()
        assert row["reply"] == ("'" if stored.startswith(FORMULA_STARTS) else "") + stored
        assert not any(cell.startswith(FORMULA_STARTS) for cell in row.values())


@pytest.mark.parametrize("format", ["csv", "latex", "markdown"])
def test_a_file_is_written_whole_in_a_new_folder_over_an_old_one_and_never_over_a_folder(
    tmp_path: Path, format: str
) -> None:
    run = some(tmp_path / "run")
    out = tmp_path / "new" / f"out{ENDINGS[format]}"
    first = write(run, out, format=format).read_bytes()
    out.write_bytes(b"old")
    assert write(run, out, format=format).read_bytes() == first
    assert [path.name for path in out.parent.iterdir()] == [out.name]
    with pytest.raises(RunError, match=f"is a folder, and {format} is one file"):
        write(run, tmp_path / "new", format=format)


def test_what_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match=r"cannot write in .*choose another --out"):
        write(some(tmp_path / "run"), tmp_path / "file" / "out.csv", format="csv")


def test_a_run_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MAX_RECORDS_BYTES", 10)
    for format in set(FORMATS) - {PAGE}:
        with pytest.raises(RunError, match="has more than 10 bytes"):
            write(some(tmp_path / "run"), tmp_path / "out", format=format)


@pytest.mark.parametrize(("format", "package"), [("parquet", "pyarrow"), ("xlsx", "openpyxl"), ("xlsx", "pandas")])
def test_a_missing_package_is_named_with_its_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format: str, package: str
) -> None:
    monkeypatch.setattr(frame, "find_spec", lambda name: None if name == package else object())
    with pytest.raises(MissingExtra, match=rf"--format {format} needs the package '{package}': pip install"):
        write(some(tmp_path / "run"), tmp_path / "out", format=format)


def test_a_long_text_is_cut_to_a_cell_and_says_so() -> None:
    assert frame.fitting("x" * 32_767) == "x" * 32_767
    cut = frame.fitting("x" * 40_000)
    assert len(cut) == 32_767 and cut.endswith("x [cut: 40,000 characters]")
    wide = frame.fitting("\N{CLAPPER BOARD}" * 20_000)
    assert len(wide.encode("utf-16-le")) // 2 <= 32_767 and wide.endswith("\N{CLAPPER BOARD} [cut: 20,000 characters]")


HOSTILE = [
    "=HYPERLINK(1)",
    "+1",
    "@SUM(A1)",
    "http://evil.example",
    "mailto:a@b.example",
    "\x00\x1b[2J",
    "x" * 40_000,
    "\ud83d half",
    "_x000D_",
    "NA",
    "",
    "1",
    "True",
    "2026-01-01",
]


@pytest.mark.slow
def test_xlsx_cells_are_texts_numbers_or_truths_and_never_formulas_or_links(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    records = [answered(sample(place), Reply(text)) for place, text in enumerate(HOSTILE)]
    records.append(answered(sample(len(HOSTILE)), Failure("missing", "=1+1")))
    path = write(run_of(tmp_path / "run", records), tmp_path / "out.xlsx", format="xlsx")
    sheet = load_workbook(path)["questions"]
    names = [cell.value for cell in sheet[1]]
    assert sheet.max_row == len(records) + 1 and sheet.freeze_panes == "B2"
    for line in sheet.iter_rows(min_row=2):
        assert all(cell.data_type in {"inlineStr", "s", "n", "b"} and cell.hyperlink is None for cell in line)
    replies = [sheet.cell(row, names.index("reply") + 1).value for row in range(2, len(records) + 2)]
    assert replies[:6] == ["'=HYPERLINK(1)", "'+1", "'@SUM(A1)", *HOSTILE[3:5], "\ufffd\ufffd[2J"]
    assert replies[6].endswith("[cut: 40,000 characters]") and len(replies[6]) == 32_767
    assert replies[7:] == ["? half", "_x000D_", "NA", None, "1", "True", "2026-01-01", None]
    assert sheet.cell(len(records) + 1, names.index("failure") + 1).value == "'=1+1"
    correct = [sheet.cell(row, names.index("official.correct") + 1).value for row in range(2, len(records) + 2)]
    assert correct[10] is True and correct[-1] is False, "the public rule credits an empty reply"


@pytest.mark.slow
def test_parquet_columns_have_their_types_whatever_is_in_them(tmp_path: Path) -> None:
    import pandas

    def types(name: str, reply: Any) -> dict[str, str]:
        run = run_of(tmp_path / name, [answered(sample(), reply)])
        path = write(run, tmp_path / f"{name}.parquet", format="parquet")
        return {column: str(kind) for column, kind in pandas.read_parquet(path).dtypes.items()}

    found = types("bare", Reply("A"))
    assert found == types("failed", Failure("missing", "x")) == types("full", Reply("A", "(", (0.0,), "stop", 3, 4))
    assert found["input_tokens"] == "Int64" and found["parsed.correct"] == "bool"
    frame = pandas.read_parquet(tmp_path / "full.parquet")
    assert list(frame["choices"][0]) == list(sample().choices)
    assert (frame["input_tokens"][0], frame["reply"][0]) == (3, "A")


@pytest.mark.slow
def test_parquet_keeps_every_text_as_it_is(tmp_path: Path) -> None:
    import pandas

    records = [answered(sample(place), Reply(text)) for place, text in enumerate(HOSTILE)]
    path = write(run_of(tmp_path / "run", records), tmp_path / "out.parquet", format="parquet")
    assert list(pandas.read_parquet(path)["reply"]) == [text.replace("\ud83d", "?") for text in HOSTILE]


@pytest.mark.slow
@pytest.mark.parametrize("format", ["parquet", "xlsx"])
def test_the_same_run_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format: str) -> None:
    import time

    run = some(tmp_path / "run")
    first = write(run, tmp_path / "one", format=format).read_bytes()
    time.sleep(2.1)  # a zip file counts in steps of two seconds
    assert write(run, tmp_path / "two", format=format).read_bytes() == first
