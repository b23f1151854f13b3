"""Every rung is an evaluation like any other, and clips are decoded once for all of them."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mvbench import evaluation, plan
from mvbench.audit import Ladder, ladder
from mvbench.audit.climbing import Decoded, climb, prepared
from mvbench.pricing import Price, Spending
from mvbench.results import Run
from mvbench.runner import evaluate
from mvbench.settings import EvalSettings
from mvbench.types import Record
from tests.audit import seeing
from tests.test_eval import lines

QUESTIONS = 2 * seeing.PER_TASK


def ladder_for(out: Path, data: Path, *, model: Any = seeing.Seer, **settings: Any) -> Ladder:
    chosen = EvalSettings(data=str(data), frames=4, workers=1, out=str(out), **settings)
    return ladder(plan.make(chosen, model), out)


def climbed(
    rungs: Ladder, *, spending: Spending | None = None, stop: threading.Event | None = None, **more: Any
) -> Decoded:
    with ExitStack() as held:
        folders = {
            rung.name: held.enter_context(Run.open(rung.plan.folder, evaluation.facts(rung.plan, sources={}, argv=[])))
            for rung in rungs.rungs
        }
        return climb(
            rungs, folders, spending=spending or Spending(), stop=stop or threading.Event(), quiet=True, **more
        )


@pytest.fixture(autouse=True)
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where decoding notes down its clips."""
    monkeypatch.setattr("mvbench.audit.climbing.read_each", seeing.noted_read_each)
    monkeypatch.setattr("mvbench.evaluation.read", seeing.noted_read)
    monkeypatch.setenv(seeing.LOG, str(tmp_path / "log"))
    return tmp_path / "log"


def only(rungs: Ladder, *names: str) -> Ladder:
    return replace(rungs, rungs=tuple(rung for rung in rungs.rungs if rung.name in names))


