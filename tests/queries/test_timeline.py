"""The picture of a run: what shares a row, that nothing is lost, and that few rows suffice for any trace."""

from __future__ import annotations

from pathlib import Path

import pytest

import nsys_tools as nt
from nsys_tools.synthetic.builder import TraceBuilder, process_key, thread_key
from nsys_tools.synthetic.timeline import Timeline
from tests.case import LAUNCH, PROCESS, SYNC, THREAD, answer, build, launch, text


def two_stages(b: TraceBuilder) -> None:
    b.range(THREAD, "a", 0, 100)
    b.range(THREAD, "b", 100, 200)
    launch(b, 10, 20, 30)
    launch(b, 12, 30, 40)
    launch(b, 110, 120, 150)
    launch(b, 300, 310, 350)


def test_segments_of_stages(tmp_path: Path) -> None:
    """The kernels of a follow each other without a gap; operations outside every range have a lane like a stage."""
    assert answer(build(tmp_path, two_stages), "timeline_stage") == text(
        """
        lane,gpu_id,stage,start_ns,end_ns,sum_ns,operation_count
        1,0,(unattributed),310,350,40,1
        2,0,b,120,150,30,1
        3,0,a,20,30,10,1
        3,0,a,30,40,10,1
        """
    )


def test_stages_with_little_time_share_a_lane(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        for n in range(30):
            at = 1_000_000 * n
            b.range(THREAD, f"stage {chr(97 + n)}", at, at + 500_000)
            launch(b, at + 10, at + 20, at + 1000 - n)

    rows = answer(build(tmp_path, fill), "timeline_stage", "lane", "stage", "sum_ns").splitlines()[1:]
    assert len(rows) == 30
    assert [row.split(",")[:2] for row in rows[:15]] == [[str(n + 1), f"stage {chr(97 + n)}"] for n in range(15)]
    assert {tuple(row.split(",")[:2]) for row in rows[15:]} == {("16", "")}


def gaps(b: TraceBuilder) -> None:
    launch(b, 0, 10, 20)
    launch(b, 5, 40, 50)
    b.call(THREAD, SYNC, 45, 90, 77)
    launch(b, 92, 100, 110)


def test_gaps_and_calls(tmp_path: Path) -> None:
    path = build(tmp_path, gaps)
    assert answer(path, "timeline_gap") == text(
        """
        gpu_id,cause,blocking_call,start_ns,end_ns,sum_ns,gap_count
        0,dependency,,20,40,20,1
        0,synchronization,cudaStreamSynchronize,50,100,50,1
        """
    )
    assert answer(path, "timeline_call", "kind", "name", "start_ns", "end_ns", "sum_ns", "call_count") == text(
        """
        kind,name,start_ns,end_ns,sum_ns,call_count
        launch,cudaLaunchKernel,0,2,2,1
        launch,cudaLaunchKernel,5,7,2,1
        launch,cudaLaunchKernel,92,94,2,1
        wait,cudaStreamSynchronize,45,90,45,1
        """
    )


def test_steps(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        for n in range(3):
            b.range(THREAD, f"step {n}", 100 * n, 100 * n + 80)
            launch(b, 100 * n + 5, 100 * n + 10, 100 * n + 50)

    assert answer(build(tmp_path, fill), "timeline_step") == text(
        f"""
        process_id,gpu_id,phase,start_ns,end_ns,busy_ns,wall_ns,step_count
        {PROCESS},0,other,10,110,40,100,1
        {PROCESS},0,other,110,210,40,100,1
        {PROCESS},0,other,210,250,40,40,1
        """
    )


def test_a_flame_of_gpu_time(tmp_path: Path) -> None:
    """A range that launched nothing is absent; operations outside every range are next to the others."""

    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "all", 0, 200)
        b.range(THREAD, "one", 10, 50)
        b.range(THREAD, "two", 60, 90)
        b.range(THREAD, "none", 92, 95)
        launch(b, 5, 10, 12)
        launch(b, 20, 30, 40)
        launch(b, 70, 80, 110)
        launch(b, 300, 310, 317)

    assert answer(build(tmp_path, fill), "range_flame") == text(
        """
        depth,from_ns,sum_ns,exclusive_ns,label,rolled_path,parent_path,base,member_count
        0,0,42,2,all,all,,gpu,1
        0,42,7,7,(unattributed),,,gpu,1
        1,0,30,30,two,all/two,all,gpu,1
        1,30,10,10,one,all/one,all,gpu,1
        """
    )


def test_without_a_gpu_it_is_wall_time(tmp_path: Path) -> None:
    """The children of all cover 10 to 60 together: overlapping time counts once."""

    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "all", 0, 100)
        b.range(THREAD, "x", 10, 40)
        b.range(THREAD, "y", 30, 60, event_type=60)

    path = build(tmp_path, fill)
    assert answer(path, "range_wall", "rolled_path", "instance_count", "wall_ns", "exclusive_wall_ns") == text(
        """
        rolled_path,instance_count,wall_ns,exclusive_wall_ns
        all,1,100,50
        all/x,1,30,30
        all/y,1,30,30
        """
    )
    assert answer(path, "range_flame", "depth", "sum_ns", "exclusive_ns", "label", "base") == text(
        """
        depth,sum_ns,exclusive_ns,label,base
        0,110,50,all,wall
        1,30,30,x,wall
        1,30,30,y,wall
        """
    )


