from dataclasses import replace

import pytest

from mvbench.report.times import Times
from tests.fabricated import record, task


def times_of(*seconds: object) -> Times:
    times = Times()
    for place, value in enumerate(seconds):
        times.add(replace(record(task("A task"), place), answer_seconds=value))  # type: ignore[arg-type]
    return times


def test_totals_medians_and_the_slowest() -> None:
    (stage,) = times_of(*range(1, 101)).stages()
    assert (stage.name, stage.measured, stage.total_seconds) == ("answer", 100, 5050)
    assert (stage.median_seconds, stage.p95_seconds) == (50.5, 95)
    assert stage.slowest[:2] == (("a_task/0099", 100.0), ("a_task/0098", 99.0)) and len(stage.slowest) == 5


def test_one_question_is_its_own_median() -> None:
    (stage,) = times_of(2.0).stages()
    assert stage.median_seconds == stage.p95_seconds == stage.total_seconds == 2.0


@pytest.mark.parametrize("value", [0, 0.0, -1, "soon", None, True, float("nan"), float("inf"), [1]])
def test_what_is_no_duration_was_not_measured(value: object) -> None:
    assert times_of(value).stages() == []
