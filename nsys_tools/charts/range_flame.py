"""Flame chart of ranges by GPU time. Each nesting level is a row, with inner ranges below outer ranges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import polars as pl

from nsys_tools.charts.picture import Column, Picture, indexed, spec
from nsys_tools.charts.style import Chart, visible

_ROW = 21
_DEEPEST = 32
# These colors are light enough for dark text in both the light and the dark theme.
_COLORS = ["#9cc4e4", "#f2c879", "#94d3bd", "#e5b5cf", "#b9dcf2", "#f0a987", "#cdb893", "#b6b5d9", "#dbdd8e"]
_REST, _TEXT = "#c5ccd4", "#16191d"
_WIDTH = "(min(datum.to, hi) - max(datum.from, lo)) / (hi - lo) * width"


def picture(tables: Mapping[str, pl.DataFrame]) -> Picture | None:
    """Return the picture, or None if no range has GPU time."""
    nodes = tables["range_flame"].filter(pl.col("depth") < _DEEPEST)
    whole = int(nodes.filter(pl.col("depth") == 0)["sum_ns"].sum())
    if nodes["rolled_path"].drop_nulls().is_empty() or not whole:
        return None
    rows = nodes.to_dicts()
    names = {row["label"]: None for row in rows if row["rolled_path"] is not None}
    colors = {name: _COLORS[n % len(_COLORS)] for n, name in enumerate(names)}
    data: dict[str, Column] = {
        "depth": [row["depth"] for row in rows],
        "from": [row["from_ns"] for row in rows],
        "to": [row["from_ns"] + row["sum_ns"] for row in rows],
        "own": [row["exclusive_ns"] for row in rows],
        "members": [row["member_count"] for row in rows],
        "label": indexed([visible(row["label"], 80) for row in rows]),
        "color": indexed([_REST if row["rolled_path"] is None else colors[row["label"]] for row in rows]),
        # Paths are truncated at the front, because neighboring paths differ in their last ranges.
        "path": [path if len(path) <= 300 else f"…{path[-299:]}" for path in map(_path, rows)],
    }
    depth = max(row["depth"] for row in rows) + 1
    what = "GPU time" if rows[0]["base"] == "gpu" else "wall time"
    return Picture(
        "flame", f"Ranges by {what}",
        f"The width of a range is its {what}. Click a range to zoom in; click it again to zoom out.",
        {"main": spec(_main(depth, whole))}, {"nodes": data}, (0, whole), _ROW * depth + 10,
    )  # fmt: skip


def _path(row: Mapping[str, Any]) -> str:
    parts = [row["rolled_path"]] if row["rolled_path"] is not None else [row["parent_path"], row["label"]]
    return visible("/".join(part for part in parts if part is not None), 5000)


def _main(depth: int, whole: int) -> Chart:
    low, high = alt.param(name="lo", value=0), alt.param(name="hi", value=whole)
    scale = alt.Scale(domainMin=alt.ExprRef("lo"), domainMax=alt.ExprRef("hi"), nice=False, zero=False)
    rows = alt.Scale(domain=[0, depth], reverse=True, nice=False)
    boxes = (
        alt.Chart(alt.NamedData("nodes"))
        .mark_rect(clip=True, strokeWidth=1, cursor="pointer", tooltip={"content": "data"})
        .encode(
            x=alt.X("from:Q", scale=scale, axis=None), x2="to:Q",
            y=alt.Y("depth:Q", scale=rows, axis=None), y2="below:Q", color=alt.Color("color:N", scale=None),
        )
        .transform_calculate(below="datum.depth + 1")
    )  # fmt: skip
    labels = (
        alt.Chart(alt.NamedData("nodes"))
        .mark_text(
            align="left", baseline="middle", dx=5, fontSize=11.5, color=_TEXT, clip=True, tooltip=False, ellipsis="…",
            limit=alt.ExprRef(f"max({_WIDTH} - 9, 1)"),
        )
        .encode(x=alt.X("seen:Q", scale=scale), y=alt.Y("middle:Q", scale=rows), text="label:N")
        .transform_filter(f"datum.to > lo && datum.from < hi && {_WIDTH} > 26")
        .transform_calculate(seen="max(datum.from, lo)", middle="datum.depth + 0.5")
    )  # fmt: skip
    chart: Chart = alt.layer(boxes, labels).add_params(low, high).properties(height=_ROW * depth)
    return chart
