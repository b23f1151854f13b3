import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mvbench import runner
from mvbench.errors import Failure, ModelError, UsageError
from mvbench.prompts import PROTOCOLS, prompt_hash
from mvbench.results import Run
from mvbench.runner import evaluate, finished
from mvbench.types import Frames, FrameSpec, Record, Reply, Request, Sample, Status, Verdict
from tests.fabricated import record, task

SAMPLES = [record(task("Moving Count"), index).sample for index in range(10)]
BATCHES = [SAMPLES[0:4], SAMPLES[4:8], SAMPLES[8:10]]


def frames_of(sample: Sample) -> Frames:
    """One pixel that carries the number of the sample."""
    number = int(sample.id[-4:])
    rgb = np.full((1, 1, 1, 3), number, np.uint8)
    return Frames(rgb, np.zeros(1), (number,), 25.0, 100, 4.0, (1, 1), "drawn", "hash")


def judge(sample: Sample, reply: Reply) -> dict[str, Verdict]:
    if reply.error is not None:
        return {"parsed": Verdict(None, False, Status.ERROR)}
    return {"parsed": Verdict(0, reply.text == "right", Status.OK)}


class Script:
    """A model that does what a function says."""

    name = "script"
    batch_size = 4
    wants = FrameSpec()

    def __init__(self, say: object, concurrency: int = 1) -> None:
        self.say = say
        self.concurrency = concurrency

    def identity(self) -> dict[str, str]:
        return {}

    def answer(self, requests: Sequence[Request]) -> Sequence[Reply]:
        return self.say(requests)  # type: ignore[operator, no-any-return]


def right(requests: Sequence[Request]) -> list[Reply]:
    return [Reply("right") for _ in requests]


def run(model: Script, read: object = frames_of) -> list[list[Record]]:
    render = PROTOCOLS["mvbench"].render
    return list(evaluate(BATCHES, model, read=read, render=render, judge=judge))  # type: ignore[arg-type]


def test_each_sample_has_one_record_with_its_prompt_frames_reply_and_verdict() -> None:
    batches = run(Script(right))
    assert [[one.sample for one in batch] for batch in batches] == BATCHES
    first = batches[0][1]
    assert first.prompt_hash == prompt_hash(PROTOCOLS["mvbench"].render(SAMPLES[1]))
    assert first.reply == Reply("right")
    assert first.verdicts["parsed"].correct
    assert first.frames is not None
    assert first.frames["indices"] == [1]
    assert first.read_seconds >= 0
    assert first.answer_seconds >= 0


def test_a_request_carries_the_frames_of_its_sample_and_never_which_choice_is_right() -> None:
    seen: list[Request] = []

    def say(requests: Sequence[Request]) -> list[Reply]:
        seen.extend(requests)
        return right(requests)

    run(Script(say))
    for sample, request in zip(SAMPLES, seen, strict=True):
        assert request.sample_id == sample.id
        assert request.frames is not None
        assert request.frames.indices == (int(sample.id[-4:]),)
        assert not {"answer", "answer_text", "sample"} & set(Request.__slots__)


def test_an_unreadable_clip_is_an_error_record_and_never_a_blind_answer() -> None:
    """Claim C9: a decode failure is an error record, never a blind or textual answer."""
    asked: list[str] = []

    def read(sample: Sample) -> Frames | Failure:
        return Failure("corrupt", "damaged") if sample.id.endswith(("1", "5")) else frames_of(sample)

    def say(requests: Sequence[Request]) -> list[Reply]:
        asked.extend(request.sample_id for request in requests)
        return right(requests)

    records = [record for batch in run(Script(say), read) for record in batch]
    assert len(records) == 10
    assert len(asked) == 8
    for one in records:
        failed = one.sample.id.endswith(("1", "5"))
        assert (one.failure is not None) == failed
        assert (one.reply is None) == failed
        assert one.verdicts["parsed"].status is (Status.ERROR if failed else Status.OK)
        assert one.verdicts["parsed"].correct is not failed


