"""Building blocks of the golden traces: a registry, and events that most of them have."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from nsys_tools.session import catalogue
from nsys_tools.session.quoting import quoted
from nsys_tools.synthetic.builder import TraceBuilder, process_key, thread_key

LAUNCH, COPY, SET, GRAPH = (
    "cudaLaunchKernel_v7000",
    "cudaMemcpyAsync_v3020",
    "cudaMemsetAsync_v3020",
    "cudaGraphLaunch_v10000",
)
P, Q, R = process_key(10), process_key(20), process_key(30)
"""Three processes."""
P1, P2, Q1, R1 = thread_key(10, 10), thread_key(10, 11), thread_key(20, 20), thread_key(30, 31)
"""Their threads."""

Fill = Callable[[TraceBuilder], None]


@dataclass(frozen=True)
class Golden:
    """A trace: its events, and SQL statements that change its tables afterwards."""

    fill: Fill
    statements: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.fill.__name__

    def write(self, folder: Path) -> Path:
        """Write the trace into a folder."""
        path = folder / f"{self.name}.sqlite"
        with TraceBuilder(path) as builder:
            self.fill(builder)
        with closing(sqlite3.connect(path)) as connection:
            for statement in self.statements:
                connection.execute(statement)
            connection.commit()
        return path


TRACES: dict[str, Golden] = {}
"""Every trace by name."""


def golden(*statements: str) -> Callable[[Fill], Fill]:
    """Register a trace; `statements` change its tables after it has been written."""

    def register(fill: Fill) -> Fill:
        TRACES[fill.__name__] = Golden(fill, statements)
        return fill

    return register


def without(table: str, *columns: str) -> tuple[str, ...]:
    """Return the statements that remove columns from a table, as in older schemas."""
    return tuple(f"ALTER TABLE {quoted(table)} DROP COLUMN {quoted(column)}" for column in columns)


def empty_tables(*left_out: str) -> tuple[str, ...]:
    """Return the statements that create all missing tables of the schema, without rows."""
    kinds = {"BIGINT": "INTEGER", "VARCHAR": "TEXT", "DOUBLE": "REAL"}
    return tuple(
        f"CREATE TABLE IF NOT EXISTS {quoted(table)} "
        f"({', '.join(f'{quoted(column)} {kinds[kind]}' for column, kind in columns.items())})"
        for table, columns in catalogue.schema().items()
        if table not in left_out
    )


def run(
    builder: TraceBuilder,
    name: str,
    call: int,
    start: int,
    took: int,
    *,
    thread: int = P1,
    by: str = LAUNCH,
    calls: int = 10,
    device: int = 0,
    stream: int = 7,
    grid: int = 1,
    block: int = 128,
) -> int:
    """Add a call at `call` that takes `calls` ns and its kernel that takes `took` ns; return their correlationId."""
    process = thread & -16777216
    correlation = builder.correlation(process)
    builder.call(thread, by, call, call + calls, correlation)
    builder.kernel(
        process, name, start, start + took, correlation, device=device, stream=stream,
        grid=(grid, 1, 1), block=(block, 1, 1),
    )  # fmt: skip
    return correlation


def copy(
    builder: TraceBuilder,
    kind: int,
    size: int,
    call: int,
    start: int,
    took: int,
    *,
    thread: int = P1,
    source: int = 0,
    destination: int = 2,
    device: int = 0,
    stream: int = 7,
) -> None:
    """Add a call at `call` and its copy."""
    process = thread & -16777216
    correlation = builder.correlation(process)
    builder.call(thread, COPY, call, call + 20, correlation)
    builder.copy(
        process, kind, size, start, start + took, correlation, source=source, destination=destination, device=device,
        stream=stream,
    )  # fmt: skip


def fill_memory(builder: TraceBuilder, size: int, call: int, start: int, took: int, *, thread: int = P1) -> None:
    """Add a call at `call` and its memset."""
    process = thread & -16777216
    correlation = builder.correlation(process)
    builder.call(thread, SET, call, call + 15, correlation)
    builder.memset(process, size, start, start + took, correlation)


def os_call(builder: TraceBuilder, name: str, start: int, took: int, *, thread: int = P1, level: int = 0) -> None:
    """Add an OS runtime call."""
    builder.add(
        "OSRT_API", start=start, end=start + took, eventClass=27, globalTid=thread, nameId=builder.string(name),
        returnValue=0, nestingLevel=level,
    )  # fmt: skip


def machine(builder: TraceBuilder, *names: str) -> None:
    """Describe GPUs 0, 1, ... and name a thread; without a named thread, nsys lists no calls."""
    builder.add("ThreadNames", nameId=builder.string("main"), priority=20, globalTid=P1)
    for number, name in enumerate(names):
        builder.gpu(
            name, number=number, sm_count=132, clock_hz=1_980_000_000, memory=85_520_809_984,
            bandwidth=3_352_320_000_000, chip="GH100",
        )  # fmt: skip


def migration(
    builder: TraceBuilder, kind: int, size: int, address: int, start: int, took: int, process: int = P
) -> None:
    """Add a copy of unified memory, which no call launches."""
    builder.add(
        "MEMCPY", start=start, end=start + took, deviceId=0, contextId=1, streamId=9, correlationId=0,
        globalPid=process, bytes=size, copyKind=kind, srcKind=4, dstKind=4, virtualAddress=address, migrationCause=1,
    )  # fmt: skip


def faults(builder: TraceBuilder, address: int, cpu: int, gpu: tuple[int, ...] = (), by: str = "main+0x10") -> None:
    """Add `cpu` CPU page faults and one group of GPU page faults per number in `gpu` at an address."""
    for number in range(cpu):
        builder.add(
            "CUDA_UM_CPU_PAGE_FAULT_EVENTS", start=5 + number, globalPid=P, address=address, memAccessType=1,
            CpuInstruction=builder.string(by),
        )  # fmt: skip
    for number in gpu:
        builder.add(
            "CUDA_UM_GPU_PAGE_FAULT_EVENTS", start=5, end=6, globalPid=P, deviceId=0, address=address,
            numberOfPageFaults=number, faultAccessType=1,
        )  # fmt: skip
