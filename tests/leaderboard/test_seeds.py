"""What a new board begins with: the published rows, as they were printed."""

import csv
from importlib import resources
from math import fsum
from pathlib import Path

import pytest

from leaderboard import board as boards
from leaderboard.entry import Entry, Harness, Standing
from leaderboard.ranking import rank
from leaderboard.seeds import seeds
from leaderboard.validation import checking
from leaderboard.validation.findings import Severity
from mvbench.metrics import MVBENCH
from mvbench.tasks import public_tasks

LINES = list(csv.DictReader((resources.files("leaderboard") / "published.csv").read_text("utf-8").splitlines()))
KEYS = [task.key for task in public_tasks()]


def seed(slug: str) -> Entry:
    (found,) = [entry for entry in seeds() if entry.slug == slug]
    return found


def tasks(slug: str) -> dict[str, float]:
    return dict(seed(slug).scores["official"].tasks)


def test_every_line_is_an_entry_under_a_slug_of_its_own() -> None:
    entries = seeds()
    assert len(entries) == len(LINES) == 177
    assert len({entry.slug for entry in entries}) == 177
    assert all(boards.is_slug(entry.slug) for entry in entries)
    assert [entry.model for entry in entries] == [line["model"] for line in LINES]
    assert all(entry.data.name == MVBENCH and list(entry.scores) == ["official"] for entry in entries)
    assert all(entry.protocol == "" and entry.log is None for entry in entries)


def test_slugs_do_not_change() -> None:
    assert [entry.slug for entry in seeds()[:3]] == ["random", "otter-i", "mplug-owl-i"]
    for slug in (
        "videochat2",
        "videochat2-user-rerun",
        "pllava-34b",
        "pllava-34b-ixc-table-rerun",
        "molmo2-8b-captured",
    ):
        assert seed(slug)


def test_a_line_has_all_tasks_none_or_is_context() -> None:
    for entry in seeds():
        scored = entry.scores["official"].tasks
        assert list(scored) == [key for key in KEYS if key in scored]
        assert len(scored) in (0, 20) or entry.context, entry.slug
    counts = [len(entry.scores["official"].tasks) for entry in seeds()]
    assert (counts.count(20), counts.count(0)) == (36, 138)


def test_the_means_are_those_of_the_file() -> None:
    told = {line["model"]: line["task_mean"] for line in LINES if line["task_mean"]}
    assert len(told) == 36
    for entry in seeds():
        if entry.model in told:
            scored = entry.scores["official"].tasks.values()
            assert fsum(scored) / 20 == pytest.approx(float(told[entry.model]), abs=0.0051), entry.slug


def test_the_average_is_the_printed_one_and_not_the_mean() -> None:
    averages = {entry.slug: entry.scores["official"].average for entry in seeds()}
    assert averages["videochat2"] == 51.1
    assert averages["random"] == 27.3
    assert averages["jt-vl-chat"] == 62.975
    assert [slug for slug, average in averages.items() if average is None] == [
        "qwen2.5-vl-3b-lmms-eval-partial-rerun",
        "llava-onevision-7b-aim-lmms-eval-partial-rerun",
    ]


def test_columns_that_were_printed_in_another_order_are_where_they_belong() -> None:
    reordered = tasks("llama-vid-7b-rerun")
    assert (reordered["scene_transition"], reordered["fine_grained_pose"]) == (84.5, 22.0)
    assert reordered["egocentric_navigation"] == 36.5
    rotated = tasks("llava")
    assert (rotated["moving_attribute"], rotated["state_change"], rotated["fine_grained_pose"]) == (38.5, 47.0, 25.0)
    chance = tasks("random")
    assert [key for key in KEYS if chance[key] == 33.3] == [
        "action_antonym",
        "object_existence",
        "object_shuffle",
        "action_count",
        "moving_attribute",
        "state_change",
        "character_order",
    ]


