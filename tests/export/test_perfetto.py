"""Timelines for Perfetto, decoded with its own package and compared with plain SQL over nsys's tables."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import nsys_tools as nt
from nsys_tools.synthetic.builder import START_END, TraceBuilder
from nsys_tools.synthetic.graphs import build_replays
from tests.case import OTHER_THREAD, PROCESS, THREAD, build, launch
from tests.conftest import REPOSITORY, SHARED, SHARED_TRACES
from tests.export.decoded import Decoded, decode

SAMPLES = REPOSITORY / "capture" / "samples"
OPERATIONS = ("kernel", "copy", "memset", "graph")
TABLES = dict(zip(OPERATIONS, ("KERNEL", "MEMCPY", "MEMSET", "GRAPH_TRACE"), strict=True))


def exported(trace: Path, folder: Path, **given: Any) -> Decoded:
    return decode(nt.export_timeline([trace], folder / "out.pftrace", **given).path)


def recorded(trace: Path, sql: str) -> list[tuple[Any, ...]]:
    """Return rows from SQLite, independent of DuckDB and nsys-tools's queries; none if the table is missing."""
    with closing(sqlite3.connect(f"file:{trace}?mode=ro", uri=True)) as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
        named = {word for word in re.findall(r"[A-Z_]{8,}", sql) if word.startswith(("CUPTI_", "NVTX_"))}
        return database.execute(sql).fetchall() if named <= tables else []


def sums(decoded: Decoded, *categories: str) -> Counter[tuple[str, ...]]:
    """Return counts and total durations of slices by category and the last two names of their track."""
    found: Counter[tuple[str, ...]] = Counter()
    for path, slices in decoded.by_path().items():
        for one in slices:
            if one.category in categories:
                found[one.category, *path[-2:], "count"] += 1
                found[one.category, *path[-2:], "sum"] += one.end - one.start
    return found


def numbered(rows: list[tuple[Any, ...]]) -> Counter[tuple[str, ...]]:
    """Return the same figures for rows of category, two names, count and sum."""
    found: Counter[tuple[str, ...]] = Counter()
    for category, outer, inner, count, total in rows:
        found[category, outer, inner, "count"] += count
        found[category, outer, inner, "sum"] += total
    return found


@pytest.mark.parametrize("name", SHARED_TRACES)
def test_every_track_has_what_sql_counts(tmp_path: Path, name: str) -> None:
    trace = SHARED / "traces" / f"{name}.sqlite"
    if not trace.is_file():
        pytest.skip("the shared traces are not here")
    decoded = exported(trace, tmp_path)
    for kind, table in TABLES.items():
        rows = recorded(
            trace,
            'SELECT streamId, (globalPid >> 24) & 16777215, count(*), sum("end" - start) '
            f"FROM CUPTI_ACTIVITY_KIND_{table} GROUP BY 1, 2",
        )
        found = Counter({(k[2], k[3]): n for k, n in sums(decoded, kind).items()})
        assert {(f"Stream {s} (Process {p})", "sum"): t for s, p, _, t in rows} == {
            key: total for key, total in _over_gpus(decoded, kind).items() if key[1] == "sum"
        }
        assert sum(n for k, n in found.items() if k[1] == "count") == sum(row[2] for row in rows)
    calls = recorded(
        trace,
        "SELECT 'api', 'Thread ' || (globalTid & 16777215), 'CUDA API', count(*), sum(\"end\" - start) "
        "FROM CUPTI_ACTIVITY_KIND_RUNTIME GROUP BY globalTid",
    )
    assert sums(decoded, "api") == numbered(calls)
    ranges = recorded(
        trace,
        "SELECT 'nvtx', 'Thread ' || (globalTid & 16777215), 'NVTX', count(*), sum(\"end\" - start) "
        'FROM NVTX_EVENTS WHERE eventType IN (59, 60, 70, 71) AND "end" IS NOT NULL GROUP BY globalTid',
    )
    is_open = recorded(trace, 'SELECT count(*) FROM NVTX_EVENTS WHERE eventType IN (59, 60) AND "end" IS NULL')
    if is_open in ([], [(0,)]):
        assert sums(decoded, "nvtx") == numbered(ranges)
    assert all(one.depth == 0 for one in decoded.of(*OPERATIONS, "step", "idle"))


