"""Ranges: nesting, ties, roll-up, and ownership of operations."""

from __future__ import annotations

from pathlib import Path

import pytest

from nsys_tools.synthetic.builder import DOMAIN_CREATE, MARK, START_END, TraceBuilder, thread_key
from tests.case import OTHER_THREAD, THREAD, answer, build, launch, text


def test_path_depth_and_parent(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "run", 0, 100)
        b.range(THREAD, "step 1", 10, 50, registered=True)
        b.range(THREAD, "op", 10, 50)  # equal bounds: opened later, therefore inside
        b.range(THREAD, "step 2", 50, 90)  # starts at the end of step 1
        b.range(THREAD, "instant", 60, 60)
        b.range(OTHER_THREAD, "elsewhere", 0, 100)
        b.range(THREAD, "a mark", 70, None, event_type=MARK)

    assert answer(build(tmp_path, fill), "range", "range_id", "parent_id", "depth", "path", "rolled_path") == text(
        """
        range_id,parent_id,depth,path,rolled_path
        1,,0,run,run
        2,1,1,run/step 1,run/step *
        3,2,2,run/step 1/op,run/step */op
        4,1,1,run/step 2,run/step *
        5,4,2,run/step 2/instant,run/step */instant
        6,,0,elsewhere,elsewhere
        """
    )


def test_ranges_that_cross(tmp_path: Path) -> None:
    """The innermost range is the last-opened range that is still open; a crossed range is not a parent."""

    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "around", 0, 100)
        b.range(THREAD, "first", 10, 40, event_type=START_END)
        b.range(THREAD, "second", 30, 60, event_type=START_END)
        launch(b, 20, 200, 210)  # in first
        launch(b, 35, 210, 230)  # in both: second
        launch(b, 50, 230, 260)  # in second only
        launch(b, 70, 260, 300)  # around

    path = build(tmp_path, fill)
    assert answer(path, "range", "name", "parent_id") == "name,parent_id\naround,\nfirst,1\nsecond,1"
    assert answer(path, "range_summary", "rolled_path", "operation_count", "sum_ns", "exclusive_ns") == text(
        """
        rolled_path,operation_count,sum_ns,exclusive_ns
        around,4,100,40
        around/second,2,50,50
        around/first,2,30,10
        """
    )


def test_unattributed_is_a_row_of_its_own(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "r", 10, 20)
        launch(b, 12, 100, 101)
        launch(b, 20, 101, 103)  # at the end of r: outside
        launch(b, 12, 103, 107, thread=OTHER_THREAD)
        b.kernel(thread_key(1, 0), "no launch", 107, 115, 0)

    path = build(tmp_path, fill)
    assert answer(path, "range_exclusive") == "rolled_path,kind,operation_count,sum_ns\n,kernel,3,14\nr,kernel,1,1"
    assert answer(path, "range_unattributed", "reason", "operation_count", "sum_ns") == text(
        """
        reason,operation_count,sum_ns
        no launch,1,8
        no range,2,6
        """
    )
    assert answer(path, "trace_conservation", "kind", "operation_count", "difference_count", "difference_ns").endswith(
        "all,4,0,0"
    )


def test_a_range_that_was_never_closed_lasts_to_the_end(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "open", 10, None)
        launch(b, 50, 100, 250)

    path = build(tmp_path, fill)
    assert answer(path, "range", "name", "end_ns", "is_open") == "name,end_ns,is_open\nopen,250,True"
    assert answer(path, "range_exclusive", "rolled_path", "sum_ns") == "rolled_path,sum_ns\nopen,150"


def test_domains_are_per_process(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        other = thread_key(2, 1)
        b.range(THREAD, "NCCL", 0, None, event_type=DOMAIN_CREATE, domain=1)
        b.range(other, "CCCL", 0, None, event_type=DOMAIN_CREATE, domain=1)
        b.range(THREAD, "a", 1, 2, domain=1)
        b.range(other, "b", 1, 2, domain=1)
        b.range(other, "c", 3, 4)

    assert answer(build(tmp_path, fill), "range", "name", "domain") == "name,domain\na,NCCL\nb,CCCL\nc,"


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("aten::linear, op_id = 17", "aten::linear"),
        ("aten::add, seq = 3, op_id = 4", "aten::add"),
        ("aten::mm, seq = 3, sizes = [[2, 3], [3, 4]], input_op_ids = [(1,0)]", "aten::mm"),
        ("model.layers.4.mlp", "model.layers.*.mlp"),
        ("model.layers.4.experts.17", "model.layers.*.experts.*"),
        ("step 12", "step *"),
        ("batch[3]", "batch[*]"),
        ("iteration=5", "iteration=*"),
        ("gemm_128x128_fp16", "gemm_128x128_fp16"),
        ("conv2d", "conv2d"),
        ("at 0x7ffe12ab", "at 0x*"),
        ("  two\n lines ", "two lines"),
        ("", "(no name)"),
        (None, "(no name)"),
        ("x" * 200, "x" * 157 + "..."),
    ],
)
def test_roll_up(tmp_path: Path, name: str | None, label: str) -> None:
    path = build(tmp_path, lambda b: b.range(THREAD, name, 0, 1))
    assert answer(path, "range", "label") == f"label\n{label}"


def test_operators_are_rolled_up_and_count_once(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "aten::linear, op_id = 1", 0, 40)
        b.range(THREAD, "aten::addmm, op_id = 2", 10, 30)
        launch(b, 15, 100, 107)
        b.range(THREAD, "aten::linear, op_id = 3", 50, 90)
        b.range(THREAD, "aten::linear, op_id = 4", 60, 80)  # in a range with its own name
        launch(b, 65, 110, 113)
        launch(b, 85, 120, 121)
        b.range(THREAD, "not an operator", 91, 99)

    columns = ("name", "instance_count", "merged_count", "operation_count", "sum_ns", "exclusive_count", "exclusive_ns")
    assert answer(build(tmp_path, fill), "operator_summary", *columns) == text(
        """
        name,instance_count,merged_count,operation_count,sum_ns,exclusive_count,exclusive_ns
        aten::addmm,1,1,1,7,1,7
        aten::linear,3,3,3,11,2,4
        """
    )
