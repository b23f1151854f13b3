from dataclasses import replace

import pytest

from mvbench.errors import UsageError
from mvbench.reversal import KEY, reversed_place
from mvbench.tasks import parse_tasks, public_tasks
from mvbench.types import Reversal, Sample
from tests.fabricated import record, task

UP_RIGHT, UP_LEFT, DOWN_RIGHT, DOWN_LEFT, STILL = (
    "Up and to the right.",
    "Up and to the left.",
    "Down and to the right.",
    "Down and to the left.",
    "The object is stationary.",
)
START, MIDDLE, END, ALL = (
    "At the beginning of the video.",
    "In the middle of the video.",
    "At the end of the video.",
    "Throughout the entire video.",
)
THERE, BACK, ROUND = (
    "From the kitchen to the parked car.",
    "From the parked car to the kitchen.",
    "From on to off and back.",
)


def asked(*choices: str, answer: int | None = 0, **extras: object) -> Sample:
    sample = record(task("Moving Direction")).sample
    text = "elsewhere" if answer is None else choices[answer]
    return replace(sample, choices=choices, answer=answer, answer_text=text, extras=extras)


@pytest.mark.parametrize(
    ("choices", "place"),
    [
        ((UP_RIGHT, UP_LEFT, DOWN_RIGHT, DOWN_LEFT), 3),
        ((DOWN_RIGHT, STILL, UP_LEFT), 2),
        ((STILL, UP_LEFT, DOWN_RIGHT), 0),
        ((UP_RIGHT, UP_LEFT, DOWN_RIGHT), None),
        (("Left", "Right", "Up"), 1),
        (("upwards", "Downward."), 1),
        (("It is not moving.", "To the left."), 0),
        ((START, MIDDLE, END, ALL), 2),
        ((END, MIDDLE, START, ALL), 2),
        ((MIDDLE, START, END, ALL), 0),
        ((ALL, START, END, MIDDLE), 0),
        (("Near the start of the video.", "All the way through the video.", "Near the end of the video."), 2),
        (("Right at the start.", "Right at the end."), 1),
        ((START, "Near the end.", "At the very end."), None),
        ((START, MIDDLE), None),
        ((THERE, BACK, "From the kitchen to the hall."), 1),
        ((THERE, "From a parked car to a kitchen"), 1),
        ((THERE, "From the kitchen to the hall."), None),
        (("From the beach to the desert, then to the roof.", "From the roof to the desert, and then to the beach."), 1),
        (("From off to on.", "From off to on and back.", "From on to off."), 2),
        ((ROUND, "From off to on.", "From on to off."), 0),
        (("The lamp", "The box"), None),
        (("", "From"), None),
    ],
)
def test_the_words_of_an_equivariant_task_tell_what_is_right_backwards(
    choices: tuple[str, ...], place: int | None
) -> None:
    assert reversed_place(asked(*choices), "equivariant") == place


def test_turning_twice_leads_back() -> None:
    for choices in ((UP_RIGHT, UP_LEFT, DOWN_RIGHT, DOWN_LEFT, STILL), (START, MIDDLE, END, ALL), (THERE, BACK)):
        for answer in range(len(choices)):
            there = reversed_place(asked(*choices, answer=answer), "equivariant")
            assert there is not None
            assert reversed_place(asked(*choices, answer=there), "equivariant") == answer


@pytest.mark.parametrize(("sign", "place"), [("invariant", 0), ("undefined", None), ("equivariant", 1)])
def test_the_sign_of_the_task_decides_whether_the_words_are_asked(sign: Reversal, place: int | None) -> None:
    assert reversed_place(asked(UP_RIGHT, DOWN_LEFT), sign) == place


@pytest.mark.parametrize("sign", ["invariant", "undefined", "equivariant"])
@pytest.mark.parametrize(
    ("said", "place"), [(UP_LEFT, 1), (UP_RIGHT, 0), ("nowhere", None), (["Up"], None), (None, None)]
)
def test_an_item_that_says_it_itself_is_believed(sign: Reversal, said: object, place: int | None) -> None:
    assert reversed_place(asked(UP_RIGHT, UP_LEFT, DOWN_LEFT, **{KEY: said}), sign) == place


def test_a_sample_without_a_right_answer_has_none_backwards() -> None:
    for sign in ("invariant", "equivariant"):
        assert reversed_place(asked(UP_RIGHT, DOWN_LEFT, answer=None), sign) is None  # type: ignore[arg-type]


def test_the_signs_of_the_twenty_tasks() -> None:
    signs = {task.key: task.reversal for task in public_tasks() if task.reversal != "undefined"}
    assert signs == {
        "moving_direction": "equivariant",
        "action_localization": "equivariant",
        "scene_transition": "equivariant",
        "action_count": "invariant",
        "state_change": "equivariant",
    }


def test_a_task_of_ones_own_has_a_sign_too() -> None:
    own = '[mine]\nfolder = "mine"\n'
    assert parse_tasks(own, origin="mine.toml")[0].reversal == "undefined"
    assert parse_tasks(own + 'reversal = "invariant"', origin="mine.toml")[0].reversal == "invariant"
    with pytest.raises(UsageError, match=r"mine\.reversal is 'odd'; choose invariant, equivariant, undefined"):
        parse_tasks(own + 'reversal = "odd"', origin="mine.toml")
