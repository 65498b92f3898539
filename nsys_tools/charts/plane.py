"""A plane with two logarithmic axes and known pixel positions, so that labels can be placed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import altair as alt

from nsys_tools.charts.labels import Box, around, text_box
from nsys_tools.charts.style import INK, data

Align = Literal["left", "center", "right"]


@dataclass(frozen=True)
class Plane:
    """Two axes with their ranges.

    Attributes
    ----------
    size
        Width and height in pixels.
    x, y
        Lowest and highest value of each axis.
    """

    size: tuple[float, float]
    x: tuple[float, float]
    y: tuple[float, float]

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return the pixel position of a point."""
        across, up = (math.log(value / low) / math.log(high / low) for value, (low, high) in ((x, self.x), (y, self.y)))
        return across * self.size[0], (1 - up) * self.size[1]

    def back(self, across: float, down: float) -> tuple[float, float]:
        """Return the point at a pixel position."""
        (left, right), (low, high) = self.x, self.y
        return left * (right / left) ** (across / self.size[0]), low * (high / low) ** (1 - down / self.size[1])

    @property
    def slope(self) -> float:
        """Angle in degrees of a line on which y is proportional to x."""
        across, up = (
            size / math.log(high / low) for size, (low, high) in zip(self.size, (self.x, self.y), strict=True)
        )
        return math.degrees(math.atan2(up, across))

    def along(self, line: Sequence[tuple[float, float]]) -> list[Box]:
        """Return small boxes that together cover a line."""
        boxes = []
        for (x, y), (to_x, to_y) in pairwise(self.at(*corner) for corner in line):
            steps = max(1, int(math.hypot(to_x - x, to_y - y) / 8))
            boxes += [around(x + (to_x - x) * n / steps, y + (to_y - y) * n / steps, 3) for n in range(steps + 1)]
        return boxes

    def channels(self, x_title: str, y_title: str, y_labels: str) -> tuple[alt.X, alt.Y]:
        """Return the ``x`` and ``y`` channels, with a grid line at each power of ten."""

        def powers(low: float, high: float) -> list[float]:
            return [10.0**n for n in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)]

        return (
            alt.X(
                "x:Q", scale=alt.Scale(type="log", domain=list(self.x), nice=False),
                axis=alt.Axis(values=powers(*self.x), labelExpr="format(datum.value, ',~g')", title=x_title),
            ),
            alt.Y(
                "y:Q", scale=alt.Scale(type="log", domain=list(self.y), nice=False),
                axis=alt.Axis(values=powers(*self.y), labelExpr=y_labels, title=y_title),
            ),
        )  # fmt: skip


@dataclass(frozen=True)
class Words:
    """Text at a point, shifted by dx and dy pixels, then rotated counterclockwise by `angle` degrees."""

    text: str
    x: float
    y: float
    align: Align
    dx: float
    dy: float
    angle: float = 0
    bold: bool = False

    def boxes(self, plane: Plane) -> list[Box]:
        """Return the boxes of the characters."""
        (x, y), turn = plane.at(self.x, self.y), math.radians(self.angle)
        start = self.dx - text_box(self.text, 0, 0).right * {"left": 0, "center": 0.5, "right": 1}[self.align]
        places = [start + text_box(self.text[:n], 0, 0).right for n in range(len(self.text) + 1)]
        return [
            around(
                x + along * math.cos(turn) + self.dy * math.sin(turn),
                y - along * math.sin(turn) + self.dy * math.cos(turn),
                7,
            )
            for along in places
        ]

    def drawn(self, x: alt.X, y: alt.Y) -> list[alt.Chart]:
        """Return the text as layers, with a white halo over the marks below it."""
        base = alt.Chart(data([{"x": self.x, "y": self.y, "text": self.text}])).encode(x=x, y=y, text="text:N")
        return [
            base.mark_text(
                align=self.align, dx=self.dx, dy=self.dy, angle=-self.angle % 360, fontSize=11, color=color,
                fontWeight="bold" if self.bold else "normal", stroke=rim, strokeWidth=3 if rim else 0,
            )
            for color, rim in (("white", "white"), (INK, None))
        ]  # fmt: skip
