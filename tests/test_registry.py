"""Names -> models: registered ones, and those in a file of the user's own."""

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from mvbench import registry
from mvbench.errors import UsageError
from mvbench.registry import build_model, model_factory
from mvbench.types import Generation

FILE = Path(__file__).with_name("counting_model.py")


def test_a_class_in_a_file_is_a_model() -> None:
    model = build_model(f"{FILE}:Counting", {"version": 2}, Generation())
    assert model.identity() == {"model": "counting/one", "version": 2}


def test_what_lies_beside_the_file_can_be_imported_but_hides_nothing(tmp_path: Path) -> None:
    (tmp_path / "my_net.py").write_text("WEIGHT = 7\n")
    (tmp_path / "json.py").write_text("raise RuntimeError('the wrong json')\n")
    source = FILE.read_text().replace('"counting/one"', "(json.dumps(my_net.WEIGHT))")
    (tmp_path / "mine.py").write_text(
        source.replace("from collections.abc", "import json\nimport my_net\nfrom collections.abc", 1)
    )
    assert build_model(f"{tmp_path}/mine.py:Counting", {}, Generation()).identity()["model"] == "7"


def test_two_files_of_one_name_are_two_models(tmp_path: Path) -> None:
    for folder, version in (("one", "1"), ("two", "2")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "model.py").write_text(FILE.read_text().replace("counting/one", version))
    names = [
        build_model(f"{tmp_path / folder}/model.py:Counting", {}, Generation()).identity()["model"]
        for folder in ("one", "two", "one")
    ]
    assert names == ["1", "2", "1"]


@pytest.mark.parametrize(
    ("source", "attribute", "message"),
    [
        (None, "Mine", "there is no file"),
        ("class Mine: ...", "Mne", "model.py defines no class 'Mne'; did you mean 'Mine'"),
        ("Mine = 3", "Mine", "model.py defines no class 'Mine'"),
        ("1 / 0", "Mine", "model.py cannot be run: ZeroDivisionError: division by zero"),
        ("class Mine", "Mine", "model.py cannot be run: SyntaxError"),
        ("import no_such_package", "Mine", "ModuleNotFoundError: No module named 'no_such_package'"),
    ],
)
def test_a_file_that_gives_no_model_is_one_line(
    tmp_path: Path, source: str | None, attribute: str, message: str
) -> None:
    if source is not None:
        (tmp_path / "model.py").write_text(source)
    with pytest.raises(UsageError) as raised:
        model_factory(f"{tmp_path}/model.py:{attribute}")
    assert message in str(raised.value)


def test_a_file_that_was_edited_is_run_again(tmp_path: Path) -> None:
    file = tmp_path / "model.py"
    for version in ("1", "2"):
        file.write_text(FILE.read_text().replace("counting/one", version))
        assert build_model(f"{file}:Counting", {}, Generation()).identity()["model"] == version


def test_a_file_without_a_class_is_told_how_to_name_one() -> None:
    with pytest.raises(UsageError, match=r"name the class in it too: longest\.py:MyModel"):
        model_factory("longest.py")


def test_what_a_constructor_refuses_is_one_line() -> None:
    with pytest.raises(UsageError, match="refuses its arguments: version is -1; it starts at 0"):
        build_model(f"{FILE}:Counting", {"version": -1}, Generation())
    with pytest.raises(UsageError, match="refuses its arguments: no way"):
        build_model(f"{FILE}:Broken", {}, Generation())


def test_the_model_flags_are_arguments_that_a_model_must_take() -> None:
    with pytest.raises(UsageError, match="has no argument 'concurrency'"):
        build_model("random", {"concurrency": 8}, Generation())


def test_an_entry_point_that_breaks_while_it_is_loaded_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "their_package.py").write_text("raise ValueError('theirs')")
    monkeypatch.syspath_prepend(tmp_path)
    point = EntryPoint("theirs", "their_package:Model", registry.MODELS)
    monkeypatch.setattr(registry, "registered", lambda group: {"theirs": point})
    with pytest.raises(UsageError, match="cannot be loaded from their_package:Model: ValueError: theirs"):
        model_factory("theirs")
