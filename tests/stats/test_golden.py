"""Every cell of every report equals the output of nsys's own scripts for real traces."""

from __future__ import annotations

import csv
import gzip
import io
import tempfile
from functools import cache
from pathlib import Path

import pytest

from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.stats.answers import answers
from nsys_tools.stats.formats import parse_format, write
from nsys_tools.stats.reports import REPORTS
from nsys_tools.stats.requests import Request, parse_request
from tests.conformance import Table, first_difference
from tests.conftest import SHARED, SHARED_TRACES

DELIBERATE = Path(__file__).with_name("deliberate.csv")
SAVED = SHARED / "traces" / "nsys-stats"
# nsys-tools results where nsys counts kernels twice: count and sum are those of cuda_gpu_kern_sum.
SAXPY = "saxpy(double *, double *, double *, double, int)"
INSTEAD = {
    "nvtx_kern_sum": [
        ["saxpy", "PushPop", "1230493", "1230493", "5", "5", "88573480", "17714696.0", "17713960.0", "17700808",
         "17733416", "12992.1", SAXPY]
    ],
    "cuda_kern_exec_sum": [
        ["1230493", "1230493", "0", "5", "3", "17747468.6", "17746411.0", "17733532", "17766636", "13290.8", "32542.8",
         "31871.0", "30559", "35939", "2181.7", "1626.3", "1744.0", "1243", "1892", "340.1", "17714696.0",
         "17713960.0", "17700808", "17733416", "12992.1", "cudaLaunchKernel", SAXPY]
    ],
}  # fmt: skip


def deliberate() -> dict[tuple[str, str], str]:
    with DELIBERATE.open(encoding="utf-8", newline="") as text:
        return {(row["trace"], row["report"]): row["reason"] for row in csv.DictReader(text)}


def saved(trace: str, report: str) -> Table:
    file = SAVED / trace / f"{report}.csv.gz"
    if not file.is_file():
        return []
    with gzip.open(file, "rt", encoding="utf-8", newline="") as text:
        return list(csv.reader(io.StringIO(text.read())))


@cache
def ours(trace: str) -> dict[str, Table]:
    """Return all reports of a trace in nsys's machine-readable format, without reports that have no rows."""
    found = {}
    path = SHARED / "traces" / f"{trace}.sqlite"
    requests = [Request(report) for report in REPORTS]
    for answer in answers(lambda choice: open_trace(path, choice=choice, cache=False), requests):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "report.csv"
            if write(answer, parse_format("csv:machine"), file):
                with file.open(encoding="utf-8", newline="") as text:
                    found[answer.request.label] = list(csv.reader(text))
    return found


def difference(trace: str, report: str) -> str:
    """Describe the error in a report; return an empty string if it is correct."""
    theirs, mine = saved(trace, report), ours(trace).get(report, [])
    if (trace, report) not in deliberate():
        if theirs:
            return first_difference(mine, theirs)
        return "answers where nsys does not" if mine and (trace, report) not in ANSWERED_BETTER else ""
    return other_than_listed(report, mine, theirs)


def other_than_listed(report: str, mine: Table, theirs: Table) -> str:
    """Describe how a report that must differ does not differ as listed."""
    if mine[0] != theirs[0]:
        return "other headers"
    if mine[1:] == theirs[1:]:
        return "the difference is gone: take it off the list"
    if report in INSTEAD:
        return first_difference([mine[0], *INSTEAD[report]], mine)
    starts = sorted({row[4] for row in theirs[1:]}, key=int)
    if [row[4] for row in mine[1:]] != starts:
        return "not each kernel once"
    return "" if all(row in theirs for row in mine) else "a row that nsys has not"


@pytest.mark.parametrize("trace", SHARED_TRACES)
def test_every_cell_is_equal(trace: str) -> None:
    """This covers all 22 reports, with the exceptions in the table of deliberate differences."""
    if not SAVED.is_dir():
        pytest.skip("../shared/traces/nsys-stats is not here")
    found = {report.name: difference(trace, report.name) for report in REPORTS}
    assert {name: said for name, said in found.items() if said} == {}


# nsys 2023.4.4 rejects exports without its table of copy kinds, and traces that do not describe the GPU.
ANSWERED_BETTER = {
    (trace, report)
    for trace in ("saxpy_mpi", "schema_2021")
    for report in (
        "cuda_api_gpu_sum", "cuda_gpu_mem_size_sum", "cuda_gpu_mem_time_sum", "cuda_gpu_sum", "cuda_gpu_trace",
    )
} | {("two_gpu_after", "cuda_gpu_trace"), ("two_gpu_before", "cuda_gpu_trace")}  # fmt: skip


@pytest.mark.parametrize("trace", sorted({trace for trace, _ in ANSWERED_BETTER}))
def test_answers_where_nsys_refuses(trace: str) -> None:
    """All copies and memsets of such a trace are included: their count is that in the trace itself."""
    if not SAVED.is_dir():
        pytest.skip("../shared/traces/nsys-stats is not here")
    with open_trace(SHARED / "traces" / f"{trace}.sqlite", cache=False) as opened:
        operations = opened.sql("SELECT count(*) FROM gpu_operation WHERE kind <> 'graph'").rows()[0][0]
        memory = opened.sql("SELECT count(*) FROM gpu_operation WHERE kind IN ('copy', 'memset')").rows()[0][0]
        calls = opened.sql("SELECT count(*) FROM api_call").rows()[0][0]
    expected = {
        "cuda_gpu_trace": operations, "cuda_gpu_sum": operations, "cuda_api_gpu_sum": operations + calls,
        "cuda_gpu_mem_size_sum": memory, "cuda_gpu_mem_time_sum": memory,
    }  # fmt: skip
    for report in sorted(report for one, report in ANSWERED_BETTER if one == trace):
        rows = ours(trace)[report][1:]
        count = {"cuda_gpu_mem_size_sum": 1}.get(report, 2)
        got = len(rows) if report == "cuda_gpu_trace" else sum(int(row[count]) for row in rows)
        assert got == expected[report], report


def test_the_list_of_differences_is_short_and_has_reasons() -> None:
    found = deliberate()
    assert len(found) <= 3
    assert all(trace in SHARED_TRACES and parse_request(report) and reason for (trace, report), reason in found.items())
