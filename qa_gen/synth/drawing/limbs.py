"""A canvas in heights of a figure, and the round shapes a body is made of, lit from the upper left."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from PIL import Image, ImageDraw

from qa_gen.synth.drawing.colours import Colour, darker

Circle = tuple[float, float, float]
"""x to the right, y up, radius."""

SCALE = 4
LARGE_SCALE = 3
LARGE = 140
"""Pixels of height above which three times the size is fine enough."""

CORNERS = tuple((math.cos(2 * math.pi * i / 10), math.sin(2 * math.pi * i / 10)) for i in range(10))


class Canvas:
    """Draws at several times the size; `small` is the finished picture."""

    def __init__(self, *, left: float, top: float, right: float, bottom: float, height: int) -> None:
        self.scale = SCALE if height < LARGE else LARGE_SCALE
        self.zoom = height * self.scale
        self.left, self.top = left, top
        size = [max(1, math.ceil(length * height)) * self.scale for length in (right - left, top - bottom)]
        self.image = Image.new("RGBA", (size[0], size[1]), (0, 0, 0, 0))
        self.draw = ImageDraw.Draw(self.image)

    def small(self) -> Image.Image:
        """With colours multiplied by alpha. All drawn is solid, so what is not drawn is black already."""
        return Image.frombytes("RGBa", self.image.size, self.image.tobytes()).reduce(self.scale)

    def limb(self, circles: Sequence[Circle], colour: Colour, *, shade: float = 0.3) -> None:
        """Through all circles in turn, with a dark rim away from the light."""
        self.chain(circles, darker(colour, shade))
        self.chain([(x - 0.17 * r, y + 0.17 * r, 0.8 * r) for x, y, r in circles], colour)

    def body(self, circles: Sequence[Circle], colour: Colour, *, shade: float = 0.3) -> None:
        """The shape that a band around all circles has, with a dark rim away from the light."""
        self.hull(circles, darker(colour, shade))
        self.hull([(x - 0.14 * r, y + 0.17 * r, 0.8 * r) for x, y, r in circles], colour)

    def chain(self, circles: Sequence[Circle], colour: Colour) -> None:
        for x, y, r in circles:
            self.disc(x, y, r, colour)
        for first, second in pairwise(circles):
            self.bridge(first, second, colour)

    def bridge(self, first: Circle, second: Circle, colour: Colour) -> None:
        """The four-cornered part between two circles."""
        (ax, ay, ar), (bx, by, br) = first, second
        length = math.hypot(bx - ax, by - ay)
        if length < 1e-6:
            return
        nx, ny = (ay - by) / length, (bx - ax) / length
        corners = ((ax + nx * ar, ay + ny * ar), (bx + nx * br, by + ny * br),
                   (bx - nx * br, by - ny * br), (ax - nx * ar, ay - ny * ar))  # fmt: skip
        self.polygon(corners, colour)

    def hull(self, circles: Sequence[Circle], colour: Colour) -> None:
        self.polygon(convex([(x + cos * r, y + sin * r) for x, y, r in circles for cos, sin in CORNERS]), colour)

    def disc(self, x: float, y: float, radius: float, colour: Colour, *, flat: float = 1.0) -> None:
        """A circle, or with `flat` below 1 an ellipse that is lower than wide."""
        x, y, r = (x - self.left) * self.zoom, (self.top - y) * self.zoom, radius * self.zoom
        self.draw.ellipse((x - r, y - r * flat, x + r, y + r * flat), fill=colour)

    def cap(self, circle: Circle, towards: float, half: float, colour: Colour) -> None:
        """The part of a circle beyond a straight line: `half` degrees to both sides of a direction, 90 being up."""
        x, y, r = (circle[0] - self.left) * self.zoom, (self.top - circle[1]) * self.zoom, circle[2] * self.zoom
        self.draw.chord((x - r, y - r, x + r, y + r), -towards - half, -towards + half, fill=colour)

    def line(self, ends: Sequence[tuple[float, float]], width: float, colour: Colour) -> None:
        places = [((x - self.left) * self.zoom, (self.top - y) * self.zoom) for x, y in ends]
        self.draw.line(places, fill=colour, width=max(1, round(width * self.zoom)), joint="curve")

    def polygon(self, corners: Sequence[tuple[float, float]], colour: Colour) -> None:
        left, top, zoom = self.left, self.top, self.zoom
        self.draw.polygon([((x - left) * zoom, (top - y) * zoom) for x, y in corners], fill=colour)


def convex(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Corners of the smallest convex shape around the points, in turn."""
    points = sorted(points)
    return half_hull(points) + half_hull(points[::-1])


def half_hull(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    hull: list[tuple[float, float]] = []
    for x, y in points:
        while len(hull) > 1:
            (ax, ay), (bx, by) = hull[-2], hull[-1]
            if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                break
            hull.pop()
        hull.append((x, y))
    return hull[:-1]
