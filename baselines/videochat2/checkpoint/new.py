"""A checkpoint to begin with: random weights of a named size, with tokenizers."""

from __future__ import annotations

import hashlib
import logging
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from baselines.videochat2 import language, words
from baselines.videochat2.build import OWN_LLM, make, named, over, seeded
from baselines.videochat2.checkpoint.description import CONFIG, MADE, Keeping, description
from baselines.videochat2.checkpoint.initial import load_bert, load_vision
from baselines.videochat2.checkpoint.saving import save
from baselines.videochat2.sizes import FIXED, Build
from baselines.videochat2.weights.names import ADAPTER
from mvbench.errors import RunError, UsageError
from mvbench.folders import claimed, explained, pretty, refuse_other_settings, write_atomically
from mvbench.models.huggingface.batching import one_line
from mvbench.models.huggingface.folder import describing_files, digest
from mvbench.models.huggingface.hashes import content_hashes

log = logging.getLogger(__name__)

KIND = "checkpoint made by `mvbench build`"
SAME_LLM = ("model_type", "hidden_size", "num_hidden_layers")
BYTES = 4
WORTH_SAYING = 10**8

SPEAKER = "language model"
ADAPTERS = "LoRA adapters"
PARTS = {
    "vision encoder": ("vision_encoder.", "vision_layernorm."),
    "Q-Former": ("qformer.", "query_tokens", "extra_query_tokens"),
    "projection": ("projection.",),
    ADAPTERS: (),
    SPEAKER: ("llm.",),
}


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be made. `text` trains the tokenizers of sizes that have their own; `vision` is a file of weights."""

    size: str
    seed: int = 0
    text: Path | None = None
    llm: Path | None = None
    bert: Path | None = None
    vision: Path | None = None

    def facts(self) -> dict[str, Any]:
        """Two orders with the same facts make the same files: contents are told by hashes, and no path is."""
        text = words.read_text(self.text) if self.text else words.own_text()
        reads_text = self.size in OWN_LLM and not (self.llm and self.bert)
        return {
            "size": self.size,
            "seed": self.seed,
            "text": hashlib.blake2b(text.encode(), digest_size=16).hexdigest() if reads_text else None,
            "llm": content(self.llm, "llm", weights=False),
            "bert": content(self.bert, "bert", weights=self.size not in OWN_LLM),
            "vision": file_content(self.vision, "vision"),
        }


@dataclass(frozen=True, slots=True)
class Made:
    """What lies in a folder: numbers by part, bytes on disk, and whether the language model is there too."""

    build: Build
    parameters: Mapping[str, int]
    bytes: int
    language_model: Keeping


def make_checkpoint(folder: Path, order: Order, *, fresh: bool = False) -> Made:
    """Write the checkpoint, or finish it; one that is finished stays as it is.

    Raises UsageError for an order that cannot be made, RunError for a folder that holds something else.
    """
    build = replace(named(order.size), compat=FIXED)  # the original's ways are for the original's weights
    refuse_incomplete(build, order)
    facts = order.facts()
    with (
        explained(folder, advice="mend that and run the same command again"),
        claimed(folder, marker=MADE, kind=KIND, fresh=fresh),
    ):
        if (folder / MADE).exists():
            refuse_other_settings(folder, recorded(folder), facts, kind=KIND)
        if not (folder / CONFIG).exists():
            write(folder, build, order, facts)
    return found(folder)


def write(folder: Path, build: Build, order: Order, facts: Mapping[str, Any]) -> None:
    text = words.read_text(order.text) if order.text else words.own_text()
    build, tokenizer = speaking(build, order, text)
    build, bert_tokenizer = reading(build, order, text)
    keeping: Keeping = "external" if order.llm else "included"
    size = BYTES * sum(number for part, number in counted(build).items() if not (order.llm and part == SPEAKER))
    if size > WORTH_SAYING:
        log.info("making %s: %.1f GB will be written to %s", build.name, size / 1e9, folder)
    free = shutil.disk_usage(folder).free
    if size > free:
        raise RunError(f"{build.name} takes {size / 1e9:.1f} GB in {str(folder)!r}, where {free / 1e9:.1f} GB are free")
    model = begun(build, order)
    write_atomically(folder / MADE, pretty(facts))
    save(folder, model, build, tokenizer=tokenizer, bert_tokenizer=bert_tokenizer, language_model=keeping)


def begun(build: Build, order: Order) -> Any:
    """The networks with the weights to begin with. A language model that stays in its own folder is not read."""
    import torch

    if order.llm:
        with torch.device("meta"):
            model: Any = seeded(build, seed=order.seed, llm=language.new_llm(build.llm))
    else:
        model = seeded(build, seed=order.seed)
    if order.vision:
        load_vision(model.vision_encoder, order.vision)
    if order.bert and build.name not in OWN_LLM and bert_weights(order.bert):
        load_bert(model.qformer, order.bert)
    return model


def speaking(build: Build, order: Order, text: str) -> tuple[Build, Any]:
    """The build over the language model that is asked for, and that one's tokenizer."""
    if not order.llm:
        tokenizer = words.language_tokenizer(text, entries=build.llm["vocab_size"])
        return replace(build, llm={**build.llm, "vocab_size": len(tokenizer)}), tokenizer
    facts = language.config(order.llm)
    tokenizer = language.llm_tokenizer(order.llm)
    if build.name in OWN_LLM:
        own_words = "chat_template" if tokenizer.chat_template else build.prompt_format
        return replace(over(build, facts), prompt_format=own_words), tokenizer
    for name in SAME_LLM:
        if facts.get(name) != build.llm[name]:
            raise UsageError(
                f"--llm {str(order.llm)!r} has {name} {facts.get(name)!r}, and {build.name} is made for "
                f"{build.llm[name]!r}; give that language model, or another --size"
            )
    return over(build, facts), tokenizer


