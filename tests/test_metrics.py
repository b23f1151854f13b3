import json
import random
from dataclasses import replace
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvbench.errors import DataError, UsageError
from mvbench.metrics import Summary, TaskSummary, score_name, summarise
from mvbench.statistics import clustered_macro, wilson
from mvbench.types import Record, Status
from tests.fabricated import JUDGES, record, records, task, twenty_tasks, whole_mvbench

TASKS = twenty_tasks()
JUMP, THROW, SHUFFLE = task("Jump"), task("Throw"), task("Shuffle", skill="Object")
THREE = (JUMP, THROW, SHUFFLE)
NO_POSE = "MVBench without Fine-grained Pose"


@st.composite
def any_records(draw: st.DrawFn) -> list[Record]:
    """Up to thirty records of three tasks, videos shared between them, every status, some repeats left out."""
    drawn = []
    for place in draw(st.lists(st.tuples(st.sampled_from(THREE), st.integers(0, 5), st.integers(1, 3)), unique=True)):
        of, index, repeat = place
        status = draw(st.sampled_from(Status))
        correct = {judge: draw(st.booleans()) for judge in ("official", "parsed")}
        cluster = f"video {index % 3}"
        drawn.append(
            record(of, index, correct=correct, status=status, repeat=repeat, cluster=cluster, judges=tuple(correct))
        )
    return drawn


some_records = any_records().filter(bool)


def of_three(drawn: list[Record]) -> Summary:
    return summarise(drawn, THREE, data_name="custom")


@given(some_records)
def test_asked_is_the_sum_of_all_statuses_under_every_judge(drawn: list[Record]) -> None:
    summary = of_three(drawn)
    assert summary.asked == len(drawn)
    for judge in summary.judges.values():
        assert sum(judge.statuses.values()) == summary.asked
        assert sum(result.asked for result in judge.tasks) == summary.asked
        for result in judge.tasks:
            assert sum(result.statuses.values()) == result.asked >= result.questions


def test_a_task_summary_that_loses_a_question_cannot_be_made() -> None:
    whole = summarise(records(JUMP, correct=3, total=5), [JUMP], data_name="custom").judge("parsed").tasks[0]
    with pytest.raises(AssertionError, match="of 6 asked"):
        replace(whole, asked=6)


@given(some_records, st.randoms(use_true_random=False))
def test_the_order_of_records_changes_no_digit(drawn: list[Record], shuffler: random.Random) -> None:
    shuffled = shuffler.sample(drawn, len(drawn))
    assert json.dumps(of_three(shuffled).to_json()) == json.dumps(of_three(drawn).to_json())


@given(some_records)
def test_worst_is_the_headline_and_best_turns_every_error_right(drawn: list[Record]) -> None:
    rescued = [
        record(
            next(of for of in THREE if of.key == one.sample.task),
            int(one.sample.id[-6:-2] if "#" in one.sample.id else one.sample.id[-4:]),
            repeat=int(one.sample.id.partition("#")[2] or 1),
            correct={judge: verdict.correct or one.failure is not None for judge, verdict in one.verdicts.items()},
            judges=tuple(one.verdicts),
        )
        for one in drawn
    ]
    for judge, result in of_three(drawn).judges.items():
        assert result.macro.mean <= result.best + 1e-9
        assert result.best == pytest.approx(of_three(rescued).judges[judge].macro.mean)


@given(some_records)
def test_every_interval_holds_its_mean(drawn: list[Record]) -> None:
    for judge in of_three(drawn).judges.values():
        for result in judge.tasks:
            assert 0 <= result.low <= result.accuracy <= result.high <= 100
        for estimate in (judge.macro, *(skill.macro for skill in judge.skills)):
            if estimate.low is not None and estimate.high is not None:
                assert 0 <= estimate.low <= estimate.mean <= estimate.high <= 100


def test_claim_c10_overall_task_and_skill_numbers_come_with_errors_in_the_same_unit() -> None:
    """A peer prints 87.5 with an error of 0.125, a hundred times too small: percent beside shares."""
    drawn = [*records(JUMP, correct=140, total=200), *records(THROW, correct=100, total=200)]
    drawn += records(SHUFFLE, correct=20, total=200)
    judge = of_three(drawn).judge("parsed")
    assert [result.accuracy for result in judge.tasks] == [70, 50, 10]
    assert [(result.low, result.high) for result in judge.tasks] == [
        pytest.approx([bound * 100 for bound in wilson(correct, 200)]) for correct in (140, 100, 20)
    ]
    action, thing = judge.skills
    assert (action.skill, thing.skill) == ("Action", "Object")
    assert (action.macro.mean, thing.macro.mean) == pytest.approx((60, 10))
    assert judge.macro.mean == pytest.approx(130 / 3)
    variances = [p * (1 - p) / 199 for p in (0.7, 0.5, 0.1)]  # of each task mean, as shares
    assert thing.macro.standard_error == pytest.approx(100 * variances[2] ** 0.5, rel=0.01)
    assert action.macro.standard_error == pytest.approx(100 * (sum(variances[:2]) / 4) ** 0.5, rel=0.01)
    assert judge.macro.standard_error == pytest.approx(100 * (sum(variances) / 9) ** 0.5, rel=0.01)


