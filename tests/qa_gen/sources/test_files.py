"""Values of the files of a source: whatever is wrong with a file, the reader learns it in one line."""

import csv
import gzip
import math
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mvbench.errors import DataError
from qa_gen.sources import files, folder
from qa_gen.sources.files import (
    Broken,
    SourceFile,
    SourceFolder,
    columns_of,
    csv_rows,
    json_document,
    json_items,
    json_lines,
    json_pairs,
    text_lines,
)

BOM = b"\xef\xbb\xbf"


def file_with(content: bytes, path: Path) -> SourceFile:
    (path / "file").write_bytes(content)
    return SourceFolder(path).require("file")


def one_line(error: pytest.ExceptionInfo[DataError]) -> str:
    text = str(error.value)
    assert "\n" not in text
    assert text.isprintable()
    return text


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("mark", [b"", BOM])
def test_every_kind_of_file_is_read_gzipped_or_not_with_or_without_a_mark(tmp_path: Path, mark: bytes, pack: Any):
    def file(content: bytes) -> SourceFile:
        return file_with(pack(mark + content), tmp_path)

    assert json_document(file(b'{"a": [1, 2.5]}')) == {"a": [1, 2.5]}
    assert list(json_items(file(b'[1, {"a": "\xc3\xa9"}]'))) == [1, {"a": "é"}]
    assert list(json_items(file(b'{"note": [0], "rows": [1, 2.0]}'), under="rows")) == [1, 2.0]
    assert list(json_pairs(file(b'{"a": 1, "b": {"c": [2.5]}}'))) == [("a", 1), ("b", {"c": [2.5]})]
    assert list(json_lines(file(b'{"a": 1}\n\n[2]'))) == [(1, {"a": 1}), (3, [2])]
    assert list(text_lines(file(b"one\r\n\n  \ntwo \n"))) == [(1, "one"), (4, "two ")]
    assert list(csv_rows(file(b'a,"b,c"\n\n1,2\n'), header=False)) == [(1, ["a", "b,c"]), (3, ["1", "2"])]
    assert list(csv_rows(file(b'id, name\n7,"two, ""2"""\n'), header=True)) == [(2, {"id": "7", "name": 'two, "2"'})]


def test_numbers_of_a_streamed_list_are_floats_and_integers(tmp_path: Path):
    numbers = list(json_items(file_with(b"[1, 1.5, 1e2, -0]", tmp_path)))
    assert [type(number) for number in numbers] == [int, float, float, int]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"   ", "b''"),
        (b'{"item": [1]}', "b'{'"),
        (b"5", "b'5'"),
        (b"\xff\xfe[\x00", r"b'\xff'"),
    ],
)
def test_what_begins_as_no_list_is_said_before_anything_is_read(tmp_path: Path, content: bytes, found: str):
    with pytest.raises(DataError) as error:
        list(json_items(file_with(content, tmp_path)))
    assert f"file does not begin as a list in JSON does; it begins with {found}" in one_line(error)


def test_a_list_where_pairs_are_asked_for_is_said(tmp_path: Path):
    with pytest.raises(DataError, match="does not begin as an object"):
        list(json_pairs(file_with(b'[{"a": 1}]', tmp_path)))


@pytest.mark.parametrize("pad", [b"", b" " * files.BUFFER_BYTES])
@pytest.mark.parametrize(
    ("rest", "said"),
    [
        (b"NaN]", "NaN is no number in JSON"),
        (b'{"a": [-Infinity]}]', "-Infinity is no number in JSON"),
        (b"Infinity]", "Infinity is no number in JSON"),
        (b"1e999]", "1e999"),
        (b"9" * 5000 + b"]", "99999"),
        (b"", "what is none"),
        (b'"\xff"]', "what is none"),
        (b'"\xed\xa0\x80"]', "what is none"),
        (b"'3']", "'3'"),
        (b"nul]", "nul]"),
    ],
)
def test_a_list_that_stops_being_json_yields_what_came_before_and_then_the_place(
    tmp_path: Path, rest: bytes, said: str, pad: bytes
):
    items = json_items(file_with(b"[" + pad + b"1, 2, " + pad + rest, tmp_path))
    assert [next(items), next(items)] == [1, 2]
    with pytest.raises(DataError) as error:
        list(items)
    assert one_line(error).startswith("file is not JSON all through: after 2 values comes ")
    assert said in one_line(error)


@pytest.mark.parametrize("rest", [b"3] 4", b"3,]"])
def test_what_stands_behind_the_last_value_is_said(tmp_path: Path, rest: bytes):
    with pytest.raises(DataError, match=r"file is not JSON all through: after [23] values comes what is none"):
        list(json_items(file_with(b"[1, 2, " + rest, tmp_path)))


