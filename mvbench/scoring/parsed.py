"""Our reading of a reply, the headline: a choice where one was plainly given, and nothing where it was not.

In order: closed think blocks go, then questions and conditions; after a prefix, a leading letter; the last explicit
final answer; exactly one letter that stands alone; exactly one option text. Source: INTERFACE of this project, section
"Scoring". Every doubt is `unparsed`: the article "a", the pronoun "I", a letter beyond the choices, two letters, a
letter that is only denied, an answer that is taken back.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import lru_cache

from mvbench.scoring.phrases import (
    AFFIRMED,
    ASKS,
    CLOSING,
    CONDITION,
    CONFIRMED,
    DENIED_AFTER,
    DENIED_BEFORE,
    DENIED_WORDS,
    DENIES_WORDS,
    FINAL,
    INITIAL_BEFORE,
    JOINED,
    JOINED_TEXT,
    LABELS_A_THING,
    LETTER,
    NAMES_A_CHOICE,
    OPENING,
    RETRACTED,
    TAG_QUESTION,
    UNABLE,
    UNSPACED,
    VOUCHED,
    WORD_FOLLOWS,
)
from mvbench.types import LETTERS, Reply, Sample, Status, Verdict

DISAGREE = "letter_text_disagree"

MAX_CHARS = 20_000
"""Of a longer reply only the two ends are read, and only a leading letter or an explicit final answer counts."""

WINDOW = 80
"""How many characters beside a letter can bear on it."""

TAG = re.compile(r"[<◁](/?)(?:think|thinking|thought|analysis|reasoning)[>▷]", re.IGNORECASE)
MARK_UP = re.compile(
    r"</s>|<s>|<\|(?!begin_of_box)\w{1,20}\|>|</?(?:b|strong|i|em|u|p|span|code|option|choice)>|<br ?/?>"
    r"|\\(?:text|textbf|textit|textrm|mathrm|mathbf|mathit|mathsf|mathbb|rm|bf)\b|\\(?=[()\[\]{}])|[$*`]"
    r"|(?<!\w)_+|_+(?!\w)|\b(?:https?|ftps?|file)://\S*"
)
NEXT_TURN = re.compile(r"###? ?(?:Human|User):")
BLANKS = re.compile(r"[^\S\n]+")
WORD = re.compile(rf"\d+(?:[.,:]\d+)+|[^\W{UNSPACED}]+|[{UNSPACED}]")
WORD_OR_BREAK = re.compile(rf"{WORD.pattern}|[.,;:!?\n—]")
DETERMINER_NO = re.compile(r"(?<=\w )no(?= \w)|\bno(?= one\b)", re.IGNORECASE)
LIST_NUMBER = re.compile(r"^\d{1,2}[.)] (?=\S)", re.MULTILINE)
BREAK = re.compile(r"(?<= )[.,;:!?\n—](?= )")
LEAD = re.compile(rf"[\s{OPENING}]*([A-Za-z])(?=[).:{CLOSING}\s]|$)")
LINE_LABEL = re.compile(r"[).:]|[ ]?(?:\n|$)")
INITIAL_AFTER = re.compile(r"\. [A-Z]")
ENDS = re.compile(rf"[ ]?(?:$|[\n.,;:!?{CLOSING}])")
CLOSERS = re.compile(rf"[{CLOSING}]*")
SENTENCES = re.compile(r".*(?:[.!](?![A-Za-z0-9])|[;:\n])", re.DOTALL)
SENTENCE = re.compile(r"(?:[^.!;\n]|[.!](?=[A-Za-z0-9]))+")
ONE_LETTER = re.compile(r" [a-z] ")
ARTICLE = re.compile(r"^ (?:the|an?) (?=.)")

ALSO_WORDS = "AEIOY"
"""Letters that are words of their own in some language: articles, pronouns, conjunctions."""


class Folded(dict[int, str]):
    """Compatibility characters one by one: full-width `Ｂ` is `B`, an invisible one is nothing.

    Whole-string normalisation is not used, for its time grows with the square of a run of combining marks.
    """

    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = folded = "" if unicodedata.category(char) == "Cf" else unicodedata.normalize("NFKC", char)
        return folded


FOLDED = Folded({ord("。"): ".", ord("、"): ",", ord("ª"): "ª", ord("º"): "º"})  # the last two are no letters


@dataclass(frozen=True, slots=True)
class Options:
    """The option texts of one question as `words`, the longest first; index None where two of them read alike.

    `first_words`: those that an option begins with, so that most places need no further look.
    """

    count: int
    index_of_text: Mapping[str, int | None]
    first_words: frozenset[str]

    @staticmethod
    @lru_cache(maxsize=8192)
    def of(choices: tuple[str, ...]) -> "Options":
        # of equal choices the last counts, as it does in the public rule
        texts = ["" if choice in choices[place + 1 :] else words(clean(choice)) for place, choice in enumerate(choices)]
        whole = indexed(texts)
        bare = indexed(ARTICLE.sub(" ", text) for text in texts)
        # "a cup" beside "the cup": then the articles are all there is to tell them apart
        known = whole if None in bare.values() else bare | whole
        longest_first = {text: known[text] for text in sorted(known, key=len, reverse=True)}
        return Options(len(choices), longest_first, frozenset(text.split()[0] for text in known))

    def index_of(self, letter: str) -> int | None:
        index = LETTERS.find(letter.upper())
        return index if 0 <= index < self.count else None

    def equal(self, said: str) -> int | None:
        """The option whose text the whole reply is; a lone letter that names a choice is no text."""
        if len(said) == 3 and self.index_of(said[1]) is not None:
            return None
        return self.index_of_text.get(said)

    def beginning(self, text: str) -> tuple[int, int] | None:
        """The longest option with whose text `text` begins, as (index, where in `text` it ends)."""
        first = WORD.search(text, 0, WINDOW)
        if first is None or first[0].casefold() not in self.first_words:
            return None
        spans = list(WORD.finditer(text, 0, 4 * WINDOW))
        said = spaced(span[0] for span in spans)
        for option, index in self.index_of_text.items():
            if index is not None and said.startswith(option):
                return index, spans[option.count(" ") - 2].end()
        return None

    def only(self, broken: str) -> int | None:
        """The one option whose text stands in the reply, as `words_and_breaks`, without being denied."""
        said = without_breaks(broken)
        if UNABLE.search(said):
            return None
        found = set()
        for option, index in self.index_of_text.items():
            if option in said and not ONE_LETTER.fullmatch(option):
                pattern = across_breaks(option)
                if affirmed(pattern, broken):
                    found.add(index)
                # so that a shorter option is not found inside a longer one
                said, broken = said.replace(option, " \0 "), pattern.sub(" \0", broken)
        return found.pop() if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class Named:
    """Letters named in one breath, from `start` to `end`. `index` is None where they differ or one is no choice."""

    start: int
    end: int
    index: int | None
    denied: bool
    final: bool


def judge(sample: Sample, reply: Reply) -> Verdict:
    choice, flags = read_choice(reply.text, sample.choices, prefixed=bool(reply.prefix))
    if choice is None:
        return Verdict(None, False, Status.UNPARSED)
    return Verdict(choice, choice == sample.answer, Status.OK, flags)


def read_choice(text: str, choices: tuple[str, ...], *, prefixed: bool) -> tuple[int | None, tuple[str, ...]]:
    """The index of the choice that was plainly given, or None; and flags.

    >>> read_choice("Not A, it is (D).", ("red", "green", "blue", "grey"), prefixed=False)
    (3, ())
    """
    after_thinking = without_thinking(text)
    if after_thinking is None:
        return None, ()
    own_turn = NEXT_TURN.split(after_thinking, maxsplit=1)[0]
    text = ends_of(clean(ends_of(own_turn)))  # twice, for one character may fold into eighteen
    whole = len(own_turn) <= MAX_CHARS and len(text) <= MAX_CHARS
    if not text:
        return None, ()
    options = Options.of(choices)
    if (index := options.equal(words(text))) is not None:
        return index, ()
    text = stated(text, options, choices)
    says_no = " no " in options.index_of_text
    if RETRACTED.search(text[-WINDOW:]) and not says_no:
        return None, ()
    # "there is no ball" does not answer "no"
    said = words_and_breaks(DETERMINER_NO.sub("not", text) if says_no else text)
    if (index := options.equal(without_breaks(said))) is not None:
        return index, ()
    if prefixed and (index := leading(text, options)) is not None:
        return index, disagreement(index, said, options)
    finals = {match.end() for match in FINAL.finditer(text)}
    named = list(letters_named(text, finals, options))
    index, settled = final_choice(text, finals, named, options)
    if not settled and whole:
        index, settled = only_letter(named)
        if not settled:
            return options.only(said), ()
    return index, () if index is None else disagreement(index, said, options)


def without_thinking(text: str) -> str | None:
    """What is left after think blocks; None when one is never closed. A lone closing tag ends a block from the start.

    >>> without_thinking("maybe A</think>B")
    'B'
    """
    if "<" not in text and "◁" not in text:
        return text
    kept: list[str] = []
    position, opened = 0, False
    for tag in TAG.finditer(text):
        if tag[1]:
            kept = kept if opened else []
        elif not opened:
            kept.append(text[position : tag.start()])
        opened, position = not tag[1], tag.end()
    return None if opened else "".join([*kept, text[position:]])


def ends_of(text: str) -> str:
    """The text, or the two ends of a long one on lines of their own."""
    half = MAX_CHARS // 2 - 1
    return text if len(text) <= MAX_CHARS else f"{text[:half]}\n{text[-half:]}"


def clean(text: str) -> str:
    """The text as it would be read: no mark-up, no invisible or full-width characters, single blanks."""
    if not text.isascii():
        text = text.translate(FOLDED)
    return BLANKS.sub(" ", MARK_UP.sub("", text)).strip()


def words(text: str) -> str:
    """Words in lower case between single blanks, one at either end; punctuation gone but for that inside numbers.

    >>> words("The ball: 2.5 m, isn't it?")
    ' the ball 2.5 m isn t it '
    """
    return without_breaks(words_and_breaks(text))


def words_and_breaks(text: str) -> str:
    """As `words`, with a comma as a word of its own wherever a clause may end.

    >>> words_and_breaks("The ball: 2.5 m, isn't it?")
    ' the ball , 2.5 m , isn t it , '
    """
    if "\n" in text and len(LIST_NUMBER.findall(text)) > 1:
        text = LIST_NUMBER.sub("", text)
    return BREAK.sub(",", spaced(WORD_OR_BREAK.findall(text)))


def without_breaks(broken: str) -> str:
    return broken.replace(" ,", "")


@lru_cache(maxsize=8192)
def across_breaks(option: str) -> re.Pattern[str]:
    """Finds the words of an option whatever punctuation stands between them."""
    return re.compile(f" {' (?:, )*'.join(map(re.escape, option.split()))}(?= )")


def stated(text: str, options: Options, choices: tuple[str, ...]) -> str:
    """The text without questions and without conditions that name a choice, neither of which answers.

    A reply that is nothing but a choice and a question mark answers, and so does a question that is affirmed at once.
    """
    if "?" in text and not any("?" in choice for choice in choices):
        kept = without_questions(text, options)
        text = kept if any(map(str.isalnum, kept)) or not is_bare(text.rstrip(" ?"), options) else text.rstrip(" ?")
    if CONDITION.search(text):
        text = SENTENCE.sub(lambda sentence: "" if is_conditional(sentence, options) else sentence[0], text)
    return text.strip()


def without_questions(text: str, options: Options) -> str:
    *asked, rest = text.split("?")
    kept = []
    for piece, following in zip(asked, [*asked[1:], rest], strict=True):
        if AFFIRMED.match(following) and " yes " not in options.index_of_text:
            kept.append(piece)
            continue
        before = SENTENCES.match(piece)
        start = before.end() if before else 0
        tag = None if ASKS.match(piece, start) else TAG_QUESTION.search(piece, start)
        kept.append(piece[: tag.start() if tag else start])
    return ". ".join([*kept, rest])


def is_bare(text: str, options: Options) -> bool:
    """Whether the text is a letter, alone or with its own choice's text."""
    match = LEAD.match(text)
    if match is None:
        return False
    following = options.beginning(text[match.end() : match.end() + 4 * WINDOW])
    return not any(map(str.isalnum, text[match.end() :])) or (
        following is not None and following[0] == options.index_of(match[1])
    )


