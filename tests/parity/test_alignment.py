"""Stage 1 gives the original's tokens, scores, negatives, losses and gradients."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from baselines.videochat2.sizes import VisionSize
from tests.parity.test_qformer import close, size_of
from tests.parity.videochat2 import Goldens, bert_ids, enlarged

pytestmark = pytest.mark.slow


@functools.lru_cache
def case(golden_dir: Path) -> tuple[Goldens, dict[str, Any], dict[str, Any], dict[str, Any]]:
    goldens = Goldens(golden_dir / "videochat2")
    weights, given, expected = (goldens.tensors("d_stage1", kind) for kind in ("weights", "in", "out"))
    return goldens, weights, given, expected


def made(golden_dir: Path, weights: dict[str, Any], **options: Any) -> Any:
    """A stage 1 of the original's sizes with these weights, in evaluation mode."""
    from baselines.videochat2.alignment import Alignment
    from baselines.videochat2.qformer import QFormer
    from baselines.videochat2.vision_encoder import VisionEncoder

    goldens = case(golden_dir)[0]
    vit, vision = goldens.dims["vit"], goldens.facts["vision"]
    encoder = VisionEncoder(
        VisionSize(
            width=vit["dim"],
            blocks=vit["depth"] + vision["return_index"] + 1,
            heads=vit["heads"],
            mlp_ratio=vision["mlp_ratio"],
            patch=vision["patch"],
            image_side=vision["img_size"],
            table_frames=goldens.case("a_vit")["ckpt_frames"],
        )
    )
    alignment = Alignment(
        encoder.requires_grad_(False),
        QFormer(size_of(goldens, weights, "qformer."), vision_width=vit["dim"], head=True),
        frames=weights["vision_temp_embed"].shape[1],
        shared_width=goldens.dims["embed"],
        image_tokens="repeated",
        **options,
    )
    alignment.load_state_dict({key: tensor for key, tensor in weights.items() if not key.endswith("position_ids")})
    return alignment.eval()


def pixels_of(golden_dir: Path, media: str) -> Any:
    goldens, _, given, _ = case(golden_dir)
    return enlarged(given[f"{media}_lowres"], goldens.case("d_stage1")["upsample"])


def recorded(seen: list[Any]) -> Callable[[Any], Any]:
    """The best wrong one of each row instead of a draw, as in the stored cases; `seen` gets the weights and choices."""

    def choose(weights: Any) -> Any:
        chosen = weights.argmax(dim=1)
        seen.extend((weights, chosen))
        return chosen

    return choose


def test_captions_become_the_stored_ids(golden_dir: Path) -> None:
    goldens, _, given, _ = case(golden_dir)
    told = goldens.case("d_stage1")
    ids, mask = bert_ids(
        goldens.bert_tokenizer, told["captions"], longest=told["max_txt_l"], truncate="right", pad="right", fill=True
    )
    assert ids == given["ids"].tolist()
    assert mask == given["mask"].tolist()


@pytest.mark.parametrize("media", ["video", "image"])
def test_visual_tokens_and_what_the_queries_saw(golden_dir: Path, media: str) -> None:
    _, weights, _, expected = case(golden_dir)
    alignment = made(golden_dir, weights)
    tokens = alignment.see(pixels_of(golden_dir, media))
    close(tokens, expected[f"{media}.vision_embeds"])
    close(alignment.ask(tokens).hidden, expected[f"{media}.query_embeds"])


def test_text_by_itself(golden_dir: Path) -> None:
    _, weights, given, expected = case(golden_dir)
    hidden = made(golden_dir, weights).read(given["ids"], given["mask"])
    close(hidden, expected["text_embeds"])
    close(hidden[:, 0], expected["text_pooled"])


@pytest.mark.parametrize(("aggregate", "stored"), [("mean", "sim_v2t"), ("max", "sim_v2t_max")])
def test_scores_of_images_and_texts(golden_dir: Path, aggregate: str, stored: str) -> None:
    _, weights, given, expected = case(golden_dir)
    alignment = made(golden_dir, weights, aggregate=aggregate)
    image = alignment.place_video(alignment.ask(alignment.see(pixels_of(golden_dir, "image"))).hidden)
    scores = alignment.scores(image, alignment.place_text(alignment.read(given["ids"], given["mask"])))
    close(scores, expected[f"image.{stored}"])
    if aggregate == "mean":
        close(scores.T, expected["image.sim_t2v"])


@pytest.mark.parametrize("batch", ["video_dup", "video_unique", "image_unique"])
def test_losses_negatives_and_gradients(golden_dir: Path, batch: str) -> None:
    _, weights, given, expected = case(golden_dir)
    media, _, index = batch.partition("_")
    seen: list[Any] = []
    alignment = made(golden_dir, weights, choose=recorded(seen))
    losses = alignment(pixels_of(golden_dir, media), given["ids"], given["mask"], given[f"idx_{index}"])
    for found, stored in ((losses.contrastive, "vtc"), (losses.matching, "vtm"), (losses.captioning, "cap")):
        close(found, expected[f"{batch}.loss_{stored}"])
    to_video, vision, to_text, text = seen
    close(to_video, expected[f"{batch}.neg_weights_t2v"])
    close(to_text, expected[f"{batch}.neg_weights_v2t"])
    assert vision.tolist() == expected[f"{batch}.neg_vision_idx"].tolist()
    assert text.tolist() == expected[f"{batch}.neg_text_idx"].tolist()

    losses.total.backward()
    gradients = [key for key in expected if key.startswith(f"{batch}.grad.")]
    assert gradients
    for key in gradients:
        wanted = expected[key]
        found = alignment.get_parameter(key.removeprefix(f"{batch}.grad.")).grad
        close(found, wanted, within=1e-5 * float(wanted.abs().max()))


def test_a_batch_of_two_has_one_negative_each_however_it_is_drawn(golden_dir: Path) -> None:
    _, weights, given, expected = case(golden_dir)
    pixels = pixels_of(golden_dir, "video")[:2]
    losses = made(golden_dir, weights)(pixels, given["ids"][:2], given["mask"][:2], given["idx_unique"][:2])
    for found, stored in ((losses.contrastive, "vtc"), (losses.matching, "vtm"), (losses.captioning, "cap")):
        close(found, expected[f"video_B2.loss_{stored}"])


@pytest.mark.parametrize("pooling", ["add", "none"])
def test_other_heads_of_the_matching_loss(golden_dir: Path, pooling: str) -> None:
    goldens, weights, given, _ = case(golden_dir)
    own, expected = (goldens.tensors("d2_stage1_heads", kind) for kind in ("weights", "out"))
    head = {key: own[f"{pooling}.{key}"] for key in ("itm_head.weight", "itm_head.bias")}
    alignment = made(golden_dir, weights | head, pooling=pooling, choose=recorded([]))
    losses = alignment(pixels_of(golden_dir, "video"), given["ids"], given["mask"], given["idx_unique"])
    close(losses.matching, expected[f"{pooling}.loss_vtm"])
