"""Compare NVIDIA's recipe results with those of nsys-tools, cell by cell."""

from __future__ import annotations

import csv
import gzip
import math
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import polars as pl

# Across several files, NVIDIA reports Q1 = smallest, median of medians, Q3 = largest and, for ranges, the mean of
# deviations.
APPROXIMATE = {"Q1", "Med", "Q3", "Q1 (approx)", "Median (approx)", "Q3 (approx)", "Std (approx)"}
# The columns that rows are ordered by: equal cell by cell. Tied rows may be in any order.
ORDER = ("File", "Total Time", "Total", "Text", "Duration", "Row#")
NAMES = ("Name", "Text", "Operation")
Row = dict[str, str]


def read(path: Path) -> tuple[list[str], list[Row]]:
    """Return the columns and rows of one of NVIDIA's tables, without pandas's index, which has no name."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        rows = [{k: v for k, v in row.items() if k} for row in csv.DictReader(file)]
        file.seek(0)
        columns = [name for name in next(csv.reader(file)) if name]
    return columns, rows


def as_rows(table: pl.DataFrame) -> list[Row]:
    """Return an nsys-tools table as text."""
    return [{k: "" if v is None else str(v) for k, v in row.items()} for row in table.to_dicts()]


def same(ours: str, theirs: str) -> bool:
    """Return whether two cells are equal up to the last digits of a double, or half a unit of a rounded number."""
    if ours == theirs:
        return True
    try:
        one, other = float(ours), float(theirs)
    except ValueError:
        return False
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    # Values that both round to one decimal can be on either side of a half.
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=0.1001 if ours != str(int(one)) else 0)


def differing(
    table: pl.DataFrame, columns: Sequence[str], theirs: Sequence[Row], *, without: Collection[str] = ()
) -> list[tuple[int, str, str, str]]:
    """Return row, column, and both cells where a table differs from NVIDIA's; columns and order must agree."""
    assert table.columns == list(columns), (table.columns, columns)
    ours: Sequence[Row] = as_rows(table)
    assert len(ours) == len(theirs), (len(ours), len(theirs))
    for name in ORDER:
        if name in columns:
            for one, other in zip(ours, theirs, strict=True):
                assert same(one[name], other[name]), ("order", name, one, other)
    if not any(name.isdigit() for name in columns) and "Sum" not in columns[-1:]:
        ours, theirs = sorted(ours, key=_key(columns)), sorted(theirs, key=_key(columns))
    return [
        (n, name, one[name], other[name])
        for n, (one, other) in enumerate(zip(ours, theirs, strict=True))
        for name in columns
        if name not in without and not same(one[name], other[name])
    ]


def _key(columns: Sequence[str]) -> Callable[[Row], tuple[tuple[float, str], ...]]:
    """Return the key of a table's rows: file and name if it has names, otherwise all cells except percentages."""
    named = [name for name in columns if name in NAMES]
    told = [name for name in columns if name == "File" or name in (named or columns)]
    told = [name for name in told if name not in {"Kernel", "All", "NCCL", "Compute", "In-Use"}]

    def key(row: Row) -> tuple[tuple[float, str], ...]:
        return tuple(_number(row[name]) for name in told)

    return key


def _number(text: str) -> tuple[float, str]:
    try:
        return float(text), ""
    except ValueError:
        return 0.0, text
