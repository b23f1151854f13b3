"""The LaTeX table: one judge's scores, and names from outside that stay text."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvbench.errors import UsageError
from mvbench.report.formats import latex
from mvbench.report.formats.writing import write
from mvbench.terminal import plain
from mvbench.types import Reply
from tests.report.formats.runs import answered, renamed, run_of, sample, some

COMMANDS = re.compile(
    r"\\text(backslash|asciicircum|asciitilde|less|greater|bar|quotesingle|asciigrave)\{\}|\\char34\{\}|\\[{}$&#%_]"
    r"|\{[\[\]*]\}|\$\\(cdot|pm)\$|(?<=[-,])\{\}(?=[-,])"
)


def test_the_table_shows_each_task_its_interval_and_its_chance(tmp_path: Path) -> None:
    text = write(some(tmp_path / "run"), tmp_path / "out.tex", format="latex").read_text()
    assert r"    \quad Action Sequence & 2 & 50.0 & 9.5--90.5 & 25.0 & 0 & 0 \\" in text.splitlines()
    assert r"    \quad Object Existence & 2 & 0.0 & 0.0--65.8 & 25.0 & 1 & 1 \\" in text.splitlines()
    assert r"    task & n & accuracy & 95 \% interval & chance & unparsed & error \\" in text.splitlines()
    assert r"\textbf{mean of 2 tasks (4 questions)} & \textbf{4} & \textbf{25.0}" in text
    assert r"a-model $\cdot$ demo $\cdot$ 16 frames $\cdot$ protocol mvbench $\cdot$ judge parsed." in text
    assert "1 error counted wrong: between 25.0 and 50.0" in text


def test_every_row_has_as_many_cells_as_the_table_has_columns(tmp_path: Path) -> None:
    text = write(some(tmp_path / "run"), tmp_path / "out.tex", format="latex").read_text()
    (columns,) = re.findall(r"\\begin\{tabular\}\{(.*)\}", text)
    body = text.split(r"\toprule")[1].split(r"\bottomrule")[0]
    rows = [line for line in body.splitlines() if line.endswith(r"\\")]
    assert len(rows) == 6 and {line.count(" & ") + 1 for line in rows} == {len(columns)}
    assert text.count(r"\begin{") == text.count(r"\end{") == 2
    assert text.count("{") == text.count("}")


def test_another_judges_scores_are_shown_on_request_and_it_is_named(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", [answered(sample(), Reply(""))])
    shown = {
        judge: write(run, tmp_path / judge, format="latex", judge=judge).read_text() for judge in ("official", "lmms")
    }
    assert "judge official." in shown["official"] and "& 100.0 &" in shown["official"]
    assert "judge lmms." in shown["lmms"] and "& 0.0 &" in shown["lmms"]
    with pytest.raises(UsageError, match="judge 'lmm' is not in these records; did you mean 'lmms'"):
        write(run, tmp_path / "out", format="latex", judge="lmm")


@given(st.text(max_size=30) | st.text("\\{}$&#%_^~<>|\"'`[]*-,·±? a", max_size=12))
def test_nothing_in_a_name_is_a_command_a_ligature_or_a_new_line(text: str) -> None:
    shown = latex.escaped(text)
    assert not set(COMMANDS.sub("", shown)) & set("\\{}$&#%_^~<>|\"'`[]*\n\r"), shown
    assert "--" not in shown and ",," not in shown
    words = {
        value: character for character, value in latex.WORDS.items() if character not in "\N{REPLACEMENT CHARACTER}"
    }
    back = COMMANDS.sub(lambda found: words.get(found[0], ""), shown)
    assert back == plain(text).replace("\N{REPLACEMENT CHARACTER}", "?")


def test_a_hostile_run_makes_no_command_and_no_further_cell(tmp_path: Path) -> None:
    evil = r"\input{/etc/passwd} & \\ [2cm] %" + "\n$"
    record = answered(sample(), Reply("A"))
    task = renamed(evil)
    title = {"model": evil, "frames": evil, "protocol": evil, "view": evil}
    run = run_of(tmp_path / "run", [record], tasks=[task], title=title, data={"name": evil, "questions": 1})
    text = write(run, tmp_path / "out.tex", format="latex").read_text()
    assert r"\input" not in text and "passwd" in text
    rows = [line for line in text.splitlines() if "passwd" in line and "&" in line and "caption" not in line]
    assert rows and all(len(re.findall(r"(?<!\\)&", line)) == 4 for line in rows)
