"""Attribution equals brute force, on random small traces and on real ones."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from nsys_tools.sources.nsys import open_trace
from nsys_tools.synthetic.builder import PUSH_POP, START_END, TraceBuilder, process_key, thread_key

# Two processes with the same thread numbers and the same correlationIds.
THREADS = [(1, 1), (1, 2), (2, 1)]
LAST = 11
# Without shrinking: an example is small as it is, and each takes a trace.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


@dataclass(frozen=True)
class Range:
    thread: int
    start: int
    end: int | None
    kind: int


@dataclass(frozen=True)
class Call:
    thread: int
    start: int
    correlation: int


@dataclass(frozen=True)
class Operation:
    process: int
    correlation: int
    duration: int


instants = st.integers(0, LAST)
threads = st.sampled_from([thread_key(*t) for t in THREADS])
ranges = st.lists(
    st.builds(
        lambda thread, a, b, kind, closed: Range(thread, min(a, b), max(a, b) if closed else None, kind),
        threads,
        instants,
        instants,
        st.sampled_from([PUSH_POP, START_END]),
        st.integers(0, 9).map(lambda n: n > 0),
    ),
    min_size=1,
    max_size=14,
)
# Besides one launch at every instant of every thread: calls that share correlationIds with those, or with each other,
# and operations of ids that nothing, or another process, launched.
more_calls = st.lists(st.builds(Call, threads, instants, st.integers(1, 30)), max_size=8)
more_operations = st.lists(
    st.builds(Operation, st.sampled_from([process_key(1), process_key(2)]), st.integers(0, 60), st.integers(1, 9)),
    max_size=8,
)


def everywhere() -> tuple[list[Call], list[Operation]]:
    """Return a launch at every instant of every thread; two processes use the same correlationIds."""
    made, ran = [], []
    for pid, tid in THREADS:
        for instant in range(LAST + 2):
            correlation = 1 + instant + (LAST + 2) * (tid - 1)
            made.append(Call(thread_key(pid, tid), instant, correlation))
            ran.append(Operation(process_key(pid), correlation, 1 + (7 * instant + pid) % 5))
    return made, ran


def write(path: Path, found: list[Range], made: list[Call], ran: list[Operation]) -> None:
    with TraceBuilder(path) as builder:
        for number, r in enumerate(found, 1):
            builder.range(r.thread, f"r{number}", r.start, r.end, event_type=r.kind)
        for c in made:
            builder.call(c.thread, "cudaLaunchKernel_v7000", c.start, c.start + 1, c.correlation)
        for o in ran:
            builder.kernel(o.process, "k", 40, 40 + o.duration, o.correlation)


class BruteForce:
    """The definitions of semantics.md over all pairs."""

    def __init__(self, found: list[Range], made: list[Call], ran: list[Operation]) -> None:
        ends = [r.start for r in found] + [r.end for r in found if r.end is not None]
        ends += [c.start + 1 for c in made] + [40 + o.duration for o in ran]
        self.last = max(ends, default=0)
        self.ranges = dict(enumerate(found, 1))
        self.calls = made

    def end(self, key: int) -> int:
        end = self.ranges[key].end
        return self.last if end is None else end

    def order(self, key: int) -> tuple[int, int, int]:
        return self.ranges[key].start, -self.end(key), key

    def open_at(self, thread: int, instant: int) -> set[int]:
        return {k for k, r in self.ranges.items() if r.thread == thread and r.start <= instant < self.end(k)}

    def launch(self, operation: Operation) -> tuple[int, int] | None:
        made = [
            (c.start, c.thread)
            for c in self.calls
            if c.correlation == operation.correlation != 0 and (c.thread & ~0xFFFFFF) == operation.process
        ]
        if not made:
            return None
        start = min(made)[0]
        return start, next(thread for at, thread in made if at == start)

    def parent(self, key: int) -> int | None:
        mine = self.ranges[key]
        lasting = self.end(key) > mine.start
        around = [
            k
            for k, r in self.ranges.items()
            if r.thread == mine.thread
            and self.end(k) > r.start
            and r.start <= mine.start
            and (
                (self.end(k) >= self.end(key) and self.order(k) < self.order(key))
                if lasting
                else mine.start < self.end(k)
            )
        ]
        if not lasting:
            return max(around, key=self.order, default=None)
        return min(
            around, key=lambda k: (self.end(k) - self.ranges[k].start, *(-n for n in self.order(k))), default=None
        )


def unambiguous(made: list[Call]) -> list[Call]:
    """Leave out calls whose process, correlationId and start equal an earlier one's: either could be the launch."""
    kept: dict[tuple[int, int, int], Call] = {}
    for call in made:
        kept.setdefault((call.thread & ~0xFFFFFF, call.correlation, call.start), call)
    return list(kept.values())


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=PHASES)
@given(ranges, more_calls, more_operations)
def test_attribution_equals_brute_force(found: list[Range], extra: list[Call], others: list[Operation]) -> None:
    made, ran = everywhere()
    made, ran = unambiguous(extra + made), ran + others
    truth = BruteForce(found, made, ran)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.sqlite"
        write(path, found, made, ran)
        with open_trace(path, cache=False) as trace:
            innermost = dict(trace.sql("SELECT operation_id >> 2, range_id FROM attribution").rows())
            stacks: dict[int, list[int]] = {}
            for operation, key in trace.sql(
                "SELECT operation_id >> 2, s.range_id FROM attribution JOIN _range_stack AS s USING (piece_id)"
            ).rows():
                stacks.setdefault(operation, []).append(key)
            parents = dict(trace.sql("SELECT range_id, parent_id FROM range").rows())
            exclusive = trace.sql("SELECT sum(operation_count), sum(sum_ns) FROM range_exclusive").rows()[0]
    for number, operation in enumerate(ran, 1):
        launch = truth.launch(operation)
        opened = truth.open_at(launch[1], launch[0]) if launch else set()
        assert innermost[number] == max(opened, key=truth.order, default=None)
        assert sorted(stacks.get(number, [])) == sorted(opened)
    assert parents == {key: truth.parent(key) for key in truth.ranges}
    assert exclusive == (len(ran), sum(o.duration for o in ran))


