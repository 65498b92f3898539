"""Matching profiled launches to kernels: names as shortened by Nsight Compute, and resulting ambiguities."""

from __future__ import annotations

import csv
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nsys_tools.formats import render
from nsys_tools.sources import ncu
from nsys_tools.sources.ncu.table import Size
from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import PROCESS, analyzed, build, launch, text
from tests.conftest import SHARED, SHARED_TRACES

SIZE: Size = (1, 1, 1)
BLOCK: Size = (128, 1, 1)  # as the builder launches kernels
SUMS = SHARED / "deepseek-ocr" / "nsys-kernel-sums"


def without_casts(name: str) -> str:
    """Return template arguments as ncu prints them: ``(int)4`` is ``4``."""
    return re.sub(r"\([A-Za-z_][\w: ]*\)(-?\d)", r"\1", name)


def of_2025(name: str) -> str:
    """Return `name` as ncu 2025.1 prints it: its deletion leaves half of a bracket pair."""
    return re.sub(r"(\w+::)+[<\[]?", "", without_casts(name))


def of_another_release(name: str) -> str:
    """Return `name` as other releases print it, with one of several namespaces, and const without the bracket."""
    return re.sub(r"(\w+::)(\w+::)+", r"\1", re.sub(r"const::\[", "", without_casts(name)))


# Names as in nsys: lambdas in lambdas, unnamed namespaces in both spellings, templates, operators.
GENERATED = [
    "void at::native::vectorized_elementwise_kernel<(int)4, at::native::<unnamed>::silu_kernel(at::TensorIteratorBase "
    "&)::[lambda() (instance 1)]::operator ()() const::[lambda() (instance 6)]::operator ()() const::"
    "[lambda(c10::BFloat16) (instance 1)], std::array<char *, (unsigned long)2>>(int, T2, T3)",
    "void at::native::vectorized_elementwise_kernel<(int)4, at::native::<unnamed>::silu_kernel(at::TensorIteratorBase "
    "&)::[lambda() (instance 1)]::operator ()() const::[lambda() (instance 6)]::operator ()() const::"
    "[lambda(float) (instance 1)], std::array<char *, (unsigned long)2>>(int, T2, T3)",
    "void at::native::elementwise_kernel<(int)128, (int)4, void at::native::gpu_kernel_impl_nocast<at::native::"
    "direct_copy_kernel_cuda(at::TensorIteratorBase &)::[lambda() (instance 3)]::operator ()() const::"
    "[lambda() (instance 10)]::operator ()() const::[lambda(c10::Half) (instance 1)]>(at::TensorIteratorBase &, "
    "const T1 &)::[lambda(int) (instance 1)]>(int, T3)",
    "void at::native::<unnamed>::CatArrayBatchedCopy<at::native::<unnamed>::OpaqueType<(unsigned int)2>, unsigned int, "
    "(int)4, (int)64, (int)64>(T1 *, at::native::<unnamed>::CatArrInputTensorMetadata<T1, T2, T4, T5>)",
    "void <unnamed>::softmax_warp_forward<float, float, float, (int)6, (bool)0>(T2 *, const T1 *, int)",
    "void a::b::(anonymous namespace)::scale<a::b::(anonymous namespace)::Row, (bool)1>(T1 *, int)",
    "void (anonymous namespace)::scale<float, (bool)1>(T1 *, int)",
    "void at::native::_scatter_gather_elementwise_kernel<(int)128, void at::native::_cuda_scatter_fill_internal_kernel<"
    "at::native::OpaqueType<(int)8>, long>::operator ()<at::native::TensorAssign>(at::TensorIterator &)::"
    "[lambda(int) (instance 1)]>(int, T3)",
    "void thrust::detail::compare<my::less, my::operator<(my::Row const &)>(T1)",
    "void my::apply<my::array<int>::operator [](int) const>(T1)",
    "void my::at<my::Fn<int (float)>, (unsigned long)3>::run(T1)",
    "void at::native::f<at::native::g(at::X&)::{lambda()#1}::operator()() const::{lambda(float)#2}>(int)",
    "void cutlass::Kernel2<cutlass_80_tensorop_bf16_s16816gemm_relu_bf16_256x128_32x3_tn_align8>(T1::Params)",
    "std::enable_if<!T7, void>::type internal::gemvx::kernel<int, (bool)0, (int)7>(T13)",
    "ampere_sgemm_128x32_tn",
    "triton_poi_fused_add_0",
]  # fmt: skip


def measured(kernel: str, key: str, grid: Size | None = SIZE, block: Size | None = BLOCK) -> ncu.Metric:
    return ncu.Metric(ncu.Launch(key, kernel, grid, block), "", "dram__bytes.sum", 100.0, "bytes")


def joined(path: Path, launches: list[ncu.Metric]) -> list[dict[str, object]]:
    """Return the rows of ncu_join."""
    with open_trace(path, cache=False) as trace:
        ncu.define(trace, launches)
        return trace.query("ncu_join").records()


