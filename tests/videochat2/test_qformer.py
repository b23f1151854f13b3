"""What no stored tensor of the original pins in the Q-Former: masks, drop path, dropout, ties, refusals."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baselines.videochat2.sizes import QFormerSize
from mvbench.errors import UsageError

pytestmark = pytest.mark.slow

SIZE = QFormerSize(
    width=16, layers=4, heads=2, intermediate=24, vocabulary=30, max_positions=8, queries=3, dropout=0.0, drop_path=0.0
)
VISION_WIDTH = 10


def made(size: QFormerSize = SIZE, *, head: bool = False, seed: int = 0) -> Any:
    """A Q-Former in evaluation mode, its weights large enough that everything in it matters."""
    import torch

    from baselines.videochat2.qformer import QFormer

    torch.manual_seed(seed)
    qformer = QFormer(size, vision_width=VISION_WIDTH, head=head).eval()
    with torch.no_grad():
        for weight in qformer.parameters():
            weight.add_(torch.randn_like(weight), alpha=0.3)
    return qformer


def inputs(*, batch: int = 2, length: int = 5) -> tuple[Any, Any, Any]:
    """Queries, visual tokens and ids."""
    import torch

    torch.manual_seed(1)
    queries = torch.randn(batch, SIZE.queries, SIZE.width)
    return queries, torch.randn(batch, 7, VISION_WIDTH), torch.randint(SIZE.vocabulary, (batch, length))


def close(found: Any, expected: Any, within: float = 1e-5) -> None:
    import torch

    torch.testing.assert_close(found, expected, rtol=0, atol=within)


def differ(one: Any, other: Any, by: float = 1e-3) -> None:
    assert float((one - other).detach().abs().max()) > by


def test_text_that_is_all_padding_is_read_as_if_none_of_it_were() -> None:
    """-10000 falls out of a softmax to which everything has it added; the lowest number leaves a plain mean."""
    qformer, (_, _, ids) = made(), inputs()
    close(qformer(None, text_ids=ids, text_mask=ids * 0), qformer(None, text_ids=ids), within=0.02)
    differ(
        qformer(None, text_ids=ids), qformer(None, text_ids=ids, text_mask=(ids * 0).index_fill(1, ids[0, :1] * 0, 1))
    )


def test_a_video_that_is_all_absent_is_its_plain_mean() -> None:
    """The lowest number swallows the scores; -10000 would leave them as they were."""
    qformer, (queries, vision, _) = made(), inputs()
    import torch

    nothing = qformer(queries, vision, torch.zeros(vision.shape[:2]))
    close(nothing, qformer(queries, vision.mean(dim=1, keepdim=True)))
    differ(nothing, qformer(queries, vision))


@pytest.mark.parametrize("autocast", [False, True])
@pytest.mark.parametrize("present", [0, 4])
def test_masks_keep_bfloat16_finite_and_close_to_float32(present: int, autocast: bool) -> None:
    """float32's lowest number is minus infinity there, and a row of that is no number."""
    import torch

    qformer, (queries, vision, ids) = made(), inputs()
    seen = (torch.arange(vision.shape[1]) < present).expand(vision.shape[:2])
    read = (torch.arange(ids.shape[1]) < present).expand(ids.shape)
    exact = qformer(queries, vision, seen, ids, read)
    if autocast:
        with torch.autocast("cpu", torch.bfloat16):
            rounded = qformer(queries, vision, seen, ids, read)
    else:
        rounded = qformer.bfloat16()(queries.bfloat16(), vision.bfloat16(), seen, ids, read)
    close(rounded.float(), exact, within=0.15)


