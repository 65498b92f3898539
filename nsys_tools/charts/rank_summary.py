"""Step time per rank, drawn as a line from the shortest to the longest step, with the median marked."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import polars as pl

from nsys_tools.charts.style import BUSY, INK, WIDTH, Chart, data, styled


def chart(tables: Mapping[str, pl.DataFrame]) -> Chart | None:
    """Return the chart, or None if no rank has steps."""
    ranks = tables["rank_summary"].filter(pl.col("rank").is_not_null() & pl.col("median_step_ns").is_not_null())
    if len(ranks) < 2:
        return None
    rows = [
        {"rank": row["rank"], "low": row["min_step_ns"] / 1e6, "middle": row["median_step_ns"] / 1e6,
         "high": row["max_step_ns"] / 1e6}
        for row in ranks.iter_rows(named=True)
    ]  # fmt: skip
    first, last = min(row["rank"] for row in rows), max(row["rank"] for row in rows)
    x = alt.X("rank:Q", title="rank", scale=alt.Scale(domain=[first - 0.5, last + 0.5], nice=False),
              axis=alt.Axis(tickMinStep=1, grid=False))  # fmt: skip
    room = WIDTH - 90
    thick = max(1.0, min(8.0, 0.6 * room / len(rows)))
    base = alt.Chart(data(rows)).encode(x=x)
    spans = base.mark_rule(strokeWidth=thick, color=BUSY, opacity=0.35).encode(
        y=alt.Y("low:Q", title="wall time per step (ms)", scale=alt.Scale(zero=False)), y2="high:Q"
    )
    middle = base.mark_point(shape="diamond", filled=True, color=INK, size=max(8, min(50, 3000 / len(rows)))).encode(
        y="middle:Q"
    )
    body = alt.layer(spans, middle).properties(width=room, height=190)
    return styled(body, "Step time by rank", "line: shortest to longest step; diamond: median")
