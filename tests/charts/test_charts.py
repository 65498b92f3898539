"""Charts: what they show, in which order, and that they survive odd data."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import polars as pl
import pytest

from nsys_tools import charts, open_trace
from nsys_tools.analysis.analysis import analyze
from nsys_tools.trace.builder import TraceBuilder
from nsys_tools.trace.timeline import Timeline
from tests.case import THREAD, build, launch
from tests.report.test_report import STAGES

NAMES = ("stage_summary", "stage_activity", "kernel_summary", "kernel_duration", "gap_summary")


def frames(path: Path, stages: Path | None = None) -> dict[str, pl.DataFrame]:
    with open_trace(path) as trace:
        return {name: table.frame for name, table in analyze(trace, stages).tables.items()}


def texts(svg: bytes) -> list[str]:
    return ["".join(node.itertext()) for node in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_charts_show_the_tables(sample: tuple[Path, Timeline]) -> None:
    tables = frames(sample[0], STAGES)
    drawn = charts.draw(tables)
    assert set(drawn) == {f"charts/{name}.svg" for name in NAMES}
    shown = texts(drawn["charts/stage_summary.svg"])
    stages = tables["stage_summary"]["stage"].to_list()
    assert [text for text in shown if text in stages] == stages, "in the order of the table"
    assert "GPU time (ms)" in shown
    first = tables["kernel_summary"].row(0, named=True)
    shown = texts(drawn["charts/kernel_summary.svg"])
    assert any(text.startswith(f"{100 * first['share_ratio']:.1f} %, {first['instance_count']} x ") for text in shown)
    for name in ("late launch", "queued"):
        assert name in texts(drawn["charts/gap_summary.svg"])


def test_no_data_no_chart(tmp_path: Path) -> None:
    assert charts.draw(frames(build(tmp_path, lambda b: b.range(THREAD, "r", 0, 1)))) == {}


@pytest.mark.parametrize("name", ["\x00", "a\x00b\x1b[31m", "<b>&\"'</b>", "𝕏" * 300, "%s {0} datum.value", ""])
def test_odd_names_are_drawn(tmp_path: Path, name: str) -> None:
    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, name or None, 0, 100)
        launch(b, 5, 10, 5000, name=name)
        launch(b, 50, 6000, 9000, name=name)

    drawn = charts.draw(frames(build(tmp_path, fill)))
    assert len(drawn) == len(NAMES)
    for svg in drawn.values():
        assert texts(svg)
