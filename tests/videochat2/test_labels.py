"""Exactly the answers, their ends and (Vicuna) the headers are learned, whatever the tokenizer does with blanks."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baselines.videochat2.conversation.dialogue import Dialogue, Piece
from baselines.videochat2.conversation.formats import FORMATS
from baselines.videochat2.conversation.labels import IGNORED, Tokens, labelled, tokenised
from mvbench.errors import UsageError

WRITTEN = ("vicuna", "mistral", "phi3")
KINDS = ("metaspace", "bytes", "own")
SPECIAL = ["<unk>", "<s>", "</s>", "<|end|>", "<|user|>", "<|assistant|>", "<|system|>"]
ENGLISH = (
    "###Human: What is the man doing? ###Assistant: He is cooking. A dog runs on the beach, in a park. [INST] [/INST] "
    "</Video>"
)

slow = pytest.mark.slow


@cache
def tokenizer(kind: str) -> Any:
    """metaspace: a word and the blank before it, the text's first word too, like Vicuna's and Mistral's. bytes: like
    those of Llama 3 and Qwen. own: what `mvbench build` makes. Each has the formats' end tokens as single ones."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    if kind == "own":
        from baselines.videochat2.words import language_tokenizer

        made = language_tokenizer("\n".join([ENGLISH] * 9), entries=600)
        made.add_special_tokens({"additional_special_tokens": SPECIAL[3:]})
        return made
    if kind == "bytes":
        learner = Tokenizer(models.BPE())
        learner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        learner.decoder = decoders.ByteLevel()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        trainer = trainers.BpeTrainer(
            vocab_size=500, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False
        )
    else:
        learner = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
        learner.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
        learner.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never", split=True)
        learner.decoder = decoders.Replace("▁", " ")
        trainer = trainers.BpeTrainer(vocab_size=300, special_tokens=SPECIAL, show_progress=False)
    learner.train_from_iterator([ENGLISH] * 9, trainer)
    if kind == "metaspace":
        learner.pre_tokenizer = None  # merges may then join what the training kept apart, as in sentencepiece
    return PreTrainedTokenizerFast(
        tokenizer_object=learner, unk_token="<unk>", bos_token="<s>", eos_token="</s>", pad_token="</s>"
    )


def runs(style: str, dialogue: Dialogue, kind: str) -> list[str]:
    """The learned stretches of the text behind the visual tokens, decoded from their labels."""
    made = tokenizer(kind)
    lesson = FORMATS[style].lesson(dialogue)
    tokens = tokenised(lesson.after, made)
    labels = labelled(lesson.pieces, tokens)
    assert all(label in (IGNORED, token) for label, token in zip(labels, tokens.ids, strict=True))
    texts, run = [], []
    for label in (*labels, IGNORED):
        if label != IGNORED:
            run += [label]
        elif run:
            text = made.decode(run, skip_special_tokens=False, clean_up_tokenization_spaces=False)
            texts += [" ".join(text.split())]  # a tokenizer of words starts a new one behind `</s>`, with a blank more
            run = []
    return texts


TWO = (("What is the man doing?", "He is cooking."), ("Where?", "In a park."))
LATER_EMPTY = (("What?", "He is cooking."), ("", "In a park."))
ROLES = (
    ("Is [/INST] or ###Assistant: or <|assistant|>\n right?", "In </Video> a [INST] park, ###Human: see."),
    ("###", "A dog."),
)
MESSAGE = " The video contains 4 frames sampled at 0.5, 1.5, 2.5, 3.5 seconds. "


@slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("style", "turns", "learned"),
    [
        ("vicuna", TWO, ["###Human:", "###Assistant: He is cooking. ###Human:", "###Assistant: In a park. ###"]),
        ("vicuna", LATER_EMPTY, ["###Human:", "###Assistant: He is cooking. ###Assistant: In a park. ###"]),
        (
            "vicuna",
            ROLES,
            [
                "###Human:",
                "###Assistant: In </Video> a [INST] park, ###Human: see. ###Human:",
                "###Assistant: A dog. ###",
            ],
        ),
        ("mistral", TWO, ["He is cooking. </s>", "In a park. </s>"]),
        ("mistral", LATER_EMPTY, ["He is cooking. </s> In a park. </s>"]),
        ("mistral", ROLES, ["In </Video> a [INST] park, ###Human: see. </s>", "A dog. </s>"]),
        ("phi3", TWO, ["He is cooking.<|end|>", "In a park.<|end|>"]),
        ("phi3", LATER_EMPTY, ["He is cooking.<|end|>", "In a park.<|end|>"]),
        ("phi3", ROLES, ["In </Video> a [INST] park, ###Human: see.<|end|>", "A dog.<|end|>"]),
    ],
)
@pytest.mark.parametrize("medium", ["video", None])
def test_what_is_learned_of_a_dialogue(style: str, turns: Any, learned: list[str], medium: Any, kind: str) -> None:
    told = Dialogue(turns, medium, "Say [/INST] and ###Assistant: at will.", message=MESSAGE if medium else "")
    assert runs(style, told, kind) == learned


