"""Format the cells of a report (units, digits and addresses) with SQL on its typed rows.

DuckDB does the formatting, one column at a time, because a report can have hundreds of thousands of rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from nsys_tools.errors import UsageError
from nsys_tools.session.quoting import quoted
from nsys_tools.stats.answers import Header

_TIME = {"ns": (1, None), "us": (1_000, 3), "ms": (1_000_000, 4), "sec": (1_000_000_000, 4)}
_SIZE = {
    "B": (1, None), "KB": (1_000, 2), "KiB": (1_024, 2), "MB": (1_000**2, 3), "MiB": (1_024**2, 3),
    "GB": (1_000**3, 3), "GiB": (1_024**3, 3),
}  # fmt: skip
UNITS: dict[str, dict[str, tuple[int, int | None]]] = {"ts": _TIME, "dur": _TIME, "mem": _SIZE, "thru": _SIZE}
"""Units by column category, each with its factor and its number of decimals (None: unchanged)."""

GROUPS = {"time": ("ts", "dur"), "bytes": ("mem", "thru")}
_SPOKEN = {
    "nsec": "ns", "nanoseconds": "ns", "usec": "us", "microseconds": "us", "msec": "ms", "milliseconds": "ms",
    "seconds": "sec",
}  # fmt: skip


@dataclass(frozen=True)
class Style:
    """The format of report cells.

    Attributes
    ----------
    units
        Unit by category (``dur``, ``ts``, ``mem``, ``thru``, ``addr``). Other categories keep their units.
    machine
        Write headers in machine form, and include the columns that occur only in machine form.
    header_units
        Whether headers contain the unit.
    """

    units: Mapping[str, str] = field(default_factory=lambda: {"mem": "MB", "thru": "MB", "addr": "hex"})
    machine: bool = False
    header_units: bool = True


MACHINE = Style(units={}, machine=True)


def time_unit(text: str) -> str:
    """Return the time unit (``ns``, ``us``, ``ms`` or ``sec``), given a prefix of its name.

    Raises
    ------
    NsysToolsError
        If the unit is unknown.
    """
    found = next((unit for word, unit in _SPOKEN.items() if text and word.startswith(text)), None)
    found = found or (text if text in _TIME else None)
    if found is None:
        raise UsageError(f"--timeunit {text!r} is not a time unit.", f"Use one of: {', '.join(_SPOKEN)}.")
    return found


def shown(headers: Sequence[Header], style: Style) -> list[tuple[int, str]]:
    """Return the index and text of each header to write."""
    found = []
    for place, header in enumerate(headers):
        if style.machine:
            found.append((place, header.machine))
        elif not header.name.startswith("_"):
            found.append((place, header.name + _suffix(header, style)))
    return found


def _suffix(header: Header, style: Style) -> str:
    category, _, unit = header.unit.partition("_")
    if not unit or category == "addr" or not style.header_units:
        return ""
    unit = style.units.get(category, unit)
    return f" ({unit}/s)" if category == "thru" else f" ({unit})"


def texts(relation: duckdb.DuckDBPyRelation, headers: Sequence[Header], style: Style) -> duckdb.DuckDBPyRelation:
    """Return the rows of a report as text, with the headers to show. Empty cells are NULL."""
    columns = relation.columns
    kinds = [str(kind) for kind in relation.types]
    parts = [
        f"{_text(quoted(columns[place]), kinds[place], headers[place].unit, style)} AS {quoted(title)}"
        for place, title in shown(headers, style)
    ]
    return relation.project(", ".join(parts))


def _text(column: str, kind: str, unit: str, style: Style) -> str:
    """Return the SQL expression that formats a column."""
    category = unit.partition("_")[0]
    chosen = style.units.get(category)
    if category == "addr" and chosen == "hex":
        return f"printf('0x%X', {column})"
    if category in UNITS and chosen is not None:
        worth, digits = UNITS[category][chosen]
        if digits is not None:
            return f"printf('%.{digits}f', {column}::DOUBLE / {worth})"
    if kind == "DOUBLE" and category != "mem":
        return f"round({column}, 1)::VARCHAR"
    return f"nullif({column}::VARCHAR, '')"
