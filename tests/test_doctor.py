import argparse
import errno
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvbench import doctor, tasks
from mvbench.cli import Parser, main
from mvbench.commands import doctor as command
from mvbench.doctor import checks, examination, material, viewer
from mvbench.doctor.checks import Finding, Result, Told, Twice
from mvbench.doctor.examination import Report
from mvbench.doctor.scenes import BY_NAME, SCENES
from mvbench.doctor.viewer import (
    BOUND_FAULTS,
    FRAME_FAULTS,
    ORDER_FAULTS,
    TIME_FAULTS,
    Asked,
    Glimpse,
    answers,
    as_sent,
    fit,
)
from mvbench.errors import Failure, UsageError
from mvbench.models.builtin import FirstChoice, RandomChoice
from mvbench.plan import Plan
from mvbench.sampling import Sampling
from mvbench.settings import EvalSettings
from mvbench.types import Clip, Frames, Generation, Reply, Sample, Status
from mvbench.video import ReadOptions, read
from mvbench.views import VIEWS
from tests import doctor_models
from tests.doctor_models import Seer, Threaded, scene_in

CHECKS = [
    "frames in order",
    "right times",
    "within bounds",
    "answer prefix",
    "thinking ends",
    "batches agree",
    "no blanks",
]
NO_FAULT = dict.fromkeys(CHECKS, Result.PASS)
CORNER = 16
"""Pixels of a frame that most tests show, in rows and columns: the stand-ins look at no others."""
Read = dict[tuple[Clip, ReadOptions], Frames]


@pytest.fixture(scope="module")
def clips(cache_dir: Path) -> tasks.Dataset:
    folder = material.folder()
    return tasks.load(folder, tasks_file=folder / material.TASKS_FILE)


@pytest.fixture(scope="module")
def kept(clips: tasks.Dataset) -> Read:
    return {}


@pytest.fixture
def examine(kept: Read, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Report]:
    """`doctor.examine` over the real clips, each read once for all tests; the workers have tests of their own."""

    @contextmanager
    def reader(plan: Plan, samples: Sequence[Sample]) -> Iterator[Callable[[Sample], Any]]:
        def shown(sample: Sample) -> Frames | None:
            if not plan.looks:
                return None
            key = sample.clip, replace(plan.reading, side=None)
            if key not in kept:
                frames = read(*key)
                kept[key] = replace(frames, rgb=frames.rgb[:, :CORNER, :CORNER].copy())
            change = VIEWS.get(plan.settings.view)
            return change(kept[key], sample.id) if change else kept[key]

        yield shown

    monkeypatch.setattr(examination, "reader", reader)

    def run(model: Callable[..., Any], **settings: Any) -> Report:
        return doctor.examine(doctor.make_plan(EvalSettings(**settings), model), quiet=True)

    return run


def verdicts(report: Report) -> dict[str, Result]:
    return {finding.check: finding.result for finding in report.findings}


def signature(report: Report) -> str | None:
    """That of the only finding that has one."""
    found = [finding.signature for finding in report.findings if finding.signature]
    assert len(found) <= 1, found
    return found[0] if found else None


def test_there_are_76_clips_and_every_position_is_right_about_as_often(clips: tasks.Dataset) -> None:
    assert len(clips.samples) == 76
    assert clips.name == "doctor"
    for task in clips.tasks:
        right = Counter(sample.answer for sample in clips.samples if sample.task == task.key)
        assert set(right) == {0, 1, 2, 3}
        assert max(right.values()) - min(right.values()) <= 2
    assert not [sample.id for sample in clips.samples if sample.flags or None in (sample.answer,)]


