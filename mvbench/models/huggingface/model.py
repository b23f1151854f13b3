"""`hf`: the model contract over a transformers model and its processor."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, Self, get_args

from mvbench.errors import UsageError
from mvbench.models.huggingface.batching import Batches, together
from mvbench.models.huggingface.checkpoint import Checkpoint, need_transformers
from mvbench.models.huggingface.decoding import end_tokens, generation_config, recorded, seed_for, settings
from mvbench.models.huggingface.inputs import Asked, Inputs
from mvbench.models.huggingface.lending import free_memory, lent, quiet
from mvbench.models.huggingface.likelihood import choice_logprobs, continuations, next_token_logprobs
from mvbench.models.huggingface.live import LiveModel
from mvbench.models.huggingface.window import Window
from mvbench.types import FrameSpec, Generation, Reply, Request

log = logging.getLogger(__name__)

SendAs = Literal["auto", "video", "images"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model with what is made for it once. `config` is the generation configuration that is sent."""

    model: Any
    inputs: Inputs
    config: Any
    window: Window


class HuggingFace:
    """Any image-text-to-text model of transformers, through its own processor and chat template.

    path: a checkpoint folder or a hub id, of which `revision` chooses a branch, tag or commit. dtype: auto (the
    checkpoint's), float32, bfloat16, float16. device: cuda, cpu, mps (default: the first there is); device_map: as
    transformers takes it, such as auto. quantization: 8bit, 4bit. send_as: auto (a video where the model takes one),
    video, images. min_pixels, max_pixels: the processor's own pixel budget, for processors that have one.
    """

    name = "hf"
    concurrency = 1
    wants = FrameSpec(side=None)

    def __init__(
        self,
        *,
        generation: Generation,
        path: str,
        revision: str | None = None,
        dtype: str = "auto",
        device: str | None = None,
        device_map: str | Mapping[str, Any] | None = None,
        attn_implementation: str | None = None,
        quantization: str | None = None,
        trust_remote_code: bool = False,
        batch_size: int = 1,
        send_as: SendAs = "auto",
        min_pixels: int | None = None,
        max_pixels: int | None = None,
    ) -> None:
        checkpoint = Checkpoint(
            path,
            revision=revision,
            dtype=dtype,
            device=device,
            device_map=device_map,
            attn_implementation=attn_implementation,
            quantization=quantization,
            trust_remote_code=trust_remote_code,
        )
        self.name = checkpoint.title
        self._set_up(checkpoint, generation, batch_size, send_as, min_pixels=min_pixels, max_pixels=max_pixels)

    @classmethod
    def live(
        cls,
        module: Any,
        processor: Any,
        *,
        generation: Generation | None = None,
        name: str = "hf",
        revision: str | None = None,
        batch_size: int = 1,
        send_as: SendAs = "auto",
        min_pixels: int | None = None,
        max_pixels: int | None = None,
    ) -> Self:
        """The same for a module that is already there, such as one in training.

        While it answers it is in evaluation mode and without gradients; then every submodule's mode, the random state
        and its generation config are as before. A checksum of its weights, taken now, is part of the run's fingerprint,
        so after more training it is another run; `revision` names the weights there as well, and alone where they are
        sharded or offloaded.
        """
        if not isinstance(name, str) or not name.strip():
            raise UsageError(f"name is {name!r}; it must be text")
        self = cls.__new__(cls)
        self.name = name
        source = LiveModel(module, processor, revision=revision)
        self._set_up(
            source, generation or Generation(), batch_size, send_as, min_pixels=min_pixels, max_pixels=max_pixels
        )
        return self

    def _set_up(
        self,
        source: Checkpoint | LiveModel,
        generation: Generation,
        batch_size: int,
        send_as: SendAs,
        *,
        min_pixels: int | None,
        max_pixels: int | None,
    ) -> None:
        for name, value, lowest in (
            ("batch_size", batch_size, 1),
            ("min_pixels", min_pixels, 1),
            ("max_pixels", max_pixels, 1),
        ):
            if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < lowest):
                raise UsageError(f"{name} is {value!r}; it must be a whole number of at least {lowest}")
        if send_as not in get_args(SendAs):
            raise UsageError(f"send_as is {send_as!r}; for hf it must be one of {', '.join(get_args(SendAs))}")
        need_transformers()
        self.batch_size = batch_size
        self._source = source
        self._generation = generation
        self._settings = settings(generation)
        self._looks = {"send_as": send_as, "min_pixels": min_pixels, "max_pixels": max_pixels}
        self._read = partial(
            Inputs, send_as=send_as, prefix=generation.prefix != "off", min_pixels=min_pixels, max_pixels=max_pixels
        )
        self._batches = Batches()
        self._inputs: Inputs | None = None
        self._loaded: Loaded | None = None

    def identity(self) -> Mapping[str, Any]:
        return {**self._source.identity(), **self._looks, "generation": self._settings}

    def count_tokens(self, request: Request) -> int:
        """Exact: the processor's own count, pictures included. Loads no weights."""
        inputs = self._reader()
        with quiet():
            return int(inputs.tensors([request], [inputs.asked(request)])["input_ids"].shape[1])

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        loaded = self._load()
        with quiet(), lent(loaded.model, loaded.config):
            return together(
                requests,
                loaded.inputs.alike,
                lambda alike: self._batches.answer(alike, lambda part: self._reply(part, loaded), free=free_memory),
            )

    def used(self) -> Mapping[str, Any]:
        """What was really used; empty until it has answered."""
        if self._loaded is None:
            return {}
        import torch
        import transformers

        model, inputs = self._loaded.model, self._loaded.inputs
        processor = self._source.processor()
        parts = ("image_processor", "video_processor", "tokenizer")
        devices = sorted({str(weight.device) for weight in model.parameters()})
        return {
            "model": type(model).__name__,
            "processor": type(processor).__name__,
            **{part: type(getattr(processor, part, None)).__name__ for part in parts if getattr(processor, part, None)},
            "dtype": sorted({str(weight.dtype).removeprefix("torch.") for weight in model.parameters()}),
            "device": devices,
            "attn_implementation": str(getattr(model.config, "_attn_implementation", None)),
            "frames_as": inputs.media,
            "system_as": inputs.system_as,
            "batch_size": self._batches.largest,
            "generation": recorded(self._loaded.config),
            "fallbacks": list(self._source.fallbacks),
            "transformers": transformers.__version__,
            "torch": str(torch.__version__),
        }

    def _reader(self) -> Inputs:
        if self._inputs is None:
            self._inputs = self._read(self._source.processor())
        return self._inputs

    def _load(self) -> Loaded:
        if self._loaded is None:
            inputs = self._reader()
            model = self._source.model()
            config = generation_config(model, inputs.tokenizer, self._settings)
            self._loaded = Loaded(model, inputs, config, Window(model.config))
        return self._loaded

    def _reply(self, requests: Sequence[Request], loaded: Loaded) -> list[Reply]:
        """One batch, as it comes: whatever fails, fails here."""
        import torch

        asked = [loaded.inputs.asked(request) for request in requests]
        model = loaded.model
        tensors = placed(loaded.inputs.tensors(requests, asked), model)
        lengths = [int(length) for length in tensors["attention_mask"].sum(dim=1).tolist()]
        if self._generation.answer != "generate":
            return self._scored(requests, asked, tensors, lengths, loaded)
        loaded.window.check(max(lengths), loaded.config.max_new_tokens)
        if loaded.config.do_sample:
            torch.manual_seed(seed_for(requests, self._generation.seed))
        written = model.generate(**tensors, generation_config=loaded.config, tokenizer=loaded.inputs.tokenizer)
        prompt_length = tensors["input_ids"].shape[1]
        rows = written[:, prompt_length:].tolist()
        return [read_back(row, one, length, loaded) for row, one, length in zip(rows, asked, lengths, strict=True)]

    def _scored(
        self,
        requests: Sequence[Request],
        asked: Sequence[Asked],
        tensors: Any,
        lengths: Sequence[int],
        loaded: Loaded,
    ) -> list[Reply]:
        tokenizer = loaded.inputs.tokenizer
        wanted = [
            continuations(one.text, one.prefix, request.choices, self._generation.answer, tokenizer)
            for request, one in zip(requests, asked, strict=True)
        ]
        longest = max((len(some) for choices in wanted for choice in choices for some in choice), default=0)
        loaded.window.check(max(lengths), longest)
        pad = loaded.config.pad_token_id or 0
        scores = choice_logprobs(wanted, partial(next_token_logprobs, loaded.model, tensors, pad_token=pad))
        return [
            Reply("", prefix=one.prefix, choice_logprobs=score, input_tokens=length)
            for one, score, length in zip(asked, scores, lengths, strict=True)
        ]


