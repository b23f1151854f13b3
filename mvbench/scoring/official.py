"""The public rule, digit for digit, with its reply preparation; and that of the HD notebook.

Source: OpenGVLab/Ask-Anything, video_chat2/mvbench.ipynb and its HD sibling. The first lets every blank reply score,
the second finds letters inside words. That is kept, because published numbers were made so; a blank is flagged.
"""

import re
from collections.abc import Callable

from mvbench.types import LETTERS, Reply, Sample, Status, Verdict

BLANK_CREDITED = "blank_credited"
PLAIN_LETTER = re.compile(r"\(*([a-z])[).,:;]*")


def gold_text(choices: tuple[str, ...], answer: str) -> str:
    """The right option as the rule wants it; the letter is that of the last equal choice, `@` when there is none.

    >>> gold_text(("yes", "no"), "no")
    '(B) no'
    """
    letter = "@"
    for candidate, choice in zip(LETTERS, choices, strict=False):
        if choice == answer:
            letter = candidate
    return f"({letter}) {answer}"


def prepare(text: str) -> str:
    """What the notebook scores: `(` and the first line, without a following turn.

    >>> prepare("B) The box.\\n###Human: and then?")
    '(B) The box.'
    """
    return first_line(text.partition("###")[0].rpartition("Assistant:")[2])


def prepare_hd(text: str) -> str:
    """What the HD notebook scores: `(` and the first line, cut at the end-of-text token."""
    return first_line(text.partition("</s>")[0])


def first_line(text: str) -> str:
    return "(" + text.strip().partition("\n")[0]


def check_answer(prediction: str, gold: str) -> bool:
    """Whether the prediction's first piece lies in the gold option's, or the other way round; "" lies in everything.

    Raises IndexError when the gold text is empty, as the notebook does.
    """
    said, right = first_piece(prediction), gold_piece(gold)
    return said.replace(".", "") in right or right in said


def check_answer_hd(prediction: str, gold: str) -> bool:
    """Whether the gold letter lies anywhere in the prediction's first piece, if that holds one of a to e.

    Raises IndexError when the gold text is empty, as the notebook does.
    """
    right = gold_piece(gold).strip(".()")
    said = first_piece(prediction).strip(".()")
    return any(letter in said for letter in "abcde") and right in said


def first_piece(text: str) -> str:
    return text.lower().partition(" ")[0]


def gold_piece(gold: str) -> str:
    option, _, content = gold.lower().partition(" ")
    if not content:
        raise IndexError(f"the gold string {gold!r} has no text after its letter")
    return option


def plain_letter(prediction: str, num_choices: int) -> int | None:
    """The choice that the prediction's first piece names, where that piece is nothing but a letter and its marks."""
    match = PLAIN_LETTER.fullmatch(first_piece(prediction))
    index = LETTERS.find(match[1].upper()) if match else -1
    return index if 0 <= index < num_choices else None


def judged_by(prepared: Callable[[str], str], check: Callable[[str, str], bool]) -> Callable[[Sample, Reply], Verdict]:
    """A judge made of a notebook's two functions: `correct` is its word, `choice` and `status` are our reading."""

    def judge(sample: Sample, reply: Reply) -> Verdict:
        prediction = prepared(reply.text)
        try:
            correct = check(prediction, gold_text(sample.choices, sample.answer_text))
        except IndexError:
            return Verdict(None, False, Status.UNPARSED, ("original_raises",))
        return reading(sample, prediction, correct)

    return judge


def reading(sample: Sample, prediction: str, correct: bool) -> Verdict:
    choice = plain_letter(prediction, len(sample.choices))
    blank = not first_piece(prediction).strip("(.)")
    status = Status.UNPARSED if choice is None else Status.OK
    return Verdict(choice, correct, status, (BLANK_CREDITED,) if correct and blank else ())


judge = judged_by(prepare, check_answer)
judge_hd = judged_by(prepare_hd, check_answer_hd)
"""The HD notebook credits no blank, but finds letters inside words."""
