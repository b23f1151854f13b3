import json
from pathlib import Path

import pytest

from mvbench.errors import UsageError
from mvbench.models.replay import read_replies


def lines(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_the_last_line_of_an_id_counts_also_when_it_is_an_error(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "replies.jsonl",
        {"sample_id": "a", "reply": "A)"},
        {"sample_id": "b", "reply": {"text": "B)", "prefix": "(", "finish_reason": "stop", "output_tokens": 2}},
        {"sample_id": "a", "reply": None},
        {"sample_id": "c", "reply": "C)"},
        {"sample_id": "c", "reply": "D)"},
    )
    replies = read_replies(path)
    assert sorted(replies) == ["b", "c"]
    assert (replies["b"].prefix, replies["b"].output_tokens, replies["c"].text) == ("(", 2, "D)")


def test_a_torn_last_line_is_dropped(tmp_path: Path) -> None:
    path = lines(tmp_path / "replies.jsonl", {"sample_id": "a", "reply": "A)"})
    path.write_text(path.read_text() + '{"sample_id": "b", "rep')
    assert list(read_replies(path)) == ["a"]


@pytest.mark.parametrize(
    "bad", ["garbage", "[]", '{"reply": "A"}', '{"sample_id": 3, "reply": "A"}', '{"sample_id": "a"}']
)
def test_the_line_that_is_no_reply_is_named(tmp_path: Path, bad: str) -> None:
    path = lines(tmp_path / "replies.jsonl", {"sample_id": "a", "reply": "A)"}, {"sample_id": "b", "reply": "A)"})
    path.write_text(path.read_text() + bad + "\n")
    with pytest.raises(UsageError, match="line 3 is no reply"):
        read_replies(path)
