"""ncu metrics: every form of its CSV, every unit, its recordings, and the real profiles of six kernels."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import nsys_tools as nt
from nsys_tools.errors import NsysToolsError
from nsys_tools.sources import ncu
from nsys_tools.sources.ncu import units
from tests.case import text
from tests.conftest import SHARED

REAL = SHARED / "deepseek-ocr" / "ncu"

# As printed by ncu 2024 and later: rows of rules have all 20 fields, rows of metrics 16; other ncu output around them.
DETAILS = """
==PROF== Connected to process 12 (python)
==PROF== Profiling "gemm" - 0: 0%....100% - 8 passes
"ID","Process ID","Process Name","Host Name","Kernel Name","Context","Stream","Block Size","Grid Size","Device","CC",\
"Section Name","Metric Name","Metric Unit","Metric Value","Rule Name","Rule Type","Rule Description",\
"Estimated Speedup Type","Estimated Speedup"
"0","12","py","h","void gemm<(int)4>(T1)","1","7","(256, 1, 1)","(8, 2, 1)","0","9.0",\
"Command line profiler metrics","dram__bytes_read.sum","Mbyte","1.50",
"0","12","py","h","void gemm<(int)4>(T1)","1","7","(256, 1, 1)","(8, 2, 1)","0","9.0",\
"Command line profiler metrics","dram__bytes_write.sum","Kbyte","500",
"0","12","py","h","void gemm<(int)4>(T1)","1","7","(256, 1, 1)","(8, 2, 1)","0","9.0",\
"Command line profiler metrics","sm__ops_path_tensor_src_bf16_dst_fp32.sum","","4,000,000",
"0","12","py","h","void gemm<(int)4>(T1)","1","7","(256, 1, 1)","(8, 2, 1)","0","9.0",\
"Command line profiler metrics","sm__ops_path_tensor_src_bf16_dst_bf16.sum","","n/a",
"0","12","py","h","void gemm<(int)4>(T1)","1","7","(256, 1, 1)","(8, 2, 1)","0","9.0",\
"GPU Speed Of Light Throughput","Memory Throughput","%","27.5",
"0","12","py","h","void gemm<(int)4>(T1)","1","7","(256, 1, 1)","(8, 2, 1)","0","9.0",\
"GPU Speed Of Light Throughput","Duration","us","1,002.5",
"0","12","py","h","void gemm<(int)4>(T1)","1","7","(256, 1, 1)","(8, 2, 1)","0","9.0",\
"SpeedOfLight","","","","SOLBottleneck","OPT","Low, ""very"" low","local","67.9"
"0","12","py","h","void gemm<(int)4>(T1)","1","7","(256, 1, 1)","(8, 2, 1)","0","9.0",\
"Memory Workload Analysis","Memory Throughput","Gbyte/s","156.55",
==PROF== Disconnected from process 12
"""

# --page raw: one column per metric, units in the second line.
RAW = """
"ID","Process ID","Process Name","Host Name","Kernel Name","Context","Stream","Block Size","Grid Size","Device","CC",\
"dram__bytes_read.sum","dram__bytes_write.sum","gpu__compute_memory_throughput.avg.pct_of_peak_sustained_elapsed",\
"gpu__time_duration.sum","launch__func_cache_config","sm__ops_path_tensor_src_bf16_dst_fp32.sum"
"","","","","","","","","","","","Kbyte","Mbyte","%","usecond","",""
"0","12","py","h","void gemm<4>(Params)","1","7","(256, 1, 1)","(8, 2, 1)","0","9.0",\
"1,500","0.5","27.5","1,002.5","CachePreferNone","4,000,000"
step 3, loss 2, a, b, c, d, e, f, g, h, i, j
"1","12","py","h","void add<4>(Params)","1","7","(128, 1, 1)","(9, 1, 1)","0","9.0",\
"3","0","94","2","CachePreferNone","0"
==PROF== Disconnected from process 12
"""

# --metrics of 2022: no sizes, an obsolete column, and the program's output.
LONG = """
loading "checkpoint" ...
"ID","Process ID","Process Name","Host Name","Kernel Name","Kernel Time","Context","Stream","Section Name",\
"Metric Name","Metric Unit","Metric Value"
"3","12","py","h","gemm","2022-Jan-01","1","7","Command line profiler metrics","dram__bytes.sum","Kbyte","2,000"
"unbalanced words of the program
"3","12","py","h","gemm","2022-Jan-01","1","7","Command line profiler metrics",\
"sm__ops_path_tensor_src_bf16_dst_fp32.sum","inst","4,000,000"
"""

SUMMARY = """
"Process ID","Process Name","Host Name","Kernel Name","Block Size","Grid Size","Device","CC","Invocations",\
"Section Name","Metric Name","Metric Unit","Minimum","Maximum","Average"
"12","py","h","gemm","(256, 1, 1)","(8, 2, 1)","0","9.0","3","Command line profiler metrics","dram__bytes.sum",\
"Mbyte","1","3","2"
"12","py","h","gemm","(256, 1, 1)","(8, 2, 1)","0","9.0","3","Command line profiler metrics",\
"sm__ops_path_tensor_src_bf16_dst_fp32.sum","","3000000","5000000","4000000"
"""


def write(folder: Path, content: str, name: str = "ncu.csv") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def figures(path: Path, *columns: str) -> list[tuple[Any, ...]]:
    """Return columns of ncu_kernel."""
    with nt.open(ncu=path) as trace:
        return trace.sql(f"SELECT {', '.join(columns)} FROM ncu_kernel ORDER BY launch").rows()


@pytest.mark.parametrize("content", [DETAILS, RAW, LONG, SUMMARY], ids=["details", "raw", "long", "summary"])
def test_every_form_gives_the_same_intensity(tmp_path: Path, content: str) -> None:
    """2,000,000 bytes and 4,000,000 operations, however they are printed."""
    first = figures(write(tmp_path, content), "dram_bytes", "tensor_flops", "dram_intensity")[0]
    assert first == (pytest.approx(2e6), 4e6, pytest.approx(2.0))


def test_throughput_and_time_of_details_and_raw_are_the_same(tmp_path: Path) -> None:
    """The bandwidth with the same label in another section is not a percentage of a peak."""
    columns = ("memory_throughput_ratio", "locked_duration_ns", "grid_y", "block_x")
    expected = (pytest.approx(0.275), pytest.approx(1_002_500), 2, 256)
    assert figures(write(tmp_path, DETAILS), *columns)[0] == expected
    assert figures(write(tmp_path, RAW), *columns)[0] == expected


def test_no_tensor_operations_is_no_intensity(tmp_path: Path) -> None:
    """A line of the program, with any number of commas, is not a launch."""
    found = figures(write(tmp_path, RAW), "kernel", "dram_intensity")
    assert found == [("void gemm<4>(Params)", pytest.approx(2.0)), ("void add<4>(Params)", None)]


def test_scalar_operations_stand_in_where_tensor_cores_did_nothing(tmp_path: Path) -> None:
    names = ["ffma", "fadd", "fmul", "dfma"]
    header = ",".join(f'"{u}__sass_thread_inst_executed_op_{n}_pred_on.sum"' for u in ("sm", "smsp") for n in names)
    content = (
        f'"ID","Kernel Name","dram__bytes.sum",{header}\n"","","byte"' + ',"inst"' * 8 + "\n"
        '"0","k","100","10","3","4","1","10","3","4","1"\n'
    )
    assert figures(write(tmp_path, content), "scalar_flops", "dram_intensity") == [(29.0, 0.29)]


def test_sparse_parts_are_not_added_to_their_whole(tmp_path: Path) -> None:
    path = "sm__ops_path_tensor_src_fp16_dst_fp32"
    content = (
        f'"ID","Kernel Name","{path}.sum","{path}_sparsity_on.sum","{path}_sparsity_off.sum",'
        '"sm__ops_path_tensor_src_int8.sum"\n"","","","","",""\n"0","k","30","10","20","99"\n'
        '"1","k","","10","20","99"\n'
    )
    assert figures(write(tmp_path, content), "tensor_flops") == [(30.0,), (30.0,)]


def test_pages_of_one_profile_are_one_launch(tmp_path: Path) -> None:
    write(tmp_path, DETAILS, "a/details.csv")
    write(tmp_path, DETAILS.replace("1.50", "n/a"), "a/again.csv")
    write(tmp_path, DETAILS, "b/details.csv")
    write(tmp_path, "x,y\n1,2\n", "b/other.csv")
    assert figures(tmp_path, "launch", "dram_bytes") == [("a/0", 2e6), ("b/0", 2e6)]


def test_launches_of_two_processes_are_kept_apart(tmp_path: Path) -> None:
    write(tmp_path, DETAILS, "one.csv")
    write(tmp_path, DETAILS.replace('"0","12"', '"0","13"').replace("500", "1,500"), "two.csv")
    assert figures(tmp_path, "launch", "dram_bytes") == [("0", 2e6), ("0 (2)", 3e6)]


@pytest.mark.parametrize(
    ("unit", "name", "factor"),
    [
        ("Kbyte", "bytes", 1e3), ("Mbyte", "bytes", 1e6), ("Gbyte", "bytes", 1e9), ("byte", "bytes", 1),
        ("KiB", "bytes", 1024), ("MB", "bytes", 1e6), ("nsecond", "ns", 1), ("usecond", "ns", 1e3), ("us", "ns", 1e3),
        ("msecond", "ns", 1e6), ("ms", "ns", 1e6), ("second", "ns", 1e9), ("s", "ns", 1e9), ("ns", "ns", 1),
        ("Ghz", "Hz", 1e9), ("Mhz", "Hz", 1e6), ("cycle/nsecond", "Hz", 1e9), ("cycle/usecond", "Hz", 1e6),
        ("cycle/second", "Hz", 1), ("Gbyte/s", "bytes/s", 1e9), ("Tbyte/second", "bytes/s", 1e12),
        ("byte/nsecond", "bytes/s", 1e9), ("Kbyte/block", "bytes/block", 1e3), ("inst/cycle", "inst/cycle", 1),
        ("register/thread", "register/thread", 1), ("Kinst", "inst", 1e3), ("%", "%", 1), ("", "", 1),
        ("furlong", "furlong", 1), ("byte/furlong", "byte/furlong", 1),
    ],
)  # fmt: skip
def test_units(unit: str, name: str, factor: float) -> None:
    assert units.base(unit) == (name, pytest.approx(factor))


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("12,532,580,352", 12_532_580_352), ("0", 0), ("1.28", 1.28), ("4.0e-05", 4e-05), ("-3", -3), (" 7 ", 7),
        ("12 (3; 4; 5)", 12), ("n/a", None), ("", None), ("nan", None), ("inf", None), ("CachePreferNone", None),
        ("9,00", None), ("1.234,5", None), ("-", None), ("1,2345", None), ("0x10", None), ("1e999", None),
    ],
)  # fmt: skip
def test_numbers(printed: str, value: float | None) -> None:
    """A decimal comma is rejected and not read as a value 100 times as large."""
    assert units.number(printed) == value


def test_what_is_not_of_ncu_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NsysToolsError, match="not an Nsight Compute CSV"):
        ncu.read(write(tmp_path, "a,b\n1,2\n", "other.csv"))
    with pytest.raises(NsysToolsError, match="cannot be read"):
        ncu.read(tmp_path / "none.csv")
    with pytest.raises(NsysToolsError, match="contains no Nsight Compute CSV"):
        ncu.read(tmp_path)
    assert ncu.read(write(tmp_path, RAW.splitlines()[1] + "\n", "header.csv")) == []


def metric(value: object, unit: str = "") -> SimpleNamespace:
    return SimpleNamespace(value=lambda: value, unit=lambda: unit)


def recorded(actions: list[dict[str, SimpleNamespace]]) -> ModuleType:
    """Return a module like ncu_report with one range of these actions."""
    kernels = [
        SimpleNamespace(
            NameBase_DEMANGLED=1, name=lambda base: "void gemm<4>(Params)" if base == 1 else "gemm",
            metric_names=lambda held=held: list(held), metric_by_name=held.get,
        )
        for held in actions
    ]  # fmt: skip
    one = SimpleNamespace(num_actions=lambda: len(kernels), action_by_idx=kernels.__getitem__)
    context = SimpleNamespace(num_ranges=lambda: 1 if kernels else None, range_by_idx=lambda _: one)
    module = ModuleType("ncu_report")
    module.load_report = lambda _: context  # type: ignore[attr-defined]
    return module


def test_a_recording_is_read_through_ncu_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = {f"launch__{what}_dim_{axis}": metric(n) for what, n in (("grid", 8), ("block", 4)) for axis in "xyz"}
    counted = {
        "dram__bytes_read.sum": metric(1500.0, "Kbyte"), "dram__bytes_write.sum": metric(500_000, "byte"),
        "sm__ops_path_tensor_src_bf16_dst_fp32.sum": metric(4_000_000), "device__attribute_name": metric("card"),
    }  # fmt: skip
    monkeypatch.setitem(sys.modules, "ncu_report", recorded([counted | sizes]))
    path = write(tmp_path, "", "kernel.ncu-rep")
    columns = ("launch", "kernel", "grid_x", "block_z", "dram_intensity")
    assert figures(path, *columns) == [("kernel.ncu-rep/0", "void gemm<4>(Params)", 8, 4, 2.0)]
    write(tmp_path, RAW, "raw.csv")
    assert [row[0] for row in figures(tmp_path, "launch")] == ["0", "1"], "the CSV beside it says the same"


def test_recordings_that_cannot_be_read_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, "", "kernel.ncu-rep")
    monkeypatch.setitem(sys.modules, "ncu_report", recorded([]))
    with pytest.raises(NsysToolsError, match="no profiled kernel"):
        ncu.read(path)
    monkeypatch.setitem(sys.modules, "ncu_report", None)
    with pytest.raises(NsysToolsError, match="not installed") as refused:
        ncu.read(path)
    assert "--page raw" in refused.value.hint


def test_six_kernels_of_deepseek_ocr() -> None:
    if not REAL.is_dir():
        pytest.skip("../shared/deepseek-ocr/ncu is not here")
    rows = figures(REAL, "substr(launch, 8, 4)", "round(dram_intensity, 1)", "round(memory_throughput_ratio, 2)")
    shown = "\n".join(f"{launch} {intensity} {throughput}" for launch, intensity, throughput in rows)
    assert shown == text(
        """
        0001 None 0.2
        0002 None 0.54
        0005 716.1 0.28
        0009 96.5 0.37
        0010 None 0.94
        0016 717.6 0.26
        """
    )
