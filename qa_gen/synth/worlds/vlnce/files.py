"""The files of VLN-CE: the episodes, their ground truth, and which clip shows which of them up to where."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import jsonlines
import orjson

from qa_gen.splits import Split
from qa_gen.synth.world import Told
from qa_gen.synth.worlds.vlnce.instruction import tokens, vocabulary

RELEASED = {"test": "val_unseen", "train": "train"}
"""Split -> the split of the release that holds it."""

TOKENS = 200
"""Each instruction is padded to this length, as in the preprocessed release."""


def publish(folder: Path, told: Callable[[], Iterable[Told]], split: Split) -> None:
    name = RELEASED[split]
    below = folder / name
    below.mkdir(parents=True, exist_ok=True)
    words = vocabulary()
    with zipped(below / f"{name}.json.gz") as file:
        file.write(b'{"episodes": [')
        for separator, scene in separated(told()):
            episode = scene.records["episode"]
            text = episode["instruction"]["instruction_text"]
            spoken = {"instruction_text": text, "instruction_tokens": tokens(text, words, length=TOKENS)}
            file.write(separator + orjson.dumps({**episode, "instruction": spoken}))
        file.write(b'], "instruction_vocab": ' + orjson.dumps(vocabulary_record(words)) + b"}")
    with zipped(below / f"{name}_gt.json.gz") as file:
        file.write(b"{")
        for separator, scene in separated(told()):
            key = orjson.dumps(str(scene.records["episode"]["episode_id"]))
            file.write(separator + key + b": " + orjson.dumps(scene.records["gt"]))
        file.write(b"}")
    with jsonlines.open(folder / "render_plan.jsonl", "w") as plan:
        plan.write_all({"split": name, **scene.records["clip"]} for scene in told())


def separated(told: Iterable[Told]) -> Iterator[tuple[bytes, Told]]:
    for number, scene in enumerate(told):
        yield (b", " if number else b""), scene


@contextmanager
def zipped(path: Path) -> Iterator[gzip.GzipFile]:
    """A gzip file without a name or a date in it, so that equal content makes equal bytes."""
    with path.open("wb") as raw, gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as file:
        yield file


def vocabulary_record(words: list[str]) -> dict[str, object]:
    numbers = {word: number for number, word in enumerate(words)}
    return {
        "word_list": words,
        "word2idx_dict": numbers,
        "stoi": numbers,
        "itos": words,
        "num_vocab": len(words),
        "UNK_INDEX": 1,
        "PAD_INDEX": 0,
    }
