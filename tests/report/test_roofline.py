"""The report's section on the roofline: what it draws, and what it states as missing."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from nsys_tools.model.request import Request
from nsys_tools.report import report
from nsys_tools.sources import ncu
from tests.case import opened
from tests.charts.test_charts import texts
from tests.conftest import REPOSITORY
from tests.queries.test_roofline_point import COUNTED
from tests.roofline import slow_run

VALUES = ("seq_len=64", "decode_steps=3")


def counters() -> list[ncu.Metric]:
    """Return two launches: a tensor core product, and an addition that does not use tensor cores."""
    return [
        ncu.Metric(ncu.Launch(key, kernel, (x, y, z), (bx, by, bz)), section, metric, float(value), unit)
        for key, kernel, x, y, z, bx, by, bz, section, metric, value, unit, _ in COUNTED
    ]


def test_what_is_not_drawn_is_counted(tmp_path: Path) -> None:
    slow_run.write(tmp_path / "slow.sqlite", "llama-2-7b", "l4", *VALUES)
    with opened(tmp_path / "slow.sqlite", Request("llama-2-7b", assignments=VALUES)) as session:
        ncu.define(session._database, counters())
        analysis = session.analyze()
    report.write(analysis, tmp_path / "out", formats=["md"], top=20, force=False)
    points = pl.read_csv(tmp_path / "out" / "tables" / "roofline_point.csv")
    ops = points.filter(pl.col("series") == "op")
    without = ops.filter(pl.col("matrix_flops") == 0)
    assert 0 < len(without) < len(ops)
    text = (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    assert "![Roofline](charts/roofline_point.svg)" in text
    assert f"without tensor core FLOPs): {len(without)} of {len(ops)} ops, 1 of 2 kernels.\n" in text
    shown = texts((tmp_path / "out" / "charts" / "roofline_point.svg").read_bytes())
    legend = [word for text in shown if (word := text.partition(":")[0]) in {"stages", "ops", "kernels"}]
    assert legend == ["stages", "ops", "kernels"]
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["tables"]["roofline_point"]["total_row_count"] == len(points)
    assert metrics["tables"]["roofline_point"]["units"]["flops_per_s"] == "flops/s"


def test_no_roofline_without_a_model(tmp_path: Path) -> None:
    with opened(REPOSITORY / "capture" / "samples" / "sample.sqlite") as session:
        ncu.define(session._database, counters())
        analysis = session.analyze()
    report.write(analysis, tmp_path / "out", formats=["md"], top=20, force=False)
    assert "oofline" not in (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    assert not (tmp_path / "out" / "charts" / "roofline_point.svg").exists()
