"""Figures at the edges of their definitions in docs/concepts."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from nsys_tools.synthetic.builder import START_END, TraceBuilder
from tests.case import PROCESS, THREAD, answer, build, launch, text
from tests.torture.random_traces import differences, write


@pytest.mark.parametrize("seed", range(4))
def test_random_traces_equal_brute_force(tmp_path: Path, seed: int) -> None:
    """`make torture` runs 300 of them."""
    path = tmp_path / "t.sqlite"
    assert differences(path, write(path, seed)) == []


def test_a_stage_inside_itself_owns_what_it_launches(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        for name, start, end in [("b", 0, 100), ("a", 10, 90), ("b", 20, 40)]:
            b.range(THREAD, name, start, end)
        launch(b, 5, 200, 201)
        launch(b, 15, 210, 212)
        launch(b, 25, 220, 224)

    path, stages = build(tmp_path, fill), [("a", "a"), ("b", "b")]
    columns = ("stage", "instance_count", "wall_ns", "operation_count", "sum_ns", "exclusive_ns")
    assert answer(path, "stage_summary", *columns, stages=stages) == text(
        """
        stage,instance_count,wall_ns,operation_count,sum_ns,exclusive_ns
        b,1,100,3,7,5
        a,1,80,2,6,2
        """
    )
    assert answer(path, "range_summary", "rolled_path", "operation_count", "sum_ns", "exclusive_ns") == text(
        """
        rolled_path,operation_count,sum_ns,exclusive_ns
        b,3,7,1
        b/a,2,6,2
        b/a/b,1,4,4
        """
    )


def test_crossing_ranges_of_one_path_share_operations(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "request", 0, 60, event_type=START_END)
        b.range(THREAD, "request", 40, 100, event_type=START_END)
        launch(b, 10, 200, 201)
        launch(b, 50, 210, 212)
        launch(b, 70, 220, 224)

    columns = ("rolled_path", "instance_count", "operation_count", "sum_ns", "exclusive_ns", "wall_ns")
    assert answer(build(tmp_path, fill), "range_summary", *columns) == text(
        """
        rolled_path,instance_count,operation_count,sum_ns,exclusive_ns,wall_ns
        request,2,3,7,7,120
        """
    )


def test_ranges_below_the_longest_path_share_it(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        for level in range(30):
            b.range(THREAD, "x" * 160, level, 100 - level)
        launch(b, 50, 200, 201)

    columns = ("depth", "instance_count", "operation_count", "sum_ns", "exclusive_ns", "rolled_path")
    rows = [row.split(",") for row in answer(build(tmp_path, fill), "range_summary", *columns).splitlines()[1:]]
    (shared,) = [row for row in rows if row[-1].endswith("/...")]
    assert shared[:-1] == ["25", "5", "1", "1", "1"]
    assert [row[:-1] for row in rows if row != shared] == [[str(depth), "1", "1", "1", "0"] for depth in range(25)]


def test_a_range_that_ends_before_it_starts_has_no_length(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "s", 0, 40)
        b.range(THREAD, "s", 60, 50)
        b.range(THREAD, "t", 10, 4)
        b.range(THREAD, "s", 20, 20)  # inside the first one: not a separate instance

    path = build(tmp_path, fill)
    assert answer(path, "range", "path", "start_ns", "end_ns", "duration_ns") == text(
        """
        path,start_ns,end_ns,duration_ns
        s,0,40,40
        s,60,60,0
        s/t,10,10,0
        s/s,20,20,0
        """
    )
    columns = ("stage", "instance_count", "wall_ns", "min_wall_ns")
    assert answer(path, "stage_summary", *columns, stages=[("s", "s")]) == text(
        """
        stage,instance_count,wall_ns,min_wall_ns
        s,2,40,0
        """
    )


def test_an_operation_that_ends_before_it_starts_has_no_place_in_time(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "s", 0, 40)
        launch(b, 10, 100, 90)
        b.range(THREAD, "t", 50, 90)
        launch(b, 60, 200, 203)
        launch(b, 70, 210, 205)
        b.kernel(PROCESS, "k", 300, 290, 0, device=1)

    path = build(tmp_path, fill)
    columns = ("span_ns", "busy_ns", "idle_ns", "sum_ns")
    assert answer(path, "stage_summary", "stage", *columns, "operation_count") == text(
        """
        stage,span_ns,busy_ns,idle_ns,sum_ns,operation_count
        t,3,3,0,-2,2
        s,0,0,0,-10,1
        (unattributed),,,,-10,1
        """
    )
    assert answer(path, "gpu_summary", "gpu_id", *columns, "operation_count") == text(
        """
        gpu_id,span_ns,busy_ns,idle_ns,sum_ns,operation_count
        0,3,3,0,-12,3
        1,0,0,0,-10,1
        """
    )


def test_one_name_is_one_row(tmp_path: Path) -> None:
    """Traces of several processes contain names once per process; functions have versions."""

    def fill(b: TraceBuilder) -> None:
        launch(b, 0, 10, 12, name="f")
        launch(b, 5, 20, 25, name="twin")
        b.call(THREAD, "cudaFree_v3020", 30, 31, 98)
        b.call(THREAD, "cudaFree_v9999", 40, 43, 99)

    path = build(tmp_path, fill)
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE StringIds SET value = 'f' WHERE value = 'twin'")
        database.commit()
    assert answer(path, "api_summary", "name", "waits", "instance_count", "sum_ns") == text(
        """
        name,waits,instance_count,sum_ns
        cudaFree,True,2,4
        cudaLaunchKernel,False,2,4
        """
    )
    for query in ("kernel_summary", "kernel_class", "stage_kernel"):
        assert answer(path, query, "name", "instance_count", "sum_ns") == "name,instance_count,sum_ns\nf,2,7"
    assert answer(path, "stage_class", "name_count", "instance_count") == "name_count,instance_count\n1,2"


def test_a_blocking_call_that_returned_after_the_gap_is_not_its_cause(tmp_path: Path) -> None:
    """In a damaged trace, the launch can be after the start of the operation that it launched."""

    def fill(b: TraceBuilder) -> None:
        launch(b, 0, 10, 20)
        b.call(THREAD, "cudaDeviceSynchronize_v3020", 25, 45, 99)
        launch(b, 50, 30, 40)

    assert answer(build(tmp_path, fill), "gap_list", "gap_ns", "cause", "blocking_call") == text(
        """
        gap_ns,cause,blocking_call
        10,launch gap,
        """
    )
