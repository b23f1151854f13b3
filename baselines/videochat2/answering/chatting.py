"""A conversation about videos and images, turn by turn."""

from __future__ import annotations

from collections.abc import Sequence

from baselines.videochat2.answering.media import Shown
from baselines.videochat2.answering.prompting import embedded
from baselines.videochat2.answering.replies import Ready
from baselines.videochat2.answering.seeing import visual_tokens
from baselines.videochat2.answering.speaking import speak
from baselines.videochat2.conversation.dialogue import Turn
from mvbench.errors import UsageError
from mvbench.models.huggingface.lending import lent, quiet


class Talk:
    """What was said so far. Media are looked at once, with the words of the original's chat demos as instruction."""

    def __init__(self, ready: Ready, media: Sequence[Shown]) -> None:
        self._ready = ready
        self._media = tuple(one.medium for one in media)
        with quiet(), lent(ready.loaded.model, ready.config):
            self._seen = [visual_tokens(ready.loaded, [one.rgb], one.medium)[0] for one in media]
        self._turns: list[Turn] = []

    def reply(self, question: str) -> str:
        """The next answer, which is remembered. Raises UsageError once the model cannot read any more."""
        ready, loaded = self._ready, self._ready.loaded
        turns = [*self._turns, Turn(question, () if self._turns else self._media)]
        with quiet(), lent(loaded.model, ready.config):
            texts = ready.style.chat(turns, tokenizer=loaded.tokenizer)
            inputs = embedded([(texts, self._seen)], loaded)
            try:
                ready.window.check(inputs["attention_mask"].shape[1], ready.config.max_new_tokens)
            except ValueError as error:
                raise UsageError(f"the conversation is too long: {error}") from None
            said = speak(loaded.model.llm, loaded.tokenizer, ready.style, ready.config, inputs)[0]
        self._turns = [*turns[:-1], Turn(question, turns[-1].media, said.text)]
        return said.text.strip()