def test_pairs_that_stop_being_json_say_after_how_many(tmp_path: Path):
    with pytest.raises(DataError, match=r'after 1 value comes what is none \(NaN is no number in JSON\) in .*"b": NaN'):
        list(json_pairs(file_with(b'{"a": 1, "b": NaN}', tmp_path)))


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize(
    "read",
    [
        json_document,
        json_items,
        lambda file: json_items(file, under="rows"),
        json_pairs,
        json_lines,
        text_lines,
        lambda file: csv_rows(file, header=True),
        lambda file: csv_rows(file, header=False),
    ],
)
def test_an_empty_file_is_said(tmp_path: Path, read: Any, pack: Any):
    with pytest.raises(DataError, match=r"^file is empty; get it anew$"):
        list(read(file_with(pack(b""), tmp_path)))


@pytest.mark.parametrize("content", [b'{"rows": 5}', b'{"other": [1]}', b"{}", b'{"rows": {"a": 1}}'])
def test_a_list_missing_under_its_key_is_said(tmp_path: Path, content: bytes):
    with pytest.raises(DataError, match="file holds no list 'rows'"):
        list(json_items(file_with(content, tmp_path), under="rows"))


def test_a_list_where_one_under_a_key_is_asked_for_is_said(tmp_path: Path):
    with pytest.raises(DataError, match="does not begin as an object"):
        list(json_items(file_with(b"[1]", tmp_path), under="rows"))


def test_an_empty_list_under_its_key_is_a_list(tmp_path: Path):
    assert list(json_items(file_with(b'{"rows": []}', tmp_path), under="rows")) == []


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":'])
@pytest.mark.parametrize("read", [json_items, json_pairs])
def test_deep_nesting_is_refused_before_it_is_parsed(tmp_path: Path, read: Any, opening: bytes):
    start = b"[" if read is json_items else b'{"key":'
    with pytest.raises(DataError, match="file nests lists or objects more than 64 deep"):
        list(read(file_with(start + opening * 100_000, tmp_path)))


@pytest.mark.parametrize("content", [b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, b"{", b"NaN", b"\xff", b"1 2"])
def test_a_document_that_is_not_json_is_said(tmp_path: Path, content: bytes):
    with pytest.raises(DataError) as error:
        json_document(file_with(content, tmp_path))
    assert one_line(error).startswith("file is not JSON (")


def test_lines_that_are_not_json_are_told_one_by_one(tmp_path: Path):
    content = b'{"a": 1}\n{"a": \n{"a": NaN}\n' + b"[" * 5000 + b'\n"\xff"\n\x00\n{"b": 2}'
    values = dict(json_lines(file_with(content, tmp_path)))
    assert values[1] == {"a": 1}
    assert values[7] == {"b": 2}
    broken = [values[number] for number in range(2, 7)]
    assert all(isinstance(value, Broken) and value.reason.startswith("not JSON (") for value in broken)
    assert [value.text for value in broken] == ['{"a": \n', '{"a": NaN}\n', "[" * 200, '"\ufffd"\n', "\x00\n"]


def test_text_that_is_not_utf8_is_marked_and_goes_on(tmp_path: Path):
    assert list(text_lines(file_with(b"caf\xe9 1\ntea\n", tmp_path))) == [(1, "caf\ufffd 1"), (2, "tea")]


def test_rows_that_do_not_fit_are_told_one_by_one(tmp_path: Path):
    content = b"id,name\n1,a\n2\n3,a,b\n4,a\rb\n5," + b"x" * 200_000 + b"\n6,f\n"
    rows = dict(csv_rows(file_with(content, tmp_path), header=True))
    assert rows[2] == {"id": "1", "name": "a"}
    assert rows[3] == Broken("1 columns instead of 2", "2")
    assert rows[4] == Broken("3 columns instead of 2", "3,a,b")
    assert isinstance(rows[5], Broken)
    assert isinstance(rows[6], Broken)
    assert rows[7] == {"id": "6", "name": "f"}


@pytest.mark.parametrize(
    ("line", "row"),
    [
        (b'1,"open', None),
        (b'"1,open', None),
        (b'1,"a"b', None),
        (b'1,"' + b"x" * 200_000, None),
        (b'1,a "b', ["1", 'a "b']),
        (b'1,"a ""b"""', ["1", 'a "b"']),
    ],
)
def test_a_stray_quote_costs_its_own_line_at_most(tmp_path: Path, line: bytes, row: list[str] | None):
    rows = dict(csv_rows(file_with(b"0,a\n" + line + b"\n" + b"2,b\n" * 1000 + b'3,"c"\n', tmp_path), header=False))
    assert len(rows) == 1003
    assert rows[2] == row or (row is None and isinstance(rows[2], Broken))
    assert [number for number, other in rows.items() if number != 2 and isinstance(other, Broken)] == []
    assert rows[1003] == ["3", "c"]


