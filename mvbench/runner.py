"""The loop."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from typing import get_args

from mvbench.errors import Failure, ModelError, MVBenchError
from mvbench.model import Model
from mvbench.prompts import prompt_hash
from mvbench.types import FinishReason, Frames, Prompt, Record, Reply, Request, Sample, Verdict

log = logging.getLogger(__name__)

Shown = Frames | Failure | None
"""What there is to show for a sample: frames, why there are none, or None where a model is to see nothing."""


MOST_BYTES = 2 * 2**30
"""Sixteen frames of 1080p are a twentieth of it."""


def evaluate(
    batches: Iterable[Sequence[Sample]],
    model: Model,
    *,
    read: Callable[[Sample], Shown],
    render: Callable[[Sample], Prompt],
    judge: Callable[[Sample, Reply], Mapping[str, Verdict]],
) -> Iterator[list[Record]]:
    """Yield each batch's Records, one per sample, as soon as its replies are there.

    Clips are read in order in this thread, while up to `model.concurrency` others wait for replies. A clip that cannot
    be read, an answer that is no choice and a request that fails are error Records, counted wrong.
    Raises ModelError when a model returns another number of replies than it got requests. Before that or any other
    MVBenchError ends the loop, batches under way are waited for: their replies may have been paid for.
    Batches under way hold at most `MOST_BYTES` of frames, so that fewer are under way where frames are large.
    """
    threads = ThreadPoolExecutor(model.concurrency, thread_name_prefix="answer")
    under_way: dict[Future[list[Record]], int] = {}
    try:
        for batch in batches:
            shown = [read_timed(sample, read) for sample in batch]
            size = sum(what.rgb.nbytes for what, _ in shown if isinstance(what, Frames))
            while under_way and sum(under_way.values()) + size > MOST_BYTES:
                yield from finished(under_way)
            under_way[threads.submit(ask, batch, shown, model, render=render, judge=judge)] = size
            if len(under_way) == model.concurrency:
                yield from finished(under_way)
        while under_way:
            yield from finished(under_way)
    except MVBenchError as error:
        if under_way:
            log.warning("%s; waiting for what is under way (Ctrl-C leaves)", error)
        yield from (future.result() for future in wait(under_way).done if future.exception() is None)
        raise
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


def finished(under_way: MutableMapping[Future[list[Record]], int]) -> Iterator[list[Record]]:
    """Wait for at least one batch, take those that are done out and yield their Records.

    Those that ended well come first: what another batch raises must not lose them.
    """
    done = wait(under_way, return_when=FIRST_COMPLETED).done
    for future in sorted(done, key=lambda future: future.exception() is not None):
        del under_way[future]
        yield future.result()


def read_timed(sample: Sample, read: Callable[[Sample], Shown]) -> tuple[Shown, float]:
    """What there is to show, and the seconds spent waiting for it."""
    began = time.perf_counter()
    shown = read(sample)
    return shown, time.perf_counter() - began


def ask(
    batch: Sequence[Sample],
    shown: Sequence[tuple[Shown, float]],
    model: Model,
    *,
    render: Callable[[Sample], Prompt],
    judge: Callable[[Sample, Reply], Mapping[str, Verdict]],
) -> list[Record]:
    """One batch's Records, in the order of the batch."""
    prompts = [render(sample) for sample in batch]
    failures = [
        what if isinstance(what, Failure) else unanswerable(sample)
        for sample, (what, _) in zip(batch, shown, strict=True)
    ]
    requests = [
        Request.about(sample, prompt, frames if isinstance(frames, Frames) else None)
        for sample, prompt, (frames, _), failure in zip(batch, prompts, shown, failures, strict=True)
        if failure is None
    ]
    began = time.perf_counter()
    replies = iter(replies_to(requests, model))
    answer_seconds = (time.perf_counter() - began) / max(1, len(requests))
    records = []
    for sample, prompt, (frames, read_seconds), failure in zip(batch, prompts, shown, failures, strict=True):
        reply = next(replies) if failure is None else Reply("", error=failure.detail)
        if failure is None and reply.error is not None:
            failure = Failure("model", reply.error)
        records.append(
            Record(
                sample=sample,
                prompt_hash=prompt_hash(prompt),
                reply=reply if failure is None else None,
                verdicts=judge(sample, reply),
                frames=frames.provenance() if isinstance(frames, Frames) else None,
                failure=failure,
                read_seconds=read_seconds,
                answer_seconds=answer_seconds,
            )
        )
    return records


def unanswerable(sample: Sample) -> Failure | None:
    """Why no reply to this sample could be right, if so."""
    if sample.answer is not None:
        return None
    return Failure("answer", f"the answer {sample.answer_text!r} is none of the choices")


def replies_to(requests: Sequence[Request], model: Model) -> Sequence[Reply]:
    """The model's replies; where it raised an exception, error replies that name it."""
    if not requests:
        return []
    try:
        replies = model.answer(requests)
    except MVBenchError:
        raise
    except Exception as error:
        log.warning("the model failed on %s and its batch: %s: %s", requests[0].sample_id, type(error).__name__, error)
        log.debug("where it failed", exc_info=True)
        return [Reply("", error=f"{type(error).__name__}: {error}")] * len(requests)
    if not isinstance(replies, Sequence):
        raise ModelError(
            f"model {model.name!r} returned {type(replies).__name__}; answer() must return a list of Reply"
        )
    if len(replies) != len(requests):
        raise ModelError(f"model {model.name!r} gave {len(replies)} replies to {len(requests)} requests; the run stops")
    return [as_promised(reply, model) for reply in replies]


def as_promised(reply: object, model: Model) -> Reply:
    """The reply in plain types that can be judged and written down. Raises ModelError for what cannot.

    A finish reason that is none of ours says nothing, so it is left out; a server may have words of its own.
    """
    if not isinstance(reply, Reply) or not isinstance(reply.text, str) or not isinstance(reply.prefix, str):
        raise ModelError(f"model {model.name!r} returned {reply!r:.80}; answer() must return Replies with a text")
    try:
        return replace(
            reply,
            choice_logprobs=None if reply.choice_logprobs is None else tuple(map(float, reply.choice_logprobs)),
            finish_reason=reply.finish_reason if reply.finish_reason in get_args(FinishReason) else None,
            reasoning=None if reply.reasoning is None else str(reply.reasoning),
            paid=bool(reply.paid),
            input_tokens=None if reply.input_tokens is None else int(reply.input_tokens),
            output_tokens=None if reply.output_tokens is None else int(reply.output_tokens),
            error=None if reply.error is None else str(reply.error),
        )
    except (TypeError, ValueError, OverflowError):
        raise ModelError(f"model {model.name!r} returned {reply!r:.200}; its numbers must be numbers") from None
