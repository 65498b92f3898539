"""Where the GPU time of each stage goes, against what the hardware needs at least."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import polars as pl

from nsys_tools.charts.style import BUSY, COLOURS, IDLE, WIDTH, Chart, data, named_bars, shortened, styled
from nsys_tools.units import time_scale

_PARTS = {
    "roofline": ("roofline_ns", BUSY),
    "inefficiency": ("inefficiency_ns", COLOURS[1]),
    "late launches": ("late_launch_ns", COLOURS[5]),
    "other idle": ("other_idle_ns", IDLE),
}


def chart(tables: Mapping[str, pl.DataFrame]) -> Chart | None:
    """Return the chart; None without a model, or without operations in its stages."""
    stages = tables.get("mfu_stage", pl.DataFrame())
    if stages.is_empty():
        return None
    step, unit = time_scale(float(stages["span_ns"].max()))  # type: ignore[arg-type]
    records = stages.to_dicts()
    rows = [
        # A part below zero cannot be stacked: what is measured below the roofline shortens the roofline's part.
        {"name": shortened(row["stage"], 44), "part": part, "order": order, "time": _shown(row, part) / step}
        for row in records
        for order, part in enumerate(_PARTS)
    ]
    body = (
        alt.Chart(data(rows))
        .mark_bar(height={"band": 0.7})
        .encode(
            y=named_bars([shortened(row["stage"], 44) for row in records]),
            x=alt.X("time:Q", stack="zero", title=f"span on the GPU ({unit})"),
            color=alt.Color(
                "part:N", sort=list(_PARTS), title=None, legend=alt.Legend(orient="top"),
                scale=alt.Scale(domain=list(_PARTS), range=[colour for _, colour in _PARTS.values()]),
            ),
            order="order:Q",
        )
        .properties(width=WIDTH - 120, height=max(60, 26 * len(records)))
    )  # fmt: skip
    return styled(body, "Measured against possible", "roofline: what the layers need; the rest is lost")


def _shown(row: dict[str, float], part: str) -> float:
    name, _ = _PARTS[part]
    if part == "roofline":
        return min(row["roofline_ns"], row["busy_ns"])
    return max(row[name], 0)