def test_an_operation_is_never_lost(shared_trace: Path) -> None:
    """Exclusive figures and the unattributed row add up to all operations, in count and ns."""
    with open_trace(shared_trace) as trace:
        total = trace.sql("SELECT count(*), sum(duration_ns) FROM gpu_operation").rows()[0]
        parts = trace.sql("SELECT sum(operation_count), sum(sum_ns) FROM range_exclusive").rows()[0]
        assert trace.sql("SELECT count(*) FROM attribution").rows()[0][0] == total[0]
    assert total[0] > 0
    assert parts == total


def test_only_threads_on_which_ranges_cross_are_cut(tmp_path: Path) -> None:
    path = tmp_path / "crossing.sqlite"
    nested, crossing, other = (thread_key(1, tid) for tid in (1, 2, 3))
    bounds = {
        nested: [(0, 9), (0, 9), (0, 4), (4, 9), (5, 5), (5, 9), (9, 12)],
        crossing: [(0, 6), (3, 9)],
        other: [(2, 8), (3, 4), (6, 8)],
    }
    with TraceBuilder(path) as builder:
        for thread, pairs in bounds.items():
            for start, end in pairs:
                builder.range(thread, "r", start, end)
    with open_trace(path, cache=False) as trace:
        assert trace.sql("SELECT thread_id FROM _crossing").rows() == [(crossing,)]
        assert trace.sql("SELECT thread_id FROM _cut_boundary").rows() == [(crossing,)] * 6
        assert trace.sql("SELECT DISTINCT thread_id FROM _range_cut JOIN _range USING (range_id)").rows() == [
            (crossing,)
        ]
