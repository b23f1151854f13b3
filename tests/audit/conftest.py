"""The set whose answers lie in the pixels, drawn once."""

from pathlib import Path

import pytest

from tests.audit import seeing


@pytest.fixture(scope="session")
def seeing_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return seeing.data_folder(tmp_path_factory.mktemp("seeing"))
