"""Requests -> the tensors a processor makes of them: chat template, frames with their times, left padding."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from mvbench.errors import ModelError, UsageError
from mvbench.models.huggingface.batching import one_line
from mvbench.models.huggingface.times import metadata
from mvbench.types import Frames, Prompt, Request

log = logging.getLogger(__name__)

Media = Literal["video", "images"]
SystemAs = Literal["message", "plain message", "user text"]
PROBE = Prompt("Probe of system.", "Probe of question.", "")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as text: the rendered prompt, ending in the answer prefix that was given (or "")."""

    text: str
    prefix: str


class Inputs:
    """What one processor makes of requests.

    `media`: whether frames go in as one video or as images in order. `system_as`: how its template takes the system
    text. `min_pixels`, `max_pixels` are the processor's own pixel budget. Raises ModelError for a processor that has no
    chat template or no place for frames, UsageError for a budget that it does not have.
    """

    def __init__(
        self,
        processor: Any,
        *,
        send_as: Literal["auto", "video", "images"] = "auto",
        prefix: bool = True,
        min_pixels: int | None = None,
        max_pixels: int | None = None,
    ) -> None:
        self._processor = processor
        self._prefix = prefix
        self.tokenizer = tokenizer_of(processor)
        self.system_as = system_as(processor)
        self.media = choose_media(processor, send_as, self.system_as)
        part = processor.video_processor if self.media == "video" else processor.image_processor
        self._sizes = pixel_budget(part, min_pixels=min_pixels, max_pixels=max_pixels)
        self._shortest = int(getattr(part, "temporal_patch_size", 1) or 1) if self.media == "video" else 1
        self._mixes = self.media == "images" or "video_grid_thw" in part.model_input_names

    def alike(self, request: Request) -> Hashable:
        """Requests with the same key can share a batch: most processors stack clips, which must be equally long.

        Without a padding token none can.
        """
        if self.tokenizer.pad_token is None:
            return request.sample_id
        if request.frames is None:
            return None
        return "any" if self._mixes else len(request.frames.rgb)

    def asked(self, request: Request) -> Asked:
        prefix = request.prompt.answer_prefix if self._prefix else ""
        shown = () if request.frames is None else placeholders(self.media, len(request.frames.rgb))
        messages = conversation(request.prompt, shown, self.system_as)
        return Asked(rendered(self._processor, messages, prefix), prefix)

    def tensors(self, requests: Sequence[Request], asked: Sequence[Asked]) -> Any:
        """The model's inputs for a batch whose requests are `alike`, padded on the left."""
        options: dict[str, Any] = {"return_tensors": "pt", "padding": len(requests) > 1, "padding_side": "left"}
        bos = self.tokenizer.bos_token
        if bos and asked[0].text.startswith(bos):
            options["add_special_tokens"] = False
        clips = [request.frames for request in requests if request.frames is not None]
        if clips and self.media == "video":
            clips = [padded(frames, self._shortest) for frames in clips]
            options["videos"] = [writable(frames) for frames in clips]
            options["videos_kwargs"] = {
                "video_metadata": [metadata(frames) for frames in clips],
                "do_sample_frames": False,
                "input_data_format": "channels_last",
                **self._sizes,
            }
        elif clips:
            options["images"] = [list(writable(frames)) for frames in clips]
            options["images_kwargs"] = {"input_data_format": "channels_last", **self._sizes}
        return self._processor(text=[one.text for one in asked], **options)


def tokenizer_of(processor: Any) -> Any:
    """The processor's tokenizer. Raises ModelError for what cannot take pictures or has no chat template."""
    tokenizer = getattr(processor, "tokenizer", None)
    name = type(processor).__name__
    if tokenizer is None or getattr(processor, "image_processor", None) is None:
        raise ModelError(f"{name} takes no pictures; hf needs an image-text-to-text model")
    if not (getattr(processor, "chat_template", None) or getattr(tokenizer, "chat_template", None)):
        raise ModelError(f"{name} has no chat template; put a chat_template.jinja beside the checkpoint")
    return tokenizer


def system_as(processor: Any) -> SystemAs:
    """The first form in which the chat template writes the system text and the question.

    Some templates take text parts, some only a string, and some refuse a system message. Raises ModelError where none
    of them works.
    """
    trouble = "it writes neither system text nor question"
    forms: tuple[SystemAs, ...] = ("message", "plain message", "user text")
    for form in forms:
        try:
            text = rendered(processor, conversation(PROBE, (), form), "")
        except Exception as error:  # a template may raise anything, and has its own words for a refusal
            trouble = one_line(error)
            continue
        if PROBE.system in text and PROBE.question in text and "'text'" not in text:
            if form == "user text":
                log.warning("the chat template takes no system message; the system text opens the user's turn")
            return form
    raise ModelError(f"the chat template of {type(processor).__name__} cannot be used: {trouble}")