def _over_gpus(decoded: Decoded, kind: str) -> Counter[tuple[str, str]]:
    """Return sums by stream name: one process can have the same stream on several GPUs."""
    found: Counter[tuple[str, str]] = Counter()
    for (_, *names, what), number in sums(decoded, kind).items():
        found[names[-1], what] += number
    return found


@pytest.mark.parametrize("name", SHARED_TRACES)
def test_flows_join_a_launch_with_what_it_launched(tmp_path: Path, name: str) -> None:
    """By process and correlationId, with the earliest call of an ID: pairs of starts, from plain SQL."""
    trace = SHARED / "traces" / f"{name}.sqlite"
    if not trace.is_file():
        pytest.skip("the shared traces are not here")
    decoded = exported(trace, tmp_path)
    want: Counter[tuple[int, int]] = Counter()
    for table in TABLES.values():
        rows = recorded(
            trace,
            "SELECT c.start, o.start FROM (SELECT globalTid >> 24 AS process, correlationId, min(start) AS start "
            "FROM CUPTI_ACTIVITY_KIND_RUNTIME WHERE correlationId <> 0 GROUP BY 1, 2) AS c "
            f"JOIN CUPTI_ACTIVITY_KIND_{table} AS o "
            "ON o.globalPid >> 24 = c.process AND o.correlationId = c.correlationId",
        )
        want += Counter(rows)
    calls = {flow: one.start for one in decoded.of("api") for flow in one.flows}
    assert len(calls) == sum(len(one.flows) for one in decoded.of("api"))
    found = Counter((calls[flow], one.start) for one in decoded.of(*OPERATIONS) for flow in one.flows)
    assert found == want
    assert bool(want) or name == "schema_2021"


def test_ranges_that_cross_are_on_lanes_of_their_own(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "a", 0, 100)
        b.range(THREAD, "b", 50, 150, event_type=START_END)  # crosses a
        b.range(THREAD, "c", 60, 90)  # in a and in b
        b.range(THREAD, "d", 80, 160, event_type=START_END)  # crosses all three
        b.range(THREAD, "e", 100, 100)  # zero-length, as a ends
        b.range(THREAD, "f", 150, 170)  # as b ends
        b.range(OTHER_THREAD, "g", 50, 150)

    decoded = exported(build(tmp_path, fill), tmp_path)
    lanes = [[(one.name, one.start, one.end, one.depth) for one in lane] for lane in decoded.lanes("NVTX")]
    assert sorted(lanes) == [
        [("a", 0, 100, 0), ("c", 60, 90, 1), ("e", 100, 100, 0), ("f", 150, 170, 0)],
        [("b", 50, 150, 0)],
        [("d", 80, 160, 0)],
        [("g", 50, 150, 0)],
    ]
    assert {decoded.path(uuid)[-2:] for uuid in decoded.slices} == {("Thread 1", "NVTX"), ("Thread 2", "NVTX")}