def test_every_clip_shows_what_its_item_says(clips: tasks.Dataset) -> None:
    for sample in clips.samples:
        dials = sample.extras["dials"]
        whole = replace(sample.clip, start_seconds=None, end_seconds=None)
        frames = read(whole, ReadOptions(Sampling(num_frames=16), side=None))
        assert [scene_in(rgb) for rgb in frames.rgb] == [
            name for name in dials["parts"] for _ in range(16 // len(dials["parts"]))
        ], sample.id
        assert frames.duration_seconds == pytest.approx(dials["seconds"]), sample.id


def test_scenes_are_told_apart_by_number_and_by_colour_alone() -> None:
    assert len({scene.number for scene in BY_NAME.values()}) == len(BY_NAME)
    pictures = {scene.name: scene.drawn() for scene in SCENES}
    for one in SCENES:
        side = pictures[one.name].shape[0]
        left = (pictures[one.name].shape[1] - side) // 2
        square = pictures[one.name][:, left : left + side].astype(int)
        share = (np.abs(square - np.array(one.ink)).sum(2) < 60).mean()
        assert 0.05 < share < 0.4, f"{one.name}: the number covers {share:.0%} of the centre square"
        assert all(np.abs(np.subtract(one.screen, other.screen)).sum() > 60 for other in SCENES if other != one)


def test_each_order_clip_has_a_mirror_image_with_the_same_choices() -> None:
    rows = list(material.order())
    for clip, mirror in zip(rows[::2], rows[1::2], strict=True):
        assert clip.parts == mirror.parts[::-1]
        assert (clip.text, clip.choices) == (mirror.text, mirror.choices)
        assert clip.answer != mirror.answer


def test_a_half_made_folder_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MVBENCH_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(material, "questions", lambda: {"doctor_control": list(material.control())[:1]})
    left = tmp_path / "datasets" / f"doctor-{material.source_hash()}.unfinished"
    left.mkdir(parents=True)
    (left / "half").touch()
    folder = material.folder()
    assert not left.exists()
    assert sorted(path.name for path in folder.iterdir()) == ["json", "manifest.json", "tasks.toml", "video"]
    before = (folder / "manifest.json").stat().st_mtime_ns
    assert material.folder() == folder
    assert (folder / "manifest.json").stat().st_mtime_ns == before


def test_a_cache_that_cannot_be_written_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("MVBENCH_CACHE_DIR", str(tmp_path / "file"))
    with pytest.raises(UsageError, match="MVBENCH_CACHE_DIR"):
        material.folder()


@pytest.mark.parametrize(
    ("model", "settings"),
    [(Seer, {}), (Threaded, {}), (Seer, {"prefix": "on"}), (Seer, {"frames": 8}), (Seer, {"fps": 2.0})],
    ids=["batches", "threads", "prefix on", "8 frames", "2 per second"],
)
def test_a_stack_without_fault_passes_every_check(
    examine: Callable[..., Report], model: Any, settings: dict[str, Any]
) -> None:
    assert verdicts(examine(model, **settings)) == NO_FAULT


def test_log_probabilities_are_examined_like_texts(examine: Callable[..., Report]) -> None:
    report = examine(Seer, answer="options")
    assert verdicts(report) == NO_FAULT | {"answer prefix": Result.CANNOT_TELL}


@pytest.mark.parametrize(
    ("model", "check", "said"),
    [
        ("Backwards", "frames in order", "reverse order"),
        ("SortedAsText", "frames in order", "sorted as text"),
        ("FirstFrameOnly", "frames in order", "only the first frame arrives"),
        ("LastFramesLost", "frames in order", "the last eighth of the frames or more is lost"),
        ("Resampled", "frames in order", "resampled to 4, from the first to the last"),
        ("EverySecondFrame", "frames in order", "every second frame is lost: of each two the first arrives"),
        ("EveryOtherFrame", "frames in order", "every second frame is lost: of each two the second arrives"),
        ("LastFrameLost", "frames in order", "the last frame is lost"),
        ("FirstFrameLost", "frames in order", "the first frame is lost"),
        ("ResampledToEight", "frames in order", "resampled to 8, from the first to the last"),
        ("FrameNumbers24", "right times", "frame numbers of the file, read at 24 per second"),
        ("FrameNumbers", "right times", "frame numbers of the file, read at 25 per second"),
        ("FrameNumbers30", "right times", "frame numbers of the file, read at 30 per second"),
        ("FrameNumbersNTSC", "right times", "frame numbers of the file, read at 30 per second"),
        ("OnePerSecond", "right times", "a clock of one frame per second"),
        ("AllAtOnce", "right times", "a clock of 24 or more frames per second"),
        ("WholeFile", "within bounds", "the whole file is seen"),
        ("Repeating", "answer prefix", "the prefix is repeated"),
        ("BeginningAnew", "answer prefix", "replies begin anew instead of going on"),
        ("CutThinking", "thinking ends", "replies are cut"),
        ("SilentThinking", "thinking ends", "replies are cut"),
        ("BatchDependent", "batches agree", "answers change with the batch"),
        ("Wavering", "batches agree", "answers change from call to call"),
        ("Blank", "no blanks", None),
        ("Failing", "no blanks", None),
    ],
)
def test_each_fault_fails_its_own_check_and_is_named(
    examine: Callable[..., Report], model: str, check: str, said: str | None
) -> None:
    report = examine(getattr(doctor_models, model))
    expected = NO_FAULT | {check: Result.FAIL}
    if check == "frames in order":
        expected |= {"right times": Result.CANNOT_TELL, "within bounds": Result.CANNOT_TELL}
    assert verdicts(report) == expected
    assert (signature(report) is None) == (said is None)
    assert (said or "") in (signature(report) or "")


@pytest.mark.parametrize("model", ["Merging", "MergingBlind", "MergingKeen"])
@pytest.mark.parametrize("frames", [8, 16, 32])
def test_a_model_that_puts_neighbouring_frames_into_one_is_not_accused(
    examine: Callable[..., Report], model: str, frames: int
) -> None:
    report = examine(getattr(doctor_models, model), frames=frames)
    assert Result.FAIL not in verdicts(report).values()
    if frames > 8:
        assert verdicts(report) == NO_FAULT


@pytest.mark.parametrize(
    ("model", "frames", "said"),
    [
        (
            "Seer",
            16,
            "16 of 16 scenes of a sixteenth of the clip are seen; shorter ones, and the order within an eighth",
        ),
        ("MergingBlind", 16, "0 of 16 scenes of a sixteenth of the clip are seen"),
        ("Seer", 8, "8 of 8 scenes of a sixteenth"),
    ],
)
def test_a_passed_stack_is_told_what_was_not_tested(
    examine: Callable[..., Report], model: str, frames: int, said: str
) -> None:
    finding = examine(getattr(doctor_models, model), frames=frames).findings[0]
    assert finding.result is Result.PASS
    assert finding.evidence[1].startswith(said)
    assert finding.evidence[1].endswith("are not tested")


@pytest.mark.parametrize(
    ("view", "said"),
    [("reverse", "reverse order"), ("middle", "only the middle frame arrives")],
)
def test_a_view_is_found_like_a_fault_of_the_stack(examine: Callable[..., Report], view: str, said: str) -> None:
    report = examine(Seer, view=view)
    assert verdicts(report)["frames in order"] is Result.FAIL
    assert said in (signature(report) or "")


@pytest.mark.parametrize(
    ("model", "settings"), [(doctor_models.Shuffled, {}), (Seer, {"view": "shuffle"})], ids=["stack", "view"]
)
def test_a_shuffle_is_not_told_from_a_model_that_does_not_follow_order_and_both_are_named(
    examine: Callable[..., Report], model: Any, settings: dict[str, Any]
) -> None:
    finding = examine(model, **settings).findings[0]
    assert finding.result is Result.CANNOT_TELL
    assert "frames arrive shuffled, or the model does not follow order" in finding.evidence[1]


@pytest.mark.parametrize(
    ("model", "settings"),
    [
        (RandomChoice, {}),
        (FirstChoice, {}),
        (Seer, {"view": "none"}),
        (Seer, {"view": "zeros"}),
        (Seer, {"view": "noise"}),
    ],
    ids=["random", "first-choice", "no frames", "black frames", "noise"],
)
def test_a_stack_that_reads_nothing_is_not_fit(
    examine: Callable[..., Report], model: Any, settings: dict[str, Any]
) -> None:
    report = examine(model, **settings)
    unread = {"frames in order": Result.FAIL} | dict.fromkeys(CHECKS[1:3], Result.CANNOT_TELL)
    assert verdicts(report) == NO_FAULT | unread
    said = "what is shown does not arrive, or cannot be read: a huge number on a coloured screen is read in "
    assert str(signature(report)).startswith(said)
    assert command.exit_code(report.findings, strict=False) == 3


def test_a_server_that_says_it_sees_nothing_is_not_fit(examine: Callable[..., Report]) -> None:
    report = examine(doctor_models.Blindfolded, prefix="off")
    finding = report.findings[0]
    assert finding.result is Result.FAIL
    assert str(finding.signature).endswith("is read in 0 of 8")
    assert finding.evidence[1] == "8 of 8 replies name no choice"


@pytest.mark.parametrize(
    ("right", "wrong", "astray", "result"),
    [
        (8, 0, 0, Result.PASS),
        (6, 2, 0, Result.PASS),
        (5, 3, 0, Result.CANNOT_TELL),
        (4, 4, 0, Result.FAIL),
        (2, 6, 0, Result.FAIL),
        (4, 0, 4, Result.FAIL),
        (6, 0, 2, Result.PASS),
        (0, 6, 0, Result.FAIL),
        (0, 5, 0, Result.CANNOT_TELL),
        (0, 0, 0, Result.CANNOT_TELL),
    ],
)
def test_screens_that_were_answered_and_not_read_fail(right: int, wrong: int, astray: int, result: Result) -> None:
    """Eight screens; what is left of them got no reply to be judged by."""
    seen = simulated(as_sent, slips=0.0, seed=0)
    choices = [0] * right + [1] * wrong + [None] * (8 - right - wrong)
    control = [
        replace(row, answer=0, choice=choice, astray=right + wrong <= place < right + wrong + astray)
        for place, (row, choice) in enumerate(zip(seen["doctor_control"], choices, strict=True))
    ]
    rows = [*seen["doctor_order"], *seen["doctor_moment"]]
    assert checks.frames_in_order(control, rows, seen["doctor_brief"]).result is result


@pytest.mark.parametrize("frames", [1, 4])
def test_too_few_frames_are_said_and_no_fault_of_the_stack(examine: Callable[..., Report], frames: int) -> None:
    report = examine(Seer, frames=frames)
    assert Result.FAIL not in verdicts(report).values()
    if frames == 1:
        assert report.findings[0].result is Result.CANNOT_TELL
        assert "--frames 8" in report.findings[0].evidence[0]


def test_a_server_that_is_down_is_asked_twice_and_one_by_one(examine: Callable[..., Report]) -> None:
    report = examine(doctor_models.Down)
    assert len(report.records) == 2
    assert verdicts(report) == dict.fromkeys(CHECKS[:6], Result.CANNOT_TELL) | {"no blanks": Result.FAIL}
    assert report.findings[6].evidence[1] == "so many failed in a row that 74 more were not asked"
    assert "connection refused" in report.findings[6].evidence[2]


def test_a_server_that_dies_is_given_up_after_some_questions(examine: Callable[..., Report]) -> None:
    made: list[doctor_models.DiesEarly] = []

    def build(*, generation: Generation) -> doctor_models.DiesEarly:
        made.append(doctor_models.DiesEarly(generation=generation))
        return made[-1]

    report = examine(build)
    assert verdicts(report)["no blanks"] is Result.FAIL
    assert made[0].answered in range(20, 24)
    assert made[0].failed <= examination.PATIENCE + made[0].concurrency
    assert "more were not asked" in report.findings[6].evidence[1]


@pytest.mark.parametrize(
    ("outcomes", "batch_size", "given_up"),
    [
        ([True] * 10, 1, False),
        ([True] + [False] * 7, 1, False),
        ([True] + [False] * 8, 1, True),
        ([False] * 8 + [True], 1, False),
        ([True] * 8 + [False] * 8, 8, False),
        ([True] * 8 + [False] * 16, 8, True),
        ([True, 60.0], 1, False),
        ([True, 60.0, 60.0], 1, True),
        ([60.0, True, 60.0], 1, False),
    ],
)
def test_failures_in_a_row_or_long_ones_are_enough(
    examine: Callable[..., Report], outcomes: list[bool | float], batch_size: int, given_up: bool
) -> None:
    """True: answered; False: failed at once; a number: failed after so many seconds."""
    good = examine(Seer, batch_size=1).records[0]
    records = [
        good
        if outcome is True
        else replace(good, reply=None, failure=Failure("model", "500"), answer_seconds=float(outcome))
        for outcome in outcomes
    ]
    assert examination.hopeless(records, batch_size=batch_size) is given_up


@pytest.mark.parametrize(
    ("settings", "patience"),
    [
        ({}, (30.0, 1)),
        ({"model_args": {"timeout": 5}}, (5, 1)),
        ({"models": {f"{doctor_models.__file__}:Waiting": {"max_retries": 3}}}, (30.0, 3)),
    ],
)
def test_a_server_has_little_time_unless_the_user_says_how_much(settings: Any, patience: tuple[float, int]) -> None:
    plan = doctor.make_plan(EvalSettings(model=f"{doctor_models.__file__}:Waiting", **settings))
    assert plan.model.patience == patience  # type: ignore[attr-defined]
    if "models" not in settings:
        given = doctor.make_plan(EvalSettings(**settings), doctor_models.Waiting)
        assert given.model.patience == patience  # type: ignore[attr-defined]
    built = doctor_models.Waiting(generation=Generation())
    assert doctor.make_plan(EvalSettings(), built).model.patience == (600, 6)  # type: ignore[attr-defined]


@pytest.mark.parametrize("model", ["EndsTheProcess", "EndsTheProcessAtOnce"])
def test_a_model_that_ends_the_process_is_one_line(model: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["doctor", "--model", f"{doctor_models.__file__}:{model}", "--view", "none", "--verbosity", "error"]) == 2
    )
    said = capsys.readouterr()
    assert said.out == ""
    assert "ends the process (SystemExit: " in said.err
    assert len(said.err.splitlines()) == 1


