"""The result file of MVBench's notebook, `{"acc_dict": ..., "res_list": ...}` -> Rows.

Source: OpenGVLab/Ask-Anything, video_chat2/mvbench.ipynb. Questions are not in it: `acc_dict` says how many of which
task stand in a row in `res_list`, and each entry holds the right option, `gt`, by which the data is checked.
"""

from __future__ import annotations

import json
from pathlib import Path

from mvbench.errors import DataError
from mvbench.importers.rows import MAX_TABLE_BYTES, Row, expect_table, refuse_large, refuse_many, text_of


def read(path: Path) -> tuple[list[Row], int]:
    """The rows of one file, and how many of them the notebook counted right. Raises DataError."""
    refuse_large(path, limit=MAX_TABLE_BYTES)
    try:
        parsed = json.loads(path.read_bytes())
    except OSError as error:
        raise DataError(f"cannot read {str(path)!r}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path.name!r} is not JSON: {error!s:.100}") from None
    content = expect_table(parsed, where=repr(path.name))
    counts = counts_of(content.get("acc_dict"), where=f"{path.name!r}, acc_dict")
    results = content.get("res_list")
    if not isinstance(results, list):
        raise DataError(f"{path.name!r}: res_list is {results!r:.60}; it must be a list of {{pred, gt}}")
    refuse_many(len(results), path=path)
    places = [(task, index) for task, (_, total) in counts.items() for index in range(total)]
    if len(places) != len(results):
        raise DataError(
            f"{path.name!r} holds {len(results):,} results, but its acc_dict counts {len(places):,}; "
            "which task each belongs to cannot be told"
        )
    rows = [
        row_of(result, task=task, index=index, where=f"{path.name!r}, res_list[{number}]")
        for number, ((task, index), result) in enumerate(zip(places, results, strict=True))
    ]
    return rows, sum(right for right, _ in counts.values())


def counts_of(value: object, *, where: str) -> dict[str, tuple[int, int]]:
    """(right, asked) per task, in the order of the notebook's loop. Raises DataError."""
    counts = {}
    for task, pair in expect_table(value, where=where).items():
        numbers = pair if isinstance(pair, list) and all(type(number) is int for number in pair) else []
        if len(numbers) != 2 or not 0 <= numbers[0] <= numbers[1] <= 10**6:
            raise DataError(f"{where}: {task!r:.60} is {pair!r:.60}; it must be [right, all]")
        counts[task] = (numbers[0], numbers[1])
    if sum(total for _, total in counts.values()) > 10**6:
        raise DataError(f"{where} counts more than a million questions; it is no result of MVBench")
    return counts


def row_of(result: object, *, task: str, index: int, where: str) -> Row:
    entry = expect_table(result, where=where)
    if "pred" not in entry or not isinstance(entry.get("gt"), str):
        raise DataError(f"{where} is {entry!r:.60}; it must hold 'pred' and 'gt', the right option as '(B) text'")
    # The prompt ended in `(`, and the notebook puts it back in front of what the model said.
    reply = text_of(entry["pred"]).removeprefix("(")
    return Row(where=where, task=task, index=index, reply=reply, gold=text_of(entry["gt"]))
