"""Reports in columns and boxes equal the output of an installed nsys to the byte, and the committed output."""

from __future__ import annotations

import locale
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.stats.answers import answers
from nsys_tools.stats.formats import parse_format, write
from nsys_tools.stats.layout import Layout, lines
from nsys_tools.stats.reports import REPORTS
from nsys_tools.stats.requests import parse_request
from nsys_tools.synthetic.builder import START_END, TraceBuilder
from tests.case import OTHER_THREAD, PROCESS, THREAD, build
from tests.conftest import SHARED, SHARED_TRACES, installed_nsys

GOLDEN = Path(__file__).with_name("golden")
LONG = "void kernel<" + ", ".join(f"Policy{n}<float, {n}>" for n in range(9)) + ">(float *, int)"
NO_DATA = "no data was returned"
# (trace, report): nsys counts kernels twice there; see tests/report/deliberate.csv.
DELIBERATE = {("saxpy_mpi", report) for report in ("cuda_kern_exec_sum", "cuda_kern_exec_trace", "nvtx_kern_sum")}


def fill(builder: TraceBuilder) -> None:
    """Add long, truncated, empty, non-ASCII and numeric names, large and negative times."""
    builder.gpu("NVIDIA H100", sm_count=132, clock_hz=10**9, memory=80 * 10**9, bandwidth=3 * 10**12)
    builder.add("ThreadNames", nameId=builder.string("main"), globalTid=THREAD)
    names = [LONG, "äöü 日本語 😀", "k(int)", "12345", "1e5", "+7", "007"]
    for place, name in enumerate(names):
        start = 2_000_000_000 * place - 500
        builder.range(THREAD, name, start, start + 1_000_000_000)
        correlation = builder.correlation(PROCESS)
        builder.call(THREAD, "cudaLaunchKernel_v7000", start + 10, start + 400, correlation)
        builder.kernel(PROCESS, name, start + 500, start + 900_000_000 + place, correlation, grid=(10**place, 1, 1))
        builder.copy(PROCESS, 1 + place % 2, 10**place, start + 600, start + 700, correlation + 100)
    builder.range(THREAD, "", 0, 5)
    builder.range(OTHER_THREAD, "apart", 5, 9_000, event_type=START_END)


def many(builder: TraceBuilder) -> None:
    """Add ranges that become wider after the first 100 rows, which determine the widths."""
    for place in range(110):
        name = "late and long" if place >= 100 else str(place)
        builder.range(THREAD, name, 10**place if place < 15 else 10**15 + place, 10**15 + place + 1)


def ours(trace: Path, request: str, form: str, *, time: str = "ns") -> str:
    """Return an nsys-tools report; empty without rows."""
    file = trace.parent / "ours.txt"
    asked = [parse_request(request)]
    for answer in answers(lambda choice: open_trace(trace, choice=choice), asked):
        return file.read_text(encoding="utf-8") if write(answer, parse_format(form, time=time), file) else ""
    raise AssertionError("no answer")


def theirs(trace: Path, request: str, form: str, *more: str) -> str:
    """Return a report as printed by the installed nsys; empty if it has no rows."""
    command = [str(installed_nsys()), "stats", "-q", "-r", request, "-f", form, "--force-export=false", *more]
    environment = os.environ | {"LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [*command, str(trace)], capture_output=True, encoding="utf-8", check=True, env=environment, cwd=trace.parent
    )
    # The console adds the empty line after each report.
    return "" if NO_DATA in done.stdout else done.stdout.removesuffix("\n")


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("odd"), fill)


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("late"), many)


@pytest.fixture
def trace(request: pytest.FixtureRequest, odd: Path, late: Path, sample: tuple[Path, object]) -> Path:
    return {"odd": odd, "late": late, "sample": sample[0]}[request.param]


def same(trace: Path, form: str) -> list[str]:
    """Compare all reports of a trace; return those with rows."""
    shown = []
    for report in REPORTS:
        # If nsys rejects the trace, nsys-tools may still answer.
        if expected := theirs(trace, report.name, form):
            assert ours(trace, report.name, form) == expected, report.name
            shown.append(report.name)
    return shown


@pytest.mark.nsys
@pytest.mark.parametrize("form", ["column", "table"])
@pytest.mark.parametrize(("trace", "least"), [("odd", 18), ("late", 3), ("sample", 16)], indirect=["trace"])
def test_every_report_is_that_of_nsys(trace: Path, least: int, form: str) -> None:
    assert len(same(trace, form)) >= least


