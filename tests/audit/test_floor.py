"""How much results change when nothing that matters does."""

from __future__ import annotations

import pytest

from mvbench.audit.floor import floor
from tests.audit.made import result, results, sample

pytestmark = pytest.mark.slow


def test_verdicts_and_choices_that_changed_are_counted_without_errors() -> None:
    asked = [sample(number) for number in range(6)]
    full = results(*(result(one, place) for one, place in zip(asked, [0, 0, 1, 1, None, 0], strict=True)))
    said = [result(one, place) for one, place in zip(asked, [0, 1, 0, 2, None, 0], strict=True)]
    found = floor("repeat-batch", full, results(*said[:5], result(asked[5], None, failed=True)))
    assert found is not None
    assert (found.questions, found.verdicts, found.choices) == (5, 40, 60)
    assert found.difference.difference.mean == 0
    assert floor("repeat-batch", full, results(result(asked[0], None, failed=True))) is None