def test_operations_that_overlap_on_a_stream_do_not_nest(tmp_path: Path) -> None:
    """Kernels of a graph can run concurrently on one stream; GPU operations do not call each other."""

    def fill(b: TraceBuilder) -> None:
        for start, end in ((10, 50), (20, 30), (30, 60), (50, 55)):
            launch(b, start // 10, start, end)

    decoded = exported(build(tmp_path, fill), tmp_path)
    lanes = [[(one.start, one.end) for one in slices if one.category == "kernel"] for slices in decoded.slices.values()]
    assert [lane for lane in lanes if lane] == [[(10, 50), (50, 55)], [(20, 30), (30, 60)]]


def test_a_graph_whose_nodes_were_recorded(tmp_path: Path) -> None:
    """Each kernel shows its layer, and one launch flows to all kernels of its replay."""
    trace = tmp_path / "graph.sqlite"
    build_replays(trace, nodes=20, replays=3)
    decoded = exported(trace, tmp_path)
    kernels = decoded.of("kernel")
    layers = Counter(one.annotations["layer"] for one in kernels)
    assert layers == {f"layers.*/{module}": 30 for module in ("self_attn", "mlp")}
    flows = Counter(flow for one in kernels for flow in one.flows)
    launches = {flow for one in decoded.of("api") if one.name == "cudaGraphLaunch_v10000" for flow in one.flows}
    assert flows == dict.fromkeys(launches, 20)
    assert len(launches) == 3


def test_what_stands_beside_a_kernel(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "decode", 0, 100)
        b.range(THREAD, "aten::mm, sizes = [[4, 8], [8, 16]]", 5, 50)
        b.call(THREAD, "cudaLaunchKernel_v7000", 10, 12, 1)
        b.kernel(PROCESS, "void gemm<float>(int)", 20, 60, 1, grid=(4, 2, 1), block=(128, 1, 1))
        b.call(THREAD, "cudaMemcpyAsync_v3020", 60, 62, 2)
        b.copy(PROCESS, 1, 4096, 70, 80, 2)

    decoded = exported(build(tmp_path, fill), tmp_path, steps="decode")
    (kernel,) = decoded.of("kernel")
    told = kernel.annotations
    assert told["name"] == "void gemm<float>(int)"
    assert told["label"] == kernel.name
    assert (told["class"], told["grid"], told["block"], told["step"]) == ("gemm", "4x2x1", "128x1x1", 0)
    assert told["flops"] == 2 * 4 * 8 * 16
    assert told["range"] == "decode/aten::mm"
    (copy,) = decoded.of("copy")
    assert (copy.name, copy.annotations["bytes"], copy.annotations["stage"]) == ("copy Host-to-Device", 4096, "decode")
    assert {one.name: one.annotations.get("flops") for one in decoded.of("nvtx")} == {
        "decode": None, "aten::mm, sizes = [[4, 8], [8, 16]]": 1024
    }  # fmt: skip


def test_stages_steps_and_idle_time_of_the_sample(tmp_path: Path) -> None:
    """Projected onto the GPU, they equal the documented queries."""
    with nt.open(SAMPLES / "sample.sqlite", stages=SAMPLES / "stages.toml") as session:
        instances = session.query("stage_instance").records()
        steps = session.query("step").records()
        gaps = session.query("gap_list").records()
    decoded = exported(SAMPLES / "sample.sqlite", tmp_path, stages=SAMPLES / "stages.toml")
    want = Counter((row["stage"], row["span_ns"]) for row in instances if row["operation_count"])
    assert Counter((one.name, one.end - one.start) for one in decoded.of("stage")) == want
    assert [(one.start, one.end) for one in decoded.of("step")] == [(row["start_ns"], row["end_ns"]) for row in steps]
    assert [one.annotations["step"] for one in decoded.of("step")] == list(range(len(steps)))
    found = Counter((one.start, one.end, one.name) for one in decoded.of("idle"))
    assert found == Counter((row["start_ns"], row["end_ns"], row["cause"]) for row in gaps)
    assert steps
    assert gaps


def test_counters(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        launch(b, 0, 5, 9)
        for start, size, operation in ((1, 1 << 30, 0), (4, 1 << 20, 0), (8, 1 << 30, 1)):
            b.add(
                "CUDA_GPU_MEMORY_USAGE_EVENTS", start=start, globalPid=PROCESS, deviceId=0, bytes=size,
                memoryOperationType=operation,
            )  # fmt: skip
        b.add("TARGET_INFO_GPU_METRICS", typeId=256, metricId=3, metricName="SMs Active [Throughput %]")
        for time, value in ((2, 40), (6, 95)):
            b.add("GPU_METRICS", timestamp=time, typeId=256, metricId=3, value=value)

    decoded = exported(build(tmp_path, fill), tmp_path)
    assert {decoded.path(track): values for track, values in decoded.values.items()} == {
        ("GPU 0", "Memory allocated (Process 1)"): [(1, 1 << 30), (4, (1 << 30) + (1 << 20)), (8, 1 << 20)],
        ("GPU 0", "SMs Active [Throughput %]"): [(2, 40), (6, 95)],
    }


def test_the_same_bytes_each_time_and_control_characters_escaped(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "evil \x1b[31m\u202e", 0, 10)
        launch(b, 1, 5, 9)

    trace = build(tmp_path, fill)
    one = nt.export_timeline([trace], tmp_path / "1.pftrace.gz").path.read_bytes()
    assert nt.export_timeline([trace], tmp_path / "2.pftrace.gz", cache=False).path.read_bytes() == one
    assert [s.name for s in decode(tmp_path / "1.pftrace.gz").of("nvtx")] == ["evil \\x1b[31m\\u202e"]


def test_times_before_zero_are_moved(tmp_path: Path) -> None:
    done = nt.export_timeline([build(tmp_path, lambda b: b.range(THREAD, "early", -50, 10))], tmp_path / "o.pftrace")
    (early,) = decode(done.path).of("nvtx")
    assert (early.start, early.end) == (0, 60)
    assert any("50 ns later" in note for note in done.notes)
