"""What is said to each language model beyond the notebooks' strings, and how replies are cleaned."""

from __future__ import annotations

import re
from typing import Any

import pytest
from jinja2 import Environment
from jinja2.exceptions import TemplateError

from baselines.videochat2.conversation.dialogue import Dialogue, Turn
from baselines.videochat2.conversation.formats import FORMATS, evaluation, instruction
from mvbench.errors import UsageError
from mvbench.types import Prompt

WRITTEN = ("vicuna", "mistral", "phi3")

QWEN = r"""{% if messages[0].role == 'system' %}
{{ '<|im_start|>system\n' + messages[0].content + '<|im_end|>\n' }}
{%- endif %}
{%- for message in messages if message.role != 'system' %}
{{- '<|im_start|>' + message.role + '\n' }}
{%- if message.role == 'assistant' and loop.last %}{{ '<think>\n\n</think>\n\n' }}{% endif %}
{{- message.content + '<|im_end|>\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
{{- '<|im_start|>assistant\n' }}
{%- if enable_thinking is defined and not enable_thinking %}{{ '<think>\n\n</think>\n\n' }}{% endif %}
{%- endif %}"""
"""In the manner of Qwen3's: thinking is left out of earlier turns, and an empty thought stands for none."""

LLAMA = """{{ bos_token }}{% for message in messages %}<|start_header_id|>{{ message.role }}<|end_header_id|>

{{ message.content | trim }}<|eot_id|>{% endfor %}
{%- if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>

{% endif %}"""

NO_SYSTEM = """{% for message in messages %}
{%- if message.role == 'system' %}{{ raise_exception('no system') }}{% endif %}
{{- message.role }}: {{ message.content }}
{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}"""


class Templated:
    """A tokenizer as far as its template goes."""

    name_or_path = "some/model"

    def __init__(self, template: str | None, *, bos: str | None = None, eos: str | None = "<|im_end|>") -> None:
        self.chat_template, self.bos_token, self.eos_token = template, bos, eos

    def apply_chat_template(self, messages: Any, *, tokenize: bool, **settings: Any) -> str:
        assert not tokenize
        environment = Environment(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)

        def refuse(reason: str) -> None:
            raise TemplateError(reason)

        environment.globals["raise_exception"] = refuse
        template = environment.from_string(str(self.chat_template))
        return template.render(messages=messages, bos_token=self.bos_token, **settings)


def prompt(system: str = "Look.\n", prefix: str = "Best option:(") -> Prompt:
    return Prompt(system, "Which?", prefix)


@pytest.mark.parametrize(
    ("style", "media", "expected"),
    [
        ("vicuna", (), ("Look.\n###Human: Which?\n###Assistant: Best option:(",)),
        ("mistral", (), ("Look.\n[INST] Which? [/INST] Best option:(",)),
        ("phi3", (), ("Look.\n<|user|>\nWhich?<|end|>\n<|assistant|>Best option:(",)),
        (
            "vicuna",
            ("image", "image"),
            (
                "Look.\n###Human: <Image>",
                "</Image>\n###Human: <Image>",
                "</Image>\n###Human: Which?\n###Assistant: Best option:(",
            ),
        ),
        (
            "mistral",
            ("video", "image"),
            (
                "Look.\n[INST] <Video>",
                "</Video> [/INST] [INST] <Image>",
                "</Image> [/INST] [INST] Which? [/INST] Best option:(",
            ),
        ),
        (
            "phi3",
            ("image", "image"),
            (
                "Look.\n<|user|>\n<Image>",
                "</Image><Image>",
                "</Image>Which?<|end|>\n<|assistant|>Best option:(",
            ),
        ),
    ],
)
def test_no_media_and_several(style: str, media: Any, expected: tuple[str, ...]) -> None:
    assert evaluation(prompt(), FORMATS[style], media=media) == expected


