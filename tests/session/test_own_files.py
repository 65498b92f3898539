"""Files that SQL may read besides the trace: none, unless the session was opened with ``allow_files``."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import nsys_tools as nt
from tests.commands import run
from tests.conftest import REPOSITORY

TRACE = REPOSITORY / "capture" / "samples" / "sample.sqlite"
FILES_ARE_CLOSED = "SQL can read only the trace, not files."


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A user file: two streams with names."""
    file = tmp_path / "mine.csv"
    file.write_text("stream_id,owner\n7,compute\n8,copies\n")
    return file


def test_own_files_are_joined_where_that_was_asked_for(mine: Path) -> None:
    statement = f"SELECT owner, count(*) AS n FROM kernel JOIN '{mine}' USING (stream_id) GROUP BY owner"
    with nt.open(TRACE, allow_files=True) as session:
        kernels = session.sql("SELECT count(*) AS n FROM kernel WHERE stream_id = 7").one()["n"]
        assert session.sql(statement).records() == [{"owner": "compute", "n": kernels}]
        assert len(session.sql(f"FROM read_csv('{mine}')")) == 2
    with nt.open(TRACE) as session, pytest.raises(nt.NsysToolsError, match=FILES_ARE_CLOSED) as told:
        session.sql(statement)
    assert "--allow-files" in told.value.hint


@pytest.mark.parametrize(
    "statement",
    ["COPY (SELECT 1) TO '{}.new'", "ATTACH '{}.db'", "INSTALL httpfs", "LOAD httpfs", "SET threads = 1",
     "CREATE TABLE a AS FROM '{}'", "FROM query('SELECT 1')", "FROM 'https://example.org/a.csv'",
     "FROM read_parquet('s3://a/b.parquet')", "FROM sqlite_query('raw', 'SELECT 1')", "FROM duckdb_settings()"],
)  # fmt: skip
def test_to_read_files_is_all_that_is_allowed_then(mine: Path, statement: str) -> None:
    with nt.open(TRACE, allow_files=True) as session, pytest.raises(nt.NsysToolsError, match=r"read-only|SQL can"):
        session.sql(statement.replace("{}", str(mine))).rows()
    assert list(mine.parent.iterdir()) == [mine]


def test_folders_of_the_session_hold_nothing_for_statements(
    mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The session reads Parquet in the folder of its trace and in the cache; a statement cannot read files there."""
    monkeypatch.setenv("NSYS_TOOLS_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "parquetdir"
    folder.mkdir()
    for table in ("StringIds", "CUPTI_ACTIVITY_KIND_KERNEL"):
        with nt.open(TRACE) as session:
            session.sql(f"FROM {table}").pl().write_parquet(folder / f"{table}.parquet")
    shutil.copy(mine, folder)
    with nt.open(folder) as session:
        count = session.sql("SELECT count(*) AS n FROM kernel").one()["n"]
        assert count == session.sql("SELECT count(*) AS n FROM CUPTI_ACTIVITY_KIND_KERNEL").one()["n"] > 0
        for name in (f"'{folder}/mine.csv'", f'"{folder}/mine"."csv"', f'"{folder}/mine"."csv"."x"', f"'{folder}/*'"):
            with pytest.raises(nt.NsysToolsError, match=FILES_ARE_CLOSED):
                session.sql(f"FROM {name}")
        file = f'"{folder}/mine.csv"'  # also if a WITH clause has that name
        clauses = (f"WITH a AS (FROM {file}), {file} AS (SELECT 1) FROM a", f"WITH {file} AS (FROM {file}) FROM {file}")
        for statement in clauses:
            with pytest.raises(nt.NsysToolsError, match=FILES_ARE_CLOSED):
                session.sql(statement)
        assert session.sql("WITH kernel AS (FROM kernel LIMIT 1) SELECT count(*) AS n FROM kernel").one() == {"n": 1}
    with nt.open([TRACE]) as job:
        assert job.sql("SELECT count(DISTINCT rank) AS n FROM kernel").one()["n"] == 1
        cached = tmp_path / "cache" / "other.parquet"  # from another trace
        shutil.copy(folder / "StringIds.parquet", cached)
        with pytest.raises(nt.NsysToolsError, match=FILES_ARE_CLOSED):
            job.sql(f"FROM '{cached}'")


def test_a_job_reads_own_files_where_that_was_asked_for(mine: Path) -> None:
    statement = f"SELECT count(*) AS n FROM kernel JOIN '{mine}' USING (stream_id)"
    with nt.open([TRACE], allow_files=True) as job:
        assert job.sql(statement).one()["n"] > 0
    with nt.open([TRACE]) as job, pytest.raises(nt.NsysToolsError, match=FILES_ARE_CLOSED):
        job.sql(statement)


def test_a_name_with_a_dot_can_be_of_a_with_clause() -> None:
    with nt.open(TRACE) as session:
        assert session.sql('WITH "a.b" AS (SELECT 1 AS c) FROM "a.b"').one() == {"c": 1}


def test_the_command(mine: Path, tmp_path: Path) -> None:
    asked = ("sql", str(TRACE), f"FROM '{mine}'", "--format", "csv")
    closed, opened = run(*asked, cwd=tmp_path), run(*asked, "--allow-files", cwd=tmp_path)
    assert (closed.returncode, closed.stdout) == (1, "")
    assert FILES_ARE_CLOSED in closed.stderr
    assert (opened.returncode, opened.stdout) == (0, mine.read_text())
