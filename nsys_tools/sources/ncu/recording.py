"""Nsight Compute recordings (``.ncu-rep``), read with NVIDIA's ``ncu_report`` module (requires the ``[ncu]`` extra)."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nsys_tools.errors import NsysToolsError
from nsys_tools.sources.ncu import units
from nsys_tools.sources.ncu.table import Row, Size


def read(path: Path) -> list[Row]:
    """Return the metrics of a recording.

    Parameters
    ----------
    path
        A ``.ncu-rep`` file.

    Raises
    ------
    NsysToolsError
        If ``ncu_report`` is not installed or cannot read the file.
    """
    try:
        module = importlib.import_module("ncu_report")
    except ImportError:
        raise NsysToolsError(
            f"{path} is an Nsight Compute recording, but the ncu_report module, which reads it, is not installed.",
            "Run `pip install 'nsys-tools[ncu]'`, or run `ncu --import FILE --csv --page raw > FILE.csv` on a machine "
            "with ncu.",
        ) from None
    try:
        context = module.load_report(str(path))
        count = context.num_ranges()
    except (OSError, RuntimeError, ValueError, TypeError) as error:
        raise NsysToolsError(f"{path} cannot be read by ncu_report ({error}).") from None
    if not count:
        raise NsysToolsError(f"{path} contains no profiled kernel or is not an Nsight Compute recording.")
    rows: list[Row] = []
    for index in range(count):
        actions = context.range_by_idx(index)
        for number in range(actions.num_actions()):
            rows.extend(_rows(actions.action_by_idx(number), f"{index}.{number}" if count > 1 else str(number)))
    return rows


def _rows(action: Any, number: str) -> Iterator[Row]:
    """Yield the numeric metrics of one profiled launch."""
    kernel = str(action.name(action.NameBase_DEMANGLED))
    values = {name: action.metric_by_name(name) for name in action.metric_names()}
    grid, block = _size(values, "launch__grid_dim_"), _size(values, "launch__block_dim_")
    for name, metric in values.items():
        value = metric.value() if metric is not None else None
        if isinstance(value, int | float):
            unit, factor = units.base(metric.unit() or "")
            yield Row("", number, kernel, grid, block, "", name, value * factor, unit)


def _size(values: dict[str, Any], prefix: str) -> Size | None:
    found = [values.get(f"{prefix}{axis}") for axis in "xyz"]
    sizes = [metric.value() for metric in found if metric is not None]
    return (int(sizes[0]), int(sizes[1]), int(sizes[2])) if len(sizes) == 3 and None not in sizes else None
