"""CSV files of Nsight Compute 2022 to 2026: ``--page details``, ``--page raw`` and the long form.

*Long*: one row per metric (``Metric Name``, ``Metric Unit``, ``Metric Value``). ``details`` is the same, but also has
rows for ncu rules and rows shorter than the header. *Wide* (``raw``): one column per metric, and a second line with
units. *Summary* (``--print-summary``): long, with ``Average`` as the value. Other lines printed by ncu or the program
are skipped. Columns are identified by name, never by position.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nsys_tools.errors import NsysToolsError
from nsys_tools.sources.ncu import units

_KERNEL, _METRIC, _UNIT = "Kernel Name", "Metric Name", "Metric Unit"
_VALUES = ("Metric Value", "Average")
_FIXED = {
    "ID", "Process ID", "Process Name", "Host Name", _KERNEL, "Kernel Time", "Context", "Stream", "Block Size",
    "Grid Size", "Device", "CC", "Section Name", "Invocations",
}  # fmt: skip
_SIZE = re.compile(r"\(?\s*(\d+)\s*[,x]\s*(\d+)\s*[,x]\s*(\d+)\s*\)?")
_HINT = "Expected the output of ncu --csv --page details or --page raw, or the CSV of ncu --metrics."

Size = tuple[int, int, int]


@dataclass(frozen=True)
class Row:
    """One metric of one profiled launch, in base units.

    Attributes
    ----------
    process, number
        Key of the launch in its file: process and ncu's ID; empty if the file has none.
    kernel
        Kernel name as ncu printed it.
    grid, block
        Grid and block size; None if the file has none.
    section
        Section of the details page; empty for other pages.
    metric, value, unit
        Name, value and unit of the metric. The value is None if ncu printed ``n/a`` or a word.
    """

    process: str
    number: str
    kernel: str
    grid: Size | None
    block: Size | None
    section: str
    metric: str
    value: float | None
    unit: str


def parse(text: str, path: Path) -> list[Row]:
    """Return the metrics of a CSV.

    Parameters
    ----------
    text
        Content of the CSV.
    path
        Path of the CSV, for error messages.

    Raises
    ------
    NsysToolsError
        If no line is an ncu header.
    """
    rows: list[Row] = []
    header: list[str] = []
    found = False
    wide_units: dict[str, str] | None = None
    for line in text.removeprefix("\ufeff").replace("\0", "").splitlines():
        fields = next(csv.reader([line]), [])  # by line: a quote that a program printed must not open a field
        if _is_header(fields):
            header, wide_units, found = fields, None, True
            continue
        if not header:
            continue
        record = dict(zip(header, fields, strict=False))
        if _METRIC in header:
            rows.extend(_long(record))
        elif wide_units is None and not record.get(_KERNEL):
            wide_units = record if len(fields) == len(header) else None
        elif len(fields) == len(header):
            rows.extend(_wide(record, wide_units or {}))
    if not found:
        raise NsysToolsError(f"{path} is not an Nsight Compute CSV file.", _HINT)
    return rows


def _is_header(fields: list[str]) -> bool:
    return _KERNEL in fields and ("ID" in fields or _METRIC in fields or "Process ID" in fields)


def _long(record: dict[str, str]) -> Iterator[Row]:
    """Yield the metric in a row, or nothing for rules and other lines."""
    metric = record.get(_METRIC, "")
    printed = next((record[name] for name in _VALUES if name in record), None)
    if metric and printed is not None and record.get(_KERNEL):
        yield _row(record, record.get("Section Name", ""), metric, printed, record.get(_UNIT, ""))


def _wide(record: dict[str, str], of: dict[str, str]) -> Iterator[Row]:
    for metric, printed in record.items():
        if metric not in _FIXED and metric and ":Push/Pop_Range:" not in metric and ":Start/Stop_Range:" not in metric:
            yield _row(record, "", metric, printed, of.get(metric, ""))


def _row(record: dict[str, str], section: str, metric: str, printed: str, unit: str) -> Row:
    value = units.number(printed)
    name, factor = units.base(unit)
    return Row(
        process=record.get("Process ID", ""),
        number=record.get("ID", ""),
        kernel=record[_KERNEL],
        grid=_size(record.get("Grid Size", "")),
        block=_size(record.get("Block Size", "")),
        section=section,
        metric=metric,
        value=None if value is None else value * factor,
        unit=name,
    )


def _size(text: str) -> Size | None:
    match = _SIZE.fullmatch(text.strip())
    return (int(match[1]), int(match[2]), int(match[3])) if match else None
