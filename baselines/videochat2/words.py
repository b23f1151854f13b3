"""Tokenizers trained from a text, for models that bring their own: BPE to speak, WordPiece for the Q-Former to read."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from baselines.videochat2.language import DECODER, need_transformers
from mvbench.errors import UsageError

BLANK = "\N{LOWER ONE EIGHTH BLOCK}"
"""Stands for a space, so that tokens know where words begin."""

WORDS = rf"{BLANK}?\p{{L}}+|{BLANK}?\p{{N}}|{BLANK}?[^\p{{L}}\p{{N}}{BLANK}]+|{BLANK}"
"""No token crosses these: letters, one digit, signs. An option's letter is a token of its own."""

NAMED = ("<unk>", "<s>", "</s>")
BYTES = tuple(f"<0x{byte:02X}>" for byte in range(256))
"""What is in no entry is spelled in bytes, as in Llama's vocabulary: line ends, emoji, other scripts."""

BERT_NAMED = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
FEWEST = 400
MOST_TEXT_BYTES = 2**28
LONGEST_ENTRY = 24


def own_text() -> str:
    """English of this package's making, with the words of the twenty tasks and their prompts."""
    return (files("baselines.videochat2") / "words.txt").read_text("utf-8")


def read_text(file: Path) -> str:
    """Raises UsageError for what is no text in UTF-8 of bearable size."""
    try:
        if file.stat().st_size > MOST_TEXT_BYTES:
            raise UsageError(f"--text {str(file)!r} is larger than {MOST_TEXT_BYTES:,} bytes; a part of it will do")
        text = file.read_text("utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"--text {str(file)!r} is not text in UTF-8") from None
    except OSError as error:
        raise UsageError(f"--text {str(file)!r} cannot be read: {error.strerror}") from None
    if not text.strip():
        raise UsageError(f"--text {str(file)!r} holds no words; give a text in the language that is to be read")
    return text


def language_tokenizer(text: str, *, entries: int) -> Any:
    """A tokenizer like Llama's with at most so many entries: `<unk>` 0, `<s>` 1, `</s>` 2, the bytes, then the text's.

    Any text comes back from its ids as it was. The same text makes the same tokenizer, byte for byte.
    """
    need_transformers()
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    spaces = normalizers.Sequence([normalizers.Prepend(BLANK), normalizers.Replace(" ", BLANK)])
    words = pre_tokenizers.Split(Regex(WORDS), behavior="isolated")
    vocabulary, merges = learnt_pairs(text.splitlines(), spaces, words, entries=entries)
    made = Tokenizer(models.BPE(vocabulary, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    made.normalizer = spaces
    made.pre_tokenizer = words
    made.decoder = decoders.Sequence(
        [decoders.Replace(BLANK, " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    made.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in NAMED])
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s>:1 $B:1", special_tokens=[("<s>", 1)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=made, unk_token="<unk>", bos_token="<s>", eos_token="</s>", pad_token="</s>"
    )


def learnt_pairs(
    lines: Iterable[str], spaces: Any, words: Any, *, entries: int
) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Vocabulary and merges of a byte-pair encoding of the lines."""
    from tokenizers import Tokenizer, models, trainers

    learner = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    learner.normalizer = spaces
    learner.pre_tokenizer = words
    trainer = trainers.BpeTrainer(
        vocab_size=max(entries, FEWEST),
        special_tokens=[*NAMED, *BYTES],
        limit_alphabet=max(entries, FEWEST) // 4,
        max_token_length=LONGEST_ENTRY,
        show_progress=False,
    )
    learner.train_from_iterator(lines, trainer)
    model = json.loads(learner.to_str())["model"]
    # The learner's own list of added tokens has the bytes among the special ones, which decoding would leave out.
    return model["vocab"], [(left, right) for left, right in model["merges"]]


def reading_tokenizer(text: str, *, entries: int) -> Any:
    """A tokenizer like BERT's with at most so many entries, `[DEC]` the last of them.

    It reads small letters. The same text makes the same tokenizer, byte for byte.
    """
    need_transformers()
    from transformers import BertTokenizerFast

    with tempfile.TemporaryDirectory() as folder:
        lines = learnt_pieces(text.splitlines(), entries=max(entries, FEWEST) - 1)
        (Path(folder) / "vocab.txt").write_text("".join(f"{piece}\n" for piece in lines), "utf-8")
        made = BertTokenizerFast.from_pretrained(folder)
    made.add_special_tokens({"bos_token": DECODER})
    made.name_or_path = ""
    return made


def learnt_pieces(lines: Sequence[str], *, entries: int) -> list[str]:
    """The entries of a WordPiece vocabulary in the order of their ids."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    learner = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    learner.normalizer = normalizers.BertNormalizer(lowercase=True)
    learner.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    letters = alphabet((learner.normalizer.normalize_str(line) for line in lines), most=entries // 4)
    # Named beforehand, because the learner numbers the letters inside of words in an order that varies from run to run.
    special = [*BERT_NAMED, *letters, *(f"##{letter}" for letter in letters)]
    trainer = trainers.WordPieceTrainer(
        vocab_size=entries, special_tokens=special, limit_alphabet=len(letters), show_progress=False
    )
    learner.train_from_iterator(lines, trainer)
    vocabulary = learner.get_vocab()
    return sorted(vocabulary, key=lambda piece: vocabulary[piece])


def alphabet(lines: Iterable[str], *, most: int) -> list[str]:
    """The letters to begin with: those of English, and the text's most frequent ones."""
    basic = [character for character in map(chr, range(33, 127)) if not character.isupper()]
    counts = Counter(character for line in lines for character in line if not character.isspace())
    others = sorted((character for character in counts if character not in basic), key=lambda one: (-counts[one], one))
    return sorted({*basic, *others[: max(0, most - len(basic))]})
