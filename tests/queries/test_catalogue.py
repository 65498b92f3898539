"""The catalog: every file is documented correctly, and the reference is up to date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import nsys_tools as nt
from nsys_tools.report.reference import documented, reference
from nsys_tools.session import catalogue
from nsys_tools.session.database import Database
from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.synthetic.job import JobPlan, build_job
from nsys_tools.synthetic.timeline import Timeline
from tests.conftest import REPOSITORY

PUBLIC = [
    name for name, query in catalogue.queries().items() if not query.private and query.area not in {"load", "renamed"}
]
UNITS = {"-", "ns", "bytes", "count", "ratio", "ppm", "bytes/s", "flops", "Hz", "flops/s", "flops/byte", "tokens/s"}


@pytest.fixture(scope="module")
def opened(sample: tuple[Path, Timeline]) -> Iterator[Database]:
    """Return the sample, on which every query of the module runs."""
    with open_trace(sample[0], cache=False) as trace:
        yield trace


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Iterator[nt.Job]:
    """Return two ranks, on which queries over all ranks run."""
    traces = build_job(tmp_path_factory.mktemp("job"), JobPlan(files=2, processes=1, steps=3)).paths
    with nt.open(list(traces), cache=False, workers=1) as found:
        yield found


@pytest.mark.parametrize("name", PUBLIC)
def test_header_is_what_the_query_returns(name: str, opened: Database, job: nt.Job) -> None:
    query = catalogue.find(name)
    assert query.summary.startswith(("One row", "At most one row"))
    assert query.columns, "a public query documents its columns"
    if query.is_over_ranks:
        described = job.sql(f"DESCRIBE SELECT * FROM {name}").rows()
    else:
        opened.ensure(name)
        described = opened.connection.execute(f'DESCRIBE "{name}"').fetchall()
    assert [(row[0], row[1]) for row in described] == [(column.name, column.type) for column in query.columns]
    for column in query.columns:
        assert column.unit in UNITS
        for unit in ("ns", "bytes", "count", "ratio"):
            if column.name.endswith(f"_{unit}"):
                assert column.unit == unit, column.name


def test_one_select_a_file() -> None:
    for path in (REPOSITORY / "queries").glob("*/*.sql"):
        text = path.read_text(encoding="utf-8")
        code = "\n".join(line.partition("--")[0] for line in text.splitlines())
        assert ";" not in code, path
        assert "CREATE " not in code.upper(), path


def test_only_views_name_nsys_tables() -> None:
    for path in (REPOSITORY / "queries").glob("*/*.sql"):
        if path.parent.name not in {"views", "load"}:
            assert "CUPTI_" not in path.read_text(encoding="utf-8"), path


def test_no_containment_join() -> None:
    """Joins are ASOF or equality joins: no file joins by comparing both ends of an interval."""
    for path in (REPOSITORY / "queries").glob("*/*.sql"):
        for join in path.read_text(encoding="utf-8").split(" ON ")[1:]:
            condition = join.split("WHERE")[0].split("JOIN")[0].split("GROUP")[0]
            assert not ("start_ns <=" in condition and "end_ns >" in condition), path


def test_no_aggregate_over_an_empty_window() -> None:
    """DuckDB 1.5.5 sometimes fails on few rows: docs/upstream/duckdb-window.md."""
    function = re.compile(r"(\w+)\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)\s+OVER \(\)")
    for path in (REPOSITORY / "queries").glob("*/*.sql"):
        code = "\n".join(line.partition("--")[0] for line in path.read_text(encoding="utf-8").splitlines())
        assert len(function.findall(code)) == code.count("OVER ()"), path
        assert {name.lower() for name in function.findall(code)} <= {"row_number", "lead"}, path


def test_the_reference_describes_every_query() -> None:
    """It is described on the site, whose text tests/docs/test_generated.py compares, and by the command."""
    pages = "\n".join(path.read_text(encoding="utf-8") for path in (REPOSITORY / "docs/reference/sql").glob("*.md"))
    whole = reference(catalogue.queries().values())
    for query in documented(catalogue.queries().values()):
        assert f"\n## {query.name}\n" in pages, "run: make docs"
        assert f"\n### {query.name}\n" in whole