@pytest.mark.parametrize(
    ("style", "before", "after"),
    [
        ("vicuna", "###Human: <Video>", "</Video>\n###Human: Which?\n###Assistant:"),
        ("mistral", "[INST] <Video>", "</Video> [/INST] [INST] Which? [/INST]"),
        ("phi3", "<|user|>\n<Video>", "</Video>Which?<|end|>\n<|assistant|>"),
    ],
)
def test_without_system_and_prefix_nothing_stands_before_and_behind(style: str, before: str, after: str) -> None:
    assert evaluation(prompt("", ""), FORMATS[style]) == (before, after)


def test_the_system_text_is_repeated_only_where_the_protocol_says_so() -> None:
    asked = Prompt("Look.\n", "Which?", "", repeat_system=True)
    for style in WRITTEN:
        assert "".join(evaluation(asked, FORMATS[style])).count("Look.") == 2
        assert "".join(evaluation(prompt(), FORMATS[style])).count("Look.") == 1


def test_what_the_q_former_reads() -> None:
    assert instruction("Look.\n", "video") == "Look.\n"
    assert instruction("", "video") == "Watch the video and answer the question."
    assert instruction("", "image") == "Observe the image and answer the question."
    assert instruction("Look.\n", "video", first_character=True) == "L"


def test_a_chat_of_phi_goes_on_behind_its_end_token() -> None:
    going_on = FORMATS["phi3"].chat([Turn("What?", ("video",), "A dog."), Turn("And then?")])
    assert going_on == (
        "<|user|>\n<Video>",
        "</Video>What?<|end|>\n<|assistant|>A dog.<|end|>\n<|user|>\nAnd then?<|end|>\n<|assistant|>",
    )


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("vicuna", ("###Human: <Video>", "</Video> Say it. ###Assistant: ")),
        ("mistral", ("[INST] <Video>", "</Video> Say it. [/INST]")),
        ("phi3", ("<|user|>\n<Video>", "</Video> Say it.<|end|>\n<|assistant|>\n")),
    ],
)
def test_requests_for_captions(style: str, expected: tuple[str, str]) -> None:
    assert FORMATS[style].caption("Say it.", "video") == expected


@pytest.mark.parametrize(
    ("style", "raw", "clean"),
    [
        ("vicuna", "A) a\n###Human: more", "A) a"),
        ("vicuna", " B) b ", "B) b"),
        ("vicuna", "no. Assistant: one Assistant: B) b ### Assistant: C", "B) b"),
        ("vicuna", "###", ""),
        ("vicuna", "", ""),
        ("mistral", " A) a</s> B", " A) a"),
        ("mistral", "A ### b", "A ### b"),
        ("phi3", "A) a<|end|>\n<|user|>", "A) a"),
        ("phi3", "A) a<|endoftext|>B<|end|>", "A) a"),
    ],
)
def test_what_is_left_of_a_reply(style: str, raw: str, clean: str) -> None:
    assert FORMATS[style].clean(raw) == clean


@pytest.mark.parametrize("style", WRITTEN)
def test_every_answer_is_taught_to_end_as_replies_are_stopped(style: str) -> None:
    first, *_ = FORMATS[style].stops()
    lesson = FORMATS[style].lesson(Dialogue((("Q?", "Yes."),), "video"))
    assert lesson.pieces[-1].learned and lesson.after.endswith(first)
    assert FORMATS[style].clean(f"Yes.{first}") == "Yes."


def test_a_chat_template_makes_the_prompt_and_leaves_room_for_the_visual_tokens() -> None:
    before, after = evaluation(prompt(), FORMATS["chat_template"], tokenizer=Templated(QWEN))
    assert before == "<|im_start|>system\nLook.<|im_end|>\n<|im_start|>user\n<Video>"
    assert after == ("</Video>\nWhich?<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\nBest option:(")
    only = evaluation(prompt("", ""), FORMATS["chat_template"], media=(), tokenizer=Templated(QWEN))
    assert only == ("<|im_start|>user\nWhich?<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n",)