def reading(build: Build, order: Order, text: str) -> tuple[Build, Any]:
    """The build with a Q-Former of as many words as its tokenizer has, and that tokenizer."""
    if order.bert and build.name not in OWN_LLM:
        return build, language.bert_tokenizer(order.bert, build)
    if order.bert:
        tokenizer = language.plain_bert_tokenizer(order.bert)
    else:
        tokenizer = words.reading_tokenizer(text, entries=build.qformer.vocabulary)
    build = replace(build, qformer=replace(build.qformer, vocabulary=len(tokenizer)))
    return build, language.reading(tokenizer, build)


def refuse_incomplete(build: Build, order: Order) -> None:
    """Raises UsageError for a size over a public language model without the folders that go with it."""
    if build.name in OWN_LLM:
        return
    missing = [f"--{name} FOLDER" for name in ("llm", "bert") if getattr(order, name) is None]
    if missing:
        raise UsageError(
            f"size {build.name!r} stands on a public language model and BERT's tokenizer: give "
            f"{' and '.join(missing)}; {' and '.join(map(repr, OWN_LLM))} need neither"
        )
    if order.text:
        raise UsageError(f"--text trains the tokenizers of {' and '.join(OWN_LLM)}; {build.name} has none of its own")


def bert_weights(folder: Path) -> list[Path]:
    """The files with weights in BERT's folder; none where only its tokenizer is there."""
    return [file for file in folder.iterdir() if file.suffix in (".safetensors", ".bin")]


def content(folder: Path | None, argument: str, *, weights: bool) -> str | None:
    """A hash of the files that describe a model, and of its weights where those are read."""
    if folder is None:
        return None
    folder = language.existing(folder, argument)
    try:
        return digest(folder, sorted([*describing_files(folder), *(bert_weights(folder) if weights else ())]))
    except OSError as error:
        raise UsageError(f"--{argument} {str(folder)!r} cannot be read: {error.strerror}") from None


def file_content(file: Path | None, argument: str) -> str | None:
    if file is None:
        return None
    try:
        return content_hashes([file])[0]
    except OSError as error:
        raise UsageError(f"--{argument} {str(file)!r} cannot be read: {error.strerror}") from None


def recorded(folder: Path) -> dict[str, Any]:
    try:
        facts = orjson.loads((folder / MADE).read_bytes())
    except ValueError as error:
        raise RunError(
            f"{str(folder / MADE)!r} is damaged ({one_line(error)}); --fresh moves the folder aside"
        ) from None
    return facts if isinstance(facts, dict) else {}


def found(folder: Path) -> Made:
    """What a finished folder holds."""
    told = description(folder)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return Made(told.build, counted(told.build), size, told.language_model)


def counted(build: Build) -> dict[str, int]:
    """Numbers by part, counted without making one."""
    import torch

    with torch.device("meta"):
        model = make(build)
    numbers = dict.fromkeys(PARTS, 0)
    for name, weight in model.named_parameters():
        numbers[part_of(name)] += weight.numel()
    return {part: number for part, number in numbers.items() if number}


def part_of(name: str) -> str:
    if ADAPTER.search(name):
        return ADAPTERS
    (part,) = (part for part, beginnings in PARTS.items() if name.startswith(beginnings))
    return part
