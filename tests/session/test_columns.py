"""Only the columns that queries use are loaded: never too few, and all of them for other statements."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from nsys_tools.session import catalogue
from nsys_tools.session.choice import Choice
from nsys_tools.session.columns import used
from nsys_tools.session.database import Database
from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.stats.reports import REPORTS
from nsys_tools.stats.rules import RULES
from nsys_tools.synthetic.timeline import Timeline

pytestmark = pytest.mark.usefixtures("as_large")


def read(sql: str, *wanted: str) -> list[str] | None:
    """Return the sorted columns that a SELECT reads for the `wanted` outputs; None for all."""
    tree = catalogue.parsed(duckdb.connect(), sql)
    assert tree is not None
    found = used(tree, frozenset(wanted))
    return None if found is None else sorted(found - set(wanted))


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT a AS x, b AS y, c FROM t WHERE d > 0", ["a", "d"]),
        ("SELECT A AS X FROM t", ["a"]),
        ("SELECT x, b FROM t ORDER BY c", ["c"]),
        ("SELECT a AS y, y + 1 AS x FROM t", ["a", "y"]),  # an output that reads another output's alias
        ("SELECT b + c AS x, z FROM t JOIN u USING (k)", ["b", "c", "k"]),
        ("SELECT x, unnest(b) AS y FROM t", ["b"]),  # produces rows, whether it is wanted or not
        ("SELECT *, b AS y FROM t WHERE c", ["c"]),  # passes on the wanted columns
        ("SELECT * REPLACE (a AS x) FROM t", ["a"]),
        ("SELECT * RENAME (a AS x) FROM t", None),
        ("SELECT COLUMNS('a.*') FROM t", None),
        ("SELECT DISTINCT x, b FROM t", ["b"]),
        ("SELECT x, b, count(*) FROM t GROUP BY ALL", ["b"]),
        ("SELECT x, sum(b) AS y FROM t GROUP BY ALL", ["b"]),
        ("SELECT x FROM t UNION ALL SELECT b FROM u", ["b"]),
        ("WITH w AS (SELECT a, b FROM t) SELECT a AS x, c FROM w", ["a", "b"]),
        ("WITH w AS (FROM t) SELECT a AS x FROM w", None),
        ("SELECT t AS x FROM t", None),  # the whole row
        ("SELECT a AS x FROM t NATURAL JOIN u", None),
        ("SELECT a AS x FROM t AS s (a, b)", None),
    ],
)
def test_columns_are_told_from_the_syntax(sql: str, expected: list[str] | None) -> None:
    assert read(sql, "x") == expected


def rounded(trace: Database, query: str) -> list[list[object]]:
    """Return the rows with rounding: the last digits of a deviation depend on the order of additions."""
    rows = trace.query(query).rows()
    return [[round(cell, 3) if isinstance(cell, float) else cell for cell in row] for row in rows]


@pytest.fixture(scope="module")
def whole(sample: tuple[Path, Timeline]) -> Iterator[Database]:
    """Return the sample with whole tables, read as a small trace."""
    with open_trace(sample[0], cache=False) as small:
        yield small


@pytest.mark.parametrize("query", [report.query for report in (*REPORTS, *RULES.members)])
@pytest.mark.parametrize("cache", [True, False])
def test_a_report_reads_no_column_that_is_not_loaded(
    sample: tuple[Path, Timeline], whole: Database, query: str, cache: bool
) -> None:
    expected = rounded(whole, query)
    with open_trace(sample[0], cache=cache, choice=Choice(queries=(query,))) as opened:
        assert rounded(opened, query) == expected


@pytest.mark.parametrize("cache", [True, False])
def test_what_was_not_expected_is_loaded_whole(sample: tuple[Path, Timeline], cache: bool) -> None:
    asked = "SELECT sum(grid_x), sum(register_count) FROM kernel"
    with open_trace(sample[0], cache=False) as opened:
        expected = opened.sql(asked).rows(), rounded(opened, "kernel_summary")
    choice = Choice(queries=("stats_cuda_gpu_kern_sum",))
    with open_trace(sample[0], cache=cache, choice=choice) as opened:
        assert opened.query("stats_cuda_gpu_kern_sum").rows()
        with pytest.raises(duckdb.InvalidInputException, match="gridX is not loaded"):
            opened.connection.execute("SELECT sum(gridX) FROM loaded.CUPTI_ACTIVITY_KIND_KERNEL")
        assert (opened.sql(asked).rows(), rounded(opened, "kernel_summary")) == expected


def test_a_whole_table_in_the_cache_is_used(sample: tuple[Path, Timeline], cache_folder: Path) -> None:
    with open_trace(sample[0]) as opened:
        assert opened.query("kernel").rows()
    with open_trace(sample[0], choice=Choice(queries=("stats_cuda_gpu_kern_sum",))) as opened:
        assert opened.query("stats_cuda_gpu_kern_sum").rows()
    assert len(list(cache_folder.rglob("loaded.CUPTI_ACTIVITY_KIND_KERNEL-*"))) == 1


def test_a_large_trace_has_the_figures_of_a_small_one(sample: tuple[Path, Timeline], whole: Database) -> None:
    public = [q.name for q in catalogue.queries().values() if not q.private and q.area not in {"load", "renamed"}]
    names = [name for name in public if not whole.needs(name)]
    with open_trace(sample[0], cache=False) as opened:
        assert len(names) > 60
        for name in names:
            assert rounded(opened, name) == rounded(whole, name), name
