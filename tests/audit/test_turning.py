"""What is made of results on reversed clips."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mvbench.audit.claims import Claim, claimed
from mvbench.audit.turning import turned
from tests.audit.made import result, results, sample
from tests.fabricated import task

pytestmark = pytest.mark.slow

UP, DOWN, STILL = "Up.", "Down.", "It is stationary."
SIGNED = replace(task("Moving Direction"), reversal="equivariant")
COUNT = replace(task("Action Count"), reversal="invariant")
OPEN = task("Action Sequence")


def test_new_right_answers_are_told_from_old_ones_and_from_those_that_stay() -> None:
    asked = [sample(number, choices=(UP, DOWN, STILL)) for number in range(4)]
    still = [sample(number, choices=(UP, STILL), right=1) for number in (4, 5)]
    unknown = [sample(6, choices=(UP, STILL))]
    full = results(*(result(one, one.answer) for one in (*asked, *still, *unknown)))
    said = [1, 1, 0, None, 1, 0, 1]
    backwards = results(*(result(one, place) for one, place in zip((*asked, *still, *unknown), said, strict=True)))
    found = turned(full, backwards, [SIGNED])
    assert found.flipped is not None
    assert (found.flipped.questions, found.flipped.flipped, found.flipped.kept) == (4, 50, 25)
    assert found.flipped.gain.difference.mean == 25
    assert (found.same_questions, found.same) == (2, 50)


def test_who_always_gives_the_same_answer_does_not_follow_the_clip() -> None:
    """In 32 of 40 clips something goes up; it is always said to go down."""
    asked = [sample(number, choices=(UP, DOWN), right=int(number % 5 == 0)) for number in range(40)]
    said = results(*(result(one, 1) for one in asked))
    found = turned(said, said, [SIGNED])
    assert found.flipped is not None
    assert (found.flipped.flipped, found.flipped.kept, found.flipped.before) == (80, 20, 80)
    assert claimed([found.flipped.gain], margin=2.0) is Claim.MORE
    assert found.flipped.shift.difference.mean == 0


def test_each_sign_has_its_own_change() -> None:
    samples = [sample(number, of=of.title, choices=(UP, DOWN)) for of in (SIGNED, COUNT, OPEN) for number in range(2)]
    full = results(*(result(one, 0) for one in samples))
    backwards = results(*(result(one, int(one.task == "moving_direction")) for one in samples))
    found = turned(full, backwards, [SIGNED, COUNT, OPEN])
    assert {sign.sign: (sign.tasks, sign.change.difference.mean) for sign in found.signs} == {
        "equivariant": (("moving_direction",), 100),
        "invariant": (("action_count",), 0),
        "undefined": (("action_sequence",), 0),
    }
    assert found.same is None


def test_an_item_that_says_it_itself_counts_whatever_its_task_is() -> None:
    one = sample(0, of=OPEN.title, choices=("took it", "put it down"), reversed_answer="put it down")
    found = turned(results(result(one, 0)), results(result(one, 1)), [OPEN])
    assert found.flipped is not None
    assert (found.flipped.questions, found.flipped.flipped, found.flipped.kept) == (1, 100, 0)
