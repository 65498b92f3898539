"""FLOPs from the tensor sizes in range texts: all forms of text, hostile texts, what counts, times and peaks."""

from __future__ import annotations

import csv
import json
import random
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

import nsys_tools as nt
from nsys_tools.model import gpus
from nsys_tools.model.request import Request
from nsys_tools.roofline import peaks
from nsys_tools.session import catalogue
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import PROCESS, THREAD, analyzed, answer, build, launch, opened, text
from tests.conftest import REPOSITORY, SHARED

A100 = "NVIDIA A100-SXM4-40GB"


def module(name: str, parameters: str, inputs: str = "[[8, 1024]]") -> str:
    """Return the text of a layer."""
    return f"{{'Module': '{name}', 'TrainableParams': {parameters}, 'Inputs': {inputs}}}"


LAYER = module("top.model.layers.0.mlp.gate_up_proj", "{'weight': [6144, 1024]}")


def operator(name: str, sizes: str) -> str:
    """Return the text of a PyTorch operator."""
    return f"{name}, seq = 3, op_id = 17, sizes = {sizes}, input_op_ids = [(16,0), (0,-1)]"


def pyprof(op: str, *shapes: tuple[int, ...], dtype: str = "float16", rest: tuple[Any, ...] = ()) -> str:
    """Return the text of PyProf."""
    tensors = [{"name": "", "type": "tensor", "shape": shape, "dtype": dtype} for shape in shapes]
    others = [{"name": "", "type": type(value).__name__, "value": value} for value in rest]
    return str({"mod": "torch", "op": op, "args": [*tensors, *others]})


