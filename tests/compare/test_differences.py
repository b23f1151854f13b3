from pathlib import Path
from typing import Any

import pytest

from mvbench.compare.differences import Difference, differences
from mvbench.compare.results import RunResults
from tests.compare.runs import letters, read, write
from tests.compare.test_pairing import deep


def run(folder: Path, letter: str = "A", *, changes: dict[str, Any] | None = None, **more: Any) -> RunResults:
    return read(write(folder / letter, letters("AB"), changes=changes, **more), letter)


@pytest.mark.parametrize(
    ("more", "changes", "expected"),
    [
        ({}, {}, []),
        ({"model": "n"}, {}, [("model", "model", ("m", "n"))]),
        ({"model_identity": {"hash": "x"}}, {}, [("model", "hash", ("none", "x"))]),
        ({"model_args": {"dtype": "int8"}}, {}, [("model", "argument dtype", ("none", "int8"))]),
        ({"sampling": {"num_frames": 8}}, {}, [("frames", "frames per clip", ("16", "8"))]),
        (
            {"model_args": {"accuracy": 0.7}, "model_identity": {"accuracy": {"default": 0.7}}},
            {},
            [("model", "accuracy.default", ("none", "0.7"))],
        ),
        (
            {"model_args": {"accuracy": 0.7}, "model_identity": {"accuracy_of": 0.7}},
            {},
            [("model", "argument accuracy", ("none", "0.7")), ("model", "accuracy_of", ("none", "0.7"))],
        ),
        ({"view": "reverse"}, {}, [("frames", "view", ("full", "reverse"))]),
        (
            {"protocol": "lmms", "protocol_text": "x"},
            {},
            [("prompt", "protocol", ("mvbench", "lmms"))],
        ),
        ({"seed": 1}, {}, [("replies", "seed", ("0", "1"))]),
        ({}, {"batch_size": 1}, [("machine", "batch size", ("4", "1"))]),
        ({}, {"versions": {"python": "3.12"}}, [("versions", "python", ("3.11", "3.12"))]),
        ({}, {"used": {"device": "cuda"}}, [("model", "used device", ("none", "cuda"))]),
        ({}, {"arguments": {"resolved": {"scoring": "lmms"}}}, [("judge", "its own table by", ("parsed", "lmms"))]),
        (
            {},
            {"data": {"name": "drawn", "hash": "fedcba9876543210", "questions": 2}},
            [("questions", "content", ("01234567", "fedcba98"))],
        ),
        (
            {},
            {"data": {"name": "other", "hash": "fedcba9876543210", "questions": 2}},
            [("questions", "data", ("drawn", "other"))],
        ),
    ],
)
def test_each_setting_that_differs_is_named_with_both_values(
    tmp_path: Path, more: dict[str, Any], changes: dict[str, Any], expected: list[tuple[str, str, tuple[str, ...]]]
) -> None:
    found = differences([run(tmp_path), run(tmp_path, "B", changes=changes, **more)])
    assert found == [Difference(*row) for row in expected]


def test_wording_counts_where_the_protocol_has_the_same_name(tmp_path: Path) -> None:
    found = differences([run(tmp_path, protocol_text="x"), run(tmp_path, "B", protocol_text="y")])
    assert found == [Difference("prompt", "wording of the protocol", ("x", "y"))]


def test_what_an_import_does_not_tell_is_no_difference(tmp_path: Path) -> None:
    imported = run(tmp_path, "B", changes={"import": {"tool": "lmms-eval"}, "fingerprint": {"imported_from": "x"}})
    assert differences([run(tmp_path), imported]) == [Difference("judge", "its own table by", ("parsed", "lmms"))]


def test_of_several_runs_each_has_its_value_and_the_model_comes_first(tmp_path: Path) -> None:
    found = differences([run(tmp_path), run(tmp_path, "B", seed=1), run(tmp_path, "C", model="n")])
    assert found == [Difference("model", "model", ("m", "m", "n")), Difference("replies", "seed", ("0", "1", "0"))]


def test_facts_of_any_shape_are_shown_and_never_break_it(tmp_path: Path) -> None:
    odd = {"model_identity": {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}, "view": [1, 2.5], "sampling": "x" * 500}
    changes = {"hardware": 3, "versions": [], "used": None, "commit": {"x": 1}}
    found = differences([run(tmp_path), run(tmp_path, "B", changes=changes, **odd)])
    values = {row.name: row.values[1] for row in found}
    assert values["view"] == "[1,2.5]"
    assert values["a.b.c.d"] == '{"e":{"f":1}}'
    assert all(len(value) <= 60 for row in found for value in row.values)


def test_a_value_too_deep_for_json_is_not_shown(tmp_path: Path) -> None:
    one, other = run(tmp_path), run(tmp_path, "B", view=1)
    other.run.facts["fingerprint"]["view"] = deep(300)
    assert [row.values[1] for row in differences([one, other])] == ["something too deep to show"]
