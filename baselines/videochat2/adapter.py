"""The model contract over VideoChat2: requests in, replies out."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from baselines.videochat2.answering.replies import Ready, replies
from baselines.videochat2.checkpoint.source import Source
from mvbench.errors import UsageError
from mvbench.models.huggingface.batching import Batches, together
from mvbench.models.huggingface.decoding import recorded, settings
from mvbench.models.huggingface.lending import free_memory, lent, quiet
from mvbench.types import FrameSpec, Generation, Reply, Request


class VideoChat2:
    """VideoChat2, from a folder of `mvbench build` or `mvbench train`, or from a released file.

    checkpoint: that folder or file. llm, bert: folders of the language model and of BERT's tokenizer, where the
    checkpoint does not bring its own. dtype: float32, bfloat16, float16 (default: float32 for a checkpoint that holds
    its language model, else bfloat16; published scores were made in float16). device: cuda, cpu, mps (default: the
    first there is). partial: load what fits of a checkpoint that does not, and say what does not. compat: original
    (what released weights were made and scored with, its bugs too) or fixed (default: whichever the checkpoint was made
    with). early_stop: end a reply whose first word has settled its verdict.
    """

    name = "videochat2"
    release = "vicuna_7b"
    concurrency = 1

    def __init__(
        self,
        *,
        generation: Generation,
        checkpoint: str,
        llm: str | None = None,
        bert: str | None = None,
        dtype: str | None = None,
        device: str | None = None,
        batch_size: int = 16,
        partial: bool = False,
        compat: str | None = None,
        early_stop: bool = True,
    ) -> None:
        if not isinstance(batch_size, int) or isinstance(batch_size, bool) or batch_size < 1:
            raise UsageError(f"batch_size is {batch_size!r}; it must be a whole number of at least 1")
        if not isinstance(early_stop, bool):
            raise UsageError(f"early_stop is {early_stop!r}; it must be true or false")
        self.source = Source(
            checkpoint,
            name=self.name,
            release=self.release,
            llm=llm,
            bert=bert,
            dtype=dtype,
            device=device,
            partial=partial,
            compat=compat,
        )
        build = self.source.build
        self.wants = FrameSpec(side=build.vision.image_side if build.tiles is None else None)
        self.batch_size = batch_size
        self._generation = generation
        self._settings = settings(generation)
        self._early_stop = early_stop and ends_early(generation, self._settings)
        self._batches = Batches()
        self._ready: Ready | None = None

    @classmethod
    def how_to_get(cls) -> str:
        """What to download for this model, where it goes, how big it is."""
        from baselines.videochat2.checkpoint.needed import needed

        return needed(cls.name)

    def identity(self) -> Mapping[str, Any]:
        return {**self.source.identity(), "generation": self._settings, "early_stop": self._early_stop}

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        ready = self.ready()
        with quiet(), lent(ready.loaded.model, ready.config):
            return together(
                requests,
                alike,
                lambda group: self._batches.answer(
                    group,
                    lambda part: replies(part, ready, self._generation, early_stop=self._early_stop),
                    free=free_memory,
                ),
            )

    def used(self) -> Mapping[str, Any]:
        """What was really used; empty until it has answered."""
        if self._ready is None:
            return {}
        import torch
        import transformers

        loaded = self._ready.loaded
        weights = list(loaded.model.parameters())
        return {
            "build": loaded.build.name,
            "parameters": sum(weight.numel() for weight in weights),
            "dtype": sorted({str(weight.dtype).removeprefix("torch.") for weight in weights}),
            "device": sorted({str(weight.device) for weight in weights}),
            "attn_implementation": str(loaded.model.llm.config._attn_implementation),
            "batch_size": self._batches.largest,
            "early_stop": self._early_stop,
            "not_loaded": loaded.account.said(),
            "generation": recorded(self._ready.config),
            "transformers": transformers.__version__,
            "torch": str(torch.__version__),
        }

    def ready(self) -> Ready:
        """The weights and what belongs to them, loaded once."""
        if self._ready is None:
            self._ready = Ready.of(self.source.load(), self._settings)
        return self._ready


def alike(request: Request) -> Hashable:
    """Requests with the same key share a batch: clips of one shape, seen with the same instruction."""
    return None if request.frames is None else request.frames.rgb.shape, request.prompt.system


def ends_early(generation: Generation, chosen: Mapping[str, Any]) -> bool:
    """Whether a reply may end before the model ends it: it must be written, by itself, and may be short."""
    return generation.answer == "generate" and chosen["num_beams"] == 1 and not chosen.get("min_new_tokens")


class VideoChat2Mistral(VideoChat2):
    """VideoChat2 over Mistral-7B-Instruct; its arguments are those of `videochat2`."""

    name = "videochat2-mistral"
    release = "mistral_7b"


class VideoChat2Phi3(VideoChat2):
    """VideoChat2 over Phi-3-mini; its arguments are those of `videochat2`."""

    name = "videochat2-phi3"
    release = "phi3"


class VideoChat2HD(VideoChat2):
    """VideoChat2 that cuts frames of any size into tiles, over Mistral-7B-Instruct; arguments as of `videochat2`."""

    name = "videochat2-hd"
    release = "hd_mistral_7b"
