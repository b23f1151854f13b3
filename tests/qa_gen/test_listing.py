"""Annotation files are written item by item and are plain JSON."""

import json
from pathlib import Path

import pytest

from qa_gen.synth.listing import write_json_list, write_json_object, write_lines


@pytest.mark.parametrize("items", [[], [1], [{"a": [1.5, "ü"]}, None, "x\ny"]])
def test_a_list_is_read_back_as_it_was(items: list[object], tmp_path: Path) -> None:
    write_json_list(tmp_path / "deep" / "list.json", iter(items))
    assert json.loads((tmp_path / "deep" / "list.json").read_bytes()) == items


@pytest.mark.parametrize("members", [{}, {"a": 1}, {"video_1": {"x": []}, 'quo"te': "ü"}])
def test_an_object_is_read_back_as_it_was(members: dict[str, object], tmp_path: Path) -> None:
    write_json_object(tmp_path / "object.json", members.items())
    assert json.loads((tmp_path / "object.json").read_bytes()) == members


def test_lines_end_with_a_line_feed_on_every_system(tmp_path: Path) -> None:
    write_lines(tmp_path / "lines.txt", ["a", "ü"])
    assert (tmp_path / "lines.txt").read_bytes() == b"a\n\xc3\xbc\n"
