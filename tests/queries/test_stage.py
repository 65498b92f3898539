"""Stages: instances, the four bases of time, exclusive figures, gaps."""

from __future__ import annotations

from pathlib import Path

import pytest

from nsys_tools.synthetic.builder import START_END, TraceBuilder
from tests.case import LAUNCH, PROCESS, SYNC, THREAD, answer, build, launch, text
from tests.conftest import SHARED


def two_stages(b: TraceBuilder) -> None:
    b.range(THREAD, "image", 0, 100)
    b.range(THREAD, "vision", 0, 40)
    b.range(THREAD, "sam", 5, 20)
    launch(b, 10, 100, 130)
    launch(b, 30, 150, 160)
    b.range(THREAD, "decode", 50, 90)
    b.range(THREAD, "decode", 60, 70)  # nested in itself: the outer one is the instance
    launch(b, 65, 200, 205)
    launch(b, 80, 203, 211)  # overlaps the previous one
    b.range(THREAD, "image", 100, 200)
    b.range(THREAD, "decode", 110, 190)
    launch(b, 120, 300, 301)


STAGES = [("vision", "vision"), ("sam", "sam"), ("decode", "image/decode")]


def test_bases_of_time(tmp_path: Path) -> None:
    columns = ("stage", "instance_count", "wall_ns", "span_ns", "busy_ns", "sum_ns", "idle_ns", "exclusive_ns")
    assert answer(build(tmp_path, two_stages), "stage_summary", *columns, stages=STAGES) == text(
        """
        stage,instance_count,wall_ns,span_ns,busy_ns,sum_ns,idle_ns,exclusive_ns
        sam,1,15,30,30,30,0,30
        decode,2,120,12,12,14,0,14
        vision,1,40,60,40,40,20,10
        """
    )


def test_instances(tmp_path: Path) -> None:
    columns = ("stage", "path", "start_ns", "wall_ns", "operation_count", "launch_count")
    assert answer(build(tmp_path, two_stages), "stage_instance", *columns, stages=STAGES) == text(
        """
        stage,path,start_ns,wall_ns,operation_count,launch_count
        vision,image/vision,0,40,2,2
        sam,image/vision/sam,5,15,1,1
        decode,image/decode,50,40,2,2
        decode,image/decode,110,80,1,1
        """
    )


def test_overlapping_instances_count_both_and_share_nothing(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "request", 0, 60, event_type=START_END)
        b.range(THREAD, "request", 40, 100, event_type=START_END)
        b.range(THREAD, "request", 45, 50)  # nested: the outer one is the instance
        launch(b, 10, 200, 210)
        launch(b, 55, 210, 230)  # both are open: it belongs to the one opened last
        launch(b, 70, 230, 270)

    stages, columns = [("request", "request")], ("start_ns", "wall_ns", "sum_ns", "operation_count")
    path = build(tmp_path, fill)
    assert answer(path, "stage_instance", *columns, stages=stages) == text(
        """
        start_ns,wall_ns,sum_ns,operation_count
        0,60,10,1
        40,60,60,2
        """
    )
    assert answer(path, "stage_summary", "stage", "sum_ns", "exclusive_ns", stages=stages) == text(
        """
        stage,sum_ns,exclusive_ns
        request,70,70
        """
    )


