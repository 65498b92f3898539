"""Waterfall chart of the change in mean step time from the base to the new side, by cause."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import polars as pl

from nsys_tools.charts.style import BUSY, COLORS, GRAY, INK, WIDTH, Chart, data, named_bars, styled


def chart(tables: Mapping[str, pl.DataFrame]) -> Chart | None:
    """Return the chart, or None if there are no steps."""
    budget = tables["diff_budget"]
    if budget.is_empty():
        return None
    terms = {row["term"]: row for row in budget.to_dicts()}
    at = terms["wall"]["base_ns"] / 1e6
    rows = [{"name": "base", "from": 0.0, "to": at, "what": "step", "label": f"{at:.3g}"}]
    wholes = {term["part_of"] for term in terms.values()}
    for cause in (term for term in terms if term not in wholes):
        delta = terms[cause]["delta_ns"] / 1e6
        what = "longer" if delta > 0 else "shorter"
        rows.append({"name": cause, "from": at, "to": at + delta, "what": what, "label": f"{delta:+.3g}"})
        at += delta
    rows.append({"name": "new", "from": 0.0, "to": at, "what": "step", "label": f"{at:.3g}"})
    ends = [value for row in rows[1:-1] for value in (row["from"], row["to"])]
    # An axis from 0 would hide small differences, so it starts below the smallest value, and the subtitle says so.
    room = max(max(ends) - min(ends), 0.02 * max(ends)) * 0.35
    low = max(min(ends) - room, 0)
    scale = alt.Scale(domain=[low, max(ends) + room], nice=False, clamp=True)
    colors = alt.Scale(domain=["step", "longer", "shorter"], range=[GRAY, COLORS[5], BUSY])
    y = named_bars([str(row["name"]) for row in rows])
    bars = (
        alt.Chart(data(rows))
        .mark_bar()
        .encode(
            x=alt.X("from:Q", title="mean wall time per step (ms)", scale=scale), x2="to:Q", y=y,
            color=alt.Color("what:N", scale=colors, title=None),
        )
    )  # fmt: skip
    for row in rows:
        row["at"] = max(row["from"], row["to"])
    texts = (
        alt.Chart(data(rows)).mark_text(align="left", dx=4, fontSize=11, color=INK)
        .encode(x=alt.X("at:Q", scale=scale), y=y, text="label:N")
    )  # fmt: skip
    body = alt.layer(bars, texts).properties(width=WIDTH - 260, height=26 * len(rows))
    said = f"phase {budget['phase'][0]}, GPU {budget['gpu'][0]}" + (f"; the axis starts at {low:.3g} ms" if low else "")
    return styled(body, "From base to new", said)
