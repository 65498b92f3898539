"""Every report on every odd trace equals the output of nsys 2023.4.4 byte for byte, or has a documented difference.

``pytest tests/goldens --update`` rewrites the output of nsys-tools where it deliberately differs (``ours/``). Review
the changes. The output of nsys (``nsys/``) is written only by ``make goldens``.
"""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pytest

from nsys_tools import tools
from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.stats.answers import answers
from nsys_tools.stats.reports import REPORTS
from nsys_tools.stats.requests import Request, parse_request
from nsys_tools.synthetic.builder import TraceBuilder
from tests.conformance import table, written
from tests.conftest import installed_nsys
from tests.goldens.build import P1, run
from tests.goldens.generate import NSYS, OURS, VERSION, asked, read, write
from tests.goldens.traces import TRACES

QUOTES = "quotes_and_lines"


def deliberate() -> dict[tuple[str, str], str]:
    with Path(__file__).with_name("deliberate.csv").open(encoding="utf-8", newline="") as text:
        return {(row["trace"], row["report"]): row["reason"] for row in csv.DictReader(text)}


def answered(trace: str) -> dict[str, str]:
    """Return the output of nsys-tools as text by report, without reports that have no rows."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = TRACES[trace].write(folder)
        requests = [Request(report) for report in REPORTS]
        found = answers(lambda choice: open_trace(path, choice=choice, cache=False), requests)
        texts = {answer.request.label: written(answer, folder) for answer in found}
    return {report: text for report, text in texts.items() if text}


def quoted_as_nsys_does(text: str) -> str:
    """Return a CSV file that quotes only cells with a comma, and does not double inner quotes."""
    rows = csv.reader(io.StringIO(text, newline=""))
    return "".join(",".join(f'"{cell}"' if "," in cell else cell for cell in row) + "\n" for row in rows)


@pytest.mark.parametrize("trace", TRACES)
def test_every_byte_is_that_of_nsys_or_a_reviewed_difference(trace: str, request: pytest.FixtureRequest) -> None:
    mine, theirs = answered(trace), read(NSYS, trace)
    if trace == QUOTES:
        mine = {report: quoted_as_nsys_does(text) for report, text in mine.items()}
    differing = {report for report in mine.keys() | theirs.keys() if mine.get(report) != theirs.get(report)}
    reviewed = {report for name, report in deliberate() if name == trace}
    if request.config.getoption("--update") and reviewed:
        write(OURS, trace, {report: text for report, text in mine.items() if report in reviewed})
    assert {r: mine.get(r) for r in differing - reviewed} == {r: theirs.get(r) for r in differing - reviewed}
    assert reviewed - differing == set(), "the difference is gone: take it off the list"
    assert {report: mine[report] for report in reviewed} == read(OURS, trace)


def test_what_nsys_writes_of_quotes_and_lines_cannot_be_read_back() -> None:
    """The reason for the one general difference: nsys's files are not valid CSV there, and those of nsys-tools are."""
    theirs, mine = read(NSYS, QUOTES)["cuda_gpu_kern_sum"], answered(QUOTES)["cuda_gpu_kern_sum"]
    columns = {len(row) for row in table(theirs)}
    assert {len(row) for row in table(mine)} == {9}
    assert columns != {9}
    assert {row[8] for row in table(mine)[1:]} > {'k<"a", 1>(int)', "two\nlines"}


def test_operations_of_a_window_without_ranges_are_outside(tmp_path: Path) -> None:
    """nsys 2023.4.4 prints this with --filter-time=1000ns/2000ns: the range is before it, two launches are in it."""
    with TraceBuilder(tmp_path / "case.sqlite") as builder:
        builder.range(P1, "before", 0, 500)
        run(builder, "k(int)", 100, 200, 10)
        run(builder, "k(int)", 1_100, 1_200, 10)
        run(builder, "k(int)", 1_300, 1_400, 20)
    request = parse_request("nvtx_gpu_proj_trace")
    found = answers(
        lambda choice: open_trace(tmp_path / "case.sqlite", choice=choice, cache=False), [request], (1_000, 2_000)
    )
    lines = [written(answer, tmp_path).splitlines()[1:] for answer in found]
    assert lines == [[",1200,220,,,,10,10,2,,0,,,"]]


def test_the_list_of_differences_names_goldens_and_has_reasons() -> None:
    names = {report.name for report in REPORTS}
    found = deliberate()
    assert all(trace in TRACES and report in names and reason for (trace, report), reason in found.items())
    assert {file.stem for file in OURS.glob("*.txt")} == {trace for trace, _ in found}
    assert {file.stem for file in NSYS.glob("*.txt")} == set(TRACES)


def test_every_report_has_rows_in_several_goldens() -> None:
    for report in REPORTS:
        assert sum(report.name in read(NSYS, trace) for trace in TRACES) >= 3, report.name


@pytest.mark.nsys
@pytest.mark.parametrize("trace", TRACES)
def test_the_goldens_are_what_an_installed_nsys_prints(trace: str) -> None:
    nsys = installed_nsys()
    found = tools.version(nsys) or "unknown"
    if not found.startswith(VERSION):
        pytest.skip(f"the goldens are of nsys {VERSION}, and this is {found}")
    assert asked(TRACES[trace], nsys) == read(NSYS, trace)
