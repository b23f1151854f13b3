"""What `parsed` makes of replies: no credit that was not earned, no refusal of an answer that was plainly given."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mvbench.scoring import JUDGES
from mvbench.scoring.parsed import DISAGREE, read_choice
from mvbench.types import LETTERS, Reply, Status
from tests.scoring.replies import REPLIES, WITH, WITHOUT
from tests.scoring.samples import OBJECTS, sample

parsed = JUDGES["parsed"]

FORMATS = (
    "{letter}",
    "({letter})",
    "{letter})",
    "{letter}.",
    "{letter}:",
    "({letter}",
    "[{letter}]",
    "**{letter}**",
    "`{letter}`",
    "**({letter})**",
    "The answer is ({letter}).",
    "The answer is {letter}",
    "Answer: {letter}",
    "Final answer: {letter}.",
    "Best option: ({letter})",
    "Option {letter}",
    "I would choose {letter}.",
    "\\boxed{{{letter}}}",
    '{{"answer": "{letter}"}}',
    "<think>hm</think>{letter}",
    "答案是{letter}",
    "{letter}) {text}",
    "({letter}) {text}",
    "{letter}. {text}",
    "The correct answer is {letter}: {text}",
    "Looking at the video, the correct option is ({letter}) {text}",
)

HOSTILE = (
    "(" * 200_000,
    " " * 200_000,
    "\n" * 200_000 + "x",
    "A " * 100_000,
    "A, " * 66_000,
    "(A)(B)" * 33_000,
    "a\n" * 100_000,
    "*" * 200_000,
    "_" * 200_000,
    "." * 200_000,
    "1." * 100_000,
    "I " * 100_000 + "x",
    "-" * 200_000 + "A",
    "<think>" * 30_000,
    "</think>" * 25_000,
    "<think></think>" * 13_000,
    "<|" * 100_000,
    "[{(" * 66_000 + "x",
    "\u0301\u0323" * 100_000,
    "ﷺ" * 200_000,
    "选" * 200_000,
    "答案是" * 66_000,
    "“" * 200_000,
    "not " * 50_000,
    "not the " * 25_000,
    "not is the " * 18_000,
    "answer is " * 20_000,
    "answer is A or " * 13_000,
    "answer to " + "x" * 199_990,
    "answer to " * 20_000,
    "the laptop " * 18_000,
    "not the laptop " * 13_000,
    "option the " * 18_000,
    "I would most likely " * 10_000,
    "\\boxed{" * 28_000,
    "A person " * 22_000,
    "no " * 66_000,
    "if A " * 40_000,
    "if the laptop " * 14_000,
    "? " * 100_000,
    "is it A? " * 22_000,
    ", is it " * 25_000 + "?",
    "no, no " * 28_000 + "x",
    "not moving the laptop " * 9_000,
    "neither x " * 20_000,
    "laptop, " * 25_000,
)


def cases():
    for kind, rows in REPLIES.items():
        for number, (choices, after, reply, letter) in enumerate(rows):
            for prefix in ("Best Option: (", ""):
                if after != (WITHOUT if prefix else WITH):
                    name = f"{kind}-{number}-{'with' if prefix else 'without'}"
                    yield pytest.param(choices, prefix, reply, letter, id=name)


@pytest.mark.parametrize(("choices", "prefix", "reply", "letter"), list(cases()))
def test_reply_is_read_as_what_it_plainly_says(choices, prefix, reply, letter) -> None:
    choice, _ = read_choice(reply, choices, prefixed=bool(prefix))
    assert (None if choice is None else LETTERS[choice]) == letter


def test_table_is_large_and_no_row_stands_twice() -> None:
    rows = [(choices, after, reply) for of_kind in REPLIES.values() for choices, after, reply, _ in of_kind]
    assert len(rows) == len(set(rows)) >= 600


@pytest.mark.parametrize("prefix", ["Best Option: (", ""])
@pytest.mark.parametrize("form", FORMATS)
@settings(max_examples=25)  # of each of the many forms
@given(
    st.lists(st.sampled_from(["red", "The blue box.", "not sure", "3", "Opened the door."]), min_size=2, unique=True),
    st.data(),
)
def test_any_choice_letter_written_plainly_is_read(prefix, form, choices, data) -> None:
    index = data.draw(st.integers(0, len(choices) - 1))
    reply = form.format(letter=LETTERS[index], text=choices[index])
    verdict = parsed(sample(tuple(choices), choices[index]), Reply(reply, prefix=prefix))
    assert (verdict.choice, verdict.correct, verdict.status, verdict.flags) == (index, True, Status.OK, ())


@given(st.text(st.characters(exclude_categories=["L", "N", "S", "M"]), max_size=200), st.booleans())
def test_text_without_letters_never_scores(text, prefixed) -> None:
    assert parsed(sample(), Reply(text, prefix="(" if prefixed else "")).choice is None


PIECES = [
    "A",
    "B",
    "E",
    "a",
    "I",
    " ",
    " ",
    "not",
    "answer is",
    "The laptop.",
    "the box",
    ")",
    "(",
    ".",
    "\n",
    "</think>",
    "<think>",
    "is wrong",
    "or",
    "，",
    "答案",
    "**",
    "I choose",
    "\\boxed{",
    "}",
    "Ｂ",
    "А",
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join) | st.text(max_size=80), st.booleans())
def test_verdict_never_contradicts_itself(text, prefixed) -> None:
    question = sample()
    verdict = parsed(question, Reply(text, prefix="(" if prefixed else ""))
    assert verdict.choice is None or 0 <= verdict.choice < len(question.choices)
    assert verdict.correct == (verdict.choice == question.answer)
    assert (verdict.status is Status.OK) == (verdict.choice is not None)


@pytest.mark.parametrize(
    ("reply", "flags"),
    [
        ("(B) The laptop.", (DISAGREE,)),
        ("The answer is (B) The laptop.", (DISAGREE,)),
        ("(B) The tablet.", ()),
        ("(B)", ()),
        ("(B) not the laptop", ()),
    ],
)
def test_letter_wins_over_a_text_that_disagrees_and_is_flagged(reply, flags) -> None:
    verdict = parsed(sample(), Reply(reply))
    assert (verdict.choice, verdict.flags) == (1, flags)


def test_of_a_very_long_reply_only_what_is_explicit_counts() -> None:
    filler = "The man walks along the road. " * 2_000
    assert read_choice(f"{filler}The answer is (C).", OBJECTS, prefixed=False)[0] == 2
    assert read_choice(f"B) The tablet. {filler}", OBJECTS, prefixed=True)[0] == 1
    assert read_choice(f"{filler} (C)", OBJECTS, prefixed=False)[0] is None


@pytest.mark.parametrize("prefix", ["(", ""])
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:12]))
def test_hostile_replies_cost_bounded_time(text, prefix) -> None:
    start = time.process_time()
    for judge in JUDGES.values():
        judge(sample(), Reply(text, prefix=prefix))
    assert time.process_time() - start < 1.0  # five judges; less than half of it on an idle machine