def placed(inputs: Mapping[str, Any], model: Any) -> dict[str, Any]:
    """The inputs on the model's device, pixels in its dtype.

    One number per clip stays as precise as it is: in bfloat16, seconds per frame would be off by up to 0.4 %.
    """
    import torch

    moved = {}
    for name, value in inputs.items():
        if isinstance(value, torch.Tensor):
            pixels = value.is_floating_point() and value.ndim > 1
            value = value.to(model.device, model.dtype if pixels else None)
        moved[name] = value
    return moved


def read_back(row: Sequence[int], asked: Asked, input_tokens: int, loaded: Loaded) -> Reply:
    """The reply in one row of generated tokens, which ends at an end token, at padding, or because it was cut."""
    config = loaded.config
    ends = end_tokens(config.eos_token_id, config.pad_token_id)
    length = next((place for place, token in enumerate(row) if token in ends), None)
    said = row if length is None else row[:length]
    cut = length is None and len(row) >= config.max_new_tokens
    return Reply(
        loaded.inputs.tokenizer.decode(said, skip_special_tokens=True, clean_up_tokenization_spaces=False),
        prefix=asked.prefix,
        finish_reason="length" if cut else "stop",
        input_tokens=input_tokens,
        output_tokens=len(row) if length is None else length + 1,
    )