@settings(deadline=None)
@given(
    text=st.lists(st.booleans(), min_size=1, max_size=6),
    queries=st.integers(0, 4),
    past=st.integers(0, 4),
    causal=st.booleans(),
)
def test_who_looks_at_whom(text: list[bool], queries: int, past: int, causal: bool) -> None:
    """Against the rule written out for every pair, in which what comes before the text counts as its turn 0."""
    import torch

    from baselines.videochat2.qformer import BLOCKED, attention_mask

    there = [True] * (past + queries) + text
    turns = [0] * (past + queries) + list(range(1, len(text) + 1))
    wanted = [
        [0.0 if there[key] and (not causal or turns[key] <= turns[row]) else BLOCKED for key in range(len(there))]
        for row in range(past, len(there))
    ]
    found = attention_mask(torch.tensor([text]), queries=queries, past=past, causal=causal)
    assert found.expand(-1, -1, len(wanted), -1)[0, 0].tolist() == wanted


def test_padding_is_looked_at_by_nobody() -> None:
    import torch

    qformer, (queries, vision, ids) = made(), inputs()
    mask = torch.tensor([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]])
    other = ids.where(mask == 1, (ids + 1) % SIZE.vocabulary)
    one, another = (qformer(queries, vision, text_ids=some, text_mask=mask) for some in (ids, other))
    there = torch.cat((torch.ones(2, SIZE.queries), mask), dim=1) == 1
    close(one[there], another[there])
    differ(one[~there], another[~there])


def test_without_a_mask_all_the_text_is_there() -> None:
    import torch

    qformer, (queries, vision, ids) = made(), inputs()
    close(
        qformer(queries, vision, text_ids=ids), qformer(queries, vision, text_ids=ids, text_mask=torch.ones_like(ids))
    )


def test_the_video_reaches_the_text_by_way_of_the_queries_only() -> None:
    """Only queries look at it, in layer 0; the text of a one-layer Q-Former cannot have heard of it."""
    queries, vision, ids = inputs()
    one_layer, all_layers = made(replace(SIZE, layers=1)), made()
    for qformer, hears in ((one_layer, False), (all_layers, True)):
        text, other = (qformer(queries, some, text_ids=ids)[:, SIZE.queries :] for some in (vision, vision + 1))
        assert bool((text != other).any()) is hears


@pytest.mark.parametrize("every", [1, 2, 3])
def test_every_so_many_layers_look_at_the_video(every: int) -> None:
    qformer = made(replace(SIZE, cross_attention_every=every))
    looking = {int(key.split(".")[3]) for key in qformer.state_dict() if "crossattention" in key}
    assert looking == set(range(0, SIZE.layers, every))


def test_a_caption_sees_the_queries_and_the_words_so_far() -> None:
    qformer, (queries, vision, ids) = made(), inputs()
    past = qformer.encode(queries, vision).past
    hidden = qformer(None, text_ids=ids, past=past, causal=True)
    for place in range(ids.shape[1]):
        changed = ids.clone()
        changed[:, place] = (ids[:, place] + 1) % SIZE.vocabulary
        again = qformer(None, text_ids=changed, past=past, causal=True)
        close(again[:, :place], hidden[:, :place])
        differ(again[:, place:], hidden[:, place:])
    differ(hidden[:, 0], qformer(None, text_ids=ids, past=qformer.encode(queries, -vision).past, causal=True)[:, 0])


def test_captions_in_one_pass_and_after_it_are_alike_in_value_and_gradient() -> None:
    """The queries see no word, and the gradient runs through what they left to be remembered."""
    import torch

    qformer, (queries, vision, ids) = made(), inputs()
    mask = torch.tensor([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]])
    gradients = []
    for in_one_pass in (True, False):
        leaf = queries.clone().requires_grad_()
        if in_one_pass:
            both = qformer(leaf, vision, text_ids=ids, text_mask=mask, causal=True)
            seen, hidden = both[:, : SIZE.queries], both[:, SIZE.queries :]
        else:
            seen, past = qformer.encode(leaf, vision)
            hidden = qformer(None, text_ids=ids, text_mask=mask, past=past, causal=True)
        hidden.square().sum().backward()
        gradients.append((seen, hidden, leaf.grad))
    for one, other in zip(*gradients, strict=True):
        close(one, other, within=1e-4)
    assert float(gradients[0][2].abs().max()) > 0.01


