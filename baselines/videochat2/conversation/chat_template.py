"""The prompt format of a language model that brings a chat template with its tokenizer (Qwen3, Llama 3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count, islice
from typing import Any

from baselines.videochat2.conversation.dialogue import TAGS, Dialogue, Lesson, Medium, Piece, Texts, Turn
from mvbench.errors import UsageError

Message = dict[str, str]

# For templates that know these words: no thinking, and the day the model was made for rather than today's.
SETTINGS = {"enable_thinking": False, "date_string": "26 Jul 2024"}


@dataclass(frozen=True, slots=True)
class ChatTemplate:
    """Media stand in front of their question, in the tags all formats share; `tokenizer` must have a template.

    The BOS that some templates write is left to the tokenizer, as in every format.
    """

    def chat(self, turns: Sequence[Turn], *, system: str = "", prefix: str = "", tokenizer: Any = None) -> Texts:
        mark = next(marks([system, *(f"{turn.question}{turn.answer or ''}" for turn in turns)]))
        messages = opened(system)
        for turn in turns:
            media = "".join(mark.join(TAGS[medium]) for medium in turn.media)
            messages += [said("user", f"{media}\n{turn.question}" if media else turn.question)]
            messages += [said("assistant", turn.answer)] if turn.answer is not None else []
        texts = split(rendered(messages, tokenizer), mark, sum(len(turn.media) for turn in turns))
        return (*texts[:-1], texts[-1] + prefix)

    def caption(self, request: str, medium: Medium, *, tokenizer: Any = None) -> Texts:
        return self.chat([Turn(request, (medium,))], tokenizer=tokenizer)

    def lesson(self, dialogue: Dialogue, *, tokenizer: Any = None) -> Lesson:
        """Learned: the answers with the text that ends a turn.

        Rendered with a mark in every answer's place, so that an answer is found whatever the template does around it,
        and whatever it leaves out of earlier turns.
        """
        texts = [dialogue.system, dialogue.instruction, dialogue.message, *chain(*dialogue.turns)]
        place, *answers = islice(marks(texts), 1 + len(dialogue.turns))
        media = "" if dialogue.medium is None else place.join(TAGS[dialogue.medium]) + dialogue.message.rstrip() + "\n"
        messages = opened(dialogue.system + dialogue.instruction)
        for (question, _), answer in zip(dialogue.turns, answers, strict=True):
            messages += [said("user", media + question.strip()), said("assistant", answer)]
            media = ""
        text = rendered(messages, tokenizer)
        before, after = split(text, place, 1) if dialogue.medium else (None, text)
        end, *_ = self.stops(tokenizer) or [""]
        pieces = []
        for (_, answer), mark in zip(dialogue.turns, answers, strict=True):
            read, after = split(after, mark, 1)
            pieces += [Piece(read), Piece(answer.strip() + end, learned=True)]
            after = after.removeprefix(end)
        return Lesson(before, tuple(pieces))

    def stops(self, tokenizer: Any = None) -> tuple[str, ...]:
        """What the template writes behind an answer, and the tokenizer's own end of text."""
        mark = next(marks([]))
        written = split(rendered([said("user", "?"), said("assistant", mark)], tokenizer), mark, 1)[1].strip()
        own = str(tokenizer.eos_token or "")
        return tuple(dict.fromkeys(text for text in (written, own) if text))

    def clean(self, raw: str, *, tokenizer: Any = None) -> str:
        for end in self.stops(tokenizer):
            raw = raw.partition(end)[0]
        return raw.strip()


def said(role: str, content: str) -> Message:
    return {"role": role, "content": content}


def opened(system: str) -> list[Message]:
    return [said("system", system.strip())] if system.strip() else []


def marks(texts: Sequence[str]) -> Iterator[str]:
    """Texts that occur nowhere in the given ones. Of private-use characters, which no template touches."""
    everything = "".join(texts)
    return (mark for number in count() if (mark := f"\ue000{number}\ue001") not in everything)


def rendered(messages: Sequence[Message], tokenizer: Any) -> str:
    """The messages in the template's words, open for the model where the last one is the user's."""
    from jinja2.exceptions import TemplateError

    from mvbench.models.huggingface.batching import one_line

    if not getattr(tokenizer, "chat_template", None):
        raise UsageError(
            f"the tokenizer {getattr(tokenizer, 'name_or_path', '')!r} has no chat template, which the prompt format "
            "chat_template needs; take another language model or another prompt format"
        )

    def render(messages: Sequence[Message]) -> str:
        opens = messages[-1]["role"] == "user"
        return str(tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=opens, **SETTINGS))

    try:
        try:
            text = render(messages)
        except TemplateError:
            if messages[0]["role"] != "system":
                raise
            system, first, *rest = messages  # templates that refuse a system message: it opens the first question
            text = render([said("user", f"{system['content']}\n{first['content']}"), *rest])
    except Exception as error:  # besides its own refusals, whatever its arithmetic comes to
        raise UsageError(
            f"the chat template of the tokenizer refuses the conversation: {one_line(error) or type(error).__name__}"
        ) from None
    return text.removeprefix(tokenizer.bos_token or "")


def split(text: str, mark: str, number: int) -> tuple[str, ...]:
    parts = tuple(text.split(mark))
    if len(parts) != number + 1:
        raise UsageError(
            f"the tokenizer's chat template shows {len(parts) - 1} of {number} messages; "
            "it cannot be used for a conversation about videos"
        )
    return parts
