from pathlib import Path
from typing import Any

import pytest

from mvbench.cli import main
from mvbench.errors import UsageError
from mvbench.models.builtin import Oracle
from mvbench.results import Run
from mvbench.types import LETTERS, Clip, Generation, Prompt, Request

CHOICES = ("red", "green", "blue", "grey")
COUNT = 1_500


def request(sample_id: str, choices: tuple[str, ...] = CHOICES) -> Request:
    return Request(sample_id, Prompt("", "", "("), choices, None, Clip(Path("a.mp4"), "video"))


def oracle(accuracy: Any = 1.0, *, seed: int = 0) -> Oracle:
    table = {f"{task}/{number:04d}": "blue" for task in ("count", "order") for number in range(COUNT)}
    return Oracle(generation=Generation(seed=seed), table=table, accuracy=accuracy)


def said(model: Oracle, task: str = "count", choices: tuple[str, ...] = CHOICES) -> list[str]:
    """The text of the choice meant for every question of a task."""
    replies = model.answer([request(f"{task}/{number:04d}", choices) for number in range(COUNT)])
    return [choices[LETTERS.index(reply.text[0])] for reply in replies]


def test_without_an_accuracy_every_question_is_right() -> None:
    assert set(said(oracle())) == {"blue"}
    assert oracle().identity() == {"version": "1"}


def test_of_equal_choices_the_last_one_is_the_right_one() -> None:
    (reply,) = oracle().answer([request("count/0000", ("blue", "red", "blue"))])
    assert reply.text == "C) blue"


@pytest.mark.parametrize("accuracy", [0, 0.25, 0.7, 1])
def test_as_many_are_right_as_asked_for_and_the_wrong_ones_are_spread(accuracy: float) -> None:
    answers = said(oracle(accuracy))
    assert answers.count("blue") / COUNT == pytest.approx(accuracy, abs=0.04)
    for other in ("red", "green", "grey"):
        assert answers.count(other) / COUNT == pytest.approx((1 - accuracy) / 3, abs=0.04)


def test_tasks_have_their_own_accuracy_and_a_default() -> None:
    model = oracle({"count": 0.9, "default": 0.5})
    assert said(model, "count").count("blue") / COUNT == pytest.approx(0.9, abs=0.03)
    assert said(model, "order").count("blue") / COUNT == pytest.approx(0.5, abs=0.04)
    assert set(said(oracle({"count": 0.9}), "order")) == {"blue"}
    assert model.identity() == {"version": "1", "accuracy": {"default": 0.5, "count": 0.9}}


def test_an_answer_depends_on_the_seed_and_the_question_and_not_on_its_batch() -> None:
    model = oracle(0.5)
    alone = [model.answer([request(f"count/{number:04d}")])[0] for number in range(50)]
    assert alone == model.answer([request(f"count/{number:04d}") for number in range(50)])
    assert said(model) == said(oracle(0.5))
    assert said(model) != said(oracle(0.5, seed=1))


def test_the_same_choice_is_meant_in_whatever_order_the_choices_come() -> None:
    assert said(oracle(0.5)) == said(oracle(0.5), choices=("blue", "grey", "red", "green"))


def test_under_one_seed_the_better_one_is_right_wherever_the_worse_one_is() -> None:
    worse, better = said(oracle(0.5)), said(oracle(0.6))
    assert all(b == "blue" for a, b in zip(worse, better, strict=True) if a == "blue")


def test_where_no_other_choice_is_there_the_right_one_is_said() -> None:
    (reply,) = oracle(0.0).answer([request("count/0000", ("blue",))])
    assert reply.text == "A) blue"


@pytest.mark.parametrize(
    ("accuracy", "said"),
    [
        (1.5, "accuracy is 1.5; it must be a share between 0 and 1"),
        (-0.1, "accuracy is -0.1"),
        (float("nan"), "accuracy is nan"),
        ("high", "accuracy is 'high'"),
        (True, "accuracy is True"),
        ([0.5], "accuracy is "),
        ({"count": 70}, "accuracy of count is 70"),
        ({"cuont": 0.5}, "accuracy names the task 'cuont', of which nothing is asked; did you mean 'count'?"),
    ],
)
def test_what_is_no_accuracy_is_refused(accuracy: Any, said: str) -> None:
    with pytest.raises(UsageError) as raised:
        oracle(accuracy)
    assert str(raised.value).startswith(said)


def test_an_accuracy_given_on_the_command_line_makes_another_run(
    numbered_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["eval", "--model", "oracle", "--data", str(numbered_dir), "--view", "none", "--out", str(tmp_path / "run")]
    assert main([*words, "--model-args", "accuracy={moving_direction=0,default=1}"]) == 0
    scores = Run.read(tmp_path / "run").scores()
    assert scores["moving_direction"] == 0
    assert all(score == 100 for task, score in scores.items() if task not in ("moving_direction", "mean"))
    assert main([*words, "--model-args", "accuracy=0.5"]) == 2
    assert "holds another run (model_identity.accuracy" in capsys.readouterr().err