def shown(path: Path, launches: list[ncu.Metric], *columns: str) -> str:
    rows = joined(path, launches)
    return render(list(columns), [[row[column] for column in columns] for row in rows], "csv")


def trace_of(folder: Path, names: list[str]) -> Path:
    """Return a trace with one launch of each kernel, in this order."""

    def fill(b: TraceBuilder) -> None:
        for number, name in enumerate(names):
            launch(b, 10 * number, 10 * number + 3, 10 * number + 9, name=name)

    return build(folder, fill)


def assert_each_finds_its_own(folder: Path, names: list[str], prints: Callable[[str], str]) -> None:
    launches = [measured(prints(name), f"p/{number}") for number, name in enumerate(names)]
    rows = joined(trace_of(folder, names), launches)
    assert [row["name"] for row in rows] == names
    assert {row["matched_by"] for row in rows} <= {"name", "shortened"}
    assert {row["name_count"] for row in rows} == {1}


@pytest.mark.parametrize("prints", [of_2025, of_another_release, without_casts, str], ids=lambda p: p.__name__)
def test_generated_names_join_however_ncu_prints_them(tmp_path: Path, prints: Callable[[str], str]) -> None:
    assert_each_finds_its_own(tmp_path, GENERATED, prints)


def names_of_sums() -> list[str]:
    if not SUMS.is_dir():
        pytest.skip("../shared/deepseek-ocr is not here")
    found: dict[str, None] = {}
    for path in sorted(SUMS.glob("*.csv")):
        with path.open(newline="") as file:
            found.update(dict.fromkeys(row["Name"] for row in csv.DictReader(file)))
    return list(found)


def names_of_traces() -> Iterator[str]:
    kernels = "SELECT demangledName FROM CUPTI_ACTIVITY_KIND_KERNEL"
    for path in (SHARED / "traces" / f"{name}.sqlite" for name in SHARED_TRACES):
        if not path.is_file():
            pytest.skip("../shared/traces is not here")
        with sqlite3.connect(path) as raw:
            yield from (name for (name,) in raw.execute(f"SELECT value FROM StringIds WHERE id IN ({kernels})"))


def test_ncu_deletes_what_we_say_it_does() -> None:
    """For the profiled kernels, nsys's names become exactly those of ncu 2025.1."""
    kernels = {one.launch.kernel for one in ncu.read(SUMS.parent / "ncu")} if SUMS.is_dir() else set()
    assert kernels <= {of_2025(name) for name in names_of_sums()}
    assert len(kernels) == 6


def test_all_names_of_real_captures_join(tmp_path: Path) -> None:
    """Without this, 38 of the 113 names of the whole run, with 19 % of its GPU time, did not match."""
    sums, traces = names_of_sums(), list(dict.fromkeys(names_of_traces()))
    assert len(sums) >= 113
    assert_each_finds_its_own(tmp_path, list(dict.fromkeys([*sums, *traces])), of_2025)


def test_all_profiled_launches_of_deepseek_ocr_join(tmp_path: Path) -> None:
    names = names_of_sums()
    path = trace_of(tmp_path, names)
    rows = joined(path, ncu.read(SUMS.parent / "ncu"))
    assert [(row["matched_by"], row["name_count"]) for row in rows] == [("shortened", 1)] * 6
    assert all(of_2025(str(row["name"])) == row["kernel"] for row in rows)
    notes = analyzed(path, ncu=SUMS.parent / "ncu").notes
    assert not [note for note in notes if "ncu" in note]


TWO = ["void a::gemm<(int)4>(T1)", "void b::gemm<(int)4>(T1)"]


def test_launch_order_tells_kernels_apart_that_ncu_gives_one_name(tmp_path: Path) -> None:
    """Two kernels, four alternating launches: the nth in ncu is the nth in the trace; a fifth has no match."""
    launches = [measured("void gemm<4>(T1)", f"p/{number}") for number in range(5)]
    assert shown(trace_of(tmp_path, TWO * 2), launches, "launch", "matched_by", "name_count", "name") == text(
        """
        launch,matched_by,name_count,name
        p/0,order,2,void a::gemm<(int)4>(T1)
        p/1,order,2,void b::gemm<(int)4>(T1)
        p/2,order,2,void a::gemm<(int)4>(T1)
        p/3,order,2,void b::gemm<(int)4>(T1)
        p/4,none,2,
        """
    )


def test_the_order_of_launches_is_that_of_the_calls(tmp_path: Path) -> None:
    """The second kernel starts first, on another stream. ncu runs the kernels one after the other."""

    def fill(b: TraceBuilder) -> None:
        for name, start in zip(TWO, (50, 20), strict=True):
            b.kernel(PROCESS, name, start, start + 5, b.correlation(PROCESS))

    launches = [measured("void gemm<4>(T1)", f"p/{number}") for number in range(2)]
    assert [row["name"] for row in joined(build(tmp_path, fill), launches)] == TWO


