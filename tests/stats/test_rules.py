"""The expert-system rules compared with ``nsys analyze``; their arguments, formats and messages."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import subprocess
from contextlib import closing, suppress
from pathlib import Path

import pytest

import nsys_tools as nt
from nsys_tools.stats.requests import parse_request
from nsys_tools.stats.rules import ORDER, RULES, parse_rule
from nsys_tools.synthetic.builder import TraceBuilder, process_key
from tests.case import SYNC, THREAD, build
from tests.commands import refused, run
from tests.conformance import Table, first_difference
from tests.conftest import SHARED, installed_nsys
from tests.queries.test_rule import MS, copies, kernels
from tests.recipes import traces

NAMES = sorted(rule.name for rule in RULES.members)
ANSWERS = SHARED / "traces" / "nsys-rules"


def written(trace: Path, *rules: str, form: str = "csv:machine", nvtx: str = "", times: str = "") -> tuple[str, str]:
    """Return the output of rules, and their messages."""
    console = io.StringIO()
    said = nt.write_rules(
        trace, rules, formats=[form], console=console, cache=False, filter_nvtx=nvtx, filter_time=times
    )  # fmt: skip
    lines = "".join(f"{line}\n" for line in said)
    return console.getvalue(), lines


def table(text: str) -> Table:
    return [row for row in csv.reader(io.StringIO(text, newline="")) if row]


def test_every_cell_is_that_of_nsys(shared_trace: Path) -> None:
    """For the six rules: the output of nsys's own scripts, including hidden columns, or no output."""
    if not ANSWERS.is_dir():
        pytest.skip("../shared/traces/nsys-rules is not here")
    for name in NAMES:
        ours, said = written(shared_trace, name)
        golden = ANSWERS / shared_trace.stem / f"{name}.csv"
        if golden.is_file():
            assert first_difference(table(ours), table(golden.read_text(encoding="utf-8"))) == "", name
            continue
        refusal = golden.with_suffix(".none").read_text(encoding="utf-8")
        if "ENUM_" not in refusal:
            assert ours == "", name
            assert ("does not contain" in said) == ("required CUDA data" in refusal), (name, said)


@pytest.mark.parametrize("trace", ["saxpy_mpi", "schema_2021"])
def test_exports_without_enum_tables_are_answered(trace: str) -> None:
    path = SHARED / "traces" / f"{trace}.sqlite"
    if not path.is_file():
        pytest.skip(f"../shared/traces/{path.name} is not here")
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        starts = database.execute("""
            SELECT m.start FROM CUPTI_ACTIVITY_KIND_MEMCPY m
            JOIN CUPTI_ACTIVITY_KIND_RUNTIME r ON r.correlationId = m.correlationId
            JOIN StringIds s ON s.id = r.nameId
            WHERE s.value LIKE 'cudaMemcpy%' AND s.value NOT LIKE '%Async%' AND (m.copyKind <> 1 OR m.bytes > 64000)
        """).fetchall()
    rows = table(written(path, "cuda_memcpy_sync:rows=-1")[0])[1:]
    assert sorted(int(row[1]) for row in rows) == sorted(start for (start,) in starts)
    assert {cell for row in rows for cell in row[2:4]} == {"Pageable", "Device"}


# A rule with arguments, and the filters of the command: --filter-time, --filter-nvtx.
ASKED: list[tuple[str, str, str]] = [(name, "", "") for name in NAMES] + [
    ("cuda_api_sync:rows=2", "", ""), ("cuda_api_sync:thread=300", "", ""), ("cuda_api_sync", "", "step/1"),
    ("cuda_api_sync:process=101:rows=-1", "", ""), ("cuda_memcpy_async", "1500us/3400us", ""),
    ("cuda_memcpy_async:start=800000:end=1400000", "", "whole"), ("cuda_memcpy_sync:end=1060000", "", ""),
    ("gpu_gaps:gap=0:rows=7", "", ""), ("gpu_gaps:gap=40", "", ""), ("gpu_gaps:gap=1:start=2000000", "/2s", ""),
    ("gpu_time_util:chunks=500:threshold=70:rows=-1", "", ""), ("gpu_time_util:chunks=40", "1ms/9ms", "step"),
]  # fmt: skip


