"""Kernel classes: every rule, names that rules could confuse, shares by stage, and real captures."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import PROCESS, THREAD, answer, build, launch, text
from tests.cli.test_cli import run
from tests.conftest import REPOSITORY, SHARED

CLASSES = {
    "gemm", "gemv", "attention", "norm", "activation", "elementwise", "copy", "routing", "reduction", "embedding",
    "sampling", "communication",
}  # fmt: skip
with (REPOSITORY / "analytic" / "kernels" / "rules.csv").open(newline="", encoding="utf-8") as file:
    RULES = list(csv.DictReader(file))
SUMS = SHARED / "deepseek-ocr" / "nsys-kernel-sums"

AT = "void at::native::"
# Classified by hand; many contain words of another class.
NAMES = {
    f"{AT}vectorized_elementwise_kernel<(int)4, at::native::GeluCUDAKernelImpl(at::TensorIterator &)>": "activation",
    f"{AT}elementwise_kernel<(int)128, (int)4, void at::native::gpu_kernel_impl<at::native::sin_kernel_cuda()>": (
        "elementwise"
    ),
    f"{AT}<unnamed>::CatArrayBatchedCopy<at::native::<unnamed>::OpaqueType<(unsigned int)2>>(T1 *)": "copy",
    f"{AT}reduce_kernel<(int)512, (int)1, at::native::ReduceOp<float, at::native::MaxOps<float>>>(T3)": "reduction",
    f"{AT}_scatter_gather_elementwise_kernel<(int)128, (int)8, void at::native::_cuda_scatter_fill()>": "routing",
    f"{AT}<unnamed>::upsample_gen2d_aa_out_frame<float, float>(T2, T2)": "elementwise",
    f"{AT}<unnamed>::distribution_elementwise_grid_stride_kernel<float, (int)4>(long)": "sampling",
    f"{AT}<unnamed>::multi_tensor_apply_kernel<UnaryOpFunctor<long>, at::native::Copy<long, long>>(T1)": "copy",
    f"{AT}unrolled_elementwise_kernel<at::native::CUDAFunctor_add<float>, memory::LoadWithCast<(int)2>>(int)": (
        "elementwise"
    ),
    "void cutlass::Kernel2<cutlass_80_wmma_tensorop_bf16_s161616gemm_bf16_32x32_64x1_tn_align8>(T1::Params)": "gemm",
    "sm80_xmma_fprop_implicit_gemm_bf16bf16_bf16f32_f32_nhwckrsc_nhwc_tilesize128x32x32": "gemm",
    "nvjet_tst_192x192_64x4_2x1_v_bz_coopB_bias_TNN": "gemm",
    "ampere_sgemm_128x32_tn": "gemm",
    "ampere_bf16_s16816gemm_bf16_64x64_sliced1x2_ldg8_relu_f2f_stages_64x5_tn": "gemm",
    "void cublasLt::splitKreduce_kernel<(int)32, (int)16, int, double>(cublasLt::cublasSplitKParams<T6>)": "gemm",
    "void marlin_moe_wna16::Marlin<__nv_bfloat16>(T1)": "gemm",
    "void internal::gemvx::kernel<int, int, __nv_bfloat16, cublasGemvTensorStridedBatched<float>>(T13)": "gemv",
    "void flash::flash_fwd_splitkv_combine_kernel<Flash_fwd_kernel_traits<(int)128>>(flash::Flash_fwd_params)": (
        "attention"
    ),
    "void vllm::paged_attention_v2_reduce_kernel<__nv_bfloat16, (int)128>(T1 *)": "attention",
    "void vllm::reshape_and_cache_flash_kernel<__nv_bfloat16>(T1 *)": "copy",
    "void vllm::fused_add_rms_norm_kernel<c10::BFloat16, (int)8>(T1 *)": "norm",
    "void vllm::act_and_mul_kernel<c10::BFloat16, &vllm::silu_kernel<c10::BFloat16>>(T1 *)": "activation",
    "void vllm::moe::topkGatingSoftmax<(int)8, (int)64>(const float *)": "routing",
    "void vllm::moe::moe_align_block_size_kernel<int>(T1 *)": "routing",
    "void vllm::cross_device_reduce_1stage<__nv_bfloat16, (int)2>(RankData *)": "communication",
    "ncclDevKernel_AllReduce_Sum_bf16_RING_LL(ncclDevKernelArgsStorage<(unsigned long)4096>)": "communication",
    "triton_poi_fused_mul_silu_1": "activation",
    "triton_per_fused_native_layer_norm_0": "norm",
    "cupy_sqrt__float64_float64": "elementwise",
    "cupy_copy__float64_float64": "copy",
    "fused__autocast_to__12152488584593855096": "copy",
    "saxpy(double *, double *, double *, double, int)": "elementwise",
    "void probe_group_by_GPU2<128, 4>(int*, int*)": "other",
    "my_kernel": "other",
}


def classes(path: Path) -> dict[str, tuple[str, int | None]]:
    """Return class and rule of each kernel name of a trace."""
    with open_trace(path, cache=False) as trace:
        rows = trace.query("kernel_class").records()
    return {row["name"]: (row["class"], row["rule_id"]) for row in rows}


def traced(folder: Path, names: list[str]) -> Path:
    def fill(b: TraceBuilder) -> None:
        for at, name in enumerate(names):
            b.kernel(PROCESS, name, 2 * at, 2 * at + 1, 0)

    return build(folder, fill)


def test_every_rule_is_the_first_to_match_its_example(tmp_path: Path) -> None:
    found = classes(traced(tmp_path, [rule["example"] for rule in RULES]))
    for position, rule in enumerate(RULES, start=1):
        assert found[rule["example"]] == (rule["class"], position), rule


def test_rules_are_well_formed() -> None:
    assert {rule["class"] for rule in RULES} == CLASSES
    assert len({rule["example"] for rule in RULES}) == len(RULES)
    assert all(rule["note"] for rule in RULES)


def test_names_judged_by_hand(tmp_path: Path) -> None:
    found = classes(traced(tmp_path, list(NAMES)))
    assert {name: kind for name, (kind, _) in found.items()} == NAMES


def test_shares_by_stage(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "decode", 0, 50)
        launch(b, 10, 100, 160, name="gemv2T_kernel_val")
        launch(b, 20, 160, 190, name="flash_fwd_kernel")
        launch(b, 30, 190, 200, name="my_kernel")
        b.range(THREAD, "prefill", 60, 90)
        launch(b, 70, 200, 210, name="ampere_sgemm_128x32_tn")
        launch(b, 75, 210, 215, name="nvjet_tst_192x192")
        b.kernel(PROCESS, "my_kernel", 300, 304, 0)

    path = build(tmp_path, fill)
    assert answer(path, "stage_class") == text(
        """
        stage,class,name_count,instance_count,sum_ns,share_ratio
        decode,gemv,1,1,60,0.6
        decode,attention,1,1,30,0.3
        decode,other,1,1,10,0.1
        prefill,gemm,2,2,15,1.0
        (unattributed),other,1,1,4,1.0
        """
    )


def test_rules_of_ones_own_go_first(tmp_path: Path) -> None:
    with open_trace(traced(tmp_path, ["my_kernel"]), cache=False) as trace:
        trace.define("kernel_rule", [(1, "gemm", "^MY_", "my_kernel", "")])
        assert trace.query("kernel_class").one()["class"] == "gemm"


def test_a_trace_without_kernels_has_no_classes(tmp_path: Path) -> None:
    assert answer(build(tmp_path, lambda b: b.range(THREAD, "r", 0, 9)), "stage_class").count("\n") == 0


@pytest.mark.parametrize("stage", ["all-stage", "clip", "decode", "prefill", "projector", "sam"])
def test_kernels_of_deepseek_ocr_are_classified(tmp_path: Path, stage: str) -> None:
    sums = SUMS / f"{stage}.csv"
    if not sums.is_file():
        pytest.skip("../shared/deepseek-ocr/nsys-kernel-sums is not here")
    with sums.open(newline="") as file:
        total = {row["Name"]: int(row["Total Time (ns)"]) for row in csv.DictReader(file)}
    found = classes(traced(tmp_path, list(total)))
    other = sum(total[name] for name, (kind, _) in found.items() if kind == "other")
    assert set(found) == set(total)
    assert other <= 0.02 * sum(total.values())
    attention = {name for name, (kind, _) in found.items() if kind == "attention"}
    assert attention == {name for name in total if "flash_fwd" in name or "fmha" in name}
    assert {name for name, (kind, _) in found.items() if kind == "gemv"} == {n for n in total if "gemvx" in n}


def test_classes_of_real_traces(shared_trace: Path) -> None:
    """The kernels of real model runs have a class; two traces contain custom kernels of their authors."""
    with open_trace(shared_trace, cache=False) as trace:
        rows = trace.query("kernel_class").records()
        staged = trace.sql("SELECT sum(sum_ns), sum(instance_count) FROM stage_class").rows()[0]
        recorded = trace.sql("SELECT sum(duration_ns), count(*) FROM kernel").rows()[0]
    assert staged == recorded, "every kernel has one class"
    if shared_trace.stem not in {"schema_2021", "four_streams"}:
        assert [row["name"] for row in rows if row["class"] == "other"] == []


def test_a_folder_of_assets_brings_its_own_rules(tmp_path: Path) -> None:
    rules = tmp_path / "mine" / "analytic" / "kernels" / "rules.csv"
    rules.parent.mkdir(parents=True)
    rules.write_text('class,expression,example,note\ngemm,"^my_(a|b){1,2}",my_a,""\n')
    path = traced(tmp_path, ["my_a", "nvjet_tst_192x192"])
    query = "SELECT name, class FROM kernel_class ORDER BY name"
    done = run("--assets", "mine", "sql", str(path), query, "--format", "csv", "--no-cache", cwd=tmp_path)
    assert done.stdout == "name,class\nmy_a,gemm\nnvjet_tst_192x192,other\n", done.stderr
