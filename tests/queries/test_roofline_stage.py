"""Measured vs. roofline, by stage and module: compared with a hand computation, and parts add up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from nsys_tools.errors import NsysToolsError
from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import THREAD, answer, build, launch, text

# A GPU that does 1000 FLOPs and accesses 100 bytes per nanosecond.
PEAK = [("toy", "bf16", "fp32", 1e12, 1e11)]
# One execution: in each of two layers q (5 ns of FLOPs, 1 ns of bytes) and k (1 ns and 4 ns), then a head (3 ns of
# bytes) without ranges.
MODULES = [
    ("p", "m.layers.0.q", "", "m.layers.[0-1].q", 5000, 100, 5),
    ("p", "m.layers.0.k", "", "m.layers.[0-1].k", 1000, 400, 4),
    ("p", "m.layers.1.q", "hf.layers.1.q", "m.layers.[0-1].q", 5000, 100, 5),
    ("p", "m.layers.1.k", "hf.layers.1.k", "m.layers.[0-1].k", 1000, 400, 4),
    ("p", "m.head", "", "m.head", 0, 300, 3),
]
LAYERS = [
    ("p", "m.layers.[0-1].q", "Linear", 2, 10_000, 200, 10),
    ("p", "m.layers.[0-1].k", "Linear", 2, 2000, 800, 8),
    ("p", "m.head", "Embedding", 1, 0, 300, 3),
]
TABLES = {
    "peak": PEAK,
    "module": MODULES,
    "layer": LAYERS,
    "stage_layer": [("prefill", "p", path, 1, True) for _, path, *_ in LAYERS],
}
STAGES = [("prefill", "prefill")]


def run(b: TraceBuilder) -> None:
    b.range(THREAD, "prefill", 0, 100)
    b.range(THREAD, "m.layers.0", 5, 30)
    b.range(THREAD, "m.layers.0.q", 6, 12)
    b.range(THREAD, "hf.layers.1", 30, 60)  # the name in transformers
    launch(b, 8, 100, 110)
    launch(b, 20, 110, 120)
    launch(b, 40, 125, 145)  # launched long before: the gap of 5 ns is other idle time
    launch(b, 80, 140, 150)  # overlaps by 5 ns, in no module
    launch(b, 200, 210, 220)  # in no range, 60 ns late


def test_modules_add_up_to_the_hand_computation(tmp_path: Path) -> None:
    columns = (
        "stage", "name", "class", "operation_count", "matrix_flops", "accessed_bytes", "sum_ns", "busy_ns",
        "measured_ns", "roofline_ns", "bound", "slowdown", "above_roofline_ns", "inefficiency_ns",
        "launch_gap_ns", "other_idle_ns",
    )  # fmt: skip
    assert answer(build(tmp_path, run), "roofline_layer", *columns, stages=STAGES, tables=TABLES) == text(
        """
        stage,name,class,operation_count,matrix_flops,accessed_bytes,sum_ns,busy_ns,measured_ns,roofline_ns,bound,slowdown,above_roofline_ns,inefficiency_ns,launch_gap_ns,other_idle_ns
        (unattributed),(no module),,1,0.0,0.0,10,10,70,0.0,,,70.0,10.0,60,0
        prefill,hf.layers.1,Linear,1,6000.0,500.0,20,20,25,9.0,compute,2.7777777777777777,16.0,11.0,0,5
        prefill,m.layers.0,Linear,1,1000.0,400.0,10,10,10,4.0,memory,2.5,6.0,6.0,0,0
        prefill,m.layers.0.q,Linear,1,5000.0,100.0,10,10,10,5.0,compute,2.0,5.0,5.0,0,0
        prefill,(no module),Embedding,1,0.0,300.0,10,5,5,3.0,memory,,2.0,2.0,0,0
        """
    )


def test_stages_add_up_to_the_run(tmp_path: Path) -> None:
    columns = ("stage", "sum_ns", "busy_ns", "measured_ns", "roofline_ns", "above_roofline_ns", "intensity")
    assert answer(build(tmp_path, run), "roofline_exclusive", *columns, stages=STAGES, tables=TABLES) == text(
        """
        stage,sum_ns,busy_ns,measured_ns,roofline_ns,above_roofline_ns,intensity
        (unattributed),10,10,70,0.0,70.0,
        prefill,50,45,50,21.0,29.0,9.23076923076923
        """
    )  # 50 + 70 = 120 ns: the span of the GPU; 12000 FLOPs over 1300 bytes


def test_alike_modules_are_one_kind(tmp_path: Path) -> None:
    def two(b: TraceBuilder) -> None:
        b.range(THREAD, "prefill", 0, 100)
        for layer, start in enumerate((10, 50)):
            b.range(THREAD, f"m.layers.{layer}", start, start + 20)
            launch(b, start + 2, 100 + start, 120 + start)

    columns = ("stage", "name", "module_count", "instance_count", "sum_ns", "roofline_ns", "above_roofline_ns")
    assert answer(build(tmp_path, two), "roofline_op", *columns, stages=STAGES, tables=TABLES) == text(
        """
        stage,name,module_count,instance_count,sum_ns,roofline_ns,above_roofline_ns
        prefill,m.layers.*,2,2,40,18.0,42.0
        prefill,(no module),1,0,0,3.0,-3.0
        """
    )  # 20 ns of idle time before the second one


def test_what_must_add_up(tmp_path: Path) -> None:
    assert answer(build(tmp_path, run), "roofline_conservation", stages=STAGES, tables=TABLES) == text(
        """
        level,name,figure,whole_ns,parts_ns,difference_ns
        phase,p,"roofline, from the layers of its stages",21,21,0
        run,,"durations of all operations, from the stages",60,60,0
        run,,"roofline of all phases, from the modules",21,21,0
        run,,"span of the GPUs, from the stages",120,120,0
        stage,prefill,"durations, from its modules",50,50,0
        stage,prefill,"span, from roofline and time above roofline",50,50,0
        """
    )


def test_a_layer_that_no_stage_owns_is_missed(tmp_path: Path) -> None:
    orphan = [("prefill", "p", path, 1, path != "m.head") for _, path, *_ in LAYERS]
    found = answer(
        build(tmp_path, run), "roofline_conservation", "figure", "difference_ns", stages=STAGES,
        tables={**TABLES, "stage_layer": orphan},
    )  # fmt: skip
    assert '"roofline, from the layers of its stages",3' in found
    assert '"roofline of all phases, from the modules",3' in found


def test_modules_beyond_the_model(tmp_path: Path) -> None:
    def more(b: TraceBuilder) -> None:
        run(b)
        for at, name in enumerate(
            ("m.layers.2.q", "m.layers.17", "m.layers.x", "m.other.2", "hf.layers.2", "layers.2")
        ):
            b.range(THREAD, name, 300 + 10 * at, 305 + 10 * at)

    assert answer(build(tmp_path, more), "roofline_unmodeled", stages=STAGES, tables=TABLES) == text(
        """
        name,known
        hf.layers.2,hf.layers.1
        m.layers.17,m.layers.1
        m.layers.2.q,m.layers.1.q
        """
    )


def test_inner_repeats_of_predictions_are_taken_together(tmp_path: Path) -> None:
    experts = [("p", f"m.layers.0.experts.{n}.up", "", "m.layers.[0-1].experts.[0-3].up", 250, 10, 1) for n in range(4)]

    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "prefill", 0, 100)
        b.range(THREAD, "m.layers.0.experts.[0-3].up", 10, 20)
        launch(b, 12, 100, 110)

    tables = {
        "peak": PEAK, "module": experts, "layer": [("p", "m.layers.[0-1].experts.[0-3].up", "Linear", 4, 1000, 40, 4)],
        "stage_layer": [("prefill", "p", "m.layers.[0-1].experts.[0-3].up", 1, True)],
    }  # fmt: skip
    assert answer(
        build(tmp_path, fill), "roofline_layer", "name", "sum_ns", "roofline_ns", stages=STAGES, tables=tables
    ) == text(
        """
        name,sum_ns,roofline_ns
        m.layers.0.experts.[0-3].up,10,4.0
        """
    )


def test_real_traces_add_up_whatever_their_ranges_are(shared_trace: Path) -> None:
    """Every range is treated as a module: crossing ranges, several processes and GPUs, overlapping streams."""
    with open_trace(shared_trace, cache=False) as trace:
        names = [row[0] for row in trace.sql("SELECT DISTINCT name FROM range ORDER BY name").rows()]
        stages = [row[0] for row in trace.sql("SELECT stage FROM stage_summary WHERE instance_count > 0").rows()]
        modules = [("p", name, "", f"layer {n}", 1, 1, 1) for n, name in enumerate(names)]
        tables: dict[str, Sequence[Sequence[object]]] = {
            "peak": PEAK,
            "module": modules,
            "layer": [("p", layer, "c", 1, 1, 1, 1) for _, _, _, layer, *_ in modules],
            "stage_layer": [(stages[0], "p", layer, 1, True) for _, _, _, layer, *_ in modules] if stages else [],
        }
        for name, rows in tables.items():
            trace.define(name, rows)
        found = trace.query("roofline_conservation").records()
        assert {"run"} <= {row["level"] for row in found}
        assert [row for row in found if row["difference_ns"]] == []
        measured = trace.sql("SELECT sum(operation_count) FROM roofline_layer").rows()
        assert measured == trace.sql("SELECT count(*) FROM gpu_operation").rows()


def test_nothing_without_a_model(tmp_path: Path) -> None:
    path = build(tmp_path, run)
    for query in ("roofline_stage", "roofline_exclusive", "roofline_layer", "roofline_op", "roofline_unmodeled"):
        with pytest.raises(NsysToolsError, match=f"{query} requires an analytic model"):
            answer(path, query, stages=STAGES)