COUNTED = {
    LAYER: ("linear", 2 * 8 * 6144 * 1024),
    module("top.a", "{'weight': [4, 3], 'bias': [4]}", "[[2, 5, 3]]"): ("linear", 2 * 10 * 4 * 3),
    # A module whose name contains the other quote, and keys after the inputs.
    "{'Module': \"it's\", 'TrainableParams': {'weight': [4, 3]}, 'Inputs': [[2, 3]], 'x': (0.5,)}": ("linear", 48),
    module("gpt_neox.embed_out", "{'weight': [50, 4]}", "[[2, 4]]"): ("linear", 2 * 2 * 50 * 4),
    operator("aten::mm", "[[2, 3], [3, 5]]"): ("aten::mm", 2 * 2 * 3 * 5),
    operator("aten::_scaled_mm", "[[2, 3], [3, 5], [], [], [], [], []]"): ("aten::_scaled_mm", 2 * 2 * 3 * 5),
    operator("aten::addmm", "[[5], [2, 3], [3, 5], [], []]"): ("aten::addmm", 2 * 2 * 3 * 5),
    operator("aten::bmm", "[[7, 2, 3], [7, 3, 5]]"): ("aten::bmm", 7 * 2 * 2 * 3 * 5),
    operator("aten::baddbmm", "[[7, 2, 5], [7, 2, 3], [7, 3, 5], [], []]"): ("aten::baddbmm", 7 * 2 * 2 * 3 * 5),
    # Grouped heads, and values wider than keys: 2 x B x H x Sq x Sk x (D + Dv).
    operator("aten::scaled_dot_product_attention", "[[2, 8, 3, 4], [2, 2, 5, 4], [2, 2, 5, 6], [], [], [], []]"): (
        "aten::scaled_dot_product_attention", 2 * 2 * 8 * 3 * 5 * (4 + 6),
    ),
    operator("aten::mm", "[[0, 3], [3, 5]]"): ("aten::mm", 0),
    "aten::mm, sizes = [[2, 3], [3, 5]]": ("aten::mm", 2 * 2 * 3 * 5),
    pyprof("addmm", (2, 5), (2, 3), (3, 5)): ("addmm", 2 * 2 * 3 * 5),
    pyprof("linear", (2, 3), (5, 3), dtype="bfloat16"): ("linear", 2 * 2 * 3 * 5),
    pyprof("conv2d", (2, 4, 9, 8), (6, 2, 3, 3), rest=(None, (2, 1), (1, 0), 1, 2)): (
        "conv2d", 2 * (2 * 6 * 5 * 6) * 2 * 3 * 3,
    ),
    pyprof("conv1d", (1, 2, 10), (3, 2, 3), (3,), rest=(1, 0, 2)): ("conv1d", 2 * (3 * 6) * 2 * 3),
}  # fmt: skip
REFUSED = {
    "{'Module': 'a.fc', 'Outputs': [[8, 6144]]}": "marker of layer outputs",
    module("a.norm", "{'weight': [1024]}"): "one-dimensional weight",
    module("model.embed_tokens", "{'weight': [99, 1024]}"): "embedding",
    module("transformer.wte", "{'weight': [99, 1024]}"): "embedding",
    module("a.lookup", "{'weight': [99, 1024]}", "[[1024]]"): "one-dimensional input",
    module("a.fc", "{'weight': [1024, 512]}"): "weight does not match the input",
    module("a.fc", "{'weight': [8, 1024], 'weight_scale': [8]}"): "quantized weight, which may be packed",
    module("a.fc", "{'qweight': [128, 512], 'qzeros': [8, 512]}"): "quantized weight, which may be packed",
    module("a.experts", "{'w13_weight': [8, 4, 2], 'w2_weight': [8, 2, 4]}"): "fused experts",
    module("a.conv", "{'weight': [8, 3, 14, 14]}"): "weight with more than two dimensions",
    module("a.self_attn.attn", "{}", "[[8, 4096], [8, 1024]]"): "attention without a KV length",
    "{'Module': 'a.layers.0', 'Inputs': [[8, 1024]]}": "layer without its own weights",
    "{'Module': 'a.fc', 'TrainableParams': {'weight': [4, 3]}}": "layer without readable inputs",
    operator("aten::linear", "[[2, 3], [5, 3], []]"): "operator that calls counted operators",
    operator("aten::matmul", "[[2, 3], [3, 5]]"): "operator that calls counted operators",
    operator("aten::einsum", "[[], [4, 5, 6], [6, 6], []]"): "operator that calls counted operators",
    operator("aten::convolution", "[[1, 3, 8, 8], [4, 3, 3, 3], [4], [], [], [], [], [], []]"): (
        "convolution without stride and padding"
    ),
    operator("aten::add", "[[2, 3], [2, 3], []]"): "operator without a formula",
    operator("mylib::mm", "[[2, 3], [3, 5]]"): "operator without a formula",
    operator("aten::mm", "[[2, 3], [4, 5]]"): "sizes do not match the operator",
    operator("aten::bmm", "[[7, 2, 3], [6, 3, 5]]"): "sizes do not match the operator",
    operator("aten::scaled_dot_product_attention", "[[2, 8, 3, 4], [9, 8, 5, 4], [9, 8, 5, 6]]"): (
        "sizes do not match the operator"
    ),
    operator("aten::mm", "[]"): "sizes do not match the operator",
    operator("aten::mm", "[[-2, 3], [3, 5]]"): "negative size",
    operator("aten::mm", "[[2, 3], [3, 5]"): "unreadable text",
    operator("aten::mm", "[[2, 3.5], [3.5, 5]]"): "unreadable text",
    operator("aten::mm", "[[2, 1e3], [1000, 5]]"): "unreadable text",
    operator("aten::mm", "[[99999999999999999999, 3], [3, 5]]"): "unreadable text",
    operator("aten::mm", "[[999999999999999999, 999999999999999999], [999999999999999999, 9]]"): ("2^53 FLOPs or more"),
    operator("aten::mm", "[[2, 3], [3, 5]]; DROP TABLE x"): "unreadable text",
    pyprof("conv2d", (2, 4, 9, 8), (6, 2, 3, 3), rest=(None, (2, 1), "same", 1, 2)): (
        "convolution without stride and padding"
    ),
    pyprof("conv2d", (2, 4, 9, 8), (6, 2, 3, 3), rest=(None, 0, 0, 1)): "convolution without stride and padding",
    pyprof("matmul", (2, 3), (3, 5)): "operator that calls counted operators",
    pyprof("relu", (2, 3)): "operator without a formula",
    # Hostile texts.
    "{'Module': 'a.fc', 'TrainableParams': {'weight': [4, 3]}, 'Inputs': __import__('os').getcwd()}": "unreadable text",
    "{'Module': 'a.fc', 'TrainableParams': {'weight': [4, 3]}, 'Inputs': [[2, 3]]": "unreadable text",
    "{'Module': 'a.fc', 'TrainableParams': {'weight': [4, 3]}, 'Inputs': [[2, 3]]}}": "unreadable text",
    "{'Module': 'a.fc', 'TrainableParams': {'weight': [4 3]}, 'Inputs': [[2, 3]]}": "unreadable text",
    "{'Module': 'a.fc": "unreadable text",
    "{'Module': 'a', 'x': '" + "'" * 19_000: "unreadable text",
    "{'Module': 'a', 'x': '" + "\\'" * 9_500: "unreadable text",
    "{'Module': 'a', 'x': " + "[" * 19_000: "unreadable text",
    "{'Module': 'a', 'x': " + "(" * 9_000 + ")" * 9_000 + "}": "layer without its own weights",
    "{'Module': 'a', 'x': " + "{'a': " * 3_000 + "1" + "}" * 3_001: "layer without its own weights",
    "{'mod': 'torch', 'op': 'mm', 'args': [{'shape': (2, 3)}, open('x')]}": "unreadable text",
    operator("aten::mm", "[" * 19_000): "unreadable text",
    operator("aten::mm", "[[" + "1, " * 6_000 + "1], []]"): "sizes do not match the operator",
}
OTHERS = ("", "step", "aten::mm, op_id = 3", "{'Inputs': [[1]]}", "{'traceMarker': ['a.py:3']}", "a, sizes are big")


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Return the row of ``shape`` for each text, from one trace."""

    def fill(b: TraceBuilder) -> None:
        for at, name in enumerate((*COUNTED, *REFUSED, *OTHERS)):
            b.range(THREAD, name, 2 * at, 2 * at + 1)

    with opened(build(tmp_path_factory.mktemp("shapes"), fill)) as session:
        rows = list(session.sql('SELECT r.name, s.* FROM shape AS s JOIN "range" AS r USING (range_id)'))
    return {row["name"]: row for row in rows}


@pytest.mark.parametrize("name", COUNTED, ids=lambda name: name[:60])
def test_flops_are_those_worked_out_by_hand(shapes: dict[str, dict[str, Any]], name: str) -> None:
    row = shapes[name]
    assert (row["op"], row["flops"], row["reason"]) == (*COUNTED[name], None)


@pytest.mark.parametrize("name", REFUSED, ids=lambda name: name[:60])
def test_what_gives_no_figure_gives_its_reason(shapes: dict[str, dict[str, Any]], name: str) -> None:
    row = shapes[name]
    assert (row["flops"], row["bytes"], row["reason"]) == (None, None, REFUSED[name])


def test_texts_without_sizes_have_no_row(shapes: dict[str, dict[str, Any]]) -> None:
    assert set(shapes) == {*COUNTED, *REFUSED}


def test_bytes_are_inputs_weights_and_output_once_where_the_text_tells_the_dtype(
    shapes: dict[str, dict[str, Any]],
) -> None:
    told = shapes[pyprof("addmm", (2, 5), (2, 3), (3, 5))]
    assert (told["dtype"], told["element_count"], told["bytes"]) == ("float16", 10 + 6 + 15 + 10, 82)
    assert told["bytes_reason"] is None
    layer = shapes[module("top.a", "{'weight': [4, 3], 'bias': [4]}", "[[2, 5, 3]]")]
    assert (layer["element_count"], layer["bytes"]) == (30 + 12 + 4 + 40, None)
    assert layer["bytes_reason"] == "text without a dtype"
    assert layer["shapes"] == "[[2, 5, 3], [4, 3], [4]]"
    assert layer["module"] == "top.a"


def test_python_literals_become_what_python_reads_and_others_null() -> None:
    draw = random.Random(13)

    def literal(depth: int) -> Any:
        kind = draw.randrange(8 if depth < 4 else 5)
        if kind < 3:
            return (draw.randrange(-5, 10**9), draw.choice((True, False, None)), draw.choice((1.5, -2e30)))[kind]
        if kind < 5:
            return draw.choice(("", "it's", 'a "b"', "a, b", "[1]", "None", "{", "ä", ",)"))
        inside = [literal(depth + 1) for _ in range(draw.randrange(4))]
        return (inside, tuple(inside), {f"k{n}": value for n, value in enumerate(inside)})[kind - 5]

    values = [literal(0) for _ in range(300)]
    wrong = ["[1 2]", "(3)", "inf", "nan", "[NaN]", "null", "true", "1_000", "0x1f", "{1: 2}", "{1, 2}", "f(1)", "a.b"]
    wrong += ["[-inf]", "'a' 'b'", "b'a'", "'a\\x27'", "1 + 1", "[", "]", "'", '"', "", "lambda: 1", "[i for i in ()]"]
    with duckdb.connect() as connection:
        connection.execute(catalogue.functions())
        ask = "SELECT python_json(t)::VARCHAR FROM (SELECT unnest(?::VARCHAR[]) AS t)"
        found = [row[0] for row in connection.execute(ask, [[repr(value) for value in values]]).fetchall()]
        refused = [row[0] for row in connection.execute(ask, [wrong]).fetchall()]
    assert [json.loads(got) for got in found] == [_lists(value) for value in values]
    assert refused == [None] * len(wrong)


def test_a_string_without_an_end_takes_linear_time() -> None:
    begin = time.process_time()
    with duckdb.connect() as connection:
        connection.execute(catalogue.functions())
        for quote in "'\"":
            open_ended = quote + f"\\{quote}" * 80_000
            assert connection.execute("SELECT python_json(?)", [open_ended]).fetchone() == (None,)
    assert time.process_time() - begin < 15  # each would take a minute if every quote were tried as a start


def _lists(value: Any) -> Any:
    """Return a value with lists instead of tuples."""
    if isinstance(value, dict):
        return {key: _lists(one) for key, one in value.items()}
    return [_lists(one) for one in value] if isinstance(value, list | tuple) else value


def test_only_the_innermost_range_that_has_flops_counts_and_owns_all_inside(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        b.gpu(A100, sm_count=108, clock_hz=1_410_000_000, memory=1, bandwidth=1)
        b.range(THREAD, "block 3", 0, 100)
        b.range(
            THREAD, operator("aten::scaled_dot_product_attention", "[[1, 1, 2, 4], [1, 1, 3, 4], [1, 1, 3, 4]]"), 1, 50
        )
        b.range(THREAD, operator("aten::matmul", "[[2, 4], [4, 3]]"), 2, 20)
        b.range(THREAD, operator("aten::mm", "[[2, 4], [4, 3]]"), 3, 19)
        b.range(THREAD, operator("aten::copy_", "[[2, 4], [2, 4]]"), 4, 10)
        launch(b, 5, start=1000, end=1004)
        launch(b, 12, start=2000, end=2010, name="ampere_sgemm_128x64_nn")
        launch(b, 30, start=3000, end=3001)
        b.range(THREAD, LAYER, 60, 80)
        launch(b, 61, start=4000, end=1_004_000)
        launch(b, 90, start=2_000_000, end=2_000_100)
        launch(b, 200, start=3_000_000, end=3_001_000)

    path = build(tmp_path, fill)
    assert answer(path, "shape_coverage", "reason", "operation_count", "sum_ns") == text(
        """
        reason,operation_count,sum_ns
        ,3,1000014
        operation without a range,1,1000
        range without shapes,1,100
        range inside is counted,1,1
        """
    )
    assert answer(path, "shape_op", "op", "reason", "range_count", "operation_count", "flops", "sum_ns") == text(
        """
        op,reason,range_count,operation_count,flops,sum_ns
        linear,,1,1,100663296.0,1000000
        aten::mm,,1,2,48.0,14
        aten::scaled_dot_product_attention,range inside is counted,1,1,,1
        aten::copy_,operator without a formula,1,0,,0
        aten::matmul,operator that calls counted operators,1,0,,0
        """
    )
    assert answer(path, "shape_layer", "layer", "counted_count", "operation_count", "counted_ns", "sum_ns") == text(
        """
        layer,counted_count,operation_count,counted_ns,sum_ns
        top.model.layers.*.mlp.gate_up_proj,1,1,1000000,1000000
        block *,1,3,14,15
        """
    )


def compared(path: Path, **given: str) -> dict[str, tuple[Any, ...]]:
    """Return the comparison of each counted op with the peak, ratios to 12 digits."""
    with opened(path, Request("", **given)) as session:
        return {
            row["op"]: (
                row["peak_dtype"], row["dtype_source"], row["util_sum_ratio"] and round(row["util_sum_ratio"], 12),
                row["bound"], row["withheld"],
            )
            for row in session.query("shape_op")
            if row["flops"] is not None
        }  # fmt: skip


def timed(folder: Path, ns: int, gpu: str = A100, kernel: str = "k") -> Path:
    """Write a trace of three operators that each take `ns`."""

    def fill(b: TraceBuilder) -> None:
        b.gpu(gpu, sm_count=108, clock_hz=1_410_000_000, memory=1, bandwidth=1)
        names = (
            operator("aten::mm", "[[1024, 1024], [1024, 1024]]"),
            operator("aten::_scaled_mm", "[[1024, 1024], [1024, 1024]]"),
            pyprof("mm", (1024, 1024), (1024, 1024)),
        )
        for at, name in enumerate(names):
            b.range(THREAD, name, 100 * at, 100 * at + 50)
            launch(b, 100 * at + 1, start=10**9 * (at + 1), end=10**9 * (at + 1) + ns, name=kernel)

    return build(folder, fill)


MM = 2 * 1024**3
UNTOLD = "no dtype is known: set --dtype to one in shape_peak"


def test_a_peak_needs_a_dtype_that_the_text_a_kernel_or_the_user_tells(tmp_path: Path) -> None:
    path = timed(tmp_path, 100_000)
    half = round(MM / 312e12 / 1e-4, 12)
    told = ("fp16", "text", half, "compute", None)
    nothing = (None, None, None, None, UNTOLD)
    assert compared(path) == {"aten::mm": nothing, "aten::_scaled_mm": nothing, "mm": told}
    # The operands of _scaled_mm have 8 or 4 bits, whatever dtype is assumed for the others.
    assumed = ("bf16", "assumed", half, "compute", None)
    assert compared(path, dtype="bf16") == {"aten::mm": assumed, "aten::_scaled_mm": nothing, "mm": told}
    lacking = compared(path, dtype="fp8")["aten::mm"]
    assert lacking == (None, None, None, None, UNTOLD)


def test_the_name_of_a_kernel_tells_the_dtype(tmp_path: Path) -> None:
    path = timed(tmp_path, 1_000_000, kernel="ampere_sgemm_128x64_nn")
    named = ("fp32", "kernel names", round(MM / 19.5e12 / 1e-3, 12), "compute", None)
    assert compared(path) == dict.fromkeys(("aten::mm", "aten::_scaled_mm", "mm"), named)


def test_above_the_peak_is_withheld_with_its_cause(tmp_path: Path) -> None:
    peak, source, ratio, bound, withheld = compared(timed(tmp_path, 1_000))["mm"]
    assert (peak, source, ratio, bound) == ("fp16", "text", None, None)
    assert withheld.startswith("above 100 %: wrong dtype or GPU")


def test_more_bytes_than_the_bandwidth_allows_are_no_roofline(tmp_path: Path) -> None:
    # An outer product: 2 x 4096^2 FLOPs, and 4096 + 4096 + 4096^2 elements, 21.6 us at 1,555 GB/s.
    def fill(b: TraceBuilder) -> None:
        b.gpu(A100, sm_count=108, clock_hz=1_410_000_000, memory=1, bandwidth=1)
        for at, ns in enumerate((30_000, 10_000)):
            b.range(THREAD, pyprof("mm", (4096, 1), (1, 4096), rest=(at,)), 100 * at, 100 * at + 50)
            launch(b, 100 * at + 1, start=10**9 * (at + 1), end=10**9 * (at + 1) + ns)

    def roofline(path: Path) -> list[Any]:
        with opened(path) as session:
            return [(row["roofline_ns"], row["bound"], row["withheld"]) for row in session.query("shape_op")]

    both = 2 * (2 * 4096 + 4096**2) * 2 / 1555e9 * 1e9
    ((least, bound, withheld),) = roofline(build(tmp_path, fill))
    assert (least, bound) == (None, "memory")
    assert withheld.startswith("bandwidth above 100 %")
    assert both > 40_000  # longer than the 40 us that both take


def test_an_unknown_gpu_has_no_peak_unless_one_is_named(tmp_path: Path) -> None:
    path = timed(tmp_path, 100_000, gpu="Some GPU")
    assert compared(path)["mm"] == (None, None, None, None, "no peak is known for this GPU")
    assert compared(path, gpu="a100-40gb")["mm"][:2] == ("fp16", "text")


def test_no_gpu_is_read_before_a_query_needs_its_peak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: str) -> gpus.Gpu:
        raise nt.NsysToolsError("read")

    monkeypatch.setattr(gpus, "load", fail)
    peaks._rows.cache_clear()
    with opened(timed(tmp_path, 1)) as session:
        session.query("shape_coverage").rows()
        for _ in range(2):  # and after that, the failure is not taken for an empty table
            with pytest.raises(nt.NsysToolsError, match="read"):
                session.query("shape_op")


def test_the_first_rule_that_matches_a_kernel_tells_its_dtype(tmp_path: Path) -> None:
    with (REPOSITORY / "analytic" / "kernels" / "dtypes.csv").open(newline="", encoding="utf-8") as file:
        rules = {rule["example"]: rule["dtype"] for rule in csv.DictReader(file)}
    names = rules | {
        "sm80_xmma_gemm_bf16bf16_bf16f32_f32_tn_n_tilesize64x64x64": "bf16",
        "sm80_xmma_gemm_f16f16_f16f32_f32_nn_n_tilesize96x128x32": "fp16",
        "sm80_xmma_gemm_tf32tf32_tf32f32_f32_nn_n_tilesize64x64x64": "tf32",
        "void cutlass::Kernel2<cutlass_80_simt_sgemm_128x32_8x5_nn_align1>(T1::Params)": "fp32",
        "nvjet_tst_192x192_64x4_2x1_v_bz_coopB_bias_TNN": "bf16",
        "nvjet_hsh_128x256_64x4_1x2_h_bz_coopA_TNT": "fp16",
        "nvjet_qqtst_128x256_128x4_2x1_v_bz_TNT": "fp8",
        "void cutlass::device_kernel<at::cuda::detail::enable_3x_kernel_for_sm9x<Gemm<cutlass::half_t>>>(T1)": "fp16",
        "void internal::gemvx::kernel<int, int, __nv_bfloat16, cublasGemvTensorStridedBatched<float>>(T13)": "bf16",
        "void cublasLt::splitKreduce_kernel<(int)32, (int)16, int, float>(cublasLt::cublasSplitKParams<T6>)": None,
        "void at::native::vectorized_elementwise_kernel<(int)4, at::native::FillFunctor<c10::BFloat16>>(int)": None,
    }

    def fill(b: TraceBuilder) -> None:
        for at, name in enumerate(names):
            b.kernel(PROCESS, name, 2 * at, 2 * at + 1, 0)

    with opened(build(tmp_path, fill)) as session:
        found = session.sql(
            "SELECT n.value, d.dtype FROM shape__dtype AS d JOIN _string_kernel AS n ON n.id = d.name_id"
        )
        assert dict(found.rows()) == {name: dtype for name, dtype in names.items() if dtype}


def test_the_flops_of_a_real_trace_are_those_of_its_model() -> None:
    path = SHARED / "traces" / "transformer_fwd.sqlite"
    if not path.is_file():
        pytest.skip("../shared/traces/transformer_fwd.sqlite is not here")
    with opened(path) as session:
        total = session.sql(
            "SELECT sum(flops) AS flops, count(flops) AS n, list(DISTINCT op) FILTER (flops > 0) AS ops FROM shape"
        )
        assert total.one() == {"flops": 533_968_453_632, "n": 109, "ops": ["aten::bmm"]}
        covered = session.query("shape_coverage")
        assert sum(covered["sum_ns"]) == sum(session.query("gpu_summary")["sum_ns"])
        ratios = [row["util_sum_ratio"] for row in session.query("shape_op") if row["flops"]]
        assert all(0.4 < ratio < 1 for ratio in ratios)


def test_the_report_has_the_shapes_with_peak_and_share(tmp_path: Path) -> None:
    folder = analyzed(timed(tmp_path, 100_000), Request("", dtype="bf16")).write(tmp_path / "report", formats=["md"])
    report = folder.read_text(encoding="utf-8")
    part = report[report.index("### FLOPs from shapes") : report.index("### Ranges")]
    assert "FLOPs from shapes are known for 100 % of the GPU time." in part
    assert "bf16 312 TFLOP/s (assumed where the dtype is unknown)" in part
    cells = [[cell.strip() for cell in line.split("|")] for line in part.splitlines() if "aten::mm" in line]
    assert [row[4:] for row in cells] == [
        ["2.147", "100", "33.33", "21.475", "`bf16`", "assumed", "6.88", "6.883", "compute", "", ""]
    ]


def test_the_report_says_when_no_time_has_flops(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, operator("aten::add", "[[2, 3], [2, 3]]"), 0, 9)
        launch(b, 1, start=10, end=20)

    path = build(tmp_path, fill)
    report = analyzed(path).write(tmp_path / "report", formats=["md"]).read_text(encoding="utf-8")
    assert "FLOPs from shapes are not known for any GPU time, for these reasons:\n\n| reason" in report


def test_a_dtype_or_gpu_without_model_and_shapes_is_refused(tmp_path: Path) -> None:
    path = build(tmp_path, lambda b: b.range(THREAD, "step", 0, 9))
    for given in ({"dtype": "bf16"}, {"gpu": "h100-sxm"}):
        with pytest.raises(nt.NsysToolsError, match=f"{next(iter(given))} has no effect"):
            opened(path, Request("", **given))
