"""The Markdown table, read back as a code host reads it."""

import re
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from mvbench.report.formats import markdown
from mvbench.report.formats.writing import write
from mvbench.terminal import plain
from mvbench.types import Reply
from tests.report.formats.runs import answered, renamed, run_of, sample, some

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
COMMENT = "<!-- -->"


def cells(text: str) -> list[list[Token]]:
    """The inline content of each row of the one table."""
    rows: list[list[Token]] = []
    inside = False
    for token in READER.parse(text):
        if token.type == "tr_open":
            rows.append([])
        inside = token.type in ("td_open", "th_open") or (inside and token.type == "inline")
        if inside and token.type == "inline":
            rows[-1].append(token)
    return rows


def words(token: Token) -> str:
    """What a reader sees. Raises AssertionError for a link, an image, code or any mark-up but bold type."""
    seen = ""
    for part in token.children or []:
        assert part.type in {
            "text",
            "text_special",
            "html_inline",
            "strong_open",
            "strong_close",
            "softbreak",
            "hardbreak",
        }, part
        assert part.type != "html_inline" or part.content == COMMENT
        seen += part.content if part.type in {"text", "text_special"} else ""
    return seen


def test_the_table_shows_each_task_its_interval_and_its_chance(tmp_path: Path) -> None:
    text = write(some(tmp_path / "run"), tmp_path / "out.md", format="markdown").read_text()
    shown = [[words(cell) for cell in row] for row in cells(text)]
    assert shown[0] == ["task", "n", "accuracy", "95 % interval", "chance", "unparsed", "error"]
    assert ["Action Sequence", "2", "50.0", "9.5-90.5", "25.0", "0", "0"] in shown
    assert ["Object Existence", "2", "0.0", "0.0-65.8", "25.0", "1", "1"] in shown
    assert shown[-1][:3] == ["mean of 2 tasks (4 questions)", "4", "25.0"]
    assert {len(row) for row in shown} == {7}
    assert text.startswith("a-model · demo · 16 frames · protocol mvbench · judge parsed\n")


def test_another_judge_is_named(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", [answered(sample(), Reply(""))])
    text = write(run, tmp_path / "out.md", format="markdown", judge="official").read_text()
    assert "judge official\n" in text and "| 100.0 |" in text


names = st.text(max_size=30) | st.text("\\`*_[]()<>&|~#$!+-=.:/@1) aw\n", max_size=14)


@given(names)
@example("www.evil.example")
@example("https://evil.example")
@example("![x](https://evil.example)")
@example("<img src=x onerror=alert(1)>")
@example("1. one")
@example("---")
@example("*a* __b__ `c` [d](//e) \\*f\\*")
@example("~~a~~")
@example("- a")
@example("# a")
@example("+ a")
@example("1) a")
@example("===")
@example("&lt;b&gt;")
@example("@everyone #1")
@example("a|b\\|c")
def test_a_name_is_seen_as_it_is_in_a_cell_and_in_a_line(name: str) -> None:
    seen = " ".join(plain(name).split())
    table = f"| a | b |\n| --- | --- |\n{markdown.row(markdown.escaped(name), ['1'])}\n"
    *_, (cell, one) = cells(table)
    assert " ".join(words(cell).split()) == seen and words(one) == "1"
    tokens = READER.parse(f"{markdown.escaped(name)} · rest\n\nx\n")
    assert [token.type for token in tokens[:3]] == ["paragraph_open", "inline", "paragraph_close"], tokens
    assert " ".join(words(tokens[1]).split()) == f"{seen} · rest".strip()


@given(names)
@example("https://evil.example WWW.evil.example @everyone $x$")
def test_a_code_host_makes_no_link_and_no_formula_and_calls_nobody(name: str) -> None:
    shown = markdown.escaped(name)
    assert not re.search(r"(?<!\\)(://|\$|(?<=www)\.)", shown, re.IGNORECASE)
    assert not re.search(r"@(?!<!-- -->)", shown)


def test_a_hostile_run_adds_no_cell_and_no_markup(tmp_path: Path) -> None:
    evil = "| a | <script>alert(1)</script> ![x](//e) @all\n| --- |"
    run = run_of(
        tmp_path / "run",
        [answered(sample(), Reply("A"))],
        tasks=[renamed(evil)],
        title={"model": evil, "frames": evil, "protocol": evil, "view": evil},
        data={"name": evil, "questions": 1},
    )
    text = write(run, tmp_path / "out.md", format="markdown").read_text()
    rows = cells(text)
    assert {len(row) for row in rows} == {5} and len(rows) == 4
    assert [words(row[0]) for row in rows[1:3]] == [plain(evil)] * 2
    for token in READER.parse(text):
        if token.type == "inline":
            words(token)
