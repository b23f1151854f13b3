"""A reply that is stopped early gets the verdict of the whole one, and each row of a batch ends on its own."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baselines.videochat2.answering.stopping import Stopping, settled
from mvbench.scoring import JUDGES
from mvbench.types import LETTERS, Reply, Verdict
from tests.scoring.replies import REPLIES, WITHOUT
from tests.scoring.samples import OBJECTS, sample

PREFIX = "Best option:("
END = 2
STOPS = ("###",)
LONGEST = 100

PIECES = (
    " ", "\n", "\t", "A", "B", "b", "C", "E", "Z", ")", ".", ":", ",", "(", "The", " box", " is", " not", "Answer", "#",
    "##", "###", "Assistant", "Assistant:", "Human:", "</s>", "é", "B)", "(D)", "C. ", "1,000", " a ", " or ", "?",
)  # fmt: skip
"""What tokens say. Words, letters and marks are cut anywhere."""

OPENINGS = (
    [],
    ["B)", " "],
    ["\n", "(", "b", ")"],
    ["A", ".", " "],
    [" ", "D", ")", "\n"],
    ["(", "C", ":", " is"],
    ["Assistant:", " B) "],
)
"""Half of all replies get as far as a first word."""

PLAIN_WORDS = ("The", "box", "laptop", "tablet", "moves", "behind", "red", "one", "It", "then", "there", "on", "left.")
"""With these a reply cannot go back on its first word."""


def generated(pieces: list[str], *, early: bool) -> tuple[str, str | None]:
    """What is said until the reply is over, and the word that settled it."""
    vocabulary = ["<unk>", "<s>", "</s>", *pieces]

    def decode(tokens: object) -> str:
        return "".join(vocabulary[token] for token in tokens)  # type: ignore[attr-defined]

    stopping = Stopping(decode, ends=[END], stops=STOPS, choices=[len(OBJECTS) if early else 0])
    for number in range(min(len(pieces), LONGEST)):
        if stopping.take([number + 3])[0]:
            break
    return stopping.texts[0], settled(stopping.texts[0], len(OBJECTS)) if early else None


def verdicts(text: str, answer: str = OBJECTS[1], choices: tuple[str, ...] = OBJECTS) -> dict[str, Verdict]:
    reply = Reply(text, prefix=PREFIX, finish_reason="stop")
    return {name: judge(sample(choices, answer), reply) for name, judge in JUDGES.items()}


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(OPENINGS), st.lists(st.sampled_from(PIECES), max_size=LONGEST), st.sampled_from(OBJECTS))
def test_the_public_judges_say_of_the_first_word_what_they_say_of_the_whole_reply(
    opening: list[str], rest: list[str], answer: str
) -> None:
    pieces = opening + rest
    whole, _ = generated(pieces, early=False)
    text, word = generated(pieces, early=True)
    if word is None:
        assert text == whole
        return
    assert whole.startswith(text)
    if "Assistant:" in whole.partition("###")[0]:
        return  # the one exception, below
    one, other = verdicts(word, answer), verdicts(whole, answer)
    for judge in ("official", "official-hd", "lmms"):
        assert one[judge] == other[judge], judge


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from("ABCD"),
    st.sampled_from((")", ".", ":")),
    st.lists(st.sampled_from(PLAIN_WORDS), max_size=30),
    st.sampled_from(OBJECTS),
)
def test_every_reading_of_parsed_is_kept_where_the_reply_does_not_go_back_on_it(
    letter: str, mark: str, words: list[str], answer: str
) -> None:
    whole = " ".join([letter + mark, *words])
    word = settled(whole + " ", len(OBJECTS))
    assert word == letter + mark
    one, other = verdicts(word, answer)["parsed"], verdicts(whole, answer)["parsed"]
    assert (one.choice, one.correct, one.status) == (other.choice, other.correct, other.status)
    assert one.choice == LETTERS.index(letter)


def test_what_a_later_turn_would_have_said_is_lost() -> None:
    """The one exception for `official`; nobody can see it coming."""
    whole = "A) The laptop.\nAssistant: B) The tablet."
    assert settled(whole, 4) == "A)"
    assert verdicts(whole)["official"].correct and not verdicts("A)")["official"].correct


@pytest.mark.parametrize(
    "whole",
    [
        "B) is not correct.",
        "B) or (C)",
        "B) is wrong, so the answer is D",
        "B. No.",
        "B) The tablet? C",
        "B) The tablet. Wait, no.",
        "B) maybe</think>C) The box.",
    ],
)
def test_parsed_alone_sees_that_a_reply_goes_back_on_its_first_word(whole: str) -> None:
    word = settled(whole, 4)
    assert word is not None
    assert verdicts(whole)["parsed"].choice != verdicts(word)["parsed"].choice
    assert verdicts(whole)["official"] == verdicts(word)["official"]


def test_replies_of_every_known_kind_keep_their_public_verdicts_and_nearly_all_their_parsed_ones() -> None:
    rows = [(row, kind) for kind, rows in REPLIES.items() for row in rows if row[1] != WITHOUT]
    early = differing = 0
    for (options, _, text, _), kind in rows:
        word = settled(text, len(options))
        if word is None:
            continue
        early += 1
        one, other = verdicts(word, options[0], options), verdicts(text, options[0], options)
        for judge in ("official", "official-hd", "lmms"):
            assert one[judge] == other[judge], (kind, text, judge)
        differing += one["parsed"].choice != other["parsed"].choice
    assert early > 50, "the corpus of replies holds what can be stopped"
    assert differing < early / 10, "and few of them take their letter back"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("B) ", "B)"),
        ("B)\n", "B)"),
        ("\n  (b). The", "(b)."),
        ("((B) x", "((B)"),
        ("D: x", "D:"),
        ("B)", None),
        ("B) ", "B)"),
        ("B)\t x", None),
        ("B x", None),
        ("A cat", None),
        ("B, x", None),
        ("E) x", None),
        ("B)The x", None),
        ("B)### x", None),
        ("Assistant: B) x", None),
        ("</s>B) x", None),
        ("BC) x", None),
        ("é) x", None),
        ("", None),
    ],
)
def test_a_first_word_is_settled_once_it_is_over_and_nothing_but_a_choice(text: str, word: str | None) -> None:
    assert settled(text, 4) == word


def test_nothing_is_settled_where_there_are_no_choices() -> None:
    assert settled("A) x", 0) is None


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from(("A", "D", ")", " ", "The", "#", "##", "# ", "<|end", "|>"))), st.sampled_from((0, 2, 4))
)
def test_a_reply_is_over_at_the_first_token_that_makes_it_so(pieces: list[str], num_choices: int) -> None:
    stops = ("###", "<|end|>")

    def is_over(text: str) -> bool:
        return any(stop in text for stop in stops) or settled(text, num_choices) is not None

    wanted = [is_over("".join(pieces[: number + 1])) for number in range(len(pieces))]
    stopping = Stopping(lambda row: "".join(pieces[token] for token in row), choices=[num_choices], stops=stops)
    for token, over in enumerate(wanted):
        assert stopping.take([token]) == [over]
        if over:
            break


def test_rows_end_by_themselves_and_keep_their_own_tokens() -> None:
    words = ["", "", "</s>", "B", ")", " The", "##", "#", "x", "<pad>"]
    stopping = Stopping(lambda row: "".join(words[token] for token in row), ends=[END], stops=STOPS, choices=[4, 0, 0])
    seen = [list(stopping.take(step)) for step in ([3, 3, 6], [4, 4, 7], [5, 5, 9], [9, END, 9])]
    assert seen == [[False] * 3, [False, False, True], [True, False, True], [True, True, True]]
    assert stopping.rows == [[3, 4, 5], [3, 4, 5, END], [6, 7]]
    assert stopping.texts == ["B) The", "B) The</s>", "###"]


@pytest.mark.slow
def test_the_criterion_reads_the_last_column_of_a_tensor() -> None:
    import torch

    stopping = Stopping(lambda row: " ".join(map(str, row)), ends=[END], choices=[0, 0])
    assert stopping(torch.tensor([[7], [END]]), None).tolist() == [False, True]
    assert stopping(torch.tensor([[7, END], [END, 5]]), None).tolist() == [True, True]
    assert stopping.rows == [[7, END], [END]]
