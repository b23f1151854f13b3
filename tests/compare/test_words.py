from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from mvbench.compare.comparison import Comparison, Duel
from mvbench.compare.differences import Difference
from mvbench.compare.pairing import common_questions
from mvbench.compare.tables import duel_table
from mvbench.compare.words import asked_otherwise, gate, heading, imports, short_verdict, shortfalls, verdict
from mvbench.contrasts import Contrast
from mvbench.statistics import Estimate
from tests.compare.runs import FRAMES, Asked, letters, read, two, write

NOTHING = Estimate(0.0, None, None, None)


def contrast(mean: float, low: float, high: float, p_value: float, *, detectable: float = 1.7) -> Contrast:
    return Contrast(Estimate(mean, 1.0, low, high), p_value, low, high, detectable, 4_000, 3_600, 300, 250)


UNKNOWN = Contrast(Estimate(5.0, None, None, None), None, None, None, None, 4, 1, 2, 1)
NEVER = replace(contrast(0.0, -0.9, 0.9, 1.0), wins=0, losses=0)


@pytest.fixture
def comparison(tmp_path: Path) -> Comparison:
    """Of three runs; tests put their own numbers in."""
    runs = tuple(read(write(tmp_path / letter, letters("AB")), letter) for letter in "ABC")
    return Comparison(runs, "parsed", tuple(common_questions(runs)), (NOTHING,) * 3, (), (), (), None)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (contrast(3.1, 0.9, 5.3, 0.006), "A is ahead of B by 3.1 [0.9, 5.3], p = 0.006"),
        (contrast(-3.1, -5.3, -0.9, 0.0001), "B is ahead of A by 3.1 [0.9, 5.3], p < 0.001"),
        (
            contrast(1.2, -0.8, 3.2, 0.24),
            "cannot tell: A - B is +1.2 [-0.8, +3.2], p = 0.240, at n = 4,000; "
            "gaps under 1.7 cannot be seen with these questions",
        ),
        (NEVER, "A and B differ on none of 4,000 questions; a difference outside [-0.9, +0.9] would have shown"),
        (UNKNOWN, "cannot tell: A - B is +5.0, and all questions are one cluster, so that its error is unknown"),
    ],
)
def test_a_verdict_claims_no_more_than_the_test(comparison: Comparison, found: Contrast, said: str) -> None:
    duel = Duel(0, 1, found, found.p_value)
    assert verdict(replace(comparison, duels=(duel,)), duel) == said


def test_the_corrected_p_value_decides_where_there_are_several_pairs(comparison: Comparison) -> None:
    found = contrast(3.1, 0.2, 5.3, 0.03)
    assert short_verdict(comparison, Duel(2, 0, found, 0.09)) == "cannot tell"
    assert short_verdict(comparison, Duel(2, 0, found, 0.04)) == "C"
    assert short_verdict(comparison, Duel(2, 0, UNKNOWN, None)) == "cannot tell: one cluster"


@pytest.mark.parametrize(
    ("found", "limit", "said"),
    [
        (contrast(-1.4, -2.6, -0.2, 0.02), -1.0, "below --fail-below -1, but the interval holds that limit: noise may"),
        (contrast(-3.4, -4.6, -2.2, 0.001), -1.0, "A - B is -3.4 [-4.6, -2.2]: below --fail-below -1"),
        (contrast(-3.0000000000000004, -4.6, -2.2, 0.01), -3.0, "]: not below --fail-below -3, but"),
        (contrast(0.3, -0.2, 0.8, 0.2), -1.0, "A - B is +0.3 [-0.2, +0.8]: not below --fail-below -1"),
        (contrast(-0.3, -1.2, 0.8, 0.2), -1.0, ": not below --fail-below -1, but the interval holds that limit"),
        (UNKNOWN, 0.0, "A - B is +5.0: not below --fail-below 0; its error is unknown"),
    ],
)
def test_a_gate_says_what_it_decided_and_whether_noise_may_have(found: Contrast, limit: float, said: str) -> None:
    assert said in gate(Duel(0, 1, found, found.p_value), limit)


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        ([], "The model and its arguments are the same in all, and so is every setting."),
        (["model"], "Nothing but the model and its arguments differs:"),
        (["model", "frames"], "Besides the model these settings differ, and any of them may explain a gap:"),
        (["frames"], "The model and its arguments are the same in all; these settings differ, and any of them may"),
    ],
)
def test_what_differs_is_said_in_every_case(comparison: Comparison, groups: list[str], said: str) -> None:
    rows = tuple(Difference(group, "x", ("1", "2", "2")) for group in groups)
    assert heading(replace(comparison, differences=rows)).startswith(said)


def test_questions_that_were_asked_otherwise_are_counted(tmp_path: Path) -> None:
    a = letters("AAA")
    b = [Asked(0, "A)", prompt="q"), Asked(1, "A)", prompt=None), Asked(2, "A)", frames={**FRAMES, "size": [1, 1]})]
    runs = two(tmp_path, a, b)
    comparison = Comparison(runs, "parsed", tuple(common_questions(runs)), (NOTHING,) * 2, (), (), (), None)
    assert list(asked_otherwise(comparison)) == [
        "1 of 3 questions were asked with another prompt",
        "1 of 3 questions were asked with other frames",
    ]


def test_what_is_missing_or_left_out_is_said_of_each_run(tmp_path: Path) -> None:
    a = read(write(tmp_path / "a", [*letters("AB-"), Asked(9, "A)")], expected=5))
    b = read(write(tmp_path / "b", letters("ABC"), changes={"import": {"tool": "lmms-eval"}}), "B")
    comparison = Comparison((a, b), "parsed", tuple(common_questions((a, b))), (NOTHING,) * 2, (), (), (), None)
    assert list(shortfalls(comparison)) == [
        "A is incomplete: 4 of 5 replies are there",
        "A has 1 error, counted wrong",
        "A has 1 question that the other has not, left out here",
    ]
    (said,) = imports(comparison)
    assert said.startswith("B was imported from lmms-eval, whose files do not tell the frames")


def test_the_table_of_pairs_stays_whole_on_80_columns(comparison: Comparison) -> None:
    duel = Duel(2, 0, contrast(-70.7, -74.5, -66.9, 0.371, detectable=14.7), 0.371)
    console = Console(width=80, file=StringIO())
    console.print(duel_table(replace(comparison, duels=(duel,))))
    printed = console.file.getvalue()
    assert "\N{HORIZONTAL ELLIPSIS}" not in printed
    assert "C - A       -70.7  [-74.5, -66.9]  0.371  0.371  cannot tell" in printed
