"""A copy has the same figures: reports byte for byte, and an analysis except for changed names."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import nsys_tools as nt
from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.stats.answers import answers
from nsys_tools.stats.reports import REPORTS
from nsys_tools.stats.requests import Request
from nsys_tools.synthetic.large import Shape, build_large
from nsys_tools.synthetic.timeline import Timeline
from tests.conformance import printed, written
from tests.conftest import installed_nsys
from tests.goldens.traces import TRACES


def reports(path: Path, arguments: tuple[str, ...] = ()) -> dict[str, str]:
    """Return all 22 reports of a trace, as text by name; those without rows are empty."""
    requests = [Request(one, tuple(word for word in arguments if word in one.arguments)) for one in REPORTS]
    assert len(requests) == 22
    found = answers(lambda choice: open_trace(path, choice=choice, cache=False), requests)
    with tempfile.TemporaryDirectory() as folder:
        return {answer.request.label: written(answer, Path(folder)) for answer in found}


@cache
def reports_before(path: Path, arguments: tuple[str, ...] = ()) -> dict[str, str]:
    """Return `reports` of a trace that does not change, computed once."""
    return reports(path, arguments)


def check(path: Path, folder: Path, least: int) -> None:
    """Compare all reports of a trace with those of its copy; at least the given number must have rows.

    By default, scrub also changes thread names, and nothing else.
    """
    before = reports_before(path)
    assert reports(nt.scrub(path, folder / "copy.sqlite", threads="keep").path) == before
    assert sum(bool(text) for text in before.values()) >= least
    after = reports(nt.scrub(path, folder / "hashed.sqlite").path)
    assert {name: without_threads(text) for name, text in after.items()} == {
        name: without_threads(text) for name, text in before.items()
    }


def without_threads(text: str) -> list[list[str]]:
    """Return the cells of a report except thread names."""
    rows = list(csv.reader(io.StringIO(text, newline="")))
    left = [place for place, name in enumerate(rows[0]) if name != "Thread Name"] if rows else []
    return [[row[place] for place in left] for row in rows]


def test_reports_of_real_traces_are_the_same(shared_trace: Path, tmp_path: Path) -> None:
    check(shared_trace, tmp_path, 8)


def test_reports_with_arguments_are_the_same(shared_trace: Path, tmp_path: Path) -> None:
    copy = nt.scrub(shared_trace, tmp_path / "copy.sqlite", threads="keep").path
    assert reports(copy, ("nvtx-name", "mangled")) == reports(shared_trace, ("nvtx-name", "mangled"))


def test_reports_of_the_sample_are_the_same(sample: tuple[Path, Timeline], tmp_path: Path) -> None:
    check(sample[0], tmp_path, 10)


@pytest.mark.parametrize("shape", [Shape(), Shape(ranks=2, operators=True)], ids=str)
def test_reports_of_large_traces_are_the_same(tmp_path: Path, shape: Shape) -> None:
    build_large(tmp_path / "large.sqlite", 3_000, shape)
    check(tmp_path / "large.sqlite", tmp_path, 8)


@pytest.mark.parametrize("name", TRACES)
def test_reports_of_odd_traces_are_the_same(tmp_path: Path, name: str) -> None:
    path = TRACES[name].write(tmp_path)
    assert reports(nt.scrub(path, tmp_path / "copy.sqlite", threads="keep").path) == reports(path)


@pytest.mark.nsys
@pytest.mark.large
def test_reports_of_an_installed_nsys_are_the_same(shared_trace: Path, tmp_path: Path) -> None:
    """nsys itself runs once per report; it reads copies like its own exports."""
    nsys = installed_nsys()
    copy = nt.scrub(shared_trace, tmp_path / "copy.sqlite", threads="keep").path
    own = tmp_path / "own.sqlite"  # nsys writes indexes into the files that it reads
    own.write_bytes(shared_trace.read_bytes())
    texts = {path: [printed(path, nsys, Request(one), tmp_path) for one in REPORTS] for path in (own, copy)}
    assert texts[copy] == texts[own]
    assert sum(map(bool, texts[own])) >= 5


@pytest.mark.nsys
def test_an_installed_nsys_reads_the_copy_of_the_sample(sample: tuple[Path, Timeline], tmp_path: Path) -> None:
    nsys = installed_nsys()
    copy = nt.scrub(sample[0], tmp_path / "copy.sqlite").path
    for name in ("cuda_gpu_kern_sum", "nvtx_kern_sum", "cuda_api_sum"):
        (report,) = [one for one in REPORTS if one.name == name]
        before, after = (printed(path, nsys, Request(report), tmp_path) for path in (sample[0], copy))
        assert after == before != ""


def metrics(path: Path, folder: Path) -> Any:
    with nt.open(path, cache=False) as session:
        session.analyze().write(folder, formats=["json"])
    return json.loads((folder / "metrics.json").read_text(encoding="utf-8"))


def differing(before: Any, after: Any, place: str = "") -> dict[str, tuple[Any, Any]]:
    """Return the paths at which two nested values differ."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        keys = [*before, *(key for key in after if key not in before)]
        parts = [(f"{place}.{key}", before.get(key), after.get(key)) for key in keys]
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        parts = [(f"{place}[]", one, other) for one, other in zip(before, after, strict=True)]
    else:
        return {} if before == after else {place: (before, after)}
    return {where: pair for part in parts for where, pair in differing(part[1], part[2], part[0]).items()}


def test_an_analysis_has_the_same_figures(shared_trace: Path, tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    copy = nt.scrub(shared_trace, tmp_path / "copy" / shared_trace.name).path
    found = differing(metrics(shared_trace, tmp_path / "before"), metrics(copy, tmp_path / "after"))
    texts = {where: pair for where, pair in found.items() if not any(isinstance(one, int | float) for one in pair)}
    assert found == texts, "a figure differs"
    # Thread names are pseudonyms, messages of nsys have lost paths, and the rest is run time.
    assert {where for where in texts if "thread" not in where and "findings" not in where} == set()


def test_an_analysis_of_ranges_as_digests_has_the_same_totals(sample: tuple[Path, Timeline], tmp_path: Path) -> None:
    copy = nt.scrub(sample[0], tmp_path / "copy.sqlite", nvtx="hash", names="hash").path
    query = "SELECT sum(sum_ns), sum(instance_count) FROM range_summary"  # digests are not rolled up: more rows
    kernels = "SELECT count(*), sum(instance_count), sum(sum_ns), max(median_ns) FROM kernel_summary"
    for sql in (query, kernels):
        with nt.open(sample[0], cache=False) as one, nt.open(copy, cache=False) as other:
            assert list(one.sql(sql).rows()) == list(other.sql(sql).rows())
