"""Steps and their time budget by brute force, as defined in docs/concepts: intervals in plain Python."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from nsys_tools.sources.nsys.trace import open_trace
from tests.torture.brute.figures import KINDS, grouped
from tests.torture.brute.trace import Call, Operation, Range, Row, Trace

TERMS = {
    "synchronization": "synchronization",
    "launch gap": "launch_bound",
    "dependency": "dependency",
    "unknown": "rest",
}
_BLOCKING = re.compile(r".*Synchronize|(cudaMemcpy|cudaMemset|cuMemcpy)(?!.*Async)|cudaMalloc|cudaFree|cudaHost")
_STEP_NAME = re.compile(r"(train_)?(step|iteration) \d+")


def is_communication(operation: Operation) -> bool:
    """Return whether a kernel exchanges data between GPUs."""
    return operation.kind == "kernel" and "nccl" in operation.name[0]


def is_compute(operation: Operation) -> bool:
    """Return whether an operation computes; a graph run counts as compute, because its contents are unknown."""
    return operation.kind == "graph" or (operation.kind == "kernel" and not is_communication(operation))


class StepsByHand:
    """The steps of a trace and their terms."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self._of_gpu = grouped((o for o in trace.operations if o.duration >= 0), lambda o: o.device)
        self._blocking: dict[int, list[Call]] = defaultdict(list)
        for call in trace.calls:
            if _BLOCKING.match(call.name):
                self._blocking[call.thread].append(call)
        self._gaps = {gpu: list(self._gaps_of(own)) for gpu, own in self._of_gpu.items()}

    def _gaps_of(self, own: list[Operation]) -> Iterator[tuple[int, int, str, str | None]]:
        """Yield start, end, term and blocking call of each interval in which a GPU is idle."""
        in_order = sorted(own, key=lambda o: (o.start, o.end, o.order, KINDS.index(o.kind)))
        until = in_order[0].end
        for operation in in_order:
            if operation.start > until:
                yield until, operation.start, *self._cause(until, operation)
            until = max(until, operation.end)

    def _cause(self, begin: int, last: Operation) -> tuple[str, str | None]:
        call = last.call
        if call is None:
            return TERMS["unknown"], None
        waiting = [c for c in self._blocking[call.thread] if c.start <= begin < c.end]
        found = max(waiting, key=lambda c: (c.end, c.start), default=None)
        if found and found.end <= min(call.start, last.start):
            return "synchronization", found.name
        return TERMS["launch gap" if call.end > begin else "dependency"], None

    def terms(self, process: int, gpu: int, start: int, end: int) -> Row:
        """Return span, busy, compute, communication, exposed communication and idle time, operations and kernels."""
        near = [o for o in self._of_gpu[gpu] if o.start <= end and o.end >= start]
        edges = sorted({start, end, *(min(max(edge, start), end) for o in near for edge in (o.start, o.end))})
        busy = compute = communication = exposed = 0
        for begin, until in pairwise(edges):
            here = [o for o in near if o.start <= begin and until <= o.end]
            computes, exchanges = any(map(is_compute, here)), any(map(is_communication, here))
            busy += (until - begin) * bool(here)
            compute += (until - begin) * computes
            communication += (until - begin) * exchanges
            exposed += (until - begin) * (exchanges and not computes)
        own = [o for o in near if o.process == process and start <= o.start < end]
        return (
            min(max(o.end for o in own), end) - start, busy, compute, communication, exposed, end - start - busy,
            len(own), sum(o.kind == "kernel" for o in own),
        )  # fmt: skip

    def idle(self, gpu: int, start: int, end: int) -> dict[tuple[str, str | None], int]:
        """Return the idle time within a step by term and blocking call."""
        found: dict[tuple[str, str | None], int] = defaultdict(int)
        for begin, until, *cause in self._gaps[gpu]:
            if begin < end and until > start:
                found[cause[0], cause[1]] += min(until, end) - max(begin, start)
        return dict(found)

    def from_ranges(self) -> list[Row]:
        """Return process, GPU, start and end of the steps that are ranges by name, if they launched work.

        A step begins with the first operation that it launched. It ends where the next one begins if both are in the
        same range of one thread, otherwise when its last operation ends, but no later than that. A step whose
        operations all have zero length does not count.
        """
        named = [r for r in self.trace.ranges if r.wall and _STEP_NAME.fullmatch(r.name)]
        steps = [r for r in named if not any(o.encloses(r) for o in named)]
        rows = []
        for process, gpu in {(o.process, o.device) for o in self.trace.operations}:
            begun = self._begun(process, gpu, steps)
            for one, (start, last_end, step) in enumerate(begun):
                following = begun[one + 1] if one + 1 < len(begun) else None
                end = last_end
                if following and self._place(step) == self._place(following[2]):
                    end = following[0]
                elif following:
                    end = min(last_end, following[0])
                if end > start and not step.is_open:
                    rows.append((process, gpu, start, end))
        return sorted(rows)

    def _begun(self, process: int, gpu: int, steps: list[Range]) -> list[tuple[int, int, Range]]:
        """Return start, last end and range of the steps on a GPU; of those that begin together, the first opened."""
        found: dict[int, tuple[int, int, Range]] = {}
        for step in sorted(steps, key=lambda r: r.opened):
            own = [o for o in self._of_gpu[gpu] if o.process == process and step in o.ranges]
            if own:
                start = min(o.start for o in own)
                found.setdefault(start, (start, max(o.end for o in own), step))
        return [found[start] for start in sorted(found)]

    def _place(self, step: Range) -> tuple[int, Range | None]:
        around = self.trace.around(step)
        return step.thread, around[-1] if around else None


def differences(path: Path, *, by_range: bool) -> list[str]:
    """Return a sentence for each step figure that differs from the brute force result."""
    with open_trace(path, cache=False) as trace:
        rows = trace.sql(
            "SELECT process_id, gpu_id, start_ns, end_ns, span_ns, busy_ns, compute_ns, communication_ns, "
            "exposed_communication_ns, idle_ns, operation_count, kernel_count, step_id FROM step"
        ).rows()
        idle: dict[int, dict[tuple[str, str | None], int]] = defaultdict(dict)
        for step, term, call, ns in trace.sql("SELECT step_id, term, blocking_call, idle_ns FROM step__idle").rows():
            idle[step][term, call] = ns
        failed = trace.sql("FROM step_check WHERE verdict <> 'passed'").rows()
    hand = StepsByHand(Trace(path, with_ranges=by_range))
    found = [f"check failed: {row}" for row in failed]
    if by_range and sorted(row[:4] for row in rows) != hand.from_ranges():
        found.append(f"steps {sorted(row[:4] for row in rows)}, by hand {hand.from_ranges()}")
    for *row, step in rows:
        process, gpu, start, end = row[:4]
        if tuple(row[4:]) != (expected := hand.terms(process, gpu, start, end)):
            found.append(f"step {row[:4]}: {row[4:]}, by hand {expected}")
        if idle[step] != (parts := hand.idle(gpu, start, end)):
            found.append(f"step {row[:4]}: idle {idle[step]}, by hand {parts}")
        if sum(parts.values()) != expected[5]:
            found.append(f"step {row[:4]}: the brute force disagrees with itself")
    return found
