"""The Run folder; the only code that knows its format.

`run.json` says who, what, with which code and data. `records.jsonl` is the truth: one line per question as it finishes,
the last line per id counts. `summary.json`, `results.csv` and `upload_leaderboard.json` are derived from it.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Self, get_args

import jsonlines
import orjson

from mvbench.errors import Failure, FailureReason, MissingExtra, RunError, suggestion
from mvbench.folders import claimed, explained, pretty, refuse_other_settings, write_atomically
from mvbench.types import LETTERS, Clip, FinishReason, Record, Reply, Sample, Status, Task, Verdict

if TYPE_CHECKING:
    import pandas

SCHEMA = 1
FACTS = "run.json"
RECORDS = "records.jsonl"
SUMMARY = "summary.json"
RESULTS = "results.csv"
UPLOAD = "upload_leaderboard.json"
MAX_RUN_JSON_BYTES = 16 * 2**20
RESUME = "finished questions are kept: mend that and run the same command again"


class Done(NamedTuple):
    """How a question ended, without its record."""

    error: bool
    correct: bool


class Tokens(NamedTuple):
    """How much was read and written to answer, as the models counted it."""

    input: int
    output: int
    replies: int


class Run:
    """A run folder. `Run.read` looks at one; `Run.open` makes or resumes one and holds its lock until closed."""

    def __init__(self, path: Path, facts: Mapping[str, Any]) -> None:
        self.path = path
        self.facts = facts
        self._held = ExitStack()
        self._stream: IO[bytes] | None = None
        self._writer: jsonlines.Writer | None = None

    @classmethod
    def read(cls, path: Path) -> Self:
        """An existing run. Raises RunError when the folder is none, or was made by a newer version."""
        facts_path = path / FACTS
        if not facts_path.is_file():
            inside = sorted(path.glob(f"*/{FACTS}"))
            if inside:
                raise RunError(
                    f"{str(path)!r} is no run folder, but holds some: name one, such as {str(inside[0].parent)!r}"
                )
            raise RunError(f"{str(path)!r} is no run folder: it has no {FACTS}; `mvbench eval --out DIR` makes one")
        try:
            if facts_path.stat().st_size > MAX_RUN_JSON_BYTES:
                raise RunError(f"{str(facts_path)!r} has more than {MAX_RUN_JSON_BYTES:,} bytes; it is no run's")
            facts = orjson.loads(facts_path.read_bytes())
            schema = facts["schema"]
            for row in facts["tasks"]:
                for name, value in asdict(Task(**row)).items():
                    expect(value, bool if name == "bounded" else str)
            expect(facts["fingerprint"], dict)
            expect(expect(facts["title"], dict)["model"], str)
            expect(expect(facts["data"], dict)["name"], str)
            expect(facts["data"]["questions"], int)
            expect(expect(expect(facts["arguments"], dict)["resolved"], dict).get("max_errors", 0.0), float, int)
        except OSError as error:
            raise RunError(f"cannot read {str(facts_path)!r}: {error.strerror}") from None
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            raise RunError(
                f"{str(facts_path)!r} is not what mvbench writes; restore it or choose another folder"
            ) from None
        if not isinstance(schema, int) or schema > SCHEMA:
            raise RunError(f"{str(path)!r} has schema {schema!r}; this mvbench reads up to {SCHEMA}: upgrade it")
        return cls(path, facts)

    @classmethod
    def open(cls, path: Path, facts: Mapping[str, Any], *, fresh: bool = False) -> Self:
        """The run that `facts` describes: made, or resumed where its fingerprint is the same.

        `fresh` moves an existing folder aside first. Raises RunError for a folder that is locked, foreign, made with
        other settings (every difference is named) or not writable.
        """
        with ExitStack() as held, explained(path, advice="choose another --out"):
            held.enter_context(claimed(path, marker=FACTS, kind="run", fresh=fresh))
            if (path / FACTS).exists():
                run = cls.read(path)
                refuse_other_settings(path, run.facts["fingerprint"], facts["fingerprint"], kind="run")
            else:
                run = cls(path, {"schema": SCHEMA} | dict(facts))
                write_atomically(path / FACTS, pretty(run.facts))
            run._stream = held.enter_context(open_for_appending(path / RECORDS))
            run._writer = jsonlines.Writer(run._stream, dumps=orjson.dumps)
            run._held = held.pop_all()
            return run

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # After a failed write the buffer still holds what could not be written; it cannot be now either.
        with suppress(OSError):
            self._held.close()

    @property
    def tasks(self) -> tuple[Task, ...]:
        return tuple(Task(**row) for row in self.facts["tasks"])

    def append(self, records: Iterable[Record]) -> None:
        """Write a batch of records and hand it to the system, so that a kill loses no finished batch."""
        assert self._stream and self._writer, "the run was opened for reading"
        with explained(self.path, advice=RESUME):
            self._writer.write_all(to_line(record) for record in records)
            self._stream.flush()

    def done(self, judge: str) -> dict[str, Done]:
        """What is known of each question that has a record, by its id; right or wrong by this judge."""
        return {
            line["sample_id"]: Done(
                error=line["failure"] is not None, correct=line["verdicts"].get(judge, {}).get("correct") is True
            )
            for line in self._lines()
        }

    def records(self) -> Iterator[Record]:
        """The record of each question: its last line, in the order of the file. Never holds them all."""
        last = {line["sample_id"]: number for number, line in enumerate(self._lines())}
        for number, line in enumerate(self._lines()):
            if last[line["sample_id"]] == number:
                yield self._record(line)

    @property
    def shortfalls(self) -> tuple[str, ...]:
        """Why the run is incomplete, in words: replies that are not there yet, too many errors. A whole one has none.

        Raises RunError when there is no summary yet.
        """
        return tuple(map(str, self._summary()["shortfalls"]))

    def scores(self, judge: str = "parsed") -> dict[str, float]:
        """Percent right by task key, and `mean`, the mean over tasks, of the questions that have been asked.

        Raises RunError when there is no summary yet, or none by this judge.
        """
        judges = self._summary()["judges"]
        if judge not in judges:
            raise RunError(f"{str(self.path)!r} has no scores by the judge {judge!r}{suggestion(judge, judges)}")
        row = judges[judge]
        return {"mean": row["macro"]["mean"], **{key: task["accuracy"] for key, task in row["tasks"].items()}}

    def _summary(self) -> dict[str, Any]:
        path = self.path / SUMMARY
        try:
            summary: dict[str, Any] = expect(orjson.loads(path.read_bytes()), dict)
            for row in summary["judges"].values():
                expect(row["macro"]["mean"], float)
                for task in row["tasks"].values():
                    expect(task["accuracy"], float)
            expect(summary["shortfalls"], list)
        except FileNotFoundError:
            raise RunError(f"{str(self.path)!r} has no {SUMMARY} yet; the same evaluation again finishes it") from None
        except (OSError, orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
            raise RunError(f"{str(path)!r} cannot be read; `mvbench score` makes it anew") from None
        return summary

    def frame(self) -> pandas.DataFrame:
        """One row per question: its key facts, its reply and, for each judge, `<judge>.correct` and `<judge>.status`.

        Raises MissingExtra without pandas.
        """
        try:
            import pandas
        except ImportError:
            raise MissingExtra("pandas", extra="tables", purpose="Run.frame()") from None
        return pandas.DataFrame([to_row(record) for record in self.records()])

    def tokens(self) -> Tokens:
        """What every paid reply ever written here was made of, those to questions asked again since included."""
        read = written = replies = 0
        for line in self._lines():
            try:
                reply = None if line["reply"] is None else reply_of(line["reply"])
            except (KeyError, TypeError, ValueError):
                raise self._broken(f"of {line['sample_id']}") from None
            if reply is not None and reply.paid:
                read += reply.input_tokens or 0
                written += reply.output_tokens or 0
                replies += 1
        return Tokens(read, written, replies)

    def note(self, name: str, content: Mapping[str, Any]) -> None:
        """Add what is known only now to `run.json`, or replace it there."""
        if self.facts.get(name) != content:
            self.facts = {**self.facts, name: content}
            self.derive(FACTS, pretty(self.facts))

    def derive(self, name: str, content: bytes) -> Path:
        """Write a file that follows from the records, whole or not at all."""
        with explained(self.path, advice=RESUME):
            return write_atomically(self.path / name, content)

    def withdraw(self, name: str) -> None:
        """Remove a derived file that no longer follows from the records."""
        with explained(self.path, advice=RESUME):
            (self.path / name).unlink(missing_ok=True)

    def _lines(self) -> Iterator[dict[str, Any]]:
        path = self.path / RECORDS
        if not path.exists():
            return
        refuse_special(path)
        number = 0
        try:
            with path.open("rb") as stream:
                for line in jsonlines.Reader(whole_lines(stream)).iter(type=dict):
                    expect(line["sample_id"], str)
                    expect(line["failure"], dict, type(None))
                    for verdict in expect(line["verdicts"], dict).values():
                        expect(verdict, dict)
                    yield line
                    number += 1
        except OSError as error:
            raise RunError(f"cannot read {str(path)!r}: {error.strerror}") from None
        except (jsonlines.InvalidLineError, KeyError, TypeError):
            raise self._broken(number + 1) from None

    def _record(self, line: dict[str, Any]) -> Record:
        try:
            return from_line(line)
        except (KeyError, TypeError, ValueError):
            raise self._broken(f"of {line['sample_id']}") from None

    def _broken(self, line: int | str) -> RunError:
        return RunError(
            f"{str(self.path / RECORDS)!r}, line {line} is no record; delete that line and resume: "
            "its question is then asked again"
        )


def to_line(record: Record) -> dict[str, Any]:
    """One line of `records.jsonl`. Measured times are the top-level keys that end in `_seconds`."""
    sample, reply, failure = record.sample, record.reply, record.failure
    return {
        "sample_id": sample.id,
        "task": sample.task,
        "question": sample.question,
        "choices": sample.choices,
        "answer": sample.answer,
        "answer_text": sample.answer_text,
        "item_hash": sample.item_hash,
        "cluster": sample.cluster,
        "clip": {
            "video": sample.video,
            "located": sample.located,
            "kind": sample.clip.kind,
            "start_seconds": sample.clip.start_seconds,
            "end_seconds": sample.clip.end_seconds,
        },
        "flags": sample.flags,
        "extras": sample.extras,
        "prompt_hash": record.prompt_hash,
        "reply": None
        if reply is None
        else {
            "text": storable(reply.text),
            "prefix": storable(reply.prefix),
            "choice_logprobs": reply.choice_logprobs,
            "finish_reason": reply.finish_reason,
            "reasoning": None if reply.reasoning is None else storable(reply.reasoning),
            "input_tokens": reply.input_tokens,
            "output_tokens": reply.output_tokens,
            "paid": reply.paid,
        },
        "verdicts": {
            judge: {
                "choice": verdict.choice,
                "correct": verdict.correct,
                "status": verdict.status.value,
                "flags": verdict.flags,
            }
            for judge, verdict in record.verdicts.items()
        },
        "frames": record.frames,
        "failure": None if failure is None else {"reason": failure.reason, "detail": storable(failure.detail)},
        "read_seconds": round(record.read_seconds, 6),
        "answer_seconds": round(record.answer_seconds, 6),
    }


def to_row(record: Record) -> dict[str, Any]:
    """One flat row of a table of records."""
    sample, reply, failure = record.sample, record.reply, record.failure
    return {
        "sample_id": sample.id,
        "task": sample.task,
        "question": sample.question,
        "choices": list(sample.choices),
        "answer": sample.answer,
        "video": sample.video,
        "cluster": sample.cluster,
        "item_hash": sample.item_hash,
        "reply": None if reply is None else reply.text,
        "finish_reason": None if reply is None else reply.finish_reason,
        "input_tokens": None if reply is None else reply.input_tokens,
        "output_tokens": None if reply is None else reply.output_tokens,
        "failure": None if failure is None else failure.detail,
        "read_seconds": record.read_seconds,
        "answer_seconds": record.answer_seconds,
    } | {
        f"{judge}.{name}": value
        for judge, verdict in record.verdicts.items()
        for name, value in (("correct", verdict.correct), ("status", verdict.status.value))
    }


def from_line(line: Mapping[str, Any]) -> Record:
    """The Record of a line; its clip path is relative to the data folder. Raises KeyError, TypeError or ValueError."""
    clip, reply, failure = expect(line["clip"], dict), line["reply"], line["failure"]
    choices = tuple(expect(choice, str) for choice in line["choices"])
    answer = expect(line["answer"], int, type(None))
    if not 1 <= len(choices) <= len(LETTERS) or not (answer is None or 0 <= answer < len(choices)):
        raise ValueError(f"answer {answer} of {len(choices)} choices")
    if (reply is None) == (failure is None):
        raise ValueError("either a reply or a failure")
    if failure is not None and failure["reason"] not in get_args(FailureReason):
        raise ValueError(f"failure {failure['reason']!r}")
    return Record(
        sample=Sample(
            id=line["sample_id"],
            task=expect(line["task"], str),
            question=expect(line["question"], str),
            choices=choices,
            answer=answer,
            answer_text=expect(line["answer_text"], str),
            clip=Clip(
                Path(clip["video"]),
                clip["kind"],
                expect(clip["start_seconds"], float, int, type(None)),
                expect(clip["end_seconds"], float, int, type(None)),
            ),
            video=clip["video"],
            located=expect(clip["located"], str),
            item_hash=expect(line["item_hash"], str),
            cluster=expect(line["cluster"], str),
            flags=tuple(line["flags"]),
            extras=expect(line["extras"], dict),
        ),
        prompt_hash=expect(line["prompt_hash"], str, type(None)),
        reply=None if reply is None else reply_of(reply),
        verdicts={judge: verdict_of(row) for judge, row in line["verdicts"].items()},
        frames=expect(line["frames"], dict, type(None)),
        failure=None if failure is None else Failure(failure["reason"], expect(failure["detail"], str)),
        read_seconds=expect(line["read_seconds"], float, int),
        answer_seconds=expect(line["answer_seconds"], float, int),
    )


def verdict_of(row: Mapping[str, Any]) -> Verdict:
    """A verdict as a line holds it. Raises KeyError, TypeError or ValueError."""
    return Verdict(
        choice=expect(row["choice"], int, type(None)),
        correct=expect(row["correct"], bool),
        status=Status(row["status"]),
        flags=tuple(expect(flag, str) for flag in row["flags"]),
    )


def reply_of(row: Mapping[str, Any]) -> Reply:
    """A reply as a line holds it; all but its text may be missing. Raises KeyError, TypeError or ValueError."""
    expect(row, dict)
    logprobs, finish_reason = row.get("choice_logprobs"), row.get("finish_reason")
    if finish_reason is not None and finish_reason not in get_args(FinishReason):
        raise ValueError(f"finish_reason {finish_reason!r}")
    return Reply(
        text=expect(row["text"], str),
        prefix=expect(row.get("prefix", ""), str),
        # JSON has null for what is not finite.
        choice_logprobs=None
        if logprobs is None
        else tuple(math.nan if value is None else float(value) for value in expect(logprobs, list)),
        finish_reason=finish_reason,
        reasoning=expect(row.get("reasoning"), str, type(None)),
        paid=expect(row.get("paid", True), bool),
        input_tokens=expect(row.get("input_tokens"), int, type(None)),
        output_tokens=expect(row.get("output_tokens"), int, type(None)),
    )


def refuse_own_file(path: Path) -> None:
    """Raises RunError for one of the files of a run, which nothing that is made of a run may replace."""
    if path.name in (FACTS, RECORDS, SUMMARY, RESULTS, UPLOAD) and (path.parent / FACTS).is_file():
        raise RunError(f"{str(path)!r} is part of a run; choose another --out")


def expect(value: Any, *kinds: type) -> Any:
    """The value, where it is of one of these types. Raises TypeError."""
    if not isinstance(value, kinds):
        raise TypeError(f"{value!r:.60}")
    return value


def storable(text: str) -> str:
    """The text as a file can hold it: half a surrogate pair, which a model may return, becomes `?`."""
    return text.encode("utf-8", "replace").decode("utf-8")


def whole_lines(stream: IO[bytes]) -> Iterator[bytes]:
    """The lines of a file without a last one that a kill tore off."""
    return (line for line in stream if line.endswith(b"\n"))


def open_for_appending(path: Path) -> IO[bytes]:
    """The file, cut back to its last whole line, ready to be written on."""
    refuse_special(path)
    stream = path.open("ab+")
    try:
        stream.truncate(end_of_last_line(stream))
    except BaseException:
        stream.close()
        raise
    return stream


def refuse_special(path: Path) -> None:
    """Raises RunError for a link, a pipe or a device: reading may never end, writing would change another file."""
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise RunError(f"{str(path)!r} is not a regular file, so no records of a run")


def end_of_last_line(stream: IO[bytes]) -> int:
    """The offset just after the last line feed, found from the end."""
    end = stream.seek(0, os.SEEK_END)
    while end > 0:
        start = max(0, end - 2**16)
        stream.seek(start)
        found = stream.read(end - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0