def test_a_video_asked_about_in_two_tasks_is_one_cluster() -> None:
    drawn = [record(of, index, correct=index < 3, cluster=f"v{index}") for of in (JUMP, THROW) for index in range(6)]
    shared = of_three(drawn).judge("parsed").macro
    apart = of_three([record(of, index, correct=index < 3) for of in (JUMP, THROW) for index in range(6)])
    values = [(f"v{index}", float(index < 3)) for index in range(6)]
    assert shared.standard_error == pytest.approx(100 * (clustered_macro([values, values]).standard_error or 0))
    assert (shared.standard_error or 0) > 1.3 * (apart.judge("parsed").macro.standard_error or 0) > 0


def test_macro_weighs_tasks_and_micro_weighs_questions() -> None:
    judge = of_three([*records(JUMP, correct=10, total=10), *records(THROW, correct=0, total=30)]).judge("parsed")
    assert (judge.macro.mean, judge.micro) == (50, 25)


def test_every_judge_is_summarised_by_its_own_verdicts() -> None:
    drawn = [
        record(JUMP, 0, correct={judge: judge == "official" for judge in JUDGES}),
        record(JUMP, 1, correct=dict.fromkeys(JUDGES, True)),
    ]
    summary = of_three(drawn)
    assert list(summary.judges) == sorted(JUDGES)
    assert {name: judge.micro for name, judge in summary.judges.items()} == {
        judge: 100.0 if judge == "official" else 50.0 for judge in JUDGES
    }


def test_chance_comes_from_the_choices_of_the_loaded_items() -> None:
    drawn = [record(JUMP, 0, choices=2), record(JUMP, 1, choices=4), record(THROW, 0, choices=5, correct=False)]
    judge = of_three(drawn).judge("parsed")
    assert [result.chance for result in judge.tasks] == [37.5, 20]
    assert judge.chance == pytest.approx(28.75)
    assert judge.above_chance == pytest.approx((100 + (0 - 20) / 0.8) / 2)


def test_guessing_is_zero_above_chance() -> None:
    judge = of_three([record(JUMP, index, correct=index == 0) for index in range(4)]).judge("parsed")
    assert judge.above_chance == 0


def test_without_a_choice_nothing_can_be_above_chance() -> None:
    assert of_three([record(JUMP, choices=1), record(THROW)]).judge("parsed").above_chance is None


def test_repeats_are_averaged_and_do_not_sharpen_the_interval() -> None:
    right = {0: (True, True, True), 1: (True, False, False), 2: (False, False, False), 3: (True, True, False)}
    drawn = [
        record(JUMP, index, correct=outcome, repeat=turn)
        for index, outcomes in right.items()
        for turn, outcome in enumerate(outcomes, 1)
    ]
    summary = of_three(drawn)
    result = summary.judge("parsed").tasks[0]
    assert (summary.questions, summary.asked, result.questions, result.asked, result.correct) == (4, 12, 4, 12, 6)
    assert result.accuracy == summary.judge("parsed").micro == 50
    assert (result.low, result.high) == pytest.approx([bound * 100 for bound in wilson(2, 4)])
    single = of_three([record(JUMP, index, correct=index < 2) for index in range(4)]).judge("parsed")
    assert (single.macro.standard_error or 0) > (summary.judge("parsed").macro.standard_error or 0) > 0


def test_an_item_that_stands_twice_in_its_file_is_two_questions() -> None:
    twin = record(JUMP, 1)
    twin = replace(twin, sample=replace(twin.sample, item_hash=record(JUMP, 0).sample.item_hash))
    assert of_three([record(JUMP, 0), twin]).questions == 2


def test_one_video_gives_no_error_and_no_interval() -> None:
    macro = of_three([record(JUMP, index, cluster="one") for index in range(5)]).judge("parsed").macro
    assert (macro.mean, macro.standard_error, macro.low, macro.high) == (100, None, None, None)


@pytest.mark.parametrize(
    ("errors", "expected", "max_errors", "shortfalls"),
    [
        (0, None, 0.05, []),
        (0, 100, 0.0, []),
        (5, 100, 0.05, []),
        (29, 100, 0.29, []),
        (6, 100, 0.05, ["6.0 % errors, more than the 5 % allowed"]),
        (1, 100, 0.0, ["1.0 % errors, more than the 0 % allowed"]),
        (0, 1_200, 0.05, ["100 of 1,200 replies are there"]),
        (7, 101, 0.05, ["100 of 101 replies are there", "7.0 % errors, more than the 5 % allowed"]),
    ],
)
def test_missing_replies_and_too_many_errors_make_a_run_incomplete(
    errors: int, expected: int | None, max_errors: float, shortfalls: list[str]
) -> None:
    drawn = records(JUMP, correct=10, total=100, errors=errors)
    summary = summarise(drawn, THREE, data_name="custom", expected=expected, max_errors=max_errors)
    assert list(summary.shortfalls) == shortfalls
    assert summary.complete == (not shortfalls)
    assert summary.errors == errors
    assert summary.missing == (expected or 100) - 100