def test_without_a_stages_file_ranges_are_stages(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        two_stages(b)
        launch(b, 300, 400, 450)  # in no range

    columns = ("stage", "instance_count", "exclusive_ns", "exclusive_count", "median_wall_ns", "stddev_wall_ns")
    assert answer(build(tmp_path, fill), "stage_summary", *columns) == text(
        """
        stage,instance_count,exclusive_ns,exclusive_count,median_wall_ns,stddev_wall_ns
        (unattributed),,50,1,,
        vision,1,40,2,40.0,
        decode,2,14,3,60.0,28.284271247461902
        """
    )


def around_everything(b: TraceBuilder, own_ns: int = 0) -> None:
    """One range around everything, and one around all but 5 of 1,000 ns in it, with the work divided below."""
    b.range(THREAD, "profile", 0, 1000)
    b.range(THREAD, "warm-up", 10, 20)
    launch(b, 12, 2000, 2005)
    for n in range(2):
        b.range(THREAD, f"step {n}", 100 + 100 * n, 190 + 100 * n)
        b.range(THREAD, "forward", 110 + 100 * n, 140 + 100 * n)
        launch(b, 115 + 100 * n, 3000 + 1000 * n, 3300 + 1000 * n)
        b.range(THREAD, "backward", 150 + 100 * n, 180 + 100 * n)
        launch(b, 155 + 100 * n, 3400 + 1000 * n, 3597 + 1000 * n)
    if own_ns:
        launch(b, 185, 6000, 6000 + own_ns)


def test_a_range_around_everything_is_no_stage(tmp_path: Path) -> None:
    path = build(tmp_path, around_everything)
    assert answer(path, "stage_around", "rolled_path", "sum_ns", "own_ns") == text(
        """
        rolled_path,sum_ns,own_ns
        profile,999,0
        profile/step *,994,0
        """
    )
    assert answer(path, "stage_summary", "stage", "instance_count", "exclusive_ns", "wall_ns") == text(
        """
        stage,instance_count,exclusive_ns,wall_ns
        forward,2,600,60
        backward,2,394,60
        warm-up,1,5,10
        """
    )


def test_a_recorded_forward_pass_is_more_than_one_stage() -> None:
    """All of it is in ``profile/forward pass``: an expert would name the einsums first, then attention."""
    path = SHARED / "traces" / "transformer_fwd.sqlite"
    if not path.is_file():
        pytest.skip("../shared/traces/transformer_fwd.sqlite is not here")
    rows = answer(path, "stage_summary", "stage", "exclusive_ns").splitlines()[1:]
    assert rows[:3] == ["aten::einsum,29418278", "scaled dot product attention,9869801", "aten::mul,2491695"]
    assert sum(int(row.rpartition(",")[2]) for row in rows) == 43_618_216


def test_it_stays_one_for_what_it_launched_itself(tmp_path: Path) -> None:
    path = build(tmp_path, lambda b: around_everything(b, own_ns=11))
    assert answer(path, "stage_summary", "stage", "instance_count", "sum_ns", "exclusive_ns") == text(
        """
        stage,instance_count,sum_ns,exclusive_ns
        forward,2,600,600
        backward,2,394,394
        step *,2,1005,11
        warm-up,1,5,5
        """
    )


def test_a_range_with_nothing_inside_or_less_than_all_is_a_stage(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "a", 0, 100)
        b.range(THREAD, "x", 10, 90)
        launch(b, 20, 1000, 1950)
        b.range(THREAD, "b", 100, 200)
        launch(b, 110, 2000, 2000 + extra)

    columns = ("stage", "exclusive_ns")
    for extra, expected in ((50, "a,950\nb,50"), (49, "x,950\nb,49")):  # 95 % of the total is not more than 95 %
        (folder := tmp_path / str(extra)).mkdir()
        assert answer(build(folder, fill), "stage_summary", *columns) == "stage,exclusive_ns\n" + expected


def test_stages_that_would_have_one_name_have_their_paths(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "a", 0, 100)
        b.range(THREAD, "b", 10, 90)
        launch(b, 20, 1000, 1990)
        b.range(THREAD, "b", 200, 300)
        launch(b, 210, 2000, 2001)

    assert answer(build(tmp_path, fill), "stage_summary", "stage", "exclusive_ns") == text(
        """
        stage,exclusive_ns
        a/b,990
        b,1
        """
    )


def test_gaps_by_cause(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "s", 0, 1000)
        launch(b, 10, 100, 200)
        launch(b, 20, 210, 300)  # already launched: queued, 10 ns
        launch(b, 350, 360, 400)  # launched after the GPU went idle: launch gap, 60 ns
        b.call(THREAD, SYNC, 360, 402, 90)
        launch(b, 450, 460, 500)  # the synchronization ended inside the gap: synchronization, 60 ns
        b.kernel(PROCESS, "k", 530, 540, 0)  # unknown launch, 30 ns
        launch(b, 536, 545, 550)  # the call had not returned when the gap began, at 540; returned at 538: queued

    path = build(tmp_path, fill)
    assert answer(path, "gap_list", "gap_ns", "cause", "blocking_call") == text(
        """
        gap_ns,cause,blocking_call
        60,launch gap,
        60,synchronization,cudaStreamSynchronize
        30,unknown,
        10,dependency,
        5,dependency,
        """
    )
    assert answer(path, "stage_gap", "stage", "cause", "sum_ns") == text(
        """
        stage,cause,sum_ns
        s,launch gap,60
        s,synchronization,60
        (unattributed),unknown,30
        s,dependency,15
        """
    )
    assert answer(path, "gpu_summary", "span_ns", "busy_ns", "idle_ns", "sum_ns").endswith("450,285,165,285")


def test_activity_adds_up(tmp_path: Path) -> None:
    """Bins of GPU activity contain all GPU time exactly once."""
    path = build(tmp_path, two_stages)
    rows = answer(path, "stage_activity", "sum_ns", stages=STAGES).splitlines()[1:]
    assert sum(float(row) for row in rows) == 30 + 10 + 5 + 8 + 1


def test_kernels_of_a_stage(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        two_stages(b)
        b.range(THREAD, "decode", 300, 400)
        b.call(THREAD, LAUNCH, 310, 312, 77)
        b.kernel(PROCESS, "gemv", 320, 329, 77)

    assert answer(build(tmp_path, fill), "stage_kernel", "stage", "name", "sum_ns", stages=[("d", "decode")]) == text(
        """
        stage,name,sum_ns
        (outside every stage),k,40
        d,k,14
        d,gemv,9
        """
    )
