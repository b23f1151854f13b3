"""A page of frames: every frame is on it, where its row says."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import ImageFont

from qa_gen.synth.sheet import MAT, PAPER, contact_sheet, fitted, wrapped
from qa_gen.synth.world import RGB

RED, GREEN, BLUE = (220, 30, 30), (30, 160, 60), (30, 60, 220)


def plain(colour: tuple[int, int, int], *, width: int = 32, height: int = 24) -> RGB:
    return np.full((height, width, 3), colour, np.uint8)


def test_a_row_shows_its_frames_from_left_to_right_below_the_row_before() -> None:
    rows = [("One", [plain(RED), plain(GREEN)]), ("Two", [plain(BLUE)])]
    page = np.asarray(contact_sheet(rows, cell=(32, 24)))
    middles = {}
    for colour in (RED, GREEN, BLUE):
        ys, xs = np.nonzero((page == colour).all(axis=2))
        assert len(ys) == 32 * 24
        middles[colour] = xs.mean(), ys.mean()
    assert middles[RED][1] == middles[GREEN][1] < middles[BLUE][1]
    assert middles[RED][0] == middles[BLUE][0] < middles[GREEN][0]


def test_titles_are_written_left_of_the_frames() -> None:
    untitled = np.asarray(contact_sheet([("", [plain(RED)])], cell=(80, 60)))
    titled = np.asarray(contact_sheet([("Moving direction", [plain(RED)])], cell=(80, 60)))
    _, columns = np.nonzero((titled != untitled).any(axis=2))
    assert columns.size
    assert columns.max() < np.nonzero((titled == RED).all(axis=2))[1].min()


def test_long_titles_go_over_several_lines_and_lose_no_word() -> None:
    font = ImageFont.load_default(15)
    title = "Action sequence after an anchor, extraordinarilylongwordinthemiddle at the end"
    lines = wrapped(title, width=120, font=font)
    assert " ".join(lines) == title
    assert all(font.getlength(line) <= 120 or " " not in line for line in lines)
    assert len(lines) > 3


@pytest.mark.parametrize(("width", "height"), [(64, 24), (24, 64), (7, 5), (640, 480)])
def test_a_frame_of_another_shape_is_fitted_whole_and_keeps_its_shape(width: int, height: int) -> None:
    cell = np.asarray(fitted(plain(RED, width=width, height=height), (32, 24)))
    assert cell.shape == (24, 32, 3)
    inside = (cell == RED).all(axis=2)
    assert (cell[~inside] == MAT).all()
    rows, columns = inside.any(axis=1).sum(), inside.any(axis=0).sum()
    assert rows == 24 or columns == 32
    assert columns / rows == pytest.approx(width / height, rel=0.08)


def test_rows_of_different_length_stand_on_one_page() -> None:
    page = np.asarray(contact_sheet([("a", []), ("b", [plain(RED)] * 6)], cell=(32, 24)))
    assert (page == RED).all(axis=2).sum() == 6 * 32 * 24
    assert (page[:, -1] == PAPER).all()


def test_a_page_without_rows_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one row"):
        contact_sheet([])
