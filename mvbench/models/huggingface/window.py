"""How long a prompt a model can read."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from typing import Any

log = logging.getLogger(__name__)


class Window:
    """The number of tokens, prompt and reply together, that a model's configuration states; often it states none.

    Where positions are rescaled (`rope_parameters`, before transformers 5 `rope_scaling`) the stated length may be the
    one before or after: the larger counts. Models whose positions have several axes (Qwen-VL) give a picture fewer
    positions than tokens, so there the stated length is only warned of, once.

    advice: what makes a prompt shorter.
    """

    def __init__(
        self, config: Any, *, advice: str = "show fewer frames, lower --max-pixels or choose another --send-as"
    ) -> None:
        self._advice = advice
        text = config.get_text_config() if hasattr(config, "get_text_config") else config
        rescaling = rescalings(text)
        self.tokens = None if getattr(text, "is_encoder_decoder", False) else stated(text, rescaling)
        self._certain = not any("mrope_section" in one for one in rescaling)

    def check(self, prompt_tokens: int, new_tokens: int) -> None:
        """Raises ValueError for a request that does not fit: beyond the window, noise comes back as a reply."""
        if self.tokens is None or prompt_tokens + new_tokens <= self.tokens:
            return
        trouble = f"a prompt of {prompt_tokens} tokens and {new_tokens} new ones exceed the {self.tokens} of the model"
        if self._certain:
            advice = self._advice if prompt_tokens >= self.tokens else f"lower --max-new-tokens, or {self._advice}"
            raise ValueError(f"{trouble}: {advice}")
        log.warning("%s by its configuration; it is asked all the same, as positions of pictures count less", trouble)
        self.tokens = None


def rescalings(config: Any) -> list[Mapping[str, Any]]:
    """The rescalings of positions: one, or one for each kind of layer."""
    found = getattr(config, "rope_parameters", None) or getattr(config, "rope_scaling", None)
    if not isinstance(found, Mapping):
        return []
    return [found, *(one for one in found.values() if isinstance(one, Mapping))]


def stated(config: Any, rescaling: list[Mapping[str, Any]]) -> int | None:
    length = positive(getattr(config, "max_position_embeddings", None))
    if length is None:
        return None
    longer = [
        factor * (positive(one.get("original_max_position_embeddings")) or length)
        for one in rescaling
        if (factor := positive(one.get("factor"))) is not None
    ]
    return int(max([length, *longer]))


def positive(value: object) -> float | None:
    """The number, or None for what is none that could be a length or a factor."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        return None
    return float(value)
