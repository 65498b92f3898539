"""Format values for a terminal: numbers with separators, and text on one line with escaped control characters."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import nsys_tools as nt
from nsys_tools.cli.fitting import Need, cells

_SUFFIX = re.compile(r"(?<=.)_(?:(?:ns|bytes|flops|ratio|count|hz)|\w+?_per_\w+)$")
_NUMBER = re.compile(r"-?[\d,]+(\.\d+)?( ([kMGT]?(FLOP|B)|[nµm]?s|tokens/s))?")
_DIGITS, _LEAST_DIGITS = 6, 2


@dataclass(frozen=True)
class Column:
    """A column formatted for display.

    Attributes
    ----------
    name
        The column name to use in SQL.
    title, unit
        The name, split into title and unit suffix, such as ``sum`` and ``_ns``. For a name without a unit suffix, the
        unit is the documented unit, or empty.
    texts
        The cells.
    is_number
        Whether the cells are numbers. Numbers are never truncated.
    """

    name: str
    title: str
    unit: str
    texts: list[str]
    is_number: bool

    def need(self) -> Need:
        """Return the space that the column requires on a terminal."""
        return Need(max(map(cells, self.texts), default=0), self.title, self.unit, self.is_number)


def column(name: str, unit: str, values: Sequence[Any]) -> Column:
    """Return a column of values, formatted for display."""
    shown = line(name)
    suffix = _SUFFIX.search(shown)
    title, unit = (shown[: suffix.start()], suffix[0]) if suffix else (shown, unit)
    return Column(shown, title, unit, _texts(values), _are_numbers(values))


def line(text: str) -> str:
    """Return text on one line, with control characters escaped."""
    return nt.printable(text).replace("\n", "\\n").replace("\t", "\\t")


def _are_numbers(values: Sequence[Any]) -> bool:
    """Return whether values are numbers, or strings that look like numbers."""
    present = [value for value in values if value is not None and value != ""]
    return bool(present) and all(
        _NUMBER.fullmatch(value) is not None if isinstance(value, str) else _is_number(value) for value in present
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _texts(values: Sequence[Any]) -> list[str]:
    numbers = [value for value in values if isinstance(value, float) and math.isfinite(value)]
    digits = _decimals(numbers)
    return [_text(value, digits) for value in values]


def _text(value: Any, digits: int | None) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:,.{digits}f}" if digits is not None else _significant(value)
    return f"{value:,}" if _is_number(value) else line(str(value))


def _decimals(numbers: Sequence[float]) -> int | None:
    """Return the number of decimals that aligns a column at the decimal point, or None if it would hide digits."""
    sizes = [abs(number) for number in numbers if number]
    if not sizes:
        return 0
    if all(size < 1e15 and size.is_integer() for size in sizes):
        return 0
    decimals = max(0, _DIGITS - 1 - math.floor(math.log10(max(sizes))))
    shows_all = min(sizes) >= 10.0 ** (_LEAST_DIGITS - 1 - decimals) and max(sizes) < 1e15 and decimals <= _DIGITS
    return decimals if shows_all else None


def _significant(number: float) -> str:
    return f"{number:,.0f}" if 1e6 <= abs(number) < 1e15 else f"{number:,.{_DIGITS}g}"