def choose_media(processor: Any, send_as: str, form: SystemAs) -> Media:
    """How frames go in. Raises UsageError where the user's choice is not to be had, ModelError where none is."""
    if send_as == "images" or getattr(processor, "video_processor", None) is None:
        candidates: tuple[Media, ...] = ("images",)
    else:
        candidates = ("video",) if send_as == "video" else ("video", "images")
    if send_as == "video" and "video" not in candidates:
        raise UsageError(f"send_as=video: {type(processor).__name__} has no video processor; leave it out")
    for media in candidates:
        if has_place(processor, media, form):
            if media != candidates[0]:
                log.warning("the chat template has no place for a video; frames go in as images, in order")
            return media
    raise ModelError(f"the chat template of {type(processor).__name__} has no place for {' or '.join(candidates)}")


def has_place(processor: Any, media: Media, form: SystemAs) -> bool:
    """Whether the template writes something for a picture or video; some leave out what they do not know."""
    shown = placeholders(media, 1)
    with_media, without = (rendered(processor, conversation(PROBE, some, form), "") for some in (shown, ()))
    return with_media != without and PROBE.question in with_media


def placeholders(media: Media, num_frames: int) -> tuple[dict[str, str], ...]:
    return ({"type": "video"},) if media == "video" else ({"type": "image"},) * num_frames


def conversation(prompt: Prompt, shown: Sequence[dict[str, str]], form: SystemAs) -> list[dict[str, Any]]:
    """The messages up to the assistant's turn: what is shown, then the text."""
    opening = prompt.system * ((form == "user text") + prompt.repeat_system)
    user = {"role": "user", "content": [*shown, text_part(opening + prompt.question)]}
    if form == "user text" or not prompt.system:
        return [user]
    content = prompt.system if form == "plain message" else [text_part(prompt.system)]
    return [{"role": "system", "content": content}, user]


def text_part(text: str) -> dict[str, str]:
    return {"type": "text", "text": text}


def rendered(processor: Any, messages: list[dict[str, Any]], prefix: str) -> str:
    """The prompt as text. With a prefix, the assistant's turn is begun with it and left open.

    A template that cannot leave a turn open, or alters its text, has the prefix put after its own opening of the turn.
    """
    if prefix:
        begun = {"role": "assistant", "content": [text_part(prefix)]}
        try:
            text = str(processor.apply_chat_template([*messages, begun], continue_final_message=True))
        except Exception as error:  # the library's ValueError, or whatever the template raises
            log.debug("the chat template cannot leave a turn open: %s", one_line(error))
        else:
            if text.endswith(prefix) and "'text'" not in text[-len(prefix) - 40 :]:
                return text
    return str(processor.apply_chat_template(messages, add_generation_prompt=True)) + prefix


def padded(frames: Frames, shortest: int) -> Frames:
    """The frames, the last one repeated up to `shortest`: what processors do with an odd number, but not with one."""
    missing = shortest - len(frames.rgb)
    if missing <= 0:
        return frames
    return replace(
        frames,
        rgb=np.concatenate([frames.rgb, np.repeat(frames.rgb[-1:], missing, axis=0)]),
        pts_seconds=np.concatenate([frames.pts_seconds, np.repeat(frames.pts_seconds[-1:], missing)]),
        indices=(*frames.indices, *frames.indices[-1:] * missing),
    )


def writable(frames: Frames) -> npt.NDArray[np.uint8]:
    """The pixels as torch takes them without a word: a copy only of those that are read-only or run backwards."""
    return np.require(frames.rgb, requirements=["C", "W"])


def pixel_budget(part: Any, *, min_pixels: int | None, max_pixels: int | None) -> dict[str, Any]:
    """The `size` option that sets a processor's pixel budget, empty where nothing was asked.

    Families that resize to a number of pixels keep it in `size`, under the names of edges: per frame (Qwen2.5-VL) or
    per clip (Qwen3-VL). Elsewhere the same names mean sides, so a budget there is refused with UsageError.
    """
    if min_pixels is None and max_pixels is None:
        return {}
    size = dict(part.size)
    has_budget = hasattr(part, "merge_size") and size.get("shortest_edge") and size.get("longest_edge")
    if not has_budget:
        raise UsageError(f"{type(part).__name__} has no pixel budget; leave out min_pixels and max_pixels")
    lowest = size["shortest_edge"] if min_pixels is None else min_pixels
    highest = size["longest_edge"] if max_pixels is None else max_pixels
    if lowest > highest:
        raise UsageError(f"min_pixels {lowest} is above max_pixels {highest}; give both")
    return {"size": {"shortest_edge": lowest, "longest_edge": highest}}
