"""What no stored tensor of the original pins in stage 1: limits, draws without a candidate, several processes."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from baselines.videochat2.sizes import QFormerSize, VisionSize
from mvbench.errors import UsageError

pytestmark = pytest.mark.slow

SIZE = QFormerSize(
    width=16, layers=3, heads=2, intermediate=24, vocabulary=30, max_positions=8, queries=3, dropout=0.0, drop_path=0.0
)
VISION = VisionSize(width=12, blocks=1, heads=2, patch=8, image_side=16, table_side=2)
FRAMES = 4


def made(*, seed: int = 0, **options: Any) -> Any:
    """A stage 1, its weights large enough that everything in it matters."""
    import torch

    from baselines.videochat2.alignment import Alignment
    from baselines.videochat2.qformer import QFormer
    from baselines.videochat2.vision_encoder import VisionEncoder

    torch.manual_seed(seed)
    qformer = QFormer(SIZE, vision_width=VISION.width, head=True)
    alignment = Alignment(VisionEncoder(VISION), qformer, frames=FRAMES, **options)
    with torch.no_grad():
        for name, weight in alignment.named_parameters():
            if name != "temp":
                weight.add_(torch.randn_like(weight), alpha=0.2)
    return alignment


def batch(size: int = 4, *, frames: int = FRAMES) -> tuple[Any, Any, Any, Any]:
    """Pixels, ids, mask and index of as many clips; one text is padded."""
    import torch

    torch.manual_seed(1)
    pixels = torch.randn(size, frames, 3, VISION.image_side, VISION.image_side)
    ids, mask = torch.randint(4, SIZE.vocabulary - 1, (size, 6)), torch.ones(size, 6, dtype=torch.long)
    ids[:, 0] = 1
    mask[0, 4:] = 0
    return pixels, ids, mask, torch.arange(size)


def best(weights: Any) -> Any:
    return weights.argmax(dim=1)


def close(found: Any, expected: Any, within: float = 1e-5) -> None:
    import torch

    torch.testing.assert_close(found, expected, rtol=0, atol=within)


@pytest.mark.parametrize(
    ("before", "after"), [(-1.0, 0.001), (0.0, 0.001), (0.0005, 0.001), (0.07, 0.07), (0.5, 0.5), (3.0, 0.5)]
)
def test_the_temperature_is_brought_between_its_limits_first(before: float, after: float) -> None:
    import torch

    limited, set_there = made(choose=best), made(choose=best)
    limited.temp.data.fill_(before)
    set_there.temp.data.fill_(after)
    close(limited(*batch()).total, set_there(*batch()).total, within=0)
    assert torch.equal(limited.temp, torch.tensor(after))


def test_the_sum_counts_each_loss_by_its_weight() -> None:
    from baselines.videochat2.alignment import LossWeights

    losses = made(choose=best, weights=LossWeights(contrastive=0.5, matching=2.0, captioning=3.0))(*batch())
    close(losses.total, 0.5 * losses.contrastive + 2 * losses.matching + 3 * losses.captioning)


def test_every_weight_learns_and_a_frozen_encoder_does_not() -> None:
    alignment = made()
    alignment(*batch()).total.backward()
    assert all(weight.grad is not None for weight in alignment.parameters())
    assert all(float(weight.grad.abs().max()) > 0 for weight in alignment.vision_encoder.parameters())
    frozen = made()
    frozen.vision_encoder.requires_grad_(False)
    frozen(*batch()).total.backward()
    assert all(weight.grad is None for weight in frozen.vision_encoder.parameters())


def test_faint_tokens_are_normalised_like_any(monkeypatch: pytest.MonkeyPatch) -> None:
    """The LayerNorm's epsilon is 1e-12, not the usual 1e-5."""
    import torch

    alignment = made()
    torch.nn.init.zeros_(alignment.vision_temp_embed)
    torch.nn.init.ones_(alignment.vision_layernorm.weight)
    torch.nn.init.zeros_(alignment.vision_layernorm.bias)
    tokens = torch.randn(2, FRAMES, 4, VISION.width)
    monkeypatch.setattr(alignment.vision_encoder, "forward", lambda _: 1e-4 * tokens)
    spread = alignment.see(batch(2)[0]).std(dim=-1, unbiased=False)
    close(spread, torch.ones_like(spread), within=1e-3)


