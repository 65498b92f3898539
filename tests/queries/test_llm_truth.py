"""Token figures equal brute force over all pairs, on random traces."""

from __future__ import annotations

import statistics
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.sources.stages import StagesFile
from nsys_tools.synthetic.builder import PUSH_POP, START_END, TraceBuilder, process_key, thread_key
from tests.queries.test_attribution import PHASES
from tests.torture.brute.trace import Trace

THREADS = (1, 2)
LAST = 24
STAGES = """
[[stage]]
name = "request"
match = "image"
role = "request"
[[stage]]
name = "turn"
match = "turn"
role = "request"
[[stage]]
name = "step"
match = "step *"
role = "step"
[[stage]]
name = "forward"
match = "forward"
role = "step"
"""
ROLE = {"image": "request", "turn": "request", "step 1": "step", "step 2": "step", "forward": "step"}
STAGE = {"step 1": "step", "step 2": "step"}


@dataclass(frozen=True)
class Named:
    thread: int
    start: int
    end: int
    kind: int
    name: str


@dataclass(frozen=True)
class Launch:
    thread: int
    at: int
    end: int
    is_recorded: bool


instants = st.integers(0, LAST)
steps = st.builds(
    lambda thread, a, length, name: Named(thread, a, a + length, PUSH_POP, name),
    st.sampled_from(THREADS), instants, st.integers(0, 3), st.sampled_from(["step 1", "step 2", "forward", "x"]),
)  # fmt: skip
around = st.builds(
    lambda thread, a, b, name, kind: Named(thread, min(a, b), max(a, b), kind, name),
    st.sampled_from(THREADS), instants, instants, st.sampled_from(["image", "image", "turn", "decode"]),
    st.sampled_from([PUSH_POP, PUSH_POP, START_END]),
)  # fmt: skip
launches = st.builds(
    Launch, st.sampled_from(THREADS), instants, st.integers(1, 99), st.integers(0, 5).map(lambda n: n > 0)
)


programs = st.lists(
    st.tuples(st.lists(around, max_size=5), st.lists(steps, max_size=16), st.lists(launches, max_size=24)),
    min_size=1,
    max_size=6,
)
"""Most of the time goes into the session, and threads know nothing of each other: a trace holds several programs."""


