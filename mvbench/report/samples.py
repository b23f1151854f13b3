"""Record -> a row of the sample browser, whatever a record holds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from mvbench.report.shortening import (
    LONGEST_CHOICE,
    LONGEST_QUESTION,
    LONGEST_REPLY,
    MOST_WORDS,
    in_a_word,
    seconds_or_zero,
    shortened,
)
from mvbench.report.shown import Shown
from mvbench.types import LETTERS, Record, Reply, Verdict


def row(record: Record, judges: Sequence[str], shown: Shown) -> dict[str, Any]:
    """Plain values for one record; long texts are cut. Keys without a value are left out."""
    sample, failure = record.sample, record.failure
    clip = sample.clip
    values = {
        "id": in_a_word(sample.id),
        "task": sample.task,
        "question": shortened(sample.question, LONGEST_QUESTION),
        "choices": [shortened(choice, LONGEST_CHOICE) for choice in sample.choices],
        "answer": sample.answer,
        "answer_text": shortened(sample.answer_text, LONGEST_CHOICE) if sample.answer is None else None,
        "reply": None if record.reply is None else reply_row(record.reply),
        "verdicts": [verdict_row(record.verdicts[judge]) for judge in judges],
        "failure": None
        if failure is None
        else [failure.reason, shortened(from_video_on(failure.detail, sample.video), LONGEST_QUESTION)],
        "video": in_a_word(sample.video),
        "located": in_a_word(sample.located),
        "kind": in_a_word(clip.kind),
        "bounds": None
        if clip.start_seconds is None and clip.end_seconds is None
        else [in_a_word(clip.start_seconds), in_a_word(clip.end_seconds)],
        "flags": [in_a_word(flag) for flag in sample.flags[:MOST_WORDS]],
        "extras": extras_row(sample.extras),
        "prompt_hash": None if record.prompt_hash is None else in_a_word(record.prompt_hash),
        "item_hash": in_a_word(sample.item_hash),
        "cluster": in_a_word(sample.cluster),
        "seconds": [round(seconds_or_zero(record.read_seconds), 6), round(seconds_or_zero(record.answer_seconds), 6)],
        "frames": shown.row(),
    }
    return {key: value for key, value in values.items() if value not in (None, [], {})} | {
        key: values[key] for key in ("answer", "seconds", "frames")
    }


def from_video_on(detail: str, video: str) -> str:
    """The detail without the folders above a video: where the data lay is nobody's business.

    >>> from_video_on("no such file /home/me/MVBench/video/star/a.mp4", "star/a.mp4")
    'no such file star/a.mp4'
    """
    return re.sub(rf"(?<!\S)/.*?(?={re.escape(video)})", "", detail) if video else detail


def reply_row(reply: Reply) -> dict[str, Any]:
    values = {
        "text": shortened(reply.text, LONGEST_REPLY),
        "prefix": shortened(reply.prefix, LONGEST_CHOICE),
        "reasoning": None if reply.reasoning is None else shortened(reply.reasoning, LONGEST_REPLY),
        "finish": reply.finish_reason,
        "input_tokens": reply.input_tokens,
        "output_tokens": reply.output_tokens,
        "choice_logprobs": None
        if reply.choice_logprobs is None
        else [round(one, 4) for one in reply.choice_logprobs[: len(LETTERS)]],
    }
    return {key: value for key, value in values.items() if value not in (None, "")} | {"text": values["text"]}


def verdict_row(verdict: Verdict) -> list[Any]:
    """`[choice, right, status]`, and flags where there are any."""
    flags = [list(verdict.flags)] if verdict.flags else []
    return [verdict.choice, int(verdict.correct), verdict.status.value, *flags]


def extras_row(extras: object) -> dict[str, str]:
    """What came with the item; dials one by one."""
    if not isinstance(extras, Mapping):
        return {}
    dials = extras.get("dials")
    found = {in_a_word(key): in_a_word(value) for key, value in islice(extras.items(), MOST_WORDS) if key != "dials"}
    if isinstance(dials, Mapping):
        found |= {f"dial {in_a_word(key)}": in_a_word(value) for key, value in islice(dials.items(), MOST_WORDS)}
    return found
