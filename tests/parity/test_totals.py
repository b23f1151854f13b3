"""The whole-set results of the notebook, lmms-eval and VLMEvalKit: every field their own programs wrote."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvbench.scoring import lmms, official, totals, vlmevalkit
from mvbench.scoring.totals import Entry, Stopped

Total = dict[str, Any]


@pytest.fixture(scope="module")
def golden(golden_dir: Path) -> list[tuple[Total, list[Entry]]]:
    """Each total with its entries."""
    content = json.loads((golden_dir / "judges" / "judges.json").read_text(encoding="utf-8"))
    items = {item["id"]: item for item in content["items"]}
    assert content["totals"]
    return [(total, [entry_of(row, items[row["item"]]) for row in total["entries"]]) for total in content["totals"]]


def entry_of(row: dict[str, Any], item: dict[str, Any]) -> Entry:
    return Entry(item["task"], tuple(item["candidates"]), item["answer"], row.get("reply", item["reply"]))


def notebook_fields(entries: list[Entry]) -> Total:
    total = totals.notebook(entries)
    if isinstance(total, Stopped):
        return {"raises": total.exception}
    return {
        "acc_dict": {task: list(counts) for task, counts in total.counts.items()},
        "final_res": total.final,
        "correct": total.correct,
        "total": total.total,
        "printed_parts": total.printed,
        "printed_total": total.printed_total,
    }


def lmms_fields(entries: list[Entry]) -> Total:
    total = totals.lmms_eval(entries)
    if isinstance(total, Stopped):
        return {"raises": total.exception}
    return {
        "per_task": {
            title: {
                "lmms_name": task.name,
                "questions": task.questions,
                "counted": task.counted,
                "correct": task.correct,
                "saved": task.saved,
                "saved_is_int": isinstance(task.saved, int),
                "saved_stderr": totals.NOT_AVAILABLE,
                "saved_stderr_clt": totals.NOT_AVAILABLE if task.stderr_clt is None else task.stderr_clt,
                "printed": cells(total.printed[title]),
            }
            for title, task in total.tasks.items()
        },
        "group_printed": cells(total.printed_group),
    }


def cells(row: totals.LmmsPrinted) -> Total:
    return {"value": row.value, "stderr": row.stderr, "stderr_clt": row.stderr_clt}


def vlmevalkit_fields(entries: list[Entry]) -> Total:
    total = totals.vlm_eval_kit(entries)
    if isinstance(total, Stopped):
        return {"raises": total.exception}
    return {
        "rating": {task: list(row) for task, row in total.rating.items()},
        "message_questions": len(total.scores),
        "message_no_prediction": total.no_prediction,
        "message_no_score": total.no_score,
        "scores": list(total.scores),
    }


# What the tool writes whatever the replies: it has no number over all tasks.
ALWAYS = {"group_saved": {" ": " ", "alias": "mvbench"}, "group_table_printed": False, "overall": None}


@pytest.mark.parametrize(
    ("tool", "fields"), [("notebook", notebook_fields), ("lmms", lmms_fields), ("vlmevalkit", vlmevalkit_fields)]
)
def test_every_total_equals_the_tools(
    golden: list[tuple[Total, list[Entry]]], tool: str, fields: Callable[[list[Entry]], Total]
) -> None:
    for total, entries in golden:
        wanted = dict(total[tool])
        if tool == "lmms" and "raises" not in wanted:
            assert {key: wanted.pop(key) for key in ALWAYS} == ALWAYS
        assert text_of(fields(entries)) == text_of(wanted), total["name"]


def text_of(fields: Total) -> str:
    """With the order of tasks, and 0 apart from 0.0."""
    return json.dumps(fields, indent=0)


CHOICES = ("a cup", "the box", "B", "nothing")
REPLIES = [
    "",
    " ",
    "A",
    "(B) the box",
    "c.",
    "A person",
    "None",
    "http://x",
    "12",
    "True",
    "answer is because",
    "a cup",
]
REPLIES += ["Failed to obtain answer via API.", "<think>A</think>", "<think>A</think>\nD", "(", "B) ###A", "D, not C"]
entries_of_any_kind = st.lists(
    st.builds(
        Entry,
        task=st.sampled_from(["Action Count", "Fine-grained Pose", "State Change"]),
        choices=st.just(CHOICES),
        answer=st.sampled_from(CHOICES),
        reply=st.sampled_from(REPLIES) | st.text(max_size=20),
    ),
    min_size=1,
    max_size=12,
)


@given(entries=entries_of_any_kind)
def test_a_total_is_the_sum_of_what_the_rules_say_question_by_question(entries: list[Entry]) -> None:
    replies = [entry.reply or "" for entry in entries]
    golds = [official.gold_text(entry.choices, entry.answer) for entry in entries]
    shown = totals.notebook(entries)
    assert isinstance(shown, totals.NotebookTotal) and shown.total == len(entries)
    assert shown.correct == sum(map(official.check_answer, map(official.prepare, replies), golds))

    saved = totals.lmms_eval(entries)
    assert isinstance(saved, totals.LmmsTotal)
    kept = list(map(lmms.kept_reply, replies))
    assert sum(task.counted for task in saved.tasks.values()) == sum(map(lmms.counted, kept))
    assert sum(task.questions for task in saved.tasks.values()) == len(entries)
    assert all(0 <= task.correct <= task.counted <= task.questions for task in saved.tasks.values())

    rated = totals.vlm_eval_kit(entries)
    came_back = list(map(vlmevalkit.file_reply, replies))
    if isinstance(rated, Stopped):
        there = [reply for reply in came_back if reply is not None]
        assert rated == Stopped("TypeError" if there else "KeyError")
        assert totals.changes_type(there)
    else:
        scores = [vlmevalkit.score(r, e.choices, e.answer) for r, e in zip(came_back, entries, strict=True)]
        assert list(rated.scores) == scores
        assert rated.rating["overall"][:2] == (sum(score != 0 for score in scores), len(entries))


def test_one_value_that_needs_decimals_gives_them_to_every_row_and_no_more_than_it_needs() -> None:
    def printed(*rights: int) -> list[str]:
        tasks = {str(n): totals.LmmsTask(str(n), 8, 8, right, 100 * right / 8, 0.0) for n, right in enumerate(rights)}
        return [row.value for row in totals.LmmsTotal(tasks).printed.values()]

    assert printed(8, 2) == ["100", "25"]
    assert printed(7, 4) == ["87.5", "50.0"]
