"""Fit text and columns into a given width. Long text is truncated in the middle, and numbers are never truncated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ELLIPSIS = "…"
GAP = 2  # spaces between columns
_LEAST = 20  # text is truncated to this width before columns are omitted
_CUT = 2  # number of truncated text columns that are kept if not all columns fit


def cells(text: str) -> int:
    """Return the number of terminal cells that a string occupies."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def cut(text: str, width: int, mark: str = ELLIPSIS) -> str:
    """Return a string of at most `width` cells. A longer string is truncated in the middle and marked there."""
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
    """The space that a column requires.

    Attributes
    ----------
    cells
        Width of the widest cell.
    title
        Title of the column. In a narrow column, the title takes several lines and is broken after ``_``.
    unit
        Unit, which is shown on the line below the title.
    is_fixed
        Whether cells are never truncated, as for numbers.
    is_spare
        Whether the column is omitted before any cell is truncated, as for a kernel name next to the kernel label.
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
        """Return the width required if the title and each cell are on one line."""
        return max(self.cells, cells(self.title), cells(self.unit))

    def narrow(self) -> int:
        """Return the width required if no cell is truncated and the title is on several lines."""
        return max(self.cells, self.folded())


def fitted(needs: Sequence[Need], width: int) -> dict[int, int]:
    """Return the widths of the columns that fit side by side (at least one column), by column index.

    First, titles are folded and spare columns are omitted. Then text is truncated, starting with the widest columns.
    Finally, columns are omitted from the right or, if that shows more columns, starting with the truncated text columns
    after the first two.
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
    """Return the widths of as many of the first columns as fit, by column index."""
    for count in range(len(places), 0, -1):
        shown = [needs[place] for place in places[:count]]
        room = width - GAP * (count - 1)
        leasts = [need.narrow() if need.is_fixed else min(need.narrow(), max(need.folded(), least)) for need in shown]
        if sum(leasts) <= room:
            return dict(zip(places, _levelled([need.narrow() for need in shown], leasts, room), strict=False))
    return {place: min(needs[place].narrow(), width) for place in places[:1]}


def _levelled(wanted: Sequence[int], leasts: Sequence[int], room: int) -> list[int]:
    """Return widths between the minimum and the wanted widths. Wide columns are limited to the same maximum width."""
    for level in range(room, 0, -1):
        widths = [max(least, min(want, level)) for want, least in zip(wanted, leasts, strict=True)]
        if sum(widths) <= room:
            return widths
    return list(leasts)


def parts(title: str) -> list[str]:
    """Return the parts between which a title can be broken: words, and parts that end in ``_``."""
    return title.replace("_", "_ ").split() or [""]


def folded(title: str, width: int) -> list[str]:
    """Return a title as lines of at most `width` cells, provided that its parts fit."""
    lines = [""]
    for part in parts(title):
        gap = " " if lines[-1] and not lines[-1].endswith("_") else ""
        if lines[-1] and cells(lines[-1] + gap + part) > width:
            lines.append(part)
        else:
            lines[-1] += gap + part
    return lines
