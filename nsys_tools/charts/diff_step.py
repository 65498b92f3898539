"""Step times and their medians on both sides of a comparison, with one tick per step."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import polars as pl

from nsys_tools.charts.style import BUSY, COLORS, INK, WIDTH, Chart, data, named_bars, styled

_MOST = 2000


def chart(tables: Mapping[str, pl.DataFrame]) -> Chart | None:
    """Return the chart, or None if there are no steps."""
    steps = tables["diff_step"]
    if steps.is_empty():
        return None
    groups = steps.group_by("phase", "gpu", "side", maintain_order=True)
    rows, medians = [], []
    for (phase, gpu, side), group in groups:
        row = f"{'' if phase == 'other' else f'{phase}, '}GPU {gpu}, {side}"
        kept = group["ns"].gather_every(-(-len(group) // _MOST))
        rows += [{"name": row, "side": side, "ms": ns / 1e6} for ns in kept]
        medians.append({"name": row, "ms": group["ns"].median() / 1e6})  # type: ignore[operator]
    order = [str(one["name"]) for one in medians]
    y = named_bars(order)
    x = alt.X("ms:Q", title="wall time per step (ms)", scale=alt.Scale(zero=False))
    ticks = (
        alt.Chart(data(rows))
        .mark_tick(thickness=1.2, size=16, opacity=0.55)
        .encode(
            x=x, y=y,
            color=alt.Color("side:N", scale=alt.Scale(domain=["base", "new"], range=[BUSY, COLORS[1]]), title=None),
        )
    )  # fmt: skip
    marks = alt.Chart(data(medians)).mark_point(shape="diamond", size=70, color=INK, filled=True).encode(x=x, y=y)
    body = alt.layer(ticks, marks).properties(width=WIDTH - 210, height=26 * len(order))
    return styled(body, "Step times", "tick: step; diamond: median")