@cache
def unanswered(count: int) -> tuple[tuple[str, Asked], ...]:
    """Each question about the clips with its task, as it is sent with so many frames."""
    folder = material.folder()
    rows = []
    for sample in tasks.load(folder, tasks_file=folder / material.TASKS_FILE).samples:
        dials = sample.extras["dials"]
        assert sample.answer is not None
        row = Asked(
            dials["kind"], sample.choices, sample.answer, tuple(dials["parts"]), dials["seconds"],
            (Glimpse("", 0.0, 0),) * count, None, dials["at"], sample.clip.start_seconds, sample.clip.end_seconds,
        )  # fmt: skip
        rate = {8: 30, 32: 10, 64: 5}[row.seconds]
        glimpses = viewer.sampled(row, *viewer.bounds_of(row)).glimpses
        sent = tuple(replace(one, index=int(one.seconds * rate)) for one in glimpses)
        rows.append((sample.task, replace(row, sent=sent)))
    return tuple(rows)


@cache
def expectations(fault: viewer.Fault, count: int) -> tuple[tuple[str, Asked, list[int]], ...]:
    """The same, with the choices that an ideal viewer behind a fault may make."""
    return tuple((task, row, sorted(answers(row, fault(row)))) for task, row in unanswered(count))


def simulated(fault: viewer.Fault, *, slips: float, seed: int, count: int = 16) -> dict[str, list[Asked]]:
    """Ideal viewers behind a fault, who answer at random now and then."""
    rng = Random(seed)
    asked: dict[str, list[Asked]] = {}
    for task, row, expected in expectations(fault, count):
        wild = rng.random() < slips
        choice = rng.randrange(len(row.choices)) if wild else rng.choice(expected)
        asked.setdefault(task, []).append(replace(row, choice=choice))
    return asked


