"""How replies are decoded: greedily and said so, whatever the checkpoint's own generation config says."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from mvbench.errors import UsageError, suggestion
from mvbench.models.huggingface import ranges
from mvbench.types import Generation, Request

GREEDY: Mapping[str, Any] = {
    "do_sample": False,
    "num_beams": 1,
    "repetition_penalty": 1.0,
    "length_penalty": 1.0,
    "no_repeat_ngram_size": 0,
    "use_cache": True,
}
PLAIN_SAMPLING: Mapping[str, Any] = {"temperature": 1.0, "top_p": 1.0, "top_k": 0}
"""transformers would keep the 50 likeliest tokens where nobody says otherwise."""

REFUSED = ("num_return_sequences", "return_dict_in_generate", "max_length")


def settings(generation: Generation) -> dict[str, Any]:
    """What `generate` is told, `gen_kwargs` last. A temperature above 0 samples, unless `do_sample` says otherwise.

    Raises UsageError for a setting that would break one reply per request, or a value that cannot be.
    """
    given = dict(generation.gen_kwargs)
    ranges.check(given)
    for name in REFUSED:
        if name in given:
            raise UsageError(f"--gen-kwargs {name}={given[name]!r} is refused: there is one reply per request")
    temperature = given.get("temperature")
    if isinstance(temperature, int | float) and "do_sample" not in given:
        given["do_sample"] = temperature > 0
    if given.get("do_sample"):
        return {**GREEDY, **PLAIN_SAMPLING, "max_new_tokens": generation.max_new_tokens, **given}
    unused = {"temperature", "top_p", "top_k", "min_p"}
    kept = {name: value for name, value in given.items() if name not in unused}
    return {**GREEDY, "max_new_tokens": generation.max_new_tokens, **kept}


def generation_config(model: Any, tokenizer: Any, chosen: Mapping[str, Any]) -> Any:
    """A `GenerationConfig` with these settings and, of the model's own, the token ids alone.

    A reply ends where the model's or the tokenizer's end token stands, or where the user's does if there is one.
    Raises UsageError for an unknown setting and for values that transformers refuses.
    """
    from transformers import GenerationConfig

    known = vars(GenerationConfig())
    for name in chosen:
        if name not in known or name.startswith("_"):
            raise UsageError(f"--gen-kwargs {name} is unknown to transformers{suggestion(name, known)}")
    own = getattr(model, "generation_config", None)
    ends = end_tokens(getattr(own, "eos_token_id", None), tokenizer.eos_token_id)
    pad = next(
        (token for token in (getattr(own, "pad_token_id", None), tokenizer.pad_token_id, *ends) if token is not None),
        None,
    )
    ids = {
        "eos_token_id": ends or None,
        "pad_token_id": pad,
        "bos_token_id": getattr(own, "bos_token_id", None),
        "decoder_start_token_id": getattr(own, "decoder_start_token_id", None),
    }
    try:
        config = GenerationConfig(**{**ids, **chosen})
        config.validate()
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UsageError(f"--gen-kwargs cannot be used: {' '.join(str(error).split())[:200]}") from None
    return config


def end_tokens(*ids: int | Sequence[int] | None) -> list[int]:
    """The ids, each once, in order.

    >>> end_tokens([2, 3], 2), end_tokens(None, 5)
    ([2, 3], [5])
    """
    flat = [token for some in ids if some is not None for token in ([some] if isinstance(some, int) else some)]
    return list(dict.fromkeys(flat))


def recorded(config: Any) -> dict[str, Any]:
    """What the configuration sets, in plain values."""
    return {
        name: value
        for name, value in sorted(config.to_dict().items())
        if value is not None and isinstance(value, bool | int | float | str | list)
    }


def seed_for(requests: Sequence[Request], seed: int) -> int:
    """A seed that follows from the requests alone, so that a resumed run draws as an uninterrupted one does."""
    names = "\n".join([str(seed), *(request.sample_id for request in requests)])
    return int.from_bytes(hashlib.blake2b(names.encode(), digest_size=6).digest())
