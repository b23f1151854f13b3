"""Values from files are what they must be, or the record is unfit for a reason that holds no value of it."""

import math
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_gen.sources.records import (
    Once,
    Unfit,
    digits_of,
    name_of,
    number_of,
    object_of,
    optional_number_at,
    optional_text_at,
    path_of,
    text_at,
    text_of,
)

ANYTHING = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers(), max_size=2)
    | st.dictionaries(st.text(), st.integers(), max_size=2)
)  # fmt: skip


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("  two  words\n", "two words"),
        ("caf\u00e9 \u2028 now", "caf\u00e9 now"),
        (None, "no key"),
        (5, "key is no text"),
        (["a"], "key is no text"),
        ("", "key is empty"),
        (" \n", "key is empty"),
        ("caf\ufffd", "key holds what is no text"),
        ("a\0b", "key holds what is no text"),
        ("a\x9bb", "key holds what is no text"),
        ("x" * 10_001, "key is too long"),
    ],
)
def test_texts(value: Any, expected: str):
    for read in (lambda: text_at({"key": value}, "key"), lambda: text_of(value, "key")):
        try:
            assert read() == expected
        except Unfit as error:
            assert str(error) == expected


def test_an_optional_text_may_be_missing_or_blank_but_not_something_else():
    assert optional_text_at({}, "key") is optional_text_at({"key": None}, "key") is None
    assert optional_text_at({"key": " "}, "key") is None
    assert optional_text_at({"key": " a "}, "key") == "a"
    with pytest.raises(Unfit, match="key is no text"):
        optional_text_at({"key": 5}, "key")


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1, 1.0), (2.5, 2.5), ("2.5", 2.5), (" -1e2 ", -100.0), ("0", 0.0)],
)
def test_numbers(value: Any, expected: float):
    assert number_of(value, "key") == expected


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        "",
        "x",
        "nan",
        math.nan,
        "inf",
        -math.inf,
        10**400,
        "1_0",
        "\u0663",
        pytest.param(10**5000, id="5001 digits"),
        [1],
        "9" * 9999,
    ],
)
def test_what_is_no_number(value: Any):
    with pytest.raises(Unfit, match=r"^key is no "):
        number_of(value, "key")


def test_an_optional_number_may_be_missing_but_not_something_else():
    assert optional_number_at({}, "key") is None
    with pytest.raises(Unfit):
        optional_number_at({"key": "nan"}, "key")


@pytest.mark.parametrize(("value", "expected"), [(7, "7"), ("007", "007"), (0, "0")])
def test_numbers_that_are_names(value: Any, expected: str):
    assert digits_of(value, "key") == expected


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        -7,
        7.0,
        "",
        "7a",
        "../7",
        "\u0667",
        "\u00b2",
        "7" * 19,
        pytest.param(10**5000, id="5001 digits"),
        [7],
    ],
)
def test_what_is_no_number_that_names(value: Any):
    with pytest.raises(Unfit, match=r"^key is no whole number$"):
        digits_of(value, "key")


@pytest.mark.parametrize(
    "value", ["../a", "/a", "a/../b", "a\\b", "a\0", "", ".", None, 5, "a\ufffd", "x" * 10_001, "C:a"]
)
def test_what_is_no_path(value: Any):
    with pytest.raises(Unfit, match=r"^key "):
        path_of(value, "key")


@pytest.mark.parametrize("value", ["../a", "a/b", "a.mp4", "", "_a", "a b", "\u00e9", "a" * 101, "a\n", None, 5, ["a"]])
def test_what_names_no_video(value: Any):
    assert name_of("S1-e_02", "key") == "S1-e_02"
    with pytest.raises(Unfit, match=r"^key names no video$"):
        name_of(value, "key")


def test_what_comes_twice_is_said_and_remembered_in_few_bytes():
    once = Once("clip")
    once.check("a", 1.0, None)
    once.check("a", 1.0, 2.0)
    once.check("a")
    with pytest.raises(Unfit, match=r"^clip comes twice$"):
        once.check("a", 1.0, None)
    tracemalloc.start()
    for number in range(20_000):
        once.check(f"{number:0500}")
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 20_000 * 200


@given(value=ANYTHING)
def test_any_value_is_taken_or_unfit(value: Any):
    for read in (
        object_of,
        *(lambda value, of=of: of(value, "key") for of in (number_of, digits_of, name_of, path_of)),
    ):
        try:
            read(value)
        except Unfit as error:
            assert str(error).isprintable()
    try:
        text_at({"key": value}, "key")
    except Unfit as error:
        assert str(error).startswith(("key", "no key"))
