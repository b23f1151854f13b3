"""Bad records are counted by reason, with a few examples anyone can read."""

import pytest

from mvbench.errors import DataError
from qa_gen.sources.rejects import EXAMPLES, LONGEST_EXAMPLE, Rejects


def test_reasons_are_counted_apart_and_only_the_first_examples_are_kept():
    rejects = Rejects("star")
    for number in range(10):
        rejects.add("no question", {"id": number})
    rejects.add("no video", "line 7")
    assert dict(rejects.counts) == {"no question": 10, "no video": 1}
    assert rejects.examples["no question"] == ("{'id': 0}", "{'id': 1}", "{'id': 2}")
    assert len(rejects.examples["no question"]) == EXAMPLES
    assert rejects.examples["no video"] == ("line 7",)


def test_one_record_more_than_allowed_is_an_error_that_shows_the_first():
    rejects = Rejects("funqa", max_bad=2)
    rejects.add("no question", "first")
    rejects.add("no question", "second")
    rejects.add("no video", "another reason")
    with pytest.raises(DataError, match=r"source funqa has more than 2 bad records \(no question\), the first: first;"):
        rejects.add("no question", "third")


def test_none_allowed_means_the_first_is_an_error():
    with pytest.raises(DataError, match="more than 0"):
        Rejects("funqa", max_bad=0).add("no question", 1)


def deep() -> list:
    value: list = []
    for _ in range(100_000):
        value = [value]
    return value


EXAMPLES_OF_ANY_KIND = {
    "nested deeply": deep(),
    "a long text": "x" * 10_000_000,
    "a long text inside": {"key": "x" * 1_000_000},
    "a long key": {"a" * 1000: 1},
    "many keys": {str(number): number for number in range(1000)},
    "a number too long to print": 10**5000,
    "such a number inside": [10**5000],
    "bytes": b"\xff\x00" * 1000,
    "control characters": "two\nlines\x1b[31m\u2028\ud800",
    "nothing": None,
    "an empty text": "",
}


@pytest.mark.parametrize("example", EXAMPLES_OF_ANY_KIND.values(), ids=EXAMPLES_OF_ANY_KIND.keys())
def test_any_example_becomes_one_short_line(example: object):
    rejects = Rejects("star")
    rejects.add("odd", example)
    (shown,) = rejects.examples["odd"]
    assert shown.isprintable()
    assert len(shown) <= LONGEST_EXAMPLE + len("...")
    shown.encode("utf-8")


def test_counts_cannot_be_changed_from_outside():
    rejects = Rejects("star")
    rejects.add("odd", 1)
    with pytest.raises(TypeError):
        rejects.counts["odd"] = 5  # type: ignore[index]
