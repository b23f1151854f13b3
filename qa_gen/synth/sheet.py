"""Rows of frames on one page, so that a person sees at a glance what was made."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from PIL import Image, ImageDraw, ImageFont

from qa_gen.synth.world import RGB

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

PAPER, INK, RULE, MAT = (251, 250, 247), (52, 54, 60), (226, 223, 216), (238, 236, 230)
MARGIN, GAP, LEADING, TEXT_SIZE = 24, 8, 1.35, 15
TITLE_SHARE = 1.1
"""Width of the titles, in cells: longer ones go over several lines."""


def contact_sheet(rows: Sequence[tuple[str, Sequence[RGB]]], *, cell: tuple[int, int] = (176, 132)) -> Image.Image:
    """A page with one row for each title: the title at the left, its frames beside it, all in cells of (width, height).

    A frame of another shape is fitted into its cell whole. Raises ValueError without rows.
    """
    if not rows:
        raise ValueError("a contact sheet has at least one row")
    width, height = cell
    titles = round(width * TITLE_SHARE)
    columns = max(len(frames) for _, frames in rows)
    font = ImageFont.load_default(TEXT_SIZE)
    size = (2 * MARGIN + titles + columns * (width + GAP), 2 * MARGIN + len(rows) * (height + GAP) - GAP)
    page = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(page)
    for row, (title, frames) in enumerate(rows):
        top = MARGIN + row * (height + GAP)
        if row:
            draw.line((MARGIN, top - GAP // 2, MARGIN + titles - GAP, top - GAP // 2), fill=RULE)
        write(draw, wrapped(title, width=titles - 2 * GAP, font=font), font, left=MARGIN, middle=top + height / 2)
        for column, frame in enumerate(frames):
            left = MARGIN + titles + column * (width + GAP) + GAP
            page.paste(fitted(frame, cell), (left, top))
    return page


def fitted(frame: RGB, cell: tuple[int, int]) -> Image.Image:
    """The whole frame, as large as the cell allows, in its middle."""
    image = Image.fromarray(frame)
    scale = min(cell[0] / image.width, cell[1] / image.height)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    mat = Image.new("RGB", cell, MAT)
    mat.paste(image.resize(size, Image.Resampling.LANCZOS), ((cell[0] - size[0]) // 2, (cell[1] - size[1]) // 2))
    return mat


def wrapped(text: str, *, width: float, font: Font) -> list[str]:
    """The words in lines that are no wider than this, in pixels; a longer word has a line of its own."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def write(draw: ImageDraw.ImageDraw, lines: Iterable[str], font: Font, *, left: float, middle: float) -> None:
    lines = list(lines)
    step = math.ceil(TEXT_SIZE * LEADING)
    for index, line in enumerate(lines):
        draw.text((left, middle + (index - (len(lines) - 1) / 2) * step), line, fill=INK, font=font, anchor="lm")
