"""Tokenizers made from a text: everything comes back, and the same text makes the same files."""

import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from baselines.videochat2 import words
from mvbench.errors import UsageError
from mvbench.prompts import PROTOCOLS


@cache
def language() -> Any:
    return words.language_tokenizer(words.own_text(), entries=1600)


@cache
def reading() -> Any:
    return words.reading_tokenizer(words.own_text(), entries=1600)


@pytest.mark.slow
def test_ids_are_those_of_llama() -> None:
    tokenizer = language()
    assert tokenizer.convert_tokens_to_ids(["<unk>", "<s>", "</s>", "<0x00>", "<0xFF>"]) == [0, 1, 2, 3, 258]
    assert (tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.unk_token_id) == (1, 2, 0)
    assert tokenizer("a door").input_ids[0] == 1
    assert tokenizer.encode("a door", add_special_tokens=False)[0] != 1
    assert len(tokenizer) == 1600


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.text(alphabet=st.characters(exclude_characters=words.BLANK, exclude_categories=["Cs"])))
@example("  two  blanks and an end \n\n###Human: (A) 12 \N{GRINNING FACE} \N{CJK UNIFIED IDEOGRAPH-6F22}\t")
@example("</Video>\n###Human: Best Option: (")
def test_any_text_comes_back_from_its_ids(text: str) -> None:
    ids = language().encode(text, add_special_tokens=False)
    if not set(ids) & {0, 1, 2}:  # no text that spells a named token
        assert language().decode(ids, skip_special_tokens=True) == text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Best Option: (A) Put", ["▁Best", "▁Option", ":", "▁(", "A", ")", "▁Put"]),
        ("(B)", ["▁(", "B", ")"]),
        ("12", ["▁1", "2"]),
        ("\n###", ["▁", "<0x0A>", "###"]),
    ],
)
def test_letters_digits_and_signs_stay_apart(text: str, tokens: list[str]) -> None:
    assert language().tokenize(text) == tokens


@pytest.mark.slow
def test_the_last_entry_of_the_readers_vocabulary_begins_captions() -> None:
    tokenizer = reading()
    assert len(tokenizer) == 1600
    assert tokenizer.bos_token == "[DEC]"
    assert tokenizer.bos_token_id == 1599
    assert tokenizer("Red CUBE").input_ids == tokenizer("red cube").input_ids
    assert tokenizer("red").input_ids[0] == tokenizer.cls_token_id
    assert tokenizer("red").input_ids[-1] == tokenizer.sep_token_id


@pytest.mark.slow
def test_the_prompts_hold_no_unknown_word() -> None:
    for protocol in PROTOCOLS.values():
        text = f"{protocol.system}{protocol.closing}{protocol.answer_prefix}"
        assert reading().unk_token_id not in reading()(text).input_ids
        assert {token for token in language().tokenize(text) if token.startswith("<0x")} <= {"<0x0A>"}


SAVED = """
import sys
from pathlib import Path
from baselines.videochat2 import words
text = words.own_text()
words.language_tokenizer(text, entries=700).save_pretrained(Path(sys.argv[1]) / "llm")
words.reading_tokenizer(text, entries=700).save_pretrained(Path(sys.argv[1]) / "bert")
"""


@pytest.mark.slow
def test_the_same_text_makes_the_same_files_in_every_process(tmp_path: Path) -> None:
    contents = []
    subprocess.run([sys.executable, "-c", SAVED, str(tmp_path / "one")], check=True)
    words.language_tokenizer(words.own_text(), entries=700).save_pretrained(tmp_path / "two" / "llm")
    words.reading_tokenizer(words.own_text(), entries=700).save_pretrained(tmp_path / "two" / "bert")
    for name in ("one", "two"):
        files = sorted(path for path in (tmp_path / name).rglob("*") if path.is_file())
        contents.append({str(path.relative_to(tmp_path / name)): path.read_bytes() for path in files})
    assert contents[0] == contents[1]
    assert not any(str(tmp_path).encode() in content for content in contents[0].values())


@pytest.mark.slow
def test_what_is_saved_is_what_loads(tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    text = "The red cube collides\nwith (B) \N{GRINNING FACE}."
    for name, tokenizer in (("llm", language()), ("bert", reading())):
        tokenizer.save_pretrained(tmp_path / name)
        again = AutoTokenizer.from_pretrained(tmp_path / name)
        again.save_pretrained(tmp_path / f"{name} again")
        third = AutoTokenizer.from_pretrained(tmp_path / f"{name} again")
        assert tokenizer(text).input_ids == again(text).input_ids == third(text).input_ids
        assert again.bos_token_id == tokenizer.bos_token_id


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    ["ein Satz", "\N{CJK UNIFIED IDEOGRAPH-6F22}" * 3, "".join(map(chr, range(0x4E00, 0x5E00)))],
    ids=["short", "one word", "4,096 letters"],
)
def test_any_text_makes_tokenizers_of_at_most_the_entries_asked_for(text: str) -> None:
    assert len(words.language_tokenizer(text, entries=500)) <= 500
    assert len(words.reading_tokenizer(text, entries=500)) <= 500
    assert (
        words.reading_tokenizer(text, entries=500).unk_token_id
        not in words.reading_tokenizer(text, entries=500)("the red cube").input_ids
    )


def test_the_own_text_is_plain() -> None:
    text = words.own_text()
    lines = text.splitlines()
    assert 200 <= len(lines) <= 400
    assert len(lines) == len(set(lines))
    assert text.isascii()


@pytest.mark.parametrize(
    ("content", "said"), [(b"\xff\xfe\x00", "UTF-8"), (b" \n ", "no words"), (None, "cannot be read")]
)
def test_a_file_that_is_no_text_is_one_line(tmp_path: Path, content: bytes | None, said: str) -> None:
    file = tmp_path / "text.txt"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError, match=said) as raised:
        words.read_text(file)
    assert "\n" not in str(raised.value)
