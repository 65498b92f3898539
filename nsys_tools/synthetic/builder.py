"""Write traces in nsys's schema for samples, tests, benchmarks and predicted timelines.

The metadata of every trace written here states its origin (``NSYS_TOOLS_ORIGIN``), and every report of
such a trace prints it at the top.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import duckdb

from nsys_tools.session import catalogue
from nsys_tools.session.quoting import quoted

Origin = Literal["synthetic", "predicted"]
_FLUSH_ROWS = 50_000
PUSH_POP, START_END, MARK, DOMAIN_CREATE = 59, 60, 34, 75


# Columns of exports before 2021. Current versions of nsys cannot read a table with both old and new columns.
_FORMER = {
    "TARGET_INFO_GPU": {"deviceId"},
    "TARGET_INFO_CUDA_GPU": {"deviceId", "globalMemorySize", "globalMemoryBandwidth", "numMultiprocessors"},
}


def process_key(pid: int) -> int:
    """Return nsys's globalPid for a process."""
    return pid << 24


def thread_key(pid: int, tid: int) -> int:
    """Return nsys's globalTid for a thread."""
    return pid << 24 | tid


def _columns(table: str) -> dict[str, str]:
    """Return the columns of a table in current exports, as DuckDB types by column name."""
    former = _FORMER.get(table, set())
    return {name: kind for name, kind in catalogue.schema()[table].items() if name not in former}


def _full_name(table: str) -> str:
    """Return the full name of an nsys table. The part after ``KIND_`` is enough for a CUPTI table."""
    return next(name for name in catalogue.schema() if name == table or name.endswith(f"_ACTIVITY_KIND_{table}"))