def order_check(asked: dict[str, list[Asked]]) -> Finding:
    rows = [*asked["doctor_order"], *asked["doctor_moment"]]
    return checks.frames_in_order(asked["doctor_control"], rows, asked["doctor_brief"])


def three_checks(asked: dict[str, list[Asked]]) -> list[Finding]:
    control, order = asked["doctor_control"], order_check(asked)
    return [
        order,
        checks.right_times(control, asked["doctor_times"], order),
        checks.within_bounds(control, asked["doctor_bounds"], order),
    ]


def guess(asked: Asked) -> viewer.Seen:
    return viewer.Seen((Glimpse("nothing", 0.0, 0),))


@pytest.mark.parametrize("viewing", [as_sent, viewer.shuffled, guess], ids=["sees all", "follows no order", "guesses"])
@pytest.mark.parametrize("slips", [0.0, 0.1, 0.3, 0.6])
def test_no_stack_is_accused_for_what_a_model_cannot_do(viewing: viewer.Fault, slips: float) -> None:
    findings = [finding for seed in range(40) for finding in three_checks(simulated(viewing, slips=slips, seed=seed))]
    accused = [finding.signature for finding in findings if finding.result is Result.FAIL]
    if viewing is as_sent and slips <= 0.1:
        assert not accused
    assert not [said for said in accused if not str(said).startswith(checks.BLIND)]
    passed = Counter(finding.check for finding in findings if finding.result is Result.PASS)
    if viewing is viewer.shuffled:
        assert passed["frames in order"] == 0
    if viewing is guess:
        assert not passed
    if viewing is as_sent and slips <= 0.1:
        assert min(passed[check] for check in CHECKS[:3]) >= 34


