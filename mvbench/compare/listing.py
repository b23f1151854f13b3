"""Comparison -> a file with every common question, for other programs."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonlines
import orjson

from mvbench.compare.attribution import cause_of
from mvbench.compare.comparison import Comparison
from mvbench.compare.pairing import Question
from mvbench.errors import UsageError
from mvbench.exports import csv_content
from mvbench.folders import explained, write_atomically
from mvbench.results import refuse_own_file

ENDINGS = (".csv", ".jsonl")


def check_out(path: Path) -> None:
    """Raises UsageError for a file that is neither kind, RunError for one of a run's own."""
    if path.suffix not in ENDINGS:
        raise UsageError(f"--out is {str(path)!r}; it must end in {' or '.join(ENDINGS)}")
    refuse_own_file(path)


def write_questions(comparison: Comparison, path: Path) -> None:
    """One row per common question, those with the same result included. Raises UsageError, RunError."""
    check_out(path)
    rows = list(rows_of(comparison))
    with explained(path.parent, advice="choose another --out"):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, csv_content(rows) if path.suffix == ".csv" else as_lines(rows))


def rows_of(comparison: Comparison) -> Iterator[dict[str, Any]]:
    for question in comparison.questions:
        result = question.results[0]
        yield {
            "sample_id": question.sample_id,
            "task": question.task,
            "question": result.question,
            "answer": result.answer,
            "cluster": question.cluster,
            "orbit": question.orbit,
            "judge": comparison.judge,
            **({"asked": str(cause_of(question))} if len(question.results) == 2 else {}),
            **dict(columns(comparison, question)),
        }


def columns(comparison: Comparison, question: Question) -> Iterator[tuple[str, Any]]:
    """Per run its id of the question, what it said, and the share of its replies that are right."""
    for run, result in zip(comparison.runs, question.results, strict=True):
        yield f"{run.letter}.sample_id", result.sample_id
        yield f"{run.letter}.said", "/".join(result.letters)
        yield f"{run.letter}.right", result.share(comparison.judge)


def as_lines(rows: list[dict[str, Any]]) -> bytes:
    stream = io.BytesIO()
    jsonlines.Writer(stream, dumps=orjson.dumps).write_all(rows)
    return stream.getvalue()