@pytest.mark.parametrize(("image_tokens", "copies"), [("repeated", FRAMES), ("once", 1)])
def test_tokens_of_an_image(image_tokens: Any, copies: int) -> None:
    alignment = made(image_tokens=image_tokens)
    pixels = batch(frames=1)[0]
    tokens = alignment.see(pixels)
    patches = (VISION.image_side // VISION.patch) ** 2
    assert tokens.shape == (4, copies * patches, VISION.width)
    table = alignment.vision_temp_embed
    times = table if copies > 1 else table.mean(dim=1, keepdim=True)
    seen = alignment.vision_encoder(pixels.transpose(1, 2))
    close(tokens, alignment.vision_layernorm((seen + times).flatten(1, 2)))


def test_a_video_has_as_many_frames_as_the_table_times() -> None:
    alignment = made()
    assert alignment.see(batch()[0]).shape[1] == FRAMES * (VISION.image_side // VISION.patch) ** 2
    with pytest.raises(UsageError, match="an image or videos of 4 frames; this one has 3"):
        alignment.see(batch(frames=3)[0])


def test_the_caption_to_write_begins_with_dec_and_ends_with_the_text() -> None:
    """Neither the text's first id nor what stands in the padding makes a difference to it."""
    pixels, ids, mask, index = batch()
    alignment = made(choose=best)
    caption = alignment(pixels, ids, mask, index).captioning
    other = ids.clone()
    other[:, 0] = 2
    other[mask == 0] = 3
    close(alignment(pixels, other, mask, index).captioning, caption)
    other[0, 3] = 5
    changed = alignment(pixels, other, mask, index).captioning
    assert abs(changed.item() - caption.item()) > 1e-3


def test_equal_indices_are_the_same_clip_to_the_contrastive_loss() -> None:
    import torch

    from baselines.videochat2.contrast import contrastive_loss

    scores, index = torch.tensor([[1.0, 2.0, 0.5], [0.0, 3.0, 1.0], [2.0, -1.0, 4.0]]), torch.tensor([7, 9, 7])
    loss = 0.0
    for table in (scores, scores.T):
        logs = table.log_softmax(dim=1)
        loss += float((logs[0, 0] + logs[0, 2]) / 2 + logs[1, 1] + (logs[2, 0] + logs[2, 2]) / 2) / -6
    close(contrastive_loss(scores, index), torch.tensor(loss))


def test_scores_are_the_mean_or_the_best_over_queries() -> None:
    import torch

    from baselines.videochat2.contrast import similarity

    video, text = torch.randn(2, 3, 5), torch.randn(4, 5)
    fits = torch.tensor([[[float(query @ one) for query in queries] for one in text] for queries in video])
    close(similarity(video, text), fits.mean(dim=2))
    close(similarity(video, text, aggregate="max"), fits.amax(dim=2))


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([0.0, 0.0, 0.0], [0.0, 1 / 3 + 1e-4, 1 / 3 + 1e-4]),
        ([0.0, -1000.0, -1000.0], [0.0, 1e-4, 1e-4]),
        ([0.0, NAN, 0.0], [0.0, 0.01, 0.01]),
        ([NAN, 0.0, 0.0], [0.0, 0.01, 0.01]),
        ([0.0, INF, 1.0], [0.0, 0.01, 0.01]),
    ],
)
def test_wrong_pairs_are_drawn_by_how_right_they_look(scores: list[float], expected: list[float]) -> None:
    import torch

    from baselines.videochat2.matching import negative_weights

    weights = negative_weights(torch.tensor([scores, [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]), torch.arange(3))
    close(weights[0], torch.tensor(expected), within=1e-6)


@pytest.mark.parametrize("hard", [True, False])
def test_the_same_clip_is_never_the_wrong_one(hard: bool) -> None:
    import torch

    from baselines.videochat2.matching import at_random, matched_pairs, negative_weights

    torch.manual_seed(0)
    index = torch.tensor([3, 5, 3, 8, 5])
    scores = 50 * (index[:, None] == index).float()  # the same clip fits best by far
    weights = negative_weights(scores, index, hard=hard)
    assert torch.equal(weights == 0, index[:, None] == index)
    if not hard:
        assert set(weights.flatten().tolist()) == {0.0, 1.0}
    for _ in range(20):
        pairs = matched_pairs(weights, weights, at_random)
        assert torch.equal(index[pairs.videos] == index[pairs.texts], pairs.labels == 1)
        assert pairs.labels.tolist() == [1] * 5 + [0] * 10
        assert pairs.videos[:5].tolist() == pairs.texts[:5].tolist() == pairs.texts[5:10].tolist() == [0, 1, 2, 3, 4]
        assert pairs.videos[10:].tolist() == [0, 1, 2, 3, 4]


def test_wrong_videos_are_drawn_by_text_and_wrong_texts_by_video() -> None:
    import torch

    from baselines.videochat2.matching import matched_pairs

    to_text = torch.tensor([[0.0, 1, 2], [1, 0, 2], [1, 2, 0]])
    to_video = torch.tensor([[0.0, 2, 1], [2, 0, 1], [2, 1, 0]])
    pairs = matched_pairs(to_text, to_video, best)
    assert pairs.videos.tolist() == [0, 1, 2, 1, 0, 0, 0, 1, 2]
    assert pairs.texts.tolist() == [0, 1, 2, 0, 1, 2, 2, 2, 1]


@pytest.mark.parametrize("index", [[4], [4, 4, 4], [4, 4, 6]])
def test_a_pair_without_a_wrong_partner_is_not_counted(index: list[int]) -> None:
    """All candidates of the first two are the same clip; the original's draw would fail."""
    import torch

    from baselines.videochat2.matching import UNCOUNTED, at_random, matched_pairs, negative_weights

    clips = torch.tensor(index)
    weights = negative_weights(torch.zeros(len(index), len(index)), clips)
    labels = matched_pairs(weights, weights, at_random).labels.view(3, -1)
    wrong = 0 if len(set(index)) > 1 else UNCOUNTED
    assert labels.tolist() == [[1] * len(index), [wrong] * len(index), [wrong] * len(index)]
    losses = made()(*batch(len(index))[:3], clips)
    assert torch.isfinite(losses.total)


def test_a_batch_of_one_learns_that_its_pair_is_right() -> None:
    import torch

    alignment = made()
    with torch.no_grad():
        alignment.itm_head.weight.zero_()
        alignment.itm_head.bias.copy_(torch.tensor([0.0, 2.0]))
    close(alignment(*batch(1)).matching, torch.tensor([0.0, 2.0]).log_softmax(dim=0)[1].neg())


GRADIENTS = {"all": 1.0, "own": 0.5}
"""Whose features get a gradient, and what the mean over two processes then is of the whole batch's."""


def share(rank: int, folder: str) -> None:
    """One of two processes: contrastive loss and gradients of its half of the batch, both ways."""
    import torch
    import torch.distributed as dist

    torch.set_num_threads(1)
    meeting = f"file://{folder}/meeting"
    dist.init_process_group("gloo", init_method=meeting, rank=rank, world_size=2, timeout=timedelta(seconds=60))
    try:
        for gradient_to in GRADIENTS:
            torch.save(contrasted(slice(2 * rank, 2 * rank + 2), gradient_to), f"{folder}/{gradient_to} {rank}.pt")
    finally:
        dist.destroy_process_group()


def contrasted(rows: slice, gradient_to: Any = "all") -> dict[str, Any]:
    from baselines.videochat2.alignment import LossWeights

    pixels, ids, mask, _ = batch()
    index = ids.new_tensor([5, 6, 7, 5])  # a clip that both processes have
    alignment = made(gradient_to=gradient_to, weights=LossWeights(matching=0.0, captioning=0.0))
    losses = alignment(pixels[rows], ids[rows], mask[rows], index[rows])
    losses.contrastive.backward()
    return {"loss": losses.contrastive.detach()} | {
        name: weight.grad for name, weight in alignment.named_parameters() if weight.grad is not None
    }


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What two processes found."""
    import torch

    folder = tmp_path_factory.mktemp("shared")
    torch.multiprocessing.start_processes(share, (str(folder),), nprocs=2, start_method="spawn")
    return folder


@pytest.mark.parametrize(("gradient_to", "scale"), GRADIENTS.items())
def test_two_processes_contrast_all_pairs(shared: Path, gradient_to: str, scale: float) -> None:
    """The mean of their gradients is the whole batch's; in the original's way half of it, but for the temperature's."""
    import torch

    first, second = (torch.load(shared / f"{gradient_to} {rank}.pt") for rank in (0, 1))
    whole = contrasted(slice(None))
    assert first.keys() == second.keys() == whole.keys()
    for name, expected in whole.items():
        found = (first[name] + second[name]) / 2
        by = 1.0 if name in ("loss", "temp") else scale
        close(found, by * expected, within=1e-5 * max(1.0, float(expected.abs().max())))