words = st.text(st.sampled_from("aäb?#:[]/ \n\t<|>日🐕IN"), max_size=12)


@slow
@settings(deadline=None, max_examples=60)
@given(
    turns=st.lists(st.tuples(words, words), min_size=1, max_size=3),
    told=words,
    message=words,
    medium=st.sampled_from(["video", "image", None]),
    style=st.sampled_from(WRITTEN),
    kind=st.sampled_from(KINDS),
)
def test_every_character_is_learned_or_not_as_its_piece_is(
    turns: Any, told: str, message: str, medium: Any, style: str, kind: str
) -> None:
    """But for a token that reaches into the next piece, which is one token and cannot be both."""
    lesson = FORMATS[style].lesson(Dialogue(tuple(turns), medium, told, message=message))
    tokens = tokenised(lesson.after, tokenizer(kind))
    labels = labelled(lesson.pieces, tokens)
    wanted = [piece.learned for piece in lesson.pieces for _ in piece.text]
    for (start, end), label in zip(tokens.spans, labels, strict=True):
        told_of = [wanted[place] for place in range(start, end) if not lesson.after[place].isspace()]
        if told_of:
            assert (label != IGNORED) == told_of[0]
    reached = {place for start, end in tokens.spans for place in range(start, end)}
    assert all(place in reached or lesson.after[place].isspace() for place in range(len(wanted)))


@slow
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_learned_of_an_answer_is_what_the_model_will_write(kind: str) -> None:
    """The prompt of the evaluation, tokenised alone, goes on in training's tokens with the answer's."""
    made = tokenizer(kind)
    lesson = FORMATS["mistral"].lesson(Dialogue((("Where?", "In a park."),), "video"))
    tokens = tokenised(lesson.after, made)
    labels = labelled(lesson.pieces, tokens)
    asked = lesson.after.removesuffix(" In a park. </s>")
    prompt = tokenised(asked, made).ids
    assert tokens.ids[: len(prompt)] == prompt
    assert labels[: len(prompt)] == (IGNORED,) * len(prompt)
    assert labels[len(prompt) :] == tokens.ids[len(prompt) :]


@slow
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_learned_by_a_chat_template(kind: str) -> None:
    made = tokenizer(kind)
    made.chat_template = (
        "{{ bos_token }}{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<|end|>{% endfor %}"
        "{% if add_generation_prompt %}<|assistant|>{% endif %}"
    )
    lesson = FORMATS["chat_template"].lesson(Dialogue(TWO, "video", "Look."), tokenizer=made)
    assert lesson.before == "<|system|>Look.<|end|><|user|><Video>"
    tokens = tokenised(lesson.after, made)
    said = [token for token in labelled(lesson.pieces, tokens) if token != IGNORED]
    assert made.decode(said).replace(" ", "") == "Heiscooking.<|end|>Inapark.<|end|>"


def spans(text: str, pattern: str) -> Tokens:
    found = list(re.finditer(pattern, text))
    return Tokens(tuple(range(len(found))), tuple(match.span() for match in found))


@pytest.mark.parametrize(
    ("pattern", "learned"),
    [
        (r"\w+|:", [2, 3]),  # Q : go on
        (r"\s*\w+|:", [2, 3]),  # a blank with the word it precedes
        (r"\w+\s*|:\s*", [2, 3]),  # or with the word before it
        (r"\s+|\w+|:", [2, 3, 4, 5]),  # by itself: that behind the header is the answer's
        (r".", [2, 3, 4, 5, 6, 7]),
    ],
)
def test_blanks_and_where_they_go(pattern: str, learned: list[int]) -> None:
    pieces = (Piece("Q:"), Piece(" go on", learned=True))
    tokens = spans("Q: go on", pattern)
    assert [label for label in labelled(pieces, tokens) if label != IGNORED] == learned


def test_a_token_across_two_pieces_belongs_to_the_first() -> None:
    pieces = (Piece("ab"), Piece("cd", learned=True), Piece("ef"))
    assert labelled(pieces, Tokens((7, 8, 9), ((0, 3), (3, 5), (5, 6)))) == (IGNORED, 8, IGNORED)


def test_empty_pieces_and_tokens_of_no_width_do_no_harm() -> None:
    pieces = (Piece(""), Piece("ab", learned=True), Piece(""), Piece("c"), Piece("", learned=True))
    tokens = Tokens((5, 6, 7, 8), ((0, 0), (0, 2), (2, 3), (3, 3)))
    assert labelled(pieces, tokens)[:3] == (5, 6, IGNORED)
    assert labelled((), Tokens((), ())) == ()


def test_a_tokenizer_without_positions_is_refused() -> None:
    class Slow:
        is_fast = False

    with pytest.raises(UsageError, match="the tokenizer Slow does not tell where"):
        tokenised("a", Slow())


@slow
def test_a_batch_without_labels_counts_as_one() -> None:
    import torch

    from baselines.videochat2.conversation.labels import num_learned

    assert num_learned(torch.tensor([[5, 6, IGNORED], [IGNORED, IGNORED, 7]])).item() == 2
    assert num_learned(torch.tensor([[5, IGNORED]])).item() == 1