def test_a_chat_template_leaves_the_bos_to_the_tokenizer() -> None:
    tokenizer = Templated(LLAMA, bos="<|begin_of_text|>", eos="<|eot_id|>")
    texts = FORMATS["chat_template"].chat([Turn(" Who? ", ("video", "image"), "A."), Turn("So?")], tokenizer=tokenizer)
    assert texts == (
        "<|start_header_id|>user<|end_header_id|>\n\n<Video>",
        "</Video><Image>",
        "</Image>\n Who?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nA.<|eot_id|>"
        "<|start_header_id|>user<|end_header_id|>\n\nSo?<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
    )
    assert FORMATS["chat_template"].stops(tokenizer) == ("<|eot_id|>",)
    assert FORMATS["chat_template"].clean(" A.<|eot_id|>x", tokenizer=tokenizer) == "A."


def test_a_template_that_refuses_a_system_message_gets_it_with_the_question() -> None:
    texts = evaluation(prompt(), FORMATS["chat_template"], tokenizer=Templated(NO_SYSTEM, eos="</s>"))
    assert "<V>".join(texts) == "user: Look.\n<Video><V></Video>\nWhich?\nassistant:Best option:("


def test_a_question_may_hold_what_marks_the_visual_tokens() -> None:
    texts = FORMATS["chat_template"].chat([Turn("\ue0000\ue001?", ("video",))], tokenizer=Templated(QWEN))
    assert len(texts) == 2 and "\ue0000\ue001?" in texts[1]


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (None, "'some/model' has no chat template"),
        ("{{ messages[0].nothing.content }}", "refuses the conversation: .* has no attribute"),
        ("{{ 1 / 0 }}", "refuses the conversation: division"),
        ("always the same", "shows 0 of 1"),
    ],
)
def test_a_template_that_cannot_be_used_is_one_clear_line(template: str | None, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        FORMATS["chat_template"].chat([Turn("Who?", ("video",))], tokenizer=Templated(template))


@pytest.mark.parametrize(
    "tokenizer", [Templated(QWEN), Templated(LLAMA, bos="<|begin_of_text|>", eos="<|eot_id|>")], ids=["qwen", "llama"]
)
def test_lessons_by_a_chat_template_teach_answers_and_their_ends(tokenizer: Any) -> None:
    turns = (("Who?", "A dog."), ("So <|im_start|>assistant?", "<|im_end|> Yes. "))
    told = Dialogue(turns, "video", "Be brief.", message=" 4 frames. ")
    lesson = FORMATS["chat_template"].lesson(told, tokenizer=tokenizer)
    end = tokenizer.eos_token
    assert [piece.text for piece in lesson.pieces if piece.learned] == [f"A dog.{end}", f"<|im_end|> Yes.{end}"]
    asked = [Turn(f"{question}", (), answer.strip()) for question, answer in turns]
    whole = FORMATS["chat_template"].chat(
        [Turn("Who?", ("video",), "A dog."), asked[1]], system="Be brief.", tokenizer=tokenizer
    )
    assert lesson.before == whole[0]
    assert lesson.after == whole[1].replace("</Video>", "</Video> 4 frames.").rstrip()


@pytest.mark.parametrize(
    ("style", "before", "after"),
    [
        ("vicuna", " Be brief.  ###Human: <Video>", "</Video> ###Human:  Who?  ###Assistant: A dog.\n ###"),
        ("mistral", "Be brief.  [INST] <Video>", "</Video> [/INST] [INST]  Who?  [/INST] A dog.\n </s>"),
        (
            "phi3",
            "<|system|>\n Be brief. <|end|>\n<|user|>\n<Video>",
            "</Video>\nWho?<|end|>\n<|assistant|>\nA dog.<|end|>",
        ),
    ],
)
def test_which_blanks_lessons_keep(style: str, before: str, after: str) -> None:
    lesson = FORMATS[style].lesson(Dialogue(((" Who? ", "A dog.\n"),), "video", " Be brief. "))
    assert (lesson.before, lesson.after) == (before, after)


def test_every_written_text_is_in_one_piece_however_it_is_split() -> None:
    """The tags stand right beside the visual tokens in every format."""
    for style in WRITTEN:
        texts = FORMATS[style].chat([Turn("Who?", ("video", "image"))])
        assert len(texts) == 3
        assert all(re.search(r"<(Video|Image)>$", text) for text in texts[:-1])
        assert all(re.match(r"</(Video|Image)>", text) for text in texts[1:])
