"""Values missing in a trace are blank on every page and null in ``metrics.json``; existing values are shown."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import nsys_tools
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import PROCESS, THREAD, build, launch
from tests.queries.test_gpu_tables import CURRENT, DESCRIBED, LISTED, V100, old

# Python's word for NULL as a value; sentences can also begin with it.
NULL = re.compile(r"[`>|] ?None ?[`<|,]")
PAGES = ("report.md", "report.html", "stakeholder_summary.md")


def written(path: Path) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the pages of a trace's report by name, and its ``metrics.json``."""
    folder = path.parent / "out"
    with nsys_tools.open(path, cache=False) as session:
        session.analyze().write(folder)
    metrics: dict[str, Any] = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    return {name: (folder / name).read_text(encoding="utf-8") for name in PAGES}, metrics


def row(page: str, title: str) -> str | None:
    """Return the cell next to a title in the first table of a page; None if there is no such row."""
    found = re.search(rf"^\| {title} \| (.*) ?\|$", page, flags=re.M)
    return found[1].strip() if found else None


def test_an_old_export_shows_its_gpu(tmp_path: Path) -> None:
    """Such exports often lack a bandwidth: the other figures are shown, the bandwidth is not."""
    described = [(0, 7, 0, 16160, 6291456, 1530000, 80, 7, 0)]
    pages, metrics = written(old(tmp_path, (LISTED, [(1, 0, V100, "", 1)]), (DESCRIBED, described)))
    assert row(pages["report.md"], "GPUs") == f"1 used; `{V100}`, 80 SMs, 16.9 GB"
    assert f"{V100}</code>, 80 SMs, 16.9 GB</td>" in pages["report.html"].replace("<wbr>", "")
    assert row(pages["stakeholder_summary.md"], "GPUs") == f"1: `{V100}`"
    (figures,) = metrics["tables"]["gpu"]["rows"]
    assert figures["memory_bytes"] == 16160 * 2**20
    assert figures["bandwidth_bytes_per_s"] is None


@pytest.mark.parametrize(
    ("gpu", "said"),
    [
        ((0, "Intel(R) UHD Graphics 770", 0, 0, 0), "`Intel(R) UHD Graphics 770`"),
        ((0, None, 0, 0, 0), "GPU 0"),
        ((0, "A100", 108, 2039040000000, 85095874560), "`A100`, 108 SMs, 2,039 GB/s, 85.1 GB"),
        ((0, "A100 MIG 1g.10gb", 14, None, 10200547328), "`A100 MIG 1g.10gb`, 14 SMs, 10.2 GB"),
    ],
)
def test_figures_of_a_gpu(tmp_path: Path, gpu: tuple[object, ...], said: str) -> None:
    pages, metrics = written(old(tmp_path, (CURRENT, [gpu])))
    assert row(pages["report.md"], "GPUs") == f"1 used; {said}"
    for name, page in pages.items():
        assert not NULL.search(page), name
        assert not re.search(r"(?<![\d.,])0 (GB|SMs)", page), name
    (figures,) = metrics["tables"]["gpu"]["rows"]
    assert 0 not in [value for key, value in figures.items() if key != "gpu_id"]


def os_calls(b: TraceBuilder, count: int = 3) -> None:
    """Add calls of 5 ns, and the row in which nsys states that it began to record them."""
    started = b.string("OS runtime profiling started")
    b.add("OSRT_API", start=0, end=0, eventClass=31, globalTid=THREAD, nameId=started)
    for number in range(count):
        b.add("OSRT_API", start=10 * number, end=10 * number + 5, eventClass=27, globalTid=THREAD,
              nameId=b.string("read"), nestingLevel=0)  # fmt: skip


@pytest.mark.parametrize(("count", "said"), [(3, "3 OS runtime calls"), (1, "1 OS runtime call")])
def test_os_runtime_calls_alone(tmp_path: Path, count: int, said: str) -> None:
    pages, metrics = written(build(tmp_path, lambda b: os_calls(b, count)))
    report = pages["report.md"]
    assert row(report, "Also recorded") == said
    assert row(report, "Duration") == ""
    assert "| OS runtime calls |" not in report, "not among what is missing"
    assert "`read`" in report
    assert row(pages["stakeholder_summary.md"], "Recorded") == f"{said}, with Nsight Systems 2024.1.0.0"
    assert f"<td>{said}</td>" in pages["report.html"]
    assert metrics["figures"]["duration_ns"]["value"] is None
    for name, page in pages.items():
        assert not NULL.search(page), name
        assert "unknown" not in page, name


def with_table(path: Path, create: str) -> Path:
    """Add a table with one row of zeros."""
    name, columns = create.split()[2], create.count(",") + 1
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(create)
        database.execute(f"INSERT INTO {name} VALUES ({', '.join('0' * columns)})")
    return path


@pytest.mark.parametrize(
    ("create", "fill", "said"),
    [
        ("CREATE TABLE COMPOSITE_EVENTS (id INT, start INT)", os_calls, "3 OS runtime calls, CPU samples"),
        ("CREATE TABLE SCHED_EVENTS (start INT, cpu INT)", lambda b: None, "context switches"),
        ("CREATE TABLE GPU_METRICS (timestamp INT, value INT)", lambda b: launch(b, 10, 20, 30), "GPU metrics"),
        ("CREATE TABLE MPI_BARRIER (start INT, textId INT)", lambda b: None, r"events in MPI\_BARRIER"),
        ("CREATE TABLE PROFILER_OVERHEAD (start INT, textId INT)", lambda b: None, None),
        ("CREATE TABLE TARGET_INFO_GPU_METRICS (metricId INT, metricName INT)", lambda b: None, None),
    ],
)
def test_what_else_was_recorded(
    tmp_path: Path, create: str, fill: Callable[[TraceBuilder], None], said: str | None
) -> None:
    pages, _ = written(with_table(build(tmp_path, fill), create))
    assert row(pages["report.md"], "Also recorded") == said
    recorded = "20 ns" if said == "GPU metrics" else said or "nothing"
    assert row(pages["stakeholder_summary.md"], "Recorded") == f"{recorded}, with Nsight Systems 2024.1.0.0"


def test_no_share_of_no_time(tmp_path: Path) -> None:
    """Operations that start and end at the same instant: the total time is 0, so there are no shares."""
    pages, metrics = written(build(tmp_path, lambda b: b.kernel(PROCESS, "k", 10, 10, 0)))
    summary = pages["stakeholder_summary.md"]
    assert row(summary, "Recorded") == "0 ns, with Nsight Systems 2024.1.0.0"
    assert "last operation, and idle for 0 ns." in summary
    assert "The largest part of the GPU's work is outside all stages." in summary
    assert metrics["tables"]["kernel_summary"]["rows"][0]["share_ratio"] is None
    chart = (tmp_path / "out" / "charts" / "kernel_summary.svg").read_text(encoding="utf-8")
    assert "1 x 0 ns" in chart
    assert "0.0 %" not in chart
