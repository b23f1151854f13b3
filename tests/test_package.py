"""What is shipped and what the README says of it."""

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PACKAGES = ("mvbench", "qa_gen", "baselines", "leaderboard")


def names(requirements: list[str]) -> set[str]:
    return {match[0] for match in (re.match(r"[\w-]+", requirement) for requirement in requirements) if match}


def test_the_core_is_light() -> None:
    assert len(PROJECT["dependencies"]) <= 12
    assert not names(PROJECT["dependencies"]) & {"torch", "transformers", "pandas", "decord", "openai", "scipy"}


def test_every_entry_point_of_ours_can_be_loaded() -> None:
    for group in PROJECT["entry-points"]:
        points = {point.name: point for point in entry_points(group=group)}
        for name in PROJECT["entry-points"][group]:
            assert points[name].load() is not None


def trees_of_the_readmes() -> dict[str, str]:
    """The captioned file trees, of the whole and of the small worlds: path -> caption."""
    return tree_in("README.md", top="mvbench/") | tree_in("qa_gen/synth/README.md", top="synth/", below="qa_gen/")


def tree_in(readme: str, *, top: str, below: str = "") -> dict[str, str]:
    text = (ROOT / readme).read_text("utf-8")
    (block,) = re.findall(rf"```\n({top}\n.*?)```", text, re.DOTALL)
    found: dict[str, str] = {}
    folders: list[str] = []
    for line in block.splitlines():
        match = re.match(r"( *)(\S+)(?: {2,}(.*))?$", line)
        assert match, line
        depth, name, caption = len(match[1]) // 2, match[2], match[3] or ""
        folders = folders[:depth]
        found[below + "".join(folders) + name] = caption
        if name.endswith("/"):
            folders.append(name)
    return found


def test_the_trees_in_the_readmes_are_what_is_on_disk() -> None:
    tracked = {
        str(path.relative_to(ROOT))
        for folder in (*PACKAGES, "benchmarks")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".toml", ".tsv") and path.name != "__init__.py"
    }
    written = trees_of_the_readmes()
    files = {name for name in written if not name.endswith("/") and name.split("/")[0] in (*PACKAGES, "benchmarks")}
    assert {name for name in files if not name.endswith("__init__.py")} == tracked
    assert all((ROOT / name).exists() for name in written)
    assert all(caption for name, caption in written.items() if not name.endswith("/"))


@pytest.mark.slow
def test_the_wheel_holds_exactly_the_four_packages(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT)],
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        listed = archive.namelist()
    assert {name.split("/")[0] for name in listed if ".dist-info/" not in name} == set(PACKAGES)
    assert "mvbench/tasks.toml" in listed
    assert "mvbench/py.typed" in listed
    shown = {"templates", "assets", "published.csv"}
    pages = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and shown & set(path.parts) and path.suffix != ".pyc"
    }
    assert pages and pages <= set(listed)


def test_no_file_tells_where_it_was_written() -> None:
    told = re.compile(r"(?<![\w.])/(work|root|tmp/v\d)/")
    for folder in (*PACKAGES, "tests", "benchmarks"):
        for path in (ROOT / folder).rglob("*.py"):
            if path != Path(__file__):
                assert not told.search(path.read_text("utf-8")), path


def blocks_of_the_readme(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)


def test_the_model_in_the_readme_is_a_model_that_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mvbench import registry
    from mvbench.cli import main
    from mvbench.testing import check_model
    from mvbench.video import read

    _, source = blocks_of_the_readme("python")
    (tmp_path / "my_package.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    point = EntryPoint("longest", "my_package:Longest", registry.MODELS)
    ours = registry.registered
    monkeypatch.setattr(registry, "registered", lambda group: ours(group) | {point.name: point})
    for name, out in (("longest", tmp_path / "named"), (f"{tmp_path}/my_package.py:Longest", tmp_path / "in a file")):
        words = ["--data", "demo", "--tasks", "AS", "--frames", "2", "--workers", "1", "--out", str(out)]
        assert main(["eval", "--model", name, *words]) == 0
        assert '"status":"ok"' in (out / "records.jsonl").read_text()
    assert len(source.strip().splitlines()) <= 40
    monkeypatch.setattr("mvbench.testing.kit.read", cache(read))
    check_model(registry.model_factory("longest"))


def test_the_toml_in_the_readme_is_understood() -> None:
    from mvbench.prompts import parse
    from mvbench.tasks import parse_tasks

    prices, points, released, settings, task, protocol = blocks_of_the_readme("toml")
    assert {"input", "output"} == tomllib.loads(prices)["Qwen3-VL-8B"].keys()
    assert {"checkpoint", "llm", "bert", "dtype"} == tomllib.loads(released)["models"]["videochat2"].keys()
    assert tomllib.loads(settings)["frames"] == 16
    assert tomllib.loads(points)["project"]["entry-points"]
    assert parse_tasks(task, origin="README.md")[0].bounded
    assert parse(protocol, origin="README.md").answer_prefix == "Answer: "


PICKLES = (ROOT / "mvbench/isolation.py", ROOT / "baselines/videochat2/weights/pickles.py")
"""The second is what makes `torch.load` harmless: every name in a foreign file but tensors' becomes an inert object."""


def test_no_text_from_outside_is_ever_run() -> None:
    """Claim C13: no eval, no exec; pickles only between our own processes, or by what runs nothing in them."""
    for folder in PACKAGES:
        for path in (ROOT / folder).rglob("*.py"):
            tree = ast.parse(path.read_text("utf-8"))
            called = {
                node.func.id
                for node in ast.walk(tree)
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            }
            assert not called & {"eval", "exec", "compile", "__import__"}, path
            imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
            assert path in PICKLES or not imported & {"pickle", "marshal", "shelve"}, path
