"""The largest changes in a comparison, each split into the effects of count and duration."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import polars as pl

from nsys_tools.charts.style import BUSY, COLORS, WIDTH, Chart, data, named_bars, shortened, styled

_MOST = 20


def chart(tables: Mapping[str, pl.DataFrame]) -> Chart | None:
    """Return the chart, or None if there are no changes."""
    changes = tables["diff_change"]
    if changes.is_empty():
        return None
    rows: list[dict[str, object]] = []
    names: list[str] = []
    for n, row in enumerate(changes.head(_MOST).to_dicts(), 1):
        names.append(f"{shortened(row['name'], 46)} ({n})")  # numbered, because shortened names may be equal
        rows += [
            {"name": names[-1], "what": what, "time": row[column] / 1e3}
            for what, column in (("by count", "count_ns"), ("by duration", "duration_ns"))
        ]
    body = (
        alt.Chart(data(rows))
        .mark_bar()
        .encode(
            x=alt.X("time:Q", title="new - base (µs)", stack="zero"),
            y=named_bars(names),
            color=alt.Color(
                "what:N", title=None, scale=alt.Scale(domain=["by count", "by duration"], range=[BUSY, COLORS[1]])
            ),
        )
        .properties(width=WIDTH - 330, height=20 * len(names))
    )
    return styled(body, "Largest changes", "left: less time on the new side; right: more time")
