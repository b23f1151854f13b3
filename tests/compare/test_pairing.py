from pathlib import Path

import pytest

from mvbench.compare.pairing import common_questions
from mvbench.errors import DataError, RunError
from tests.compare.runs import ORDER, Asked, letters, read, two, write


def test_questions_pair_by_task_and_content_whatever_their_place(tmp_path: Path) -> None:
    a = [Asked(0, "A)", content="x"), Asked(1, "B)", content="y"), Asked(2, "A)", content="z")]
    b = [Asked(0, "C)", content="y"), Asked(1, "D)", content="x"), Asked(2, "A)", content="z", of=ORDER)]
    found = common_questions(two(tmp_path, a, b))
    assert [[result.sample_id for result in one.results] for one in found] == [
        ["moving_count/0000", "moving_count/0001"],
        ["moving_count/0001", "moving_count/0000"],
    ]


def test_of_equal_questions_the_kth_goes_with_the_kth(tmp_path: Path) -> None:
    a = [Asked(index, said, content="same") for index, said in enumerate(["A)", "B)", "C)"])]
    b = [Asked(index, said, content="same") for index, said in ((5, "D)"), (7, "A)"))]
    found = common_questions(two(tmp_path, a, b))
    assert [[result.letters for result in one.results] for one in found] == [[["A"], ["D"]], [["B"], ["A"]]]


def test_the_order_of_the_records_means_nothing(tmp_path: Path) -> None:
    a, b = letters("ABCD"), letters("DCBA")
    straight = common_questions(two(tmp_path / "straight", a, b))
    turned = common_questions(two(tmp_path / "turned", a[::-1], b[2:] + b[:2]))
    assert [one.sample_id for one in straight] == [one.sample_id for one in turned]
    assert straight == turned


def test_repeats_of_a_question_are_averaged(tmp_path: Path) -> None:
    a = [Asked(0, "A)"), Asked(0, "B)", repeat=2), Asked(0, "A)", repeat=3), Asked(0, None, repeat=4)]
    (question,) = common_questions(two(tmp_path, a, letters("A")))
    pair = question.pair(0, 1, judge="parsed")
    assert (pair.a, pair.b) == (0.5, 1.0)
    assert question.results[0].letters == ["A", "B", "A", "error"]


def test_questions_that_share_a_video_or_an_orbit_in_either_run_are_one_cluster(tmp_path: Path) -> None:
    a = [
        Asked(0, "A)", video="v", orbit="o"),
        Asked(1, "A)", video="w", orbit="o"),
        Asked(2, "A)", video="w"),
        Asked(3, "A)", video="x"),
        Asked(4, "A)", video="y"),
        Asked(5, "A)", orbit="7"),
        Asked(6, "A)", orbit="7"),
    ]
    b = [*letters("AAA"), Asked(3, "A)", video="z"), Asked(4, "A)", video="z"), *letters("AAAAAAA")[5:]]
    clusters = [one.cluster for one in common_questions(two(tmp_path, a, b))]
    assert len(set(clusters[:3])) == len(set(clusters[3:5])) == len(set(clusters[5:])) == 1
    assert len(set(clusters)) == 3


def test_an_orbit_is_no_video_of_the_same_name(tmp_path: Path) -> None:
    rows = [Asked(0, "A)", video="7"), Asked(1, "A)", orbit="7")]
    assert len({one.cluster for one in common_questions(two(tmp_path, rows, rows))}) == 2


def test_runs_without_a_common_question_are_refused_with_what_they_are_about(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no question in common \(A asks 2 of 'drawn', B asks 1 of 'drawn'\)"):
        common_questions(two(tmp_path, letters("AB"), letters("A", of=ORDER)))


def test_an_import_without_its_data_is_told_how_it_would_pair(tmp_path: Path) -> None:
    imported = read(write(tmp_path / "i", letters("A", of=ORDER), changes={"import": {"tool": "lmms-eval"}}))
    with pytest.raises(DataError, match="made with --data DIR"):
        common_questions([read(write(tmp_path / "a", letters("AB"))), imported])


def test_a_run_without_a_record_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="has no records yet"):
        read(write(tmp_path / "a", []))


def test_verdicts_are_todays_and_the_reported_ones_those_of_the_day(tmp_path: Path) -> None:
    path = write(tmp_path / "a", letters("AB"))
    file = path / "records.jsonl"
    file.write_text(file.read_text().replace('"correct":true', '"correct":false'))
    first, second = read(path).results.values()
    assert (first.share("parsed"), first.reported_share) == (1.0, 0.0)
    assert (second.share("parsed"), second.reported_share) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("changes", "judge"),
    [
        ({}, "parsed"),
        ({"arguments": {"resolved": {"scoring": "official"}}}, "official"),
        ({"arguments": {"resolved": {}}}, "parsed"),
        ({"arguments": {"resolved": {"scoring": ["x"]}}}, "parsed"),
        ({"import": {"tool": "notebook"}}, "official"),
        ({"import": {"tool": "lmms-eval"}}, "lmms"),
        ({"import": {"tool": "vlmevalkit"}}, "vlmevalkit"),
        ({"import": {"tool": {}}}, "parsed"),
        ({"import": 3}, "parsed"),
    ],
)
def test_a_run_reports_by_the_judge_of_its_table_or_of_its_tool(
    tmp_path: Path, changes: dict[str, object], judge: str
) -> None:
    assert read(write(tmp_path / "a", letters("A"), changes=changes)).own_judge == judge


def deep(levels: int) -> list[object]:
    nested: list[object] = []
    for _ in range(levels):
        nested = [nested]
    return nested


def test_frames_that_nobody_could_have_written_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a", [Asked(0, "A)", frames={"indices": deep(3)})])
    file = path / "records.jsonl"
    file.write_text(file.read_text().replace("[[[[]]]]", "[" * 400 + "]" * 400))
    with pytest.raises(RunError, match="frames of record 'moving_count/0000'"):
        read(path)
