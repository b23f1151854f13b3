"""How deep a JSON text nests, whatever its strings hold and wherever it is cut into blocks."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_gen.sources.nesting import Nesting

STRINGS = st.text(st.sampled_from('[]{}"\\ax\u00e9,:'), max_size=12)
VALUES = st.recursive(
    STRINGS | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(STRINGS, inner, max_size=4),
    max_leaves=30,
)


def depth(value: object) -> int:
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


@given(value=VALUES, cuts=st.lists(st.integers(0, 400), max_size=8), ascii_only=st.booleans())
def test_depth_is_that_of_the_value_however_the_text_is_cut(value: object, cuts: list[int], ascii_only: bool):
    text = json.dumps(value, ensure_ascii=ascii_only).encode()
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    nesting = Nesting()
    assert max(nesting.deepest(text[a:b]) for a, b in pairwise(edges)) == depth(value)


@pytest.mark.parametrize(
    ("text", "deepest"),
    [(b"", 0), (b"[" * 1000, 1000), (b"]]]]", 0), (b'"[[[[', 0), (rb'"\\"[[', 2), (rb'"\"[["', 0)],
)
def test_text_that_is_no_json_is_counted_all_the_same(text: bytes, deepest: int):
    assert Nesting().deepest(text) == deepest
