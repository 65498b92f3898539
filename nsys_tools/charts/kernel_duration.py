"""Kernel durations: the share of kernels and of kernel time in each duration bin."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import polars as pl

from nsys_tools.charts.style import BUSY, COLORS, WIDTH, Chart, data, styled

_LABELS = (
    "datum.value >= 1e9 ? format(datum.value / 1e9, '~g') + ' s' : datum.value >= 1e6 ? "
    "format(datum.value / 1e6, '~g') + ' ms' : datum.value >= 1e3 ? format(datum.value / 1e3, '~g') + ' µs' : "
    "format(datum.value, '~g') + ' ns'"
)


def chart(tables: Mapping[str, pl.DataFrame]) -> Chart | None:
    """Return the chart, or None if there are no kernels."""
    bins = tables["kernel_duration"]
    if bins.is_empty():
        return None
    count, total = bins["kernel_count"].sum(), max(bins["sum_ns"].sum(), 1)
    rows = [
        {
            "from": row["from_ns"], "to": row["to_ns"], "kernels": 100 * row["kernel_count"] / count,
            "time": 100 * row["sum_ns"] / total,
        }
        for row in bins.to_dicts()
    ]  # fmt: skip
    low, high = rows[0]["from"], rows[-1]["to"]

    def panel(field: str, title: str, color: str) -> alt.Chart:
        bars: alt.Chart = (
            alt.Chart(data(rows))
            .mark_bar(color=color, stroke="white")
            .encode(
                x=alt.X(
                    "from:Q", scale=alt.Scale(type="log", domain=[low, high], nice=False),
                    axis=alt.Axis(labelExpr=_LABELS, values=[10**n for n in range(13) if low <= 10**n <= high * 1.01],
                                  title="kernel duration"),
                ),
                x2="to:Q",
                y=alt.Y(f"{field}:Q", title=title),
                y2=alt.datum(0),
            )
            .properties(width=WIDTH / 2 - 60, height=170)
        )  # fmt: skip
        return bars

    body = alt.hconcat(panel("kernels", f"% of {count:,} kernels", BUSY), panel("time", "% of kernel time", COLORS[1]))
    return styled(
        body,
        "Kernel durations",
        "a launch costs about 2 to 5 µs of CPU time, so a series of shorter kernels starves the GPU",
    )