class Truth:
    """The definitions of the queries, computed over all pairs."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.ranges = {r.order + 1: r for r in trace.ranges}
        self.done = [(o.call.thread, o.call.start, o.end) for o in trace.operations if o.call]
        requests, steps = self._instances("request"), self._instances("step")
        self.instances = requests | steps
        self.requests = {r for r in requests if not any(r in self._enclosing(other) for other in requests)}
        self.steps = {s for s in steps if not steps & self._enclosing(s)}

    def _opened(self, key: int) -> tuple[int, int, int]:
        return self.ranges[key].opened

    def _open_at(self, thread: int, instant: int) -> set[int]:
        return {k for k, r in self.ranges.items() if r.thread == thread and r.is_open_at(instant)}

    def _parent(self, key: int) -> int | None:
        chain = self.trace.around(self.ranges[key])
        return chain[-1].order + 1 if chain else None

    def _around(self, key: int) -> set[int]:
        """Return the ranges that are open when a range opens and that were opened before it."""
        mine = self.ranges[key]
        return {k for k in self._open_at(mine.thread, mine.start) if self._opened(k) < mine.opened}

    def _enclosing(self, key: int) -> set[int]:
        return {k for k in self._around(key) if self.ranges[k].end >= self.ranges[key].end}

    def _instances(self, role: str) -> set[int]:
        found = {k for k, r in self.ranges.items() if ROLE.get(r.name) == role and r.wall > 0}
        return {k for k in found if not any(self._stage(o) == self._stage(k) for o in self._enclosing(k))}

    def _stage(self, key: int) -> str:
        name = self.ranges[key].name
        return STAGE.get(name, name)

    def _owns(self, key: int, at: int) -> bool:
        """Return whether it is the last-opened of the open instances of its stage."""
        mine = self.ranges[key]
        alike = {k for k in self._open_at(mine.thread, at) & self.instances if self._stage(k) == self._stage(key)}
        return key == max(alike, key=self._opened, default=None)

    def _gpu(self, key: int, before: float = float("inf")) -> int | None:
        """Return the end of the last operation launched in a range before an instant."""
        mine = self.ranges[key]
        ends = [end for thread, at, end in self.done if thread == mine.thread and self._owns(key, at) and at < before]
        return max(ends, default=None)

    def tokens(self) -> dict[tuple[int, int | None], list[tuple[int | None, int, str]]]:
        """Return each token by thread and range: its step, and when and by what it was completed."""
        owned: dict[tuple[int, int | None], list[int]] = defaultdict(list)
        for key in sorted(self.steps, key=self._opened):
            request = max(self._around(key) & self.requests, key=self._opened, default=None)
            owned[self.ranges[key].thread, request or self._parent(key)].append(key)
        for key in self.requests:
            owned.setdefault((self.ranges[key].thread, key), [])
        return {key: self._sequence(key[1], mine) for key, mine in owned.items()}

    def _sequence(self, owner: int | None, mine: list[int]) -> list[tuple[int | None, int, str]]:
        found: list[tuple[int | None, int, str]] = []
        if owner in self.requests:
            end = self._gpu(owner, self.ranges[mine[0]].start if mine else float("inf"))
            closed = self.ranges[mine[0]].start if mine else self.ranges[owner].end
            found.append((None, closed, "cpu") if end is None else (None, end, "gpu"))
        for key in mine:
            end = self._gpu(key)
            found.append((key, self.ranges[key].end, "cpu") if end is None else (key, end, "gpu"))
        return found


def percentile(values: list[int], share: float) -> float:
    ordered, place = sorted(values), share * (len(values) - 1)
    low = int(place)
    return ordered[low] + (place - low) * (ordered[min(low + 1, len(ordered) - 1)] - ordered[low])


def latencies(truth: Truth) -> dict[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for (_, owner), tokens in truth.tokens().items():
        for (_, before, base), (_, after, next_base) in pairwise(tokens):
            found["inter-token latency", base if base == next_base else "mixed"].append(after - before)
        if owner in truth.requests:
            start = truth.ranges[owner].start
            found["time to first token", tokens[0][2]].append(tokens[0][1] - start)
            found["end-to-end latency", tokens[-1][2]].append(tokens[-1][1] - start)
    return found


def drift(truth: Truth) -> dict[str, tuple[int, float | None, list[int], list[int]]]:
    """Return, by base, the number of latencies, their slope, and those of the first and last quarters."""
    points: dict[str, dict[tuple[int, int | None], list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    for key, tokens in truth.tokens().items():
        shift = 0 if key[1] in truth.requests else 1
        for place in range(1, len(tokens)):
            if place + shift > 1 and tokens[place][2] == tokens[place - 1][2]:
                points[tokens[place][2]][key].append((place + shift, tokens[place][1] - tokens[place - 1][1]))
    found = {}
    for base, sequences in points.items():
        top = bottom = 0.0
        for values in sequences.values():
            x0, y0 = statistics.fmean(x for x, _ in values), statistics.fmean(y for _, y in values)
            top += sum((x - x0) * (y - y0) for x, y in values)
            bottom += sum((x - x0) ** 2 for x, _ in values)
        quarters = [(v[: len(v) // 4], v[len(v) - len(v) // 4 :]) for v in sequences.values()]
        first, last = [y for q, _ in quarters for _, y in q], [y for _, q in quarters for _, y in q]
        found[base] = sum(map(len, sequences.values())), top / bottom if bottom else None, first, last
    return found


@settings(max_examples=26, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=PHASES)
@given(programs)
def test_figures_equal_brute_force(several: list[tuple[list[Named], list[Named], list[Launch]]]) -> None:
    truth, rows = answers(several)
    tokens: dict[tuple[int, int | None], list[tuple[int | None, int, str]]] = defaultdict(list)
    for row in rows["llm_token"]:
        tokens[row["thread_id"], row["range_id"]].append((row["step_id"], row["done_ns"], row["base"]))
        assert row["is_request"] == (row["range_id"] in truth.requests)
    assert tokens == truth.tokens()
    expected = latencies(truth)
    assert {(row["figure"], row["base"]) for row in rows["llm_latency"]} == set(expected)
    for row in rows["llm_latency"]:
        values = expected[row["figure"], row["base"]]
        assert (row["value_count"], row["min_ns"], row["max_ns"]) == (len(values), min(values), max(values))
        assert row["mean_ns"] == pytest.approx(statistics.fmean(values))
        assert row["median_ns"] == pytest.approx(statistics.median(values))
        assert row["stddev_ns"] == (pytest.approx(statistics.stdev(values)) if len(values) > 1 else None)
        assert row["p90_ns"] == pytest.approx(percentile(values, 0.9))
        assert row["p99_ns"] == pytest.approx(percentile(values, 0.99))
    found = drift(truth)
    assert {row["base"]: row["value_count"] for row in rows["llm_drift"]} == {b: f[0] for b, f in found.items()}
    for row in rows["llm_drift"]:
        _, slope, first, last = found[row["base"]]
        assert row["slope_ns"] == (None if slope is None else pytest.approx(slope, abs=1e-9))
        assert row["first_quarter_ns"] == (statistics.median(first) if first else None)
        assert row["last_quarter_ns"] == (statistics.median(last) if last else None)


def answers(
    several: list[tuple[list[Named], list[Named], list[Launch]]],
) -> tuple[Truth, dict[str, list[dict[str, Any]]]]:
    """Write the trace and return its reference results and the rows of the queries."""
    with tempfile.TemporaryDirectory() as folder:
        path, stages = Path(folder) / "t.sqlite", Path(folder) / "s.toml"
        stages.write_text(STAGES)
        with TraceBuilder(path) as builder:
            for number, (outer, inner, made) in enumerate(several):
                for r in [*outer, *inner]:
                    builder.range(thread_key(1, 2 * number + r.thread), r.name, r.start, r.end, event_type=r.kind)
                for one in made:
                    correlation = builder.correlation(process_key(1))
                    thread = thread_key(1, 2 * number + one.thread)
                    builder.call(thread, "cudaLaunchKernel_v7000", one.at, one.at + 1, correlation)
                    if one.is_recorded:
                        builder.kernel(process_key(1), "k", one.end - 1, one.end, correlation)
        with open_trace(path, cache=False) as trace:
            StagesFile(stages).define(trace)
            names = ("llm_token", "llm_latency", "llm_drift")
            return Truth(Trace(path)), {name: trace.query(name).records() for name in names}
