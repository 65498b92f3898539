"""Reports on one screen each; the expected output is what nsys 2023.4.4 prints for the same events."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.stats.answers import answers
from nsys_tools.stats.formats import parse_format, write
from nsys_tools.stats.requests import Request, parse_request
from nsys_tools.synthetic.builder import DOMAIN_CREATE, MARK, START_END, TraceBuilder
from tests.case import LAUNCH, OTHER_THREAD, PROCESS, THREAD, build, text


def report(path: Path, name: str, *, window: tuple[int, int] | None = None) -> str:
    """Return a report as nsys prints it with -f csv:noconv; empty if it has no rows."""
    file = path.parent / "report.csv"
    for answer in answers(lambda choice: open_trace(path, cache=False, choice=choice), [parse_request(name)], window):
        return file.read_text(encoding="utf-8").strip() if write(answer, parse_format("csv:noconv"), file) else ""
    raise AssertionError("no answer")


def body(path: Path, name: str) -> str:
    """Return a report without its header."""
    return report(path, name).partition("\n")[2]


def at(builder: TraceBuilder, name: str, start: int, end: int, kernel: int, *, thread: int = THREAD) -> None:
    """Add a call from `start` to `end`, and its kernel of 10 ns at `kernel`."""
    correlation = builder.correlation(PROCESS)
    builder.call(thread, LAUNCH, start, end, correlation)
    builder.kernel(PROCESS, name, kernel, kernel + 10, correlation)


def edges(builder: TraceBuilder) -> None:
    """Calls at the edges of ranges: inside, at the start, at the end, across the edge, zero-length, outside."""
    builder.range(THREAD, "outer", 3000, 4000)
    builder.range(THREAD, "inner", 3100, 3900)
    at(builder, "within", 3200, 3210, 5000)
    at(builder, "at_start", 3100, 3110, 5020)
    at(builder, "at_end", 3890, 3900, 5040)
    at(builder, "across", 3890, 3901, 5060)
    at(builder, "instant_at_end", 3900, 3900, 5080)
    at(builder, "outside", 6000, 6010, 6100)
    builder.kernel(PROCESS, "no_call", 6200, 6210, 77)


def test_a_call_is_in_a_range_with_both_ends(tmp_path: Path) -> None:
    path = build(tmp_path, edges)
    assert body(path, "nvtx_kern_sum") == text(
        """
        ,,,,0,1,10,10.0,10.0,10,10,0.0,no_call
        ,,1,1,0,1,10,10.0,10.0,10,10,0.0,outside
        inner,PushPop,1,1,1,1,10,10.0,10.0,10,10,0.0,at_end
        inner,PushPop,1,1,1,1,10,10.0,10.0,10,10,0.0,at_start
        inner,PushPop,1,1,1,1,10,10.0,10.0,10,10,0.0,instant_at_end
        inner,PushPop,1,1,1,1,10,10.0,10.0,10,10,0.0,within
        outer,PushPop,1,1,1,1,10,10.0,10.0,10,10,0.0,across
        outer,PushPop,1,1,1,1,10,10.0,10.0,10,10,0.0,at_end
        outer,PushPop,1,1,1,1,10,10.0,10.0,10,10,0.0,at_start
        outer,PushPop,1,1,1,1,10,10.0,10.0,10,10,0.0,instant_at_end
        outer,PushPop,1,1,1,1,10,10.0,10.0,10,10,0.0,within
        """
    )
    assert body(path, "nvtx_gpu_proj_trace") == text(
        """
        ,6100,10,,,,1,1,1,,0,,,
        outer,5000,90,3000,1000,PushPop,1,1,5,0,1,1,,:1
        inner,5000,90,3100,800,PushPop,1,1,4,1,0,2,1,:1:2
        """
    )


def test_kernels_count_once_in_nested_ranges_of_a_name(tmp_path: Path) -> None:
    def fill(builder: TraceBuilder) -> None:
        builder.range(THREAD, "same", 7000, 8000)
        builder.range(THREAD, "same", 7100, 7900)
        at(builder, "x", 7200, 7210, 9000)
        at(builder, "x", 7950, 7960, 9020)
        builder.range(THREAD, "same", 8000, 8100, event_type=START_END)
        at(builder, "x", 8010, 8020, 9040)
        builder.range(OTHER_THREAD, "same", 8000, 8100)
        at(builder, "x", 8010, 8020, 9060, thread=OTHER_THREAD)

    assert body(build(tmp_path, fill), "nvtx_kern_sum") == text(
        """
        same,PushPop,1,1,2,2,30,10.0,10.0,10,10,0.0,x
        same,StartEnd,1,1,1,1,10,10.0,10.0,10,10,0.0,x
        same,PushPop,1,2,1,1,10,10.0,10.0,10,10,0.0,x
        """
    )


def test_names_that_read_alike_are_one(tmp_path: Path) -> None:
    def fill(builder: TraceBuilder) -> None:
        builder.range(THREAD, "LIB", 0, None, event_type=DOMAIN_CREATE, domain=3)
        builder.range(THREAD, "LIB:b", 100, 200)
        builder.range(THREAD, "b", 120, 180, domain=3)
        at(builder, "k", 130, 140, 1000)
        at(builder, "k", 110, 115, 1100)

    path = build(tmp_path, fill)
    assert body(path, "nvtx_kern_sum") == "LIB:b,PushPop,1,1,2,2,30,10.0,10.0,10,10,0.0,k"
    assert body(path, "nvtx_sum") == "100.0,160,2,80.0,80.0,60,100,28.3,PushPop,LIB:b"


@pytest.mark.parametrize("longest", [2**31 - 1, 2**31])
def test_medians_of_short_and_long_kernels_are_exact(tmp_path: Path, longest: int) -> None:
    """If all kernels take less than 2**31 ns, their durations are aggregated as 32-bit integers."""

    def fill(builder: TraceBuilder) -> None:
        builder.range(THREAD, "r", 100, 200)
        builder.range(THREAD, "r", 300, 400)
        at(builder, "k", 110, 120, 1000)
        correlation = builder.correlation(PROCESS)
        builder.call(THREAD, LAUNCH, 310, 320, correlation)
        builder.kernel(PROCESS, "k", 2000, 2000 + longest, correlation)

    # Of two values, the sample standard deviation is their difference divided by the square root of 2.
    middle, deviation = (10 + longest) / 2, (longest - 10) / 2**0.5
    expected = f"r,PushPop,1,1,2,2,{10 + longest},{middle:.1f},{middle:.1f},10,{longest},{deviation:.1f},k"
    assert body(build(tmp_path, fill), "nvtx_kern_sum") == expected


def test_a_call_without_an_end_is_in_no_range(tmp_path: Path) -> None:
    def fill(builder: TraceBuilder) -> None:
        builder.range(THREAD, "r", 600, 1000)
        correlation = builder.correlation(PROCESS)
        builder.call(THREAD, LAUNCH, 700, None, correlation)
        builder.kernel(PROCESS, "k", 2000, 2010, correlation)
        at(builder, "k", 800, 810, 2100)

    path = build(tmp_path, fill)
    assert body(path, "nvtx_kern_sum") == text(
        """
        ,,1,1,0,1,10,10.0,10.0,10,10,0.0,k
        r,PushPop,1,1,1,1,10,10.0,10.0,10,10,0.0,k
        """
    )
    assert body(path, "nvtx_gpu_proj_trace") == text(
        """
        ,2000,10,,,,1,1,1,,0,,,
        r,2100,10,600,400,PushPop,1,1,1,0,0,1,,:1
        """
    )


def test_ranges_that_no_program_can_have_made(tmp_path: Path) -> None:
    """One ends before it starts, which nsys itself mishandles, and one has lost its start: both contain nothing."""

    def fill(builder: TraceBuilder) -> None:
        builder.range(THREAD, "backward", 900, 700)
        builder.range(THREAD, "r", 600, 1000)
        builder.range(THREAD, "lost", 1, 950)
        at(builder, "k", 700, 700, 2000)

    path = build(tmp_path, fill)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE NVTX_EVENTS SET start = NULL WHERE text = 'lost'")
        connection.commit()
    assert body(path, "nvtx_kern_sum") == "r,PushPop,1,1,1,1,10,10.0,10.0,10,10,0.0,k"
    lines = [line.split(",") for line in body(path, "nvtx_pushpop_trace").splitlines()]
    assert sorted((line[5], line[11]) for line in lines) == [("backward", "2"), ("lost", ""), ("r", "")]


def test_push_pop_ranges_nest_without_start_end_ranges(tmp_path: Path) -> None:
    def fill(builder: TraceBuilder) -> None:
        builder.range(THREAD, "open", 100, None)
        builder.range(THREAD, "across", 150, 400, event_type=START_END)
        builder.range(THREAD, "short", 200, 300)
        builder.range(THREAD, "long", 200, 350)
        builder.range(THREAD, "instant", 500, 500, domain=3)
        builder.range(THREAD, "LIB", 0, None, event_type=DOMAIN_CREATE, domain=3)
        builder.range(OTHER_THREAD, "elsewhere", 600, 700, event_type=START_END, end_thread=THREAD)
        builder.range(THREAD, "mark", 900, None, event_type=MARK)
        at(builder, "k", 210, 220, 1000)
        at(builder, "k", 610, 620, 1100, thread=OTHER_THREAD)

    path = build(tmp_path, fill)
    assert body(path, "nvtx_pushpop_trace") == text(
        """
        100,500,400,150,250,open,1,1,0,2,1,,:1,open
        200,300,100,0,100,short,1,1,2,0,3,4,:1:4:3,----short
        200,350,150,100,50,long,1,1,1,1,4,1,:1:4,--long
        500,500,0,0,0,LIB:instant,1,1,1,0,5,1,:1:5,--LIB:instant
        """
    )
    assert report(path, "nvtx_startend_sum") == text(
        """
        Time (%),Total Time (ns),Instances,Avg (ns),Med (ns),Min (ns),Max (ns),StdDev (ns),Range
        71.4,250,1,250.0,250.0,250,250,0.0,across
        28.6,100,1,100.0,100.0,100,100,0.0,elsewhere
        """
    )
    assert report(path, "cuda_gpu_kern_sum:nvtx-name") == text(
        """
        Time (%),Total Time (ns),Instances,Avg (ns),Med (ns),Min (ns),Max (ns),StdDev (ns),Name
        50.0,10,1,10.0,10.0,10,10,0.0,k
        50.0,10,1,10.0,10.0,10,10,0.0,short/k
        """
    )


def test_launch_queue_and_execution(tmp_path: Path) -> None:
    def fill(builder: TraceBuilder) -> None:
        at(builder, "queued(int)", 100, 110, 200)
        at(builder, "early", 300, 400, 350)

    path = build(tmp_path, fill)
    assert body(path, "cuda_kern_exec_trace:base") == text(
        """
        100,10,110,90,200,10,110,1,1,0,cudaLaunchKernel,   1    1    1, 128    1    1,queued
        300,100,,,350,10,100,1,1,0,cudaLaunchKernel,   1    1    1, 128    1    1,early
        """
    )
    assert report(path, "cuda_kern_exec_sum").splitlines()[2] == (
        "1,1,0,1,0,100.0,100.0,100,100,0.0,100.0,100.0,100,100,0.0,,,,,0.0,10.0,10.0,10,10,0.0,cudaLaunchKernel,early"
    )


def test_a_launch_recorded_twice_counts_once(tmp_path: Path) -> None:
    """This deliberately differs from nsys, which counts the kernel once per record of its launch."""

    def fill(builder: TraceBuilder) -> None:
        builder.range(THREAD, "r", 50, 500)
        builder.call(THREAD, "cuLaunchKernel", 100, 140, 9)
        builder.call(THREAD, LAUNCH, 110, 130, 9)
        builder.kernel(PROCESS, "k", 200, 210, 9)

    path = build(tmp_path, fill)
    assert report(path, "nvtx_kern_sum").splitlines()[1:] == ["r,PushPop,1,1,1,1,10,10.0,10.0,10,10,0.0,k"]
    assert [line.split(",")[10] for line in report(path, "cuda_kern_exec_trace").splitlines()[1:]] == ["cuLaunchKernel"]


def test_sizes_keep_all_digits_and_throughput_is_nsys_s(tmp_path: Path) -> None:
    def fill(builder: TraceBuilder) -> None:
        for size, start, end in [(8, 0, 1408), (65536, 2000, 7951), (10, 9000, 9000)]:
            builder.copy(PROCESS, 2, size, start, end, builder.correlation(PROCESS), source=2, destination=0)
        builder.memset(PROCESS, 100_000_000, 10_000, 10_000 + 7_661_204, 77)

    path = build(tmp_path, fill)
    assert report(path, "cuda_gpu_mem_size_sum") == text(
        """
        Total (B),Count,Avg (B),Med (B),Min (B),Max (B),StdDev (B),Operation
        100000000,1,100000000.0,100000000,100000000,100000000,0.0,[CUDA memset]
        65554,3,21851.333333333332,10,8,65536,37832.03110240492,[CUDA memcpy Device-to-Host]
        """
    )
    assert [line.split(",")[13] for line in report(path, "cuda_gpu_trace").splitlines()[1:]] == [
        "5681816", "11012538368", "", "13000000000"
    ]  # fmt: skip


def test_unified_memory(tmp_path: Path) -> None:
    def fill(builder: TraceBuilder) -> None:
        for kind, size, address, took in [(11, 1000, 4096, 100), (11, 1000, 4096, 300), (12, 500, 4096, 1000)]:
            builder.add(
                "MEMCPY", start=0, end=took, deviceId=0, contextId=1, streamId=7, correlationId=0, globalPid=PROCESS,
                bytes=size, copyKind=kind, srcKind=4, dstKind=4, virtualAddress=address,
            )  # fmt: skip
        for address in (4096, 4096, 8192):
            builder.add(
                "CUDA_UM_CPU_PAGE_FAULT_EVENTS", start=5, globalPid=PROCESS, address=address,
                CpuInstruction=builder.string("main"),
            )  # fmt: skip
        builder.add(
            "CUDA_UM_GPU_PAGE_FAULT_EVENTS", start=5, end=6, globalPid=PROCESS, deviceId=0, address=4096,
            numberOfPageFaults=7, faultAccessType=1,
        )  # fmt: skip

    path = build(tmp_path, fill)
    assert report(path, "um_sum").splitlines()[1:] == ["4096,2000,500,2,7,1785712500", "8192,,,1,,"]
    assert report(path, "um_sum:rows=1").splitlines()[1:] == ["4096,2000,500,2,7,1785712500"]
    assert report(path, "um_total_sum").splitlines()[1:] == ["2000,500,3,7,4096,8192"]
    assert report(path, "um_cpu_page_faults_sum").splitlines()[1:] == ["3,main"]


@pytest.mark.parametrize(("first", "last", "kept"), [(0, 4999, ""), (5000, 5015, "within"), (5011, 5020, "at_start")])
def test_a_window_keeps_what_touches_it(tmp_path: Path, first: int, last: int, kept: str) -> None:
    lines = report(build(tmp_path, edges), "cuda_gpu_kern_sum", window=(first, last)).splitlines()[1:]
    assert [line.split(",")[-1] for line in lines] == ([kept] if kept else [])


def test_nothing_to_say_is_said(tmp_path: Path) -> None:
    path = build(tmp_path, lambda builder: builder.call(THREAD, LAUNCH, 0, 5, 1))
    silent = []
    wanted = [parse_request(name) for name in ("nvtx_sum", "um_total_sum", "cuda_api_sum")]
    for answer in answers(lambda choice: open_trace(path, cache=False, choice=choice), wanted):
        if write(answer, parse_format("csv"), tmp_path / "r.csv") == 0:
            silent.append((answer.request.report.name, answer.no_data))
    assert silent == [
        ("nvtx_sum", "case.sqlite does not contain NVTX range data."),
        ("um_total_sum", "case.sqlite does not contain CUDA unified memory CPU page fault data."),
    ]
    assert isinstance(parse_request("gpukernsum"), Request)
