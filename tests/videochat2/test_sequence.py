"""Rows of words and visual tokens as batches: order, padding, cuts, labels."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baselines.videochat2.conversation.dialogue import Dialogue
from baselines.videochat2.conversation.formats import FORMATS
from baselines.videochat2.conversation.labels import IGNORED, labelled
from baselines.videochat2.sequence import Words, assembled, caption_rows
from baselines.videochat2.sizes import FIXED, Compat
from tests.videochat2.test_labels import spans

pytestmark = pytest.mark.slow

BOS, PAD, WIDTH = 1, 2, 3


def table() -> Any:
    """An embedding by which token n has the vector (n, n, n)."""
    import torch

    numbers = torch.arange(50.0)[:, None].repeat(1, WIDTH)
    return torch.nn.Embedding.from_pretrained(numbers, freeze=True)


def seen(*values: float) -> Any:
    """Visual tokens: one vector for each value."""
    import torch

    return torch.tensor(values)[:, None].repeat(1, WIDTH)


def columns(batch: Any) -> tuple[Any, Any, Any]:
    """Each position's value, mask and label; every vector is of one value."""
    embeds = batch.inputs_embeds
    assert embeds.shape[2] == WIDTH and (embeds == embeds[..., :1]).all()
    return embeds[..., 0].tolist(), batch.attention_mask.tolist(), batch.labels.tolist()


ROWS = [
    [Words([BOS, 11]), "visual", Words([12, 13, 14], [IGNORED, 13, 14])],
    [Words([BOS, 21, 22]), "visual", Words([23], [23])],
    [Words([BOS, 31], [IGNORED, 31])],
]


def rows() -> list[list[Any]]:
    return [[seen(-1.0, -2.0) if part == "visual" else part for part in row] for row in ROWS]


def test_training_pads_on_the_right() -> None:
    values, mask, labels = columns(assembled(rows(), table(), pad_id=PAD))
    assert values == [[1, 11, -1, -2, 12, 13, 14], [1, 21, 22, -1, -2, 23, 2], [1, 31, 2, 2, 2, 2, 2]]
    assert mask == [[1] * 7, [1] * 6 + [0], [1, 1] + [0] * 5]
    none = IGNORED
    assert labels == [
        [none] * 5 + [13, 14],
        [none] * 5 + [23, none],
        [none, 31] + [none] * 5,
    ]


def test_generation_pads_on_the_left() -> None:
    values, mask, labels = columns(assembled(rows(), table(), pad_id=PAD, padding="left"))
    assert values == [[1, 11, -1, -2, 12, 13, 14], [2, 1, 21, 22, -1, -2, 23], [2] * 5 + [1, 31]]
    assert mask == [[1] * 7, [0] + [1] * 6, [0] * 5 + [1, 1]]
    assert labels[1] == [IGNORED] * 6 + [23]


def test_the_first_position_holds_the_number_where_the_original_put_it() -> None:
    plain = assembled(rows(), table(), pad_id=PAD)
    numbered = assembled(rows(), table(), pad_id=PAD, bos_number=7)
    assert (numbered.inputs_embeds[:, 0] == 7).all()
    assert (numbered.inputs_embeds[:, 1:] == plain.inputs_embeds[:, 1:]).all()


def test_several_media_in_a_row_keep_their_places() -> None:
    row = [Words([BOS]), seen(-1.0), Words([5]), seen(-2.0, -3.0), Words([6])]
    values, mask, _ = columns(assembled([row], table(), pad_id=PAD))
    assert values == [[1, -1, 5, -2, -3, 6]] and mask == [[1] * 6]


def test_rows_are_cut_on_the_right_at_text_and_longest_visual_part() -> None:
    values, mask, labels = columns(assembled(rows(), table(), pad_id=PAD, max_text=4))
    assert values == [[1, 11, -1, -2, 12, 13], [1, 21, 22, -1, -2, 23], [1, 31, 2, 2, 2, 2]]
    assert mask[0] == [1] * 6
    assert labels[0] == [IGNORED] * 5 + [13]


def test_a_long_limit_pads_to_the_longest_row_only() -> None:
    assert assembled(rows(), table(), pad_id=PAD, max_text=99).labels.shape == (3, 7)


def test_a_cut_into_visual_tokens_is_refused() -> None:
    with pytest.raises(ValueError, match=r"row 1 would be cut at 4 positions, inside its visual tokens.*end at 5"):
        assembled(rows(), table(), pad_id=PAD, max_text=2)
    assembled(rows(), table(), pad_id=PAD, max_text=3)


