"""The Q-Former gives the original's hidden states, remembered keys and values, word scores and losses."""

import functools
from pathlib import Path
from typing import Any

import pytest

from baselines.videochat2.sizes import QFormerSize
from tests.parity.videochat2 import Goldens

pytestmark = pytest.mark.slow

STATES, SCORES = 1e-5, 2e-5


def size_of(goldens: Goldens, weights: dict[str, Any], prefix: str = "") -> QFormerSize:
    dims = goldens.dims["qf"]
    vocabulary, width = weights[f"{prefix}bert.embeddings.word_embeddings.weight"].shape
    assert width == dims["hidden"]
    return QFormerSize(
        width=width,
        layers=dims["layers"],
        heads=dims["heads"],
        intermediate=dims["inter"],
        vocabulary=vocabulary,
        max_positions=dims["maxpos"],
        cross_attention_every=goldens.facts["qformer"]["cross_attention_freq"],
        queries=dims["nq"],
        extra_queries=dims["extra"],
    )


@functools.lru_cache
def case(golden_dir: Path) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    """The Q-Former with the original's weights, what goes in and what came out."""
    from baselines.videochat2.qformer import QFormer

    goldens = Goldens(golden_dir / "videochat2")
    weights, given, expected = (goldens.tensors("c_qformer", kind) for kind in ("weights", "in", "out"))
    qformer = QFormer(size_of(goldens, weights), vision_width=given["encoder_hidden"].shape[-1], head=True).eval()
    qformer.load_state_dict({key: tensor for key, tensor in weights.items() if not key.endswith("position_ids")})
    queries = given["query_tokens"].expand(len(given["ids_right"]), -1, -1)
    return qformer, given | {"queries": queries}, expected


def close(found: Any, expected: Any, *, within: float = STATES) -> None:
    import torch

    torch.testing.assert_close(found, expected, rtol=0, atol=within)


def test_queries_look_at_the_video(golden_dir: Path) -> None:
    qformer, given, expected = case(golden_dir)
    close(qformer(given["queries"], given["encoder_hidden"], given["encoder_mask"]), expected["query_only"])
    close(qformer(given["queries"], given["encoder_hidden"]), expected["query_only"])


def test_every_layer_remembers_its_keys_and_values(golden_dir: Path) -> None:
    qformer, given, expected = case(golden_dir)
    past = qformer.encode(given["queries"], given["encoder_hidden"]).past
    assert len(past) == qformer.size.layers == sum(key.endswith(".key") for key in expected)
    for layer, (key, value) in enumerate(past):
        close(key, expected[f"query_only_kv.{layer}.key"])
        close(value, expected[f"query_only_kv.{layer}.value"])


def test_absent_visual_tokens_are_not_looked_at(golden_dir: Path) -> None:
    qformer, given, expected = case(golden_dir)
    hidden = qformer(given["queries"], given["encoder_hidden"], given["encoder_mask_partial"])
    close(hidden, expected["query_only_encmask_partial"])


@pytest.mark.parametrize("side", ["right", "left"])
def test_queries_read_the_text_and_look_at_the_video(golden_dir: Path, side: str) -> None:
    qformer, given, expected = case(golden_dir)
    hidden = qformer(
        given["queries"],
        given["encoder_hidden"],
        given["encoder_mask"],
        text_ids=given[f"ids_{side}"],
        text_mask=given[f"mask_{side}"],
    )
    close(hidden, expected[f"query_text_{side}"])


def test_text_by_itself(golden_dir: Path) -> None:
    qformer, given, expected = case(golden_dir)
    close(qformer(None, text_ids=given["ids_right"], text_mask=given["mask_right"]), expected["text_only"])


def test_captions_look_back_at_the_queries(golden_dir: Path) -> None:
    from baselines.videochat2.alignment import caption_loss

    qformer, given, expected = case(golden_dir)
    past = qformer.encode(given["queries"], given["encoder_hidden"]).past
    hidden = qformer(None, text_ids=given["caption_ids"], text_mask=given["mask_right"], past=past, causal=True)
    logits = qformer.logits(hidden)
    close(logits, expected["caption_logits"], within=SCORES)
    close(caption_loss(logits, given["caption_labels"]), expected["caption_loss"])


def test_captions_in_one_pass_with_the_queries(golden_dir: Path) -> None:
    from baselines.videochat2.alignment import caption_loss

    qformer, given, expected = case(golden_dir)
    hidden = qformer(
        given["queries"],
        given["encoder_hidden"],
        text_ids=given["caption_ids"],
        text_mask=given["mask_right"],
        causal=True,
    )
    logits = qformer.logits(hidden[:, given["queries"].shape[1] :])
    close(logits, expected["caption_unilm_logits"], within=SCORES)
    close(caption_loss(logits, given["caption_labels"]), expected["caption_unilm_loss"])
