"""A small data folder, its questions, and a reply to each."""

from pathlib import Path

import pytest

from mvbench import tasks
from mvbench.types import Sample
from tests.importers.logs import folder_of, letters

PER_TASK = {"action_sequence": 12, "object_existence": 9, "fine_grained_pose": 6}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return folder_of(tmp_path / "data", PER_TASK)


@pytest.fixture
def samples(data: Path) -> tuple[Sample, ...]:
    return tasks.load(data).samples


@pytest.fixture
def replies(samples: tuple[Sample, ...]) -> dict[str, str]:
    """Two of three right, some in other forms."""
    said = letters(samples, right=2)
    first, second, third = list(said)[:3]
    return said | {first: "", second: "<think>Is it (B)?</think>\n" + said[second], third: "A person walks by."}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs without --out, and settings files, are the test's own."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
