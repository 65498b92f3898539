"""Place labels next to points so that they do not overlap and cover as few marks as possible."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_CHARACTER, _LINE = 6.4, 14.0  # size of a character at 11 px, with some room for wider fonts
_COVERED = 12.0  # cost of covering a mark, in pixels of extra distance
_FURTHEST = 7  # lines


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Return whether the two boxes overlap."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def nearest(self, x: float, y: float) -> tuple[float, float]:
        """Return the point in the box that is nearest to a given point."""
        return min(max(x, self.left), self.right), min(max(y, self.top), self.bottom)

    def distance(self, x: float, y: float) -> float:
        """Return the distance between the box and a point."""
        return math.dist((x, y), self.nearest(x, y))

    def inside(self, other: Box) -> bool:
        """Return whether the box is inside another box."""
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.top >= other.top
            and self.bottom <= other.bottom
        )


def around(x: float, y: float, radius: float) -> Box:
    """Return the bounding box of a mark."""
    return Box(x - radius, y - radius, x + radius, y + radius)


def text_box(text: str, x: float, y: float) -> Box:
    """Return the bounding box of text that starts at x and is vertically centered at y."""
    return Box(x, y - _LINE / 2, x + _CHARACTER * len(text), y + _LINE / 2)


def place(
    text: str, x: float, y: float, *, taken: Sequence[Box], marks: Sequence[Box], plot: Box, gap: float = 9
) -> Box | None:
    """Return the position of a point's label.

    Parameters
    ----------
    text
        The label.
    x, y
        The point.
    taken
        Boxes that the label must not overlap.
    marks
        Boxes that the label should not cover.
    plot
        Area in which the label must stay.
    gap
        Distance between the point and the label.

    Returns
    -------
    Box or None
        A free position close to the point that covers few marks; None if no position is free.
    """
    boxes = [text_box(text, left, middle) for left, middle in _places(x, y, _CHARACTER * len(text), gap)]
    free = [box for box in boxes if box.inside(plot) and not any(box.meets(other) for other in taken)]

    def cost(box: Box) -> float:
        return max(box.distance(x, y), gap) + _COVERED * sum(box.meets(mark) for mark in marks)

    return min(free, key=cost, default=None)


def _places(x: float, y: float, width: float, gap: float) -> Iterator[tuple[float, float]]:
    """Yield candidate positions (left edge and vertical center) for a label, starting next to the point."""
    for line in range(_FURTHEST + 1):
        for middle in {y + line * _LINE, y - line * _LINE}:
            yield x + gap, middle
            yield x - gap - width, middle
            if line:
                yield x - width / 2, middle
                yield x + gap + 2 * line * gap, middle
                yield x - gap - 2 * line * gap - width, middle