def is_conditional(sentence: re.Match[str], options: Options) -> bool:
    """Whether the sentence hangs on a choice, as in `if it is A, then B`."""
    for clause in CONDITION.finditer(sentence[0]):
        if any(is_letter(sentence[0], letter, options) for letter in LETTER.finditer(sentence[0], *clause.span(1))):
            return True
        said = words(clause[1])
        if any(option in said for option in options.index_of_text if not ONE_LETTER.fullmatch(option)):
            return True
    return False


def spaced(found: Iterable[str]) -> str:
    return f" {' '.join(found)} ".casefold()


def indexed(texts: Iterable[str]) -> dict[str, int | None]:
    """Where each text stands; None where it stands twice. Texts without a word are left out."""
    places: dict[str, int | None] = {}
    for index, text in enumerate(texts):
        if text.strip():
            places[text] = None if text in places else index
    return places


def affirmed(option: re.Pattern[str], broken: str) -> bool:
    """Whether an option text stands anywhere in the words without a denial before or after it."""
    for match in option.finditer(broken):
        start, end = match.span()
        first_word_ends = broken.index(" ", start + 1)
        denied = DENIED_WORDS.search(broken[max(0, start - WINDOW) : first_word_ends])
        if not denied and not DENIES_WORDS.match(broken, end):
            return True
    return False