class TraceBuilder:
    """An SQLite file in nsys's schema that is written row by row. This class is a context manager.

    Parameters
    ----------
    path
        The new file. An existing file is replaced.
    origin
        The origin, as printed in reports.

    Notes
    -----
    Tables and columns are those of ``queries/schema.sql``. A table without rows is absent, as in nsys's
    exports. Times are in nanoseconds. Rows stay in the order in which they are added.
    """

    def __init__(self, path: Path, origin: Origin = "synthetic") -> None:
        path.unlink(missing_ok=True)
        self._database = sqlite3.connect(path)
        self._database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        self._pending: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        self._created: set[str] = set()
        self._strings: dict[str, int] = {}
        self._correlation: dict[int, int] = defaultdict(int)
        self._lookup_tables()
        for name, value in [
            ("NSYS_TOOLS_ORIGIN", origin),
            ("EXPORT_PRODUCT_VERSION", "2024.1.0.0"),
            ("EXPORT_SCHEMA_VERSION", "3.11.0"),
        ]:
            self.add("META_DATA_EXPORT", name=name, value=value)

    def __enter__(self) -> Self:
        """Return the builder."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: BaseException | TracebackType | None) -> None:
        """Write pending rows and close the file. After an error, only close the file."""
        if kind is None:
            self.close()
        else:
            self._database.close()

    def close(self) -> None:
        """Write pending rows and close the file."""
        for value, key in self._strings.items():
            self.add("StringIds", id=key, value=value)
        self._create("StringIds")
        for table in self._pending:
            self._flush(table)
        self._database.commit()
        self._database.close()

    def _lookup_tables(self) -> None:
        """Write the enumeration tables that nsys's own reports join."""
        for table, step in (("ENUM_CUDA_MEMCPY_OPER", "_copy_kind"), ("ENUM_CUDA_MEM_KIND", "_memory_kind")):
            self._database.execute(f"CREATE TABLE {table} (id INTEGER NOT NULL PRIMARY KEY, name TEXT, label TEXT)")
            # A separate cursor, because threads may build traces concurrently.
            rows = duckdb.default_connection().cursor().execute(catalogue.find(step).sql).fetchall()
            self._database.executemany(f"INSERT INTO {table} VALUES (?1, ?2, ?2)", rows)

    def _create(self, table: str) -> None:
        if table in self._created:
            return
        kinds = {"BIGINT": "INTEGER", "VARCHAR": "TEXT", "DOUBLE": "REAL"}
        columns = [f"{quoted(c)} {kinds[kind]}" for c, kind in _columns(table).items()]
        if table == "StringIds":
            columns[0] += " NOT NULL PRIMARY KEY"
        self._database.execute(f"CREATE TABLE {quoted(table)} ({', '.join(columns)})")
        self._created.add(table)

    def _flush(self, table: str) -> None:
        if rows := self._pending[table]:
            places = ", ".join("?" * len(rows[0]))
            self._database.executemany(f"INSERT INTO {quoted(table)} VALUES ({places})", rows)
            self._pending[table] = []

    def add(self, table: str, **values: Any) -> None:
        """Add one row. Columns that are not given are NULL. CUPTI tables can be given by the last part (``KERNEL``)."""
        table = _full_name(table)
        self._create(table)
        columns = _columns(table)
        if unknown := set(values) - set(columns):
            raise KeyError(f"{table} has no column {sorted(unknown)}")
        self._pending[table].append(tuple(values.get(column) for column in columns))
        if len(self._pending[table]) >= _FLUSH_ROWS:
            self._flush(table)

    def extend(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Add many rows at once, for large traces.

        Parameters
        ----------
        table
            nsys's table.
        columns
            The columns of `rows`, in order. Other columns are NULL.
        rows
            One sequence per row.
        """
        table = _full_name(table)
        self._create(table)
        self._flush(table)
        names = ", ".join(map(quoted, columns))
        places = ", ".join("?" * len(columns))
        self._database.executemany(f"INSERT INTO {quoted(table)} ({names}) VALUES ({places})", rows)

    def string(self, value: str) -> int:
        """Return the key of a registered string."""
        return self._strings.setdefault(value, len(self._strings) + 1)

    def correlation(self, process: int) -> int:
        """Return the next correlationId of a process."""
        self._correlation[process] += 1
        return self._correlation[process]

    def range(
        self, thread: int, name: str | None, start: int, end: int | None, *, registered: bool = False,
        event_type: int = PUSH_POP, domain: int = 0, end_thread: int | None = None,
    ) -> None:  # fmt: skip
        """Add an NVTX range (or mark, or domain) on a thread, with its name inline or as a registered string."""
        inline = None if registered else name
        key = self.string(name) if registered and name is not None else None
        self.add(
            "NVTX_EVENTS", start=start, end=end, eventType=event_type, text=inline, textId=key,
            globalTid=thread, endGlobalTid=end_thread, domainId=domain,
        )  # fmt: skip

    def call(self, thread: int, name: str, start: int, end: int, correlation: int) -> None:
        """Add a CUDA API call. `name` is as nsys writes it (``cudaLaunchKernel_v7000``)."""
        self.add(
            "RUNTIME", start=start, end=end, eventClass=0, globalTid=thread,
            correlationId=correlation, nameId=self.string(name), returnValue=0,
        )  # fmt: skip

    def kernel(
        self, process: int, name: str, start: int, end: int, correlation: int, *, device: int = 0, stream: int = 7,
        grid: tuple[int, int, int] = (1, 1, 1), block: tuple[int, int, int] = (128, 1, 1),
        graph_node: int | None = None, registers: int = 64, shared_bytes: int = 0, local_bytes: int | None = None,
    ) -> None:  # fmt: skip
        """Add a kernel execution."""
        key = self.string(name)
        short = self.string(name.partition("<")[0].partition("(")[0].split("::")[-1].split(" ")[-1])
        self.add(
            "KERNEL", start=start, end=end, deviceId=device, contextId=1, streamId=stream,
            correlationId=correlation, globalPid=process, demangledName=key, shortName=short, mangledName=key,
            registersPerThread=registers, gridX=grid[0], gridY=grid[1], gridZ=grid[2], blockX=block[0], blockY=block[1],
            blockZ=block[2], staticSharedMemory=0, dynamicSharedMemory=shared_bytes, graphNodeId=graph_node,
            localMemoryPerThread=local_bytes,
        )  # fmt: skip

    def copy(
        self, process: int, kind: int, size: int, start: int, end: int, correlation: int, *, device: int = 0,
        stream: int = 7, source: int = 0, destination: int = 2, graph_node: int | None = None,
    ) -> None:  # fmt: skip
        """Add a copy. `kind` (such as 1 for Host-to-Device), `source` and `destination` are CUPTI's numbers."""
        self.add(
            "MEMCPY", start=start, end=end, deviceId=device, contextId=1, streamId=stream,
            correlationId=correlation, globalPid=process, bytes=size, copyKind=kind, srcKind=source,
            dstKind=destination, srcDeviceId=device, dstDeviceId=device, graphNodeId=graph_node,
        )  # fmt: skip

    def memset(
        self, process: int, size: int, start: int, end: int, correlation: int, *, device: int = 0, stream: int = 7,
        graph_node: int | None = None,
    ) -> None:  # fmt: skip
        """Add a memset of device memory."""
        self.add(
            "MEMSET", start=start, end=end, deviceId=device, contextId=1, streamId=stream,
            correlationId=correlation, globalPid=process, value=0, bytes=size, memKind=2, graphNodeId=graph_node,
        )  # fmt: skip

    def graph_run(
        self, process: int, graph: int, start: int, end: int, correlation: int, *, device: int = 0, stream: int = 7
    ) -> None:
        """Add the execution of a whole CUDA graph."""
        self.add(
            "GRAPH_TRACE", start=start, end=end, deviceId=device, contextId=1, streamId=stream,
            correlationId=correlation, globalPid=process, graphId=graph, graphExecId=graph,
        )  # fmt: skip

    def graph_node(self, thread: int, node: int, at: int, *, original: int | None = None) -> None:
        """Add the creation of a CUDA graph node. `original` is the node that it was copied from."""
        self.add(
            "CUDA_GRAPH_NODE_EVENTS", start=at, end=at, eventClass=1, globalTid=thread,
            nameId=self.string("Graph Node Creation"), graphNodeId=node, originalGraphNodeId=original,
        )  # fmt: skip

    def gpu(
        self, name: str, *, number: int = 0, sm_count: int, clock_hz: int, memory: int, bandwidth: int, chip: str = ""
    ) -> None:
        """Add a GPU with its number of SMs, boost clock in Hz, memory size in bytes, and bandwidth in bytes/s."""
        self.add(
            "TARGET_INFO_GPU", id=number, name=name, totalMemory=memory, memoryBandwidth=bandwidth, clockRate=clock_hz,
            smCount=sm_count, chipName=chip, cuDevice=number, isDiscrete=1,
        )  # fmt: skip

    def h100(self, *, number: int = 0) -> None:
        """Add an H100. Its name states that it is simulated."""
        self.gpu(
            "NVIDIA H100 80GB HBM3 (simulated)", number=number, sm_count=132, clock_hz=1_980_000_000,
            memory=85_520_809_984, bandwidth=3_352_320_000_000, chip="GH100",
        )  # fmt: skip