def many(b: TraceBuilder) -> None:
    """Add 6,000 kernels in 2,000 ranges on four threads and five GPUs, with a synchronization before each."""
    for n in range(6000):
        process, thread = process_key(n % 4), thread_key(n % 4, 1)
        at = 1000 * n
        if n % 3 == 0:
            b.range(thread, f"part {chr(97 + n % 26)}{chr(97 + n // 26 % 26)}", at, at + 3900)
        correlation = b.correlation(process)
        b.call(thread, SYNC if n % 2 else "cudaDeviceSynchronize", at, at + 5 + n % 7, b.correlation(process))
        b.call(thread, LAUNCH, at + 20, at + 22 + n % 5, correlation)
        b.kernel(process, f"k{n % 9}", at + 100 + n % 13, at + 400 + n % 17, correlation, device=n % 5)


MOST = {"timeline_stage": 3000, "timeline_gap": 2000, "timeline_call": 2000, "timeline_step": 1000, "range_flame": 800}


def test_pictures_are_bounded_and_complete(tmp_path: Path) -> None:
    with nt.open(build(tmp_path, many), cache=False) as session:
        for name, most in MOST.items():
            assert len(session.query(name).rows()) <= most, name
        counts = {
            name: session.sql(f"SELECT count(*) AS n, sum({column}) AS ns FROM {name}").one()
            for name, column in (("timeline_stage", "sum_ns"), ("timeline_gap", "sum_ns"), ("timeline_call", "sum_ns"))
        }
        assert all(found["n"] > 500 for found in counts.values())
        summary = session.query("trace_summary").one()
        idle = sum(session.query("gpu_summary")["idle_ns"])
        calls = sum(session.query("api_summary")["sum_ns"])
        assert [found["ns"] for found in counts.values()] == [summary["operation_sum_ns"], idle, calls]
        assert sum(session.query("timeline_stage")["operation_count"]) == summary["operation_count"]
        flame = session.query("range_flame").records()
        assert sum(row["sum_ns"] for row in flame if row["depth"] == 0) == summary["operation_sum_ns"]
        others = [row for row in flame if row["label"] == "(other)"]
        assert others
        places = sum(row["member_count"] for row in flame if row["label"] != "(unattributed)")
        assert places == len(session.query("range_summary")) > 400


@pytest.mark.parametrize("column", ["sum_ns", "operation_count"])
def test_sums_of_the_sample(sample: tuple[Path, Timeline], column: str) -> None:
    truth = {"sum_ns": sample[1].exclusive_ns, "operation_count": sample[1].exclusive}[column]
    with nt.open(sample[0], cache=False) as session:
        assert sum(session.query("timeline_stage")[column]) == truth.total()


def test_a_late_synchronization_is_a_launch_gap(tmp_path: Path) -> None:
    """A call that begins when the GPU is idle already returns at once: the CPU was late, whatever it called."""

    def fill(b: TraceBuilder) -> None:
        launch(b, 0, 10, 20)
        b.call(THREAD, SYNC, 25, 27, 77)
        launch(b, 92, 100, 110)

    assert answer(build(tmp_path, fill), "gap_list", "cause", "blocking_call", "gap_ns", "launch_delay_ns") == text(
        """
        cause,blocking_call,gap_ns,launch_delay_ns
        launch gap,,80,74
        """
    )
