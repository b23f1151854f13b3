from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leaderboard.entry import DataSet, Entry, Scores
from leaderboard.ranking import Ranking, Row, places, rank
from leaderboard.recomputing import recomputed
from mvbench.metrics import MVBENCH, MVBENCH_WITHOUT_POSE
from mvbench.results import Run
from tests.leaderboard.made import PERCENTS, TASKS, entry, run_folder


def level(percent: float) -> dict[str, float]:
    return dict.fromkeys(PERCENTS, percent)


def slugs(rows: tuple[Row, ...]) -> list[str]:
    return [row.entry.slug for row in rows]


def only(entries: list[Entry]) -> Ranking:
    (ranking,) = rank(entries)
    return ranking


# ------------------------------------------------------------------------------------------------------ places


def test_a_clear_winner_has_the_first_place_alone_and_gaps_inside_the_margin_are_ties() -> None:
    rows = only([entry("a", tasks=level(80.0)), entry("b", tasks=level(50.0)), entry("c", tasks=level(50.5))]).rows
    assert [(row.entry.slug, row.first, row.last) for row in rows] == [("a", 1, 1), ("c", 2, 3), ("b", 2, 3)]


def test_the_margin_of_a_difference_is_that_of_two_unrelated_rows() -> None:
    # 4,000 questions at 50 %: an error of 0.79 points, and of 0.775 with one task at 93 %; 1.96 * 1.107 = 2.17 points.
    near, far = level(50.0) | {"action_sequence": 93.0}, level(50.0) | {"action_sequence": 94.0}
    assert [row.first for row in only([entry("a", tasks=level(50.0)), entry("b", tasks=near)]).rows] == [1, 1]
    assert [row.first for row in only([entry("a", tasks=level(50.0)), entry("b", tasks=far)]).rows] == [1, 2]


def test_ties_are_no_chain() -> None:
    """The ends of a row of ties may be apart: 60 is ahead of 57, and both tie with 58.5."""
    assert places([60, 58.5, 57], [0.8, 0.8, 0.8]) == [(1, 2), (1, 3), (2, 3)]


def test_a_row_of_unknown_error_ties_with_everybody() -> None:
    assert places([90, 50, 10], [1.0, None, 1.0]) == [(1, 2), (1, 3), (2, 3)]


@given(st.lists(st.tuples(st.integers(0, 200), st.sampled_from([0.0, 0.5, 2.0, None])), min_size=1, max_size=30))
def test_places_agree_with_each_other(rows: list[tuple[int, float | None]]) -> None:
    means, errors = [half / 2 for half, _ in rows], [error for _, error in rows]
    found = places(means, errors)
    assert all(1 <= first <= last <= len(rows) for first, last in found)
    for mean, (first, last) in zip(means, found, strict=True):
        assert first <= 1 + sum(other > mean for other in means)
        assert last >= len(means) - sum(other < mean for other in means)
    # Each gap beyond the margin puts one row ahead and another behind.
    assert sum(first - 1 for first, _ in found) == sum(len(found) - last for _, last in found)


# ---------------------------------------------------------------------------------------------------- rankings

DATA = st.sampled_from([DataSet(MVBENCH), DataSet(MVBENCH, "2024-06-13", "ab" * 8), DataSet("demo", hash="cd" * 8)])


@st.composite
def boards(draw: st.DrawFn) -> list[Entry]:
    found = []
    for number in range(draw(st.integers(0, 12))):
        tasks = draw(st.sampled_from([PERCENTS, level(50.0), level(10.0), {}, {"action_sequence": 50.0}]))
        judges = draw(st.lists(st.sampled_from(["official", "parsed", "lmms"]), min_size=1, unique=True))
        made = entry(
            f"e{number}",
            model=draw(st.sampled_from(["A", "B"])),
            data=draw(DATA),
            scores={judge: Scores(tasks, draw(st.sampled_from([None, 12.5, 60.0]))) for judge in judges},
            protocol=draw(st.sampled_from(["", "mvbench"])),
            context=draw(st.booleans()),
        )
        found.append(replace(made, log=draw(st.sampled_from([None, f"logs/{made.slug}"]))))
    return found


@settings(max_examples=30)
@given(boards(), st.randoms(use_true_random=False))
def test_the_order_of_the_entries_means_nothing(entries: list[Entry], random: Random) -> None:
    shuffled = list(entries)
    random.shuffle(shuffled)
    assert rank(shuffled) == rank(entries)


@settings(max_examples=30)
@given(boards())
def test_one_ranking_holds_one_data_set_one_judge_one_protocol(entries: list[Entry]) -> None:
    rankings = rank(entries)
    for ranking in rankings:
        for row in (*ranking.rows, *ranking.averages, *ranking.context):
            assert row.entry.data.name == ranking.data.name
            assert ranking.data.name == MVBENCH or row.entry.data.hash == ranking.data.hash
            assert row.entry.protocol == ranking.protocol
            assert ranking.judge in row.entry.scores
        for row in ranking.rows:
            assert not row.entry.context
            assert ranking.judge == "official" or row.entry.log is not None
            assert row.tasks.keys() == {task.key for task in ranking.tasks}
            assert row.first is not None and row.last is not None and row.first <= row.last
        for row in (*ranking.averages, *ranking.context):
            assert row.first is None
    shown = [row for ranking in rankings for rows in (ranking.rows, ranking.averages, ranking.context) for row in rows]
    assert len(shown) == sum(len(one.scores) for one in entries)


