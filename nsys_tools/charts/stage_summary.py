"""GPU time by stage: time in operations, and idle time before them."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import polars as pl

from nsys_tools.charts.style import BUSY, IDLE, WIDTH, Chart, data, named_bars, shortened, styled, time_axis
from nsys_tools.units import duration, time_scale

_TOP = 16
_WORK, _WAIT = "running", "idle before its operations"


def chart(tables: Mapping[str, pl.DataFrame]) -> Chart | None:
    """Return the chart, or None if there are no operations."""
    stages = tables["stage_summary"].head(_TOP)
    if not stages["exclusive_ns"].sum():
        return None
    gaps = dict(tables["stage_gap"].group_by("stage").agg(pl.col("sum_ns").sum()).iter_rows())
    totals = [(row["stage"], row["exclusive_ns"], gaps.get(row["stage"], 0)) for row in stages.to_dicts()]
    step, unit = time_scale(max(work + idle for _, work, idle in totals))
    rows, labels = [], []
    for stage, work, idle in totals:
        name = shortened(stage, 44)
        for order, (part, ns) in enumerate(((_WORK, work), (_WAIT, idle))):
            rows.append({"name": name, "part": part, "order": order, "time": ns / step})
        share = f"{duration(work)} running" + (f", {duration(idle)} idle" if idle else "")
        labels.append({"name": name, "time": (work + idle) / step, "label": share})
    y = named_bars([label["name"] for label in labels])
    x = time_axis(f"GPU time ({unit})", max(label["time"] for label in labels), 0.5)
    bars = (
        alt.Chart(data(rows))
        .mark_bar(height={"band": 0.7})
        .encode(
            y=y,
            x=x.stack("zero"),
            color=alt.Color(
                "part:N", scale=alt.Scale(domain=[_WORK, _WAIT], range=[BUSY, IDLE]), title=None,
                legend=alt.Legend(orient="top"),
            ),
            order="order:Q",
        )
    )  # fmt: skip
    text = alt.Chart(data(labels)).mark_text(align="left", dx=5, fontSize=11).encode(y=y, x=x, text="label:N")
    body = (bars + text).properties(width=WIDTH - 120, height=max(60, 26 * len(totals)))
    return styled(body, "GPU time by stage", "exclusive: each operation counts only in its innermost stage")
