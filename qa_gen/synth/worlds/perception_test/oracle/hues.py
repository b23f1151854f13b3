"""Which pixels have one of the strong colours that things of interest are painted in."""

from __future__ import annotations

from qa_gen.synth.drawing.colours import PALETTE
from qa_gen.synth.seeing import Mask, hue_of, hues_of
from qa_gen.synth.world import RGB
from qa_gen.synth.worlds.perception_test.stage import HUES

TOLERANCE, LEAST_SATURATION, LEAST_VALUE = 14.0, 0.42, 50
"""The first in degrees."""


def masks(frames: RGB) -> dict[str, Mask]:
    """`(T, H, W)` for each hue, by its name."""
    hues = hues_of(frames)
    strong = hues.strong(share=LEAST_SATURATION) & (hues.largest >= LEAST_VALUE)
    return {name: strong & hues.near(hue_of(PALETTE[name]), TOLERANCE) for name in HUES}
