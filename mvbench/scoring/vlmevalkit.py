"""The rules of VLMEvalKit's MVBench data set without a judge model.

Source: open-compass/VLMEvalKit, vlmeval/dataset/mvbench.py, vlmeval/dataset/utils/mvbench.py and
vlmeval/utils/matching_util.py at e8e78f05. Replies pass through a spreadsheet first, where some become "not a number";
a question without a score counts as right. That is kept, and flagged.
"""

import re
from typing import Literal

from mvbench.scoring.official import gold_text, plain_letter
from mvbench.types import LETTERS, Reply, Sample, Status, Verdict

Score = Literal[1, 0, -1] | None

FAILURE_CREDITED = "failure_credited"
API_FAILURE = "Failed to obtain answer via API"
REFUSALS = (
    "Sorry, I can't help with images of people yet.",
    "I can't process this file.",
    "I'm sorry, but without the image provided",
    "Cannot determine the answer",
)
NOTHING = "Z"
"""The letter the tool gives a reply it can make nothing of."""

LINKS = ("http://", "https://", "ftp://", "ftps://", "mailto:", "internal:", "external:", "file://")
MAX_LINK_UNITS = 2079
MAX_CELL_UNITS = 32767
# fmt: off
NOT_A_NUMBER = frozenset([
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
    "NULL", "NaN", "None", "n/a", "nan", "null",
])
# fmt: on
"""What pandas reads as a missing value."""
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")
PUNCTUATION = str.maketrans(dict.fromkeys(".()[],:;!*#{}", " "))
ANSWER_IS = re.compile(r"(?:correct\s+)?answer\s+is\s+\**([ABCD])\**", re.IGNORECASE)
LAST_WORDS = 4


def utf16_units(text: str) -> int:
    return len(text) + sum(char > "\uffff" for char in text)


def file_reply(text: str) -> str | None:
    """The reply as it comes back from an xlsx file; None for "not a number".

    Held for xlsxwriter 3.3.1, openpyxl 3.1.5 and pandas 2.3.3 and 3.1.1.
    """
    if text.startswith(LINKS):
        path, _, anchor = text.partition("#")
        if max(utf16_units(path), utf16_units(anchor)) > MAX_LINK_UNITS:
            return None
        text = link_text(text)
    if utf16_units(text) > MAX_CELL_UNITS:
        text = text.encode("utf-16-le", "surrogatepass")[: 2 * MAX_CELL_UNITS].decode("utf-16-le", "ignore")
    if text.startswith("<r>") and text.endswith("</r>") and "<" not in text[3:-4]:
        return None
    text = UNPRINTABLE.sub(lambda match: f"_x{ord(match[0]):04X}_", text).replace("x005F_", "")
    return None if text in NOT_A_NUMBER else text


def link_text(text: str) -> str:
    """What the file shows for a text that its writer takes for a link."""
    for scheme in ("mailto:", "internal:"):
        if text.startswith(scheme):
            return text.removeprefix(scheme)
    if not text.startswith(("external:", "file://")):
        return text
    if text.startswith("external:"):
        text = "file:///" + text.removeprefix("external:")
    return text.replace("file:///", "", 1).replace("file://", "", 1).replace("/", "\\")


def score(reply: str | None, choices: tuple[str, ...], answer: str) -> Score:
    """The tool's score of a reply that came back from the file: 1, 0, -1 (the API failed) or None (not a number).

    Raises IndexError when the gold text is only white space, as the tool does.
    """
    if reply is None:
        return None
    if API_FAILURE + "." in reply:
        return -1
    return 1 if matches(reply, choices, None if answer in NOT_A_NUMBER else answer) else 0


def matches(reply: str, choices: tuple[str, ...], answer: str | None) -> bool:
    """Whether the tool takes the reply for the answer; an answer of None is "not a number" and no choice's text."""
    gold = "(@) nan" if answer is None else gold_text(choices, answer)
    right, _, content = gold.lower().strip().partition(" ")
    if not content:
        raise IndexError(f"the gold string {gold!r} has no text after its letter")
    said = reply.lower().strip().partition(" ")[0]
    return said.replace(".", "") in right or right in said or inferred(reply, choices) == key_of(choices, answer)


def key_of(choices: tuple[str, ...], answer: str | None) -> str | None:
    """What the inferred letter is compared with. A choice that reads as the letter found so far moves it on."""
    key = answer
    for letter, choice in zip(LETTERS, choices, strict=False):
        if choice == key:
            key = letter
    return key


def inferred(reply: str, choices: tuple[str, ...]) -> str:
    """The letter the tool makes of a reply whose first piece decided nothing; `Z` for none."""
    letters = LETTERS[: len(choices)]
    if API_FAILURE not in reply:
        if any(refusal in reply for refusal in REFUSALS):
            return NOTHING
        words = reply.translate(PUNCTUATION).split()
        named = sorted(set(words).intersection(letters))
        if len(named) == 1 and words.index(named[0]) >= len(words) - LAST_WORDS:
            return named[0]
        if not named and NOTHING in words:
            return NOTHING
        phrase = ANSWER_IS.search(reply)
        if phrase and phrase[1].upper() in letters:
            return phrase[1].upper()
    low = reply.lower()
    if len(low) > 2 * sum(map(len, choices)):
        return NOTHING
    contained = [letter for letter, choice in zip(letters, choices, strict=False) if choice.lower() in low]
    return contained[0] if len(contained) == 1 else NOTHING


def judge(sample: Sample, reply: Reply) -> Verdict:
    """Right is what the tool's rating counts as right: every score but 0."""
    came_back = file_reply(reply.text)
    try:
        points = score(came_back, sample.choices, sample.answer_text)
    except IndexError:
        return Verdict(None, False, Status.UNPARSED, ("original_raises",))
    if came_back is None or points == -1:
        return Verdict(None, True, Status.UNPARSED, (FAILURE_CREDITED,))
    choice = read_choice(came_back, sample.choices)
    return Verdict(choice, points == 1, Status.UNPARSED if choice is None else Status.OK)


def read_choice(reply: str, choices: tuple[str, ...]) -> int | None:
    """The choice that the first piece plainly names, or else the one the tool infers."""
    choice = plain_letter(reply.strip(), len(choices))
    if choice is None:
        letter = LETTERS.index(inferred(reply, choices))
        choice = letter if letter < len(choices) else None
    return choice
