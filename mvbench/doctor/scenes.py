"""A large number on a coloured screen: what a model that can read anything at all reads at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

WIDTH, HEIGHT = 448, 336
SIZE = 250
"""Of the number, in pixels: the centre square that most models get holds it whole."""

Colour = tuple[int, int, int]
DARK: Colour = (16, 16, 20)
LIGHT: Colour = (250, 250, 250)


@dataclass(frozen=True, slots=True)
class Scene:
    """One screen, called by its colour and its number: either of them is enough to tell it from the others."""

    name: str
    screen: Colour
    ink: Colour

    @property
    def number(self) -> str:
        return self.name.rpartition(" ")[2]

    def drawn(self) -> npt.NDArray[np.uint8]:
        """The picture, uint8 `(336, 448, 3)`."""
        import numpy as np
        from PIL import Image, ImageDraw, ImageFont

        image = Image.new("RGB", (WIDTH, HEIGHT), self.screen)
        font = ImageFont.load_default(SIZE)
        ImageDraw.Draw(image).text(
            (WIDTH / 2, HEIGHT / 2), self.number, self.ink, font=font, anchor="mm", stroke_width=6, stroke_fill=self.ink
        )
        return np.array(image)


GROUND = Scene("gray 0", (128, 128, 128), DARK)
"""What is on the screen before and after a moment that is asked about."""

SCENES = (
    Scene("red 3", (214, 30, 36), LIGHT),
    Scene("green 8", (24, 150, 60), LIGHT),
    Scene("blue 5", (28, 72, 210), LIGHT),
    Scene("yellow 2", (250, 214, 30), DARK),
    Scene("white 7", (250, 250, 250), DARK),
    Scene("black 4", (12, 12, 14), LIGHT),
    Scene("purple 1", (130, 50, 170), LIGHT),
    Scene("orange 9", (245, 130, 20), DARK),
)
"""No number but 9 looks like another one when it is turned, and there is no 6."""

BY_NAME = {scene.name: scene for scene in (*SCENES, GROUND)}
