"""Points on the roofline chart: three series, each with its own bytes and time."""

from __future__ import annotations

from pathlib import Path

import pytest

from nsys_tools.errors import NsysToolsError
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import THREAD, answer, build, launch, text
from tests.queries.test_roofline_stage import PEAK

# One execution; the GPU does 1000 FLOPs and accesses 100 bytes per nanosecond, so that the ridge point is at 10.
MODULES = [
    ("p", "m.q", "", "m.q", 5000, 100, 5),
    ("p", "m.k", "", "m.k", 1000, 400, 4),
    ("p", "m.norm", "", "m.norm", 0, 300, 3),
]
LAYERS = [(phase, path, "Linear", 1, flops, moved, ns) for phase, path, _, _, flops, moved, ns in MODULES]
TABLES = {
    "peak": PEAK,
    "module": MODULES,
    "layer": LAYERS,
    "stage_layer": [("prefill", "p", path, 1, True) for _, path, *_ in LAYERS],
}
STAGES = [("prefill", "prefill")]
SIZE = (1, 1, 1, 128, 1, 1, "")
TENSOR, READ, WRITTEN = "sm__ops_path_tensor_src_bf16_dst_fp32.sum", "dram__bytes_read.sum", "dram__bytes_write.sum"
SCALAR, TIME = "smsp__sass_thread_inst_executed_op_ffma_pred_on.sum", "gpu__time_duration.sum"
COUNTED = [
    ("p/0", "gemm", *SIZE, TENSOR, 80_000, "", 1),
    ("p/0", "gemm", *SIZE, READ, 3000, "bytes", 1),
    ("p/0", "gemm", *SIZE, WRITTEN, 1000, "bytes", 1),
    ("p/0", "gemm", *SIZE, TIME, 200, "ns", 1),
    ("p/1", "add", *SIZE, SCALAR, 600, "", 2),  # FLOPs, but none in tensor cores: no point
    ("p/1", "add", *SIZE, READ, 1200, "bytes", 2),
    ("p/1", "add", *SIZE, WRITTEN, 800, "bytes", 2),
    ("p/1", "add", *SIZE, TIME, 40, "ns", 2),
]
COLUMNS = (
    "series", "stage", "name", "matrix_flops", "accessed_bytes", "bytes_source", "intensity", "time_ns", "time_base",
    "flops_per_s", "roof_flops_per_s", "roof_ratio", "bound",
)  # fmt: skip


def run(b: TraceBuilder) -> None:
    b.range(THREAD, "prefill", 0, 100)
    for at, name, start, end in ((10, "m.q", 100, 110), (20, "m.k", 110, 120), (30, "m.norm", 130, 135)):
        b.range(THREAD, name, at, at + 8)
        launch(b, at + 2, start, end, name="gemm")


def test_points_equal_the_hand_computation(tmp_path: Path) -> None:
    """Stage: 6000 FLOPs and 800 bytes in 25 ns; q: 5000 and 100 in 10; k: 1000 and 400 in 10; gemm: 80000 / 200 ns."""
    tables = {**TABLES, "ncu_metric": COUNTED}
    assert answer(build(tmp_path, run), "roofline_point", *COLUMNS, stages=STAGES, tables=tables) == text(
        """
        series,stage,name,matrix_flops,accessed_bytes,bytes_source,intensity,time_ns,time_base,flops_per_s,roof_flops_per_s,roof_ratio,bound
        stage,prefill,prefill,6000.0,800.0,analytic,7.5,25.0,busy,240000000000.0,750000000000.0,0.32,memory
        op,prefill,m.k,1000.0,400.0,analytic,2.5,10.0,busy,100000000000.0,250000000000.0,0.4,memory
        op,prefill,m.q,5000.0,100.0,analytic,50.0,10.0,busy,500000000000.0,1000000000000.0,0.5,compute
        op,prefill,m.norm,0.0,300.0,analytic,0.0,5.0,busy,0.0,0.0,,
        kernel,,gemm,80000.0,4000.0,measured by ncu,20.0,200.0,locked,400000000000.0,1000000000000.0,0.4,compute
        kernel,,add,0.0,2000.0,measured by ncu,0.0,40.0,locked,0.0,0.0,,
        """
    )


def test_without_counters_and_without_a_model(tmp_path: Path) -> None:
    path = build(tmp_path, run)
    found = answer(path, "roofline_point", "series", stages=STAGES, tables=TABLES).splitlines()
    assert found == ["series", "stage", "op", "op", "op"]
    with pytest.raises(NsysToolsError, match="roofline_point requires an analytic model"):
        answer(path, "roofline_point", "series", tables={"ncu_metric": COUNTED})


def test_a_layer_without_gpu_time_has_no_point(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "prefill", 0, 100)
        b.range(THREAD, "m.q", 10, 18)
        b.range(THREAD, "m.k", 20, 28)  # launches nothing
        launch(b, 12, 100, 110)

    found = answer(build(tmp_path, fill), "roofline_point", "series", "name", stages=STAGES, tables=TABLES)
    assert found.splitlines() == ["series,name", "stage,prefill", "op,m.q"]
