"""Heat maps of ranks over time: GPU busy time and exposed communication."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import numpy as np
import polars as pl

from nsys_tools.charts.raster import Rgb, heat_map
from nsys_tools.charts.style import WIDTH, Chart, data, styled

_PANE = (WIDTH - 130) // 2
_EMPTY: Rgb = (255, 255, 255)
_PANES = {
    "busy_ratio": ("busy", (237, 241, 246), (18, 78, 140)),
    "exposed_ratio": ("exposed communication", (246, 243, 238), (200, 82, 0)),
}
_MOST_LABELS = 24


def chart(tables: Mapping[str, pl.DataFrame]) -> Chart | None:
    """Return the chart, or None if nothing ran."""
    found = tables["rank_activity"]
    if found.is_empty():
        return None
    # A rank that uses several GPUs has a row for each GPU.
    rows = found.select("rank", "gpu_id").unique().sort("rank", "gpu_id").with_row_index("row")
    cells = found.join(rows, on=["rank", "gpu_id"])
    height = max(60, min(len(rows) * 14, 460))
    seconds = float(cells["to_ns"].cast(pl.Float64).to_numpy().max()) / 1e9
    panes = [_pane(cells, rows, column, height, seconds, is_first=number == 0) for number, column in enumerate(_PANES)]
    return styled(
        alt.hconcat(*panes, spacing=18).resolve_scale(color="independent"), "Activity of ranks over time",
        "dark: 100 % of the time; white: before the start or after the end of the rank",
    )  # fmt: skip


def _pane(
    cells: pl.DataFrame, rows: pl.DataFrame, column: str, height: int, seconds: float, *, is_first: bool
) -> Chart:
    title, low, high = _PANES[column]
    values = np.full((len(rows), int(cells["slice"].max()) + 1), np.nan)  # type: ignore[arg-type]
    values[cells["row"].to_numpy(), cells["slice"].to_numpy()] = cells[column].cast(pl.Float64).fill_null(np.nan)
    unit, factor = ("s", 1.0) if seconds >= 1 else ("ms", 1e3)
    x = alt.X("x:Q", title=f"time ({unit})", scale=alt.Scale(domain=[0, seconds * factor], nice=False))
    shown = rows.gather_every(-(-len(rows) // _MOST_LABELS))
    labels = {int(row): str(rank) for row, rank in zip(shown["row"], shown["rank"], strict=True)}
    y = alt.Y(
        "y:Q", title="rank" if is_first else None, scale=alt.Scale(domain=[len(rows), 0], nice=False),
        axis=alt.Axis(
            values=[row + 0.5 for row in labels], labels=is_first, grid=False, ticks=False,
            labelExpr=f"{ {f'{row + 0.5}': rank for row, rank in labels.items()}!r}[datum.value]",
        ),
    )  # fmt: skip
    image = (
        alt.Chart(data([{"x": seconds * factor / 2, "y": len(rows) / 2, "image": heat_map(values, low, high, _EMPTY)}]))
        .mark_image(width=_PANE, height=height, aspect=False, smooth=False)
        .encode(x=x, y=y, url="image:N")
    )
    scale = alt.Scale(domain=[0, 1], range=[_hex(low), _hex(high)])
    legend = alt.Legend(title=None, format=".0%", gradientLength=min(height, 90), gradientThickness=10, values=[0, 1])
    # This layer only draws the color legend.
    key = (
        alt.Chart(data([{"x": 0, "y": 0, "share": 0}]))
        .mark_point(opacity=0)
        .encode(x=x, y=y, color=alt.Color("share:Q", scale=scale, legend=legend))
    )
    pane: Chart = alt.layer(image, key).properties(
        width=_PANE, height=height, title=alt.TitleParams(title, fontSize=12)
    )
    return pane


def _hex(color: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)
