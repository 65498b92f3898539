"""Waterfalls and the roofline: bars and points are at their values, and labels do not overlap."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from typing import Any

import polars as pl
import pytest
import vl_convert

from nsys_tools.charts import labels, roofline_point, roofline_stage
from nsys_tools.charts.labels import Box
from nsys_tools.charts.plane import Plane
from tests.charts.test_charts import texts

MS = 1_000_000
PEAK = pl.DataFrame([{"gpu": "toy", "dtype": "bf16", "accumulator": "fp32", "flops_per_s": 1e15, "bytes_per_s": 4e12}])


def stage(name: str, roofline: float, inefficiency: float, late: float, other: float) -> dict[str, Any]:
    span = roofline + inefficiency + late + other
    return {
        "stage": name, "span_ns": round(span * MS), "roofline_ns": roofline * MS, "inefficiency_ns": inefficiency * MS,
        "launch_gap_ns": late * MS, "other_idle_ns": other * MS, "slowdown": span / roofline,
    }  # fmt: skip


def waterfalls(*stages: dict[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the specification of each panel, and every text of the drawing."""
    chart = roofline_stage.chart({"roofline_stage": pl.DataFrame(stages)})
    assert chart is not None
    specification = chart.to_dict()
    for panel in specification["concat"]:
        for layer in panel["layer"]:
            layer["rows"] = specification["datasets"][layer["data"]["name"]]
    return specification["concat"], texts(vl_convert.vegalite_to_svg(specification).encode())


def bars(panel: dict[str, Any]) -> list[tuple[float, float]]:
    """Return start and end of each bar in a panel."""
    (layer,) = [layer for layer in panel["layer"] if layer["mark"]["type"] == "bar"]
    return [(round(bar["from"], 9), round(bar["to"], 9)) for bar in layer["rows"]]


def test_bars_float_from_what_is_possible_to_what_was_measured() -> None:
    (panel,), shown = waterfalls(stage("decode", 10, 20, 50, 20))
    assert bars(panel) == [(0, 0.1), (0.1, 0.3), (0.3, 0.8), (0.8, 1), (0, 1)]
    labels = ("10 ms, 10 %", "20 ms, 20 %", "50 ms, 50 %", "100 ms, 100 %", "decode: 100 ms, 10 x the roofline time")
    for label in labels:
        assert label in shown
    assert [text for text in shown if text.startswith(("roofline", "+", "measured"))] == [
        "roofline", "+ inefficiency", "+ launch gaps", "+ other idle", "measured (span)",
    ]  # fmt: skip


def test_a_gain_goes_back() -> None:
    """Busy time below the roofline: the second bar goes left, and the others begin where it ends."""
    (first, second), shown = waterfalls(stage("fused", 80, -30, 20, 30), stage("faster", 30, -20, 0, 0))
    assert bars(first) == [(0, 0.8), (0.8, 0.5), (0.5, 0.7), (0.7, 1), (0, 1)]
    assert bars(second) == [(0, 3), (3, 1), (1, 1), (1, 1), (0, 1)]
    assert "-30 ms, -30 %" in shown
    assert "none" in shown
    for panel in (first, second):
        scale = next(layer for layer in panel["layer"] if layer["mark"]["type"] == "bar")["encoding"]["x"]["scale"]
        assert scale["domain"][0] <= 0
        assert scale["domain"][1] > max(max(bar) for bar in bars(panel)), "with room for the label"


def test_the_longest_stages_are_drawn_and_the_cut_is_said() -> None:
    panels, shown = waterfalls(*(stage(f"stage {n}", 1, n, 0, 0) for n in range(11)))
    assert [panel["title"]["text"].partition(":")[0] for panel in panels] == [f"stage {n}" for n in range(10, 2, -1)]
    assert any(text.startswith("8 longest of 11 stages") for text in shown)


@pytest.mark.parametrize("name", ["\x00", "<b>&\"'</b>", "𝕏" * 300, "%s {0} datum.value", "", "same"])
def test_odd_names_of_stages(name: str) -> None:
    panels, _ = waterfalls(stage(name, 1, 1, 0, 0), stage("same", 1, 1, 0, 0))
    assert len(panels) == 2


def point(series: str, name: str, intensity: float, flops_per_s: float, time_ns: float = 1e6) -> dict[str, Any]:
    return {
        "series": series, "stage": name, "name": name, "intensity": intensity, "flops_per_s": flops_per_s,
        "time_ns": time_ns, "bound": "memory",
    }  # fmt: skip


POINTS = [
    point("stage", "prefill", 200, 3e14),
    point("stage", "decode", 1, 2e12),
    point("op", "model.layers.*.mlp.up_proj", 300, 5e14),
    point("op", "model.norm", 0, 0),
    point("kernel", "gemm", 700, 1e14),
]


