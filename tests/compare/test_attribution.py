from math import fsum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mvbench.compare.attribution import Cause, attributed, cause_of
from mvbench.compare.comparison import Comparison
from mvbench.compare.pairing import common_questions
from mvbench.compare.results import RunResults
from mvbench.compare.words import explanation
from mvbench.statistics import Estimate
from tests.compare.runs import COUNT, FRAMES, ORDER, Asked, letters, read, two, write

OTHER_FRAMES = [
    {**FRAMES, "indices": [1, 3]},
    {**FRAMES, "size": [8, 9]},
    {**FRAMES, "decoder": "decord 1"},
    {**FRAMES, "fingerprint": "g"},
    None,
]


def of(runs: tuple[RunResults, RunResults], judge: str = "parsed") -> Comparison:
    """A comparison without its statistics, which no part of a gap needs."""
    questions = tuple(common_questions(runs))
    return Comparison(runs, judge, questions, (Estimate(0, None, None, None),) * 2, (), (), (), None)


@pytest.mark.parametrize(
    ("b", "cause"),
    [
        (Asked(0, "B)"), Cause.ALIKE),
        (Asked(0, "B)", prompt="q"), Cause.PROMPT),
        *[(Asked(0, "B)", frames=frames), Cause.FRAMES) for frames in OTHER_FRAMES],
        (Asked(0, "B)", prompt="q", frames=None), Cause.BOTH),
        (Asked(0, None, prompt="q"), Cause.ERROR),
        (Asked(0, "B)", prompt=None), Cause.UNRECORDED),
        (Asked(0, "B)", prompt=None, frames=None), Cause.FRAMES),
    ],
)
def test_what_sets_two_answers_apart(tmp_path: Path, b: Asked, cause: Cause) -> None:
    (question,) = common_questions(two(tmp_path, [Asked(0, "A)")], [b]))
    assert cause_of(question) is cause


@pytest.mark.parametrize(
    ("first", "second", "cause"),
    [
        ({"view": "zeros"}, {"view": "full"}, Cause.FRAMES),  # its records have the same indices
        ({"view": "noise", "seed": 1}, {"view": "noise", "seed": 2}, Cause.FRAMES),
        ({"view": "full", "seed": 1}, {"view": "full", "seed": 2}, Cause.ALIKE),
        ({"resize": "fast"}, {"resize": "exact"}, Cause.FRAMES),
    ],
)
def test_frames_that_records_do_not_tell_apart_are_told_apart_by_the_settings(
    tmp_path: Path, first: dict[str, Any], second: dict[str, Any], cause: Cause
) -> None:
    runs = read(write(tmp_path / "a", letters("A"), **first)), read(write(tmp_path / "b", letters("A"), **second), "B")
    assert cause_of(common_questions(runs)[0]) is cause


def test_an_import_records_neither_prompt_nor_frames(tmp_path: Path) -> None:
    rows = [Asked(0, "A)", prompt=None, frames=None)]
    imported = read(write(tmp_path / "b", rows, changes={"import": {"tool": "lmms-eval"}}), "B")
    question = common_questions([read(write(tmp_path / "a", letters("A"))), imported])[0]
    assert cause_of(question) is Cause.UNRECORDED


def test_a_gap_is_split_by_judge_then_by_what_sets_the_questions_apart(tmp_path: Path) -> None:
    a = [Asked(0, "A)"), Asked(1, "A)"), Asked(2, "A)"), Asked(3, "A)"), Asked(9, "A)")]
    b = [Asked(0, "B)"), Asked(1, "B)", prompt="q"), Asked(2, None), Asked(3, "")]  # official credits an empty reply
    changes = {"arguments": {"resolved": {"scoring": "official"}}}
    runs = read(write(tmp_path / "a", a)), read(write(tmp_path / "b", b, changes=changes), "B")
    found = attributed(of(runs))
    assert (found.a, found.b, found.gap) == (100.0, 25.0, 75.0)
    assert [(part.cause, part.questions, part.points) for part in found.parts] == [
        (Cause.OTHER_QUESTIONS, 1, 0.0),
        (Cause.JUDGE, 1, -25.0),
        (Cause.PROMPT, 1, 25.0),
        (Cause.ERROR, 1, 25.0),
        (Cause.ALIKE, 2, 50.0),
    ]
    assert ("official", 100.0, 25.0) in found.judges
    assert ("parsed", 100.0, 0.0) in found.judges


def test_parts_weigh_each_task_alike(tmp_path: Path) -> None:
    a = [*letters("AAAA", of=COUNT), *letters("A", of=ORDER)]
    b = [*letters("BAAA", of=COUNT), *letters("B", of=ORDER, prompt="q")]
    parts = {part.cause: part.points for part in attributed(of(two(tmp_path, a, b))).parts}
    assert parts == {Cause.PROMPT: pytest.approx(50.0), Cause.ALIKE: pytest.approx(12.5)}


questions = st.builds(
    Asked,
    index=st.just(0),
    said=st.sampled_from(["A)", "B)", "", "(A) or (B)", "The answer is A.", None]),
    of=st.sampled_from([COUNT, ORDER]),
    prompt=st.sampled_from(["p", "q", None]),
    frames=st.sampled_from([FRAMES, *OTHER_FRAMES]),
)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(questions, questions), min_size=1, max_size=8),
    st.sampled_from(["parsed", "official", "lmms", "vlmevalkit"]),
    st.sampled_from(["parsed", "official", "lmms", "vlmevalkit"]),
)
def test_parts_add_up_to_the_gap(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Asked, Asked]], own: str, judge: str
) -> None:
    folder = tmp_path_factory.mktemp("runs")
    a = [Asked(place, one.said, one.of, prompt=one.prompt, frames=one.frames) for place, (one, _) in enumerate(rows)]
    b = [Asked(place, two.said, a[place].of, prompt=two.prompt) for place, (_, two) in enumerate(rows)]
    changes = {"arguments": {"resolved": {"scoring": own}}}
    runs = (
        read(write(folder / "a", [*a, Asked(99, "A)", ORDER)], changes=changes), judge=judge),
        read(write(folder / "b", [*b, Asked(88, "B)", COUNT)]), "B", judge=judge),
    )
    found = attributed(of(runs, judge))
    assert fsum(part.points for part in found.parts) == pytest.approx(found.gap, abs=1e-9)
    asked = [part.questions for part in found.parts if part.cause not in (Cause.JUDGE, Cause.OTHER_QUESTIONS)]
    assert sum(asked) == len(rows)


def test_words_do_not_take_a_part_for_a_cause(tmp_path: Path) -> None:
    all_otherwise = attributed(of(two(tmp_path / "x", letters("AA"), letters("AB", prompt="q"))))
    some = attributed(of(two(tmp_path / "y", letters("AA"), [*letters("A", prompt="q"), Asked(1, "B)")])))
    none = attributed(of(two(tmp_path / "z", letters("AA"), letters("AA"))))
    said = [
        " ".join(explanation(of(two(tmp_path / name, letters("AA"), letters("AA"))), found))
        for name, found in (("1", all_otherwise), ("2", some), ("3", none))
    ]
    assert "Of +50.0 points, +50.0 from 2 questions with another prompt." in said[0]
    assert "No question was asked alike" in said[0]
    assert "not what caused it" in said[1]
    assert said[2] == "No part of the gap of 0.0 points is larger than rounding."
