"""A predicted timeline as a trace in nsys's schema, marked as predicted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import attrs

from nsys_tools.files import cannot_write, new_file
from nsys_tools.model.gpus import Gpu
from nsys_tools.model.schedule import Enter, Event, Leave, Operation
from nsys_tools.synthetic.builder import TraceBuilder, process_key, thread_key

_PID = 1
_START_NS = 1_000_000
_SHORTEST_NS = 2


@attrs.frozen
class Part:
    """A top-level part of a prediction: name, number of kernels, start and duration."""

    name: str
    kernel_count: int
    start_ns: int
    duration_ns: int


def write(
    path: Path, events: Iterable[Event], gpu: Gpu, force: bool = False, inputs: Iterable[Path] = ()
) -> list[Part]:  # fmt: skip
    """Write a prediction as a trace and return its top-level parts.

    One stream runs the operations back to back. Each is one kernel that takes its roofline time, inside NVTX
    ranges of its module, phase and step. There are no gaps, so a measured trace can only be slower.

    Parameters
    ----------
    path
        The new SQLite file.
    events
        What `nsys_tools.model.schedule.schedule` yields.
    gpu
        The GPU of the prediction.
    force
        Replace an existing file.
    inputs
        Files that must not be overwritten.

    Raises
    ------
    NsysToolsError
        If the file exists, or cannot be written.
    """
    with new_file(path, force=force, inputs=inputs) as draft:
        try:
            with TraceBuilder(draft, origin="predicted") as builder:
                _describe(builder, gpu)
                return _play(builder, events)
        except sqlite3.Error as error:
            raise cannot_write(path, error) from None


def _describe(builder: TraceBuilder, gpu: Gpu) -> None:
    builder.gpu(
        gpu.trace_names[0] if gpu.trace_names else gpu.name,
        sm_count=gpu.sm_count,
        clock_hz=int(gpu.boost_clock_hz),
        memory=gpu.memory_bytes,
        bandwidth=int(gpu.bytes_per_s),
    )


def _play(builder: TraceBuilder, events: Iterable[Event]) -> list[Part]:
    process, thread = process_key(_PID), thread_key(_PID, _PID)
    now = float(_START_NS)
    ranges: list[list[Any]] = []
    opened: list[int] = []
    kernels = 0
    parts: list[Part] = []
    for event in events:
        match event:
            case Enter(name=name):
                kernels = kernels if opened else 0
                opened.append(len(ranges))
                ranges.append([name, round(now), None])
            case Operation():
                # Sum before rounding, so that the total is exact to the nanosecond.
                start, now = round(now), max(now + event.duration_ns, round(now) + _SHORTEST_NS)
                _launch(builder, process, thread, event, start, round(now))
                kernels += 1
            case Leave():
                # One ns early, so that the next launch is outside.
                name, start, _ = closed = ranges[opened.pop()]
                closed[2] = round(now) - 1
                if not opened:
                    parts.append(Part(name, kernels, start, round(now) - start))
    for name, start, end in ranges:  # in opening order: of ranges with equal bounds, the outer comes first
        builder.range(thread, name, start, end)
    return parts


def _launch(builder: TraceBuilder, process: int, thread: int, event: Operation, start: int, end: int) -> None:
    correlation = builder.correlation(process)
    builder.call(thread, "cudaLaunchKernel_v7000", start, start, correlation)
    builder.kernel(process, f"predicted::{event.entry}<{event.class_name}>", start, end, correlation)
