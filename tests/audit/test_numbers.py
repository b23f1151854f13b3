"""Permutations, orbits, floors and reversed clips: arithmetic on results."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from mvbench.audit.orbits import orbits
from mvbench.audit.permutations import permutations
from mvbench.audit.results import Results, clusters
from mvbench.views import rotated
from tests.audit.made import result, results, sample

CHOICES = ("box", "towel", "shoe", "cup")


def in_all_orders(said: Sequence[Sequence[str | None]], choices: Sequence[str] = CHOICES) -> list[Results]:
    """For each order of the choices, the results on questions whose right choice is the first in the file.

    said: per question, the text that was chosen in each order.
    """
    orders = []
    for places in range(len(choices)):
        turned = [rotated(sample(number, choices=choices), places) for number in range(len(said))]
        orders.append(
            results(
                *(
                    result(one, None if (text := texts[places]) is None else one.choices.index(text))
                    for one, texts in zip(turned, said, strict=True)
                )
            )
        )
    return orders


@pytest.mark.parametrize(
    ("said", "first", "every", "all_right", "flips"),
    [
        ([["box"] * 4], 100, 100, 100, 0),
        ([["towel"] * 4], 0, 0, 0, 0),
        ([["box", "towel", "shoe", "cup"]], 100, 25, 0, 100),
        ([["box", "box", "box", "cup"]], 100, 75, 0, 100),
        ([["box", None, "box", "box"]], 100, 75, 0, 100),
        ([[None] * 4], 0, 0, 0, 0),
        ([["box"] * 4, ["cup", "shoe", "towel", "box"]], 50, 62.5, 50, 50),
    ],
)
def test_accuracy_over_all_orders(
    said: list[list[str | None]], first: float, every: float, all_right: float, flips: float
) -> None:
    full, *rotations = in_all_orders(said)
    found = permutations(full, rotations)
    assert found is not None
    assert found.questions == len(said)
    assert found.first.accuracy.mean == first
    assert found.every.accuracy.mean == every
    assert found.all_right.accuracy.mean == all_right
    assert found.flips.mean == flips
    assert (found.first.chance, found.every.chance) == (25, 25)
    assert found.all_right.chance == pytest.approx(100 / 4**4)


def test_what_lies_above_chance_is_corrected_for_it() -> None:
    full, *rotations = in_all_orders([["box"] * 4, ["cup"] * 4])
    found = permutations(full, rotations)
    assert found is not None
    assert found.first.corrected == pytest.approx(100 * (0.5 - 0.25) / 0.75)
    assert found.all_right.corrected == pytest.approx(100 * (0.5 - 1 / 256) / (1 - 1 / 256))


def test_questions_without_every_order_are_left_out() -> None:
    full, *rotations = in_all_orders([["box"] * 4] * 3)
    name, other, _ = full
    failed = rotations[0][other].sample
    rotations[0] = results(*rotations[0].values()) | {other: result(failed, None, failed=True)}
    rotations[2] = {key: value for key, value in rotations[2].items() if key != name}
    found = permutations(full, rotations)
    assert found is not None
    assert found.questions == 1
    assert permutations(full, []) is None


def test_a_question_with_one_choice_has_no_order() -> None:
    assert permutations(results(result(sample(0, choices=("only",)), 0)), []) is None


def members(orbit: object, rights: Sequence[bool], *, first: int = 0, choices: Sequence[str] = "AB") -> Results:
    found = []
    for place, right in enumerate(rights):
        one = sample(first + place, choices=choices, right=place % len(choices), orbit=orbit)
        found.append(result(one, one.answer if right else (place + 1) % len(choices)))
    return results(*found)


def test_an_orbit_counts_where_all_its_members_are_right() -> None:
    found = orbits({**members("a", [True, True]), **members("b", [True, False], first=2)})
    assert found is not None
    assert (found.complete, found.all_right, found.accuracy, found.incomplete) == (2, 1, 50, 0)
    assert found.chance == 25
    assert found.low < 50 < found.high


def test_members_of_an_orbit_may_have_their_choices_in_any_order() -> None:
    first, second = sample(0, choices="AB", orbit="a"), sample(1, choices="BA", orbit="a")
    found = orbits(results(result(first, 0), result(second, 0)))
    assert found is not None
    assert (found.complete, found.all_right) == (1, 1)
    assert orbits(results(result(first, 0), result(sample(1, choices="BA", right=1, orbit="a"), 0))) is None


@pytest.mark.parametrize(
    "broken",
    [
        members("b", [True], first=2),
        members("b", [True, True, True], first=2),
        results(*(result(sample(number, choices="AB", right=0, orbit="b"), 0) for number in (2, 3))),
        results(
            result(sample(2, choices="AB", right=0, orbit="b"), 0),
            result(sample(3, choices="AC", right=1, orbit="b"), 1),
        ),
    ],
    ids=["a member is missing", "one too many", "one choice right twice", "other choices"],
)
def test_an_incomplete_orbit_is_only_counted(broken: Results) -> None:
    found = orbits({**members("a", [True, True]), **broken})
    assert found is not None
    assert (found.complete, found.incomplete, found.accuracy) == (1, 1, 100)


def test_without_orbits_there_is_nothing_to_say() -> None:
    assert orbits(members(None, [True, True])) is None
    assert orbits(members(["no", "name"], [True, True])) is None
    assert orbits(members("", [True, True])) is None


def test_questions_depend_on_each_other_by_video_and_orbit() -> None:
    one, two, three, four = (sample(number, orbit=orbit) for number, orbit in enumerate(["a", "a", None, 7]))
    shared = clusters([one, two, three, four])
    assert shared[one.id] == shared[two.id]
    assert len(set(shared.values())) == 3