def drawn(*values: float) -> Callable[..., Any]:
    """`torch.rand` with known numbers."""
    import torch

    return lambda *shape, **_: torch.tensor(values).reshape(shape)


def test_a_sample_skips_the_branch_or_weighs_it_more(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from baselines.videochat2.qformer_layer import Output

    output = Output(replace(SIZE, dropout=0.0), SIZE.width, 0.2).train()
    hidden, residual = torch.randn(2, 2, 3, SIZE.width)
    monkeypatch.setattr(torch, "rand", drawn(0.19, 0.2))
    dropped, kept = output(hidden, residual)
    close(dropped, output.LayerNorm(residual[0]))
    close(kept, output.LayerNorm(residual[1] + output.dense(hidden[1]) / 0.8))
    close(output.eval()(hidden, residual), output.LayerNorm(residual + output.dense(hidden)))


def test_dropout_comes_before_the_residual() -> None:
    import torch

    from baselines.videochat2.qformer_layer import Output

    output = Output(replace(SIZE, dropout=1.0), SIZE.width, 0.0).train()
    hidden, residual = torch.randn(2, 2, 3, SIZE.width)
    close(output(hidden, residual), output.LayerNorm(residual))


def test_what_is_embedded_is_dropped_after_its_norm() -> None:
    import torch

    qformer, (queries, _, ids) = made(replace(SIZE, dropout=1.0)).train(), inputs()
    torch.nn.init.ones_(qformer.bert.embeddings.LayerNorm.bias)
    assert not qformer.bert.embeddings(queries, ids).any()


def test_drop_path_grows_with_depth_and_is_the_same_all_through_a_layer() -> None:
    qformer = made(replace(SIZE, layers=5, drop_path=0.2))
    for depth, layer in enumerate(qformer.bert.encoder["layer"]):
        rates = {name: module.drop_path for name, module in layer.named_modules() if hasattr(module, "drop_path")}
        crossing = {"crossattention.output"} if depth % 2 == 0 else set()
        assert rates.keys() == {"attention.output", "output", "output_query"} | crossing
        assert all(rate == pytest.approx(0.05 * depth) for rate in rates.values())


def test_with_every_branch_dropped_only_the_norms_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """All but the first layer, whose rate is zero, pass on what they get."""
    import torch

    qformer, (queries, vision, ids) = made(replace(SIZE, drop_path=0.9)).train(), inputs()
    with monkeypatch.context() as patch:
        patch.setattr(torch, "rand", lambda *shape, **_: torch.zeros(shape))
        found = qformer(queries, vision, text_ids=ids)
    first, *others = qformer.bert.encoder["layer"]
    hidden = first(qformer.bert.embeddings(queries, ids), SIZE.queries, vision, None, None, None)[0]
    asking, text = hidden[:, : SIZE.queries], hidden[:, SIZE.queries :]
    for layer in others:
        asking, text = (layer.attention.output.LayerNorm(part) for part in (asking, text))
        asking = layer.crossattention.output.LayerNorm(asking) if layer.looks else asking
        asking, text = layer.output_query.LayerNorm(asking), layer.output.LayerNorm(text)
    close(found, torch.cat((asking, text), dim=1))


@pytest.mark.parametrize(("training", "rate"), [(True, 0.1), (False, 0.0)])
def test_attention_drops_probabilities_in_training_only(
    monkeypatch: pytest.MonkeyPatch, training: bool, rate: float
) -> None:
    import torch

    rates = []
    attend = torch.nn.functional.scaled_dot_product_attention

    def watched(*tensors: Any, dropout_p: float, **options: Any) -> Any:
        rates.append(dropout_p)
        return attend(*tensors, dropout_p=dropout_p, **options)

    monkeypatch.setattr(torch.nn.functional, "scaled_dot_product_attention", watched)
    queries, vision, _ = inputs()
    made(replace(SIZE, dropout=0.1)).train(training)(queries, vision)
    assert rates == [rate] * (SIZE.layers + SIZE.layers // 2)


def test_training_is_random_and_evaluation_is_not() -> None:
    qformer, (queries, vision, ids) = made(replace(SIZE, dropout=0.1)), inputs()
    close(qformer(queries, vision, text_ids=ids), qformer(queries, vision, text_ids=ids), within=0)
    qformer.train()
    differ(qformer(queries, vision, text_ids=ids), qformer(queries, vision, text_ids=ids))


def test_without_text_it_has_no_weights_for_text() -> None:
    whole, mute = made(), made(replace(SIZE, text=False))
    belongs_to_text = re.compile(r"(word|position)_embeddings|layer\.\d+\.(intermediate|output)\.")
    assert set(mute.state_dict()) == {key for key in whole.state_dict() if not belongs_to_text.search(key)}
    assert "bert.embeddings.LayerNorm.weight" in mute.state_dict()
    queries, vision, _ = inputs()
    mute.load_state_dict({key: whole.state_dict()[key] for key in mute.state_dict()})
    close(mute(queries, vision), whole(queries, vision))


def test_a_state_dict_holds_parameters_only() -> None:
    qformer = made(head=True)
    assert not list(qformer.buffers())
    names = {key for key in qformer.state_dict() if key.startswith("cls.")}
    assert names == {
        f"cls.predictions.{name}"
        for name in (
            "bias",
            "decoder.bias",
            "decoder.weight",
            "transform.LayerNorm.bias",
            "transform.LayerNorm.weight",
            "transform.dense.bias",
            "transform.dense.weight",
        )
    }


@pytest.mark.parametrize("assign", [False, True])
def test_reading_and_writing_share_a_matrix_also_after_loading(assign: bool) -> None:
    import torch

    from baselines.videochat2.qformer import QFormer

    stored = {key: tensor.clone() for key, tensor in made(head=True).state_dict().items()}
    with torch.device("meta" if assign else "cpu"):
        qformer = QFormer(SIZE, vision_width=VISION_WIDTH, head=True)
    qformer.load_state_dict(stored, assign=assign)
    head = qformer.cls["predictions"]
    assert head.decoder.weight is qformer.bert.embeddings.word_embeddings.weight
    assert head.decoder.bias is head.bias
    assert not any(weight.is_meta for weight in qformer.parameters())


def test_stage_1_starts_the_feed_forwards_of_queries_from_those_of_text() -> None:
    from baselines.videochat2.qformer import copy_text_to_queries

    qformer = made()
    before = {key: tensor.clone() for key, tensor in qformer.state_dict().items()}
    copy_text_to_queries(qformer)
    twins = 0
    for key, tensor in qformer.state_dict().items():
        twin = re.sub(r"(intermediate|output)_query\.", r"\1.", key)
        twins += twin != key
        close(tensor, before[twin], within=0)
    assert twins == SIZE.layers * 6  # dense twice and LayerNorm, weight and bias of each


def test_new_weights_are_as_berts() -> None:
    import torch

    from baselines.videochat2.qformer import QFormer

    torch.manual_seed(0)
    qformer = QFormer(replace(SIZE, width=64), vision_width=VISION_WIDTH, head=True)
    for name, weight in qformer.named_parameters():
        if name.endswith("bias"):
            assert not weight.any(), name
        elif "LayerNorm" in name:
            assert bool((weight == 1).all()), name
        else:
            assert 0.015 < float(weight.detach().std()) < 0.025, name


def refused(call: Callable[[], Any], *parts: str) -> None:
    with pytest.raises(UsageError) as raised:
        call()
    assert "\n" not in str(raised.value)
    for part in parts:
        assert part in str(raised.value)


def test_mistakes_are_told_in_one_line() -> None:
    qformer, (queries, vision, ids) = made(), inputs()
    mute = replace(SIZE, text=False)
    refused(lambda: qformer(queries, vision, text_ids=inputs(length=9)[2]), "9 tokens", "8 positions")
    refused(lambda: qformer(queries), "vision")
    refused(lambda: made(mute)(queries, vision, text_ids=ids), "no text branch")
    refused(lambda: made(mute, head=True), "text=False")
