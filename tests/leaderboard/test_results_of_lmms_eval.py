"""lmms-eval's results on a board: what `--limit` and blank replies do to its numbers."""

from pathlib import Path
from typing import Any

import pytest

from leaderboard.adding import Added, add
from leaderboard.details import Details
from leaderboard.ranking import rank
from leaderboard.validation.findings import Severity
from mvbench.errors import DataError
from tests.leaderboard import handed_in
from tests.leaderboard.made import PERCENTS


def added(tmp_path: Path, content: dict[str, Any]) -> Added:
    path = handed_in.written(tmp_path / "20250612_101112_results.json", content)
    return add(tmp_path / "board", [path], details=Details())


def test_the_questions_that_were_asked_are_told_by_the_file(tmp_path: Path) -> None:
    entry = added(tmp_path, handed_in.lmms_results()).entry
    assert entry.items == dict.fromkeys(PERCENTS, 200)


def test_a_part_of_the_questions_is_not_mvbench_however_round_the_scores_are(tmp_path: Path) -> None:
    content = handed_in.lmms_results(dict.fromkeys(PERCENTS, 62.5))
    content["n-samples"] = {f"mvbench_{key}": {"original": 200, "effective": 8} for key in PERCENTS}
    with pytest.raises(DataError, match="8 questions of Action Sequence were scored"):
        added(tmp_path, content)
    assert not (tmp_path / "board").exists()


def test_older_files_tell_no_numbers_of_questions(tmp_path: Path) -> None:
    content = handed_in.lmms_results()
    del content["n-samples"]
    assert added(tmp_path, content).entry.items == {}


@pytest.mark.parametrize("told", ["200", None, 7.5, 0, -3, 1e300])
def test_what_is_no_number_of_questions_is_refused_with_its_line(tmp_path: Path, told: Any) -> None:
    content = handed_in.lmms_results()
    content["n-samples"]["mvbench_state_change"]["effective"] = told
    with pytest.raises(DataError, match=r"results.json:\d+: 'n-samples.mvbench_state_change.effective' is"):
        added(tmp_path, content)


def test_blank_replies_outside_the_denominator_are_a_note_on_a_row_that_is_not_ranked(tmp_path: Path) -> None:
    content = handed_in.lmms_results(PERCENTS | {"action_count": 101 / 197 * 100})
    content["results"]["mvbench"]["mvbench_accuracy,none"] = 47.25  # over the questions that got a reply
    result = added(tmp_path, content)
    assert {finding.severity for finding in result.findings} == {Severity.NOTE}
    texts = [finding.text for finding in result.findings]
    assert any("action_count" in text and "101/197" in text for text in texts)
    assert any(text.startswith("average is 47.25") for text in texts)
    (ranking,) = rank([result.entry])
    assert not ranking.rows and len(ranking.context) == 1
