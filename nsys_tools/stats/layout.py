"""The layout of reports in columns and boxes, which is byte-identical to ``nsys stats``.

Widths are in characters. The header and the first rows determine the column widths and which columns are numeric. Later
cells that are wider are truncated. Digits are grouped according to the locale (``LC_NUMERIC``), and are not grouped in
``C``. nsys drops decimals in locales with a decimal comma and caps integers at 64 bits. In contrast, this module never
changes digits.
"""

from __future__ import annotations

import locale
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

Cells = Sequence[str | None]

# Numbers as reports write them. A cell with a leading zero or decimal point is text.
_NUMBER = re.compile(r"([+-]?)(0|[1-9]\d*)(?:\.(\d*))?(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_CUT = "…"


@dataclass(frozen=True)
class Layout:
    """The layout requested by the user.

    Attributes
    ----------
    widths
        Characters per column, from the left. None fits a column, and 0 hides it. Columns without a width are fitted.
    sampled_rows
        Number of initial rows to fit columns to; 0 for all rows.
    widest
        Maximum width of a fitted column; 0 for no limit.
    rewrite_numbers
        Whether to group the digits of numbers and align their decimal points.
    """

    widths: tuple[int | None, ...] = ()
    sampled_rows: int = 100
    widest: int = 100
    rewrite_numbers: bool = True

    def width(self, place: int) -> int | None:
        """Return the requested width of a column, or None if the column is fitted."""
        return self.widths[place] if place < len(self.widths) else None


@dataclass(frozen=True)
class _Digits:
    """The number format.

    Attributes
    ----------
    sizes
        Group sizes, right to left from the decimal point. The last size is repeated. Empty for no grouping.
    separator, point
        Group separator and decimal point.
    """

    sizes: tuple[int, ...]
    separator: str
    point: str

    @classmethod
    def of_locale(cls) -> _Digits:
        """Return the format of the current locale."""
        said = locale.localeconv()
        sizes = [] if locale.CHAR_MAX in said["grouping"] else [size for size in said["grouping"] if size]
        return cls(tuple(sizes) if said["thousands_sep"] else (), said["thousands_sep"], said["decimal_point"])

    def rewritten(self, cell: str) -> tuple[str, int | None]:
        """Return a formatted cell, and its length from the decimal point on (None if the point is not aligned)."""
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
        Width of each cell, in characters.
    is_right
        Whether cells are right-aligned, because most of them are numbers.
    decimals
        Length, from the decimal point on, to which numbers are padded; None if decimal points are not aligned.
    digits
        The format of numbers; None to leave numbers unchanged.
    """

    title: str
    width: int
    is_right: bool
    decimals: int | None
    digits: _Digits | None

    @classmethod
    def fitted(cls, title: str, cells: Cells, width: int | None, widest: int, digits: _Digits | None) -> _Column:
        """Fit a column to its first cells. `width` overrides the fitted width. `widest` limits it unless it is 0."""
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
        """Return the centered title. If the padding is odd, the extra space is on the right."""
        title = self._cut(self.title)
        return (" " * ((self.width - len(title)) // 2) + title).ljust(self.width)

    def texts(self, cells: Cells) -> list[str]:
        """Return the cells, padded or truncated to the width."""
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
        Cell contents. None or an empty string represents an empty cell.
    layout
        The layout requested by the user.
    boxed
        Whether to draw boxes (nsys's ``table``) instead of columns (nsys's ``column``).
    headed
        Whether headers are shown. They affect the widths even if they are not shown.
    """
    columns = _fitted(titles, rows, layout)
    places = [place for place in range(len(titles)) if layout.width(place) != 0]
    # If columns are hidden, one empty column remains on the right, as in nsys.
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
