"""The rules of lmms-eval's MVBench task: normalise reply and gold letter, compare.

Source: EvolvingLMMs-Lab/lmms-eval, lmms_eval/tasks/mvbench/utils.py and the reply filter before it, at 75571cfe. The
first stand-alone letter from a to e wins, so that the article "a" is choice A; that is kept. The tool leaves blank
replies out of its denominator; here they count, and are wrong.
"""

import re

from mvbench.types import LETTERS, Reply, Sample, Status, Verdict

REASONING_TAGS = (("<think>", "</think>"), ("<analysis>", "</analysis>"))

LETTER_DOT_TEXT = re.compile(r"^([A-E])\.\s*(.+)$", re.IGNORECASE)
STANDALONE_LETTER = re.compile(r"\b([A-E])\b", re.IGNORECASE)
THOUSANDS = re.compile(r"\d,\d")
FREE_PERIOD = re.compile(r"\.(?!\d)")
MARKS = ';/[]"{}()=+\\_-><@`,?!'
MAX_PERIODS = 32
"""A flag's value stands where the tool's call wants a count, so only so many periods are removed."""


def kept_reply(text: str, *, tags: tuple[tuple[str, str], ...] = REASONING_TAGS) -> str:
    """The reply as it reaches the scorer: reasoning blocks removed, stripped. `tags=()`: stripped only."""
    for opening, closing in tags:
        start = text.find(opening)
        while start >= 0:
            end = text.find(closing, start)
            if end < 0:
                break
            text = text[:start] + text[end + len(closing) :]
            # a new tag can arise only where the two ends met
            start = text.find(opening, max(0, start - len(opening)))
        if closing in text and opening not in text:
            text = text.rpartition(closing)[2]
    return text.strip()


def counted(kept: str) -> bool:
    """Whether the tool lets a reply into its denominator."""
    return kept != ""


def normalise(text: str) -> str:
    """The first stand-alone letter from A to E, in upper case, or else the text itself without most of its marks."""
    if match := LETTER_DOT_TEXT.match(text.strip()):
        return match[1].upper()
    text = text.replace("\n", " ").replace("\t", " ").strip()
    bare = text
    has_thousands = THOUSANDS.search(text) is not None
    for mark in MARKS:
        if mark in text:
            glued = not (has_thousands or mark + " " in text or " " + mark in text)
            bare = bare.replace(mark, " " if glued else "")
    bare = FREE_PERIOD.sub("", bare, count=MAX_PERIODS)
    bare = bare.strip("'").strip('"').strip(")").strip("(").strip().lower()
    found = STANDALONE_LETTER.search(bare)
    return found[1].upper() if found else bare


def score(kept: str, choices: tuple[str, ...], answer: str) -> int:
    """1 or 0. Raises AttributeError when no choice equals the answer, as the tool does."""
    if answer not in choices:
        raise AttributeError(f"the answer {answer!r} is none of the choices, so that it has no letter")
    return int(normalise(kept) == normalise(LETTERS[choices.index(answer)]))


def judge(sample: Sample, reply: Reply) -> Verdict:
    """The tool's score of the kept reply; a blank one is wrong and counted."""
    kept = kept_reply(reply.text)
    said = normalise(kept)
    choice = LETTERS.find(said.upper()) if len(said) == 1 else -1
    named = 0 <= choice < len(sample.choices)
    try:
        correct = counted(kept) and score(kept, sample.choices, sample.answer_text) == 1
    except AttributeError:
        return Verdict(None, False, Status.UNPARSED, ("original_raises",))
    return Verdict(choice if named else None, correct, Status.OK if named else Status.UNPARSED)