def test_grid_and_block_go_before_order(tmp_path: Path) -> None:
    """Order counts among launches with the same grid and block; without sizes, or if no launch has them, among all."""

    def fill(b: TraceBuilder) -> None:
        for name, width in ((TWO[0], 1), (TWO[1], 2), (TWO[0], 3), (TWO[1], 3)):
            b.kernel(PROCESS, name, 10 * width, 10 * width + 5, b.correlation(PROCESS), grid=(width, 1, 1))

    path, kernel = build(tmp_path, fill), "void gemm<4>(T1)"
    only = [measured(kernel, f"p/{n}", (width, 1, 1)) for n, width in enumerate((2, 1, 2, 3, 3))]
    assert [row["name"] for row in joined(path, only)] == [TWO[1], TWO[0], TWO[1], TWO[0], TWO[1]]
    for sizes in ((None, None), ((9, 1, 1), BLOCK)):
        rows = joined(path, [measured(kernel, f"p/{n}", *sizes) for n in range(4)])
        assert [row["name"] for row in rows] == [TWO[0], TWO[1], TWO[0], TWO[1]]
        assert {row["matched_by"] for row in rows} == {"order"}


def test_a_name_that_was_not_shortened_goes_before_order(tmp_path: Path) -> None:
    """Names with namespaces are unambiguous; the short name is what either kernel would become."""
    launches = [measured(name, f"p/{n}") for n, name in enumerate(("b::gemm<4>(T1)", "a::gemm<4>(T1)", "gemm<4>(T1)"))]
    rows = joined(trace_of(tmp_path, [*TWO, "void gemm<(int)4>(T1)"]), launches)
    assert [(row["matched_by"], row["name"]) for row in rows] == [
        ("name", TWO[1]), ("name", TWO[0]), ("order", "void gemm<(int)4>(T1)"),
    ]  # fmt: skip


def test_a_function_alone_is_one_of_its_instances(tmp_path: Path) -> None:
    """As printed by `ncu --kernel-name-base function`; an identical full name takes precedence."""
    names = ["void a::gemm<(int)4>(T1)", "void a::gemm<(int)8>(T1)", "void a::add<(int)8>(T1)", "add"]
    launches = [measured(name, f"p/{n}") for n, name in enumerate(("gemm", "gemm", "add", "gone"))]
    rows = joined(trace_of(tmp_path, names), launches)
    assert [(row["matched_by"], row["name"]) for row in rows] == [
        ("order", names[0]), ("order", names[1]), ("name", "add"), ("none", None),
    ]  # fmt: skip
    assert joined(trace_of(tmp_path, names[:1]), launches[:1])[0]["matched_by"] == "function"


def csv_of(folder: Path, kernels: list[str], name: str = "measured.csv") -> Path:
    path = folder / name
    end = '"(128, 1, 1)","(1, 1, 1)","dram__bytes.sum","byte","1"'
    rows = [f'"{number}","1","{kernel}",{end}' for number, kernel in enumerate(kernels)]
    header = '"ID","Process ID","Kernel Name","Block Size","Grid Size","Metric Name","Metric Unit","Metric Value"'
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def test_notes_name_the_launches_that_match_nothing_and_those_that_order_decided(tmp_path: Path) -> None:
    lost = [f"void lost{n}<4>(T1)" for n in range(7)]
    path = trace_of(tmp_path, [*TWO, "add"])
    notes = analyzed(path, ncu=csv_of(tmp_path, ["add", "void gemm<4>(T1)", *lost, lost[0]])).notes
    assert [note for note in notes if "ncu" in note] == [
        "8 of 10 profiled launches in ncu's measured.csv match no kernel in the trace: void lost0<4>(T1), void "
        "lost1<4>(T1), void lost2<4>(T1), void lost3<4>(T1), void lost4<4>(T1) and 2 more (see ncu_join).",
        "1 of 10 profiled launches in ncu's measured.csv could belong to several kernels in the trace, because "
        "ncu shortens names. It was matched by grid, block and launch order: void gemm<4>(T1).",
    ]
    one = analyzed(path, ncu=csv_of(tmp_path, ["add", "gone"], "other.csv")).notes
    assert "1 of 2 profiled launches in ncu's other.csv matches no kernel in the trace: gone." in one
    assert not [note for note in analyzed(path, ncu=csv_of(tmp_path, ["add"], "all.csv")).notes if "ncu" in note]


def test_the_order_of_ten_launches_is_of_numbers(tmp_path: Path) -> None:
    """Keys are strings, which sort p/10 before p/2."""
    path = trace_of(tmp_path, TWO * 6)
    rows = joined(path, ncu.read(csv_of(tmp_path, ["void gemm<4>(T1)"] * 12)))
    assert [row["name"] for row in rows] == TWO * 6
    assert [row["launch"] for row in rows] == [f"measured.csv/{n}" for n in range(12)]