def leading(text: str, options: Options) -> int | None:
    """The choice whose letter opens a reply that continues an answer prefix."""
    match = LEAD.match(text)
    if match is None or not LETTER.match(text, match.start(1)):
        return None
    index, end = options.index_of(match[1]), match.end()
    if index is None:
        return None
    following = options.beginning(text[end : end + 4 * WINDOW])
    if following and following[0] == index:
        return index
    if match[1].upper() in ALSO_WORDS and WORD_FOLLOWS.match(text, end):
        return None
    if DENIED_AFTER.match(text, past_closers(text, end)):
        return None
    another = LETTER.search(text, end, end + WINDOW)
    if another and another[1] != match[1] and is_letter(text, another, options):
        between = text[end : another.start()]
        if joined(between) or not any(map(str.isalnum, between)):
            return None
    return index


def letters_named(text: str, finals: Set[int], options: Options) -> Iterator[Named]:
    """The letters that name choices, those named in one breath together."""
    denials = {match.end() for match in DENIED_BEFORE.finditer(text)}
    breath: list[re.Match[str]] = []
    skip_to = 0
    for match in LETTER.finditer(text):
        if match.start() < skip_to or not (is_letter(text, match, options) or is_final(text, match, finals)):
            continue
        following = options.beginning(text[match.end() : match.end() + 4 * WINDOW])
        if following and following[0] == options.index_of(match[1]):
            skip_to = match.end() + following[1]  # letters inside the option's own text name nothing
        if breath and not joined(text[breath[-1].end() : match.start()]):
            yield told(text, breath, finals, denials, options)
            breath = []
        breath.append(match)
    if breath:
        yield told(text, breath, finals, denials, options)