def evaluated(rungs: Ladder, out: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """What `mvbench eval` with each rung's settings writes down."""
    for rung in rungs.rungs:
        there = replace(rung.plan, settings=replace(rung.plan.settings, out=str(out / rung.name)))
        yield rung.name, lines(evaluation.run(there, sources={}, argv=[], quiet=True).run.path)


def test_the_rung_full_is_what_an_evaluation_gives(tmp_path: Path, seeing_dir: Path) -> None:
    rungs = only(ladder_for(tmp_path / "audit", seeing_dir, limit=4), "full", "frames-2")
    climbed(rungs)
    for name, rows in evaluated(rungs, tmp_path / "alone"):
        assert lines(tmp_path / "audit" / name) == rows, name


@pytest.mark.slow
def test_each_kind_of_rung_is_what_an_evaluation_of_its_own_gives_and_decoding_is_done_once(
    tmp_path: Path, seeing_dir: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also in steps of a task each, of which batches belong to two."""
    monkeypatch.setattr("mvbench.audit.climbing.STEP", 1)
    rungs = ladder_for(tmp_path / "audit", seeing_dir, limit=4)
    kinds = ("full", "none", "noise", "middle", "shuffle", "swap", "frames-2", "rotation-1", "repeat-batch")
    rungs = only(rungs, *kinds)
    assert climbed(rungs) == Decoded(8, 0)
    assert Counter(seeing.noted(log).values()) == {1: 8}
    for name, rows in evaluated(rungs, tmp_path / "alone"):
        assert lines(tmp_path / "audit" / name) == rows, name
    assert climbed(rungs) == Decoded(0, 0), "nothing is left"


@pytest.mark.slow
def test_what_does_not_fit_is_decoded_again_and_counted(tmp_path: Path, seeing_dir: Path, log: Path) -> None:
    roomy, tight = tmp_path / "roomy", tmp_path / "tight"
    wide = only(ladder_for(roomy, seeing_dir, limit=8), "full", "zeros", "swap")
    assert climbed(wide).again == 0
    log.unlink()
    narrow = only(ladder_for(tight, seeing_dir, limit=8), "full", "zeros", "swap")
    decoded = climbed(narrow, room_bytes=1)
    assert decoded.clips == 16
    assert 0 < decoded.again <= 16, "only another question's clips have gone when their turn comes"
    assert sum(seeing.noted(log).values()) == decoded.clips + decoded.again
    for rung in narrow.rungs:
        assert lines(tight / rung.name) == lines(roomy / rung.name)


def test_a_batch_of_another_questions_clips_waits_for_all_of_them(tmp_path: Path, seeing_dir: Path) -> None:
    rungs = only(ladder_for(tmp_path / "audit", seeing_dir, tasks="MD"), "swap")
    place = {sample.clip: place for place, sample in enumerate(rungs.plan.dataset.samples)}
    with Run.open(tmp_path / "swap", evaluation.facts(rungs.rungs[0].plan, sources={}, argv=[])) as folder:
        todo = prepared(rungs.plan, rungs.rungs[0], folder).todo
    assert [len(batch) for _, batch in todo] == [5, 5, 5, 5, 4]
    for number, (at, batch) in enumerate(todo):
        assert at == max(5 * number + len(batch) - 1, *(place[sample.clip] for sample in batch))
    assert todo[0][0] > 4


def test_a_model_that_writes_into_its_frames_spoils_no_other_rung(tmp_path: Path, seeing_dir: Path) -> None:
    rungs = ladder_for(tmp_path / "audit", seeing_dir, model=seeing.Vandal, tasks="MD", limit=5)
    rungs = only(rungs, "full", "frames-2", "rotation-1", "repeat-batch")
    climbed(rungs)
    for rung in rungs.rungs:
        assert all(row["verdicts"]["parsed"]["correct"] for row in lines(rung.plan.folder)), rung.name


@pytest.mark.slow
def test_a_stop_keeps_what_is_done_and_the_same_call_goes_on(
    tmp_path: Path, seeing_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = ("full", "none", "shuffle", "swap", "rotation-1", "repeat-decoder")
    rungs = only(ladder_for(tmp_path / "audit", seeing_dir, tasks="MD", limit=6), *some)
    stop = threading.Event()
    asked = 0

    def counted(*words: Any, **more: Any) -> Iterator[list[Record]]:
        nonlocal asked
        for records in evaluate(*words, **more):
            asked += len(records)
            if asked >= 20:
                stop.set()
            yield records

    monkeypatch.setattr("mvbench.evaluation.evaluate", counted)
    climbed(rungs, stop=stop)
    written = {rung.name: len(lines(rung.plan.folder)) for rung in rungs.rungs}
    total = sum(len(rung.samples) for rung in rungs.rungs)
    assert 20 <= sum(written.values()) < 30 < total
    monkeypatch.setattr("mvbench.evaluation.evaluate", evaluate)
    climbed(rungs)
    whole = only(ladder_for(tmp_path / "whole", seeing_dir, tasks="MD", limit=6), *some)
    climbed(whole)
    for rung in whole.rungs:
        assert lines(tmp_path / "audit" / rung.name) == lines(tmp_path / "whole" / rung.name)


def test_nothing_more_is_asked_when_the_money_is_spent(
    tmp_path: Path, seeing_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Costly(seeing.Seer):
        def answer(self, requests: Any) -> Any:
            return [replace(reply, input_tokens=1, output_tokens=1) for reply in super().answer(requests)]

    rungs = ladder_for(tmp_path / "audit", seeing_dir, model=Costly, tasks="MD", limit=6)
    spending = Spending(Price(1e6, 0.0), limit=9.0)
    climbed(rungs, spending=spending)
    assert sum(len(lines(rung.plan.folder)) for rung in rungs.rungs) == spending.replies <= 9
    assert sum("no more is asked" in message for message in caplog.messages) == 1


@pytest.mark.slow
def test_a_clip_that_cannot_be_read_is_an_error_on_every_rung_that_shows_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "json").mkdir(parents=True)
    (data / "video").mkdir()
    item = seeing.item(0, seeing.DIRECTIONS, seeing.DIRECTIONS[0])
    (data / "json" / "moving_direction.json").write_text(json.dumps([item, item | {"video": "other.mp4"}]))
    rungs = ladder_for(tmp_path / "audit", data)
    climbed(rungs)
    for rung in rungs.rungs:
        reasons = {row["failure"]["reason"] if row["failure"] else None for row in lines(rung.plan.folder)}
        assert reasons == ({None} if rung.name == "none" else {"missing"}), rung.name


def test_an_answer_that_is_no_choice_is_never_shown(tmp_path: Path, seeing_dir: Path) -> None:
    data = tmp_path / "data"
    (data / "json").mkdir(parents=True)
    (data / "video").symlink_to(seeing_dir / "video")
    items = [seeing.item(number, seeing.DIRECTIONS, seeing.DIRECTIONS[0]) for number in range(4)]
    items[1]["answer"] = "Sideways."
    (data / "json" / "moving_direction.json").write_text(json.dumps(items))
    rungs = ladder_for(tmp_path / "audit", data)
    assert climbed(rungs).clips == 4, "its clip is another question's on the rung swap"
    for rung in rungs.rungs:
        rows = lines(rung.plan.folder)
        assert [row["sample_id"] for row in rows if row["failure"]] == ["moving_direction/0001"]
