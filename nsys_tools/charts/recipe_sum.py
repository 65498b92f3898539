"""Total time or bytes per file, with one bar per file, divided by name."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import polars as pl

from nsys_tools.charts.recipe_axis import row_height, rows_axis, time_axis
from nsys_tools.charts.style import COLORS, GRAY, OTHER, WIDTH, Chart, data, shortened, styled

_NAMES = 7


def chart(tables: Mapping[str, pl.DataFrame]) -> Chart | None:
    """Return the chart for a table with file, name, value and unit, or None if there are no rows."""
    found = tables["recipe_sum"]
    if found.is_empty():
        return None
    largest = found.group_by("name").agg(pl.col("value").sum()).sort("value", "name", descending=[True, False])
    names = {name: f"{shortened(name, 44)} ({n})" for n, name in enumerate(largest["name"][:_NAMES], 1)}
    rest = len(largest) - len(names)
    labels = [*names.values(), *([f"{OTHER} ({rest:,})"] if rest else [])]
    colors = [*COLORS[: len(names)], *([GRAY] if rest else [])]
    place = {label: n for n, label in enumerate(labels)}
    parts: dict[tuple[str, str], float] = {}
    for row in found.to_dicts():
        key = (shortened(row["file"], 40), names.get(row["name"], labels[-1]))
        parts[key] = parts.get(key, 0) + row["value"]
    rows = [{"name": file, "part": part, "place": place[part], "value": v} for (file, part), v in parts.items()]
    files = list(dict.fromkeys(shortened(file, 40) for file in found["file"]))
    body = (
        alt.Chart(data(rows))
        .mark_bar()
        .encode(
            x=time_axis("value", found["unit"][0]).stack("zero"),
            y=rows_axis(files),
            color=alt.Color("part:N", title=None, scale=alt.Scale(domain=labels, range=colors),
                            legend=alt.Legend(orient="bottom", columns=1, labelLimit=420)),
            order=alt.Order("place:Q"),
        )
        .properties(width=WIDTH - 250, height=max(len(files) * row_height(len(files)), 60))
    )  # fmt: skip
    return styled(body, "By file", "one bar per file, in file order")
