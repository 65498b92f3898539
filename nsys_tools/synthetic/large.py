"""Large generated traces for benchmarks: any number of kernels in nested ranges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nsys_tools.synthetic.builder import PUSH_POP, TraceBuilder, process_key, thread_key

_PID = 4242
_KERNEL_NS = 2_600  # CPU time between two launches
_NAMES = 120
_STEP, _LAYER, _OP = 50, 10, 12  # kernels per range of each kind: 0.203 ranges per kernel
_RANK_NS = 137  # delay of a rank behind the previous rank
_NESTED = ("aten::linear", "aten::matmul", "aten::mm", "at::cuda::blas::gemm", "cublasGemmEx")


@dataclass(frozen=True)
class Shape:
    """The structure of a large trace.

    Attributes
    ----------
    ranks
        Processes that run the same program simultaneously, each with one thread and one GPU. The kernels are divided
        among them.
    operators
        Whether each kernel has six ranges of its own, as with PyTorch's ``emit_nvtx``. Including step, layer and block,
        ranges are nested eight deep, and there are 6.3 ranges per kernel instead of 0.2.
    """

    ranks: int = 1
    operators: bool = False


def _kernels(count: int, names: list[int], process: int, gpu_id: int, first: int) -> Iterator[tuple[Any, ...]]:
    free = 0
    for i in range(count):
        duration = 1_500 + (i * 7_919) % 3_000
        start = max(free, first + i * _KERNEL_NS + 3_000)
        free = start + duration
        name = names[(i * 31) % _NAMES]
        grid = (i % 4) * 64 + 1
        yield start, free, gpu_id, 1, 7, _correlation(i), process, name, name, name, 32, grid, 1, 1, 128, 1, 1, 0, 0


_KERNEL_COLUMNS = (
    "start", "end", "deviceId", "contextId", "streamId", "correlationId", "globalPid", "demangledName", "shortName",
    "mangledName", "registersPerThread", "gridX", "gridY", "gridZ", "blockX", "blockY", "blockZ",
    "staticSharedMemory", "dynamicSharedMemory",
)  # fmt: skip


def _correlation(i: int) -> int:
    """Return the correlationId of kernel `i`. Another call with its own ID follows every fifth launch."""
    return i + i // 5 + 1


def _calls(count: int, launch: int, wait: int, thread: int, first: int) -> Iterator[tuple[Any, ...]]:
    for i in range(count):
        at = first + i * _KERNEL_NS
        yield at + 100, at + 2_100, 0, thread, _correlation(i), launch, 0
        if i % 5 == 4:
            yield at + 2_150, at + 2_200, 0, thread, _correlation(i) + 1, wait, 0


def _ranges(count: int, thread: int, first: int, *, operators: bool) -> Iterator[tuple[Any, ...]]:
    last = first + count * _KERNEL_NS
    for i in range(count):
        at = first + i * _KERNEL_NS
        if i % _STEP == 0:
            yield at, min(at + _STEP * _KERNEL_NS, last) - 10, PUSH_POP, "step", thread, 0
        if i % _LAYER == 0:
            name = f"layer.{i // _LAYER % (_STEP // _LAYER)}"
            yield at + 10, min(at + _LAYER * _KERNEL_NS, last) - 20, PUSH_POP, name, thread, 0
        if operators:
            yield from _operators(i, at, last, thread)
        elif i % _OP == 0:
            yield at + 20, at + 2_500, PUSH_POP, f"aten::linear, op_id = {i // _OP}", thread, 0


def _operators(i: int, at: int, last: int, thread: int) -> Iterator[tuple[Any, ...]]:
    """Yield the ranges of kernel `i`: nested operators, preceded by an operator without a kernel."""
    if i % (_LAYER // 2) == 0:
        name = "mlp" if i % _LAYER else "self_attn"
        yield at + 15, min(at + _LAYER // 2 * _KERNEL_NS, last) - 30, PUSH_POP, name, thread, 0
    for depth, name in enumerate(_NESTED):
        text = f"{name}, seq = {i}, op_id = {len(_NESTED) * i + depth}"
        yield at + 20 + 5 * depth, at + 2_500 - 5 * depth, PUSH_POP, text, thread, 0
        if depth == 0:
            yield at + 21, at + 23, PUSH_POP, f"aten::t, op_id = {i}", thread, 0


def build_large(path: Path, count: int, shape: Shape | None = None) -> None:
    """Write a trace of `count` kernels with 1.2 API calls per kernel.

    Parameters
    ----------
    path
        The new SQLite file. Its size is about 120 bytes per kernel, or 600 bytes with operators.
    count
        Number of kernels.
    shape
        Processes and ranges. The default is one thread, one stream and 0.2 nested ranges per kernel.
    """
    shape = shape or Shape()
    with TraceBuilder(path) as builder:
        names = [builder.string(f"void at::native::kernel_{i}<float, {i}>(int, float*)") for i in range(_NAMES)]
        launch, wait = builder.string("cudaLaunchKernel_v7000"), builder.string("cudaStreamSynchronize_v3020")
        for rank in range(shape.ranks):
            of_rank = count // shape.ranks + (rank < count % shape.ranks)
            pid, first = _PID + rank, rank * _RANK_NS
            process, thread = process_key(pid), thread_key(pid, pid)
            builder.extend("KERNEL", _KERNEL_COLUMNS, _kernels(of_rank, names, process, rank, first))
            builder.extend(
                "RUNTIME",
                ("start", "end", "eventClass", "globalTid", "correlationId", "nameId", "returnValue"),
                _calls(of_rank, launch, wait, thread, first),
            )
            builder.extend(
                "NVTX_EVENTS",
                ("start", "end", "eventType", "text", "globalTid", "domainId"),
                _ranges(of_rank, thread, first, operators=shape.operators),
            )
