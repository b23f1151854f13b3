"""A model -> a checkpoint folder of our own.

config.json          what it is: every size, the compat switches (see `description`)
model.safetensors    its weights; without the language model where that is frozen and has a folder of its own
adapter/             the language model's LoRA adapters alone, as peft loads them
tokenizer/           the language model's        bert_tokenizer/    the Q-Former's
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from baselines.videochat2 import lora
from baselines.videochat2.checkpoint.description import CONFIG, Keeping, described
from baselines.videochat2.sizes import Build
from baselines.videochat2.weights.names import ADAPTER
from mvbench.errors import UsageError
from mvbench.folders import explained, pretty, remove, write_atomically
from mvbench.models.huggingface.batching import one_line

if TYPE_CHECKING:
    from torch import nn

WEIGHTS = "model.safetensors"
ADAPTERS = "adapter"
TOKENIZER = "tokenizer"
BERT_TOKENIZER = "bert_tokenizer"
LLM = "llm."


def save(
    folder: str | Path,
    model: nn.Module,
    build: Build,
    *,
    tokenizer: Any = None,
    bert_tokenizer: Any = None,
    language_model: Keeping = "included",
) -> Path:
    """Write the checkpoint over what lies in the folder. `config.json` goes first and comes last.

    A write that ends half-way so leaves a folder that does not load. Raises UsageError for adapters that have been
    merged into a language model which is not saved, RunError where the folder cannot be written.
    """
    folder = Path(folder)
    llm = getattr(model, "llm", None)
    adapted = llm is not None and lora.is_adapted(llm)
    if build.lora is not None and not adapted and language_model == "external" and llm is not None:
        raise UsageError("the LoRA adapters are merged into a language model that is not saved; load with merge=False")
    with explained(folder, advice="the checkpoint there is not complete"):
        folder.mkdir(parents=True, exist_ok=True)
        parts = [file.name for file in folder.glob(".*.part")]  # of a write that was killed
        for name in (CONFIG, ADAPTERS, TOKENIZER, BERT_TOKENIZER, *parts):
            remove(folder / name)
        write_weights(folder / WEIGHTS, kept(model, language_model))
        if adapted:
            lora.save_adapter(llm, folder / ADAPTERS)
        for name, words in ((TOKENIZER, tokenizer), (BERT_TOKENIZER, bert_tokenizer)):
            if words is not None:
                with told_as_system():
                    words.save_pretrained(folder / name)
        settings = described(build, language_model=language_model)
        if not adapted:
            settings["lora"] = None
        write_atomically(folder / CONFIG, pretty(settings))
    return folder


def kept(model: nn.Module, language_model: Keeping) -> dict[str, Any]:
    """What goes into `model.safetensors`: all but the adapters, and of weights under two names the first."""
    weights: dict[str, Any] = {}
    seen: set[int] = set()
    for name, tensor in model.state_dict(keep_vars=True).items():
        elsewhere = ADAPTER.search(name) or (language_model == "external" and name.startswith(LLM))
        if not elsewhere and id(tensor) not in seen:
            seen.add(id(tensor))
            weights[name] = tensor.detach().cpu().contiguous()
    return weights


@contextmanager
def told_as_system() -> Iterator[None]:
    """A full disk in the words of safetensors and tokenizers, which are no OSError, becomes one."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:  # tokenizers raises nothing narrower
        raise OSError(one_line(error)) from None


def write_weights(file: Path, weights: Mapping[str, Any]) -> None:
    """The file appears in one piece, for everybody who may read others in its folder."""
    from safetensors.torch import save_file

    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        part.touch()
        mode = part.stat().st_mode
        with told_as_system():
            save_file(dict(weights), part, metadata={"format": "pt"})
        part.chmod(mode)  # safetensors makes files that nobody else may read
        with part.open("rb") as stream:
            os.fsync(stream.fileno())
        part.replace(file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
