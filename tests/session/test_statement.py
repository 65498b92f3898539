"""User SQL reads the trace, and nothing else on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

import nsys_tools as nt
from nsys_tools.session import catalogue
from nsys_tools.session.connection import connect, lock
from tests.conftest import REPOSITORY

TRACE = REPOSITORY / "capture" / "samples" / "sample.sqlite"
READS = [
    "FROM kernel", "  -- one\nSELECT 1;", "DESCRIBE kernel", "SUMMARIZE kernel", "SHOW TABLES", "EXPLAIN FROM kernel",
    "/* a */ EXPLAIN ANALYZE FROM kernel", "EXPLAIN (ANALYZE, FORMAT json) SELECT 1", "FROM range(3)", "VALUES (1)",
    "WITH RECURSIVE a(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM a WHERE n < 3) FROM a", "FROM duckdb_tables()",
    "FROM (UNPIVOT (SELECT 1 AS a, 2 AS b) ON a, b)", "FROM raw.main.StringIds", "EXPLAIN (FROM kernel)",
]  # fmt: skip
DOES_MORE = [
    "COPY (SELECT 1) TO 'new.csv'", "EXPLAIN ANALYZE COPY (SELECT 1) TO 'new.csv'",
    "EXPLAIN (ANALYZE, FORMAT json) COPY (SELECT 1) TO 'new.csv'", "explain/**/analyze/**/copy (select 1) to 'new.csv'",
    "EXPLAIN ANALYZE CREATE TABLE new AS SELECT 1", "EXPORT DATABASE 'new'", "ATTACH 'new.db'", "INSTALL httpfs",
    "LOAD httpfs", "SET threads = 1", "RESET threads", "CALL pragma_version()", "PRAGMA enable_profiling",
    "PRAGMA profiling_output = 'new.json'", "CREATE TABLE new AS SELECT 1", "DROP VIEW kernel", "VACUUM", "CHECKPOINT",
    "BEGIN", "PREPARE a AS SELECT 1", "USE raw", "SELECT 1; SELECT 2", "", "-- nothing", "IMPORT DATABASE 'new'",
    "INSERT INTO kernel VALUES (1)", "DETACH raw", "PRAGMA json_execute_serialized_sql('{}')", "FORCE INSTALL sqlite",
    "SET enable_external_access = true", "SET GLOBAL allowed_directories = ['/']", "RESET lock_configuration",
    "SET VARIABLE a = 1", "PRAGMA threads = 1", "PRAGMA enable_logging", "CALL enable_logging()", "EXECUTE a",
    "ATTACH '{}' (TYPE sqlite)", "ATTACH 'https://example.org/a.db'", "COPY kernel FROM '{}'",
    "CREATE SECRET (TYPE s3)",
    "CREATE MACRO f() AS TABLE FROM read_text('{}')", "COPY FROM DATABASE raw TO memory", "UPDATE EXTENSIONS",
    "MERGE INTO kernel USING kernel ON true WHEN MATCHED THEN DELETE", "TRUNCATE kernel", "ANALYZE", "ROLLBACK",
]  # fmt: skip
READS_MORE = [
    "FROM read_text('{}')", "SELECT (SELECT content FROM read_text('{}'))", "WITH a AS (FROM read_blob('{}')) SELECT 1",
    "DESCRIBE FROM read_csv('{}')", "SUMMARIZE FROM read_csv('{}')", "SUMMARIZE '{}'", "FROM '{}'", "FROM main.\"{}\"",
    "EXPLAIN ANALYZE FROM '{}'", "FROM query('FROM read_text(''{}'')')", "FROM query_table('{}')",
    "SELECT 1 WHERE EXISTS (FROM read_json('{}'))", "FROM kernel, LATERAL (FROM glob('{}'))",
    'FROM "READ_TEXT"(\'{}\')',
    "FROM system.main.read_csv('{}')", "FROM sniff_csv('{}')", "FROM parquet_metadata('{}')", "FROM read_duckdb('{}')",
    "FROM sqlite_scan('{}', 'StringIds')", "FROM sqlite_query('raw', 'SELECT 1')", "CALL sqlite_attach('{}')",
    "FROM duckdb_secrets()", "FROM json_execute_serialized_sql('{}')", "SELECT getenv('HOME')",
    "FROM duckdb_settings()", "FROM 'https://example.org/a.csv'", "FROM 's3://a/b.parquet'",
    "FROM enable_logging()", "FROM test_all_types()", "FROM '/etc/passwd'", "FROM read_csv('/etc/passwd')",
    "FROM read_csv(['{}', '{}'])", "FROM read_csv_auto('{}')", "FROM read_ndjson_objects('{}')", "FROM '{}*'",
    "FROM read_text('/proc/self/environ')", "FROM '/proc/self/environ'", "FROM 'file://{}'", "FROM '/dev/stdin'",
    "FROM read_csv('https://example.org/a.csv')", "FROM read_parquet('s3://a/b')", "SELECT read_text('{}')",
    "FROM glob('/*')", "WITH kernel AS (FROM '{}') FROM kernel", "FROM kernel WHERE name IN (FROM '{}')",
    "FROM kernel POSITIONAL JOIN '{}'", "FROM kernel UNION ALL BY NAME FROM '{}'",
    "PIVOT '{}' ON a IN (1) USING sum(b)",
    "SELECT list_transform([1], lambda x: (SELECT x FROM '{}'))", "FROM duckdb_external_file_cache()",
    "FROM duckdb_temporary_files()", "FROM pragma_storage_info('kernel')", "FROM 'ftp://example.org/a.csv'",
    "SELECT * FROM (VALUES ('{}')) AS t(f), LATERAL (FROM read_text(t.f))", "FROM read_xlsx('{}')",
    "FROM st_read('{}')",
]  # fmt: skip


@pytest.fixture(scope="module")
def session(caches: Path) -> Iterator[nt.Session]:
    with nt.open(TRACE, cache=False) as opened:
        yield opened


@pytest.mark.parametrize("statement", READS)
def test_what_reads_is_answered(session: nt.Session, statement: str) -> None:
    assert len(session.sql(statement).rows()) > 0


@pytest.mark.parametrize("statement", DOES_MORE)
def test_what_does_more_is_refused(
    session: nt.Session, statement: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(nt.NsysToolsError, match=r"read-only|Expected one|SQL"):
        session.sql(statement.replace("{}", str(TRACE))).rows()
    assert list(tmp_path.iterdir()) == []


def test_comments_do_not_hide_what_is_explained(
    session: nt.Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DuckDB nests comments, so this comment ends at its second mark. The statement that runs ends it at the first."""
    monkeypatch.chdir(tmp_path)
    session.sql("EXPLAIN ANALYZE /* /* */ SELECT 1 -- */ COPY (SELECT 1) TO 'new.csv'\n").rows()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("statement", READS_MORE)
