"""People in clothes that do not catch the eye, so that strong colours are left to what matters."""

from __future__ import annotations

from dataclasses import replace

from qa_gen.synth.drawing.colours import Colour
from qa_gen.synth.drawing.figure import Look

TOPS: tuple[Colour, ...] = ((120, 116, 112), (92, 98, 112), (150, 140, 128), (70, 72, 80), (196, 192, 184))
LEGS: Colour = (76, 78, 84)
SHOES: Colour = (44, 40, 40)


def plain(look: Look) -> Look:
    """The same person, always in the same muted clothes."""
    return replace(look, top=TOPS[sum(look.top) % len(TOPS)], legs=LEGS, shoes=SHOES)


def dressed_in(look: Look, top: Colour, legs: Colour = LEGS) -> Look:
    """The same person, without a cap, in a top of this colour."""
    return replace(look, top=top, legs=legs, shoes=SHOES, style="short" if look.style == "cap" else look.style)
