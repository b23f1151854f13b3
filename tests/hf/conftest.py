"""Checkpoints that are built once per session, each when a test first asks for it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hf import tiny


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a family's tiny checkpoint."""
    import torch

    torch.set_num_threads(1)  # more would only wait for each other over so little
    built: dict[str, Path] = {}

    def folder(family: str) -> Path:
        if family not in built:
            built[family] = tiny.FAMILIES[family](tmp_path_factory.mktemp(family))
        return built[family]

    return folder
