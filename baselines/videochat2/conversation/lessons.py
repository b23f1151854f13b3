"""Dialogues written out for training, piece by piece: the three formats of the released models.

Source: OpenGVLab/Ask-Anything, video_chat2/dataset/it_dataset*.py for the texts, models/videochat2_it_*.py
for what is learned. The original marks what is learned by searching the finished text for the roles' names; here the
pieces know it from the start, so that a question may hold those names, or an end tag, and changes nothing. Blanks
between two pieces belong to what they were written with: the one that follows a role to what is said next.
"""

from __future__ import annotations

from baselines.videochat2.conversation.dialogue import TAGS, Dialogue, Lesson, Piece


def vicuna(dialogue: Dialogue) -> Lesson:
    """Learned: both roles' headers, the answers, the final `###`. Only read: whatever else, the questions included."""
    pieces = []
    for question, answer in dialogue.turns:
        if question:
            pieces += [Piece("###Human:", learned=True), Piece(f" {question} ")]
        pieces += [Piece(f"###Assistant: {answer} ", learned=True)]
    pieces += [Piece("###", learned=True)]
    opening = _opening(dialogue)
    if dialogue.medium is None:
        return Lesson(None, (Piece(opening), *pieces))
    start, end = TAGS[dialogue.medium]
    return Lesson(f"{opening}###Human: {start}", (Piece(f"{end}{dialogue.message.rstrip()} "), *pieces))


def mistral(dialogue: Dialogue) -> Lesson:
    """Learned: the answers, each with its `</s>`."""
    pieces = []
    for question, answer in dialogue.turns:
        if question:
            pieces += [Piece(f" [INST] {question} [/INST]")]
        pieces += [Piece(f" {answer} </s>", learned=True)]
    opening = _opening(dialogue)
    if dialogue.medium is None:
        first, *rest = [Piece(opening), *pieces] if opening.strip() else pieces
        return Lesson(None, (Piece(first.text.lstrip(), first.learned), *rest))
    start, end = TAGS[dialogue.medium]
    before = f"{opening}[INST] {start}".lstrip()
    return Lesson(before, (Piece(f"{end}{dialogue.message.rstrip()} [/INST]"), *pieces))


def phi3(dialogue: Dialogue) -> Lesson:
    """Learned: the answers, each with its `<|end|>`. An empty question is written like any other."""
    told = dialogue.system + dialogue.instruction
    opening = (f"<|system|>\n{told}<|end|>\n" if told else "") + "<|user|>\n"
    start, end = ("", "") if dialogue.medium is None else TAGS[dialogue.medium]
    asked = "" if dialogue.medium is None else f"{end}{dialogue.message.rstrip()}\n"
    pieces = []
    for question, answer in dialogue.turns:
        pieces += [
            Piece(f"{asked}{question.strip()}<|end|>\n<|assistant|>\n"),
            Piece(f"{answer.strip()}<|end|>", learned=True),
        ]
        asked = "\n<|user|>\n"
    if dialogue.medium is None:
        return Lesson(None, (Piece(opening), *pieces))
    return Lesson(opening + start, tuple(pieces))


def _opening(dialogue: Dialogue) -> str:
    return dialogue.system + (f"{dialogue.instruction} " if dialogue.instruction else "")