@pytest.mark.nsys
@pytest.mark.parametrize("kind", ["column", "table"])
@pytest.mark.parametrize(
    "arguments",
    ["nohdr", "nofmt", "mem=B:dur=us", "noconv", "nohdrunit", "addr=uint", "colmax=7", "colmax=0", "autolines=2",
     "autolines=0", "8", ".:0:12", "0:0:0", "30:.:0:nofmt"],
)  # fmt: skip
def test_options_are_those_of_nsys(odd: Path, kind: str, arguments: str) -> None:
    form = f"{kind}:{arguments}"
    for report in ("cuda_gpu_trace", "cuda_gpu_kern_sum:base"):
        expected = theirs(odd, report, form)
        assert expected
        assert ours(odd, report, form) == expected, report


@pytest.mark.nsys
def test_units_of_time_are_those_of_nsys(odd: Path) -> None:
    assert ours(odd, "cuda_api_trace", "column", time="ms") == theirs(
        odd, "cuda_api_trace", "column", "--timeunit=msec"
    )


@pytest.mark.nsys
@pytest.mark.parametrize("name", SHARED_TRACES)
def test_reports_of_real_traces_are_those_of_nsys(name: str, tmp_path: Path) -> None:
    source = SHARED / "traces" / f"{name}.sqlite"
    if not source.is_file():
        pytest.skip(f"../shared/traces/{source.name} is not here")
    trace = Path(shutil.copy(source, tmp_path))
    for report in (r.name for r in REPORTS if (name, r.name) not in DELIBERATE):
        # If nsys rejects the trace, nsys-tools may still answer: tests/report/test_golden.py lists these cases.
        if expected := theirs(trace, report, "column"):
            assert ours(trace, report, "column") == expected, report


@pytest.mark.parametrize("report", ["cuda_gpu_trace", "nvtx_sum", "cuda_gpu_kern_sum"])
@pytest.mark.parametrize("form", ["column", "table"])
def test_reports_are_those_committed(odd: Path, report: str, form: str) -> None:
    expected = (GOLDEN / f"{report}.{form}.txt").read_text(encoding="utf-8")
    assert ours(odd, report, form) == expected


def laid_out(rows: list[tuple[str | None, ...]], layout: Layout | None = None, *, boxed: bool = False) -> list[str]:
    titles = [*("ab", "Value")[: len(rows[0])]]
    return list(lines(titles, rows, layout or Layout(), boxed=boxed))


def test_points_are_aligned_and_words_are_not() -> None:
    assert laid_out([("x", "1.25"), ("y", "100"), (None, "1e3"), ("z", "n/a"), ("", "-7.5")]) == [
        " ab  Value ", " --  ------", " x     1.25", " y   100   ", "      1e+03", " z      n/a", "      -7.5 ",
    ]  # fmt: skip


def test_a_column_is_fitted_to_the_first_100_rows() -> None:
    rows: list[tuple[str | None, ...]] = [("1", "x")] * 100 + [("12345", "longer than the header")]
    assert laid_out(rows)[-2:] == ["  1  x    ", " 1…  long…"]
    assert laid_out(rows, Layout(sampled_rows=0))[-1] == " 12345  longer than the header"


def test_hidden_columns_leave_an_empty_one() -> None:
    assert laid_out([("1", "x")], Layout(widths=(0,)), boxed=True) == [
        "+-------+--+", "| Value |  |", "+-------+--+", "| x     |  |", "+-------+--+",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sizes", "separator", "point", "shown"),
    [
        ([3, 3, 0], ",", ".", ["-1,234,567.50", "12", "123,456,789,012,345,678,901"]),
        ([3, 2, 0], ",", ".", ["-12,34,567.50", "12", "12,34,56,78,90,12,34,56,78,901"]),
        ([3, 0], ".", ",", ["-1.234.567,50", "12", "123.456.789.012.345.678.901"]),
        ([], "", ".", ["-1234567.50", "12", "123456789012345678901"]),
        ([locale.CHAR_MAX], ",", ".", ["-1234567.50", "12", "123456789012345678901"]),
    ],
)
def test_digits_are_grouped_as_the_locale_says(
    monkeypatch: pytest.MonkeyPatch, sizes: list[int], separator: str, point: str, shown: list[str]
) -> None:
    said = {"grouping": sizes, "thousands_sep": separator, "decimal_point": point}
    monkeypatch.setattr(locale, "localeconv", lambda: said)
    found = laid_out([("-1234567.50",), ("+12",), ("123456789012345678901",)])[2:]
    assert [line.strip() for line in found] == shown
