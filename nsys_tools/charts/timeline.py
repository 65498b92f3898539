"""Timeline of the run: steps and stages on each GPU, idle time by cause, and CPU calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import altair as alt
import polars as pl

from nsys_tools.charts.picture import Picture, indexed, spec
from nsys_tools.charts.style import COLORS, GRAY, Chart, shortened, visible

_ROW, _LABEL, _OVERVIEW = 19, 190, 34
_GPUS = 8
_CAUSES = {"launch gap": "#d55e00", "synchronization": "#c2649a", "dependency": "#a07d3b", "unknown": GRAY}
_CALLS = {"launch": "#56a0d3", "wait": "#d9822b", "other": GRAY}
# Successive steps have slightly different colors, so that each step can be seen.
_PHASES = {
    "prefill": ("#7a5cc0", "#9a80d6"), "decode": ("#2f8f83", "#58ada2"), "mixed": ("#4a7fc9", "#79a2db"),
    "train": ("#2f8f83", "#58ada2"), "other": ("#5f6b7a", "#84909f"),
}  # fmt: skip
_TIME = (
    "hi - lo >= 2e9 ? format(datum.value / 1e9, ',.3~f') + ' s' : "
    "hi - lo >= 2e6 ? format(datum.value / 1e6, ',.3~f') + ' ms' : format(datum.value / 1e3, ',.3~f') + ' µs'"
)


@dataclass(frozen=True)
class _Bar:
    """A bar in a lane. `sum_ns` is the total duration of the work in it, and `count` is a number of `unit`."""

    lane: str
    color: str
    what: str
    start_ns: int
    end_ns: int
    sum_ns: int
    count: int
    unit: str


def picture(tables: Mapping[str, pl.DataFrame]) -> Picture | None:
    """Return the picture, or None if there are neither GPU operations nor calls."""
    bars = list(_bars(tables))
    if not bars:
        return None
    first, last = min(bar.start_ns for bar in bars), max(bar.end_ns for bar in bars)
    extent = 0, max(last - first, 1)
    lanes = list(dict.fromkeys(bar.lane for bar in bars))
    activity = (
        tables["stage_activity"].group_by("start_ns").agg(pl.col("sum_ns").sum(), pl.col("bin_ns").first())
    ).sort("start_ns")
    gpus = max(tables["timeline_stage"]["gpu_id"].n_unique(), 1)
    load = {
        "at": [start - first for start in activity["start_ns"]],
        "to": [start - first + length for start, length in activity.select("start_ns", "bin_ns").iter_rows()],
        "load": [
            round(min(total / length / gpus, 1), 4) for total, length in activity.select("sum_ns", "bin_ns").iter_rows()
        ],
    }
    specs = {"main": spec(_main(lanes, extent))} | ({"overview": spec(_overview(extent))} if len(activity) else {})
    return Picture(
        "timeline", "Timeline",
        "Drag to zoom in; double-click to zoom out. After a click, the mouse wheel, + - and the arrow keys also work.",
        specs, {"bars": _columns(bars, first), "load": load, "lanes": {"lane": lanes}}, extent,
        _ROW * len(lanes) + 34 + (_OVERVIEW + 8) * len(activity.head(1)),
    )  # fmt: skip


def _columns(bars: list[_Bar], first: int) -> dict[str, Any]:
    return {
        "lane": indexed([bar.lane for bar in bars]),
        "color": indexed([bar.color for bar in bars]),
        "what": indexed([bar.what for bar in bars]),
        "unit": indexed([bar.unit for bar in bars]),
        "from": [bar.start_ns - first for bar in bars],
        "to": [bar.end_ns - first for bar in bars],
        "sum": [bar.sum_ns for bar in bars],
        "count": [bar.count for bar in bars],
    }


def _bars(tables: Mapping[str, pl.DataFrame]) -> Iterator[_Bar]:
    stages, steps = tables["timeline_stage"], tables["timeline_step"]
    gpus = sorted(set(stages["gpu_id"]))
    for gpu in gpus[:_GPUS]:
        mark = f"GPU {gpu} " if len(gpus) > 1 else ""
        yield from _steps(steps.filter(pl.col("gpu_id") == gpu), mark)
        yield from _stages(stages.filter(pl.col("gpu_id") == gpu), mark, _colors(stages))
        for row in tables["timeline_gap"].filter(pl.col("gpu_id") == gpu).sort("cause").to_dicts():
            call = f": {row['blocking_call']}" if row["blocking_call"] else ""
            yield _Bar(
                f"{mark}idle: {row['cause']}", _CAUSES.get(row["cause"], GRAY), f"{row['cause']}{call}",
                row["start_ns"], row["end_ns"], row["sum_ns"], row["gap_count"], "gap",
            )  # fmt: skip
    calls = tables["timeline_call"]
    several = calls["process_id"].n_unique() > 1
    for row in calls.to_dicts():
        process, name = row["process_id"], visible(row["name"] or row["kind"])
        which = ("others" if process is None else str(process >> 24 & 0xFFFFFF)) if several else ""
        yield _Bar(
            f"CPU {which + ' ' if which else ''}{row['kind']}", _CALLS[row["kind"]],
            name, row["start_ns"], row["end_ns"], row["sum_ns"], row["call_count"], "call",
        )  # fmt: skip


def _colors(stages: pl.DataFrame) -> dict[str, str]:
    """Return a color per stage, which is the same on all GPUs. The stages with the most time have distinct colors."""
    ranked = stages.group_by("stage").agg(pl.col("sum_ns").sum()).sort("sum_ns", "stage", descending=[True, False])
    return {name: COLORS[n % len(COLORS)] for n, name in enumerate(ranked["stage"].drop_nulls())}


def _steps(steps: pl.DataFrame, mark: str) -> Iterator[_Bar]:
    several = steps["process_id"].n_unique() > 1
    for n, row in enumerate(steps.to_dicts()):
        phase = "" if row["phase"] == "other" else f": {row['phase']}"
        process = f" {row['process_id'] >> 24 & 0xFFFFFF}" if several else ""
        yield _Bar(
            f"{mark}steps{process}{phase}", _PHASES[row["phase"]][n % 2], f"steps{phase}",
            row["start_ns"], row["end_ns"], row["busy_ns"], row["step_count"], "step",
        )  # fmt: skip


def _stages(stages: pl.DataFrame, mark: str, colors: Mapping[str, str]) -> Iterator[_Bar]:
    """Yield the segments of a GPU. Lanes whose shortened names are equal are numbered."""
    names: dict[int, str] = {}
    for row in stages.to_dicts():
        if row["lane"] not in names:
            short = "other stages" if row["stage"] is None else shortened(row["stage"], 30)
            same = sum(name == short or name.startswith(f"{short} (") for name in names.values())
            names[row["lane"]] = f"{short} ({same + 1})" if same else short
        yield _Bar(
            f"{mark}{names[row['lane']]}", colors.get(row["stage"], GRAY), visible(row["stage"] or "other stages"),
            row["start_ns"], row["end_ns"], row["sum_ns"], row["operation_count"], "operation",
        )  # fmt: skip


def _main(lanes: list[str], extent: tuple[int, int]) -> Chart:
    low, high = (alt.param(name=name, value=value) for name, value in zip(("lo", "hi"), extent, strict=True))
    y = alt.Y(
        "lane:N", sort=lanes, title=None, scale=alt.Scale(domain=lanes, paddingInner=0.22, paddingOuter=0.1),
        axis=alt.Axis(labelLimit=_LABEL - 12, minExtent=_LABEL, maxExtent=_LABEL, ticks=False, domain=False),
    )  # fmt: skip
    x = alt.X(
        "from:Q", title=None,
        scale=alt.Scale(domainMin=alt.ExprRef("lo"), domainMax=alt.ExprRef("hi"), nice=False, zero=False),
        axis=alt.Axis(labelExpr=_TIME, tickCount=8, labelFlush=True, labelOverlap=True),
    )  # fmt: skip
    rows = alt.Chart(alt.NamedData("lanes")).mark_rect(color=GRAY, opacity=0.1, tooltip=False).encode(y=y)
    bars = (
        alt.Chart(alt.NamedData("bars"))
        .mark_bar(clip=True, strokeWidth=0.7, tooltip={"content": "data"})
        .encode(
            x=x, x2="to:Q", y=y, color=alt.Color("color:N", scale=None), stroke=alt.Stroke("color:N", scale=None),
            # Bars that are busy for only part of the time are paler.
            opacity=alt.Opacity("share:Q", scale=alt.Scale(domain=[0, 1], range=[0.3, 1], clamp=True), legend=None),
        )
        .transform_calculate(share="datum.sum / max(datum.to - datum.from, 1)")
    )  # fmt: skip
    chart: Chart = alt.layer(rows, bars).add_params(low, high).properties(height=_ROW * len(lanes))
    return chart


def _overview(extent: tuple[int, int]) -> alt.Chart:
    mark = alt.BrushConfig(fill="#e08b00", fillOpacity=0.28, stroke="#e08b00", strokeOpacity=1)
    brush = alt.selection_interval(name="brush", encodings=["x"], mark=mark)
    chart: alt.Chart = (
        alt.Chart(alt.NamedData("load"))
        .mark_bar(color="#2b6cb0", stroke="#2b6cb0", strokeWidth=0.6, tooltip=False)
        .encode(
            x=alt.X("at:Q", title=None, scale=alt.Scale(domain=list(extent), nice=False), axis=None),
            x2="to:Q",
            y=alt.Y(
                "load:Q", title=None, scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(
                    labels=False, ticks=False, grid=False, domain=False, minExtent=_LABEL, maxExtent=_LABEL,
                    title="GPU busy", titleAngle=0, titleAlign="right", titleX=-6, titleY=_OVERVIEW / 2,
                ),
            ),
            y2=alt.datum(0),
        )
        .add_params(brush)
        .properties(height=_OVERVIEW)
    )  # fmt: skip
    return chart
