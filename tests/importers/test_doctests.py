"""The worked examples of the readers and of the tools' totals."""

import doctest
from types import ModuleType

import pytest

from mvbench.importers import lmms_eval, vlmevalkit
from mvbench.scoring import totals


@pytest.mark.parametrize("module", [lmms_eval, vlmevalkit, totals], ids=lambda module: module.__name__)
def test_the_examples_hold(module: ModuleType) -> None:
    tried = doctest.testmod(module)
    assert tried.attempted and not tried.failed
