import pytest

from mvbench.report.orbits import orbits
from mvbench.report.tally import Question


def member(
    orbit: str | None, answer: str, *, right: bool, choices: int = 2, asked: int = 1, task: str = "t"
) -> Question:
    return Question(task, ("b", "a"), answer, orbit, {}, asked, {"parsed": asked if right else asked - 1})


def test_an_orbit_counts_where_every_member_is_right() -> None:
    rows = [
        member("one", "a", right=True),
        member("one", "b", right=True),
        member("two", "a", right=True),
        member("two", "b", right=False),
        member(None, "a", right=False),
    ]
    (row,) = orbits(rows, ["parsed"])
    assert (row.task, row.complete, row.incomplete, row.chance) == ("t", 2, 0, 25.0)
    assert row.by_judge["parsed"].mean == 50.0


def test_a_part_of_an_orbit_is_told_and_not_counted() -> None:
    rows = [member("one", "a", right=True), member("one", "b", right=True), member("part", "a", right=True)]
    (row,) = orbits(rows, ["parsed"])
    assert (row.complete, row.incomplete) == (1, 1)
    assert orbits(rows[2:], ["parsed"]) == []


def test_an_item_twice_does_not_complete_an_orbit() -> None:
    assert orbits([member("one", "a", right=True), member("one", "a", right=True)], ["parsed"]) == []


def test_members_with_other_options_make_no_orbit() -> None:
    odd = Question("t", ("a", "c"), "a", "one", {}, 1, {"parsed": 1})
    assert orbits([odd, member("one", "b", right=True)], ["parsed"]) == []


def test_a_repeated_question_is_right_when_each_reply_is() -> None:
    rows = [member("one", "a", right=True, asked=3), member("one", "b", right=False, asked=3)]
    (row,) = orbits(rows, ["parsed"])
    assert row.by_judge["parsed"].mean == 0.0
    assert row.chance == pytest.approx(100 * 0.5**6)


def test_several_tasks_have_a_row_for_all_of_them_first() -> None:
    rows = [member("o", answer, right=task == "x", task=task) for task in "xy" for answer in "ab"]
    found = orbits(rows, ["parsed"])
    assert [(row.task, row.complete, row.by_judge["parsed"].mean) for row in found] == [
        (None, 2, 50.0),
        ("x", 1, 100.0),
        ("y", 1, 0.0),
    ]


def test_orbits_without_end_are_no_trouble() -> None:
    assert orbits([], ["parsed"]) == []
