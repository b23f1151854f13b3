"""What a task has been called, anywhere -> its key.

The public Space's first table says "Character Count" for Character Order and "Fine grained Action"; lmms-eval says
`mvbench_action_sequence`; papers say AS.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache

from mvbench.errors import suggestion
from mvbench.tasks import public_tasks

FORMER = {"Character Count": "character_order"}
"""Names that are neither a task's key, nor its title, nor its abbreviation today. Source: the Space's result.csv."""
PREFIX = "mvbench"


def task_key(name: str) -> str | None:
    """The key of the task that `name` means, however it is cased, hyphenated or spaced; None where it means none.

    >>> task_key("Fine grained Pose"), task_key("mvbench_fine_grained_pose"), task_key("FP"), task_key("Avg")
    ('fine_grained_pose', 'fine_grained_pose', 'fine_grained_pose', None)
    """
    letters = squashed(name)
    return spellings().get(letters) or spellings().get(letters.removeprefix(PREFIX))


def nearest(name: str) -> str:
    """The part of a message that names the nearest task, or nothing."""
    titles = {task.title.lower(): task.title for task in public_tasks()}
    near = suggestion(name.lower(), titles)
    return next((near.replace(lower, title) for lower, title in titles.items() if repr(lower) in near), "")


@cache
def spellings() -> Mapping[str, str]:
    known = {name: task.key for task in public_tasks() for name in (task.key, task.title, task.abbreviation)}
    return {squashed(name): key for name, key in (known | FORMER).items()}


def squashed(name: str) -> str:
    """The letters of a name, lower case: nobody agrees about what stands between them."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", name).casefold() if letter.isalnum())
