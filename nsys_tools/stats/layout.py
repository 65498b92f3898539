"""Reports in columns and in boxes, laid out to the byte as ``nsys stats`` lays them out.

Widths are counted in characters. They, and whether a column holds numbers, follow from the header and the first rows;
what is wider later is cut. Numbers are grouped as the locale says (``LC_NUMERIC``): not at all in ``C``. Digits are
never changed: where nsys drops decimals (locales with a decimal comma) or caps integers at 64 bits, this does not.
"""

from __future__ import annotations

import locale
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

Cells = Sequence[str | None]

# Numbers as reports write them; a leading zero or point makes a text of it.
_NUMBER = re.compile(r"([+-]?)(0|[1-9]\d*)(?:\.(\d*))?(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_CUT = "…"


@dataclass(frozen=True)
class Layout:
    """What the user asked of the layout.

    Attributes
    ----------
    widths
        Characters by column, from the left; None fits the column, 0 hides it. Columns without one are fitted.
    sampled_rows
        Rows from the top that columns are fitted to; 0 for all.
    widest
        Most characters of a fitted column; 0 for any number.
    rewrite_numbers
        Whether to group the digits of numbers and to align their points.
    """

    widths: tuple[int | None, ...] = ()
    sampled_rows: int = 100
    widest: int = 100
    rewrite_numbers: bool = True

    def width(self, place: int) -> int | None:
        """Return the width that a column is given; None where it is fitted."""
        return self.widths[place] if place < len(self.widths) else None


@dataclass(frozen=True)
class _Digits:
    """How numbers are written.

    Attributes
    ----------
    sizes
        Sizes of groups from the point to the left, the last one repeated; empty for no groups.
    separator, point
        What stands between groups, and before the decimals.
    """

    sizes: tuple[int, ...]
    separator: str
    point: str

    @classmethod
    def of_locale(cls) -> _Digits:
        """Return what the program's locale says."""
        said = locale.localeconv()
        sizes = [] if locale.CHAR_MAX in said["grouping"] else [size for size in said["grouping"] if size]
        return cls(tuple(sizes) if said["thousands_sep"] else (), said["thousands_sep"], said["decimal_point"])

    def rewritten(self, cell: str) -> tuple[str, int | None]:
        """Return a cell as it is shown, and its characters from the point on; None for what is not aligned by it."""
        number = _NUMBER.fullmatch(cell)
        if number is None:
            return cell, None
        sign, whole, decimals, exponent = number.groups()
        if exponent:
            return f"{float(cell):.{len(decimals or '')}e}".replace(".", self.point), None
        if decimals is None and whole == "0":
            return "0", 0
        tail = f"{self.point}{decimals}" if decimals else ""
        return f"{'-' if sign == '-' else ''}{self._grouped(whole)}{tail}", len(tail)

    def _grouped(self, digits: str) -> str:
        if not self.sizes or len(digits) <= self.sizes[0]:
            return digits
        groups, sizes = [], iter(self.sizes)
        size = self.sizes[-1]
        while digits:
            size = next(sizes, size)
            groups.append(digits[-size:])
            digits = digits[:-size]
        return self.separator.join(reversed(groups))


@dataclass(frozen=True)
class _Column:
    """A column fitted to its header and its first rows.

    Attributes
    ----------
    title
        The header.
    width
        Characters of each cell.
    is_right
        Whether cells stand to the right: more of them are numbers than texts.
    decimals
        Characters from the point on that numbers are filled up to; None where points are not aligned.
    digits
        How numbers are written; None as they are.
    """

    title: str
    width: int
    is_right: bool
    decimals: int | None
    digits: _Digits | None

    @classmethod
    def fitted(cls, title: str, cells: Cells, width: int | None, widest: int, digits: _Digits | None) -> _Column:
        """Fit a column to its first cells; `width` sets it all the same, and `widest` limits it, 0 does not."""
        present = [cell for cell in cells if cell]
        numbers = sum(_NUMBER.fullmatch(cell) is not None for cell in present)
        is_right = numbers > len(present) - numbers
        shown = [digits.rewritten(cell) if digits else (cell, None) for cell in present]
        decimals = max((tail for _, tail in shown if tail is not None), default=0) if digits and is_right else None
        if width is None:
            lengths = [len(text) + (decimals - tail if decimals and tail is not None else 0) for text, tail in shown]
            width = max(1, len(title), *lengths)
            width = min(width, widest) if widest else width
        return cls(title, width, is_right, decimals, digits)

    def header(self) -> str:
        """Return the title in the middle; of an odd space the larger half is to the right."""
        title = self._cut(self.title)
        return (" " * ((self.width - len(title)) // 2) + title).ljust(self.width)

    def texts(self, cells: Cells) -> list[str]:
        """Return cells at their width."""
        return [self._text(cell) if cell else " " * self.width for cell in cells]

    def _text(self, cell: str) -> str:
        if self.digits:
            cell, tail = self.digits.rewritten(cell)
            if self.decimals and tail is not None:
                cell += " " * (self.decimals - tail)
        return self._cut(cell).rjust(self.width) if self.is_right else self._cut(cell).ljust(self.width)

    def _cut(self, text: str) -> str:
        return text if len(text) <= self.width else text[: self.width - 1] + _CUT


_CHUNK = 10_000


def lines(
    titles: Sequence[str], rows: Sequence[Cells], layout: Layout, *, boxed: bool, headed: bool = True
) -> Iterator[str]:
    """Yield the lines of a report, without newlines.

    Parameters
    ----------
    titles
        The headers.
    rows
        Texts; None or an empty one is an empty cell.
    layout
        What the user asked for.
    boxed
        In boxes (nsys's ``table``), not in columns (its ``column``).
    headed
        Whether headers are shown; they count for the widths in any case.
    """
    columns = _fitted(titles, rows, layout)
    places = [place for place in range(len(titles)) if layout.width(place) != 0]
    # What is hidden leaves one empty column at the right, as in nsys.
    empty = [""] if len(places) < len(titles) else []
    rule = [*("-" * columns[place].width for place in places), *empty]
    edge = f"+{'+'.join(f'-{dashes}-' for dashes in rule)}+"

    def line(cells: Sequence[str]) -> str:
        return f"| {' | '.join(cells)} |" if boxed else f" {'  '.join(cells)}"

    if boxed:
        yield edge
    if headed:
        yield line([*(columns[place].header() for place in places), *empty])
        yield edge if boxed else line(rule)
    for first in range(0, len(rows), _CHUNK):
        chunk = rows[first : first + _CHUNK]
        by_column = [columns[place].texts([row[place] for row in chunk]) for place in places]
        by_column += [[""] * len(chunk)] * len(empty)
        yield from map(line, zip(*by_column, strict=True))
    if boxed:
        yield edge


def _fitted(titles: Sequence[str], rows: Sequence[Cells], layout: Layout) -> list[_Column]:
    digits = _Digits.of_locale() if layout.rewrite_numbers else None
    sample = list(islice(rows, layout.sampled_rows or None))
    return [
        _Column.fitted(title, [row[place] for row in sample], layout.width(place), layout.widest, digits)
        for place, title in enumerate(titles)
    ]