FAULTS = {**ORDER_FAULTS, **TIME_FAULTS, **BOUND_FAULTS}


@pytest.mark.parametrize("name", FRAME_FAULTS)
def test_the_loss_of_single_frames_is_rarely_passed_over(name: str) -> None:
    """One answer of ten is drawn by chance."""
    orders = [order_check(simulated(FAULTS[name], slips=0.1, seed=seed)) for seed in range(40)]
    results = Counter(finding.result for finding in orders)
    assert results[Result.FAIL] >= 26
    assert results[Result.PASS] <= 6
    assert {finding.signature for finding in orders if finding.signature} == {name}


@pytest.mark.parametrize("seen", [0.0, 0.3, 0.7, 1.0])
def test_who_overlooks_some_single_frames_passes(seen: float) -> None:
    results = []
    for seed in range(100):
        rng = Random(seed)

        def overlooks(asked: Asked, rng: Random = rng) -> viewer.Seen:
            return as_sent(asked) if rng.random() < seen else viewer.single_frames_unseen(asked)

        results.append(order_check(simulated(overlooks, slips=0.0, seed=seed)).result)
    assert Result.FAIL not in results
    assert results.count(Result.PASS) >= 95


@pytest.mark.parametrize("name", sorted(FAULTS.keys() - FRAME_FAULTS.keys()))
def test_a_fault_is_found_behind_a_model_that_slips_now_and_then(name: str) -> None:
    """One answer of ten is drawn by chance. A fault that predicts the same may be named instead."""
    asked = simulated(FAULTS[name], slips=0.0, seed=0)
    found = 0
    for seed in range(20):
        findings = three_checks(simulated(FAULTS[name], slips=0.1, seed=seed))
        signatures = [finding.signature for finding in findings if finding.signature]
        found += len(signatures) == 1 and same_answers(asked, FAULTS[signatures[0]], FAULTS[name])
    assert found >= 16


