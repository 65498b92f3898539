"""The rows of a recipe on each file's time axis."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import polars as pl

from nsys_tools.charts.recipe_axis import row_height, rows_axis, time_axis
from nsys_tools.charts.style import COLORS, GRAY, OTHER, WIDTH, Chart, data, shortened, styled

_MOST = 2000
_NAMES = 7


def chart(tables: Mapping[str, pl.DataFrame]) -> Chart | None:
    """Return the chart for a table with file, name, start_ns and duration_ns, or None if there are no rows."""
    found = tables["recipe_span"]
    if found.is_empty():
        return None
    longest = found.sort("duration_ns", descending=True).head(_MOST)
    counts = longest.group_by("name").agg(pl.col("duration_ns").sum()).sort("duration_ns", "name", descending=True)
    names = {name: f"{shortened(name, 40)} ({n})" for n, name in enumerate(counts["name"][:_NAMES], 1)}
    labels = [*names.values(), *([OTHER] if len(counts) > len(names) else [])]
    first = dict(found.group_by("file").agg(pl.col("start_ns").min()).iter_rows())
    rows = [
        {"name": shortened(row["file"], 40), "part": names.get(row["name"], OTHER),
         "from": (row["start_ns"] - first[row["file"]]) / 1e6,
         "to": (row["start_ns"] - first[row["file"]] + row["duration_ns"]) / 1e6}
        for row in longest.to_dicts()
    ]  # fmt: skip
    files = list(dict.fromkeys(shortened(file, 40) for file in found["file"]))
    scale = alt.Scale(domain=labels, range=[*COLORS[: len(names)], GRAY][: len(labels)])
    color = alt.Color("part:N", title=None, scale=scale, legend=alt.Legend(orient="bottom", columns=1, labelLimit=420))
    # Bars of a few ns would be invisible without an edge.
    body = (
        alt.Chart(data(rows))
        .mark_bar(opacity=0.75, strokeWidth=1)
        .encode(
            x=time_axis("from", "time since the first one in the file (ms)"),
            x2="to:Q",
            y=rows_axis(files),
            color=color,
            stroke=alt.Stroke("part:N", scale=scale, legend=None),
        )
        .properties(width=WIDTH - 250, height=max(len(files) * row_height(len(files)), 60))
    )
    said = f"{_MOST:,} longest" if len(found) > _MOST else "each file uses its own clock"
    return styled(body, "Occurrences over time", said)