@pytest.mark.nsys
def test_generated_traces_against_an_installed_nsys(tmp_path: Path) -> None:
    """If a range is missing, or ends before the start, nsys skips the rule and nsys-tools reports an error."""
    nsys, compared = installed_nsys(), 0
    for trace in [*traces.build(tmp_path)[1:3], build(tmp_path, copies)]:
        for rule, times, nvtx in ASKED:
            more = [f"--filter-{name}={value}" for name, value in (("time", times), ("nvtx", nvtx)) if value]
            theirs = subprocess.run(
                [nsys, "analyze", "-q", "-f", "csv:noconv", "-r", rule, *more, trace],
                capture_output=True, text=True, check=True,
            ).stdout  # fmt: skip
            ours = ""
            with suppress(nt.NsysToolsError):
                ours = written(trace, rule, form="csv:noconv", nvtx=nvtx, times=times)[0]
            assert first_difference(table(ours), table(theirs)) == "", (trace.stem, rule, more)
            compared += sum(map(len, table(ours)))
    assert compared > 1000


def test_names_and_order_of_nsys() -> None:
    assert sorted(ORDER) == NAMES
    assert [parse_request(old, RULES).report.name for old in ("gpu-starv", "gpu-low-util", "cuda-sync-api")] == [
        "gpu_gaps", "gpu_time_util", "cuda_api_sync",
    ]  # fmt: skip
    assert [rule["rule"] for rule in nt.rules()] == NAMES
    assert parse_rule("gpu_gaps").limit == 50
    assert parse_rule("gpu_gaps:rows=7").limit == 7
    assert parse_rule("gpu_gaps:rows=-1").limit is None
    assert parse_rule("gpu_gaps:start=7", times="3/9").settings == {"start": "7", "end": "9"}
    assert parse_rule("gpu_gaps", times="3/9", nvtx="a:b").settings == {"nvtx": "a:b"}


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("gpu_gap", "Did you mean: gpu_gaps"), ("nosuch", "nsys-tools rules --help-rules"),
        ("gpu_gaps:threshold=3", "does not take the argument 'threshold=3'"),
        ("gpu_gaps:gap", "Valid arguments: rows=N"),
        ("gpu_gaps:gap=5s", "'gap=5s'"), ("gpu_gaps:gap=-1", "gap is -1"), ("gpu_gaps:gap=99999999999", "gap is 99"),
        ("gpu_time_util:chunks=0", "between 1 and 1,000"), ("gpu_time_util:chunks=1001", "chunks is 1001"),
        ("gpu_gaps:rows=0", "rows=-1"), ("gpu_gaps:rows=-2", "rows is -2"), ("gpu_gaps:nvtx=", "'nvtx='"),
        ("gpu_gaps:start=9:end=3", "the start is after the end"), ("cuda_memset_sync:process=1", "'process=1'"),
        ("gpu_gaps:rows=" + "9" * 5000, "does not take"),
    ],
)  # fmt: skip
def test_refused_arguments(tmp_path: Path, rule: str, said: str) -> None:
    path = build(tmp_path, kernels)
    assert said in refused("rules", rule, path.name, cwd=tmp_path, code=2)


