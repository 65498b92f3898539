"""Generated traces of a multi-rank job: collectives, clocks and stragglers, with ground truth exact to the nanosecond.

Each file has its own clock, which is off by seconds and drifts. `Job` has the ground truth in true time: integer
nanoseconds since the job began.
"""

from __future__ import annotations

import random
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from nsys_tools.synthetic.builder import DOMAIN_CREATE, PUSH_POP, TraceBuilder, process_key, thread_key
from nsys_tools.synthetic.job_plan import CALL_NS, LAUNCH_NS, Collective, JobPlan, Turn, communicators, run

__all__ = ["EPOCH_NS", "Clock", "Collective", "Job", "JobPlan", "Turn", "build_job"]

EPOCH_NS = 1_767_225_600_000_000_000  # the job begins at 2026-01-01 00:00:00 UTC
_SECOND = 1_000_000_000
_FIRST_PID = 4_000
_COMPUTE_STREAM, _NCCL_STREAM, _NCCL_DOMAIN = 7, 21, 1
_INIT_NS = 1_000_000  # duration of ncclCommInitRank, and the time before it

# Short and full kernel names.
_GEMM = ("Kernel2", "void cutlass::Kernel2<cutlass_80_tensorop_bf16_s16816gemm_bf16_128x256_32x3_tn_align8>(Params)")
_ELEMENTWISE = ("elementwise_kernel", "void at::native::elementwise_kernel<128, 4, at::native::AddFunctor<float>>(int)")
_ALL_REDUCE, _ALL_GATHER = (
    (short, f"{short}(ncclDevKernelArgsStorage<4096ul>)")
    for short in ("ncclDevKernel_AllReduce_Sum_bf16_RING_LL", "ncclDevKernel_AllGather_RING_LL")
)
# NCCL's payload schemas as nsys exports them: size in bytes, and (type, name, offset) of each entry.
_INIT, _REDUCE, _GATHER = 16_777_218, 16_777_223, 16_777_220
_COMMUNICATOR, _MESSAGE = (18, "NCCL communicator ID", None), (22, "Message size [bytes]", 8)
_SCHEMAS: dict[int, tuple[int, list[tuple[int, str, int | None]]]] = {
    _INIT: (24, [_COMMUNICATOR, (5, "No. of ranks", 8), (5, "Rank", 12), (5, "CUDA device", 16)]),
    _REDUCE: (24, [_COMMUNICATOR, _MESSAGE, (16_777_232, "Reduction operation", 16)]),
    _GATHER: (16, [_COMMUNICATOR, _MESSAGE]),
}
_LAYOUTS = {_INIT: "<Qiii4x", _REDUCE: "<QQI4x", _GATHER: "<QQ"}
# Tables that the builder does not write.
_SESSION = "TARGET_INFO_SESSION_START_TIME (utcEpochNs INTEGER, utcTime TEXT, localTime TEXT, systemClockNs INTEGER)"
_PAYLOAD_SCHEMAS = """NVTX_PAYLOAD_SCHEMAS (
    domainId INTEGER, schemaId INTEGER, name TEXT, type INTEGER, flags INTEGER, numEntries INTEGER, payloadSize INTEGER,
    alignTo INTEGER)"""
_PAYLOAD_ENTRIES = """NVTX_PAYLOAD_SCHEMA_ENTRIES (
    domainId INTEGER NOT NULL, schemaId INTEGER NOT NULL, idx INTEGER NOT NULL, flags INTEGER, type INTEGER, name TEXT,
    description TEXT, arrayOrUnionDetail INTEGER, offset INTEGER)"""
_KERNEL_COLUMNS = (
    "start", "end", "deviceId", "contextId", "streamId", "correlationId", "globalPid", "demangledName", "shortName",
    "mangledName", "registersPerThread", "gridX", "gridY", "gridZ", "blockX", "blockY", "blockZ",
    "staticSharedMemory", "dynamicSharedMemory",
)  # fmt: skip
_SHAPE = (64, 132, 1, 1, 256, 1, 1, 0, 0)  # the last nine of these columns
_CALL_COLUMNS = ("start", "end", "eventClass", "globalTid", "correlationId", "nameId", "returnValue")
_WAIT_COLUMNS = (
    "start", "end", "deviceId", "contextId", "streamId", "correlationId", "globalPid", "syncType", "eventId",
)  # fmt: skip
_RANGE_COLUMNS = ("start", "end", "eventType", "text", "globalTid", "domainId")
_Row = tuple[int | str | bytes | None, ...]


