"""ncu metrics joined with a trace by name, grid and block; coverage by stage."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from nsys_tools.formats import render
from nsys_tools.sources import ncu
from nsys_tools.sources.ncu.table import Size
from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import LAUNCH, PROCESS, THREAD, answer, build, launch, text
from tests.conftest import SHARED

SIZE: Size = (8, 2, 1)
BLOCK: Size = (256, 1, 1)


def counted(kernel: str, grid: Size | None = SIZE, block: Size | None = BLOCK, key: str = "p/0") -> ncu.Metric:
    return ncu.Metric(ncu.Launch(key, kernel, grid, block), "", "dram__bytes.sum", 100.0, "bytes")


def asked(path: Path, query: str, *columns: str, counters: list[ncu.Metric]) -> str:
    with open_trace(path, cache=False) as trace:
        ncu.define(trace, counters)
        result = trace.sql(f"SELECT {', '.join(columns)} FROM {query}")
        return render(result.columns, result.rows(), "csv")


def one_kernel(folder: Path, name: str) -> Path:
    return build(folder, lambda b: b.kernel(PROCESS, name, 0, 10, 0, grid=SIZE, block=BLOCK))


@pytest.mark.parametrize(
    ("nsys", "by_ncu"),
    [
        ("void a::b::gemm<(int)4, (bool)1>(T1::Params)", "void gemm<4, 1>(Params)"),
        ("void a::gemm<(int)4, (bool)1>(T1::Params)", "gemm<4, true>(Params)"),
        ("void at::native::<unnamed>::f<c10::BFloat16>(char *, int)", "void f<BFloat16>(char*, int)"),
        ("void f<std::array<char *, (unsigned long)2>>(int)", "void f<array<char*, 2ul> >(int)"),
        ("std::enable_if<!T7, void>::type in::kernel<(int)-7>(T13)", "enable_if<!T7, void>::type kernel<-7>(T13)"),
        ("void f<(cudnnKernelDataType_t)0>(int)", "void f<0>(int)"),
        ("void (anonymous namespace)::f<int>(int)", "f<int>(int)"),
        ("ampere_sgemm_128x32_tn", "ampere_sgemm_128x32_tn"),
        ("void a::gemm<(int)4>(T1)", "gemm"),
    ],
)  # fmt: skip
def test_names_that_are_the_same(tmp_path: Path, nsys: str, by_ncu: str) -> None:
    found = asked(one_kernel(tmp_path, nsys), "ncu_match", "launch", "is_same_shape", counters=[counted(by_ncu)])
    assert found == "launch,is_same_shape\np/0,True"


@pytest.mark.parametrize(
    ("nsys", "by_ncu"),
    [
        ("void gemm<(int)4>(T1)", "void gemm<5>(T1)"),
        ("void gemm<(int)4>(T1)", "void gemm2<4>(T1)"),
        ("void f<unsigned int>(int)", "void f<int>(int)"),
        ("void gemm<(int)4>(T1)", "void gemm<14>(T1)"),
        ("void f<g<int>, h>(int)", "void f<g<int, h>>(int)"),
    ],
)
def test_names_that_are_not(tmp_path: Path, nsys: str, by_ncu: str) -> None:
    assert asked(one_kernel(tmp_path, nsys), "ncu_match", "launch", counters=[counted(by_ncu)]) == "launch"


@pytest.mark.parametrize(
    ("grid", "block"), [((8, 2, 2), BLOCK), ((9, 2, 1), BLOCK), (SIZE, (128, 1, 1)), (SIZE, (256, 1, 2))]
)
def test_another_grid_or_block_is_another_shape(tmp_path: Path, grid: Size, block: Size) -> None:
    path, counters = one_kernel(tmp_path, "gemm"), [counted("gemm", grid, block)]
    assert asked(path, "ncu_match", "is_same_shape", counters=counters) == "is_same_shape\nFalse"
    assert asked(path, "ncu_coverage", "covered_ns", "named_ns", counters=counters).splitlines()[1] == "0,10"


def test_coverage_by_stage(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "vision", 0, 50)
        launch(b, 10, 100, 130, name="gemm")  # grid 1, block 128
        launch(b, 20, 130, 140, name="add")
        b.range(THREAD, "decode", 60, 90)
        launch(b, 70, 200, 260, name="gemm")
        b.kernel(PROCESS, "gemm", 300, 340, 0, grid=(2, 1, 1))  # launched outside every range, with a different size
        correlation = b.correlation(PROCESS)
        b.call(THREAD, LAUNCH, 80, 82, correlation)
        b.copy(PROCESS, 1, 64, 400, 420, correlation)  # GPU time that ncu does not profile

    found = asked(
        build(tmp_path, fill), "ncu_coverage",
        "stage", "gpu_ns", "sum_ns", "covered_ns", "round(covered_ratio, 3) AS covered", "named_ns",
        counters=[counted("gemm", (1, 1, 1), (128, 1, 1)), counted("gemm", (1, 1, 1), (128, 1, 1), "p/1")],
    )  # fmt: skip
    assert found == text(
        """
        stage,gpu_ns,sum_ns,covered_ns,covered,named_ns
        (all),160,140,90,0.563,130
        decode,80,60,60,0.75,60
        (unattributed),40,40,0,0.0,40
        vision,40,40,30,0.75,30
        """
    )


def counts(kernel: str, tensor: float | None, scalar: float | None, size: int = 1) -> list[tuple[Any, ...]]:
    """Return rows of the metric table for one launch of `kernel`; None means not measured."""
    said = (f"{kernel}/{size}", kernel, size, 1, 1, 128, 1, 1, "")
    metrics = {
        "sm__ops_path_tensor_src_bf16_dst_fp32.sum": tensor,
        "sm__sass_thread_inst_executed_op_ffma_pred_on.sum": scalar,
        "dram__bytes.sum": 1.0,
    }
    return [(*said, name, value, "", 1) for name, value in metrics.items() if value is not None]


@pytest.mark.parametrize(
    ("counters", "said"),
    [
        # Two gemms of 1000, a gemv of 2 x 100, an add of 2 x 5: 2210 FLOPs, and 2000 model FLOPs.
        (
            [*counts("gemm", 1000, None), *counts("gemv", 0, 100), *counts("add", 0, 5)],
            "1.0,2210.0,2210.0,2000.0,1.105",
        ),
        # The gemv takes 10 of 100 ns.
        ([*counts("gemm", 1000, None), *counts("add", 0, 5)], "0.9,2010.0,,2000.0,"),
        ([*counts("gemm", 1000, None, 2), *counts("gemm", 2000, 8), *counts("gemv", None, 100)], "0.8,4032.0,,2000.0,"),
        (counts("other", 1, 1), "0.0,,,2000.0,"),
        ([], None),
    ],
)  # fmt: skip
def test_flops_of_the_hardware_are_stated_where_all_was_counted(
    tmp_path: Path, counters: list[tuple[Any, ...]], said: str | None
) -> None:
    """A launch with a different size, or without a tensor core count, does not count."""

    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "prefill", 0, 90)
        for number, (name, length) in enumerate({"gemm": 40, "gemv": 10, "add": 10}.items()):
            launch(b, 10 + number, 100 + 100 * number, 100 + 100 * number + length, name=name)
        launch(b, 50, 500, 540, name="gemm")
        launch(b, 95, 600, 700, name="gemm")  # outside the stage

    tables = {
        "ncu_metric": counters,
        "peak": [("toy", "bf16", "fp32", 1e12, 1e11)],
        "layer": [("p", "m", "M", 1, 2000, 10, 2)],
        "module": [("p", "m", "", "m", 2000, 10, 2)],
        "stage_layer": [("prefill", "p", "m", 1, True)],
    }
    columns = ("counted_ratio", "counted_flops", "hardware_flops", "matrix_flops", "padding")
    found = answer(build(tmp_path, fill), "ncu_flops", *columns, stages=[("prefill", "prefill")], tables=tables)
    assert found.splitlines()[1:] == ([] if said is None else [said])


def test_without_sizes_only_the_name_matches(tmp_path: Path) -> None:
    path, counters = one_kernel(tmp_path, "gemm"), [counted("gemm", None, None)]
    assert asked(path, "ncu_match", "is_same_shape", counters=counters) == "is_same_shape\nFalse"
    columns = ("covered_ns", "named_ns")
    assert asked(path, "ncu_coverage", *columns, counters=counters).splitlines()[1] == "0,10"


def test_without_counters_and_without_kernels(tmp_path: Path) -> None:
    assert asked(one_kernel(tmp_path, "gemm"), "ncu_match", "launch", counters=[]) == "launch"
    nothing = build(tmp_path, lambda b: b.range(THREAD, "r", 0, 9))
    assert asked(nothing, "ncu_coverage", "stage", counters=[counted("gemm")]) == "stage"


def test_six_profiled_kernels_are_found_among_the_sums_of_nsys(tmp_path: Path) -> None:
    """The trace has one kernel per name of nsys's own summary, as long as all kernels of that name together."""
    sums = SHARED / "deepseek-ocr" / "nsys-kernel-sums" / "all-stage.csv"
    if not sums.is_file():
        pytest.skip("../shared/deepseek-ocr is not here")
    with sums.open(newline="") as file:
        kernels = [(row["Name"], int(row["Total Time (ns)"])) for row in csv.DictReader(file)]

    def fill(b: TraceBuilder) -> None:
        at = 0
        for name, total in kernels:
            b.kernel(PROCESS, name, at, at + total, 0)
            at += total

    counters = ncu.read(sums.parents[1] / "ncu")
    found = asked(build(tmp_path, fill), "ncu_match", "substr(launch, 8, 4) AS launch", "sum_ns", counters=counters)
    by_hand = {
        "0001": "__nv_bfloat16, float, (bool)0, (bool)1, (bool)1, (bool)0, (int)7, (bool)0, cublasGemv",
        "0002": "__nv_bfloat16, float, (bool)0, (bool)1, (bool)1, (bool)0, (int)6, (bool)0, cublasGemv",
        "0005": "gemm_relu_bf16_256x128_32x3_tn_align8>",
        "0009": "fmha_cutlassF_bf16_aligned_64x64_rf_sm80",
        "0010": "elementwise_kernel<(int)128, (int)4, void at::native::gpu_kernel_impl_nocast<at::native::"
        "CUDAFunctor_add<c10::BFloat16>>",
        "0016": "gemm_relu_bf16_128x256_32x3_tn_align8>",
    }
    expected = {}
    for key, part in by_hand.items():
        (expected[key],) = [total for name, total in kernels if part in name]
    assert dict(line.split(",") for line in found.splitlines()[1:]) == {k: str(v) for k, v in expected.items()}
    assert len(found.splitlines()) == 7


def test_a_session_table_leaves_the_others_alone(tmp_path: Path) -> None:
    """This also holds after queries on both, and after one table is redefined."""

    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "image", 0, 50)
        b.range(THREAD, "decode", 0, 50)
        launch(b, 10, 100, 130, name="gemm")

    with open_trace(build(tmp_path, fill), cache=False) as trace:
        assert [row["stage"] for row in trace.query("stage_summary").records()] == ["decode"]
        trace.define("stage_pattern", [(0, "decode", "image/decode")])
        ncu.define(trace, [counted("gemm")])
        shown = trace.query("ncu_coverage").records()
        assert [(row["stage"], row["named_ns"]) for row in shown] == [("(all)", 30), ("decode", 30)]
        ncu.define(trace, [counted("other")])
        trace.define("stage_pattern", [(0, "all of it", "image")])
        shown = trace.query("ncu_coverage").records()
        assert [(row["stage"], row["named_ns"]) for row in shown] == [("(all)", 0), ("all of it", 0)]
