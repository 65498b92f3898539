"""Attribution equals brute force, on random small traces and on real ones."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.synthetic.builder import PUSH_POP, START_END, TraceBuilder, process_key, thread_key
from tests.torture.brute.trace import Trace

# Two processes with the same thread numbers and the same correlationIds.
THREADS = [(1, 1), (1, 2), (2, 1)]
LAST = 11
# Shrinking is off: examples are already small, and each run writes a trace.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


@dataclass(frozen=True)
class Range:
    thread: tuple[int, int]
    start: int
    end: int | None
    kind: int


@dataclass(frozen=True)
class Call:
    thread: tuple[int, int]
    start: int
    correlation: int


@dataclass(frozen=True)
class Operation:
    process: int
    correlation: int
    duration: int


instants = st.integers(0, LAST)
threads = st.sampled_from(THREADS)
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
# In addition to one launch at every instant of every thread, there are calls that share correlationIds with those or
# with each other, and operations with IDs that nothing, or another process, launched.
more_calls = st.lists(st.builds(Call, threads, instants, st.integers(1, 30)), max_size=8)
more_operations = st.lists(
    st.builds(Operation, st.sampled_from([1, 2]), st.integers(0, 60), st.integers(1, 9)), max_size=8
)
# Opening the session takes most of the time. Processes are independent, so a trace contains several programs.
programs = st.lists(st.tuples(ranges, more_calls, more_operations), min_size=10, max_size=30)


def everywhere() -> tuple[list[Call], list[Operation]]:
    """Return a launch at every instant of every thread; two processes use the same correlationIds."""
    made, ran = [], []
    for pid, tid in THREADS:
        for instant in range(LAST + 2):
            correlation = 1 + instant + (LAST + 2) * (tid - 1)
            made.append(Call((pid, tid), instant, correlation))
            ran.append(Operation(pid, correlation, 1 + (7 * instant + pid) % 5))
    return made, ran


def write(path: Path, several: list[tuple[list[Range], list[Call], list[Operation]]]) -> None:
    with TraceBuilder(path) as builder:
        for number, (found, extra, others) in enumerate(several):
            made, ran = everywhere()
            for r in found:
                builder.range(thread_key(2 * number + r.thread[0], r.thread[1]), "r", r.start, r.end, event_type=r.kind)
            for c in extra + made:
                thread = thread_key(2 * number + c.thread[0], c.thread[1])
                builder.call(thread, "cudaLaunchKernel_v7000", c.start, c.start + 1, c.correlation)
            for o in ran + others:
                builder.kernel(process_key(2 * number + o.process), "k", 40, 40 + o.duration, o.correlation)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=PHASES)
@given(programs)
def test_attribution_equals_brute_force(several: list[tuple[list[Range], list[Call], list[Operation]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.sqlite"
        write(path, several)
        truth = Trace(path)
        with open_trace(path, cache=False) as trace:
            innermost = dict(trace.sql("SELECT operation_id >> 2, range_id FROM attribution").rows())
            stacks: dict[int, list[int]] = {}
            for operation, key in trace.sql(
                "SELECT operation_id >> 2, s.range_id FROM attribution JOIN _range_stack AS s USING (piece_id)"
            ).rows():
                stacks.setdefault(operation, []).append(key)
            parents = dict(trace.sql("SELECT range_id, parent_id FROM range").rows())
            exclusive = trace.sql("SELECT sum(operation_count), sum(sum_ns) FROM range_exclusive").rows()[0]
    for number, one in enumerate(truth.operations, 1):
        opened = [r.order + 1 for r in one.ranges]
        assert innermost[number] == (opened[-1] if opened else None)
        assert sorted(stacks.get(number, [])) == sorted(opened)
    chains = {r.order + 1: [around.order + 1 for around in truth.around(r)] for r in truth.ranges}
    assert parents == {key: chain[-1] if chain else None for key, chain in chains.items()}
    assert exclusive == (len(truth.operations), sum(one.duration for one in truth.operations))


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
        assert trace.sql("SELECT thread_id, start_ns FROM _crossed").rows() == [(crossing, 0)]
        assert trace.sql("SELECT DISTINCT thread_id FROM _crossed_innermost").rows() == [(crossing,)]
