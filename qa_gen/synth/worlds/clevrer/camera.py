"""Where a place on the plane is in the picture: the source's camera, which never moves.

The fit is the finer one known for CLEVRER: +y goes right, +x goes down and a little right, and nothing shrinks with
distance.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

WIDTH, HEIGHT = 480, 320
CROP_LEFT, CROP_RIGHT = 80, 400
"""What lies outside these columns is cut away before a model sees it."""

PIXELS_PER_X = (0.0589 * WIDTH, 0.1562 * HEIGHT)
PIXELS_PER_Y = (0.2286 * WIDTH, 0.0105 * HEIGHT)
ORIGIN = (0.485 * WIDTH, 0.4506 * HEIGHT)
PIXELS_PER_Z = 97.6
"""Upwards. It follows from the tilt of the plane: a circle on it is 0.457 times as high as wide."""

DETERMINANT = PIXELS_PER_X[0] * PIXELS_PER_Y[1] - PIXELS_PER_X[1] * PIXELS_PER_Y[0]

Point = tuple[float, float]


def seen_at(x: float, y: float) -> Point:
    """Pixel (column, row) of the centre of a thing at (x, y) on the plane.

    >>> [round(value, 1) for value in seen_at(0.0, 0.0)], [round(value, 1) for value in seen_at(1.0, 0.0)]
    ([232.8, 144.2], [261.1, 194.2])
    """
    return (
        ORIGIN[0] + PIXELS_PER_X[0] * x + PIXELS_PER_Y[0] * y,
        ORIGIN[1] + PIXELS_PER_X[1] * x + PIXELS_PER_Y[1] * y,
    )


def all_seen_at(places: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """`seen_at` of many: (x, y) -> (column, row) along the last axis."""
    return np.asarray(places @ np.array([PIXELS_PER_X, PIXELS_PER_Y]) + np.array(ORIGIN))


def place_of(column: float, row: float) -> Point:
    """The place (x, y) on the plane of a thing whose centre is seen at a pixel: `seen_at` backwards."""
    right, down = column - ORIGIN[0], row - ORIGIN[1]
    return (
        (right * PIXELS_PER_Y[1] - down * PIXELS_PER_Y[0]) / DETERMINANT,
        (down * PIXELS_PER_X[0] - right * PIXELS_PER_X[1]) / DETERMINANT,
    )
