"""JSON of unknown hands: refused with file and line, or read to the letter."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.documents import DEEPEST, Document
from mvbench.errors import DataError


@pytest.mark.parametrize(
    ("raw", "line", "words"),
    [
        (b"", 1, "not JSON"),
        (b'{"a": 1', 1, "not JSON"),
        (b'{"a": 1,\n "b": }', 2, "not JSON"),
        (b'{"a":\n\n NaN}', 3, "not JSON"),
        (b'{"a": -Infinity}', 1, "not JSON"),
        (b'{"a": 1,\n"b": 1e400}', 2, "not JSON"),
        (b'{"a": "\\ud800"}', 1, "not JSON"),
        (b'{"a": "\x00"}', 1, "not JSON"),
        (b'{"a": 1,\n"\xff": 2}', 2, "not UTF-8"),
        (b'{"a": 1,\n\n "a": 1}', 3, "'a' comes twice"),
        (b'{"x": [{"b": 1},\n {"b": 1,\n "b": 2}]}', 3, "'b' comes twice"),
        (b'{"a": 1, "\\u0061": 2}', 1, "'a' comes twice"),
        (b"[" * (DEEPEST + 2) + b"]" * (DEEPEST + 2), 1, "deep"),
        (b"[" * 100_000, 1, "not JSON"),
        (b'{"a":' * 500 + b"1" + b"}" * 500, 1, "deep"),
    ],
)
def test_what_another_reader_might_read_otherwise_is_refused_with_its_line(raw: bytes, line: int, words: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        Document(raw, origin="entries/x.json")
    assert str(caught.value).startswith(f"entries/x.json:{line}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("raw", [b"[]", b"1", b'"text"', b"null"])
def test_an_object_is_wanted(raw: bytes) -> None:
    with pytest.raises(DataError, match="must be an object"):
        _ = Document(raw, origin="x").table


def test_the_line_of_a_member_is_told_and_of_a_missing_one_that_of_what_is_around_it() -> None:
    document = Document(b'{\n "a": {\n  "b": [\n   {"c": 1}],\n  "d": "x: {\\" }"},\n "e": 2}', origin="f")
    lines = {path: document.where(*path) for path in [("a",), ("a", "b"), ("a", "b", "c"), ("a", "d"), ("e",)]}
    assert [line.removeprefix("f:") for line in lines.values()] == ["2", "3", "4", "5", "6"]
    assert document.where("a", "nothing") == "f:2"
    assert document.where("nothing") == "f:1"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=8),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(JSON, st.sampled_from([None, 1]))
def test_whatever_json_there_is_is_read_as_python_reads_it_and_every_member_has_its_line(
    value: object, indent: int | None
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    document = Document(text.encode(), origin="f")
    assert document.content == value
    if isinstance(value, dict) and indent:
        lines = text.split("\n")
        for name in value:
            number = int(document.where(name).removeprefix("f:"))
            assert lines[number - 1].startswith(f" {json.dumps(name, ensure_ascii=False)}: ")


def test_a_byte_order_mark_of_a_windows_editor_is_no_obstacle() -> None:
    assert Document(b'\xef\xbb\xbf{"a": 1}', origin="f").content == {"a": 1}
