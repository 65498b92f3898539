"""One waterfall per stage, from the roofline time through each loss to the measured time."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import altair as alt
import polars as pl

from nsys_tools.charts.style import BUSY, COLORS, IDLE, INK, WIDTH, Chart, data, shortened, styled
from nsys_tools.units import duration

_TOP = 8
_COLUMNS = 2
_LABEL_WIDTH = 120
_PANEL_WIDTH = (WIDTH - _LABEL_WIDTH) // _COLUMNS - 10
_ROOM = 108  # pixels for the label of the longest bar
_ROW = 19
# Label, column and color of each bar. Except for the first and the last, a bar starts where the previous one ends.
_FIRST, _LAST = "roofline", "measured (span)"
_PARTS = {
    _FIRST: ("roofline_ns", BUSY),
    "+ inefficiency": ("inefficiency_ns", COLORS[1]),
    "+ launch gaps": ("launch_gap_ns", COLORS[5]),
    "+ other idle": ("other_idle_ns", IDLE),
    _LAST: ("span_ns", INK),
}
_COLORS = [color for _, color in _PARTS.values()]
_GAIN = "gain"  # a negative part, because fewer bytes were accessed than the model assumes


def chart(tables: Mapping[str, pl.DataFrame]) -> Chart | None:
    """Return the chart, or None if there is no model or its stages have no operations."""
    stages = tables.get("roofline_stage", pl.DataFrame())
    if stages.is_empty():
        return None
    shown = stages.sort("span_ns", "stage", descending=[True, False]).head(_TOP).to_dicts()
    panels = [_panel(_bars(row), _title(row), with_names=place % _COLUMNS == 0) for place, row in enumerate(shown)]
    body = alt.concat(*panels, columns=_COLUMNS, spacing={"row": 16, "column": 20})
    said = f"{_TOP} longest of {len(stages)} stages; " if len(stages) > _TOP else ""
    return styled(
        body, "Time above roofline per stage",
        f"{said}each panel has its own scale; the dashed line is the measured time, 100 %",
    )  # fmt: skip


def _title(row: Mapping[str, Any]) -> str:
    times = f", {row['slowdown']:.3g} x the roofline time" if row["slowdown"] else ""
    return f"{shortened(row['stage'], 24)}: {duration(row['span_ns'])}{times}"


def _bars(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the bars for one stage, with their ends as fractions of its span."""
    whole = row["span_ns"] or 1
    found, reached = [], 0.0
    for part, (column, _) in _PARTS.items():
        share = row[column] / whole
        begin = 0.0 if part in (_FIRST, _LAST) else reached
        reached = begin + share
        found.append({
            "part": part, "kind": part if share >= 0 else _GAIN, "from": begin, "to": reached,
            "right": max(begin, reached),
            "label": f"{_signed(row[column])}, {_percent(share)}" if round(row[column]) else "none",
        })  # fmt: skip
    for bar, following in pairwise(found):
        bar["next"] = following["part"]
    return found


def _signed(ns: float) -> str:
    return f"-{duration(-ns)}" if ns < 0 else duration(ns)


def _percent(share: float) -> str:
    """Return a share as a percentage, with one decimal below 10 %."""
    if abs(share) < 0.0005:
        return "< 0.1 %"
    return f"{100 * share:.{0 if abs(share) >= 0.0995 else 1}f} %"


def _panel(bars: list[dict[str, Any]], title: str, *, with_names: bool) -> alt.LayerChart | alt.FacetChart:
    """Return the panel for one stage. Only panels in the first column have bar names."""
    low = min(0.0, *(min(bar["from"], bar["to"]) for bar in bars))
    high = max(1.0, *(bar["right"] for bar in bars))
    domain = [low, low + (high - low) * _PANEL_WIDTH / (_PANEL_WIDTH - _ROOM)]

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", title=None, axis=None, scale=alt.Scale(domain=domain, nice=False, zero=False))

    y = alt.Y(
        "part:N", sort=list(_PARTS), title=None,
        axis=alt.Axis(minExtent=_LABEL_WIDTH, labelLimit=_LABEL_WIDTH, ticks=False, domain=False)
        if with_names else None,
    )  # fmt: skip
    base = alt.Chart(data(bars))
    marked = [
        alt.Chart(data([{"at": at}])).mark_rule(color=INK, strokeDash=dash, opacity=0.6).encode(x=x("at"))
        for at, dash in ((0, [1, 0]), (1, [2, 3]))
    ]
    steps = (
        base.transform_filter("isValid(datum.next)")
        .mark_rule(color=INK, strokeWidth=0.8)
        .encode(x=x("to"), y=y, y2="next:N")
    )
    drawn = base.mark_bar(height={"band": 0.72}, stroke=INK, strokeWidth=0.6).encode(
        x=x("from"), x2="to:Q", y=y,
        color=alt.Color(
            "kind:N", legend=None, scale=alt.Scale(domain=[*_PARTS, _GAIN], range=[*_COLORS, COLORS[2]])
        ),
    )  # fmt: skip
    labels = base.encode(x=x("right"), y=y, text="label:N")
    halo = labels.mark_text(align="left", dx=6, fontSize=11, stroke="white", strokeWidth=4)
    return alt.layer(
        *marked, steps, drawn, halo, labels.mark_text(align="left", dx=6, fontSize=11),
        width=_PANEL_WIDTH, height=_ROW * len(_PARTS),
        title=alt.TitleParams(title, anchor="start", fontSize=12, offset=4),
    )  # fmt: skip
