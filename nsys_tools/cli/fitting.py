"""Fitting text and columns into a width. Long text is truncated in the middle; numbers are never truncated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ELLIPSIS = "…"
GAP = 2  # between columns
_LEAST = 20  # text is truncated to this width before columns are left out
_CUT = 2  # text columns that stay, truncated, when not all columns fit


def cells(text: str) -> int:
    """Return the number of terminal cells that a text occupies."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def cut(text: str, width: int, mark: str = ELLIPSIS) -> str:
    """Return a text of at most `width` cells; a longer text is truncated in the middle, with a mark there."""
    if cells(text) <= width:
        return text
    room = width - cells(mark)
    if room < 1:
        return mark[: max(width, 0)]
    end = _first(reversed(text), room // 2)[::-1]
    return _first(text, room - cells(end)) + mark + end


def _first(characters: Iterable[str], width: int) -> str:
    """Return as many of the first characters as fit."""
    found, left = [], width
    for character in characters:
        left -= cells(character)
        if left < 0:
            break
        found.append(character)
    return "".join(found)


@dataclass(frozen=True)
class Need:
    """The space that a column needs.

    Attributes
    ----------
    cells
        The width of its widest cell.
    title
        Its title; in a narrow column the title takes several lines, broken after ``_``.
    unit
        The line below the title.
    is_fixed
        Whether its cells are never truncated, like those of numbers.
    is_spare
        Whether it is left out before any cell is truncated, like a kernel name next to the kernel label.
    """

    cells: int
    title: str
    unit: str
    is_fixed: bool
    is_spare: bool = False

    def folded(self) -> int:
        """Return the minimum width of the header."""
        return max([*map(cells, parts(self.title)), cells(self.unit)])

    def wide(self) -> int:
        """Return the width with title and cells on one line each."""
        return max(self.cells, cells(self.title), cells(self.unit))

    def narrow(self) -> int:
        """Return the width with no cell truncated and the title on several lines."""
        return max(self.cells, self.folded())


def fitted(needs: Sequence[Need], width: int) -> dict[int, int]:
    """Return the widths of the columns that fit side by side, by their index; at least one column.

    First titles are folded and spare columns are left out. Then texts are truncated, the widest first. Then columns are
    left out, either from the right, or, if that shows more columns, starting with the truncated texts after the first
    two.
    """
    everything = range(len(needs))
    all_places = [place for place in everything if not needs[place].is_spare]
    for places in (everything, all_places):
        for widths in ([needs[place].wide() for place in places], [needs[place].narrow() for place in places]):
            if sum(widths) + GAP * (len(widths) - 1) <= width:
                return dict(zip(places, widths, strict=True))
    least = max(8, min(_LEAST, width // 4))
    cut_ones = [place for place in all_places if not needs[place].is_fixed and needs[place].narrow() > least]
    some_places = [place for place in all_places if place not in cut_ones[_CUT:]]
    found = [_from_left(needs, places, width, least) for places in (all_places, some_places)]
    return max(found, key=len)


def _from_left(needs: Sequence[Need], places: Sequence[int], width: int, least: int) -> dict[int, int]:
    """Return the widths of as many of the first columns as fit, by their index."""
    for count in range(len(places), 0, -1):
        shown = [needs[place] for place in places[:count]]
        room = width - GAP * (count - 1)
        leasts = [need.narrow() if need.is_fixed else min(need.narrow(), max(need.folded(), least)) for need in shown]
        if sum(leasts) <= room:
            return dict(zip(places, _levelled([need.narrow() for need in shown], leasts, room), strict=False))
    return {place: min(needs[place].narrow(), width) for place in places[:1]}


def _levelled(wanted: Sequence[int], leasts: Sequence[int], room: int) -> list[int]:
    """Return widths between the minimum and the wanted ones: wider columns are limited to one common width."""
    for level in range(room, 0, -1):
        widths = [max(least, min(want, level)) for want, least in zip(wanted, leasts, strict=True)]
        if sum(widths) <= room:
            return widths
    return list(leasts)


def parts(title: str) -> list[str]:
    """Return the parts at which a title can be broken: words, and parts that end in ``_``."""
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