def test_what_reads_something_else_is_refused(session: nt.Session, statement: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n")
    with pytest.raises(nt.NsysToolsError) as told:
        session.sql(statement.replace("{}", str(secret))).rows()
    assert not told.value.message.startswith("DuckDB")


def test_the_lock_holds_without_the_parser(tmp_path: Path) -> None:
    """Each way is tested separately: a statement that passed the list above finds DuckDB locked."""
    (tmp_path / "secret.csv").write_text("a\n1\n")
    allowed = tmp_path / "a [b]*"
    allowed.mkdir()
    connection = connect(tmp_path / "spill")
    lock(connection, [allowed])
    connection.execute(f"COPY (SELECT 7 AS a) TO '{allowed}/own.csv'")
    for statement in (
        f"FROM read_text('{tmp_path}/secret.csv')", f"FROM '{tmp_path}/secret.csv'", "FROM glob('/*')",
        f"FROM read_text('{allowed}/../secret.csv')", f"COPY (SELECT 1) TO '{tmp_path}/new.csv'",
        f"ATTACH '{tmp_path}/new.db'", "SET enable_external_access = true", "SET allowed_directories = ['/']",
        "SET max_temp_directory_size = '9TB'", "SET temp_directory = '/tmp'", "SET lock_configuration = false",
        "INSTALL httpfs", "SET allowed_configs = ['threads']", "SET autoload_known_extensions = true",
        "LOAD '/tmp/own.duckdb_extension'", "RESET enable_external_access", "RESET allowed_configs",
    ):  # fmt: skip
        with pytest.raises(duckdb.Error, match=r"[Pp]ermission|Cannot|external"):
            connection.execute(statement)
    assert {path.name for path in tmp_path.iterdir()} == {"secret.csv", "a [b]*"}


def test_a_session_goes_on_after_the_lock(tmp_path: Path) -> None:
    """Lazily loaded tables, cached results and data files can still be read after a user statement."""
    for cache in (False, True):
        with nt.open(TRACE, cache=cache) as session:
            assert session.sql("SELECT 6 * 7 AS a").one() == {"a": 42}
            assert session.query("kernel_class").one()["class"] == "gemm"
            assert session.stats("cuda_gpu_kern_sum").one()
            assert session.query("range_summary").one()


@pytest.mark.parametrize(
    ("name", "meant"),
    [("kernl", "kernel"), ("stage_sumary", "stage_summary"),
     ("cupti_activity_kind_kernl", "CUPTI_ACTIVITY_KIND_KERNEL"),
     ("raw.StringsId", "StringIds")],
)  # fmt: skip
def test_a_name_that_was_meant(session: nt.Session, name: str, meant: str) -> None:
    with pytest.raises(nt.NsysToolsError) as told:
        session.sql(f"FROM {name}")
    assert f"Did you mean: {meant}" in told.value.hint
    assert "pg_" not in str(told.value)


def test_every_relation_that_is_offered_is_one_of_ours() -> None:
    assert "_kernel" not in catalogue.hint("kernel_")
    assert catalogue.hint("pg_enum") == "Run `nsys-tools queries` to list the queries."