@pytest.mark.parametrize(
    ("drawn", "words"),
    [
        ([], "no records"),
        ([record(JUMP), record(THROW), record(JUMP)], "'jump/0000' comes twice"),
        ([record(task("Swim"))], "unknown task 'swim'; the run folder's run.json does not describe it"),
        ([record(JUMP), record(JUMP, 1, judges=("parsed",))], "'jump/0001' has verdicts by parsed, others by lmms"),
        ([record(JUMP, judges=("parsed",)), record(JUMP, 1, judges=())], "has verdicts by nobody"),
        ([record(JUMP, index) for index in range(5)], "5 records where 4 are expected"),
    ],
)
def test_records_that_do_not_belong_together_are_refused(drawn: list[Record], words: str) -> None:
    with pytest.raises(DataError, match=words):
        summarise(drawn, THREE, data_name="custom", expected=4)


def test_an_unknown_judge_is_answered_with_the_nearest() -> None:
    summary = of_three([record(JUMP)])
    with pytest.raises(UsageError, match="did you mean 'parsed'"):
        summary.judge("prased")
    with pytest.raises(UsageError, match="there are lmms, official"):
        summary.judge("zzz")


@pytest.mark.parametrize(
    ("data_name", "without", "each", "name"),
    [
        ("MVBench", (), 200, "MVBench"),
        ("custom-0123abcd", (), 200, "mean of 20 tasks (4,000 questions)"),
        ("MVBench", (), 25, "mean of 20 tasks (500 questions)"),
        ("MVBench", ("Fine-grained Pose",), 200, "mean of 19 tasks without Fine-grained Pose (3,800 questions)"),
        ("custom", ("Fine-grained Pose",), 200, "mean of 19 tasks (3,800 questions)"),
        (NO_POSE, ("Fine-grained Pose",), 200, "mean of 19 tasks without Fine-grained Pose (3,800 questions)"),
        (NO_POSE, ("Fine-grained Pose",), 25, "mean of 19 tasks (475 questions)"),
        (NO_POSE, ("Fine-grained Pose", "Scene Transition"), 200, "mean of 18 tasks (3,600 questions)"),
        (NO_POSE, (), 200, "mean of 20 tasks (4,000 questions)"),
        ("MVBench", ("Fine-grained Pose",), 20, "mean of 19 tasks (380 questions)"),
        ("MVBench", ("Scene Transition",), 200, "mean of 19 tasks (3,800 questions)"),
        ("MVBench", [of.title for of in TASKS[1:]], 1, "mean of 1 task (1 question)"),
    ],
)
def test_only_the_whole_of_mvbench_is_called_so(data_name: str, without: list[str], each: int, name: str) -> None:
    assert score_name(data_name, {of: each for of in TASKS if of.title not in without}) == name


def test_one_question_short_is_not_mvbench() -> None:
    assert score_name("MVBench", dict.fromkeys(TASKS, 200) | {TASKS[3]: 199}) == "mean of 20 tasks (3,999 questions)"


def test_tasks_come_in_the_order_of_the_table_and_without_those_nobody_asked() -> None:
    summary = summarise([record(TASKS[5]), record(TASKS[2])], TASKS, data_name="MVBench")
    assert [result.task for result in summary.judge("parsed").tasks] == [TASKS[2], TASKS[5]]


def test_the_json_holds_plain_values_in_a_stable_order() -> None:
    summary = summarise(whole_mvbench(), TASKS, data_name="MVBench", expected=4_000)
    plain = summary.to_json()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert plain["name"] == "MVBench"
    assert plain["complete"] is True
    parsed = plain["judges"]["parsed"]
    assert list(parsed["tasks"]) == [of.key for of in TASKS]
    assert list(parsed["skills"]) == list(dict.fromkeys(of.skill for of in TASKS))
    assert parsed["macro"]["mean"] == pytest.approx(fmean(row["accuracy"] for row in parsed["tasks"].values()))
    assert parsed["tasks"]["scene_transition"]["statuses"] == {
        "ok": 200,
        "unparsed": 0,
        "truncated": 0,
        "refused": 0,
        "error": 0,
    }


def test_a_summary_is_made_from_a_stream() -> None:
    summary = summarise(iter(list(records(JUMP, correct=1, total=2))), THREE, data_name="custom")
    assert isinstance(summary.judge("parsed").tasks[0], TaskSummary)
