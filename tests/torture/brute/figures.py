"""The results of queries, by brute force."""

from __future__ import annotations

import re
import statistics
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

from tests.torture.brute.stages import default_stages
from tests.torture.brute.trace import Call, Operation, Range, Row, Trace

T = TypeVar("T")
OUTSIDE, UNATTRIBUTED = "(outside every stage)", "(unattributed)"
KINDS = ("kernel", "copy", "memset", "graph")
BLOCKING = {"cudaStreamSynchronize", "cudaDeviceSynchronize"}


def grouped(items: Iterable[T], key: Callable[[T], Hashable]) -> dict[Any, list[T]]:
    """Return items by key."""
    groups: dict[Any, list[T]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return groups


def total(operations: Iterable[Operation]) -> int:
    """Return the sum of durations as recorded."""
    return sum(operation.duration for operation in operations)


@dataclass(frozen=True)
class Times:
    """Span, busy and idle time, summed over GPUs."""

    span: int
    busy: int

    @property
    def idle(self) -> int:
        """Part of the span that is not busy."""
        return self.span - self.busy


def times(operations: Iterable[Operation]) -> Times:
    """Return span and busy time, summed over GPUs.

    An operation that ends before it starts has no place in them. Busy adds the intervals between two edges in which an
    operation ran.
    """
    span = busy = 0
    for of_gpu in grouped((o for o in operations if o.duration >= 0), lambda o: o.device).values():
        edges = sorted({edge for o in of_gpu for edge in (o.start, o.end)})
        span += edges[-1] - edges[0]
        for begin, end in pairwise(edges):
            busy += (end - begin) * any(o.start <= begin and end <= o.end for o in of_gpu)
    return Times(span, busy)


def spread(values: Sequence[int]) -> Row:
    """Return count, sum, median, min and max."""
    return len(values), sum(values), float(statistics.median(values)), min(values), max(values)


class Figures:
    """The results for a trace; a stage is a name with a pattern of `nsys_tools.sources.stages`."""

    def __init__(self, trace: Trace, stages: Sequence[tuple[str, str]] = ()) -> None:
        self.trace = trace
        self._path = {r: trace.rolled_path(r) for r in trace.ranges}
        expressions = [(name, re.compile(_expression(pattern))) for name, pattern in stages]
        by_path = {
            path: next((name for name, expression in expressions if expression.fullmatch(path)), None)
            for path in self._path.values()
        } if stages else default_stages(trace)  # fmt: skip
        self._stage = {r: by_path.get(self._path[r]) for r in trace.ranges}

    def range(self) -> list[Row]:
        """Name, start, end, whether it is open, depth, path."""
        trace = self.trace
        return [(r.name, r.start, r.end, r.is_open, len(trace.around(r)), trace.path(r)) for r in trace.ranges]

    def attribution(self) -> list[Row]:
        """Kind, start, end, start of the launch, start and path of the innermost range of each operation."""
        return [
            (o.kind, o.start, o.end, o.call.start if o.call else None,
             o.ranges[-1].start if o.ranges else None, self._path[o.ranges[-1]] if o.ranges else None)
            for o in self.trace.operations
        ]  # fmt: skip

    def range_summary(self) -> list[Row]:
        """Path, depth, instances, operations and their sum, exclusive ones and their sum, wall and its median."""
        operations, rows = self.trace.operations, []
        for path, ranges in grouped(self.trace.ranges, lambda r: self._path[r]).items():
            inside = [o for o in operations if any(self._path[r] == path for r in o.ranges)]
            own = [o for o in operations if o.ranges and self._path[o.ranges[-1]] == path]
            walls = [r.wall for r in ranges]
            depth = min(len(self.trace.around(r)) for r in ranges)
            rows.append(
                (path, depth, len(ranges), len({r.name for r in ranges}), len(inside),
                 total(inside), len(own), total(own), sum(walls), float(statistics.median(walls)))
            )  # fmt: skip
        return rows

    def range_exclusive(self) -> list[Row]:
        """Path or None, kind, operations, sum."""
        groups = grouped(self.trace.operations, lambda o: (self._path[o.ranges[-1]] if o.ranges else None, o.kind))
        return [(*key, len(own), total(own)) for key, own in groups.items()]

    def range_unattributed(self) -> list[Row]:
        """Reason, kind, operations, sum, threads."""
        groups = grouped(
            (o for o in self.trace.operations if not o.ranges),
            lambda o: ("no range" if o.call else "no launch", o.kind),
        )
        return [
            (*key, len(own), total(own), len({o.call.thread for o in own if o.call})) for key, own in groups.items()
        ]

    def trace_conservation(self) -> list[Row]:
        """Kind, then count and sum: all, attributed, unattributed, difference."""
        rows = []
        for kind in (*KINDS, "all"):
            chosen = [o for o in self.trace.operations if kind in (o.kind, "all")]
            parts = chosen, [o for o in chosen if o.ranges], [o for o in chosen if not o.ranges]
            rows.append((kind, *map(len, parts), 0, *map(total, parts), 0))
        return rows

    def kernel_summary(self) -> list[Row]:
        """Name, count, sum, median, shortest, longest."""
        groups = grouped((o for o in self.trace.operations if o.kind == "kernel"), lambda o: o.name)
        return [(*name, *spread([o.duration for o in own])) for name, own in groups.items()]

    def kernel_class(self) -> list[Row]:
        """Name, count, sum."""
        return [row[:3] for row in self.kernel_summary()]

    def stage_class(self) -> list[Row]:
        """Stage, names, count, sum: without rules for such kernels, there is one class."""
        groups = grouped(self.stage_kernel(), lambda row: row[0])
        return [(key, len(own), sum(row[2] for row in own), sum(row[3] for row in own)) for key, own in groups.items()]

    def api_summary(self) -> list[Row]:
        """Function, whether it blocks, count, sum, median, shortest, longest."""
        groups = grouped(self.trace.calls, lambda c: c.name)
        return [(name, name in BLOCKING, *spread([c.end - c.start for c in own])) for name, own in groups.items()]

    def copy_summary(self) -> list[Row]:
        """Direction, memory read and written, count, bytes, sum, median of bytes."""
        groups = grouped((o for o in self.trace.operations if o.kind in ("copy", "memset")), lambda o: o.name)
        return [
            (*name, len(own), sum(o.size for o in own), total(own), float(statistics.median(o.size for o in own)))
            for name, own in groups.items()
        ]

    def stream_summary(self) -> list[Row]:
        """Process, GPU, stream, operations, kernels, sum."""
        groups = grouped(self.trace.operations, lambda o: (o.process >> 24, o.device, o.stream))
        return [(*key, len(own), sum(o.kind == "kernel" for o in own), total(own)) for key, own in groups.items()]

    def gpu_summary(self) -> list[Row]:
        """GPU, operations, span, busy, idle, sum."""
        rows = []
        for gpu, own in grouped(self.trace.operations, lambda o: o.device).items():
            on_gpu = times(own)
            rows.append((gpu, len(own), on_gpu.span, on_gpu.busy, on_gpu.idle, total(own)))
        return rows

    def gap_list(self) -> list[Row]:
        """GPU, start, end, cause, blocking call, launch delay."""
        return [(gpu, begin, end, *self._cause(begin, last)) for gpu, begin, end, last in self._gaps()]

    def stage_gap(self) -> list[Row]:
        """Stage, cause, blocking call, gaps, sum."""
        groups: dict[Row, list[int]] = defaultdict(list)
        for _, begin, end, last in self._gaps():
            groups[self._innermost_stage(last), *self._cause(begin, last)[:2]].append(end - begin)
        return [(*key, len(gaps), sum(gaps)) for key, gaps in groups.items()]

    def _gaps(self) -> list[tuple[int, int, int, Operation]]:
        """Return each interval without an operation between two operations, and the operation that ended it.

        If several operations ended it together, this is the one that finished first, then the one recorded first.
        """
        gaps = []
        for gpu, own in grouped((o for o in self.trace.operations if o.duration >= 0), lambda o: o.device).items():
            for start in {o.start for o in own}:
                begin = max((o.end for o in own if o.start < start), default=start)
                if begin < start:
                    together = [o for o in own if o.start == start]
                    last = min(together, key=lambda o: (o.end, o.order, KINDS.index(o.kind)))
                    gaps.append((gpu, begin, start, last))
        return gaps

    def _cause(self, begin: int, last: Operation) -> Row:
        """Return cause, blocking call and launch delay of a gap that begins at `begin` and that `last` ended."""
        if last.call is None:
            return "unknown", None, 0
        delay = max(0, last.call.end - begin)
        blocked = self._blocked(begin, last)
        if blocked:
            return "synchronization", blocked.name, delay
        return "launch gap" if delay else "dependency", None, delay

    def _blocked(self, begin: int, last: Operation) -> Call | None:
        """Return the blocking call in progress at `begin` that returned last, if `last` was launched after it."""
        call = last.call
        assert call is not None
        waiting = [
            c for c in self.trace.calls
            if c.thread == call.thread and c.name in BLOCKING and c.start <= begin < c.end
        ]  # fmt: skip
        found = max(waiting, key=lambda c: (c.end, c.start, c.order), default=None)
        return found if found and found.end <= min(call.start, last.start) else None

    def _innermost_stage(self, operation: Operation) -> str:
        if not operation.ranges:
            return UNATTRIBUTED
        return next((stage for r in reversed(operation.ranges) if (stage := self._stage[r])), OUTSIDE)

    def _instances(self) -> list[Range]:
        """Return the ranges of a stage that are not inside another range of the stage."""
        named = [r for r in self.trace.ranges if self._stage[r]]
        return [r for r in named if not any(o.encloses(r) and self._stage[o] == self._stage[r] for o in named)]

    def stage_instance(self) -> list[Row]:
        """Stage, path, start, wall, span, busy, sum, idle, operations, kernels, launches."""
        rows, instances = [], self._instances()
        for r in instances:
            # If instances of a stage overlap, the one opened last owns the shared operations.
            alike = [other for other in instances if self._stage[other] == self._stage[r]]
            inside = [o for o in self.trace.operations if [a for a in o.ranges if a in alike][-1:] == [r]]
            on_gpu = times(inside)
            rows.append(
                (self._stage[r], self.trace.path(r), r.start, r.wall, on_gpu.span, on_gpu.busy, total(inside),
                 on_gpu.idle, len(inside), sum(o.kind == "kernel" for o in inside), len({o.call for o in inside}))
            )  # fmt: skip
        return rows

    def stage_summary(self) -> list[Row]:
        """Stage, instances, wall, span, busy, sum, idle, exclusive count and sum, operations, kernels, median wall."""
        operations, rows = self.trace.operations, []
        instances = grouped(self.stage_instance(), lambda row: row[0])
        for stage, own in instances.items():
            inside = [o for o in operations if any(self._stage[r] == stage for r in o.ranges)]
            columns = list(zip(*own, strict=True))
            rows.append(
                (stage, len(own), *(sum(columns[n]) for n in (3, 4, 5)), total(inside), sum(columns[7]),
                 *self._exclusive(stage), len(inside), sum(o.kind == "kernel" for o in inside),
                 float(statistics.median(columns[3])))
            )  # fmt: skip
        for stage in (OUTSIDE, UNATTRIBUTED):
            count, ns = self._exclusive(stage)
            if count:
                rows.append((stage, None, None, None, None, ns, None, count, ns, count, None, None))
        return rows

    def _exclusive(self, stage: str) -> Row:
        own = [o for o in self.trace.operations if self._innermost_stage(o) == stage]
        return len(own), total(own)

    def stage_kernel(self) -> list[Row]:
        """Stage, kernel, count, sum."""
        groups = grouped(
            (o for o in self.trace.operations if o.kind == "kernel"), lambda o: (self._innermost_stage(o), *o.name)
        )
        return [(*key, len(own), total(own)) for key, own in groups.items()]


def _expression(pattern: str) -> str:
    """Return the regular expression for a pattern without ``?``."""
    body = re.escape(pattern).replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
    return body if "/" in pattern else f"(.*/)?{body}"
