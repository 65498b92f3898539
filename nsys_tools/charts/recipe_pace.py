"""Pace of each file's iterations: their durations, and the gaps before them."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import polars as pl

from nsys_tools.charts.style import COLORS, WIDTH, Chart, data, shortened, styled

_POINTS = 1500
"""Maximum number of points per file; with more iterations, every nth one is drawn."""


def chart(tables: Mapping[str, pl.DataFrame]) -> Chart | None:
    """Return the chart for a table with file, iteration, duration_ns and delta_ns, or None if there are no rows."""
    found = tables["recipe_pace"]
    if found.is_empty():
        return None
    files = list(dict.fromkeys(found["file"]))
    labels = {file: f"{n} {shortened(file, 26)}" for n, file in enumerate(files)}
    step = -(-int(found["iteration"].max()) // _POINTS) or 1  # type: ignore[arg-type]
    shown = found.filter(pl.col("iteration") % step == 0)
    rows = [
        {"name": labels[row["file"]], "iteration": row["iteration"], "duration": row["duration_ns"] / 1e6,
         "gap": row["delta_ns"] / 1e6 if row["iteration"] else None}
        for row in shown.to_dicts()
    ]  # fmt: skip
    few = len(files) <= len(COLORS)
    scale = alt.Scale(domain=list(labels.values()), **({"range": COLORS} if few else {"scheme": "viridis"}))
    color = alt.Color(
        "name:N",
        title="file",
        scale=scale,
        legend=alt.Legend(orient="bottom", columns=3, columnPadding=50, symbolLimit=24),
    )

    def lines(field: str, title: str) -> alt.Chart:
        drawn: alt.Chart = (
            alt.Chart(data([row for row in rows if row[field] is not None]))
            .mark_line(strokeWidth=1.2, opacity=0.8, point=alt.OverlayMarkDef(size=14))
            .encode(x=alt.X("iteration:Q", title="iteration"), y=alt.Y(f"{field}:Q", title=title), color=color)
            .properties(width=WIDTH - 90, height=190)
        )
        return drawn

    body = alt.vconcat(lines("duration", "duration (ms)"), lines("gap", "gap before the iteration (ms)"))
    said = "duration of each iteration, and the gap since the end of the previous one"
    return styled(body, "Pace by iteration", said + (f"; every {step}th iteration" if step > 1 else ""))
