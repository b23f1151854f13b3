"""`mvbench leaderboard build`: what lies in the site's folder, and what is refused."""

from __future__ import annotations

import os
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from leaderboard import site
from leaderboard.entry import DataSet
from leaderboard.page import Remark
from leaderboard.ranking import rank
from mvbench.cli import main
from mvbench.errors import RunError
from tests.leaderboard.made import PERCENTS, board, entry, run_folder

DEMO = DataSet("demo", hash="0" * 32)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.startswith(".")}


def links_of(page: bytes) -> list[str]:
    class Links(HTMLParser):
        found: list[str] = []  # noqa: RUF012

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found += [value for name, value in attrs if name == "href" and value]

    parser = Links()
    parser.feed(page.decode())
    return parser.found


def test_a_site_is_a_page_and_its_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = board(tmp_path / "board", entry("one"), entry("two", data=DEMO))
    assert main(["leaderboard", "build", str(here), "--out", str(tmp_path / "site")]) == 0
    files = bytes_of(tmp_path / "site")
    assert sorted(files) == ["index.html", "leaderboard.csv", "leaderboard_demo.csv", "leaderboard_official.csv"]
    links = [link for link in links_of(files["index.html"]) if not link.startswith(("#", "https://", "data:"))]
    assert set(links) == set(files) - {"index.html"}
    assert b"Model two" not in files["leaderboard.csv"]
    printed = capsys.readouterr().out
    assert "MVBench, official judge, protocol not stated: 1 ranked" in printed
    assert f"The page is {tmp_path / 'site' / 'index.html'}" in printed


def test_the_page_says_which_numbers_the_official_file_holds(tmp_path: Path) -> None:
    here = board(tmp_path / "board", entry("one"))
    assert site.run(here, out=tmp_path / "site") == 0
    page = (tmp_path / "site/index.html").read_text()
    assert "by the official judge, as published or by the protocol notebook, and no other" in page


def test_the_same_board_is_the_same_bytes(tmp_path: Path) -> None:
    here = board(tmp_path / "board", *(entry(f"m-{number}", average=50.0) for number in range(3)))
    for name in ("first", "second", "second"):
        assert site.run(here, out=tmp_path / name) == 0
    assert bytes_of(tmp_path / "first") == bytes_of(tmp_path / "second")


def test_a_run_added_with_its_log_is_on_the_page(tmp_path: Path) -> None:
    here = board(tmp_path / "board", entry("one"))
    run = run_folder(tmp_path / "run", {key: [True, False] for key in PERCENTS})
    assert main(["leaderboard", "add", str(here), str(run)]) == 0
    assert main(["leaderboard", "build", str(here), "--out", str(tmp_path / "site")]) == 0
    page = (tmp_path / "site" / "index.html").read_text("utf-8")
    assert '"status":"reproduced"' in page
    assert '"rule":"parsed judge, protocol mvbench"' in page
    assert str(tmp_path) not in page


@pytest.mark.parametrize(("name", "told"), [("Model 8B", "; it calls the model hf"), ("hf", "")])
def test_the_page_says_what_a_log_calls_the_model_where_that_is_another_name(
    tmp_path: Path, name: str, told: str
) -> None:
    here = board(tmp_path / "board", entry("one"))
    run = run_folder(tmp_path / "run", {key: [True, False] for key in PERCENTS}, model="hf")
    assert main(["leaderboard", "add", str(here), str(run), "--model", name]) == 0
    assert site.run(here, out=tmp_path / "site") == 0
    page = (tmp_path / "site" / "index.html").read_text("utf-8")
    assert f'"text":"attached, every digit follows from it{told}"' in page


@pytest.mark.parametrize("wrong", [{"tasks": {**PERCENTS, "action_count": 101.0}}, {"link": "javascript:alert(1)"}])
def test_a_board_with_an_error_is_not_built(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: dict[str, Any]
) -> None:
    here = board(tmp_path / "board", entry("fine"), entry("wrong", **wrong))
    assert main(["leaderboard", "build", str(here), "--out", str(tmp_path / "site")]) == 3
    assert not (tmp_path / "site").exists()
    printed = capsys.readouterr().out
    assert "entries/wrong.json:" in printed
    assert "1 error, and nothing was built" in printed


@pytest.mark.parametrize("out", ["entries", "entries/site", "docs/../logs/site"])
def test_a_site_does_not_lie_among_the_boards_own_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], out: str
) -> None:
    here = board(tmp_path / "board", entry("one"))
    before = sorted(here.rglob("*"))
    assert main(["leaderboard", "build", str(here), "--out", str(here / out)]) == 2
    assert "which is the board's own; choose another --out" in capsys.readouterr().err
    assert sorted(here.rglob("*")) == before


def test_what_is_no_board_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["leaderboard", "build", str(tmp_path), "--out", str(tmp_path / "site")]) == 2
    assert "no board" in capsys.readouterr().err


def test_tables_of_sets_that_left_the_board_are_removed(tmp_path: Path) -> None:
    out = tmp_path / "site"
    site.write(out, site.contents(rank([entry("one"), entry("two", data=DEMO)])))
    (out / "leaderboard_mine.csv").write_text("year,place\n2024,1\n")
    (out / "leaderboard_linked.csv").symlink_to(out / "leaderboard.csv")
    (out / "CNAME").write_text("example.org")
    site.write(out, site.contents(rank([entry("one")])))
    assert sorted(bytes_of(out)) == [
        "CNAME",
        "index.html",
        "leaderboard.csv",
        "leaderboard_linked.csv",
        "leaderboard_mine.csv",
        "leaderboard_official.csv",
    ]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("thesis.tex", "years of work", "holds 'thesis.tex' but no index.html"),
        ("index.html", "<!doctype html><title>Mine</title>", "is another page"),
        ("index.html", "", "is another page"),
    ],
)
def test_a_foreign_folder_is_left_alone(tmp_path: Path, name: str, content: str, message: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(RunError, match=message):
        site.write(tmp_path, site.contents(rank([entry()])))
    assert bytes_of(tmp_path) == {name: content.encode()}


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("")
    with pytest.raises(RunError, match="is a file, and a folder is to lie there"):
        site.write(tmp_path / "site", site.contents([]))


def test_an_interrupted_build_leaves_the_old_page_and_is_mended_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.write(tmp_path, site.contents(rank([entry("one")])))
    before = (tmp_path / "index.html").read_bytes()
    new = site.contents(rank([entry("one"), entry("two")]))
    renamed: list[str] = []
    replace = os.replace

    def interrupted(source: Any, target: Any) -> None:
        if len(renamed) == len(new) - 1:
            raise KeyboardInterrupt
        renamed.append(str(target))
        replace(source, target)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(os, "replace", interrupted)
        site.write(tmp_path, new)
    assert (tmp_path / "index.html").read_bytes() == before
    assert not list(tmp_path.glob(".*.part"))
    site.write(tmp_path, new)
    assert bytes_of(tmp_path) == new


def test_notes_of_the_checks_are_on_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from leaderboard.seeds import seeds
    from leaderboard.validation import check

    here = board(tmp_path / "board", *(seed for seed in seeds() if seed.slug in ("gpt-4v", "trace")))
    found = site.remarks(check(here))
    assert Remark("GPT-4V", "average is 43.5, but the mean of its 20 tasks is 43.65") in found
    assert site.run(here, out=tmp_path / "site") == 0
    assert f"{len(found)} notes on the page" in capsys.readouterr().out
    assert "the mean of its 20 tasks is 43.65" in (tmp_path / "site" / "index.html").read_text("utf-8")
