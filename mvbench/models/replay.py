"""Replies that were made elsewhere, by sample id: judge them as if a model had just given them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import jsonlines

from mvbench.errors import UsageError
from mvbench.results import RECORDS, expect, reply_of, whole_lines
from mvbench.types import FrameSpec, Generation, Reply, Request


class Replay:
    """Answers with the replies of `path`: a run folder, or JSON lines `{"sample_id": ..., "reply": "text"}`.

    The last line per id counts. A sample without a reply becomes an error record. Nothing is decoded.
    """

    name = "replay"
    batch_size = 64
    concurrency = 1
    wants = FrameSpec(frames=False)

    def __init__(self, *, generation: Generation, path: str) -> None:
        if not isinstance(path, str):
            raise UsageError(f"path is {path!r}; it must name a run folder or a JSONL file")
        source = Path(path)
        source = source / RECORDS if source.is_dir() else source
        self._replies = read_replies(source)
        self._hash = hashlib.blake2b(source.read_bytes(), digest_size=16).hexdigest()

    def identity(self) -> Mapping[str, str]:
        return {"replies": self._hash}

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        missing = Reply("", error="the replayed file has no reply for this sample")
        return [self._replies.get(request.sample_id, missing) for request in requests]


def read_replies(path: Path) -> dict[str, Reply]:
    """The replies of a JSONL file by sample id, without a last line that a kill tore off.

    Raises UsageError naming the line that is none.
    """
    replies: dict[str, Reply] = {}
    number = 0
    try:
        if path.exists() and not path.is_file():
            raise UsageError(f"{str(path)!r} is not a regular file; path must name a run folder or a JSONL file")
        with path.open("rb") as stream:
            for line in jsonlines.Reader(whole_lines(stream)).iter(type=dict):
                name, reply = expect(line["sample_id"], str), line["reply"]
                replies.pop(name, None)
                if reply is not None:
                    replies[name] = reply_of({"text": reply} if isinstance(reply, str) else reply)
                number += 1
    except OSError as error:
        raise UsageError(f"cannot read the replies {str(path)!r}: {error.strerror}") from None
    except UsageError:
        raise
    except (jsonlines.InvalidLineError, KeyError, TypeError, ValueError):
        raise UsageError(
            f'{str(path)!r}, line {number + 1} is no reply; a line is {{"sample_id": ..., "reply": "text"}}'
        ) from None
    return replies
