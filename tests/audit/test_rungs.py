"""Which rungs there are for which model and questions, and why others are left out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mvbench import plan
from mvbench.audit import Ladder, folder_of, ladder
from mvbench.models.replay import Replay
from mvbench.sampling import Sampling
from mvbench.settings import EvalSettings
from tests.audit import seeing
from tests.data_folder import item, write

VIEWS = ["full", "none", "zeros", "noise", "middle", "shuffle", "reverse", "swap"]
ROTATIONS = ["rotation-1", "rotation-2", "rotation-3"]
REPEATS = ["repeat-batch", "repeat-decoder"]


@pytest.fixture(autouse=True)
def decord_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mvbench.audit.rungs.find_spec", lambda name: object())


def ladder_for(folder: Path, data: Path, model: Any = seeing.Seer, **settings: Any) -> Ladder:
    return ladder(plan.make(EvalSettings(data=str(data), **settings), model), folder)


def names(rungs: Ladder) -> list[str]:
    return [rung.name for rung in rungs.rungs]


@pytest.mark.parametrize(
    ("frames", "fewer"),
    [
        ({"frames": 16}, ["frames-8", "frames-4"]),
        ({"frames": 5}, ["frames-2", "frames-1"]),
        ({"frames": 3}, ["frames-1"]),
        ({"frames": 1}, []),
        ({"fps": 2.0}, ["fps-1", "fps-0.5"]),
    ],
)
def test_the_rungs_of_a_model_that_is_given_frames(
    tmp_path: Path, seeing_dir: Path, frames: dict[str, Any], fewer: list[str]
) -> None:
    rungs = ladder_for(tmp_path, seeing_dir, **frames)
    assert names(rungs) == [*VIEWS, *fewer, *ROTATIONS, *REPEATS]
    assert rungs.left_out == {}
    assert [rung.plan.folder for rung in rungs.rungs] == [tmp_path / name for name in names(rungs)]


def test_a_rung_with_fewer_frames_samples_as_an_evaluation_with_so_many(tmp_path: Path, seeing_dir: Path) -> None:
    rungs = {rung.name: rung.plan for rung in ladder_for(tmp_path, seeing_dir, frames=16, sampling="linspace").rungs}
    assert rungs["frames-4"].reading.sampling == Sampling("linspace", num_frames=4)
    asked = EvalSettings(data=str(seeing_dir), frames=4, sampling="linspace")
    assert rungs["frames-4"].fingerprint == plan.make(asked, seeing.Seer).fingerprint


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_has_the_fingerprint_of_an_evaluation_of_its_own(tmp_path: Path, seeing_dir: Path, view: str) -> None:
    rungs = {rung.name: rung.plan for rung in ladder_for(tmp_path, seeing_dir).rungs}
    alone = plan.make(EvalSettings(data=str(seeing_dir), view=view), seeing.Seer)
    assert rungs[view].fingerprint == alone.fingerprint
    assert rungs[view].facts == alone.facts


def test_fingerprints_of_rungs_differ_but_for_the_repeat_in_other_batches(tmp_path: Path, seeing_dir: Path) -> None:
    rungs = {rung.name: rung.plan for rung in ladder_for(tmp_path, seeing_dir).rungs}
    assert rungs.pop("repeat-batch").fingerprint == rungs["full"].fingerprint
    seen = [json.dumps(found.fingerprint, sort_keys=True) for found in rungs.values()]
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize(("batch_size", "repeat"), [(None, 1), (16, 1), (1, 8)])
def test_a_repeat_is_asked_in_batches_of_another_size(
    tmp_path: Path, seeing_dir: Path, batch_size: int | None, repeat: int
) -> None:
    rungs = ladder_for(tmp_path, seeing_dir, batch_size=batch_size)
    assert {rung.name: rung.plan.batch_size for rung in rungs.rungs}["repeat-batch"] == repeat


@pytest.mark.slow
@pytest.mark.parametrize(("decoder", "other"), [("pyav", "decord"), ("decord", "pyav")])
def test_a_repeat_uses_the_other_decoder(tmp_path: Path, seeing_dir: Path, decoder: Any, other: str) -> None:
    repeat = ladder_for(tmp_path, seeing_dir, decoder=decoder).rungs[-1].plan
    assert (repeat.settings.decoder, repeat.reading.decoder, repeat.fingerprint["decoder"]) == (other, other, other)


def test_a_decoder_that_is_not_installed_is_said(
    tmp_path: Path, seeing_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mvbench.audit.rungs.find_spec", lambda name: None if name == "decord" else object())
    rungs = ladder_for(tmp_path, seeing_dir)
    assert "repeat-decoder" not in names(rungs)
    assert rungs.left_out == {"repeat-decoder": "decord is not installed: pip install 'mvbench[decord]'"}


def test_a_model_that_opens_clips_itself_gets_the_rungs_that_need_no_frames(tmp_path: Path, seeing_dir: Path) -> None:
    rungs = ladder_for(tmp_path, seeing_dir, seeing.Opener)
    assert names(rungs) == ["full", "none", "swap", *ROTATIONS, "repeat-batch"]
    assert set(rungs.left_out.values()) == {"the model opens the clips itself"}
    assert {*names(rungs), *rungs.left_out} == {*VIEWS, "frames-8", "frames-4", *ROTATIONS, *REPEATS}


def test_a_server_is_asked_in_no_batches(tmp_path: Path, seeing_dir: Path) -> None:
    assert ladder_for(tmp_path, seeing_dir, seeing.Server).left_out == {
        "repeat-batch": "the model is asked one question at a time"
    }


def test_replayed_replies_are_those_to_the_full_clips(tmp_path: Path, seeing_dir: Path) -> None:
    replies = tmp_path / "replies.jsonl"
    replies.write_text('{"sample_id": "moving_direction/0000", "reply": "A"}\n')
    rungs = ladder_for(tmp_path, seeing_dir, Replay, model_args={"path": str(replies)})
    assert names(rungs) == ["full"]
    assert set(rungs.left_out.values()) == {"its replies were given to the full clips"}


def test_a_rotation_turns_the_choices_and_asks_those_that_have_enough(tmp_path: Path) -> None:
    few = item(1, candidates=["yes", "no"], answer="no")
    folder = write(tmp_path / "data", {"action_sequence": [item(0), few, item(2, candidates=["only"], answer="only")]})
    rungs = {rung.name: rung.samples for rung in ladder_for(tmp_path, folder).rungs}
    first = rungs["full"][0]
    assert [len(rungs[name]) for name in ("full", *ROTATIONS)] == [3, 2, 1, 1]
    for places, name in enumerate(ROTATIONS, start=1):
        turned = rungs[name][0]
        assert turned.choices == first.choices[places:] + first.choices[:places]
        assert turned.choices[turned.answer or 0] == first.answer_text
        assert (turned.id, turned.item_hash, turned.cluster) == (first.id, first.item_hash, first.cluster)


def test_of_equal_choices_the_last_stays_the_right_one(tmp_path: Path) -> None:
    twice = item(0, candidates=["box", "towel", "box"], answer="box")
    folder = write(tmp_path / "data", {"action_sequence": [twice]})
    rungs = {rung.name: rung.samples[0] for rung in ladder_for(tmp_path, folder).rungs}
    assert [rungs[name].answer for name in ("full", "rotation-1", "rotation-2")] == [2, 2, 1]


def test_a_task_with_one_video_has_none_to_swap(tmp_path: Path) -> None:
    two, one = [item(0), item(1)], [item(2), item(3, video="2.mp4")]
    folder = write(tmp_path / "data", {"action_sequence": two, "action_prediction": one})
    rungs = ladder_for(tmp_path, folder)
    swapped = next(rung for rung in rungs.rungs if rung.name == "swap")
    assert {sample.task for sample in swapped.samples} == {"action_sequence"}
    assert rungs.without_swap == ("action_prediction",)
    alone = ladder_for(tmp_path, folder, tasks="AP")
    assert alone.left_out["swap"] == "no task has two videos"
    assert alone.without_swap == ()


def test_without_out_the_folder_is_named_as_the_run_would_be(
    tmp_path: Path, seeing_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    planned = plan.make(EvalSettings(data=str(seeing_dir)), seeing.Seer)
    assert folder_of(planned) == Path("audits") / planned.folder.name
    assert folder_of(plan.make(EvalSettings(data=str(seeing_dir), out="mine"), seeing.Seer)) == tmp_path / "mine"
