"""Sample -> Prompt, under a named protocol. Every literal here is compared with the public strings by a test."""

import hashlib
import json
import re
from dataclasses import dataclass, fields
from types import MappingProxyType

from mvbench.errors import UsageError
from mvbench.toml import parse_toml
from mvbench.types import LETTERS, Prompt, Sample

SYSTEM = (
    "Carefully watch the video and pay attention to the cause and sequence of events, the detail and movement of "
    "objects, and the action and pose of persons. Based on your observations, select the best option that accurately "
    "addresses the question.\n"
)
CLOSING = "\nOnly give the best option."


@dataclass(frozen=True, slots=True)
class Protocol:
    """How a question is put. A TOML file with these keys is a protocol too.

    `question` holds `{question}` and `{options}`; `option` holds `{letter}` and `{text}`. `repeat_system`: the user
    turn opens with the system text once more, for models whose original evaluation did so. `source`: where the wording
    is from.
    """

    name: str
    source: str
    system: str = SYSTEM
    question: str = "Question: {question}\nOptions:\n{options}"
    option: str = "({letter}) {text}"
    closing: str = CLOSING
    answer_prefix: str = "Best Option: ("
    repeat_system: bool = False
    max_new_tokens: int = 100

    def render(self, sample: Sample, *, subtitles: bool = False) -> Prompt:
        """The prompt for one sample; with `subtitles`, those of the item go before the question."""
        options = "\n".join(
            fill(self.option, letter=letter, text=choice)
            for letter, choice in zip(LETTERS, sample.choices, strict=False)
        )
        block = fill(self.question, question=sample.question, options=options).rstrip()
        spoken = str(sample.extras.get("subtitle") or "").strip() if subtitles else ""
        heading = f"Subtitles:\n{spoken}\n" if spoken else ""
        return Prompt(self.system, heading + block + self.closing, self.answer_prefix, self.repeat_system)


def fill(template: str, **values: str) -> str:
    """The template with its `{name}`s replaced in one pass: a value that looks like a placeholder stays as it is.

    >>> fill("({letter}) {text}", letter="A", text="{letter}")
    '(A) {letter}'
    """
    return re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], match[0]), template)


PROTOCOLS = MappingProxyType(
    {
        protocol.name: protocol
        for protocol in (
            Protocol("mvbench", source="MVBench paper, section 3.3"),
            Protocol(
                "notebook",
                source="OpenGVLab/Ask-Anything, video_chat2/mvbench.ipynb",
                answer_prefix="Best option:(",
                repeat_system=True,
            ),
            Protocol(
                "lmms",
                source="EvolvingLMMs-Lab/lmms-eval, lmms_eval/tasks/mvbench",
                system="",
                question="Question:{question}\nOption:\n{options}",
                answer_prefix="",
                max_new_tokens=16,
            ),
            Protocol(
                "vlmevalkit",
                source="open-compass/VLMEvalKit, vlmeval/dataset/mvbench.py",
                answer_prefix="Best option:(",
            ),
        )
    }
)


def parse(text: str, *, origin: str) -> Protocol:
    """A protocol from the text of a TOML file. Raises UsageError naming `origin` and the key that is wrong."""
    table = parse_toml(text, origin=origin, advice="a protocol file holds keys such as question = '...'")
    kinds = {field.name: type(getattr(PROTOCOLS["mvbench"], field.name)) for field in fields(Protocol)}
    for key, value in table.items():
        if key not in kinds:
            raise UsageError(f"{origin}: unknown key {key!r}; a protocol has {', '.join(kinds)}")
        if type(value) is not kinds[key]:
            raise UsageError(f"{origin}: {key} must be of type {kinds[key].__name__}, not {value!r}")
    protocol = Protocol(**({"name": origin, "source": origin} | table))
    if not protocol.name.strip() or not protocol.name.isprintable() or len(protocol.name) > 100:
        raise UsageError(f"{origin}: name is {protocol.name!r}; it must be 1 to 100 printable characters")
    if protocol.name.strip().lower() in PROTOCOLS:
        raise UsageError(f"{origin}: name is {protocol.name!r}, which is a built-in protocol; choose another")
    if protocol.max_new_tokens < 1:
        raise UsageError(f"{origin}: max_new_tokens is {protocol.max_new_tokens}; it must be at least 1")
    for template, needed in ((protocol.question, ("question", "options")), (protocol.option, ("letter", "text"))):
        for name in needed:
            if "{" + name + "}" not in template:
                raise UsageError(f"{origin}: {template!r} must hold {{{name}}}")
    return protocol


def prompt_hash(prompt: Prompt) -> str:
    """16 hex digits that name the rendered prompt."""
    text = json.dumps([prompt.system, prompt.question, prompt.answer_prefix, prompt.repeat_system])
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
