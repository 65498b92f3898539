"""Charts: their content and order, and that odd data do not break them."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import vl_convert

from nsys_tools import charts
from nsys_tools.charts import llm_token
from nsys_tools.session.result import Result
from nsys_tools.synthetic.builder import TraceBuilder
from nsys_tools.synthetic.timeline import Timeline
from tests.case import THREAD, analyzed, build, launch
from tests.report.test_report import STAGES

NAMES = ("stage_summary", "stage_activity", "kernel_summary", "kernel_duration", "gap_summary")


def tables_of(path: Path, stages: Path | None = None) -> Mapping[str, Result]:
    return analyzed(path, stages=stages).tables


def texts(svg: bytes) -> list[str]:
    return ["".join(node.itertext()) for node in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_charts_show_the_tables(sample: tuple[Path, Timeline]) -> None:
    tables = tables_of(sample[0], STAGES)
    drawn = charts.draw(tables).charts
    assert set(drawn) == {f"charts/{name}.svg" for name in (*NAMES, "llm_token")}
    for name in (*NAMES, "llm_token"):
        assert charts.chart(name, tables).to_dict(validate=True), "drawing does not compare it with Vega-Lite's schema"
    shown = texts(drawn["charts/stage_summary.svg"])
    stages = tables["stage_summary"]["stage"]
    assert [text for text in shown if text in stages] == stages, "in the order of the table"
    assert "GPU time (ms)" in shown
    first = tables["kernel_summary"].one()
    shown = texts(drawn["charts/kernel_summary.svg"])
    assert any(text.startswith(f"{100 * first['share_ratio']:.1f} %, {first['instance_count']} x ") for text in shown)
    for name in ("launch gap", "dependency"):
        assert name in texts(drawn["charts/gap_summary.svg"])


def test_no_data_no_chart(tmp_path: Path) -> None:
    assert charts.draw(tables_of(build(tmp_path, lambda b: b.range(THREAD, "r", 0, 1)))).charts == {}


@pytest.mark.parametrize(
    "name", ["\x00", "a\x00b\x1b[31m", "<b>&\"'</b>", "𝕏" * 300, "%s {0} datum.value", "", "constructor", "__proto__"]
)
def test_odd_names_are_drawn(tmp_path: Path, name: str) -> None:
    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, name or None, 0, 100)
        launch(b, 5, 10, 5000, name=name)
        launch(b, 50, 6000, 9000, name=name)

    drawn = charts.draw(tables_of(build(tmp_path, fill))).charts
    assert len(drawn) == len(NAMES)
    for svg in drawn.values():
        assert texts(svg)


def tokens(requests: int, steps: int, base: str = "gpu", longest_ns: int = 9_000_000) -> pl.DataFrame:
    """Return rows of ``llm_token``: step i of every request takes 8 ms plus i ns, the last one longer."""
    rows = [
        {
            "range_id": request, "is_request": True, "thread_id": 1, "token_index": step,
            "itl_ns": (longest_ns if step == steps else 8_000_000 + step) if step else None,
            "itl_base": base if step else None,
        }
        for request in range(requests)
        for step in range(steps + 1)
    ]  # fmt: skip
    return pl.DataFrame(rows)


def layers(frame: pl.DataFrame) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the y axis title and the rows of each layer."""
    chart = llm_token.chart({"llm_token": frame})
    assert chart is not None
    drawn = chart.to_dict()
    return [(one["encoding"]["y"]["title"], drawn["datasets"][one["data"]["name"]]) for one in drawn["layer"]]


@pytest.mark.parametrize(
    ("frame", "drawn"),
    [
        (tokens(1, 3), "one request; a token is done when its GPU operations end"),
        (tokens(3, 1), "thick: median of 3 requests; thin: each"),
        (tokens(2, 5, "cpu"), "thick: median of 2 requests; thin: each; a token is done when its range closes"),
        (tokens(81, 601), "thick: median of 81 requests; thin: 27 of them, longest of every 3 steps"),
        (tokens(1, 3).with_columns(is_request=False, range_id=None), "one range of steps"),
    ],
)
def test_latency_of_tokens_says_what_is_drawn(frame: pl.DataFrame, drawn: str) -> None:
    chart = llm_token.chart({"llm_token": frame})
    assert chart is not None
    assert any(drawn in text for text in texts(vl_convert.vegalite_to_svg(chart.to_dict()).encode()))


def test_latency_of_tokens_shows_outliers() -> None:
    """The longest latency is drawn; if it is more than ten times the median, the axis is logarithmic."""
    for longest, shown in ((70_000_000, "time since the previous token (ms)"), (90_000_000, "log scale")):
        (title, thin), (_, thick) = layers(tokens(2, 700, longest_ns=longest))
        assert shown in title
        assert max(row["time"] for row in thin) == longest / 1e6
        assert len(thin) == 2 * len(thick) == 2 * 234


def test_the_median_ends_where_most_requests_have_ended() -> None:
    frame = pl.concat([tokens(1, 9).with_columns(range_id=pl.lit(7, pl.Int64)), tokens(2, 4)])
    assert [row["step"] for row in layers(frame)[1][1]] == [1, 2, 3, 4]


def test_no_latencies_no_chart() -> None:
    for frame in (tokens(3, 0), tokens(2, 2, "mixed"), tokens(1, 1, longest_ns=0)):
        assert llm_token.chart({"llm_token": frame}) is None
