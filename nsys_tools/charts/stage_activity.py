"""GPU activity over time, by stage."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import polars as pl

from nsys_tools.charts.style import COLORS, GRAY, OTHER, WIDTH, Chart, data, shortened, styled
from nsys_tools.units import time_scale

_TOP = len(COLORS) - 1


def chart(tables: Mapping[str, pl.DataFrame]) -> Chart | None:
    """Return the chart, or None if there are no operations."""
    activity = tables["stage_activity"]
    if activity.is_empty():
        return None
    ranking = activity.group_by("stage").agg(pl.col("sum_ns").sum()).sort("sum_ns", "stage", descending=[True, False])
    names = {stage: shortened(stage, 34) for stage in ranking["stage"].head(_TOP)}
    legend = list(dict.fromkeys(names.values())) + ([OTHER] if len(ranking) > _TOP else [])
    rows, unit = _bins(activity.with_columns(pl.col("stage").replace_strict(names, default=OTHER)))
    body = (
        alt.Chart(data(rows))
        .mark_area(interpolate="step-after")
        .encode(
            x=alt.X(
                "time:Q", title=f"time since the first GPU operation ({unit})",
                scale=alt.Scale(domain=[0, rows[-1]["time"]], nice=False),
            ),
            y=alt.Y("load:Q", stack="zero", title="operations running (mean)"),
            color=alt.Color(
                "stage:N", scale=alt.Scale(domain=legend, range=[*COLORS[: len(names)], GRAY][: len(legend)]),
                sort=legend, title=None, legend=alt.Legend(orient="bottom", columns=3),
            ),
        )
        .properties(width=WIDTH, height=200)
    )  # fmt: skip
    return styled(
        body,
        "GPU activity over time",
        "1: one operation at all times; below 1: idle time; above 1: concurrent operations",
    )


def _bins(activity: pl.DataFrame) -> tuple[list[dict[str, str | float]], str]:
    """Return one row per bin and stage, and the unit of time.

    An area chart requires every stage in every bin, and one extra bin to close the last bin.
    """
    bins = activity.group_by("start_ns", "bin_ns", "stage").agg(pl.col("sum_ns").sum())
    length = int(bins["bin_ns"][0])
    load = {(start, stage): max(total, 0) / length for start, _, stage, total in bins.iter_rows()}
    starts = [start for start, _ in load]
    begin, end = min(starts), max(starts) + length
    step, unit = time_scale(end - begin)
    stages = sorted({stage for _, stage in load})
    rows: list[dict[str, str | float]] = [
        {"time": (start - begin) / step, "stage": stage, "load": load.get((start, stage), 0)}
        for start in range(begin, end + 1, length)
        for stage in stages
    ]
    return rows, unit
