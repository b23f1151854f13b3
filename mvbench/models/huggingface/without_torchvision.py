"""A processor without its video part, which needs torchvision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def processor_of_images(path: str, options: Mapping[str, Any]) -> Any:
    """The checkpoint's processor; where its family has a video part, without it. `options` go to every loader."""
    import transformers
    from transformers.models.auto.processing_auto import PROCESSOR_MAPPING

    config = transformers.AutoConfig.from_pretrained(path, **options)
    kind: Any = PROCESSOR_MAPPING.get(type(config), None)
    if kind is None or "video_processor" not in kind.get_attributes():
        return transformers.AutoProcessor.from_pretrained(path, **options)
    loaders = {"tokenizer": transformers.AutoTokenizer, "image_processor": transformers.AutoImageProcessor}
    parts = [
        loaders[name].from_pretrained(path, **options) if name in loaders else None for name in kind.get_attributes()
    ]
    described, _ = kind.get_processor_dict(path, **options)
    return that_may_lack_parts(kind).from_args_and_dict(parts, described)


def that_may_lack_parts(kind: Any) -> Any:
    """The processor class, without the check (transformers 5.23) that none of its parts is missing.

    A family's own way of rendering may look at its video part (SmolVLM reads its frame rate); the general one does not.
    """
    from transformers import ProcessorMixin

    def check(self: Any, name: str, part: Any) -> Any:
        return None if part is None else kind.check_argument_for_proper_class(self, name, part)

    def render(self: Any, *words: Any, **options: Any) -> Any:
        try:
            return kind.apply_chat_template(self, *words, **options)
        except AttributeError:
            return ProcessorMixin.apply_chat_template(self, *words, **options)

    return type(kind.__name__, (kind,), {"check_argument_for_proper_class": check, "apply_chat_template": render})