def test_a_batch_of_unreadable_clips_does_not_reach_the_model() -> None:
    def say(requests: Sequence[Request]) -> list[Reply]:
        raise AssertionError("asked about nothing")

    records = run(Script(say), lambda sample: Failure("missing", "gone"))
    assert [len(batch) for batch in records] == [4, 4, 2]


def test_an_item_whose_answer_is_no_choice_is_an_error_record_that_counts() -> None:
    sample = replace(SAMPLES[0], answer=None, answer_text="The lamp.")
    (batch,) = evaluate([[sample]], Script(right), read=lambda _: None, render=PROTOCOLS["mvbench"].render, judge=judge)
    assert batch[0].failure is not None
    assert batch[0].failure.reason == "answer"
    assert "The lamp." in batch[0].failure.detail


@pytest.mark.parametrize("change", [lambda replies: replies[:-1], lambda replies: [*replies, Reply("x")]])
def test_another_number_of_replies_than_requests_stops_the_run(change: object) -> None:
    """Claim C14: count of responses must equal requests or the run stops."""
    with pytest.raises(ModelError, match=r"'script' gave \d replies to 4 requests"):
        run(Script(lambda requests: change(right(requests))))  # type: ignore[operator]


@pytest.mark.parametrize(
    "replies",
    [None, "abcd", (one for one in ()), ["A", "B", "C", "D"], [Reply(3)] * 4, [Reply("", choice_logprobs=("x",))] * 4],  # type: ignore[arg-type]
    ids=["nothing", "text", "generator", "texts", "number", "words for numbers"],
)
def test_what_is_no_list_of_replies_stops_the_run(replies: object) -> None:
    with pytest.raises(ModelError, match="'script'"):
        run(Script(lambda requests: replies))


def test_log_probabilities_of_any_number_type_become_plain_floats() -> None:
    def say(requests: Sequence[Request]) -> list[Reply]:
        return [Reply("", choice_logprobs=tuple(np.float32([-1, -2]))) for _ in requests]

    (first, *_), *_ = run(Script(say))
    assert first.reply is not None
    assert [type(value) for value in first.reply.choice_logprobs or ()] == [float, float]


@pytest.mark.parametrize(
    "odd",
    [
        Reply("A)", finish_reason="tool_calls"),  # type: ignore[arg-type]
        Reply("A)", input_tokens=3.0, output_tokens=np.int64(7)),  # type: ignore[arg-type]
        Reply("", error=ValueError("no")),  # type: ignore[arg-type]
        Reply("half \ud83d", prefix="\ud83d"),
        Reply("", choice_logprobs=(-1.0, -np.inf)),
    ],
    ids=["finish reason", "tokens", "error", "surrogates", "infinite"],
)
def test_every_reply_that_is_accepted_can_be_written_and_read_again(odd: Reply, tmp_path: Path) -> None:
    facts = {"fingerprint": {}, "title": {"model": "m"}, "tasks": [], "data": {"name": "d", "questions": 10}}
    with Run.open(tmp_path, facts | {"arguments": {"resolved": {}}}) as folder:
        for records in run(Script(lambda requests: [odd] * len(requests))):
            folder.append(records)
    again = list(Run.read(tmp_path).records())
    assert len(again) == 10
    assert all((one.failure is None) == (odd.error is None) for one in again)


def test_a_batch_that_ended_well_is_not_lost_to_one_that_did_not() -> None:
    under_way: dict[Future[list[Record]], int] = {}
    for outcome in (UsageError("no such checkpoint"), [], UsageError("nor this"), []):
        future: Future[list[Record]] = Future()
        if isinstance(outcome, UsageError):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
        under_way[future] = 0
    kept = []
    with pytest.raises(UsageError):
        for records in finished(under_way):
            kept.append(records)
    assert kept == [[], []]