@given(line=st.text(st.sampled_from("a1 ,\";\t\\'\x00\u00e9"), min_size=1))
def test_a_row_without_quotes_is_what_the_csv_reader_makes_of_it(line: str):
    assert columns_of(line.replace('"', "a")) == next(csv.reader([line.replace('"', "a")], strict=True))


def test_a_row_that_spans_lines_is_told_and_reading_goes_on_behind_it(tmp_path: Path):
    rows = dict(csv_rows(file_with(b'id,name\n7,"two\nlines"\n8,one\n', tmp_path), header=True))
    assert isinstance(rows[2], Broken)
    assert isinstance(rows[3], Broken)
    assert rows[4] == {"id": "8", "name": "one"}


def test_a_missing_header_is_said(tmp_path: Path):
    with pytest.raises(DataError, match="file has no header row"):
        list(csv_rows(file_with(b"\n\n", tmp_path), header=True))


@pytest.fixture
def small_values(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (files, folder):
        monkeypatch.setattr(module, "LARGEST_VALUE_BYTES", 2 * files.BUFFER_BYTES)
    monkeypatch.setattr(folder, "LARGEST_DOCUMENT_BYTES", 2 * files.BUFFER_BYTES)


@pytest.mark.usefixtures("small_values")
def test_a_value_that_is_too_large_for_memory_is_refused(tmp_path: Path):
    large = b'"' + b"x" * 5 * files.BUFFER_BYTES + b'"'
    for content, read in ((b"[1," + large + b"]", json_items), (b'{"a":' + large + b"}", json_pairs)):
        with pytest.raises(DataError, match=r"file holds a value of more than 131kB"):
            list(read(file_with(content, tmp_path)))
    with pytest.raises(DataError, match="file holds more than 131kB, too much for its kind"):
        json_document(file_with(large, tmp_path))
    with pytest.raises(DataError, match="file, line 2 holds more than 131kB"):
        list(text_lines(file_with(b"a\n" + large, tmp_path)))
    with pytest.raises(DataError, match="file, line 2 holds more than 131kB"):
        list(csv_rows(file_with(b"a\n" + large, tmp_path), header=False))


def test_a_document_may_be_smaller_than_a_streamed_value(tmp_path: Path):
    content = b"[{}" + b",{}" * (folder.LARGEST_DOCUMENT_BYTES // 3) + b"]"
    with pytest.raises(DataError, match=r"file holds more than 8\.39MB, too much for its kind"):
        json_document(file_with(content, tmp_path))
    with pytest.raises(DataError, match="does not begin as an object"):
        list(json_pairs(file_with(content, tmp_path)))


@pytest.mark.usefixtures("small_values")
def test_many_small_values_may_be_larger_together(tmp_path: Path):
    values = [{"number": number, "text": "x" * 50} for number in range(20_000)]
    assert list(json_items(file_with(orjson.dumps(values), tmp_path))) == values


@pytest.mark.usefixtures("small_values")
def test_a_line_without_end_costs_itself_only(tmp_path: Path):
    lines = list(json_lines(file_with(b"1\n" + b"[" * 5 * files.BUFFER_BYTES + b"\n3\n", tmp_path)))
    assert lines == [(1, 1), (2, Broken("a line of more than 131kB", "")), (3, 3)]


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
PLAIN = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    PLAIN | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


def same(a: object, b: object) -> bool:
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    return math.isclose(a, b) if isinstance(a, float) and isinstance(b, float) else type(a) is type(b) and a == b


@settings(max_examples=50)
@given(values=st.lists(JSON, max_size=5))
def test_any_json_is_read_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, values: list[Any]):
    path = tmp_path_factory.mktemp("json")
    assert same(list(json_items(file_with(orjson.dumps(values), path))), values)
    pairs = {str(number): value for number, value in enumerate(values)}
    assert same(dict(json_pairs(file_with(orjson.dumps(pairs), path))), pairs)
    text = b"\n" + b"".join(orjson.dumps(value) + b"\n" for value in values)
    assert same([value for _, value in json_lines(file_with(text, path))], values)


@settings(max_examples=100)
@given(content=st.binary(max_size=200) | st.text(st.sampled_from('[]{}",:1e-\\nult '), max_size=60).map(str.encode))
def test_any_bytes_give_values_or_one_clear_line(tmp_path_factory: pytest.TempPathFactory, content: bytes):
    file = file_with(content, tmp_path_factory.mktemp("bytes"))
    for read in (json_items, json_pairs, json_lines, text_lines, lambda file: csv_rows(file, header=True)):
        try:
            list(read(file))
        except DataError as error:
            assert "\n" not in str(error)
