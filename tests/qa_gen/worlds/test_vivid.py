"""Strong colours are seen, and nothing else is taken for one."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_gen.synth.drawing import grounds
from qa_gen.synth.drawing.colours import PALETTE, Colour, darker, lighter
from qa_gen.synth.drawing.dress import LEGS, SHOES, TOPS
from qa_gen.synth.drawing.figure import SKINS as FIGURE_SKINS
from qa_gen.synth.drawing.hand import SKINS, SLEEVES
from qa_gen.synth.vivid import COOL, WARM, cool, share_of_first, spots, strong, trend, warm


def flat(colour: Colour) -> np.ndarray:
    return np.full((1, 8, 8, 3), colour, np.uint8)


@pytest.mark.parametrize("name", WARM + COOL)
def test_strong_colours_are_warm_or_cool_also_in_light_and_shade(name: str) -> None:
    for colour in (PALETTE[name], darker(PALETTE[name], 0.3), lighter(PALETTE[name], 0.2)):
        assert warm(flat(colour)).all() == (name in WARM)
        assert cool(flat(colour)).all() == (name in COOL)
        assert strong(flat(colour)).all()


@pytest.mark.parametrize("colour", [*SKINS, *FIGURE_SKINS, *SLEEVES, *TOPS, LEGS, SHOES])
def test_skin_and_plain_clothes_are_no_strong_colours(colour: Colour) -> None:
    for shade in (colour, darker(colour, 0.2), lighter(colour, 0.1)):
        assert not strong(flat(shade)).any()


@pytest.mark.parametrize("draw", [grounds.table, grounds.room, grounds.outdoors])
def test_grounds_hold_no_strong_colours(draw) -> None:
    for seed in range(8):
        assert strong(draw(Random(seed), 256, 256)[None]).mean() < 0.001


def test_spots_measure_a_rectangle_and_say_nothing_of_an_empty_frame() -> None:
    mask = np.zeros((2, 50, 60), bool)
    mask[0, 10:30, 5:45] = True
    found = spots(mask)
    assert found.area.tolist() == [800, 0]
    assert (found.left[0], found.right[0], found.top[0], found.bottom[0]) == (5, 45, 10, 30)
    assert (found.x[0], found.y[0], found.width[0], found.height[0]) == (24.5, 19.5, 40, 20)
    assert np.isnan([found.x[1], found.left[1], found.bottom[1]]).all()


@given(st.floats(-50, 50), st.floats(-50, 50), st.sets(st.integers(0, 15), max_size=14))
def test_trend_finds_the_rise_of_a_line_whatever_is_missing(start: float, rise: float, missing: set[int]) -> None:
    values = start + rise * np.linspace(0, 1, 16)
    values[list(missing)] = np.nan
    assert trend(values) == pytest.approx(rise, abs=1e-6)


def test_trend_of_fewer_than_two_values_is_flat() -> None:
    assert trend(np.array([np.nan, 3.0, np.nan])) == 0.0


def test_shares_are_parts_of_the_largest_value() -> None:
    assert share_of_first(np.array([0.0, 50.0, 200.0])).tolist() == [0.0, 0.25, 1.0]
    assert share_of_first(np.zeros(3)).tolist() == [0.0, 0.0, 0.0]
