"""`mvbench compare` as a user runs it."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import jsonlines
import pytest

from mvbench.cli import main
from mvbench.commands.compare import FELL_BELOW
from tests.compare.runs import COUNT, FRAMES, ORDER, Asked, letters, write


def test_runs_are_counted_before_anything_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    for words, said in (
        (["compare", "nowhere"], "1 run given; compare takes 2 to 26 run folders"),
        (["compare", *["nowhere"] * 27], "27 runs given"),
        (["compare", "a", "b", "c", "--explain"], "--explain is about two runs, and 3 are given"),
        (["compare", "a", "b", "c", "--fail-below", "0"], "--fail-below is about two runs, and 3 are given"),
        (["compare", "a", "b", "--fail-below", "nan"], "is 'nan'; it must be a number of points"),
        (["compare", "a", "b", "--scoring", "lms"], "--scoring is 'lms'; it must be one of"),
        (["compare", "a", "b", "--out", "x.txt"], "--out is 'x.txt'; it must end in .csv or .jsonl"),
        (["compare", "nowhere", "b"], "'nowhere' is no run folder"),
    ):
        assert main(words) == 2
        errors = capsys.readouterr().err
        assert said in errors
        assert errors.count("\n") == 1


def test_a_run_is_never_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [str(write(tmp_path / name, letters("AB", of=COUNT))) for name in "ab"]
    before = (tmp_path / "a" / "records.jsonl").read_bytes()
    assert main(["compare", *names, "--out", f"{names[0]}/records.jsonl"]) == 2
    assert "records.jsonl' is part of a run; choose another --out" in capsys.readouterr().err
    assert (tmp_path / "a" / "records.jsonl").read_bytes() == before


def words_of(capsys: pytest.CaptureFixture[str]) -> str:
    """What was printed, whatever its columns."""
    return " ".join(capsys.readouterr().out.split())


@pytest.fixture
def runs(tmp_path: Path) -> tuple[str, str]:
    """A right on 30 of 40, B on 20; ten of its questions were asked with other frames."""
    a = [*letters("A" * 16 + "B" * 4, of=COUNT, orbit="o"), *letters("A" * 14 + "B" * 6, of=ORDER)]
    b = [*letters("A" * 10 + "B" * 10, of=COUNT), *letters("B" * 10, of=ORDER, frames={**FRAMES, "size": [9, 9]})]
    b += [Asked(index, "A)", of=ORDER) for index in range(10, 20)]
    return str(write(tmp_path / "a", a, model="one")), str(write(tmp_path / "b", b, model="two", protocol="lmms"))


@pytest.mark.slow
def test_settings_come_first_then_numbers_then_questions(
    runs: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", *runs]) == 0
    printed = words_of(capsys)
    places = [
        printed.index(words)
        for words in (
            "A one · drawn · 16 frames",
            "Besides the model these settings differ",
            "protocol mvbench in A, lmms in B",
            "10 of 40 questions were asked with other frames",
            "Moving Count 20 80.0 50.0 +30.0 6 0 0.031 0.062",
            "mean of 2 tasks 40 75.0 50.0 +25.0 16 6 0.0",
            "The p of a task takes the questions of an orbit for unrelated",
            "Only A is right on 16 questions, of which 10 are",
            "Only B is right on 6 questions:",
        )
    ]
    assert places == sorted(places)


@pytest.mark.slow
def test_a_run_is_no_better_than_itself(runs: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", runs[0], runs[0], "--fail-below", "0", "--explain"]) == 0
    printed = capsys.readouterr().out
    assert "The model and its arguments are the same in both, and so is every setting." in printed
    assert "A and B differ on none of 40 questions" in printed
    assert "No part of the gap of 0.0 points is larger than rounding." in printed


@pytest.mark.slow
@pytest.mark.parametrize(("order", "limit", "code"), [(1, "20", 0), (1, "30", FELL_BELOW), (-1, "-1.0", FELL_BELOW)])
def test_fail_below_decides_by_the_first_run_less_the_second(
    runs: tuple[str, str], order: int, limit: str, code: int
) -> None:
    assert main(["compare", *runs[::order], "--fail-below", limit]) == code


@pytest.mark.slow
@pytest.mark.parametrize(("expected", "code"), [({"a": 5}, FELL_BELOW), ({"b": 5}, 0)])
def test_an_incomplete_first_run_passes_no_gate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], expected: dict[str, int], code: int
) -> None:
    names = [
        str(write(tmp_path / name, letters(said), expected=expected.get(name)))
        for name, said in (("a", "AAAA"), ("b", "BBBB"))
    ]
    assert main(["compare", *names, "--fail-below", "-1"]) == code
    printed = capsys.readouterr().out
    assert ("A is incomplete, 4 of 5 replies are there: --fail-below lets no such run pass" in printed) == (code != 0)
    assert "an orbit" not in printed


@pytest.mark.slow
def test_explain_splits_the_gap_and_shows_every_judge(
    runs: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", *runs, "--explain"]) == 0
    printed = words_of(capsys)
    for line in (
        "As the runs report it (means of tasks): A 75.0 by parsed, B 50.0 by parsed",
        "other frames 10 +25.0",
        "asked alike 30 0.0",
        "A - B as the runs report it +25.0",
        "vlmevalkit 75.0 50.0 +25.0",
    ):
        assert line in printed


@pytest.mark.slow
def test_a_run_with_more_repeats_is_not_behind_by_having_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both are right on three quarters of all replies; one alone is wholly right or wholly wrong."""
    once = letters("A" * 45 + "B" * 15)
    thrice = [
        Asked(index, "A)" if (index + repeat) % 4 else "B)", repeat=repeat)
        for index in range(60)
        for repeat in (1, 2, 3)
    ]
    for name, rows in (("a", once), ("b", thrice)):
        write(tmp_path / name, [replace(row, orbit=row.index // 2) for row in rows], model=name)
    assert main(["compare", str(tmp_path / "a"), str(tmp_path / "b")]) == 0
    printed = words_of(capsys)
    assert "more more" in printed
    assert "Moving Count 60 75.0 75.0 0.0 33 15 1.000 1.000" in printed
    assert "A is right more often on 33 questions" in printed
    assert "orbits wholly right" not in printed


@pytest.mark.slow
def test_more_than_two_runs_are_ranked_and_corrected_for(
    tmp_path: Path, runs: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    third = write(tmp_path / "c", [*letters("A" * 20, of=COUNT), *letters("A" * 20, of=ORDER)], model="three")
    assert main(["compare", *runs, str(third)]) == 0
    printed = words_of(capsys)
    places = [printed.index(words) for words in ("C three 40", "A one 40", "B two 40", "C - A", "C - B", "A - B")]
    assert places == sorted(places)
    assert "p by" in printed
    assert "Besides the model these settings differ" in printed


@pytest.mark.slow
def test_every_question_goes_to_a_file_that_runs_no_formula(tmp_path: Path, runs: tuple[str, str]) -> None:
    file = Path(runs[0]) / "records.jsonl"
    file.write_text(file.read_text().replace("What happened?", r"=HYPERLINK()\rmore", 1))
    for name in ("questions.csv", "below/questions.jsonl"):
        assert main(["compare", *runs, "--out", str(tmp_path / name)]) == 0
    with (tmp_path / "questions.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    with jsonlines.open(tmp_path / "below/questions.jsonl") as reader:
        lines = list(reader)
    assert len(rows) == len(lines) == 40
    assert rows[0]["question"] == "'=HYPERLINK()\rmore"
    assert lines[0]["question"] == "=HYPERLINK()\rmore"
    assert [row["B.said"] for row in rows] == [line["B.said"] for line in lines]
    assert sum(float(row["A.right"]) for row in rows) == 30
    assert [row["asked"] for row in rows].count("other frames") == 10


@pytest.mark.slow
def test_names_from_outside_do_not_reach_the_terminal_as_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = "\x1b[31m[red]\x07"
    path = write(tmp_path / "a", letters("AB"), model=evil, view=evil)
    file, records = path / "run.json", path / "records.jsonl"
    text = json.loads(file.read_text())
    text["tasks"][0]["title"] = evil
    text["title"]["frames"] = [evil]
    file.write_text(json.dumps(text))
    records.write_text(records.read_text().replace("What happened?", json.dumps(evil)[1:-1]))
    other = write(tmp_path / "b", letters("BA"))
    assert main(["compare", str(path), str(other), "--explain"]) == 0
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert "\x07" not in printed
    assert "[red]" in printed


@pytest.mark.slow
def test_without_scipy_one_line_names_the_extra(
    runs: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "scipy.special", None)
    assert main(["compare", *runs]) == 2
    assert capsys.readouterr().err == (
        "mvbench: comparing verdicts needs the package 'scipy': pip install 'mvbench[tables]'\n"
    )


@pytest.mark.slow
def test_four_thousand_questions_are_compared_in_seconds(tmp_path: Path) -> None:
    import time

    rows = [letters("AB" * 100, of=one) for one in (COUNT, ORDER)]
    a = write(
        tmp_path / "a", [Asked(index, row.said, of=row.of) for task in rows for index, row in enumerate(task * 10)]
    )
    b = write(tmp_path / "b", [Asked(index, "A)", of=row.of) for task in rows for index, row in enumerate(task * 10)])
    began = time.process_time()
    assert main(["compare", str(a), str(b), "--explain"]) == 0
    assert time.process_time() - began < 5