def test_only_seen_numbers_of_the_authors_and_of_the_public_board_are_ranked() -> None:
    for entry, line in zip(seeds(), LINES, strict=True):
        own = line["row_kind"] in ("paper_table2", "primary", "hf_leaderboard")
        assert entry.context == (line["verified"] != "yes" or not own), entry.slug
        rerun = line["row_kind"] in ("rerun_by_other_paper", "user_reproduction")
        assert entry.standing == (Standing.RERUN if rerun else Standing.SELF_REPORTED)
        assert not rerun or entry.context
    (ranking,) = rank(seeds())
    assert (len(ranking.rows), len(ranking.averages), len(ranking.context)) == (22, 63, 92)
    assert "Qwen2-VL-7B (IXC run)" not in {row.entry.model for row in (*ranking.rows, *ranking.averages)}


def test_what_nobody_checked_is_marked() -> None:
    for entry, line in zip(seeds(), LINES, strict=True):
        assert ("language_model" in entry.unverified) == bool(entry.language_model)
        if line["verified"] != "yes":
            assert "scores" in entry.unverified
    assert seed("videochat2-text").unverified == ("language_model", "scores")
    assert seed("llama-vid-7b-rerun").unverified == ("items", "language_model", "scores")
    assert seed("timechat-7b-captured").unverified == ("date", "language_model", "scores", "source")
    assert seed("random").unverified == ()


def test_what_a_line_tells_stands_in_its_field() -> None:
    paper = seed("videochat2")
    assert (paper.frames, paper.resolution, paper.language_model) == ("16", "224", "Vicuna-7B-v0")
    assert (seed("random").type, seed("random").frames, seed("random").language_model) == ("LLM", "", "")
    assert (seed("blip-2").type, seed("videochat-flash-7b-448").type) == ("ImageLLM", "")
    assert seed("st-llm").language_model == "Vicuna-7B" and "LLaMA-7B" in seed("st-llm").notes
    assert seed("internvl3-8b").date == "2025-08" and seed("internvl2-2b").date == ""
    assert seed("qwen3-vl-8b-sft-on-512k-samples-gdo-baseline-rerun").harness == Harness("lmms-eval", "0.5.0")
    assert "27.95" in seed("random").notes
    assert {entry.source.partition(":")[0] for entry in seeds()} == {"https", ""}


@pytest.mark.parametrize(
    ("slug", "task", "items", "correct", "printed"),
    [
        ("trace", "action_sequence", 188, 115, 61.2),
        ("trace-uni", "action_sequence", 188, 128, 68.1),
        ("trace-uni", "object_existence", 198, 109, 55.1),
        ("llama-vid-7b-rerun", "object_existence", 198, 110, 55.6),
        ("videogpt-user-rerun", "action_antonym", 198, 159, 80.3),
        ("videogpt-user-rerun", "object_interaction", 199, 147, 73.87),
    ],
)
def test_the_questions_told_explain_a_score_that_is_no_half_percent(
    slug: str, task: str, items: int, correct: int, printed: float
) -> None:
    assert seed(slug).items[task] == items
    assert tasks(slug)[task] == printed == pytest.approx(100 * correct / items, abs=0.051)


def test_every_other_score_is_a_multiple_of_half_a_percent() -> None:
    odd = {
        (entry.slug, key)
        for entry in seeds()
        for key, percent in entry.scores["official"].tasks.items()
        if percent * 2 % 1 and key not in entry.items and entry.slug != "random"
    }
    assert odd == {("minigpt-4", "episodic_reasoning")}


def test_every_entry_comes_back_from_its_file(tmp_path: Path) -> None:
    board = boards.make(tmp_path / "board", seeds())
    found = {stored.entry.slug: stored.entry for stored in boards.read_all(board)}
    assert found == {entry.slug: entry for entry in seeds()}


def test_a_new_board_has_no_error_and_the_known_disagreements_are_notes(tmp_path: Path) -> None:
    boards.make(tmp_path / "board", seeds())
    findings = checking.check(tmp_path / "board").findings
    assert {finding.severity for finding in findings} == {Severity.NOTE}
    averages = [finding for finding in findings if "average is" in finding.text]
    assert sorted(Path(finding.path).stem for finding in averages) == [
        "gpt-4v",
        "random",
        "trace",
        "videollamb-7b-videochat2-data",
    ]
