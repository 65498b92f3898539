"""Limits of a statement: rows, seconds, memory."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import nsys_tools as nt
from nsys_tools.synthetic.large import build_large
from tests.commands import run
from tests.conftest import REPOSITORY

TRACE = REPOSITORY / "capture" / "samples" / "sample.sqlite"
ENDLESS = "SELECT count(*) AS n FROM range(1000000) a, range(100000000) b WHERE a.range * b.range % 7 = 3"
SORTED = "SELECT list(md5(range::VARCHAR) ORDER BY range) AS all FROM range(5000000)"


@pytest.fixture(scope="module")
def session(caches: Path) -> Iterator[nt.Session]:
    with nt.open(TRACE, cache=False) as opened:
        yield opened


@pytest.mark.parametrize(("limit", "count", "truncated"), [(0, 0, True), (2, 2, True), (3, 3, False), (9, 3, False)])
def test_rows_are_cut_and_said_to_be(session: nt.Session, limit: int, count: int, truncated: bool) -> None:
    found = session.sql("SELECT 3 - range AS a FROM range(3) ORDER BY a", limit=limit)
    assert found["a"] == [1, 2, 3][:count]
    assert (len(found), found.truncated, found.kept().truncated) == (count, truncated, truncated)


def test_rows_in_memory_are_cut_too(session: nt.Session) -> None:
    """This applies to cached results, and to results that did not come from a query."""
    for found in (session.query("kernel_summary").kept(), session.queries()):
        rows = found.rows()
        found.compute(2)
        assert (found.rows(), len(found), found.truncated) == (rows[:2], 2, True)
        found.compute(5)
        assert (len(found), found.truncated) == (2, True)


def test_a_limit_does_not_change_values(session: nt.Session) -> None:
    statement = "FROM kernel ORDER BY operation_id"
    assert session.sql(statement, limit=50).rows() == session.sql(statement).head(50)
    assert session.sql("DESCRIBE kernel", limit=1).rows() == session.sql("DESCRIBE kernel").head(1)


def test_a_statement_that_takes_too_long_is_given_up(session: nt.Session) -> None:
    begin = time.perf_counter()
    with pytest.raises(nt.NsysToolsError, match=r"took longer than 0\.3 s") as told:
        session.sql(ENDLESS, max_seconds=0.3)
    assert time.perf_counter() - begin < 5
    assert "--max-seconds" in told.value.hint
    assert session.sql("SELECT count(*) AS n FROM kernel", max_seconds=60).one()["n"] == 2046


def test_loading_counts_too_and_can_be_tried_again(tmp_path: Path) -> None:
    """The rows did not cause the interrupt: they are not read again tolerantly, and no note is left."""
    large = tmp_path / "large.sqlite"
    build_large(large, 100_000)
    with nt.open(large, cache=False) as session:
        with pytest.raises(nt.NsysToolsError, match="took longer"):
            session.sql("FROM kernel_class", max_seconds=0.02)
        assert session.sql("SELECT sum(instance_count) AS n FROM kernel_summary").one()["n"] > 0
        assert session.notes == []


def test_a_statement_that_needs_too_much_memory_is_given_up(session: nt.Session) -> None:
    with pytest.raises(nt.NsysToolsError, match=r"needs more than 30MB of memory") as told:
        session.sql(SORTED, max_memory="30MB")
    assert "--max-memory" in told.value.hint
    before = session.sql("SELECT current_setting('memory_limit') AS m").one()
    assert session.sql("SELECT 1 AS a", max_memory="1GB").one() == {"a": 1}
    assert session.sql("SELECT current_setting('memory_limit') AS m").one() == before


@pytest.mark.parametrize(
    "limits", [{"limit": -1}, {"max_seconds": 0.0}, {"max_seconds": float("nan")}, {"max_memory": "lots"},
               {"max_memory": "1GB'; SET threads = 1"}, {"max_memory": "-1GB"}],
)  # fmt: skip
def test_a_limit_that_is_none_is_refused(session: nt.Session, limits: dict[str, object]) -> None:
    with pytest.raises(nt.UsageError, match=next(iter(limits))):
        session.sql("SELECT 1", **limits)  # type: ignore[arg-type]


def test_limits_of_a_job(caches: Path) -> None:
    with nt.open([TRACE]) as job:
        found = job.sql("FROM kernel", limit=3)
        assert (len(found), found.truncated) == (3, True)
        with pytest.raises(nt.NsysToolsError, match="took longer"):
            job.sql(ENDLESS, max_seconds=0.3)


def test_the_command_says_that_there_are_more(tmp_path: Path) -> None:
    done = run("sql", str(TRACE), "FROM range(5)", "--limit", "2", "--format", "csv", cwd=tmp_path)
    assert (done.stdout, done.returncode) == ("range\n0\n1\n", 0)
    assert done.stderr == "The result has more rows than the limit of 2. To print more, use --limit N.\n"
    late = run("sql", str(TRACE), ENDLESS, "--max-seconds", "0.2", cwd=tmp_path)
    assert (late.returncode, late.stdout) == (1, "")
    assert "Traceback" not in late.stderr