def test_ranges_that_are_not_there(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        kernels(b)
        b.range(THREAD, "step", 10, 20)

    path = build(tmp_path, fill)
    for arguments in (("gpu_gaps:nvtx=nosuch",), ("gpu_gaps", "--filter-nvtx", "nosuch"), ("gpu_gaps:nvtx=step/1",)):
        assert "no NVTX range" in refused("rules", *arguments, path.name, cwd=tmp_path)
    said = refused("rules", "gpu_gaps:nvtx=step:start=30", path.name, cwd=tmp_path, code=2)
    assert "the start (30 ns) is after the end (20" in said


def test_columns_begin_with_what_the_rows_are(tmp_path: Path) -> None:
    path = build(tmp_path, kernels)
    assert written(path, "gpu_gaps:rows=1", form="column") == (
        """
 ** GPU Gaps (gpu_gaps):

In each of these gaps, a GPU is idle for more than 500 ms.
Find out what the CPU does during the gap. The gap_list and gap_summary queries
show the causes. NVTX ranges in the program show more detail.

 Row#  Duration (ns)  Start (ns)  PID  Device ID  Context ID
 ----  -------------  ----------  ---  ---------  ----------
    1      600000000    10000001    1          0           1

""",
        "",
    )
    assert "| Row# |" in written(path, "gpu_gaps:rows=1", form="table")[0]


def test_a_rule_that_finds_nothing_says_so_where_its_rows_would_be(tmp_path: Path) -> None:
    path = build(tmp_path, kernels)
    sentence = "No GPU is idle for more than 700 ms between its first and its last operation."
    shown, said = written(path, "gpu_gaps:gap=700", form="column")
    assert (shown, said) == (f"\n ** GPU Gaps (gpu_gaps):\n\n{sentence}\n\n", "")
    assert written(path, "gpu_gaps:gap=700", form="csv") == ("", f"gpu_gaps: {sentence}\n")
    part = written(path, "gpu_gaps:gap=700", form="csv", times="/1s")[1]
    assert part == f"gpu_gaps: {sentence} This applies to the selected part of the trace.\n"


def test_what_the_trace_lacks_is_named(tmp_path: Path) -> None:
    done = run("rules", build(tmp_path, kernels).name, "-f", "csv", cwd=tmp_path)
    assert done.returncode == 0
    assert [line.partition(": skipped: case.sqlite does not contain ")[::2] for line in done.stderr.splitlines()] == [
        ("cuda_memcpy_async", "CUDA API or CUDA memcpy data."), ("cuda_memcpy_sync", "CUDA API or CUDA memcpy data."),
        ("cuda_memset_sync", "CUDA API or CUDA memset data."), ("cuda_api_sync", "CUDA API data."),
    ]  # fmt: skip
    assert [row[0] for row in table(done.stdout)] == ["Row#", "1", "2", "Row#", "1", "2"]


def test_formats_units_and_files(tmp_path: Path) -> None:
    path = build(tmp_path, kernels)
    heads = "Row#,Duration (ms),Start (ms),PID,Device ID,Context ID"
    assert written(path, "gpu_gaps:rows=1", form="csv:time=ms")[0] == f"{heads}\n1,600.0000,10.0000,1,0,1\n\n"
    (record,) = json.loads(written(path, "gpu_time_util:chunks=1:rows=1", form="json")[0])
    assert record["In-Use (%)"] == 2.6
    done = run("rules", "gpu_gaps:gap=400,gpu_gaps:gap=700", path.name, "-f", ".,column", "-o", ".", cwd=tmp_path)
    assert done.stderr.splitlines() == [
        "gpu_gaps: written to case_gpu_gaps_gap=400.csv", "gpu_gaps: written to case_gpu_gaps_gap=700.txt",
    ]  # fmt: skip
    assert "more than 700 ms" in (tmp_path / "case_gpu_gaps_gap=700.txt").read_text(encoding="utf-8")
    again = run("rules", "gpu_gaps:gap=400", path.name, "-o", ".", cwd=tmp_path)
    assert again.stderr == (
        "gpu_gaps: skipped: case_gpu_gaps_gap=400.csv already exists. To replace it, use --force-overwrite.\n"
    )


def test_rules_and_traces_are_told_apart(tmp_path: Path) -> None:
    path = build(tmp_path, kernels)
    for name in ("other.sqlite", "gpu_gaps"):
        (tmp_path / name).write_bytes(path.read_bytes())
    said = run("rules", "gpu_time_util", "case.sqlite", "other.sqlite", "-f", "csv:nohdr", cwd=tmp_path)
    assert len(table(said.stdout)) == 4
    assert run("rules", "gpu_gaps", "-f", "csv", "-q", cwd=tmp_path).stdout.startswith("Row#"), "a file of that name"
    said = refused("rules", "gpu_time_util", cwd=tmp_path, code=2)
    assert "'gpu_time_util' was read as a rule name" in said
    assert "nosuch.sqlite" in refused("rules", "nosuch.sqlite", cwd=tmp_path)


def test_session(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        b.call(THREAD, SYNC, 5, 9, 1)
        b.range(THREAD, "step", 5, 2 * MS)
        b.kernel(process_key(1), "k", 20, 30, 2)

    with nt.open(build(tmp_path, fill), cache=False) as session:
        found = session.rules("cuda_api_sync")
        assert (found.name, found.summary) == ("cuda_api_sync", "CUDA Synchronization APIs")
        assert found.one() == {
            "Duration (ns)": 4, "Start (ns)": 5, "PID": 1, "TID": 1, "API Name": "cudaStreamSynchronize_v3020",
        }  # fmt: skip
        assert session.rules("cuda_api_sync:start=10").rows() == session.rules("gpu_gaps").rows() == []
        assert len(session.rules("cuda_api_sync", filter_nvtx="step")) == 1
        assert session.rules("cuda_memset_sync").summary == "case.sqlite does not contain CUDA memset data."
        assert session.query("rule_cuda_api_sync")["global_id"] == [THREAD]
        with pytest.raises(nt.UsageError, match="There is no rule"):
            session.rules("nvtx_sum")


def test_help_of_rules(tmp_path: Path) -> None:
    lines = run("rules", "--help-rules", cwd=tmp_path).stdout.splitlines()
    assert "gpu_gaps[:rows=N][:start=NS][:end=NS][:nvtx=RANGE][:gap=MS] -- GPU Gaps" in lines
