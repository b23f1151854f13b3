"""lmms-eval's `<date>_samples_<task>.jsonl`, one line per question -> Rows.

Source: EvolvingLMMs-Lab/lmms-eval, lmms_eval/loggers/evaluation_tracker.py and evaluator.py of version 0.7. A line
keeps `doc_id`, `target`, `filtered_resps`, `input` (the prompt) and the task's own score, but neither the video nor the
list of choices: those are read back out of the prompt. `doc`, which other versions write, is used where it is there,
and so is `mvbench`, which `mvbench report --format lmms` adds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

import jsonlines

from mvbench.errors import DataError, Failure, FailureReason
from mvbench.importers.rows import (
    MAX_CELL_CHARS,
    MAX_JSON_BYTES,
    Row,
    choices_of,
    expect_table,
    place_of,
    refuse_large,
    refuse_many,
    seconds_of,
    text_of,
)
from mvbench.results import reply_of
from mvbench.types import LETTERS, Reply

FILE_NAME = re.compile(r"(?:^|_)samples_(?P<task>.+)\.jsonl$")
QUESTION = re.compile(r"Question:(?P<question>.*?)\nOption:\n(?P<options>\(A\) .*)", re.DOTALL)
METRIC = "mvbench_accuracy"
OURS = "mvbench"
"""The key under which a line of ours says how the reply came about, or why there is none."""


def is_mvbench(path: Path) -> bool:
    """Whether a file is named as the samples of a task of MVBench are."""
    named = FILE_NAME.search(path.name)
    return named is not None and named["task"].startswith("mvbench_")


def read(path: Path) -> list[Row]:
    """The rows of one file, in its order. Raises DataError naming the line that cannot be meant."""
    refuse_large(path, limit=MAX_JSON_BYTES)
    named = FILE_NAME.search(path.name)
    task = named["task"] if named else None
    rows = []
    number = 0
    try:
        with path.open("rb") as stream:
            # Python's own parser: the tool writes NaN, which is no JSON
            for line in jsonlines.Reader(bounded(stream, path), loads=json.loads).iter(type=dict, skip_empty=True):
                number += 1
                rows.append(row_of(line, task=task, where=f"{path.name!r}, line {number}"))
    except OSError as error:
        raise DataError(f"cannot read {str(path)!r}: {error.strerror}") from None
    except (jsonlines.InvalidLineError, UnicodeDecodeError, RecursionError):
        raise DataError(f"{path.name!r}, line {number + 1} is not JSON as lmms-eval writes it: {{...}}") from None
    return rows


def bounded(stream: Any, path: Path) -> Iterator[bytes]:
    """The lines of a file, none of them endless. Raises DataError."""
    count = 0
    while line := stream.readline(MAX_CELL_CHARS):
        count += 1
        refuse_many(count, path=path)
        if len(line) == MAX_CELL_CHARS:
            raise DataError(f"{path.name!r}, line {count} is longer than {MAX_CELL_CHARS:,} bytes; no sample is")
        yield line


def row_of(line: dict[str, Any], *, task: str | None, where: str) -> Row:
    if "doc_id" not in line or not {"resps", "filtered_resps"} & line.keys():
        seen = ", ".join(map(repr, list(line)[:8])) or "nothing"
        raise DataError(f"{where} holds {seen:.60}; a sample of lmms-eval has 'doc_id' and 'filtered_resps'")
    doc = expect_table(line.get("doc") or {}, where=f"{where}: doc")
    prompt = None
    if "candidates" in doc:
        question = text_of(doc.get("question"))
        choices = choices_of(doc["candidates"], where=where)
    else:
        prompt = line.get("input")
        if not isinstance(prompt, str):
            raise no_prompt(prompt, where=where)
        prompt = text_of(prompt)
        question, choices = asked(prompt, where=where)
    score = line.get(METRIC, {})
    points = score.get("score") if isinstance(score, dict) else None
    named = line.get("task") if task is None else task
    # what the model said, and not what a filter left of it, where both are there
    reply = first_text(line["resps"] if "resps" in line else line["filtered_resps"], where=where)
    said, failure = told(line, reply, where=where)
    return Row(
        where=where,
        task=named if isinstance(named, str) else None,
        index=place_of(line["doc_id"], name="doc_id", where=where),
        reply=reply,
        question=question,
        choices=choices,
        prompt=prompt,
        answer=text_of(doc["answer"] if "answer" in doc else line.get("target")),
        video=text_of(doc["video"]) if "video" in doc else None,
        start=seconds_of(doc.get("start"), where=where),
        end=seconds_of(doc.get("end"), where=where),
        right=points == 1 if isinstance(points, int | float) else None,
        said=said,
        failure=failure,
    )


def told(line: dict[str, Any], text: str, *, where: str) -> tuple[Reply | None, Failure | None]:
    """What a line of ours says beyond the reply's text; twice None for a line of the tool's. Raises DataError."""
    more = expect_table(line.get(OURS) or {}, where=f"{where}: {OURS}")
    try:
        if (failure := more.get("failure")) is not None:
            reason, detail = failure["reason"], failure["detail"]
            if reason not in get_args(FailureReason) or not isinstance(detail, str):
                raise ValueError(reason)
            return None, Failure(reason, text_of(detail))
        return (None if more.get("reply") is None else reply_of({"text": text} | more["reply"])), None
    except (KeyError, TypeError, ValueError, OverflowError):
        raise DataError(f"{where}: {OURS} is {more!r:.60}; it must be what `mvbench report` wrote there") from None


def asked(prompt: str, *, where: str) -> tuple[str, tuple[str, ...]]:
    """The question and the choices that a prompt of the task was made of. Raises DataError when it is another's.

    The last option is one line, as all of MVBench are: what follows it is the closing instruction, of any length.

    >>> asked("Question:What?\\nOption:\\n(A) a cup\\n(B) a box\\nOnly give the best option.\\n", where="line 1")
    ('What?', ('a cup', 'a box'))
    """
    found = QUESTION.search(prompt)
    if found is None:
        raise no_prompt(prompt, where=where)
    texts: list[str] = []
    rest = found["options"].removeprefix("(A) ")
    for letter in LETTERS[1:]:
        text, mark, after = rest.partition(f"\n({letter}) ")
        if not mark:
            break
        texts.append(text)
        rest = after
    texts.append(rest.partition("\n")[0])
    return found["question"], tuple(texts)


def no_prompt(value: object, *, where: str) -> DataError:
    return DataError(
        f"{where} has no 'doc', and its 'input' is {value!r:.60}, not the prompt of an MVBench task of lmms-eval"
    )


def asks(prompt: str, question: str, choices: Sequence[str]) -> bool:
    """Whether a prompt is one of the task for this question, to the character, whatever instructions surround it.

    >>> asks("Question:Where?\\nOption:\\n(A) in\\nthe box\\nOnly give the best option.", "Where?", ["in\\nthe box"])
    True
    """
    options = "".join(f"({letter}) {choice}\n" for letter, choice in zip(LETTERS, choices, strict=False))
    return f"Question:{question}\nOption:\n{options}" in f"{prompt}\n"


def first_text(value: object, *, where: str) -> str:
    """The reply, which lies in one or two lists. Raises DataError for more than one reply to a question."""
    for _ in range(4):
        if not isinstance(value, list):
            break
        if len(value) > 1:
            raise DataError(f"{where} has {len(value)} replies to one question; only single ones can be judged")
        value = value[0] if value else None
    if isinstance(value, list | dict):
        raise DataError(f"{where}: the reply is {value!r:.60}; it must be a text")
    return text_of(value)
