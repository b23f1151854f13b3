"""What is said to each language model, and how its reply is read: one prompt format per model. Text only.

Source: OpenGVLab/Ask-Anything, video_chat2/{mvbench,demo_mistral,demo_mistral_hd}.ipynb, conversation.py and
models/videochat2_pt_*.py. A text that precedes everything is tokenised with the tokenizer's BOS, every other without.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

from baselines.videochat2.conversation import lessons
from baselines.videochat2.conversation.chat_template import ChatTemplate
from baselines.videochat2.conversation.dialogue import TAGS, Dialogue, Lesson, Medium, Texts, Turn
from mvbench.types import Prompt

INSTRUCTIONS: Mapping[Medium, str] = MappingProxyType(
    {"video": "Watch the video and answer the question.", "image": "Observe the image and answer the question."}
)


class PromptFormat(Protocol):
    """How one language model is spoken to. Only `chat_template` looks at the tokenizer it is given."""

    def chat(self, turns: Sequence[Turn], *, system: str = "", prefix: str = "", tokenizer: Any = None) -> Texts:
        """The conversation so far; where its last answer is open, up to where the model continues after `prefix`."""
        ...

    def caption(self, request: str, medium: Medium, *, tokenizer: Any = None) -> Texts:
        """Stage 2: the request for a caption, which follows its second text."""
        ...

    def lesson(self, dialogue: Dialogue, *, tokenizer: Any = None) -> Lesson:
        """Stages 3 and 4: a whole conversation, and what of it is learned."""
        ...

    def stops(self, tokenizer: Any = None) -> tuple[str, ...]:
        """The texts that end a reply. The first is what every answer and caption is taught to end with."""
        ...

    def clean(self, raw: str, *, tokenizer: Any = None) -> str:
        """What is left of a raw generation."""
        ...


@dataclass(frozen=True, slots=True)
class Written:
    """A format made of fixed strings.

    A turn is `start`, its media, `user`, the question, `assistant`; then, once there is one, `gap`, the answer,
    `close`. A medium is its tags between the two strings of `medium`. `request`: the same for a caption. `speaker`: of
    a reply only what follows the last of these words counts, without blanks around.
    """

    start: str
    medium: tuple[str, str]
    user: str
    assistant: str
    gap: str
    close: str
    request: tuple[str, str]
    ends: tuple[str, ...]
    teach: Callable[[Dialogue], Lesson]
    speaker: str = ""

    def chat(self, turns: Sequence[Turn], *, system: str = "", prefix: str = "", tokenizer: Any = None) -> Texts:
        texts = [system]
        for turn in turns:
            texts[-1] += self.start
            for medium in turn.media:
                opening, closing = TAGS[medium]
                texts[-1] += self.medium[0] + opening
                texts += [closing + self.medium[1]]
            texts[-1] += self.user + turn.question + self.assistant
            if turn.answer is not None:
                texts[-1] += self.gap + turn.answer + self.close
        return (*texts[:-1], texts[-1] + (self.gap + prefix if prefix else ""))

    def caption(self, request: str, medium: Medium, *, tokenizer: Any = None) -> Texts:
        opening, closing = TAGS[medium]
        return self.request[0] + opening, f"{closing} {request}{self.request[1]}"

    def lesson(self, dialogue: Dialogue, *, tokenizer: Any = None) -> Lesson:
        return self.teach(dialogue)

    def stops(self, tokenizer: Any = None) -> tuple[str, ...]:
        return self.ends

    def clean(self, raw: str, *, tokenizer: Any = None) -> str:
        for end in self.ends:
            raw = raw.partition(end)[0]
        return raw.rpartition(self.speaker)[2].strip() if self.speaker else raw


FORMATS: Mapping[str, PromptFormat] = MappingProxyType(
    {
        "vicuna": Written(
            start="",
            medium=("###Human: ", "\n"),
            user="###Human: ",
            assistant="\n###Assistant:",
            gap=" ",
            close="",
            request=("###Human: ", " ###Assistant: "),
            ends=("###",),
            teach=lessons.vicuna,
            speaker="Assistant:",
        ),
        "mistral": Written(
            start="",
            medium=("[INST] ", " [/INST] "),
            user="[INST] ",
            assistant=" [/INST]",
            gap=" ",
            close="</s> ",
            request=("[INST] ", " [/INST]"),
            ends=("</s>",),
            teach=lessons.mistral,
        ),
        # Its demo has no line break after the assistant's tag where training has one, and both are kept.
        "phi3": Written(
            start="<|user|>\n",
            medium=("", ""),
            user="",
            assistant="<|end|>\n<|assistant|>",
            gap="",
            close="<|end|>\n",
            request=("<|user|>\n", "<|end|>\n<|assistant|>\n"),
            ends=("<|end|>", "<|endoftext|>"),
            teach=lessons.phi3,
        ),
        "chat_template": ChatTemplate(),
    }
)


def evaluation(
    prompt: Prompt, style: PromptFormat, *, media: tuple[Medium, ...] = ("video",), tokenizer: Any = None
) -> Texts:
    """A protocol's prompt; without media there is no media block and one text.

    Under the notebook's protocol these are the notebook's strings, byte for byte.
    """
    question = (prompt.system if prompt.repeat_system else "") + prompt.question
    turn = Turn(question, media)
    return style.chat([turn], system=prompt.system, prefix=prompt.answer_prefix, tokenizer=tokenizer)


def instruction(system: str, medium: Medium, *, first_character: bool = False) -> str:
    """What the Q-Former reads beside its queries: the protocol's system text, or else the chat demos' words.

    `first_character`: nothing but that, as in the HD evaluation, which by mistake takes a character for a text.
    """
    words = system or INSTRUCTIONS[medium]
    return words[:1] if first_character else words
