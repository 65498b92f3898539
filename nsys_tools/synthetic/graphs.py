"""Generated traces of a decode loop that replays one CUDA graph, recorded node by node."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nsys_tools.synthetic.builder import TraceBuilder, process_key, thread_key

_PID = 4242
_LAUNCH_NS, _KERNEL_NS = 2_000, 1_500
_MODULES = ("self_attn", "mlp")
_OF_MODULE = 5  # kernels per module of a layer
_REPLAYED = 1 << 32  # ids of replayed nodes follow those of captured nodes
_KERNEL_COLUMNS = (
    "start", "end", "deviceId", "streamId", "correlationId", "globalPid", "demangledName", "graphNodeId",
)  # fmt: skip


def build_replays(path: Path, nodes: int, replays: int) -> None:
    """Write a trace in which a graph of `nodes` kernels is captured layer by layer, instantiated and replayed.

    Parameters
    ----------
    path
        The new SQLite file. Its size is about 100 bytes per replayed kernel.
    nodes
        Number of kernels: five in each ``layers.N/self_attn`` and ``layers.N/mlp`` range inside ``capture_model``.
    replays
        Number of graph launches, each in its own range ``step N``.
    """
    thread, process = thread_key(_PID, _PID), process_key(_PID)
    with TraceBuilder(path) as builder:
        now = _capture(builder, thread, nodes)
        for node in range(nodes):
            builder.graph_node(thread, _REPLAYED + node + 1, now + 10, original=node + 1)
        builder.call(thread, "cudaGraphInstantiateWithFlags_v11040", now, now + 100, builder.correlation(process))
        now += 1_000
        name = builder.string("gemm")
        for replay in range(replays):
            correlation = builder.correlation(process)
            length = nodes * _KERNEL_NS + 10_000
            builder.range(thread, f"step {replay}", now, now + length)
            builder.call(thread, "cudaGraphLaunch_v10000", now + 100, now + 5_000, correlation)
            builder.extend("KERNEL", _KERNEL_COLUMNS, _kernels(now + 6_000, nodes, (correlation, process, name)))
            now += length + 1_000


def _capture(builder: TraceBuilder, thread: int, nodes: int) -> int:
    """Add the capture of the graph, and return the time at which the capture ends."""
    process = process_key(_PID)
    builder.call(thread, "cudaStreamBeginCapture_v10000", 1_000, 2_000, builder.correlation(process))
    now = 3_000
    for first in range(0, nodes, _OF_MODULE):
        layer, module = divmod(first // _OF_MODULE, len(_MODULES))
        begin = now
        for node in range(first, min(first + _OF_MODULE, nodes)):
            builder.call(thread, "cudaLaunchKernel_v7000", now, now + _LAUNCH_NS, builder.correlation(process))
            builder.graph_node(thread, node + 1, now + _LAUNCH_NS // 2)
            now += _LAUNCH_NS + 100
        builder.range(thread, f"layers.{layer}/{_MODULES[module]}", begin - 10, now - 50)
    builder.call(thread, "cudaStreamEndCapture_v10000", now, now + 1_000, builder.correlation(process))
    builder.range(thread, "capture_model", 0, now + 5_000)
    return now + 10_000


def _kernels(start: int, nodes: int, launch: tuple[int, int, int]) -> Iterator[tuple[int, ...]]:
    correlation, process, name = launch
    for node in range(nodes):
        begin = start + node * _KERNEL_NS
        yield begin, begin + 1_000 + node % 5, 0, 7, correlation, process, name, _REPLAYED + node + 1