def roofline(*points: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    chart = roofline_point.chart({"roofline_point": pl.DataFrame(points), "peak": PEAK})
    assert chart is not None
    specification = chart.to_dict()
    for layer in specification["layer"]:
        layer["rows"] = specification["datasets"][layer["data"]["name"]]
    return specification, vl_convert.vegalite_to_svg(specification).encode()


def marks(specification: dict[str, Any]) -> dict[str, Any]:
    (layer,) = [layer for layer in specification["layer"] if layer["mark"]["type"] == "point"]
    return layer  # type: ignore[no-any-return]


def test_points_with_flops_are_drawn_in_their_series() -> None:
    specification, svg = roofline(*POINTS)
    drawn = marks(specification)["rows"]
    assert sorted((row["x"], row["y"]) for row in drawn) == [(1, 2e12), (200, 3e14), (300, 5e14), (700, 1e14)]
    encoding = marks(specification)["encoding"]
    for channel in ("shape", "stroke"):  # distinguishable on a screen, and on paper without color
        assert len(set(encoding[channel]["scale"]["range"])) == 3, channel
    shown = texts(svg)
    ceilings = "ridge: 250 FLOP/B", "1 PFLOP/s, dense bf16", "4 TB/s memory bandwidth"
    for label in ("prefill", "decode", "mlp.up_proj", *ceilings):
        assert label in shown
    assert len([text for text in shown if text.startswith(("stages:", "ops:", "kernels:"))]) == 3
    assert not [text for text in shown if "gemm" in text], "kernels are not labeled"


def test_the_roof_is_the_smaller_of_both_ceilings() -> None:
    specification, _ = roofline(*POINTS)
    roof = next(layer for layer in specification["layer"] if layer["mark"]["type"] == "line")["rows"]
    assert [row["y"] for row in roof] == pytest.approx([min(1e15, row["x"] * 4e12) for row in roof])
    assert 250 in [row["x"] for row in roof]


@pytest.mark.parametrize(
    "points",
    [
        POINTS,
        [point("stage", "slow", 1e-3, 1e3)],
        [point("stage", "above the roof", 2, 1e14), point("kernel", "k", 1e6, 1.1e15)],
    ],
)
def test_the_axes_hold_every_point_and_the_ridge(points: list[dict[str, Any]]) -> None:
    specification, _ = roofline(*points)
    encoding = marks(specification)["encoding"]
    (left, right), (low, high) = (encoding[axis]["scale"]["domain"] for axis in "xy")
    assert left < 250 < right
    assert low < 1e15 < high
    for row in marks(specification)["rows"]:
        assert left < row["x"] < right
        assert low < row["y"] < high


def boxes(svg: bytes, names: set[str]) -> dict[str, Box]:
    """Return where texts are, by their own transforms, with a width that no common font exceeds."""
    found = {}

    def visit(node: ET.Element, x: float, y: float) -> None:
        moved = re.match(r"translate\(([-\d.]+),([-\d.]+)\)", node.get("transform", ""))
        if moved:
            x, y = x + float(moved[1]), y + float(moved[2])
        text = "".join(node.itertext())
        if node.tag.endswith("}text") and text in names:
            width = 6.4 * len(text)
            left = x - width * {"start": 0, "middle": 0.5, "end": 1}[node.get("text-anchor", "start")]
            found[text] = Box(left, y - 9, left + width, y + 2)
        for child in node:
            visit(child, x, y)

    visit(ET.fromstring(svg), 0, 0)
    return found


def test_labels_of_a_crowd_do_not_meet() -> None:
    """Twelve stages within a fifth of a decade, at the ridge point, where the other labels are."""
    crowd = [
        point("stage", f"stage number {n}", 220 * 1.2 ** math.sin(n), 8e14 * 1.2 ** math.cos(n)) for n in range(12)
    ]
    _, svg = roofline(*crowd)
    fixed = {"ridge: 250 FLOP/B", "1 PFLOP/s, dense bf16"}
    found = boxes(svg, {f"stage number {n}" for n in range(12)} | fixed)
    assert fixed <= set(found)
    assert len(found) >= 10, "most have room"
    placed = list(found.items())
    for index, (name, box) in enumerate(placed):
        for other, its in placed[index + 1 :]:
            assert not box.meets(its), (name, other)


def test_stages_in_one_place_share_a_label() -> None:
    _, svg = roofline(point("stage", "decode", 1, 2e12), point("stage", "step", 1, 2e12))
    assert "decode, step" in texts(svg)


def test_no_model_no_points_no_chart() -> None:
    nothing = pl.DataFrame()
    assert roofline_point.chart({}) is None
    assert roofline_point.chart({"roofline_point": nothing, "peak": nothing}) is None
    without = pl.DataFrame([point("op", "norm", 0, 0)])
    assert roofline_point.chart({"roofline_point": without, "peak": PEAK}) is None
    assert roofline_stage.chart({}) is None


def test_pixels_and_points_agree() -> None:
    plane = Plane((680, 400), (0.5, 5000), (1e9, 1e16))
    assert plane.at(0.5, 1e9) == (0, 400)
    assert plane.at(5000, 1e16) == (680, 0)
    assert plane.at(50, 1e12) == pytest.approx((340, 400 * 4 / 7))
    assert plane.back(*plane.at(3, 2e13)) == pytest.approx((3, 2e13))
    assert plane.slope == pytest.approx(math.degrees(math.atan((400 / 7) / (680 / 4))))


def test_a_label_goes_where_it_covers_nothing() -> None:
    plot = Box(0, 0, 200, 100)
    free = labels.place("name", 100, 50, taken=[], marks=[], plot=plot)
    assert free is not None
    assert (free.left, (free.top + free.bottom) / 2) == (109, 50), "right of the point"
    beside = labels.place("name", 100, 50, taken=[free], marks=[], plot=plot)
    assert beside is not None
    assert not beside.meets(free)
    covered = labels.place("name", 100, 50, taken=[], marks=[labels.around(115, 50, 3)], plot=plot)
    assert covered is not None
    assert covered.right <= 100, "left of it, with a mark at its right"
    assert labels.place("name", 100, 50, taken=[plot], marks=[], plot=plot) is None