@pytest.mark.parametrize(("style", "end"), [("mistral", "</s>"), ("phi3", "<|end|>")])
def test_an_answer_cut_in_its_middle_is_learned_up_to_there(style: str, end: str) -> None:
    lesson = FORMATS[style].lesson(Dialogue((("Who?", "One two three."), ("So?", "four")), "video"))
    tokens = spans(lesson.after, r"</s>|<\|\w+\|>|\[/?INST\]|\w+|[^\w\s]")
    words = [lesson.after[start:stop] for start, stop in tokens.spans]
    labels = labelled(lesson.pieces, tokens)
    row = [Words([BOS]), seen(-1.0), Words(tokens.ids, labels)]
    cut = words.index("two") + 1
    _, _, found = columns(assembled([row], table(), pad_id=PAD, max_text=1 + cut))
    assert [words[label] for label in found[0] if label != IGNORED] == ["One", "two"]
    _, _, found = columns(assembled([row], table(), pad_id=PAD))
    assert [words[label] for label in found[0] if label != IGNORED] == ["One", "two", "three", ".", end, "four", end]


def test_one_look_up_serves_every_row_and_gradients_reach_the_visual_tokens() -> None:
    embedding, looked_up = table(), []
    embedding.register_forward_hook(lambda module, given, out: looked_up.append(out.shape))
    visual = seen(-1.0, -2.0).requires_grad_()
    batch = assembled([[Words([BOS]), visual], [Words([BOS, 4, 5])]], embedding, pad_id=PAD)
    assert looked_up == [(2, 3, WIDTH)]
    (batch.inputs_embeds * 3).sum().backward()
    assert (visual.grad == 3).all()


def test_visual_tokens_take_the_language_models_precision() -> None:
    import torch

    batch = assembled([[Words([BOS]), seen(0.1)]], table().to(torch.bfloat16), pad_id=PAD)
    assert batch.inputs_embeds.dtype == torch.bfloat16


parts = st.one_of(st.lists(st.integers(3, 40), max_size=4), st.integers(1, 3))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(parts, min_size=1, max_size=4), min_size=1, max_size=4), st.sampled_from(["left", "right"]))
def test_a_row_is_the_same_alone_and_in_any_batch(batch: Any, padding: Any) -> None:
    import torch

    made = [
        [
            Words([BOS]),
            *(seen(*range(-part, 0)).float() if isinstance(part, int) else Words(part, part) for part in row),
        ]
        for row in batch
    ]
    together = assembled(made, table(), pad_id=PAD, padding=padding)
    for number, row in enumerate(made):
        alone = assembled([row], table(), pad_id=PAD)
        length = alone.labels.shape[1]
        place = slice(-length, None) if padding == "left" else slice(0, length)
        for name in ("inputs_embeds", "attention_mask", "labels"):
            assert torch.equal(getattr(together, name)[number, place], getattr(alone, name)[0])
        assert together.attention_mask[number].sum() == length


CAPTIONS = [[11, 12, 13, PAD], [21, PAD]]


def captioned(compat: Compat, *, max_text: int = 9) -> tuple[Any, Any, Any]:
    import torch

    visual = torch.stack([seen(-1.0), seen(-2.0)])
    made = caption_rows(visual, CAPTIONS, before=[BOS, 5], after=[6], pad_id=PAD, max_text=max_text, compat=compat)
    return columns(assembled(made, table(), pad_id=PAD))


def test_captions_learn_to_stop() -> None:
    values, mask, labels = captioned(FIXED)
    assert values == [[1, 5, -1, 6, 11, 12, 13, 2], [1, 5, -2, 6, 21, 2, 2, 2]]
    assert mask == [[1] * 8, [1] * 6 + [0, 0]]
    assert labels == [[IGNORED] * 4 + [11, 12, 13, 2], [IGNORED] * 4 + [21, 2, IGNORED, IGNORED]]


def test_captions_of_the_original_do_not_where_the_end_is_the_padding() -> None:
    _, mask, labels = captioned(Compat(end_of_caption="masked"))
    assert mask == [[1] * 8, [1] * 6 + [0, 0]]  # it is seen all the same
    assert labels == [[IGNORED] * 4 + [11, 12, 13, IGNORED], [IGNORED] * 4 + [21] + [IGNORED] * 3]


def test_captions_of_phi_are_padded_between_request_and_caption() -> None:
    values, mask, labels = captioned(Compat(caption_padding="left"))
    assert values[1] == [1, 5, -2, 6, 2, 2, 21, 2]
    assert mask[1] == [1, 1, 1, 1, 0, 0, 1, 1]
    assert labels[1] == [IGNORED] * 6 + [21, 2]


def test_long_captions_lose_their_end() -> None:
    values, _, labels = captioned(FIXED, max_text=2)
    assert values == [[1, 5, -1, 6, 11, 12], [1, 5, -2, 6, 21, 2]]
    assert labels[0] == [IGNORED] * 4 + [11, 12]
