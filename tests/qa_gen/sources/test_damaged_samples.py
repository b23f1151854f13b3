"""Whatever is changed in a source's files, its reader yields facts, counts records, or gives up in one clear line."""

import gzip
import random
import shutil
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from mvbench.errors import DataError
from qa_gen.sources.patterns import safe_path
from tests.qa_gen.sources.samples import SAMPLES, facts_of

TIMES = {
    "charades_sta": 300, "clevrer": 40, "funqa": 300, "moments_in_time": 300, "movqa": 300, "nturgbd": 300,
    "paxion_actionbench": 300, "perception_test": 150, "star": 100, "tvqa": 150, "vlnce": 100,
}  # fmt: skip
"""How often each file of a sample is damaged."""

ANYTHING = (
    None, True, -1, 0, 2**60, 1e308, "", " ", "nan", "../../etc/passwd", "a\0b", "a\nb", "\u202e\ufffd", "9" * 5000,
    [], {}, [[[[]]]], [None], {"": None}, ["a", 1], "%s{}", "x" * 20_000,
)  # fmt: skip


def changed(value: Any, rng: random.Random) -> Any:
    """The value with something else in one place of it."""
    if not isinstance(value, list | dict) or not value or rng.random() < 0.1:
        return rng.choice(ANYTHING)
    key = rng.choice(range(len(value)) if isinstance(value, list) else list(value))
    if rng.random() < 0.1:
        return [item for place, item in enumerate(value) if place != key] if isinstance(value, list) else {
            name: item for name, item in value.items() if name != key
        }  # fmt: skip
    copy = value.copy()
    copy[key] = changed(value[key], rng)
    return copy


def damaged(content: bytes, rng: random.Random) -> bytes:
    """Some bytes overwritten, left out or put twice."""
    start, stop = sorted(rng.randrange(len(content) + 1) for _ in range(2))
    stop = min(stop, start + rng.choice((1, 8, 1000)))
    middle = rng.choice(
        (b"", rng.randbytes(stop - start), 2 * content[start:stop], b"\xff", b",", b"\n", b'"', b" ## ")
    )
    return content[:start] + middle + content[stop:]


def texts_of(fact: Any) -> Iterator[tuple[str, str]]:
    """Names and values of all texts of a fact, however deep."""
    for field in fields(fact):
        value = getattr(fact, field.name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, str):
                yield field.name, item
            elif is_dataclass(item):
                yield from texts_of(item)


def in_json(content: bytes, rng: random.Random) -> bytes:
    """Something else in one place of a JSON text, packed if it was."""
    if content[:2] == b"\x1f\x8b":
        return gzip.compress(in_json(gzip.decompress(content), rng), 1)
    return orjson.dumps(changed(orjson.loads(content), rng))


@pytest.mark.parametrize("source", TIMES)
def test_damage_costs_records_and_nothing_else(source: str, tmp_path: Path):
    rng = random.Random(source)
    folder = tmp_path / source
    shutil.copytree(SAMPLES / source, folder)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        whole = path.read_bytes()
        for _ in range(TIMES[source]):
            as_json = ".json" in path.suffixes and rng.random() < 0.7
            path.write_bytes(in_json(whole, rng) if as_json else damaged(whole, rng))
            try:
                facts, rejects = facts_of(source, folder)
            except DataError as error:
                assert str(error).isprintable()
                continue
            for fact in facts:
                for name, text in texts_of(fact):
                    assert text.isprintable() or "\u202e" in text
                    if name == "videos":
                        assert safe_path(text) == text
            assert all(text.isprintable() for texts in rejects.examples.values() for text in texts)
            assert all(reason.isprintable() and len(reason) < 100 for reason in rejects.counts)
        path.write_bytes(whole)
