"""Queries of the expert-system rules: a small trace and the whole answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from nsys_tools.synthetic.builder import TraceBuilder, process_key, thread_key
from tests.case import OTHER_THREAD, PROCESS, SYNC, THREAD, answer, build, text

MS = 1_000_000
OTHER = process_key(2)


def operation(builder: TraceBuilder, call: str, table: str, start: int, end: int, **fields: int) -> None:
    """Add a call and the copy or memset that it launches."""
    correlation = builder.correlation(PROCESS)
    builder.call(THREAD, call, start - 10, start - 5, correlation)
    builder.add(table, start=start, end=end, deviceId=0, contextId=1, streamId=7, correlationId=correlation,
                globalPid=PROCESS, **fields)  # fmt: skip


def test_calls_that_wait(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        b.call(THREAD, SYNC, 10, 40, 1)
        b.call(OTHER_THREAD, "cudaDeviceSynchronize_v3020", 50, 90, 2)
        b.call(THREAD, "cudaEventSynchronize_v3020", 100, 900, 3)
        b.call(THREAD, SYNC, 1000, 1030, 4)

    assert answer(build(tmp_path, fill), "rule_cuda_api_sync") == text(
        """
        duration_ns,start_ns,pid,tid,name,global_id,api
        40,50,1,2,cudaDeviceSynchronize_v3020,16777218,cuda
        30,10,1,1,cudaStreamSynchronize_v3020,16777217,cuda
        30,1000,1,1,cudaStreamSynchronize_v3020,16777217,cuda
        """
    )


def copies(b: TraceBuilder) -> None:
    """Copies of equal length, in a different order from that of their calls; some of them block."""
    pageable, pinned, device = 0, 1, 2
    fields = {"copyKind": 1, "srcKind": pageable, "dstKind": device}
    operation(b, "cudaMemcpyAsync_v3020", "MEMCPY", 200, 300, bytes=8, **fields)
    operation(b, "cudaMemcpyAsync_v3020", "MEMCPY", 100, 200, bytes=16, **fields)
    operation(b, "cudaMemcpyAsync_v3020", "MEMCPY", 400, 900, bytes=32, **fields | {"srcKind": pinned})
    operation(b, "cudaMemcpy_v3020", "MEMCPY", 1000, 1100, bytes=64_000, **fields)
    operation(b, "cudaMemcpy_v3020", "MEMCPY", 2000, 2100, bytes=64_001, **fields)
    operation(b, "cudaMemcpy_v3020", "MEMCPY", 3000, 3200, bytes=4, copyKind=2, srcKind=device, dstKind=pinned)
    operation(b, "cudaMemcpy_v3020", "MEMCPY", 4000, 4200, bytes=99_999, copyKind=8, srcKind=device, dstKind=device,
              srcDeviceId=0, dstDeviceId=0)  # fmt: skip


def test_asynchronous_copies_of_pageable_memory(tmp_path: Path) -> None:
    assert answer(build(tmp_path, copies), "rule_cuda_memcpy_async") == text(
        """
        duration_ns,start_ns,source_memory,destination_memory,copied_bytes,pid,device_id,context_id,green_context_id,stream_id,name,global_id,copy_kind,api
        100,200,Pageable,Device,8,1,0,1,,7,cudaMemcpyAsync_v3020,16777216,1,cuda
        100,100,Pageable,Device,16,1,0,1,,7,cudaMemcpyAsync_v3020,16777216,1,cuda
        """
    )


def test_synchronous_copies(tmp_path: Path) -> None:
    """Small copies to the device and copies within it do not count."""
    assert answer(build(tmp_path, copies), "rule_cuda_memcpy_sync") == text(
        """
        duration_ns,start_ns,source_memory,destination_memory,copied_bytes,pid,device_id,context_id,green_context_id,stream_id,name,global_id,copy_kind,api
        200,3000,Device,Pinned,4,1,0,1,,7,cudaMemcpy_v3020,16777216,2,cuda
        100,2000,Pageable,Device,64001,1,0,1,,7,cudaMemcpy_v3020,16777216,1,cuda
        """
    )


def test_synchronous_memsets(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        for at, memory in ((100, 1), (200, 2), (300, 4)):
            operation(b, "cudaMemset_v3020", "MEMSET", at, at + memory, bytes=at, value=0, memKind=memory)
        operation(b, "cudaMemsetAsync_v3020", "MEMSET", 400, 500, bytes=1, value=0, memKind=1)

    assert answer(build(tmp_path, fill), "rule_cuda_memset_sync") == text(
        """
        duration_ns,start_ns,memory,set_bytes,pid,device_id,context_id,green_context_id,stream_id,name,global_id,api
        4,300,Managed,300,1,0,1,,7,cudaMemset_v3020,16777216,cuda
        1,100,Pinned,100,1,0,1,,7,cudaMemset_v3020,16777216,cuda
        """
    )


def kernels(b: TraceBuilder) -> None:
    """Two processes, each with intervals in which it does not use its GPU."""
    for process, device, spans in (
        (PROCESS, 0, [(0, 10), (610, 620), (1121, 1130)]),
        (OTHER, 1, [(5, 6), (506, 1000)]),
    ):
        for first, last in spans:
            b.kernel(process, "k", first * MS + 1, last * MS + 1, b.correlation(process), device=device)


@pytest.mark.parametrize(
    ("settings", "gaps"),
    [
        ([], "1,600000000,10000001,1,0,1,16777216,cuda\n2,501000000,620000001,1,0,1,16777216,cuda"),
        ([("gap", "501")], "1,600000000,10000001,1,0,1,16777216,cuda"),
        (
            [("gap", "499"), ("start", "500000000")],
            "1,501000000,620000001,1,0,1,16777216,cuda",
        ),
    ],
)
def test_gaps(tmp_path: Path, settings: list[tuple[str, str]], gaps: str) -> None:
    """Longer than 500 ms, or than the setting; each process and GPU separately."""
    found = answer(build(tmp_path, kernels), "rule_gpu_gaps", tables={"setting": settings})
    assert found == "number,duration_ns,start_ns,pid,device_id,context_id,global_id,api\n" + gaps


def test_time_of_little_use(tmp_path: Path) -> None:
    """In tenths: adjacent bins below the threshold form one row, with their mean utilization."""
    settings = [("chunks", "10"), ("threshold", "8")]
    assert answer(build(tmp_path, kernels), "rule_gpu_time_util", tables={"setting": settings}) == text(
        """
        number,used_percent,duration_ns,start_ns,pid,device_id,context_id,global_id,api
        1,0.0,452000000,113000001,1,0,1,16777216,cuda
        2,0.2,497500000,5000001,2,1,1,33554432,cuda
        3,2.0,452000000,678000001,1,0,1,16777216,cuda
        """
    )


def test_settings_of_one_process_and_thread(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        for pid, tid, length in ((1, 1, 5), (1, 2, 6), (3, 2, 7)):
            b.call(thread_key(pid, tid), SYNC, 10, 10 + length, 1)

    path = build(tmp_path, fill)
    for settings, starts in (({"process": "1"}, ["6", "5"]), ({"thread": "2"}, ["7", "6"]), ({"process": "2"}, [])):
        found = answer(path, "rule_cuda_api_sync", "duration_ns", tables={"setting": list(settings.items())})
        assert found.split()[1:] == starts
