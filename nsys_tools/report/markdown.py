"""Markdown for reports: tables with readable units, and escaped names from the trace."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from tabulate import tabulate

from nsys_tools.session.catalogue import Column
from nsys_tools.session.result import Result
from nsys_tools.units import SCALES_OF, duration, scale

NAME_LENGTH = 180
_COUNTED = {
    "operation", "instance", "kernel", "gap", "thread", "device", "call", "range", "name", "value", "request", "token",
    "member", "step", "rank", "collective",
}  # fmt: skip
# Columns with text from nsys-tools, not from the trace.
_WORDS = {
    "kind", "class", "cause", "reason", "style", "op", "pattern", "method", "figure", "base", "ttft_base",
    "latency_base", "source_memory",
    "destination_memory", "bound", "level",
    "dtype_source", "withheld", "phase", "term", "part_of",
}  # fmt: skip
_UNIT_WORDS = re.compile(r"_(ns|bytes|count|ratio|flops|hz|bytes_per_s|tokens_per_s|flops_per_s)$")


def code(text: object, length: int = NAME_LENGTH) -> str:
    """Return text from the trace as a code span in which markup, pipes and newlines have no effect.

    Parameters
    ----------
    text
        Any text.
    length
        Longer text is truncated and ends in an ellipsis.
    """
    plain = " ".join("".join(c if c.isprintable() else " " for c in str(text)).split()) or "(no name)"
    if len(plain) > length:
        plain = plain[: length - 1] + "…"
    fence = "`" * (max((len(run) for run in re.findall(r"`+", plain)), default=0) + 1)
    pad = " " if plain.startswith("`") or plain.endswith("`") else ""
    return f"{fence}{pad}{plain}{pad}{fence}".replace("|", "\\|")


def plain(text: object) -> str:
    """Return a sentence as plain text in which markup, HTML and newlines have no effect.

    Parameters
    ----------
    text
        A sentence from nsys-tools that may contain text from the trace.
    """
    words = " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())
    return re.sub(r"([\\`*_\[\]<>|&~#!])", r"\\\1", words)


def quantity(value: float | None, unit: str) -> str:
    """Return a value in a readable unit, such as 3.250 ms, or ``unknown`` for None."""
    if value is None:
        return "unknown"
    step, name = scale(unit, [value])
    return f"{number(value / step)} {name}"


def number(value: float | None, digits: int = 3) -> str:
    """Return a number with thousands separators and, unless it is whole, `digits` decimals.

    The text for None is empty.
    """
    if value is None:
        return ""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.{digits}f}"


def _header(column: Column) -> str:
    words = _UNIT_WORDS.sub("", column.name).replace("_", " ")
    return f"{words}s" if column.unit == "count" and words in _COUNTED else words


def _numbers(values: list[Any], divisor: float, digits: int) -> list[str]:
    """Return cells with the same number of decimals, or no decimals if all values are whole."""
    scaled = [None if value is None else value / divisor for value in values]
    whole = all(value is None or float(value).is_integer() for value in scaled)
    return ["" if value is None else f"{value:,.{0 if whole else digits}f}" for value in scaled]


def _cells(column: Column, values: list[Any], exact: bool, each: bool) -> tuple[str, list[str], bool]:
    """Return the header, the cells, and whether the cells are numbers. `exact` and `each` are as in `table`."""
    title = _header(column)
    if column.unit == "ns" and each:
        return title, ["" if value is None else duration(value) for value in values], True
    if column.unit == "ratio":
        return f"{title} (%)", _numbers(values, 0.01, 2), True
    if column.unit in SCALES_OF:
        present = [value for value in values if value is not None]
        step, unit = (1, column.unit) if exact else scale(column.unit, present)
        return f"{title} ({unit})", _numbers(values, step, 3), True
    if column.unit == "count":
        return title, _numbers(values, 1, 1), True
    if column.type == "DOUBLE":
        return title, _numbers(values, 1, 3), True
    texts = ["" if v is None else _word(column, v) for v in values]
    return title, texts, column.type not in {"VARCHAR", "BOOLEAN"}


def _word(column: Column, value: Any) -> str:
    if column.type == "BOOLEAN":
        return "yes" if value else "no"
    return code(value) if column.type == "VARCHAR" and column.name not in _WORDS else str(value)


def _rest(source: Result) -> str:
    """Return where to find the rows that a table in the report omits."""
    kept = len(source)
    if kept == source.total_count:
        return f"All rows are in `tables/{source.name}.csv`"
    everything = f'For all rows: `nsys-tools sql TRACE "FROM {source.name}"`'
    return f"The first {kept:,} are in `tables/{source.name}.csv`. {everything}"


def table(
    source: Result,
    columns: Sequence[str],
    *,
    top: int | None = None,
    rows: list[dict[str, Any]] | None = None,
    exact: bool = False,
    each: bool = False,
) -> str:
    """Return a Markdown table.

    Parameters
    ----------
    source
        The table.
    columns
        The columns, in order.
    top
        Maximum number of rows. If the table is truncated, a line below it says so.
    rows
        The rows to show, if only part of the table is shown.
    exact
        Do not convert units.
    each
        Choose the unit of each duration separately, for columns whose durations differ by orders of magnitude.
    """
    total = (source.total_count or len(source)) if rows is None else len(rows)
    shown = (source if rows is None else rows)[:top]
    described = {column.name: column for column in source.documented}
    drawn = [_cells(described[name], [row[name] for row in shown], exact, each) for name in columns]
    body = tabulate(
        list(zip(*(cells for _, cells, _ in drawn), strict=True)),
        headers=[header for header, _, _ in drawn],
        tablefmt="pipe",
        colalign=["right" if numeric else "left" for _, _, numeric in drawn] if shown else None,
        disable_numparse=True,
    )
    if len(shown) < total:
        body += f"\n\nThe first {len(shown):,} of {total:,} rows are shown. {_rest(source)}."
    return body
