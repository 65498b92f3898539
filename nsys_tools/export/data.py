"""Export of query results to Parquet files, an SQLite database or a DuckDB database."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from nsys_tools.errors import NsysToolsError
from nsys_tools.session import catalogue
from nsys_tools.session.database import Database
from nsys_tools.session.quoting import literal, quoted

_OTHER_TOOLS = frozenset({"stats", "recipe", "rule", "renamed", "load", "export", "change", "capture"})
_ROWS = 10_000
DOCUMENTATION = "query_column"
"""The table that documents the other tables: query, column, type, unit and meaning."""


def answerable(database: Database, wanted: Sequence[str] = ()) -> list[str]:
    """Return the queries to export: the requested ones, or all queries that require only the trace.

    Raises
    ------
    NsysToolsError
        If a requested query does not exist, or requires an input that was not given.
    """
    for name in wanted:
        catalogue.find(name)
        database.query(name, top=0)
    return list(dict.fromkeys(wanted)) or [
        name
        for name, query in catalogue.queries().items()
        if not query.private
        and query.columns
        and query.area not in _OTHER_TOOLS
        and query.source not in {"command", "ranks"}
        and not query.is_over_ranks
        and not database.needs(name)
    ]


def write_parquet(database: Database, names: Sequence[str], folder: Path) -> dict[str, int]:
    """Write one ``QUERY.parquet`` file per query and one file that documents the columns. Return the row counts.

    Raises
    ------
    NsysToolsError
        If a file and its query have different numbers of rows.
    """
    for name, rows in _selects(database, names):
        file = literal(folder / f"{name}.parquet")
        database.connection.execute(f"COPY ({rows}) TO {file} (FORMAT parquet, COMPRESSION zstd)")
    return _checked(database, names, lambda name: f"read_parquet({literal(folder / f'{name}.parquet')})")


def write_duckdb(database: Database, names: Sequence[str], file: Path) -> dict[str, int]:
    """Write a DuckDB database with one table per query (see `write_parquet`)."""
    connection = database.connection
    connection.execute(f"ATTACH {literal(file)} AS exported")
    try:
        for name, rows in _selects(database, names):
            connection.execute(f"CREATE TABLE exported.main.{quoted(name)} AS {rows}")
        return _checked(database, names, lambda name: f"exported.main.{quoted(name)}")
    finally:
        connection.execute("DETACH exported")


def write_sqlite(database: Database, names: Sequence[str], file: Path) -> dict[str, int]:
    """Write an SQLite database with one table per query (see `write_parquet`). Lists become JSON."""
    from sqlite_utils import Database as Sqlite  # noqa: PLC0415

    connection = sqlite3.connect(file, isolation_level=None)
    found: dict[str, int] = {}
    try:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        target = Sqlite(connection)
        for name, rows in _selects(database, names):
            relation = database.connection.sql(rows)
            columns = relation.columns
            table = target.table(name)
            table.create(dict(zip(columns, map(_kind, relation.types), strict=True)))
            connection.execute("BEGIN")
            table.insert_all(_records(database, rows, columns), batch_size=_ROWS)
            connection.execute("COMMIT")
            found[name] = table.count
    except (sqlite3.Error, OverflowError) as error:
        raise NsysToolsError(
            f"Cannot write the queries as SQLite ({error}).", "Use `nsys-tools export duckdb` instead."
        ) from None
    finally:
        connection.close()
    return _checked(database, names, lambda name: str(found[name]), is_count=True)


def _kind(kind: object) -> type:
    """Return the SQLite column type for a DuckDB type."""
    whole = ("BIGINT", "INTEGER", "SMALLINT", "TINYINT", "BOOLEAN", "UBIGINT", "HUGEINT", "UINTEGER")
    return int if str(kind) in whole else float if str(kind) in {"DOUBLE", "FLOAT"} else str


def _records(database: Database, rows: str, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield rows in batches."""
    cursor = database.connection.execute(rows)
    while found := cursor.fetchmany(_ROWS):
        yield from (dict(zip(columns, row, strict=True)) for row in found)


def _selects(database: Database, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each table with the SELECT statement for its rows. The table that documents the columns is last."""
    for name in names:
        database.ensure(name)
        yield name, f"FROM {quoted(name)}"
    told = [
        f"({', '.join(literal(text) for text in (name, column.name, column.type, column.unit, column.meaning))})"
        for name in names
        for column in catalogue.find(name).columns
    ]
    yield DOCUMENTATION, f"FROM (VALUES {', '.join(told)}) AS told(query, name, type, unit, meaning)"


def _checked(
    database: Database, names: Sequence[str], written: Callable[[str], str], *, is_count: bool = False
) -> dict[str, int]:
    """Check that the written tables have as many rows as their queries, and return the row counts."""
    found = {}
    for name in names:
        said = written(name) if is_count else f"(SELECT count(*) FROM {written(name)})"
        row = database.connection.execute(f"SELECT (SELECT count(*) FROM {quoted(name)}), {said}").fetchone()
        want, count = row or (0, -1)
        if want != count:
            raise NsysToolsError(
                f"{name}: {count:,} rows were written, but the query returns {want:,}.",
                "The output was deleted. Please report this error.",
            )
        found[name] = want
    return found
