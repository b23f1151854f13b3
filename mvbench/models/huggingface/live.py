"""A model that is alive in someone's program: what tells it from another, and from itself a training step later."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from mvbench.errors import UsageError
from mvbench.models.huggingface.batching import one_line
from mvbench.models.huggingface.weights import out_of_reach, weights_checksum

NO_PART_OF_IT = {"_name_or_path", "name_or_path", "_commit_hash", "transformers_version"}
"""Keys of configurations that say where a model came from, not what it is."""
TOKEN_IDS = ("eos_token_id", "pad_token_id", "bos_token_id", "decoder_start_token_id")
PARTS = ("tokenizer", "image_processor", "video_processor")
ADDRESS = re.compile(" at 0x[0-9a-fA-F]+")


class LiveModel:
    """An nn.Module with `generate`, and its processor. `revision` is one more name for its weights.

    Raises UsageError for what cannot generate, and for a module without weights.
    """

    fallbacks: tuple[str, ...] = ()

    def __init__(self, module: Any, processor: Any, *, revision: str | None) -> None:
        if not (callable(getattr(module, "generate", None)) and hasattr(module, "generation_config")):
            raise UsageError(f"{type(module).__name__} cannot generate; hf needs a model of transformers")
        if not isinstance(revision, str | None):
            raise UsageError(f"revision is {revision!r}; it must be text, such as 'step {revision}'")
        if is_hollow(module):
            raise UsageError(f"{type(module).__name__} has no weights: they are on the meta device; load them first")
        self._module, self._processor, self._revision = module, processor, revision

    def identity(self) -> dict[str, Any]:
        """Weights, settings and processor as they are now, so it changes with training, and with a LoRA switched off.

        Where the weights are not all in this process's memory, `revision` alone names them; UsageError without one.
        """
        return {
            "class": type(self._module).__name__,
            **({} if self._revision is None else {"revision": self._revision}),
            **self._weights(),
            "config": hashed(settings_of(self._module)),
            "processor": hashed(processor_facts(self._processor)),
        }

    def processor(self) -> Any:
        return self._processor

    def model(self) -> Any:
        return self._module

    def _weights(self) -> dict[str, str]:
        trouble = out_of_reach(self._module)
        if trouble is None:
            try:
                return {"weights": weights_checksum(self._module)}
            except (NotImplementedError, RuntimeError, TypeError) as error:  # tensors of a kind of their own
                trouble = one_line(error, most=120)
        if self._revision is None:
            raise UsageError(f"the weights cannot be summed up ({trouble}); give them a name: revision='step 100'")
        return {}


def is_hollow(module: Any) -> bool:
    """Whether all weights are on the meta device and nothing will fetch them, as accelerate's hooks do."""
    weights = list(module.parameters())
    hooked = any(hasattr(part, "_hf_hook") for part in module.modules())
    return bool(weights) and not hooked and all(weight.is_meta for weight in weights)


def settings_of(module: Any) -> list[Any]:
    """What decides on replies beside the weights: configuration, token ids, and which adapters count how much."""
    ids = {name: getattr(module.generation_config, name, None) for name in TOKEN_IDS}
    adapters = [
        [name, part.scaling, part.active_adapters, part.disable_adapters, part.merged_adapters]
        for name, part in module.named_modules()
        if hasattr(part, "active_adapters") and isinstance(getattr(part, "scaling", None), Mapping)
    ]
    return [described(getattr(module, "config", None)), ids, adapters]


def processor_facts(processor: Any) -> list[Any]:
    """Settings, templates and vocabulary, and by which classes: code for pictures differs with torchvision."""
    parts = [getattr(processor, name, None) for name in PARTS]
    templates = [getattr(owner, "chat_template", None) for owner in (processor, parts[0])]
    kinds = [type(part).__name__ for part in (processor, *parts)]
    return [kinds, described(processor), [described(part) for part in parts[1:]], templates, vocabulary(parts[0])]


def vocabulary(tokenizer: Any) -> Any:
    """How text becomes tokens. Padding and truncation are left out: each call sets them anew."""
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        return tokenizer.get_vocab() if hasattr(tokenizer, "get_vocab") else None
    content = json.loads(backend.to_str())
    return [{name: part for name, part in content.items() if name not in ("padding", "truncation")}]


def described(thing: Any) -> Any:
    return thing.to_dict() if hasattr(thing, "to_dict") else None


def hashed(content: object) -> str:
    """32 hex digits that follow from the content, not from the order of keys or from where it lies."""
    return hashlib.blake2b(json.dumps(plain(content), sort_keys=True).encode(), digest_size=16).hexdigest()


def plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items() if key not in NO_PART_OF_IT}
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value if isinstance(value, bool | int | float | str | None) else ADDRESS.sub("", str(value))