def same_answers(asked: dict[str, list[Asked]], one: viewer.Fault, other: viewer.Fault) -> bool:
    rows = [row for task, rows in asked.items() if task != "doctor_control" for row in rows]
    differing = sum(answers(row, one(row)) != answers(row, other(row)) for row in rows)
    return differing <= 8


@pytest.mark.parametrize("one", [*TIME_FAULTS, "none"])
@pytest.mark.parametrize("count", [16, 32])
def test_any_two_clocks_point_at_different_choices_time_and_again(one: str, count: int) -> None:
    faults = {**TIME_FAULTS, "none": as_sent}
    rows = simulated(as_sent, slips=0.0, seed=0, count=count)["doctor_times"]
    assert all(viewer.decides(row) for row in rows)
    for other in faults.keys() - {one}:
        differing = [row for row in rows if not answers(row, faults[one](row)) & answers(row, faults[other](row))]
        assert len(differing) >= 2, other


@given(st.data())
def test_what_an_explanation_grants_its_choices_adds_up_to_one(data: st.DataObject) -> None:
    rows = [question for questions in material.questions().values() for question in questions]
    question = data.draw(st.sampled_from(rows))
    name = data.draw(st.sampled_from(sorted(ORDER_FAULTS)))
    count = data.draw(st.integers(1, 20))
    row = Asked(
        question.kind, question.choices, question.choices.index(question.answer), question.parts, question.seconds,
        (Glimpse("", 0.0, 0),) * count, None, question.at,
    )  # fmt: skip
    row = replace(row, sent=viewer.sampled(row, 0.0, question.seconds).glimpses)
    supports = [fit([replace(row, choice=choice)], ORDER_FAULTS[name]).support for choice in range(4)]
    assert np.exp(supports).sum() == pytest.approx(1)
    assert answers(row, ORDER_FAULTS[name](row)) <= set(range(4))


def told(text: str = "A) red 3", *, given: str = "Best Option: (", **fields: Any) -> Told:
    reply = Reply(text, **({"prefix": "Best Option: (", "finish_reason": "stop"} | fields))
    return Told("doctor_order/0000", reply, given, 4, Status.OK if text.strip() else Status.UNPARSED)


