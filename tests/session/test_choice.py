"""A selection of time or queries never reads results cached for another selection."""

from __future__ import annotations

from pathlib import Path

import pytest

from nsys_tools.errors import NsysToolsError
from nsys_tools.session.choice import Choice
from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import build, launch

BASE = {"stats__named_kernel": "stats__named_kernel_base"}


def fill(builder: TraceBuilder) -> None:
    launch(builder, 10, 100, 200, name="a<1>(int)")
    launch(builder, 20, 300, 400, name="a<2>(int)")


def kernels(path: Path, choice: Choice | None) -> list[tuple[str, int]]:
    with open_trace(path, choice=choice) as trace:
        rows = trace.query("stats_cuda_gpu_kern_sum").records()
    return [(row["name"], row["instance_count"]) for row in rows]


def test_each_choice_has_its_own_answer(tmp_path: Path) -> None:
    path = build(tmp_path, fill)
    whole = [("a<1>(int)", 1), ("a<2>(int)", 1)]
    for _ in range(2):  # the second time from the cache
        assert kernels(path, None) == whole
        assert kernels(path, Choice(window=(0, 99))) == []
        assert kernels(path, Choice(window=(200, 299))) == whole[:1]
        assert kernels(path, Choice(instead=BASE)) == [("a", 2)]
        assert kernels(path, Choice((201, 300), BASE)) == [("a", 1)]


def test_marks_and_open_ranges_are_instants(tmp_path: Path) -> None:
    path = build(tmp_path, lambda b: b.range(1 << 24, "open", 50, None))
    for window, count in [((0, 49), 0), ((50, 50), 1), ((51, 60), 0)]:
        with open_trace(path, choice=Choice(window=window)) as trace:
            assert trace.sql("SELECT count(*) FROM range").rows() == [(count,)]


def test_a_query_that_is_not_there_is_named(tmp_path: Path) -> None:
    with (
        open_trace(build(tmp_path, fill), choice=Choice(instead={"stats__kernel": "stats__nothing"})) as trace,
        pytest.raises(NsysToolsError, match="no query 'stats__nothing'"),
    ):
        trace.query("stats_cuda_gpu_kern_sum")
