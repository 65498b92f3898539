"""Kernels with the most GPU time."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import polars as pl

from nsys_tools.charts import MOST_ROWS
from nsys_tools.charts.style import BUSY, WIDTH, Chart, data, named_bars, shortened, styled, time_axis
from nsys_tools.units import duration, time_scale

_TOP = 15


def chart(tables: Mapping[str, pl.DataFrame]) -> Chart | None:
    """Return the chart, or None if there are no kernels."""
    kernels = tables["kernel_summary"]
    if kernels.is_empty():
        return None
    top = kernels.head(_TOP).to_dicts()
    step, unit = time_scale(max(row["sum_ns"] for row in top))
    rows = [
        {
            "name": f"{rank}. {shortened(row['label'])}", "time": row["sum_ns"] / step,
            "label": f"{_share(row['share_ratio'])}{row['instance_count']:,} x {duration(row['mean_ns'])}",
        }
        for rank, row in enumerate(top, 1)
    ]  # fmt: skip
    base = alt.Chart(data(rows)).encode(
        y=named_bars([row["name"] for row in rows]),
        x=time_axis(f"sum of durations ({unit})", rows[0]["time"], 0.6),
    )
    bars = base.mark_bar(color=BUSY, height={"band": 0.7})
    text = base.mark_text(align="left", dx=5, fontSize=11).encode(text="label:N")
    count = f"at least {MOST_ROWS:,}" if len(kernels) >= MOST_ROWS else f"{len(kernels):,}"
    shown = f"top {len(top)} of {count} names" if len(kernels) > len(top) else f"all {len(top)} names"
    body = (bars + text).properties(width=WIDTH - 320, height=22 * len(top))
    return styled(
        body, "Kernels with the most GPU time", f"{shown}; share of total kernel time, instances x mean duration"
    )


def _share(ratio: float | None) -> str:
    """Return a share followed by a comma, or an empty string if the total kernel time is 0."""
    return "" if ratio is None else f"{100 * ratio:.1f} %, "