@pytest.mark.parametrize(
    ("rows", "asked", "result"),
    [
        ([told()] * 60, "auto", Result.PASS),
        ([told("b")] * 60, "auto", Result.PASS),
        ([told("<think>hm</think>\nC")] * 60, "auto", Result.PASS),
        ([told()] * 57 + [told("I think B")] * 3, "auto", Result.PASS),
        ([told()] * 52 + [told("I think B")] * 8, "auto", Result.CANNOT_TELL),
        ([told()] * 30 + [told("I think B")] * 30, "auto", Result.FAIL),
        ([told("E) none")] * 60, "auto", Result.FAIL),
        ([told("Apples")] * 60, "auto", Result.FAIL),
        ([told()] * 59 + [told("best option (B)")], "auto", Result.FAIL),
        ([told()] * 59 + [told("<think>hm</think>Best Option: (B)")], "auto", Result.FAIL),
        ([told(prefix="")] * 60, "auto", Result.CANNOT_TELL),
        ([told(prefix="")] * 60, "on", Result.FAIL),
        ([told(prefix="")] * 60, "off", Result.CANNOT_TELL),
        ([told()] * 60, "off", Result.FAIL),
        ([told()] * 59 + [told(prefix="")], "auto", Result.FAIL),
        ([told(prefix="Answer: (")] * 60, "auto", Result.FAIL),
        ([told(given="", prefix="")] * 60, "auto", Result.CANNOT_TELL),
        ([told(given="", prefix="(")] * 60, "auto", Result.FAIL),
        ([told("", error="500")] * 60, "auto", Result.CANNOT_TELL),
        ([], "auto", Result.CANNOT_TELL),
    ],
)
def test_a_prefix_holds_where_all_replies_go_on_from_it(rows: list[Told], asked: str, result: Result) -> None:
    assert checks.prefix_holds(rows, asked=asked, generates=True).result is result


@pytest.mark.parametrize(
    ("row", "result"),
    [
        (told(), Result.PASS),
        (told(reasoning="red, then blue"), Result.PASS),
        (told("<think>red</think>A"), Result.PASS),
        (told(finish_reason="length"), Result.PASS),
        (told(finish_reason=None), Result.PASS),
        (told("<think>red, then", finish_reason=None), Result.FAIL),
        (told("", finish_reason="length", reasoning="red"), Result.FAIL),
        (told("", finish_reason="length"), Result.FAIL),
        (replace(told("At first I see", finish_reason="length"), status=Status.TRUNCATED), Result.FAIL),
        (replace(told("At first I see", finish_reason=None), status=Status.UNPARSED), Result.CANNOT_TELL),
        (replace(told("I see nothing."), status=Status.UNPARSED), Result.PASS),
        (told("", error="500"), Result.PASS),
    ],
)
def test_thinking_is_cut_where_an_answer_is_lost_to_it(row: Told, result: Result) -> None:
    finding = checks.thinking_whole([told()] * 59 + [row], max_new_tokens=100)
    assert finding.result is result
    if result is Result.FAIL:
        assert "--max-new-tokens 100" in finding.evidence[0]


@pytest.mark.parametrize(
    ("changed", "unsteady", "result", "said"),
    [
        (0, 0, Result.PASS, None),
        (1, 0, Result.CANNOT_TELL, None),
        (2, 0, Result.FAIL, "answers change with the batch"),
        (8, 1, Result.FAIL, "answers change with the batch"),
        (8, 6, Result.FAIL, "answers change from call to call"),
    ],
)
def test_one_answer_may_be_a_close_call_and_two_change_with_the_batch(
    changed: int, unsteady: int, result: Result, said: str | None
) -> None:
    pairs = [Twice(f"q/{i}", int(i < changed), 0, 2 if 10 <= i < 10 + unsteady else 0) for i in range(24)]
    finding = checks.batches_agree(pairs, at_once=8, together="in batches of 8")
    assert finding.result is result
    assert (finding.signature or "").startswith(said or "")
    assert (finding.signature is None) == (said is None)


def test_of_a_model_that_is_asked_one_question_at_a_time_none_is_asked_again(examine: Callable[..., Report]) -> None:
    report = examine(Seer, batch_size=1)
    assert len(report.records) == 76
    assert verdicts(report)["batches agree"] is Result.PASS


@pytest.mark.parametrize(
    ("row", "generates", "result"),
    [
        (told(), True, Result.PASS),
        (told(" \n"), True, Result.FAIL),
        (told("", choice_logprobs=(0.0, -1.0)), False, Result.PASS),
        (told(""), False, Result.FAIL),
        (told("", finish_reason="content_filter"), True, Result.FAIL),
        (told("", error="refused"), True, Result.FAIL),
        (told("", finish_reason="length"), True, Result.PASS),
    ],
)
def test_a_blank_is_a_reply_with_nothing_in_it_that_was_not_cut(row: Told, generates: bool, result: Result) -> None:
    whole = told() if generates else told("", choice_logprobs=(0.0, -1.0))
    assert checks.nothing_blank([whole] * 59 + [row], generates=generates).result is result


def run(*argv: str) -> int:
    parser = Parser(prog="mvbench doctor", allow_abbrev=False)
    command.add_arguments(parser)
    parser.add_argument("--verbosity", default="warning")
    arguments: argparse.Namespace = parser.parse_args(argv)
    return command.run(arguments)


