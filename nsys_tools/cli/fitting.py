"""Texts and columns that fit a width. What is too long keeps its beginning and its end; numbers stay whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ELLIPSIS = "…"
GAP = 2  # between columns
_LEAST = 20  # what a text is cut to before columns are left out
_CUT = 2  # texts that are cut while there are columns that do not fit


def cells(text: str) -> int:
    """Return how many cells of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def cut(text: str, width: int, mark: str = ELLIPSIS) -> str:
    """Return a text of at most `width` cells; in the middle of a longer one stands a mark."""
    if cells(text) <= width:
        return text
    room = width - cells(mark)
    if room < 1:
        return mark[: max(width, 0)]
    end = _first(reversed(text), room // 2)[::-1]
    return _first(text, room - cells(end)) + mark + end


def _first(characters: Iterable[str], width: int) -> str:
    """Return the first characters, as many as fit."""
    found, left = [], width
    for character in characters:
        left -= cells(character)
        if left < 0:
            break
        found.append(character)
    return "".join(found)


@dataclass(frozen=True)
class Need:
    """What a column needs.

    Attributes
    ----------
    cells
        The width of its widest cell.
    title
        Its title; a narrow column has that in several lines, broken after ``_``.
    unit
        The line below the title.
    is_fixed
        Whether its cells are never cut, as those of numbers.
    """

    cells: int
    title: str
    unit: str
    is_fixed: bool

    def folded(self) -> int:
        """Return the least width of the head."""
        return max([*map(cells, parts(self.title)), cells(self.unit)])

    def wide(self) -> int:
        """Return the width with all in one line."""
        return max(self.cells, cells(self.title), cells(self.unit))

    def narrow(self) -> int:
        """Return the width with nothing cut, the title in several lines."""
        return max(self.cells, self.folded())


def fitted(needs: Sequence[Need], width: int) -> dict[int, int]:
    """Return the widths of the columns that fit side by side, by their places; one at least.

    Titles are folded first, then texts are cut, the widest first; then columns are left out: from the right, or, where
    that shows more columns, first the texts that would be cut besides two others.
    """
    for widths in ([need.wide() for need in needs], [need.narrow() for need in needs]):
        if sum(widths) + GAP * (len(widths) - 1) <= width:
            return dict(enumerate(widths))
    least = max(8, min(_LEAST, width // 4))
    cut_ones = [place for place, need in enumerate(needs) if not need.is_fixed and need.narrow() > least]
    all_places = list(range(len(needs)))
    some_places = [place for place in all_places if place not in cut_ones[_CUT:]]
    found = [_from_left(needs, places, width, least) for places in (all_places, some_places)]
    return max(found, key=len)


def _from_left(needs: Sequence[Need], places: Sequence[int], width: int, least: int) -> dict[int, int]:
    """Return the widths of as many of the first columns as fit, by their places."""
    for count in range(len(places), 0, -1):
        shown = [needs[place] for place in places[:count]]
        room = width - GAP * (count - 1)
        leasts = [need.narrow() if need.is_fixed else min(need.narrow(), max(need.folded(), least)) for need in shown]
        if sum(leasts) <= room:
            return dict(zip(places, _levelled([need.narrow() for need in shown], leasts, room), strict=False))
    return {place: min(needs[place].narrow(), width) for place in places[:1]}


def _levelled(wanted: Sequence[int], leasts: Sequence[int], room: int) -> list[int]:
    """Return widths between the least and the wanted ones: what is above one common level is cut to it."""
    for level in range(room, 0, -1):
        widths = [max(least, min(want, level)) for want, least in zip(wanted, leasts, strict=True)]
        if sum(widths) <= room:
            return widths
    return list(leasts)


def parts(title: str) -> list[str]:
    """Return what a title can be broken into: words, and parts that end in ``_``."""
    return title.replace("_", "_ ").split() or [""]


def folded(title: str, width: int) -> list[str]:
    """Return a title as lines of at most `width` cells, if its parts fit."""
    lines = [""]
    for part in parts(title):
        gap = " " if lines[-1] and not lines[-1].endswith("_") else ""
        if lines[-1] and cells(lines[-1] + gap + part) > width:
            lines.append(part)
        else:
            lines[-1] += gap + part
    return lines
