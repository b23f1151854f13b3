"""Clips are drawn once per session, each when the first test asks for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.video.clips import CLIPS

FindClip = Callable[[str], Path]


@pytest.fixture(scope="session")
def clip_path(tmp_path_factory: pytest.TempPathFactory) -> FindClip:
    folder = tmp_path_factory.mktemp("clips")

    def find(name: str) -> Path:
        path = folder / name
        return path if path.exists() else CLIPS[name](path)

    return find
