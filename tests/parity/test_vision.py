"""The vision encoder and its position tables, against the original's tensors."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from baselines.videochat2.sizes import VisionSize
from tests.parity.videochat2 import Goldens, enlarged

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def goldens(golden_dir: Path) -> Goldens:
    return Goldens(golden_dir / "videochat2")


@pytest.fixture(scope="module")
def size(goldens: Goldens) -> VisionSize:
    """The stored networks, their last block left out."""
    vit, vision = goldens.dims["vit"], goldens.facts["vision"]
    return VisionSize(
        width=vit["dim"],
        blocks=vit["depth"] + vision["return_index"] + 1,
        heads=vit["heads"],
        mlp_ratio=vision["mlp_ratio"],
        patch=vision["patch"],
        table_frames=goldens.case("a_vit")["ckpt_frames"],
    )


def output(size: VisionSize, weights: dict[str, Any], pixels: Any) -> Any:
    """Tokens of `pixels` by an encoder into which the weights go strictly."""
    import torch

    from baselines.videochat2.vision_encoder import VisionEncoder

    encoder = VisionEncoder(replace(size, image_side=pixels.shape[-1]))
    encoder.load_state_dict(weights)
    with torch.no_grad():
        return encoder(pixels)


def agree(found: Any, wanted: Any, name: str) -> None:
    assert found.shape == wanted.shape, name
    difference = (found - wanted).abs().max()
    assert difference <= 1e-5, f"{name}: {difference}"


def test_tokens_of_images_and_videos(goldens: Goldens, size: VisionSize) -> None:
    factors = goldens.case("a_vit")["upsample"]
    weights = goldens.tensors("a_vit", "weights")
    stored = goldens.tensors("a_vit", "in")
    tokens = {
        name.replace("_lowres", ""): output(size, weights, enlarged(pixels, factors[name.split("_")[0]]))
        for name, pixels in stored.items()
    }
    wanted = {name: value for name, value in goldens.tensors("a_vit", "out").items() if name.startswith("img")}
    compared = set()
    for name, value in wanted.items():
        if "pos_embed" in name:
            continue
        found, _, stride = name.partition("_tok")
        agree(tokens[found][:, :, :: int(stride or 1)], value, name)
        compared.add(found)
    assert compared == set(tokens)


def test_tokens_with_the_last_block_and_a_final_norm(goldens: Goldens, size: VisionSize) -> None:
    weights = goldens.tensors("a_vit", "weights") | goldens.tensors("a2_vit_ln", "weights")
    whole = replace(size, blocks=goldens.dims["vit"]["depth"], final_norm=True)
    stored, wanted = goldens.tensors("a2_vit_ln", "in"), goldens.tensors("a2_vit_ln", "out")
    assert stored
    for name, pixels in stored.items():
        found = output(whole, weights, enlarged(pixels, goldens.case("a2_vit_ln")["upsample"]))
        agree(found, wanted.pop(name.replace("_lowres", "")), name)
    assert not wanted


def test_position_tables_of_the_stored_networks(goldens: Goldens, size: VisionSize) -> None:
    from baselines.videochat2.vision_encoder import position_table

    stride = int(re.search(r"::(\d+)", goldens.case("a_vit")["pos_rows"])[1])  # type: ignore[index]
    wanted = {name: table for name, table in goldens.tensors("a_vit", "out").items() if "pos_embed" in name}
    assert wanted
    for name, table in wanted.items():
        pixels = int(re.search(r"img(\d+)", name)[1])  # type: ignore[index]
        frames = re.search(r"_T(\d+)", name)
        found = position_table(size, frames=int(frames[1]) if frames else 1, side=pixels // size.patch)
        agree(found[:, :: stride if name.endswith("_rows") else 1], table, name)


def test_position_tables_at_full_width(goldens: Goldens, size: VisionSize) -> None:
    """Whole tables by their sums, whose float32 terms are within 1e-7 of the original's, and rows value by value."""
    import torch

    from baselines.videochat2.vision_encoder import position_table

    rows = goldens.tensors("b_sinusoid_full", "out")
    tables = goldens.case("b_sinusoid_full")["tables"]
    assert set(rows) == set(tables)
    for name, wanted in tables.items():
        frames, pixels = map(int, re.findall(r"_(?:T|res)(\d+)", name))
        wide = replace(size, width=wanted["shape"][2])
        table = position_table(wide, frames=frames, side=pixels // size.patch)
        assert list(table.shape) == wanted["shape"], name
        agree(table[0, wanted["rows"]], rows[name], name)
        exact = table.double().unflatten(1, (frames, -1))[0]  # (T, N, D)
        place = torch.arange(1, exact.shape[1] + 1, dtype=torch.float64)
        found = {
            "sum": exact.sum().item(),
            "abs_sum": exact.abs().sum().item(),
            "sq_sum": exact.square().sum().item(),
            "per_frame_sum": exact.sum((1, 2)).tolist(),
            "per_frame_weighted": (exact.sum(2) @ place).tolist(),
        }
        assert set(found) == set(wanted) - {"shape", "rows"}, name
        for kind, value in found.items():
            assert value == pytest.approx(wanted[kind], rel=1e-7), f"{name}: {kind}"
