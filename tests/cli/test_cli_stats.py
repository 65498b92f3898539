"""``nsys-tools stats``: formats, files, units, filters and rejected input."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import PROCESS, THREAD, build
from tests.commands import refused, run


def fill(builder: TraceBuilder) -> None:
    """Add two kernels in a range, a copy, and a name that must not break any format."""
    builder.range(THREAD, "step", 100, 5_000)
    for start, end in [(1_000, 2_500), (3_000, 4_000)]:
        correlation = builder.correlation(PROCESS)
        builder.call(THREAD, "cudaLaunchKernel_v7000", start - 500, start - 400, correlation)
        builder.kernel(PROCESS, 'void k<"a,b">(int)', start, end, correlation)
    builder.copy(PROCESS, 1, 2_500_000, 6_000, 7_000, 99)


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    return build(tmp_path, fill)


def printed(trace: Path, *arguments: str) -> str:
    done = run("stats", trace.name, *arguments, cwd=trace.parent)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_csv_for_people(trace: Path) -> None:
    rows = list(csv.reader(io.StringIO(printed(trace, "-r", "gpukernsum", "-f", "csv").strip())))
    assert rows == [
        ["Time (%)", "Total Time (ns)", "Instances", "Avg (ns)", "Med (ns)", "Min (ns)", "Max (ns)", "StdDev (ns)",
         "Name"],
        ["100.0", "2500", "2", "1250.0", "1250.0", "1000", "1500", "353.6", 'void k<"a,b">(int)'],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "header", "cell"),
    [
        ("csv", "Total (MB)", "2.500"),
        ("csv:noconv", "Total (B)", "2500000"),
        ("csv:mem=KiB", "Total (KiB)", "2441.41"),
        ("csv:nohdrunit", "Total", "2.500"),
        ("csv:machine", "Total:mem_B", "2500000"),
        ("csv:bytes=GB", "Total (GB)", "0.003"),
    ],
)
def test_units_of_memory(trace: Path, form: str, header: str, cell: str) -> None:
    head, row = printed(trace, "-r", "cuda_gpu_mem_size_sum", "-f", form).strip().splitlines()
    assert (head.split(",")[0], row.split(",")[0]) == (header, cell)


@pytest.mark.parametrize(
    ("unit", "header", "cell"),
    [("usec", "us", "2.500"), ("milli", "ms", "0.0025"), ("sec", "sec", "0.0000"), ("nsec", "ns", "2500")],
)
def test_units_of_time(trace: Path, unit: str, header: str, cell: str) -> None:
    head, row = printed(trace, "-r", "cuda_gpu_kern_sum", "-f", "csv", "--timeunit", unit).strip().splitlines()
    assert (head.split(",")[1], row.split(",")[1]) == (f"Total Time ({header})", cell)


def test_json_keeps_digits_and_escapes(trace: Path) -> None:
    found = printed(trace, "-r", "cuda_gpu_kern_sum:base", "-f", "json")
    assert '"Avg (ns)": 1250.0' in found
    assert json.loads(found)[0]["Name"] == "k"
    full = json.loads(printed(trace, "-r", "cuda_gpu_trace", "-f", "json"))
    assert full[0]["Name"] == 'void k<"a,b">(int)'
    assert full[0]["Bytes (MB)"] == ""
    assert full[2]["Bytes (MB)"] == 2.5


def test_tables(trace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    column = printed(trace, "-r", "cuda_gpu_kern_sum")
    assert " ** CUDA GPU Kernel Summary (cuda_gpu_kern_sum):" in column
    assert "    100.0             2500          2    1250.0" in column
    table = printed(trace, "-r", "cuda_gpu_kern_sum", "-f", "table")
    assert "| Time (%) | Total Time (ns) |" in table
    html = printed(trace, "-r", "cuda_gpu_kern_sum", "-f", "htable")
    assert html.startswith("<table>")
    assert "void k&lt;&quot;a,b&quot;&gt;(int)" in html
    tabs = printed(trace, "-r", "cuda_gpu_kern_sum", "-f", "tsv:nohdr").rstrip("\n")
    assert tabs.split("\t")[-1] == 'void k<"a,b">(int)'


def test_files_and_overwriting(trace: Path) -> None:
    arguments = ("-r", "cuda_gpu_kern_sum:base:nvtx-name,nvtx_sum", "-f", "csv,table", "-o", ".,out")
    first = run("stats", trace.name, *arguments, cwd=trace.parent)
    assert first.stdout == ""
    assert "written to case_cuda_gpu_kern_sum_base_nvtx-name.csv" in first.stderr
    written = trace.parent / "case_cuda_gpu_kern_sum_base_nvtx-name.csv"
    assert written.read_text(encoding="utf-8").splitlines()[1].endswith(",step/k")
    assert (trace.parent / "out_nvtx_sum.txt").is_file()
    written.write_text("mine", encoding="utf-8")
    assert "exists" in run("stats", trace.name, *arguments, cwd=trace.parent).stderr
    assert written.read_text(encoding="utf-8") == "mine"
    run("stats", trace.name, *arguments, "--force-overwrite", "-q", cwd=trace.parent)
    assert written.read_text(encoding="utf-8") != "mine"


def test_filters(trace: Path) -> None:
    def kernels(*arguments: str) -> list[str]:
        lines = printed(trace, "-r", "cuda_gpu_trace", "-f", "csv:nohdr", "-q", *arguments).split()
        return [line.partition(",")[0] for line in lines if line[0].isdigit()]

    assert kernels() == ["1000", "3000", "6000"]
    assert kernels("--filter-time", "2.5us/3us") == ["1000", "3000"]
    assert kernels("--filter-nvtx", "step") == ["1000", "3000"]
    assert kernels("--filter-nvtx", "step", "--filter-time", "6us/") == ["1000", "3000"]


def test_reports_without_data_are_named_and_skipped(trace: Path) -> None:
    done = run("stats", trace.name, "-r", "osrt_sum,nvtx_sum", "-f", "csv", cwd=trace.parent)
    assert done.returncode == 0
    assert done.stderr == "osrt_sum: skipped: case.sqlite does not contain OS runtime data.\n"
    assert done.stdout.startswith("Time (%)")
    quiet = run("stats", trace.name, "-r", "osrt_sum", "-q", cwd=trace.parent)
    assert (quiet.stdout, quiet.stderr) == ("", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-r", "cuda_gpu_kern_sums"], "Did you mean: cuda_gpu_kern_sum"),
        (["-r", "nvtx_sum:base"], "nvtx_sum does not take the argument 'base'"),
        (["-r", "um_sum:rows=x"], "Valid arguments: rows=N"),
        (["-r", "cuda_gpu_sum:base:mangled"], "are mutually exclusive"),
        (["-f", "pdf"], "Unknown format 'pdf'"),
        (["-f", "csv:dur=weeks"], "does not take the argument 'dur=weeks'"),
        (["--timeunit", "weeks"], "is not a time unit"),
        (["--filter-time", "2/1"], "the start is after the end"),
        (["--filter-nvtx", "nothing"], "has no NVTX range 'nothing'"),
        (["-o", "@less"], "commands are not supported"),
        (["-o", "no/such/folder/x", "-f", "csv", "-r", "nvtx_sum"], "cannot be written"),
    ],
)
def test_refusals(trace: Path, arguments: list[str], said: str) -> None:
    code = 1 if said in ("has no NVTX range 'nothing'", "cannot be written") else 2
    assert said in refused("stats", trace.name, *arguments, cwd=trace.parent, code=code)


def test_help_of_reports(tmp_path: Path) -> None:
    lines = run("stats", "--help-reports", cwd=tmp_path).stdout.splitlines()
    names = [
        line[2:].partition("[")[0].partition(" ")[0] for line in lines if line[:2] in {"* ", "  "} and line[2:3] != " "
    ]
    assert len(names) == 22
    assert "* nvtx_sum -- NVTX Range Summary" in lines


def test_reports_written_side_by_side_are_those_written_alone(trace: Path, tmp_path: Path) -> None:
    names = ["cuda_gpu_kern_sum", "cuda_api_sum", "um_sum", "cuda_gpu_trace", "cuda_gpu_sum"]
    forms = ["csv", "json", "column", "tsv", "csv"]
    together = run(
        "stats", str(trace), "-r", ",".join(names), "-f", ",".join(forms), "-o", str(tmp_path / "a"), cwd=tmp_path
    )
    said = []
    for name, form in zip(names, forms, strict=True):
        said.append(run("stats", str(trace), "-r", name, "-f", form, "-o", str(tmp_path / "b"), cwd=tmp_path).stderr)
    assert together.stderr == "".join(said).replace(str(tmp_path / "b"), str(tmp_path / "a"))
    written = {file.name[2:]: file.read_text(encoding="utf-8") for file in tmp_path.glob("a_*")}
    assert written == {file.name[2:]: file.read_text(encoding="utf-8") for file in tmp_path.glob("b_*")}
    assert len(written) == 4
    assert not list(tmp_path.glob(".nsys-tools-*"))