MODELS = Path(doctor_models.__file__)


@pytest.mark.parametrize(
    ("model", "reading", "code", "said"),
    [
        ("Threaded", "in workers", 0, "100 replies: 7 pass"),
        ("Backwards", "once for all tests", 3, "the frames arrive in reverse order"),
    ],
)
def test_the_command_prints_verdicts_and_writes_all_it_rests_on(
    model: str,
    reading: str,
    code: int,
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    if reading == "once for all tests":
        request.getfixturevalue("examine")
    out = tmp_path / "doctor.json"
    assert run("--model", f"{MODELS}:{model}", "--frames", "8", "--workers", "2", "--out", str(out)) == code
    printed = " ".join(capsys.readouterr().out.split())
    assert all(check in printed for check in CHECKS)
    assert said in printed
    written = json.loads(out.read_text())
    assert [row["check"] for row in written["checks"]] == CHECKS
    assert len(written["replies"]) == 100
    assert len({row["sample_id"] for row in written["replies"]}) == 76


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("there", "is no file; name one"),
        ("nowhere/doctor.json", "there is no folder"),
        ("locked/doctor.json", "cannot be written: Permission denied"),
    ],
)
def test_where_to_write_is_checked_before_anything_is_asked(
    out: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(*_: object, **__: object) -> None:
        pytest.fail("the model was asked")

    def refused(*, dir: Path) -> None:
        if dir.name == "locked":
            raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(doctor, "make_plan", asked)
    monkeypatch.setattr(command, "TemporaryFile", refused)  # the superuser may write anywhere
    for folder in ("there", "locked"):
        (tmp_path / folder).mkdir()
    with pytest.raises(UsageError, match=said) as caught:
        run("--model", "first-choice", "--out", str(tmp_path / out))
    assert "\n" not in str(caught.value)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["locked", "there"]


def test_help_says_what_is_checked_how_much_is_asked_and_what_the_exit_codes_mean(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["doctor", "--help"]) == 0
    printed = capsys.readouterr().out
    words = " ".join(printed.split())  # paragraphs are filled to the terminal
    asked = sum(map(len, material.questions().values()))
    assert f"some {asked} to {asked + 2 * examination.ALONE} requests" in words
    for number, check in enumerate(CHECKS, start=1):
        assert f"\n  {number} {check}  " in printed
    for code in ("0 no check failed", "2 a mistake", "3 a check failed", "130 interrupted"):
        assert code in words
    seconds, retries = examination.HASTE["timeout"], examination.HASTE["max_retries"]
    assert f"is told {seconds:g} and {retries}" in words


@pytest.mark.parametrize(
    ("results", "strict", "code"),
    [
        ([Result.PASS], False, 0),
        ([Result.PASS], True, 0),
        ([Result.PASS, Result.CANNOT_TELL], False, 0),
        ([Result.PASS, Result.CANNOT_TELL], True, 3),
        ([Result.CANNOT_TELL, Result.FAIL], False, 3),
        ([Result.FAIL], True, 3),
    ],
)
def test_the_exit_code_is_one_that_a_build_can_use(results: list[Result], strict: bool, code: int) -> None:
    assert command.exit_code([Finding("", result, ()) for result in results], strict=strict) == code


def test_replies_that_were_kept_are_not_used() -> None:
    class Keeping(Seer):
        def __init__(self, *, generation: Generation, cache: str | None = None, url: str = "") -> None:
            super().__init__(generation=generation)
            self.given = cache, url

    settings = EvalSettings(
        model="random",
        models={"random": {"cache": "/kept"}},
        model_args={"cache": "/kept", "url": "http://localhost"},
        cache="/kept",
    )
    plan = doctor.make_plan(replace(settings, model=None), Keeping)
    assert plan.model.given == (None, "http://localhost")  # type: ignore[attr-defined]
    assert isinstance(doctor.make_plan(replace(settings, model_args={})).model, RandomChoice)


def test_no_model_is_one_line() -> None:
    with pytest.raises(UsageError, match="no model: give --model NAME"):
        run()


def test_progress_never_passes_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    """Questions that are asked a third time are a stretch of their own."""
    file = Path(__file__).with_name("doctor_models.py")
    assert main(["doctor", "--model", f"{file}:Wavering", "--view", "none"]) == 3
    said = re.findall(r"(\d+) of (\d+), ", capsys.readouterr().err)
    assert len(said) == 2
    assert all(int(done) <= int(total) for done, total in said)
