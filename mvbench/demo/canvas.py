"""Shapes and letters on a small picture, and the frame number along its lower edge."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Colour = tuple[int, int, int]
Point = tuple[float, float]

WIDTH, HEIGHT = 192, 144
FLOOR = 132
"""Scenes are drawn above this line, the frame number below it."""
LEFT, RIGHT = (WIDTH - HEIGHT) // 2, (WIDTH + HEIGHT) // 2
"""The columns that a centre crop keeps. What a question asks about happens between them."""
MIDDLE = WIDTH / 2

BITS = 12
BLOCK = HEIGHT // BITS
SMOOTHNESS = 2

COLOURS: dict[str, Colour] = {
    "red": (214, 64, 56),
    "orange": (236, 146, 50),
    "yellow": (240, 205, 70),
    "green": (74, 160, 84),
    "cyan": (70, 190, 200),
    "blue": (58, 104, 200),
    "purple": (142, 80, 176),
    "brown": (138, 94, 60),
    "gray": (140, 144, 150),
}
PAPER: Colour = (240, 236, 226)
INK: Colour = (44, 46, 54)


class Canvas:
    """A picture of 192 x 144 pixels; x grows to the right, y downwards, both may be fractions of a pixel.

    It is drawn larger and averaged down, which is what makes edges and slow motion smooth.
    """

    def __init__(self) -> None:
        from PIL import Image, ImageDraw

        self._image = Image.new("RGB", (WIDTH * SMOOTHNESS, HEIGHT * SMOOTHNESS), PAPER)
        self._draw = ImageDraw.Draw(self._image)

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        if right > left and bottom > top:
            self._draw.rectangle([left * SMOOTHNESS, top * SMOOTHNESS, right * SMOOTHNESS, bottom * SMOOTHNESS], colour)

    def oval(self, x: float, y: float, radius: float, colour: Colour, *, height: float | None = None) -> None:
        """A disc, or an ellipse when `height`, its other radius, is given."""
        tall = radius if height is None else height
        corners = [x - radius, y - tall, x + radius, y + tall]
        self._draw.ellipse([corner * SMOOTHNESS for corner in corners], colour)

    def polygon(self, points: Iterable[Point], colour: Colour) -> None:
        self._draw.polygon([(x * SMOOTHNESS, y * SMOOTHNESS) for x, y in points], colour)

    def line(self, points: Iterable[Point], colour: Colour = INK, *, width: float = 2) -> None:
        path = [(x * SMOOTHNESS, y * SMOOTHNESS) for x, y in points]
        self._draw.line(path, colour, round(width * SMOOTHNESS), joint="curve")

    def letter(self, x: float, y: float, text: str, *, size: float, colour: Colour = INK) -> None:
        from PIL import ImageFont

        font = ImageFont.load_default(size * SMOOTHNESS)
        self._draw.text((x * SMOOTHNESS, y * SMOOTHNESS), text, colour, font=font, anchor="mm")

    def shift(self, dx: float, other: Canvas) -> None:
        """Slide this picture sideways by `dx` and let `other` follow it in, as when a camera turns."""
        pixels = round(dx * SMOOTHNESS)
        behind = pixels + (-1 if pixels > 0 else 1) * self._image.width
        old = self._image.copy()
        self._image.paste(old, (pixels, 0))
        self._image.paste(other._image, (behind, 0))

    def finished(self, number: int) -> npt.NDArray[np.uint8]:
        """The picture as uint8 `(H, W, 3)`, with its frame number."""
        import numpy as np

        rgb = np.array(self._image.reduce(SMOOTHNESS))
        write_frame_number(rgb, number)
        return rgb


def blend(first: Colour, second: Colour, share: float) -> Colour:
    """`first` at share 0, `second` at share 1."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def light(colour: Colour, share: float = 0.35) -> Colour:
    return blend(colour, (255, 255, 255), share)


def dark(colour: Colour, share: float = 0.35) -> Colour:
    return blend(colour, (0, 0, 0), share)


def write_frame_number(rgb: npt.NDArray[np.uint8], number: int) -> None:
    """Write `number` into the lower edge of uint8 `(144, 192, 3)`, in place.

    Twelve blocks lie side by side below the centre square, white for 1 and black for 0: eleven binary digits, the
    highest first, and one that makes the count of white blocks odd, so that a black edge is no number.
    """
    assert 0 <= number < 2 ** (BITS - 1), number
    digits = [number >> place & 1 for place in reversed(range(BITS - 1))]
    rgb[FLOOR:] = 0
    for place, digit in enumerate([*digits, 1 - sum(digits) % 2]):
        left = LEFT + place * BLOCK
        rgb[FLOOR:, left : left + BLOCK] = 255 * digit


def read_frame_number(rgb: npt.NDArray[np.uint8]) -> int:
    """The number in the lower edge of one demo frame, uint8 `(H, W, 3)` of any size, centre-cropped or whole.

    Raises ValueError when there is none to read.
    """
    height, width = rgb.shape[:2]
    side = min(height, width)
    block = side / BITS
    left = (width - side) / 2
    digits = []
    for place in range(BITS):
        x, y = round(left + (place + 0.5) * block), round(height - block / 2)
        reach = max(1, round(block / 6))
        brightness = float(rgb[y - reach : y + reach, x - reach : x + reach].mean())
        if 80 < brightness < 175:
            raise ValueError(f"block {place} of the frame number is neither black nor white ({brightness:.0f} of 255)")
        digits.append(brightness > 127)
    if sum(digits) % 2 == 0:
        raise ValueError("the lower edge holds no frame number: its count of white blocks is even")
    return int("".join("01"[digit] for digit in digits[:-1]), 2)