def test_rows_come_by_their_recomputed_mean_then_by_name() -> None:
    loud = entry("loud", tasks=level(50.0), average=99.0)
    rows = only([entry("a", model="Zebra", tasks=level(60.0)), loud, entry("b", tasks=level(60.0))]).rows
    assert slugs(rows) == ["b", "a", "loud"]
    assert [row.average for row in rows] == [60.0, 60.0, 99.0]


def test_an_average_alone_stands_below_and_has_no_place() -> None:
    ranking = only([entry("tasks"), entry("alone", tasks={}, average=90.0), entry("less", tasks={}, average=80.0)])
    assert (slugs(ranking.rows), slugs(ranking.averages)) == (["tasks"], ["alone", "less"])
    assert ranking.averages[0].mean is None


def test_context_is_shown_and_never_ranked() -> None:
    ranking = only([entry("own"), entry("quoted", context=True, tasks=level(90.0))])
    assert (slugs(ranking.rows), slugs(ranking.context)) == (["own"], ["quoted"])
    assert ranking.rows[0].last == 1


def test_a_part_of_the_tasks_has_neither_mean_nor_place() -> None:
    (row,) = only([entry(tasks={"action_sequence": 90.0})]).context
    assert (row.average, row.mean, list(row.tasks)) == (None, None, ["action_sequence"])


def test_without_a_log_only_the_official_judge_ranks() -> None:
    both = {"official": Scores(PERCENTS), "parsed": Scores(PERCENTS)}
    official, parsed = rank([entry("told", scores=both), entry("logged", scores=both, log="logs/logged")])
    assert (official.judge, slugs(official.rows), official.context) == ("official", ["logged", "told"], ())
    assert (parsed.judge, slugs(parsed.rows), slugs(parsed.context)) == ("parsed", ["logged"], ["told"])


def test_mvbench_comes_first_whatever_its_revision_and_other_sets_are_told_apart_by_content() -> None:
    data = [DataSet("a", hash="22"), DataSet("a", hash="11"), DataSet(MVBENCH, "x", "33"), DataSet(MVBENCH)]
    rankings = rank([entry(f"e{number}", data=one) for number, one in enumerate(data)])
    assert [(one.data.name, one.data.hash, slugs(one.rows)) for one in rankings] == [
        (MVBENCH, "", ["e2", "e3"]),
        ("a", "11", ["e1"]),
        ("a", "22", ["e0"]),
    ]


def test_the_nineteen_tasks_without_pose_are_another_data_set() -> None:
    without = {key: percent for key, percent in PERCENTS.items() if key != "fine_grained_pose"}
    whole, part = rank([entry("part", data=DataSet(MVBENCH_WITHOUT_POSE), tasks=without), entry("whole")])
    assert (slugs(whole.rows), slugs(part.rows), len(part.tasks)) == (["whole"], ["part"], 19)


def test_tasks_come_in_the_order_of_mvbench_and_then_its_own() -> None:
    tasks = {"zebra": 1.0, "scene_transition": 2.0, "apple_count": 3.0, "action_sequence": 4.0}
    ranking = only([entry(data=DataSet("other"), tasks=tasks)])
    assert [task.key for task in ranking.tasks] == ["action_sequence", "scene_transition", "apple_count", "zebra"]
    assert [task.title for task in ranking.tasks][-2:] == ["Apple Count", "Zebra"]


# --------------------------------------------------------------------------------------------------- intervals


def test_without_a_log_the_error_is_that_of_independent_questions() -> None:
    mean = only([entry(tasks=level(50.0))]).rows[0].mean
    assert mean is not None and mean.standard_error == pytest.approx(100 * (0.25 / 4_000) ** 0.5)


def test_of_another_set_nobody_knows_the_error_until_its_items_are_told() -> None:
    tasks = {"action_sequence": 50.0, "scene_transition": 50.0}
    told = {"action_sequence": 8, "scene_transition": 8}
    untold, known = (only([entry(data=DataSet("a"), tasks=tasks, items=items)]).rows[0].mean for items in ({}, told))
    assert untold is not None and untold.standard_error is None
    assert known is not None and known.standard_error == pytest.approx(100 * (0.25 / 16) ** 0.5)


def test_a_log_gives_the_clustered_error_of_its_own_judge(tmp_path: Path) -> None:
    right = {task.key: [True, True, False, False] * 3 for task in TASKS[:2]}
    found = recomputed(Run.read(run_folder(tmp_path / "run", right)))
    logged = entry(data=found.data, scores=found.scores, items=found.items, log="logs/mine")
    with_log = {one.judge: one.rows[0].mean for one in rank([logged], logs={"mine": found.summary})}
    for judge, mean in with_log.items():
        assert mean == found.summary.judge(judge).macro
    # Both questions of a video are right or both wrong, and both tasks share no video: twice the squares.
    plain = rank([logged])[0].rows[0].mean
    assert plain is not None and plain.standard_error is not None
    clustered = with_log["official"]
    assert clustered is not None and clustered.standard_error is not None
    assert clustered.standard_error > plain.standard_error * 1.3
