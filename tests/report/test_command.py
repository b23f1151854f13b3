import os
from pathlib import Path

import pytest

from mvbench.cli import main
from tests.report.formats.runs import some
from tests.report.pages import filmed, page_of


def test_the_page_lies_in_the_run_folder_unless_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = some(tmp_path / "run")
    assert main(["report", str(run.path), "--no-frames"]) == 0
    assert page_of(run.path / "report.html").figures()["judge"] == "parsed"
    assert capsys.readouterr().out.startswith(f"written: {run.path / 'report.html'} (0.")
    assert main(["report", str(run.path), "--no-frames", "--out", str(tmp_path / "x"), "--scoring", "lmms"]) == 0
    assert page_of(tmp_path / "x").figures()["judge"] == "lmms"


@pytest.mark.parametrize(
    ("words", "name", "start"),
    [
        (["--out", "{}/t.tex"], "t.tex", ("%", "\\")),
        (["--out", "{}/T.MD"], "T.MD", ("#", "|", "*", "a-")),
        (["--format", "csv"], "run/report.csv", ('"sample_id"',)),
        (["--format", "csv", "--out", "{}/all.txt"], "all.txt", ('"sample_id"',)),
    ],
)
def test_the_format_follows_the_ending_or_the_flag(
    tmp_path: Path, words: list[str], name: str, start: tuple[str, ...]
) -> None:
    run = some(tmp_path / "run")
    assert main(["report", str(run.path), *(word.format(tmp_path) for word in words)]) == 0
    assert (tmp_path / name).read_text().startswith(start)


def test_lost_thumbnails_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run, data = filmed(tmp_path)
    assert main(["report", str(run.path), "--out", str(tmp_path / "page.html")]) == 0
    assert "2 of 3 clips cannot be shown; --data DIR says where the videos are now" in capsys.readouterr().out
    data.rename(tmp_path / "elsewhere")
    assert main(["report", str(run.path), "--out", str(tmp_path / "page.html")]) == 0
    assert "without thumbnails: the data that the run asked about is not where it was" in capsys.readouterr().out
    assert str(tmp_path) not in (tmp_path / "page.html").read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["{}/none"], "is no run folder"),
        (["{}/run", "--scoring", "parsd"], "--scoring"),
        (["{}/run", "--format", "csv", "--no-frames"], "--format csv has none"),
        (["{}/run", "--format", "doc"], "doc"),
        (["{}/run", "--out", "{}/page.docx"], "whose ending names no format (.tex, .md, .csv"),
        (["{}/run", "--format", "csv", "--out", "{}/run/run.json"], "run.json' is part of a run; choose another --out"),
        (["{}/run", "--no-frames", "--format", "html", "--out", "{}/run/records.jsonl"], "is part of a run"),
        (["{}/run", "--out", "{}"], "is a folder"),
        (["{}/run", "--data", "{}/none"], "is no folder and no data set"),
    ],
)
def test_a_mistake_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    some(tmp_path / "run")
    assert main(["report", *(word.format(tmp_path) for word in words)]) == 2
    assert said in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.slow
def test_a_video_that_kills_its_decoder_costs_its_own_thumbnails(tmp_path: Path) -> None:
    run, data = filmed(tmp_path, count=2)
    os.mkfifo(data / "video" / "ssv2_video" / "1.mp4")
    out = tmp_path / "page.html"
    assert main(["report", str(run.path), "--out", str(out), "--decode-timeout", "2", "--workers", "1"]) == 0
    first, second = page_of(out).strips()
    assert "data-why" not in first and str(second["data-why"]).startswith(("timeout", "unreadable"))


def test_settings_of_evaluations_do_not_name_the_videos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, _ = filmed(tmp_path, count=1)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mvbench.toml").write_text('data = "nowhere"\n')
    assert main(["report", str(run.path), "--out", "page.html", "--verbosity", "error"]) == 0
    assert page_of(tmp_path / "page.html").scripts["strip-0"]
