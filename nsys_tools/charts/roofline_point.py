"""Roofline chart: achieved FLOP/s of stages, ops and kernels, below the GPU's ceilings."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import polars as pl

from nsys_tools.charts.labels import Box, around, place
from nsys_tools.charts.plane import Plane, Words
from nsys_tools.charts.style import BUSY, COLORS, INK, WIDTH, Chart, data, shortened, styled

_SIZE = WIDTH - 80, 400
_LABELLED_OPS = 4
_NEAR = 10  # maximum distance in pixels between a point and a label without a leader line
_ABOVE = 48  # pixels above the peak, for labels
# Legend text, shape and color of each series, and whether its marks are filled, so that color is not required.
_SERIES = {
    "stage": ("stages: model FLOPs and bytes, over busy time", "circle", BUSY, True),
    "op": ("ops: as for stages; the area of a mark increases with busy time", "square", COLORS[2], False),
    "kernel": ("kernels: FLOPs, bytes and time measured by ncu with locked clocks", "triangle-up", COLORS[5], True),
}  # fmt: skip
_FLOPS = ((1e15, "PFLOP/s"), (1e12, "TFLOP/s"), (1e9, "GFLOP/s"), (1e6, "MFLOP/s"), (1.0, "FLOP/s"))
_BYTES = ((1e12, "TB/s"), (1e9, "GB/s"), (1e6, "MB/s"), (1.0, "B/s"))
_FLOPS_LABELS = (
    " : ".join(
        f"datum.value >= {step:.0f} ? format(datum.value / {step:.0f}, ',~g') + ' {unit}'" for step, unit in _FLOPS
    )
    + " : format(datum.value, '~g') + ' FLOP/s'"
)


def chart(tables: Mapping[str, pl.DataFrame]) -> Chart | None:
    """Return the chart, or None if there is no model or no point has FLOPs."""
    points, peaks = tables.get("roofline_point", pl.DataFrame()), tables.get("peak", pl.DataFrame())
    if points.is_empty() or peaks.is_empty():
        return None
    shown = points.filter((pl.col("intensity") > 0) & (pl.col("flops_per_s") > 0)).to_dicts()
    if not shown:
        return None
    peak = peaks.row(0, named=True)
    plane = _plane(shown, peak)
    x, y = plane.channels("intensity (FLOP per byte)", "achieved while busy", _FLOPS_LABELS)
    roof, words, lines = _roof(plane, peak, x, y)
    body = alt.layer(
        *roof, _marks(shown, x, y), *_labels(plane, shown, [box for word in words for box in word.boxes(plane)], lines),
        *(layer for word in words for layer in word.drawn(x, y)),
        width=_SIZE[0], height=_SIZE[1],
    )  # fmt: skip
    return styled(
        body, "Roofline: FLOP/s vs. FLOPs per byte",
        "points close to the line use the GPU well while it is busy; idle time is excluded",
    )  # fmt: skip


def _plane(points: Sequence[Mapping[str, Any]], peak: Mapping[str, Any]) -> Plane:
    """Return axes that include all points, the ridge, and the labels above the peak."""
    ridge = peak["flops_per_s"] / peak["bytes_per_s"]
    intensities = [ridge, *(point["intensity"] for point in points)]
    speeds = [peak["flops_per_s"], *(point["flops_per_s"] for point in points)]
    low, high = min(peak["flops_per_s"] / 100, min(speeds) / 3), max(speeds)
    return Plane(
        size=_SIZE,
        x=(min(ridge / 20, min(intensities) / 2), max(ridge * 12, max(intensities) * 2)),
        y=(low, high * (high / low) ** (_ABOVE / (_SIZE[1] - _ABOVE))),
    )


def _roof(plane: Plane, peak: Mapping[str, Any], x: alt.X, y: alt.Y) -> tuple[list[alt.Chart], list[Words], list[Box]]:
    """Return the ceilings and the line at the ridge, their labels, and the boxes of the lines."""
    flat, bandwidth = peak["flops_per_s"], peak["bytes_per_s"]
    ridge, begin = flat / bandwidth, max(plane.x[0], plane.y[0] / bandwidth)
    middle = (begin * ridge) ** 0.5
    roof = [(begin, begin * bandwidth), (ridge, flat), (plane.x[1], flat)]
    above = plane.at(ridge, flat)
    down = [(ridge, plane.y[0]), plane.back(above[0], above[1] - 22)]
    drawn = [_line(roof, x, y, 2), _line(down, x, y, 1, dashed=True)]
    words = [
        Words(f"{_amount(flat, _FLOPS)}, dense {peak['dtype']}", plane.x[1], flat, "right", -2, -13),
        Words(f"ridge: {ridge:,.3g} FLOP/B", ridge, flat, "center", 0, -31),
        Words(
            f"{_amount(bandwidth, _BYTES)} memory bandwidth", middle, middle * bandwidth, "center", 0, -9, plane.slope
        ),
        Words("memory-bound", ridge, plane.y[0], "right", -8, -9),
        Words("compute-bound", ridge, plane.y[0], "left", 8, -9),
    ]
    return drawn, words, [box for line in (roof, down) for box in plane.along(line)]


def _line(
    corners: Sequence[tuple[float, float]], x: alt.X, y: alt.Y, width: float, *, dashed: bool = False
) -> alt.Chart:
    chart: alt.Chart = (
        alt.Chart(data([{"x": at, "y": height} for at, height in corners]))
        .mark_line(color=INK, strokeWidth=width, strokeDash=[3, 3] if dashed else [1, 0])
        .encode(x=x, y=y)
    )
    return chart


def _amount(value: float, units: Sequence[tuple[float, str]]) -> str:
    step, unit = next((found for found in units if value >= found[0]), units[-1])
    return f"{value / step:,.4g} {unit}"


def _marks(points: Sequence[Mapping[str, Any]], x: alt.X, y: alt.Y) -> alt.Chart:
    """Return the points. Stages are drawn last, on top of the others."""
    present = [series for series in _SERIES if any(point["series"] == series for point in points)]
    longest = max((point["time_ns"] for point in points if point["series"] == "op"), default=1)
    rows = [
        {
            "x": point["intensity"], "y": point["flops_per_s"], "series": _SERIES[series][0],
            "size": 14 + 240 * point["time_ns"] / longest if series == "op" else 110,
        }
        for series in reversed(present) for point in points if point["series"] == series
    ]  # fmt: skip
    names = [_SERIES[series][0] for series in present]
    legend = alt.Legend(orient="bottom", direction="vertical", labelLimit=_SIZE[0], symbolSize=90, title=None)

    def scale(values: list[str]) -> alt.Scale:
        return alt.Scale(domain=names, range=values)

    colors = [_SERIES[series][2] for series in present]
    fills = [_SERIES[series][2] if _SERIES[series][3] else "transparent" for series in present]
    drawn: alt.Chart = (
        alt.Chart(data(rows))
        .mark_point(strokeWidth=1.4, opacity=1)
        .encode(
            x=x, y=y,
            shape=alt.Shape("series:N", scale=scale([_SERIES[series][1] for series in present]), legend=legend),
            stroke=alt.Stroke("series:N", scale=scale(colors), legend=legend),
            fill=alt.Fill("series:N", scale=scale(fills), legend=legend),
            size=alt.Size("size:Q", scale=None, legend=None),
        )
    )  # fmt: skip
    return drawn


def _labels(
    plane: Plane, points: Sequence[Mapping[str, Any]], taken: Sequence[Box], lines: Sequence[Box]
) -> list[alt.Chart]:
    """Return the names of the stages, and of the ops with the most time, where there is room."""
    places = [plane.at(point["intensity"], point["flops_per_s"]) for point in points]
    wanted = _names(points, places)
    used = [*taken, *(around(x, y, 6) for x, y, is_stage in wanted if is_stage)]
    marks = [*lines, *(around(x, y, 9) for x, y in places)]
    drawn, leaders = [], []
    for (x, y, is_stage), name in wanted.items():
        text = shortened(name, 48)
        box = place(text, x, y, taken=used, marks=marks, plot=Box(0, 0, *_SIZE))
        if box is None:
            continue
        used.append(box)
        drawn.append(_beside(plane, box, x, text, bold=is_stage))
        if box.distance(x, y) > _NEAR:
            leaders.append([plane.back(x, y), plane.back(*box.nearest(x, y))])
            marks += plane.along(leaders[-1])
    across, up = plane.channels("", "", "")
    return [
        *(_line(leader, across, up, 0.7) for leader in leaders),
        *(layer for words in drawn for layer in words.drawn(across, up)),
    ]


def _beside(plane: Plane, box: Box, x: float, text: str, *, bold: bool) -> Words:
    """Return a label in its box, aligned to the side nearest to its point."""
    middle = (box.top + box.bottom) / 2
    if box.left >= x:
        return Words(text, *plane.back(box.left, middle), "left", 0, 0, bold=bold)
    if box.right <= x:
        return Words(text, *plane.back(box.right, middle), "right", 0, 0, bold=bold)
    return Words(text, *plane.back((box.left + box.right) / 2, middle), "center", 0, 0, bold=bold)


def _names(
    points: Sequence[Mapping[str, Any]], places: Sequence[tuple[float, float]]
) -> dict[tuple[float, float, bool], str]:
    """Return the labels, by pixel and by whether they are stages. Labels at the same pixel are combined."""
    longest = sorted((point["time_ns"] for point in points if point["series"] == "op"), reverse=True)[:_LABELLED_OPS]
    named: dict[tuple[float, float, bool], list[str]] = {}
    for is_stage in (True, False):
        for point, (x, y) in zip(points, places, strict=True):
            if point["series"] == ("stage" if is_stage else "op") and (is_stage or point["time_ns"] in longest):
                key = next((key for key in named if key[2] == is_stage and math.dist(key[:2], (x, y)) < 4), None)
                named.setdefault(key or (x, y, is_stage), []).append(
                    point["name"] if is_stage else _tail(point["name"])
                )
    return {key: ", ".join(names) for key, names in named.items()}


def _tail(name: str) -> str:
    """Return the last parts of a qualified name, which identify the op."""
    words = [part for part in name.split(".") if part[:1].isalpha()]
    return ".".join(words[-2:]) or name
