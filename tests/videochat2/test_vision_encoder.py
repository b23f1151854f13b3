"""What no stored tensor pins of the encoders of pixels: gradients, precision, devices, shapes that fit and do not."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from baselines.videochat2.sizes import VisionSize

pytestmark = pytest.mark.slow

TINY = VisionSize(width=12, blocks=3, heads=2, mlp_ratio=2, patch=4, image_side=16, table_frames=4, table_side=3)
CLIP = replace(TINY, kind="clip")


def encoder(size: VisionSize = TINY, *, seed: int = 0) -> Any:
    """With weights so large that a mistake shows."""
    import torch

    from baselines.videochat2.image_encoder import ClipImageEncoder
    from baselines.videochat2.vision_encoder import VisionEncoder

    torch.manual_seed(seed)
    network = (ClipImageEncoder if size.kind == "clip" else VisionEncoder)(size)
    with torch.no_grad():
        for value in network.parameters():
            value.normal_(std=0.3)
    return network.eval()


def clips(count: int = 2, *, frames: int = 3, side: int = 16) -> Any:
    import torch

    return torch.randn(count, 3, frames, side, side, generator=torch.Generator().manual_seed(frames))


def close(found: Any, wanted: Any, tolerance: float = 1e-5) -> None:
    assert found.shape == wanted.shape
    assert (found - wanted).abs().max().item() <= tolerance


def written_out(weights: dict[str, Any], pixels: Any, size: VisionSize, table: Any) -> Any:
    """The network as plainly as it can be said: a convolution, a softmax of products, no bias on the keys."""
    import torch
    import torch.nn.functional as F

    def linear(value: Any, name: str) -> Any:
        return value @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def normalised(value: Any, name: str) -> Any:
        spread = (value.var(-1, unbiased=False, keepdim=True) + 1e-6).sqrt()
        scaled = (value - value.mean(-1, keepdim=True)) / spread
        return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    start = "encoder.patch_embed.proj"
    stride = (1, size.patch, size.patch)
    x = F.conv3d(pixels, weights[f"{start}.weight"], weights[f"{start}.bias"], stride=stride)
    x = x.flatten(2).transpose(1, 2) + table
    for block in (f"encoder.blocks.{number}" for number in range(size.blocks)):
        seen = normalised(x, f"{block}.norm1")
        each = weights[f"{block}.attn.qkv.weight"].chunk(3)
        query = seen @ each[0].T + weights[f"{block}.attn.q_bias"]
        key = seen @ each[1].T
        value = seen @ each[2].T + weights[f"{block}.attn.v_bias"]
        read = []
        for part in torch.arange(size.width).chunk(size.heads):
            scores = query[..., part] @ key[..., part].transpose(1, 2) / math.sqrt(len(part))
            read.append(scores.softmax(-1) @ value[..., part])
        x = x + linear(torch.cat(read, -1), f"{block}.attn.proj")
        hidden = linear(normalised(x, f"{block}.norm2"), f"{block}.mlp.fc1")
        x = x + linear(hidden * (1 + torch.erf(hidden / math.sqrt(2))) / 2, f"{block}.mlp.fc2")
    if size.final_norm:
        x = normalised(x, "encoder.norm")
    return x.unflatten(1, (pixels.shape[2], -1))


@pytest.mark.parametrize("frames", [1, 3])
@pytest.mark.parametrize("final_norm", [False, True])
def test_tokens_are_those_of_the_network_written_out(frames: int, final_norm: bool) -> None:
    from baselines.videochat2.vision_encoder import position_table

    size = replace(TINY, final_norm=final_norm)
    network, pixels = encoder(size).double(), clips(frames=frames).double()
    table = position_table(size, frames=frames, side=4).double()
    close(network(pixels), written_out(network.state_dict(), pixels, size, table), 1e-9)


def test_keys_have_no_bias(monkeypatch: pytest.MonkeyPatch) -> None:
    """No token shows it, since one number added to every score of a row changes no softmax."""
    import torch
    import torch.nn.functional as F

    attention, tokens = encoder().encoder.blocks[0].attn, torch.randn(1, 5, 12)
    seen: list[Any] = []
    attend = F.scaled_dot_product_attention

    def noted(query: Any, key: Any, value: Any) -> Any:
        seen.extend(part.transpose(1, 2).flatten(2) for part in (query, key, value))
        return attend(query, key, value)

    monkeypatch.setattr(F, "scaled_dot_product_attention", noted)
    attention(tokens)
    for found, weight, bias in zip(
        seen, attention.qkv.weight.chunk(3), (attention.q_bias, torch.zeros(12), attention.v_bias), strict=True
    ):
        close(found, tokens @ weight.T + bias)


def test_gradients_are_those_of_the_network_written_out() -> None:
    from baselines.videochat2.vision_encoder import position_table

    network, pixels = encoder().double(), clips().double()
    weights = {name: value.detach().clone().requires_grad_() for name, value in network.named_parameters()}
    table = position_table(TINY, frames=3, side=4).double()
    network(pixels).square().mean().backward()
    written_out(weights, pixels, TINY, table).square().mean().backward()
    for name, value in network.named_parameters():
        wanted = weights[name].grad
        assert wanted.abs().max() > 1e-4, f"no gradient reaches {name}"
        close(value.grad, wanted, 1e-9 * max(1.0, wanted.abs().max().item()))


@pytest.mark.parametrize("frozen", [False, True], ids=["all trained", "patches frozen"])
def test_activations_computed_again_give_the_same_tokens_and_gradients(frozen: bool) -> None:
    network, pixels = encoder(), clips()
    network.encoder.patch_embed.requires_grad_(not frozen)
    trained = [value for value in network.parameters() if value.requires_grad]
    runs = []
    for again in (0, 2, 99):
        network.zero_grad()
        network.checkpoint_blocks = again
        tokens = network(pixels)
        tokens.square().mean().backward()
        runs.append([tokens.detach(), *(value.grad.clone() for value in trained)])
    for other in runs[1:]:
        for found, wanted in zip(other, runs[0], strict=True):
            assert found.equal(wanted)


@pytest.mark.parametrize(("wanted", "kept"), [(0, 3), (2, 1), (99, 0)])
def test_only_the_blocks_asked_for_are_computed_again(wanted: int, kept: int) -> None:
    network = encoder()
    network.checkpoint_blocks = wanted
    passes = [0] * TINY.blocks
    for number, block in enumerate(network.encoder.blocks):

        def counted(*_: Any, number: int = number) -> None:
            passes[number] += 1

        block.attn.register_forward_hook(counted)
    network(clips()).sum().backward()
    assert passes == [2] * (TINY.blocks - kept) + [1] * kept


@pytest.mark.parametrize("size", [TINY, CLIP], ids=["umt", "clip"])
def test_a_clip_has_the_same_tokens_in_any_batch(size: VisionSize) -> None:
    import torch

    network, pixels = encoder(size), clips(5)
    close(network(pixels), torch.cat([network(pixels[number : number + 1]) for number in range(5)]))


def test_pixels_with_channels_after_frames_in_memory_give_the_same_tokens() -> None:
    network, pixels = encoder(), clips()
    turned = pixels.transpose(1, 2).contiguous().transpose(1, 2)
    assert network(turned).equal(network(pixels))


@pytest.mark.parametrize("frames", [1, 3])
def test_blocks_get_tokens_one_after_the_other_in_memory(frames: int) -> None:
    """Else every norm and every sum of every block would have to turn them."""
    network, layouts = encoder(), []
    for block in network.encoder.blocks:
        block.register_forward_pre_hook(lambda _, inputs: layouts.append(inputs[0].is_contiguous()))
    network(clips(frames=frames))
    assert layouts == [True] * TINY.blocks


def test_frames_of_a_clip_see_each_other() -> None:
    import torch

    network, pixels = encoder(), clips(1)
    changed = pixels.clone()
    changed[:, :, 2] = torch.flip(pixels[:, :, 2], [-1])
    assert (network(changed)[:, 0] - network(pixels)[:, 0]).abs().max() > 1e-3


def test_the_video_table_is_stretched_from_the_numbers_of_its_definition() -> None:
    """Four frames of 3 x 3: position p, column j holds sin or cos of p / 10000^(2 floor(j/2) / D)."""
    from baselines.videochat2.vision_encoder import position_table

    table = position_table(TINY, frames=4, side=3)
    assert table.shape == (1, 36, 12)
    for place in range(36):
        for column in range(12):
            angle = place / 10000 ** (2 * (column // 2) / 12)
            wanted = math.cos(angle) if column % 2 else math.sin(angle)
            assert table[0, place, column].item() == pytest.approx(wanted, abs=1e-7)


@pytest.mark.parametrize("side", [2, 3, 5])
def test_a_single_frame_gets_the_first_frame_of_the_table_before_it_is_stretched_in_time(side: int) -> None:
    from baselines.videochat2.vision_encoder import position_table

    image = position_table(TINY, frames=1, side=side)
    assert image.shape == (1, side * side, 12)
    assert image.equal(position_table(TINY, frames=4, side=side)[:, : side * side])
    fewer = position_table(TINY, frames=2, side=side)[:, : side * side]
    assert (image - fewer).abs().max() > 0.1, "two frames begin between the table's first and second"


def test_frames_between_those_of_the_table_are_weighted_by_their_distance() -> None:
    """Frame k of 8 lies at (k + 1/2) / 2 - 1/2 of 4 frames, and stays within them."""
    from baselines.videochat2.vision_encoder import position_table

    four = position_table(TINY, frames=4, side=3).unflatten(1, (4, 9))[0]
    eight = position_table(TINY, frames=8, side=3).unflatten(1, (8, 9))[0]
    for frame in range(8):
        place = min(max((frame + 0.5) / 2 - 0.5, 0), 3)
        before = min(int(place), 2)
        close(eight[frame], four[before] + (place - before) * (four[before + 1] - four[before]), 1e-6)


def test_angles_are_reckoned_in_float64() -> None:
    """In float32 the angle of position 783 would be off by 3e-5."""
    import torch

    from baselines.videochat2.vision_encoder import position_table

    table = position_table(VisionSize(), frames=4, side=14)
    assert table.dtype == torch.float32
    for place in (100, 783):
        for column in (2, 3, 41, 300):
            angle = place / 10000 ** (2 * (column // 2) / 1024)
            wanted = math.cos(angle) if column % 2 else math.sin(angle)
            assert abs(table[0, place, column].item() - wanted) <= 6e-8


def settings() -> dict[str, Callable[[], Any]]:
    import torch

    return {
        "meta": lambda: torch.device("meta"),
        "inference": torch.inference_mode,
        "bfloat16": lambda: torch.autocast("cpu", torch.bfloat16),
    }


@pytest.mark.parametrize("setting", ["meta", "inference", "bfloat16"])
def test_a_table_first_asked_for_under_another_setting_serves_the_next_pass(setting: str) -> None:
    import torch

    from baselines.videochat2 import vision_encoder

    network, pixels = encoder(), clips()
    wanted = network(pixels)
    vision_encoder._placed_table.cache_clear()
    with settings()[setting]():
        network(pixels)
    tokens = network(pixels)
    assert tokens.equal(wanted)
    tokens.sum().backward()
    network.to("meta")(pixels.to("meta"))
    assert encoder()(pixels).equal(wanted), "a table on another device, or of another dtype, is another table"
    assert torch.get_default_dtype() == torch.float32


def test_the_table_is_reckoned_once_per_number_of_frames_and_never_part_of_the_state(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from baselines.videochat2 import vision_encoder

    network, asked = encoder(), []
    reckon = vision_encoder.position_table

    def counted(size: VisionSize, *, frames: int, side: int) -> Any:
        asked.append((frames, side))
        return reckon(size, frames=frames, side=side)

    monkeypatch.setattr(vision_encoder, "position_table", counted)
    vision_encoder._placed_table.cache_clear()
    for frames in (3, 3, 5, 3):
        network(clips(frames=frames))
    network(clips(frames=3, side=20))
    assert asked == [(3, 4), (5, 4), (3, 5)]
    assert not list(network.buffers())
    assert set(network.state_dict()) == {name for name, _ in network.named_parameters()}


def test_a_caller_that_changes_a_table_changes_no_other() -> None:
    from baselines.videochat2.vision_encoder import position_table

    network, pixels = encoder(), clips()
    wanted = network(pixels)
    position_table(TINY, frames=3, side=4).zero_()
    assert network(pixels).equal(wanted)


def test_weights_made_on_the_meta_device_are_all_there_is_to_load() -> None:
    import torch

    from baselines.videochat2.vision_encoder import VisionEncoder

    full = encoder()
    with torch.device("meta"):
        empty = VisionEncoder(TINY)
    empty.load_state_dict(full.state_dict(), assign=True)
    assert empty(clips()).equal(full(clips()))


@pytest.mark.parametrize("size", [TINY, CLIP], ids=["umt", "clip"])
def test_bfloat16_weights_take_float32_pixels_and_stay_near(size: VisionSize) -> None:
    import torch

    network, pixels = encoder(size), clips()
    wanted = network(pixels)
    found = network.to(torch.bfloat16)(pixels)
    assert found.dtype == torch.bfloat16
    close(found.float(), wanted, 0.1 * wanted.abs().max().item())


def test_under_autocast_tokens_and_table_are_added_in_half_precision() -> None:
    """As the original: the table takes the dtype of the patches, and nothing makes the sum float32 again."""
    import torch

    from baselines.videochat2 import vision_encoder

    network = encoder()
    vision_encoder._placed_table.cache_clear()
    with torch.autocast("cpu", torch.bfloat16):
        assert network(clips()).dtype == torch.bfloat16
    assert vision_encoder._placed_table(TINY, 3, 4, torch.device("cpu"), torch.bfloat16).dtype == torch.bfloat16
    assert vision_encoder._placed_table.cache_info().hits == 1


def test_a_new_encoder_is_seeded_and_starts_as_vision_transformers_do() -> None:
    import torch

    from baselines.videochat2.vision_encoder import VisionEncoder

    def made(seed: int) -> dict[str, Any]:
        torch.manual_seed(seed)
        return dict(VisionEncoder(replace(TINY, width=64, final_norm=True)).state_dict())

    first, again, other = made(1), made(1), made(2)
    for name, value in first.items():
        assert value.equal(again[name])
        if "norm" in name:
            assert value.equal(torch.full_like(value, float(name.endswith("weight"))))
        elif name.endswith("bias"):
            assert not value.any()
        else:
            assert not value.equal(other[name])
            assert 0.015 < value.std() < 0.025, name


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ((2, 4, 3, 16, 16), r"pixels have shape \(2, 4, 3, 16, 16\); .* takes \(clips, 3, frames, side, side\)"),
        ((3, 16, 16), r"pixels have shape \(3, 16, 16\)"),
        ((2, 3, 0, 16, 16), r"pixels have shape \(2, 3, 0, 16, 16\)"),
        ((2, 3, 4, 18, 18), r"18 x 18 pixels; resize them to a square of a multiple of 4$"),
        ((2, 3, 4, 16, 12), r"16 x 12 pixels; resize"),
    ],
)
def test_pixels_that_fit_no_grid_are_refused(shape: tuple[int, ...], said: str) -> None:
    import torch

    with pytest.raises(ValueError, match=said):
        encoder()(torch.zeros(shape))


def test_clip_tokens_are_the_penultimate_layer_of_a_whole_clip_without_its_class_token() -> None:
    import torch
    from transformers import CLIPVisionConfig, CLIPVisionModel

    ours, pixels = encoder(CLIP), clips()
    config = CLIPVisionConfig(
        hidden_size=12,
        intermediate_size=24,
        num_hidden_layers=CLIP.blocks + 1,
        num_attention_heads=2,
        image_size=16,
        patch_size=4,
    )
    whole = CLIPVisionModel(config).eval()
    inner = getattr(whole, "vision_model", whole)
    named = {name.removeprefix("vision_model."): value for name, value in ours.state_dict().items()}
    missing, unexpected = inner.load_state_dict(named, strict=False)
    assert not unexpected
    assert all(name.startswith(("encoder.layers.3.", "post_layernorm.")) for name in missing)
    tokens = ours(pixels)
    assert tokens.shape == (2, 3, 16, 12)
    for clip in range(2):
        for frame in range(3):
            with torch.no_grad():
                layers = whole(pixels[clip : clip + 1, :, frame], output_hidden_states=True).hidden_states
            close(tokens[clip, frame], layers[-2][0, 1:])


def test_clip_sees_each_frame_alone() -> None:
    import torch

    network, pixels = encoder(CLIP), clips()
    changed = pixels.clone()
    changed[1, :, 2] = torch.flip(pixels[1, :, 2], [-1])
    difference = (network(changed) - network(pixels)).abs().amax((2, 3))
    assert difference[1, 2] > 1e-3
    difference[1, 2] = 0
    assert difference.max() <= 1e-6


def test_every_weight_of_clip_is_trained_and_nothing_else_is_stored() -> None:
    network = encoder(CLIP)
    network(clips()).square().mean().backward()
    idle = [name for name, value in network.named_parameters() if value.grad is None]
    assert not idle
    assert set(network.state_dict()) == {name for name, _ in network.named_parameters()}
    assert all(name.startswith("vision_model.") for name in network.state_dict())
    assert network.width == CLIP.width


def test_clip_made_on_the_meta_device_is_whole_once_its_weights_are_loaded() -> None:
    import torch

    from baselines.videochat2.image_encoder import ClipImageEncoder

    full = encoder(CLIP)
    with torch.device("meta"):
        empty = ClipImageEncoder(CLIP).eval()
    empty.load_state_dict(full.state_dict(), assign=True)
    assert empty(clips()).equal(full(clips()))


def test_clip_refuses_frames_of_another_side() -> None:
    with pytest.raises(ValueError, match="20"):
        encoder(CLIP)(clips(side=20))
