"""GPU idle time by cause."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import polars as pl

from nsys_tools.charts.style import COLORS, WIDTH, Chart, data, named_bars, shortened, styled, time_axis
from nsys_tools.units import duration, time_scale

_TOP = 12
_CAUSES = ["launch gap", "synchronization", "dependency", "unknown"]


def chart(tables: Mapping[str, pl.DataFrame]) -> Chart | None:
    """Return the chart, or None if there are no gaps."""
    gaps = tables["gap_summary"]
    if gaps.is_empty():
        return None
    top = gaps.head(_TOP).to_dicts()
    step, unit = time_scale(max(row["sum_ns"] for row in top))
    rows = [
        {
            "name": shortened(f"{row['cause']}: {row['blocking_call']}" if row["blocking_call"] else row["cause"]),
            "kind": row["cause"], "time": row["sum_ns"] / step,
            "label": f"{duration(row['sum_ns'])} in {row['gap_count']:,} gaps, median {duration(row['median_ns'])}",
        }
        for row in top
    ]  # fmt: skip
    base = alt.Chart(data(rows)).encode(
        y=named_bars([row["name"] for row in rows]),
        x=time_axis(f"idle GPU time ({unit})", rows[0]["time"], 0.8),
    )
    bars = base.mark_bar(height={"band": 0.7}).encode(
        color=alt.Color("kind:N", scale=alt.Scale(domain=_CAUSES, range=COLORS[: len(_CAUSES)]), legend=None)
    )
    text = base.mark_text(align="left", dx=5, fontSize=11).encode(text="label:N")
    body = (bars + text).properties(width=WIDTH - 180, height=max(50, 26 * len(top)))
    return styled(body, "GPU idle time by cause", "gaps between operations, by the state of the launching thread")
