"""Layers inside CUDA graphs equal a walk in plain Python; no recorded trace with these tables has confirmed them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import duckdb
import pytest

from nsys_tools.session import catalogue
from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.synthetic.builder import TraceBuilder, process_key, thread_key
from nsys_tools.synthetic.graphs import build_replays
from tests.case import LAUNCH, PROCESS, THREAD, analyzed, answer, build, text
from tests.queries.graph_walk import ADD, BEGIN, END, Call, Range, Record, Recording, name_of, random_recording

SEEDS = 12


@pytest.mark.parametrize("seed", range(SEEDS))
def test_layers_equal_a_walk_over_all_records(seed: int, tmp_path: Path) -> None:
    made = random_recording(seed)
    made.write(tmp_path / "t.sqlite")
    with open_trace(tmp_path / "t.sqlite", cache=False) as trace:
        nodes = trace.sql("SELECT process_id, graph_node_id, via, reason, layer_range_id, layer_path FROM graph_node")
        of_operation = trace.sql(
            "SELECT process_id, range_id, a.via, a.layer_range_id, count(*) FROM attribution AS a "
            "JOIN gpu_operation USING (operation_id) GROUP BY ALL"
        ).rows()
        layers = trace.sql("SELECT layer_path, reason, sum(operation_count) FROM graph_layer GROUP BY ALL").rows()
        (kept,) = trace.sql(
            "SELECT sum_ns, attributed_ns, difference_count, difference_ns FROM trace_conservation"
        ).rows()[-1:]
        shares = trace.sql("SELECT sum(sum_ns), round(sum(share_ratio), 9) FROM graph_launch GROUP BY call_id").rows()
        got = {tuple(row[:2]): row[2:] for row in nodes.rows()}
        assert len(nodes) == len(got)
    want = {key: made.walk(*key) for key in set(made.replayed)}
    paths = {key: "/".join(map(name_of, found.ranges)) or None for key, found in want.items()}
    assert got == {
        key: (found.via, found.reason, found.ranges[-1] + 1 if found.ranges else None, paths[key])
        for key, found in want.items()
    }
    owner = {process_key(1): len(made.ranges), process_key(2): None}
    via = {key: found.via or ("launch" if owner[key[0]] else None) for key, found in want.items()}
    assert Counter({tuple(row[:4]): row[4] for row in of_operation}) == Counter(
        (key[0], owner[key[0]], via[key], want[key].ranges[-1] + 1 if want[key].ranges else None)
        for key in made.replayed
    )
    assert {row[:2]: row[2] for row in layers} == Counter((paths[key], want[key].reason) for key in made.replayed)
    # Whatever is known about layers, the launching range owns the operations.
    lengths = {
        pid: sum(1 + node % 5 for process, node in made.replayed if process == process_key(pid)) for pid in (1, 2)
    }
    assert kept == (lengths[1] + lengths[2], lengths[1], 0, 0)
    assert sorted(shares) == sorted((length, 1) for length in lengths.values())


def test_random_recordings_hold_every_case() -> None:
    """This makes the comparison above meaningful: each way to a layer, and each reason for none, occurs."""
    found = Counter[str | None]()
    for seed in range(SEEDS):
        made = random_recording(seed)
        found.update(made.walk(*key).via or made.walk(*key).reason for key in made.replayed)
    assert all(
        found[case] > 20
        for case in ("graph_node", "graph_order", "no range", "not recorded", "order unknown", "ambiguous", "no end")
    ), found


def test_a_decode_step_is_seen_through_its_graph(tmp_path: Path) -> None:
    """The launching range owns the operations. The layer is the range opened in the capture, on any thread."""

    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "capture_model", 0, 90)
        b.call(THREAD, BEGIN, 5, 6, 1)
        for node, (layer, module) in enumerate([(0, "self_attn"), (0, "mlp"), (1, "self_attn"), (1, "mlp")], 1):
            b.range(THREAD, f"layers.{layer}", 10 * node, 10 * node + 9)
            b.range(THREAD, module, 10 * node + 1, 10 * node + 8)
            b.call(THREAD, LAUNCH, 10 * node + 2, 10 * node + 6, 1 + node)
            b.graph_node(THREAD, node, 10 * node + 4)
            for _ in range(300):
                b.graph_node(THREAD, 100 + node, 70, original=node)
        b.call(THREAD, END, 60, 61, 6)
        for step in (16, 17):
            b.range(THREAD, f"step {step}", step * 100, step * 100 + 50)
            b.call(THREAD, "cudaGraphLaunch_v10000", step * 100 + 10, step * 100 + 12, step)
            for node, length in enumerate([11, 4, 12, 5 * (step - 16)], 1):
                b.kernel(PROCESS, "k", step * 100 + 20, step * 100 + 20 + length, step, graph_node=100 + node)
        b.call(THREAD, LAUNCH, 1720, 1721, 50)
        b.kernel(PROCESS, "eager", 1730, 1733, 50, graph_node=0)

    path = build(tmp_path, fill)
    assert answer(path, "graph_layer") == text(
        """
        launch_path,layer_path,path,reason,launch_count,operation_count,sum_ns,share_ratio,median_launch_ns
        step *,layers.*/self_attn,step */layers.*/self_attn,,2,4,46,0.7796610169491526,23.0
        step *,layers.*/mlp,step */layers.*/mlp,,2,4,13,0.22033898305084745,6.5
        """
    )
    columns = ("launch_path", "layer_path", "operation_count", "sum_ns", "share_ratio")
    assert answer(path, "graph_launch", *columns) == text(
        """
        launch_path,layer_path,operation_count,sum_ns,share_ratio
        step 16,layers.*/self_attn,2,23,0.8518518518518519
        step 16,layers.*/mlp,2,4,0.14814814814814814
        step 17,layers.*/self_attn,2,23,0.71875
        step 17,layers.*/mlp,2,9,0.28125
        """
    )
    assert answer(path, "range_exclusive") == "rolled_path,kind,operation_count,sum_ns\nstep *,kernel,9,62"
    with open_trace(path, cache=False) as trace:
        assert trace.sql("SELECT via, count(*) FROM attribution GROUP BY via ORDER BY via").rows() == [
            ("graph_node", 8),
            ("launch", 1),
        ]


def chained(copies: int) -> list[Record]:
    """Return the records of node 1 at 4 and of a chain of copies; the last copy has the highest ID."""
    return [Record(1, 4, 1), *(Record(1, 10, n + 1, n) for n in range(1, copies + 1))]


# Records of a process by thread number, the node that ran, and the known result. All are processes of one trace, so
# that each ID is also that of different nodes in the other processes.
LINEAGES: list[tuple[list[Record], int, tuple[int | None, int | None, str | None, str | None]]] = [
    *((chained(copies), copies + 1, (1, copies, "graph_node", None)) for copies in (0, 1, 2, 3, 4, 64)),
    (chained(65), 66, (None, None, None, "no end")),
    (chained(300), 301, (None, None, None, "no end")),
    ([*chained(3), Record(1, 5, 1, 4)], 4, (None, None, None, "no end")),
    ([Record(1, 5, 1, 1)], 1, (None, None, None, "no end")),
    ([*chained(2), Record(1, 11, 3, 1)], 3, (None, None, None, "ambiguous")),
    ([*chained(2), Record(2, 4, 1)], 3, (None, None, None, "ambiguous")),
    ([*chained(2) * 400, Record(1, 9, 3)], 3, (1, 2, "graph_node", None)),
    (chained(2)[1:], 3, (None, None, None, "not recorded")),
    (chained(2), 77, (None, None, None, "not recorded")),
    ([Record(1, 300, 1)], 1, (1, 0, None, "no range")),
]


def test_lineage(tmp_path: Path) -> None:
    """Chains of copies of any length up to a limit, with hundreds of records; cycles and ambiguities yield no layer."""
    made = Recording()
    for pid, (records, node, _) in enumerate(LINEAGES, 1):
        made.ranges.append(Range(thread_key(pid, 1), 0, 9))
        made.records += [Record(thread_key(pid, r.thread), r.start, r.node, r.original) for r in records]
        made.replayed.append((process_key(pid), node))
    made.write(tmp_path / "t.sqlite")
    with open_trace(tmp_path / "t.sqlite", cache=False) as trace:
        found = trace.sql(
            "SELECT process_id >> 24, root_node_id, copy_count, via, reason FROM graph_node ORDER BY process_id"
        ).rows()
        assert trace.sql("SELECT count(*) FROM attribution").rows() == [(len(LINEAGES),)]
    assert found == [(pid, *said) for pid, (_, _, said) in enumerate(LINEAGES, 1)]


FAILED = "a launch that failed"
# Calls of a thread, call n at 10 n and, except the first, in a separate range, and the expected result for its nodes.
CAPTURES = [
    ((BEGIN, LAUNCH, "cuMemcpyHtoDAsync_v2", "cudaStreamIsCapturing_v10000", END), ["1", "2"]),
    ((BEGIN, LAUNCH, LAUNCH, LAUNCH, END), ["order unknown"] * 2),
    ((BEGIN, LAUNCH, FAILED, LAUNCH, END), ["1", "3"]),
    ((BEGIN, LAUNCH, END), ["order unknown"] * 2),
    ((END, LAUNCH, LAUNCH, END), ["order unknown"] * 2),
    # A node that is added explicitly after a capture is recorded in its own call.
    ((BEGIN, LAUNCH, LAUNCH, END, ADD), ["1", "2", "4"]),
]


def test_nodes_recorded_after_the_capture_are_of_its_launches_in_order(tmp_path: Path) -> None:
    made = Recording()
    want = []
    for pid, (calls, said) in enumerate(CAPTURES, 1):
        thread = thread_key(pid, 1)
        own = {str(n): name_of(len(made.ranges) + n - 1) for n in range(1, len(calls))}
        made.ranges += [Range(thread, 10 * n - 1, 10 * n + 8) for n in range(1, len(calls))]
        made.calls += [
            Call(thread, name.removeprefix(FAILED) or LAUNCH, 10 * n, 10 * n + 4, int(name == FAILED))
            for n, name in enumerate(calls)
        ]
        made.records += [Record(thread, at, node) for node, at in enumerate((100, 101, 42)[: len(said)], 1)]
        made.replayed += [(process_key(pid), node) for node in range(1, len(said) + 1)]
        want += [(pid, node, own.get(one, one)) for node, one in enumerate(said, 1)]
    made.write(tmp_path / "t.sqlite")
    with open_trace(tmp_path / "t.sqlite", cache=False) as trace:
        found = trace.sql(
            "SELECT process_id >> 24, graph_node_id, coalesce(layer_path, reason) FROM graph_node ORDER BY ALL"
        ).rows()
    assert found == want


def test_no_other_query_reads_layers() -> None:
    """The figures of a trace are therefore the same with and without layers, and cost the same."""
    connection = duckdb.connect()
    reads = {
        name: catalogue.named(tree)
        for name, query in catalogue.queries().items()
        if query.area != "load" and (tree := catalogue.parsed(connection, query.sql))
    }
    assert len(reads) > 100
    steps = {
        "attribution",
        "_graph_operation",
        "_graph_record",
        *(name for name in reads if name.startswith("graph__")),
    }
    layers = {*steps, "graph_node", "graph_layer", "graph_launch", "change_layer"}
    shown = {name for name in reads if name.startswith("export__")}  # timelines show layer names and count nothing
    assert {name for name, read in reads.items() if read & layers} <= layers | shown


def test_a_generated_decode_loop_adds_up(tmp_path: Path) -> None:
    build_replays(tmp_path / "t.sqlite", 200, 3)
    columns = ("path", "launch_count", "operation_count", "sum_ns")
    assert answer(tmp_path / "t.sqlite", "graph_layer", *columns) == text(
        """
        path,launch_count,operation_count,sum_ns
        step */layers.*/mlp,3,300,300600
        step */layers.*/self_attn,3,300,300600
        """
    )
    with open_trace(tmp_path / "t.sqlite", cache=False) as trace:
        trace.ensure("graph_layer", "graph_launch", "attribution")
        # A loop is fine for the few nodes of this trace.
        trace.connection.execute("SET asof_loop_join_threshold = 0")
        for name, query in catalogue.queries().items():
            if name in {"attribution", "_graph_record"} or query.area == "graph":
                plan = trace.connection.execute(f"EXPLAIN (FORMAT json) {query.sql}").fetchall()[0][1]
                assert "_SCAN" in plan
                assert "NL_JOIN" not in plan, f"{name} compares all with all"
                assert "NESTED_LOOP" not in plan, f"{name} compares all with all"


def test_the_report_says_what_to_record_for_layers(tmp_path: Path) -> None:
    def whole(b: TraceBuilder) -> None:
        b.call(THREAD, "cudaGraphLaunch_v10000", 0, 1, 1)
        b.graph_run(PROCESS, 1, 2, 9, 1)

    def late(b: TraceBuilder) -> None:
        b.range(THREAD, "decode", 0, 9)
        b.call(THREAD, "cudaGraphLaunch_v10000", 0, 1, 1)
        b.kernel(PROCESS, "k", 2, 9, 1, graph_node=5)
        b.copy(PROCESS, 8, 64, 9, 10, 1, graph_node=6)

    said = {}
    for name, fill in {"whole": whole, "late": late}.items():
        analysis = analyzed(build(tmp_path, fill))
        said[name] = [(one.what, one.costs, one.option) for one in analysis.missing if "graph" in one.what]
        assert len(analysis.tables["graph_layer"]) == (name == "late")
    analysis.write(tmp_path / "out", formats=("md",))
    option = (
        "--cuda-graph-trace=node, with recording started before graph capture (no --delay or --capture-range that "
        "skips the warm-up)"
    )
    assert said == {
        "whole": [("kernels inside CUDA graphs", "kernel names, times and layers", option)],
        "late": [("CUDA graph node creation", "the layers of 2 operations inside CUDA graphs", option)],
    }
    page = (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    assert "## Layers inside CUDA graphs" in page
    assert "| `decode`      |              | not recorded |" in page