def told(text: str, breath: list[re.Match[str]], finals: Set[int], denials: Set[int], options: Options) -> Named:
    start, end = breath[0].start(), breath[-1].end()
    letters = {match[1].upper() for match in breath}
    index = options.index_of(letters.pop()) if len(letters) == 1 else None
    after = past_closers(text, end)
    if (also := JOINED_TEXT.match(text, after)) and (other := options.beginning(text[also.end() :][: 4 * WINDOW])):
        index = index if other[0] == index else None
    denied = start in denials or (
        DENIED_AFTER.match(text, after) is not None and not options.beginning(text[after : after + 4 * WINDOW])
    )
    final = not finals.isdisjoint(match.start() for match in breath) or CONFIRMED.match(text, after) is not None
    return Named(start, end, index, denied, final)


def past_closers(text: str, end: int) -> int:
    closers = CLOSERS.match(text, end)
    assert closers is not None, "the pattern matches nothing too"
    return closers.end()


def joined(between: str) -> bool:
    """Whether two letters with this between them are named in one breath, as in `A, B or C`."""
    return len(between) <= 16 and JOINED.fullmatch(between) is not None


def is_letter(text: str, match: re.Match[str], options: Options) -> bool:
    """Whether a lone letter names a choice, and is not an article, a pronoun, an initial or the name of a thing."""
    start, end = match.span()
    letter = match[1]
    before = text[max(0, start - WINDOW // 3) : start]
    opened = before.rstrip(" ")
    if opened[-1:] and opened[-1] in OPENING and text[end : end + 2].lstrip(" ")[:1] in tuple(CLOSING):
        return letter.isupper() or not opened[-2:-1].isalpha() or not opened[-2:-1].isascii()
    opens_line = not before.strip(" (-#>") or before.rstrip(" (-#>").endswith("\n")
    if letter.islower() or letter == "I":
        label = LINE_LABEL.match(text, end) if opens_line else None
        if label and (label[0] in tuple(").:") or start < 3 or letter.upper() not in ALSO_WORDS):
            return True
        return letter != "I" and NAMES_A_CHOICE.search(before) is not None and ENDS.match(text, end) is not None
    if NAMES_A_CHOICE.search(before):
        return True
    if LABELS_A_THING.search(before) or (INITIAL_BEFORE.search(before) and INITIAL_AFTER.match(text, end)):
        return False
    if letter in ALSO_WORDS and WORD_FOLLOWS.match(text, end):
        if VOUCHED.match(text, end):
            return True
        following = options.beginning(text[end : end + 4 * WINDOW])
        return following is not None and following[0] == options.index_of(letter)
    return True


def is_final(text: str, match: re.Match[str], finals: Set[int]) -> bool:
    """Whether a letter stands where a final answer is announced, in lower case too (`the answer is b`)."""
    if match.start() not in finals:
        return False
    return match[1].upper() not in ALSO_WORDS or ENDS.match(text, match.end()) is not None


def final_choice(text: str, finals: Set[int], named: list[Named], options: Options) -> tuple[int | None, bool]:
    """The choice of the last explicit final answer, by letter or by text; and whether there was one."""
    by_start = {one.start: one for one in named if one.final and not one.denied}
    for start in sorted({*finals, *by_start}, reverse=True):
        if start in by_start:
            return by_start[start].index, True
        following = options.beginning(text[start : start + 4 * WINDOW])
        if following and ENDS.match(text, start + following[1]):
            return following[0], True
    return None, False


def only_letter(named: list[Named]) -> tuple[int | None, bool]:
    """The choice that is named and not denied, None where there are several; and whether any letter was named."""
    affirmed_ones = {one.index for one in named if not one.denied}
    return (affirmed_ones.pop() if len(affirmed_ones) == 1 else None), bool(named)


def disagreement(index: int, said: str, options: Options) -> tuple[str, ...]:
    """The flag for a reply that gives one choice's letter and another one's text."""
    by_text = options.only(said) if len(said) > 3 else None
    return () if by_text in (None, index) else (DISAGREE,)
