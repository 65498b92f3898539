"""The contents of a trace, joined by brute force: the ranges open at the launch of each GPU operation."""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = tuple[Any, ...]
_OPERATIONS = {"kernel": "KERNEL", "copy": "MEMCPY", "memset": "MEMSET", "graph": "GRAPH_TRACE"}
_RANGE_TYPES = (59, 60, 70, 71)
_DIRECTIONS = {1: "Host-to-Device", 2: "Device-to-Host", 8: "Device-to-Device"}
_MEMORY = {0: "Pageable", 1: "Pinned", 2: "Device"}


@dataclass(frozen=True)
class Range:
    """An NVTX range; `order` is its position in the table."""

    order: int
    name: str
    start: int
    end: int  # not before the start
    is_open: bool
    thread: int

    @property
    def opened(self) -> tuple[int, int, int]:
        """Sort key: of two ranges, the one opened later, closed earlier or pushed later is the inner one."""
        return self.start, -self.end, self.order

    @property
    def wall(self) -> int:
        """Duration on the CPU."""
        return self.end - self.start

    def is_open_at(self, instant: int) -> bool:
        """Return whether the range is open; it is closed at the instant at which it ends."""
        return self.start <= instant < self.end

    def encloses(self, other: Range) -> bool:
        """Return whether it encloses another range of its thread; of two equal ranges, the one pushed first does."""
        if other.wall == 0:
            return self.thread == other.thread and self.is_open_at(other.start)
        return (
            self.thread == other.thread and self.start <= other.start and other.end <= self.end
            and self.opened < other.opened
        )  # fmt: skip


@dataclass(frozen=True)
class Call:
    """A CUDA API call."""

    order: int
    name: str
    start: int
    end: int
    thread: int
    correlation: int


@dataclass(frozen=True)
class Operation:
    """A GPU operation with the call that launched it and the ranges open at that call, outermost first."""

    kind: str
    name: Row
    start: int
    end: int
    device: int
    stream: int
    process: int
    size: int
    order: int
    call: Call | None
    ranges: tuple[Range, ...]

    @property
    def duration(self) -> int:
        """Duration as recorded; negative if it ends before it starts."""
        return self.end - self.start


class Trace:
    """The joined contents of a trace; ranges are left out if they do not matter, because there can be many."""

    def __init__(self, path: Path, *, with_ranges: bool = True) -> None:
        self._database = sqlite3.connect(path)
        self._database.row_factory = sqlite3.Row
        self._strings = {row["id"]: row["value"] for row in self._rows("StringIds")}
        self.calls = [
            Call(n, re.sub(r"_v\d{4}$", "", self._strings[row["nameId"]]), row["start"], row["end"],
                 row["globalTid"], row["correlationId"])
            for n, row in enumerate(self._rows("CUPTI_ACTIVITY_KIND_RUNTIME"))
        ]  # fmt: skip
        recorded = [
            (kind, n, row)
            for kind, table in _OPERATIONS.items()
            for n, row in enumerate(self._rows(f"CUPTI_ACTIVITY_KIND_{table}"))
        ]
        self._calls_of: dict[tuple[int, int], list[Call]] = defaultdict(list)
        for call in self.calls:
            self._calls_of[call.thread >> 24, call.correlation].append(call)
        events = [row for row in self._rows("NVTX_EVENTS") if with_ranges and row["eventType"] in _RANGE_TYPES]
        ends = [call.end for call in self.calls] + [row["end"] for _, _, row in recorded]
        ends += [time for row in self._rows("NVTX_EVENTS") for time in (row["start"], row["end"]) if time is not None]
        self.ranges = [self._range(n, row, max(ends)) for n, row in enumerate(events)]
        self.operations = [self._operation(*one) for one in recorded]
        self._database.close()

    def _rows(self, table: str) -> list[sqlite3.Row]:
        try:
            return self._database.execute(f"SELECT * FROM {table} ORDER BY rowid").fetchall()
        except sqlite3.OperationalError:
            return []

    def _range(self, order: int, row: sqlite3.Row, trace_end: int) -> Range:
        name = row["text"] if row["text"] is not None else self._strings.get(row["textId"], "")
        end = trace_end if row["end"] is None else row["end"]
        return Range(order, name, row["start"], max(row["start"], end), row["end"] is None, row["globalTid"])

    def _operation(self, kind: str, order: int, row: sqlite3.Row) -> Operation:
        fields = row.keys()
        name: Row = (kind,)
        if kind == "kernel":
            name = (self._strings[row["demangledName"]],)
        elif kind == "copy":
            name = (_DIRECTIONS[row["copyKind"]], _MEMORY[row["srcKind"]], _MEMORY[row["dstKind"]])
        elif kind == "memset":
            name = ("memset", None, _MEMORY[row["memKind"]])
        call = self._launch(row["globalPid"], row["correlationId"])
        return Operation(
            kind, name, row["start"], row["end"], row["deviceId"], row["streamId"], row["globalPid"],
            row["bytes"] if "bytes" in fields else 0, order, call, self._open_at(call),
        )  # fmt: skip

    def _launch(self, process: int, correlation: int) -> Call | None:
        """Return the earliest call of the process with that ID; 0 is not an ID."""
        if correlation == 0:
            return None
        calls = self._calls_of[process >> 24, correlation]
        return min(calls, key=lambda c: (c.start, c.order), default=None)

    def _open_at(self, call: Call | None) -> tuple[Range, ...]:
        if call is None:
            return ()
        open_ones = [r for r in self.ranges if r.thread == call.thread and r.is_open_at(call.start)]
        return tuple(sorted(open_ones, key=lambda r: r.opened))

    def around(self, inner: Range) -> list[Range]:
        """Return the chain of parents, outermost first.

        The parent of a range is the shortest range that encloses it; of several with equal length, the one opened last.
        The parent of a zero-length range is the innermost range open at its instant.
        """
        enclosing = [r for r in self.ranges if r.encloses(inner)]
        if not enclosing:
            return []
        last = sorted(enclosing, key=lambda r: r.opened, reverse=True)
        parent = min(last, key=lambda r: r.wall) if inner.wall else last[0]
        return [*self.around(parent), parent]

    def path(self, inner: Range) -> str:
        """Return the names from the outermost range inward."""
        return _joined([r.name[:160] for r in [*self.around(inner), inner]])

    def rolled_path(self, inner: Range) -> str:
        """Return the labels from the outermost range inward."""
        return _joined([label(r.name) for r in [*self.around(inner), inner]])


def _joined(names: list[str]) -> str:
    """Return a joined path, which continues as /... after 4,000 characters."""
    path = names[0]
    for name in names[1:]:
        if len(path) > 4000:
            return f"{path}/..."
        path += f"/{name}"
    return path


def label(name: str) -> str:
    """Return a name without its number, which is the only roll-up that names of the random traces need."""
    rolled = re.sub(r"^(step |layers\.)\d+$", r"\1*", name)
    return (rolled if len(rolled) <= 160 else rolled[:157] + "...") or "(no name)"
