"""VideoChat2 of any size in memory alone, with weights drawn at random that can be made to answer like a trained one.

Trained weights reply with a letter and its option's text, and so end soon, or sooner where the first word is enough;
those drawn at random go on to the last token. `teach` makes them answer in the same way, whatever their size.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import nn

from baselines.videochat2 import language, words
from baselines.videochat2.adapter import VideoChat2
from baselines.videochat2.build import make, named
from baselines.videochat2.checkpoint.accounts import Account
from baselines.videochat2.checkpoint.loading import Loaded
from baselines.videochat2.sizes import Build
from mvbench.models.huggingface.likelihood import encoded
from mvbench.types import AnswerMode, Generation

REPLY = ") The person opens a door."
"""What follows the letter: no word twice."""

CERTAIN = 20.0
"""The logit of the one word that may come next; others are a few units from 0."""

MIXED = 0.3
"""How far the layers may carry a word's vector away from its embedding, as a share of its length."""

CHOOSY = 4.0
"""Length of the vectors by which letters differ."""


@dataclass(frozen=True, slots=True)
class InMemory:
    """In place of a checkpoint on a disk."""

    loaded: Loaded

    @property
    def build(self) -> Build:
        return self.loaded.build

    def load(self) -> Loaded:
        return self.loaded


def drawn(size: str, *, device: torch.device, dtype: torch.dtype, seed: int = 0) -> Loaded:
    """The build of that name, made where it is to work, with tokenizers learnt from this project's own text.

    Low-rank adapters are left out, as merging leaves none. Words that the tokenizer does not know are never written. A
    language model with a chat template of its own, which comes with its tokenizer, is spoken to as Vicuna is.
    """
    build = replace(named(size), lora=None)
    if build.prompt_format == "chat_template":
        build = replace(build, prompt_format="vicuna")
    text = words.own_text()
    tokenizer = words.language_tokenizer(text, entries=build.llm["vocab_size"])
    reader = words.reading_tokenizer(text, entries=build.qformer.vocabulary)
    usual = torch.get_default_dtype()
    torch.manual_seed(seed)
    torch.set_default_dtype(dtype)
    try:
        with torch.device(device):
            model = make(build)
    finally:
        torch.set_default_dtype(usual)
    with torch.no_grad():
        model.llm.get_output_embeddings().weight[len(tokenizer) :] = 0
    return Loaded(model.eval(), build, tokenizer, language.reading(reader, build), Account(()))


def adapter(loaded: Loaded, *, answer: AnswerMode = "generate", batch_size: int) -> VideoChat2:
    """The model that `mvbench eval` asks, with its defaults."""
    with tempfile.NamedTemporaryFile(suffix=".pth") as nothing:  # it is never read
        file = nothing.name
        model = VideoChat2(generation=Generation(answer), checkpoint=file, llm=file, bert=file, batch_size=batch_size)
    model.source = InMemory(loaded)
    return model


@torch.no_grad()
def teach(loaded: Loaded, text: str, letters: Sequence[str], *, seed: int = 1) -> None:
    """Have the language model answer a prompt that ends like `text` with one of the letters and `REPLY`, then end.

    Each word's vector points to the word that comes next, and the layers add little to it; by what they add, which
    follows from the whole prompt, the letters are told apart.
    """
    llm, tokenizer = loaded.model.llm, loaded.tokenizer
    table, head = llm.get_input_embeddings().weight, llm.get_output_embeddings().weight
    assert table is not head, "a language model whose two tables are one cannot be taught like this"
    torch.manual_seed(seed)
    table.normal_()
    calm(llm)
    (last,) = tokenizer.encode(text, add_special_tokens=False)[-1:]
    width = table.shape[1]

    def pointing(token: int) -> torch.Tensor:
        return CERTAIN / width**0.5 * nn.functional.normalize(table[token].float(), dim=0)

    replies = [encoded(text, letter + REPLY, tokenizer) for letter in letters]
    following = replies[0][1:]
    assert len(set(following)) == len(following) and all(reply[1:] == following for reply in replies)
    aim = pointing(last)
    for letter, *_ in replies:
        own = nn.functional.normalize(torch.randn_like(aim), dim=0)
        own -= own.dot(aim) / aim.dot(aim) * aim
        head[letter] = (aim + CHOOSY * own).to(head.dtype)
    head[following[0]] = sum(pointing(letter) for letter, *_ in replies).to(head.dtype)
    for before, after in zip(following, (*following[1:], tokenizer.eos_token_id), strict=True):
        head[after] = pointing(before).to(head.dtype)


def calm(llm: nn.Module) -> None:
    """Let all layers together add a vector of about `MIXED` times the length of a word's."""
    weights = [
        weight for name, weight in llm.named_parameters() if name.endswith(("o_proj.weight", "down_proj.weight"))
    ]
    for weight in weights:
        gain = float(weight.float().std()) * weight.shape[1] ** 0.5
        weight.mul_(MIXED / (gain * len(weights) ** 0.5))
