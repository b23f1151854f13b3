"""Names of weights: the original's, which other checkpoints have, and ours.

They differ in three places only. The original calls the language model and the projection after it, one way for each;
peft 0.4, by which it was trained, keeps an adapted layer's own weight beside the adapters where newer ones put it under
`base_layer`; and what wraps a network in training may leave `module.` in front of everything.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Llm = Literal["llama", "mistral", "phi"]

ORIGINAL = re.compile(r"(llama|mistral|phi)_(model|proj)\.")
OURS = {"model": "llm.", "proj": "projection."}
WRAPPER = "module."
ADAPTED = re.compile(r"(.+)\.lora_A\..+")
ADAPTER = re.compile(r"\.lora_[AB]\.")
OWN = re.compile(r"(llm\..+)\.(weight|bias)")
BASE = ".base_layer."

COMPUTED = re.compile(r"(.+\.)?(position_ids|rotary_emb\.inv_freq|attn\.masked_bias|attn\.bias)")
"""Tables that some versions of the libraries save and that follow from the sizes."""


def ours(names: Collection[str]) -> dict[str, str]:
    """Each name of a foreign checkpoint -> ours.

    All of them at once, since a layer's own weight has another name where the layer is adapted.

    >>> ours(["llama_proj.bias", "llama_model.base_model.model.lm_head.weight"])["llama_proj.bias"]
    'projection.bias'
    >>> list(ours(["phi_model.x.lora_A.default.weight", "phi_model.x.weight"]).values())
    ['llm.x.lora_A.default.weight', 'llm.x.base_layer.weight']
    """
    wrapped = bool(names) and all(name.startswith(WRAPPER) for name in names)
    found = {name: renamed(name.removeprefix(WRAPPER) if wrapped else name) for name in names}
    adapted = adapted_layers(found.values())
    return {name: own_weight(new, adapted) for name, new in found.items()}


def renamed(name: str) -> str:
    return ORIGINAL.sub(lambda found: OURS[found[2]], name, count=1) if ORIGINAL.match(name) else name


def adapted_layers(names: Iterable[str]) -> set[str]:
    return {found[1] for name in names if (found := ADAPTED.fullmatch(name))}


def own_weight(name: str, adapted: Collection[str]) -> str:
    found = OWN.fullmatch(name)
    return f"{found[1]}{BASE}{found[2]}" if found and found[1] in adapted else name


def original(names: Iterable[str], *, llm: Llm) -> dict[str, str]:
    """Each name of ours -> the original's, for the language model it is called after.

    >>> original(["llm.x.base_layer.weight", "projection.bias"], llm="phi")
    {'llm.x.base_layer.weight': 'phi_model.x.weight', 'projection.bias': 'phi_proj.bias'}
    """
    prefixes = {new: f"{llm}_{old}." for old, new in OURS.items()}
    return {name: prefixed(name, prefixes).replace(BASE, ".") for name in names}


def prefixed(name: str, prefixes: Mapping[str, str]) -> str:
    first, dot, rest = name.partition(".")
    return prefixes[first + dot] + rest if first + dot in prefixes else name


@dataclass(frozen=True, slots=True)
class Sign:
    """What the names of a checkpoint tell of where it comes from.

    `stage` None: none of the four. `llm`: which one the original's names are called after, None where they are called
    after none. Stages 3 and 4 have the same names, and both are told as 3.
    """

    stage: Literal[1, 2, 3] | None
    llm: Llm | None
    adapted: bool


def sign(names: Iterable[str]) -> Sign:
    """Read off the names in a file, as they are there.

    >>> sign(["llama_proj.weight", "query_tokens", "qformer.bert.embeddings.word_embeddings.weight"])
    Sign(stage=3, llm='llama', adapted=False)
    """
    names = [name.removeprefix(WRAPPER) for name in names]
    called: list[Llm] = [found[1] for name in names if (found := ORIGINAL.match(name))]  # type: ignore[misc]
    reads = any(".word_embeddings." in name for name in names)
    stage: Literal[1, 2, 3] | None = None
    if any(name.startswith(("itm_head.", "vision_proj.", "text_proj.")) for name in names):
        stage = 1
    elif called or any(name.startswith("projection.") for name in names):
        stage = 3 if reads else 2
    return Sign(stage, called[0] if called else None, any(ADAPTER.search(name) for name in names))