def test_an_exception_in_the_model_makes_error_records_of_its_batch_only() -> None:
    def say(requests: Sequence[Request]) -> list[Reply]:
        if requests[0].sample_id.endswith("4"):
            raise RuntimeError("out of memory")
        return right(requests)

    failures = [[one.failure for one in batch] for batch in run(Script(say))]
    assert [[failure is not None for failure in batch] for batch in failures] == [[False] * 4, [True] * 4, [False] * 2]
    assert failures[1][0] is not None
    assert (failures[1][0].reason, failures[1][0].detail) == ("model", "RuntimeError: out of memory")


def test_a_request_that_failed_alone_is_one_error_record() -> None:
    def say(requests: Sequence[Request]) -> list[Reply]:
        return [
            Reply("", error="refused by the server") if r.sample_id.endswith("2") else Reply("right") for r in requests
        ]

    records = [one for batch in run(Script(say)) for one in batch]
    assert [one.sample.id[-1] for one in records if one.failure] == ["2"]


def test_a_mistake_of_the_user_stops_the_run() -> None:
    def say(requests: Sequence[Request]) -> list[Reply]:
        raise UsageError("no such checkpoint")

    with pytest.raises(UsageError, match="no such checkpoint"):
        run(Script(say))


def test_so_many_threads_ask_at_once_as_the_model_allows() -> None:
    barrier = threading.Barrier(3, timeout=10)

    def say(requests: Sequence[Request]) -> list[Reply]:
        barrier.wait()
        return right(requests)

    batches = run(Script(say, concurrency=3))
    assert sorted(batch[0].sample.id for batch in batches) == sorted(batch[0].id for batch in BATCHES)


def test_a_batch_is_yielded_as_soon_as_its_replies_are_there() -> None:
    slow = threading.Event()

    def say(requests: Sequence[Request]) -> list[Reply]:
        if requests[0].sample_id.endswith("0"):
            assert slow.wait(10)
        return right(requests)

    batches = evaluate(
        BATCHES, Script(say, concurrency=2), read=frames_of, render=PROTOCOLS["mvbench"].render, judge=judge
    )
    assert next(batches)[0].sample is SAMPLES[4]
    slow.set()
    assert len(list(batches)) == 2


def test_replies_under_way_are_kept_when_another_batch_ends_the_run() -> None:
    """They may have been paid for."""
    failed = threading.Event()

    def say(requests: Sequence[Request]) -> list[Reply]:
        if requests[0].sample_id == SAMPLES[0].id:
            failed.set()
            raise ModelError("the key is wrong")
        failed.wait(10)
        time.sleep(0.2)  # the loop has seen the failure by now
        return right(requests)

    kept: list[str] = []
    with pytest.raises(ModelError, match="the key is wrong"):
        for records in evaluate(
            BATCHES, Script(say, 3), read=frames_of, render=PROTOCOLS["mvbench"].render, judge=judge
        ):
            kept.extend(record.sample.id for record in records)
    assert sorted(kept) == [sample.id for sample in SAMPLES[4:]]


def test_large_frames_are_asked_about_by_few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here two batches of one question fit; the third is held back until one of them is answered."""
    monkeypatch.setattr(runner, "MOST_BYTES", 2 * frames_of(SAMPLES[0]).rgb.nbytes)
    lock, at_once, most = threading.Lock(), 0, 0

    def say(requests: Sequence[Request]) -> list[Reply]:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.02)
        with lock:
            at_once -= 1
        return right(requests)

    batches = [[sample] for sample in SAMPLES]
    render = PROTOCOLS["mvbench"].render
    records = list(evaluate(batches, Script(say, 8), read=frames_of, render=render, judge=judge))
    assert len(records) == 10
    assert most == 2
    monkeypatch.setattr(runner, "MOST_BYTES", 0)
    most = 0
    assert len(list(evaluate(batches, Script(say, 8), read=frames_of, render=render, judge=judge))) == 10
    assert most == 1