@dataclass(frozen=True)
class Clock:
    """The clock of a file.

    Attributes
    ----------
    session_start_ns
        True time at which the recording begins. Recorded times are relative to it.
    offset_ns
        Time by which its UTC clock is ahead of true time at that moment.
    drift_ppb
        Nanoseconds that the clock gains per second.
    """

    session_start_ns: int
    offset_ns: int
    drift_ppb: int

    @property
    def utc_epoch_ns(self) -> int:
        """The session start recorded in the file, in ns since 1970."""
        return EPOCH_NS + self.session_start_ns + self.offset_ns

    def recorded(self, true_ns: int) -> int:
        """Return the recorded time for a true time, in ns since the session start."""
        elapsed = true_ns - self.session_start_ns
        return elapsed + (elapsed * self.drift_ppb + _SECOND // 2) // _SECOND


@dataclass(frozen=True)
class Job:
    """The traces of a job and their ground truth.

    Attributes
    ----------
    plan
        The plan from which the job was built.
    paths, clocks
        The path and the clock of each trace.
    communicators
        The communicator ID of each group: ``world``, ``node 0``, ``node 1``, and so on.
    collectives
        All collectives in step order, in true time.
    turns
        The activity of each rank in each step, in true time: ``turns[rank][step]``.
    """

    plan: JobPlan
    paths: tuple[Path, ...]
    clocks: tuple[Clock, ...]
    communicators: dict[str, int]
    collectives: tuple[Collective, ...]
    turns: tuple[tuple[Turn, ...], ...]

    def recorded(self, file: int, true_ns: int) -> int:
        """Return the time that a file records for a true time, in ns since its session start."""
        return self.clocks[file].recorded(true_ns)

    def clock_offset_ns(self, file: int, true_ns: int) -> int:
        """Return how many ns the UTC time of a file (session start plus recorded time) is ahead of true time."""
        return self.clocks[file].utc_epoch_ns + self.recorded(file, true_ns) - (EPOCH_NS + true_ns)

    def hidden_ns(self, rank: int) -> int:
        """Return the total time during which a rank both communicates and computes, over all steps."""
        return sum(turn.hidden_ns for turn in self.turns[rank])

    def exposed_ns(self, rank: int) -> int:
        """Return the total time during which a rank communicates without computing, over all steps."""
        return sum(turn.exposed_ns for turn in self.turns[rank])


def build_job(folder: Path, plan: JobPlan) -> Job:
    """Write the traces of a job.

    Parameters
    ----------
    folder
        An existing folder for the files ``node_000.sqlite`` and so on.
    plan
        The plan of the job.

    Returns
    -------
    Job
        The paths of the traces, and the ground truth in ns of true time.
    """
    turns, collectives = run(plan)
    paths = tuple(folder / f"node_{file:03}.sqlite" for file in range(plan.files))
    job = Job(plan, paths, _clocks(plan), communicators(plan), collectives, turns)
    for file in range(plan.files):
        _write(job, file)
    return job


def _clocks(plan: JobPlan) -> tuple[Clock, ...]:
    """Return the clock of each file. Values in the plan replace random values, without changing the others."""
    dice, others = random.Random(f"clocks {plan.seed}"), range(plan.files - 1)  # noqa: S311 (a made-up trace, no secret)
    starts = [-dice.randint(_SECOND, 5 * _SECOND) for _ in range(plan.files)]
    offsets = [0, *(dice.randint(-3 * _SECOND, 3 * _SECOND) for _ in others)]
    drifts = [0, *(dice.randint(-20_000, 20_000) for _ in others)]
    if plan.drift_ppm is not None:
        drifts = [round(ppm * 1_000) for ppm in plan.drift_ppm]
    return tuple(map(Clock, starts, plan.offset_ns or offsets, drifts))


def _write(job: Job, file: int) -> None:
    """Write the trace of a file."""
    with TraceBuilder(job.paths[file]) as builder:
        marked = [row for rank in job.plan.members(file) for row in _Process(job, builder, rank).write()]
    clock = job.clocks[file]
    stated = datetime.fromtimestamp(clock.utc_epoch_ns // _SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    session = (clock.utc_epoch_ns, stated, stated, 60 * _SECOND + clock.session_start_ns)
    with closing(sqlite3.connect(job.paths[file])) as database, database:
        database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        _create(database, _SESSION, [session])
        if job.plan.told == "payload":
            _add_schemas(database, job.plan.processes)
            _add_payloads(database, marked)


def _create(database: sqlite3.Connection, table: str, rows: list[_Row]) -> None:
    """Create a table that the builder does not write."""
    database.execute(f"CREATE TABLE {table}")
    places = ", ".join("?" * len(rows[0]))
    database.executemany(f"INSERT INTO {table.partition(' ')[0]} VALUES ({places})", rows)


def _add_schemas(database: sqlite3.Connection, processes: int) -> None:
    """Add the payload schemas. nsys repeats them for each process that registers them."""
    schemas: list[_Row] = []
    entries: list[_Row] = []
    for schema, (size, listed) in _SCHEMAS.items():
        schemas.append((_NCCL_DOMAIN, schema, None, 1, None, len(listed), size, None))
        for index, (kind, name, offset) in enumerate(listed):
            entries.append((_NCCL_DOMAIN, schema, index, None, kind, name, None, None, offset))
    _create(database, _PAYLOAD_SCHEMAS, schemas * processes)
    _create(database, _PAYLOAD_ENTRIES, entries * processes)


def _add_payloads(database: sqlite3.Connection, rows: list[_Row]) -> None:
    """Add ranges with their payloads, in the column that nsys adds with ``--include-blobs=true``."""
    if "binaryData" not in {row[1] for row in database.execute("PRAGMA table_info(NVTX_EVENTS)")}:
        database.execute("ALTER TABLE NVTX_EVENTS ADD COLUMN binaryData TEXT")
    columns = '(start, "end", eventType, globalTid, domainId, textId, binaryData)'
    database.executemany(f"INSERT INTO NVTX_EVENTS {columns} VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


def _payload(schema: int, *values: int) -> bytes:
    """Return a payload as nsys exports it, with its header of 32 bytes."""
    content = struct.pack(_LAYOUTS[schema], *values)
    return struct.pack("<IIIIQQ", _NCCL_DOMAIN, 0, schema, 0, len(content), 32 + len(content)) + content


class _Process:
    """One rank as a process of its file, on the clock of the file."""

    def __init__(self, job: Job, builder: TraceBuilder, rank: int) -> None:
        file, self.device = divmod(rank, job.plan.processes)
        self.builder, self.plan, self.turns = builder, job.plan, job.turns[rank]
        self.at = job.clocks[file].recorded
        self.pid = _FIRST_PID + self.device
        self.process, self.thread = process_key(self.pid), thread_key(self.pid, self.pid)
        # Communicator, its size, and its rank in it.
        self.groups = (
            (job.communicators["world"], self.plan.ranks, rank),
            (job.communicators[f"node {file}"], self.plan.processes, self.device),
        )

    def write(self) -> list[_Row]:
        """Write the process. Return its NCCL ranges as rows, because the builder cannot write their payloads."""
        builder = self.builder
        builder.h100(number=self.device)
        builder.add("PROCESSES", globalPid=self.process, pid=self.pid)
        builder.extend("KERNEL", _KERNEL_COLUMNS, self._kernels())
        builder.extend("RUNTIME", _CALL_COLUMNS, self._calls())
        builder.extend("SYNCHRONIZATION", _WAIT_COLUMNS, self._waits())
        builder.extend("NVTX_EVENTS", _RANGE_COLUMNS, self._ranges())
        return list(self._marked()) if self.plan.told == "payload" else []

    def _kernels(self) -> Iterator[_Row]:
        forward = [_GEMM, _ELEMENTWISE] * self.plan.kernels
        names = [*forward[: self.plan.kernels - 2], _ALL_REDUCE, _ELEMENTWISE, _ALL_GATHER, _GEMM]
        streams = [_NCCL_STREAM if name in {_ALL_REDUCE, _ALL_GATHER} else _COMPUTE_STREAM for name in names]
        keys = [tuple(map(self.builder.string, name)) for name in names]
        at, device, process, correlation = self.at, self.device, self.process, 0
        for turn in self.turns:
            for (start, end), (short, name), stream in zip(turn.spans, keys, streams, strict=True):
                correlation += 1
                yield at(start), at(end), device, 1, stream, correlation, process, name, short, name, *_SHAPE
            correlation += 1  # of the synchronization at the end of the step

    def _calls(self) -> Iterator[_Row]:
        launch, wait = map(self.builder.string, ("cudaLaunchKernel_v7000", "cudaDeviceSynchronize_v3020"))
        at, thread, correlation = self.at, self.thread, 0
        for turn in self.turns:
            for place in range(len(turn.spans)):
                begin = turn.launch_ns + place * LAUNCH_NS
                correlation += 1
                yield at(begin), at(begin + CALL_NS), 0, thread, correlation, launch, 0
            correlation += 1
            yield *map(at, turn.synchronization), 0, thread, correlation, wait, 0

    def _waits(self) -> Iterator[_Row]:
        for step, turn in enumerate(self.turns, start=1):
            correlation = step * (len(turn.spans) + 1)
            yield *map(self.at, turn.synchronization), self.device, 1, -1, correlation, self.process, 4, 0

    def _ranges(self) -> Iterator[_Row]:
        if self.plan.told == "payload":
            yield self.at(0), None, DOMAIN_CREATE, "NCCL", self.thread, _NCCL_DOMAIN
        for step, turn in enumerate(self.turns):
            yield self.at(turn.begin_ns), self.at(turn.end_ns), PUSH_POP, f"step {step}", self.thread, 0

    def _marked(self) -> Iterator[_Row]:
        """Yield NCCL's ranges: one per communicator, then one around each launch of a collective."""
        at, plan, string = self.at, self.plan, self.builder.string
        shared, begin = (PUSH_POP, self.thread, _NCCL_DOMAIN), _INIT_NS
        for group in self.groups:
            blob = _payload(_INIT, *group, self.device)
            yield at(begin), at(begin + _INIT_NS), *shared, string("ncclCommInitRank"), blob
            begin += 2 * _INIT_NS
        (world, *_), (node, *_) = self.groups
        of_step = [
            (plan.kernels - 2, string("ncclAllReduce"), _payload(_REDUCE, world, plan.world_bytes, 0)),
            (plan.kernels, string("ncclAllGather"), _payload(_GATHER, node, plan.node_bytes)),
        ]
        for turn in self.turns:
            for place, name, blob in of_step:
                begin = turn.launch_ns + place * LAUNCH_NS
                yield at(begin - 200), at(begin + CALL_NS + 200), *shared, name, blob
