"""Every historical spelling of a task leads to it, and nothing else does."""

import pytest

from leaderboard.spellings import FORMER, nearest, spellings, task_key
from mvbench.tasks import public_tasks
from mvbench.types import Task

TASKS = public_tasks()


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.abbreviation)
def test_keys_titles_abbreviations_and_the_names_of_other_tools_mean_the_task(task: Task) -> None:
    for name in (
        task.key,
        task.title,
        task.abbreviation,
        task.abbreviation.lower(),
        task.title.upper(),
        task.title.replace("-", " "),
        task.title.replace(" ", ""),
        task.title.replace(" ", "-").lower(),
        f"mvbench_{task.key}",
        f"MVBench/{task.title}",
        f" {task.title}\n",
        task.json.removesuffix(".json"),
        task.title.replace("-", "\N{NON-BREAKING HYPHEN}").replace(" ", "\N{NO-BREAK SPACE}"),
    ):
        assert task_key(name) == task.key, name


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Character Count", "character_order"),
        ("Fine grained Action", "fine_grained_action"),
        ("Fine grained Pose", "fine_grained_pose"),
        ("mvbench_character_order", "character_order"),
    ],
)
def test_the_first_spellings_of_the_public_board_mean_what_they_meant(name: str, key: str) -> None:
    assert task_key(name) == key


@pytest.mark.parametrize("name", ["Avg", "", "mvbench", "Action", "task_mean", "\x00", "Action Sequenc", "overall"])
def test_what_is_no_task_means_none(name: str) -> None:
    assert task_key(name) is None


def test_no_two_tasks_share_a_spelling() -> None:
    assert len(spellings()) == 3 * len(TASKS) - len({task.key for task in TASKS}) + len(FORMER)
    assert set(spellings().values()) == {task.key for task in TASKS}


def test_a_slip_of_the_pen_is_answered_with_the_title() -> None:
    assert nearest("action sequense") == "; did you mean 'Action Sequence'?"
    assert nearest("wholly different") == ""
