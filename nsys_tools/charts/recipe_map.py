"""Utilization over time, with one row per file and GPU and one cell per bin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import polars as pl

from nsys_tools.charts.recipe_axis import row_height, rows_axis, time_axis
from nsys_tools.charts.style import IDLE, WIDTH, Chart, data, shortened, styled

_TITLES = {"kernel_percent": "", "all_percent": "All kernels", "nccl_percent": "NCCL", "compute_percent": "Compute"}


def chart(tables: Mapping[str, pl.DataFrame]) -> Chart | None:
    """Return the chart for a table with file, pid, device_id, bin_start_ns and percentages, or None if it is empty."""
    found = tables["recipe_map"]
    if found.is_empty():
        return None
    several = found.select("file", "pid").unique().height > found["file"].n_unique()
    names = [
        f"{shortened(file, 34)}{f', process {pid}' if several else ''}, GPU {device}"
        for file, pid, device in found.select("file", "pid", "device_id").iter_rows()
    ]
    shown = found.with_columns(pl.Series("name", names)).sort("bin_start_ns", maintain_order=True)
    rows = list(dict.fromkeys(names))
    starts = sorted(set(found["bin_start_ns"]))
    width = starts[1] - starts[0] if len(starts) > 1 else 1
    maps = [_map(shown, kind, rows, width) for kind in found.columns if kind.endswith("_percent")]
    body = alt.vconcat(*maps) if len(maps) > 1 else maps[0]
    return styled(body, "Utilization over time", "share of each bin in which kernels run; gray: not recorded")


def _map(shown: pl.DataFrame, kind: str, names: list[str], width: int) -> alt.LayerChart:
    cells = _cells(shown, kind, width)
    largest = max([100.0, *(cell["percent"] for cell in cells if cell["percent"] is not None)])
    x, y = time_axis("from", "time since the start of the first session (s)"), rows_axis(names)
    unknown = alt.Chart(data([cell for cell in cells if cell["percent"] is None])).mark_rect(color=IDLE)
    scale = alt.Scale(domain=[0, largest], scheme="viridis")
    known = (
        alt.Chart(data([cell for cell in cells if cell["percent"] is not None]))
        .mark_rect()
        .encode(x=x, x2="to:Q", y=y, color=alt.Color("percent:Q", title="%", scale=scale))
    )
    drawn = alt.LayerChart(
        layer=[unknown.encode(x=x, x2="to:Q", y=y), known], title=_TITLES[kind], width=WIDTH - 270,
        height=max(len(names) * row_height(len(names)), 40),
    )  # fmt: skip
    return drawn


def _cells(shown: pl.DataFrame, kind: str, width: int) -> list[dict[str, Any]]:
    """Return the cells of a heat map. Neighboring cells with the same value are merged."""
    cells: list[dict[str, Any]] = []
    last: dict[str, dict[str, Any]] = {}
    for name, start, percent in shown.select("name", "bin_start_ns", kind).iter_rows():
        if name in last and last[name]["percent"] == percent:
            last[name]["to"] = (start + width) / 1e9
            continue
        last[name] = {"name": name, "from": start / 1e9, "to": (start + width) / 1e9, "percent": percent}
        cells.append(last[name])
    return cells
