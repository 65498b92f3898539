"""Large generated traces, for benchmarks: as many kernels as asked for, in nested ranges."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nsys_tools.trace.builder import PUSH_POP, TraceBuilder, process_key, thread_key

_PID = 4242
_KERNEL_NS = 2_600  # CPU time between two launches
_NAMES = 120
_STEP, _LAYER, _OP = 50, 10, 12  # a range of each sort every so many kernels: 0.203 ranges a kernel


def _kernels(count: int, names: list[int], process: int) -> Iterator[tuple[Any, ...]]:
    gpu = 0
    for i in range(count):
        duration = 1_500 + (i * 7_919) % 3_000
        start = max(gpu, i * _KERNEL_NS + 3_000)
        gpu = start + duration
        name = names[(i * 31) % _NAMES]
        grid = (i % 4) * 64 + 1
        yield start, gpu, 0, 1, 7, _correlation(i), process, name, name, name, 32, grid, 1, 1, 128, 1, 1, 0, 0


_KERNEL_COLUMNS = (
    "start", "end", "deviceId", "contextId", "streamId", "correlationId", "globalPid", "demangledName", "shortName",
    "mangledName", "registersPerThread", "gridX", "gridY", "gridZ", "blockX", "blockY", "blockZ",
    "staticSharedMemory", "dynamicSharedMemory",
)  # fmt: skip


def _correlation(i: int) -> int:
    """Return the correlationId of kernel `i`: every fifth launch is followed by another call."""
    return i + i // 5 + 1


def _calls(count: int, launch: int, wait: int, thread: int) -> Iterator[tuple[Any, ...]]:
    for i in range(count):
        at = i * _KERNEL_NS
        yield at + 100, at + 2_100, 0, thread, _correlation(i), launch, 0
        if i % 5 == 4:
            yield at + 2_150, at + 2_200, 0, thread, _correlation(i) + 1, wait, 0


def _ranges(count: int, thread: int) -> Iterator[tuple[Any, ...]]:
    for i in range(count):
        at = i * _KERNEL_NS
        if i % _STEP == 0:
            yield at, (min(i + _STEP, count)) * _KERNEL_NS - 10, PUSH_POP, "step", thread, 0
        if i % _LAYER == 0:
            name = f"layer.{i // _LAYER % (_STEP // _LAYER)}"
            yield at + 10, min(i + _LAYER, count) * _KERNEL_NS - 20, PUSH_POP, name, thread, 0
        if i % _OP == 0:
            yield at + 20, at + 2_500, PUSH_POP, f"aten::linear, op_id = {i // _OP}", thread, 0


def build_large(path: Path, count: int) -> None:
    """Write a trace of `count` kernels: 1.2 API calls and 0.2 nested ranges a kernel, one thread, one stream.

    Parameters
    ----------
    path
        The new SQLite file; about 120 bytes a kernel.
    count
        Number of kernels.
    """
    process, thread = process_key(_PID), thread_key(_PID, _PID)
    with TraceBuilder(path) as builder:
        names = [builder.string(f"void at::native::kernel_{i}<float, {i}>(int, float*)") for i in range(_NAMES)]
        launch, wait = builder.string("cudaLaunchKernel_v7000"), builder.string("cudaStreamSynchronize_v3020")
        builder.extend("KERNEL", _KERNEL_COLUMNS, _kernels(count, names, process))
        builder.extend(
            "RUNTIME",
            ("start", "end", "eventClass", "globalTid", "correlationId", "nameId", "returnValue"),
            _calls(count, launch, wait, thread),
        )
        builder.extend(
            "NVTX_EVENTS", ("start", "end", "eventType", "text", "globalTid", "domainId"), _ranges(count, thread)
        )
