"""Check that the user's SQL only reads the trace."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import duckdb

from nsys_tools.errors import NsysToolsError
from nsys_tools.session import catalogue

# Table functions that read only their arguments or the session. All other table functions read files, run SQL from a
# string, or change settings, and each DuckDB version adds more of them.
_FUNCTIONS = frozenset({
    "duckdb_columns", "duckdb_constraints", "duckdb_databases", "duckdb_functions", "duckdb_keywords", "duckdb_schemas",
    "duckdb_tables", "duckdb_types", "duckdb_views", "generate_series", "icu_calendar_names", "json_each", "json_tree",
    "pg_timezone_names", "pragma_table_info", "pragma_version", "range", "repeat", "repeat_row", "unnest",
})  # fmt: skip
# Table functions that read files, for sessions in which the user allowed this.
_READERS = frozenset({
    "glob", "parquet_metadata", "parquet_scan", "parquet_schema", "read_blob", "read_csv", "read_csv_auto", "read_json",
    "read_json_auto", "read_json_objects", "read_json_objects_auto", "read_ndjson", "read_ndjson_auto",
    "read_ndjson_objects", "read_parquet", "read_text", "sniff_csv", "sqlite_scan",
})  # fmt: skip
_ONLY = "SQL can read only the trace, not files."
_OWN_SCHEMAS = frozenset({"raw", "memory", "main", "loaded", "system", "temp", "information_schema", "pg_catalog"})
_ALLOWED = "To read your own files, use --allow-files or nt.open(..., allow_files=True)."
_REMOTE = re.compile(r"extension \"?'?(?:httpfs|azure)|(?:httpfs|azure)'? extension", re.IGNORECASE)
_COMMENTS = r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/)*"
_FORM = r"(?:\(\s*(?:ANALYZE|FORMAT\s+\w+)(?:\s*,\s*(?:ANALYZE|FORMAT\s+\w+))*\s*\))?"
_EXPLAIN = re.compile(
    rf"{_COMMENTS}EXPLAIN\b{_COMMENTS}(?P<analyze>ANALYZE\b|){_COMMENTS}(?P<form>{_FORM})", re.IGNORECASE | re.DOTALL
)
_FIRST_WORD = re.compile(rf"{_COMMENTS}(\w*)", re.DOTALL)


class Reading(NamedTuple):
    """A read-only statement: the SQL to run, and its syntax tree (for EXPLAIN, the explained statement's tree)."""

    tree: dict[str, Any]
    text: str


def reading(connection: duckdb.DuckDBPyConnection, query: str, *, reads_files: bool = False) -> Reading:
    """Return the user's statement if it is read-only; otherwise, raise an error.

    Parameters
    ----------
    connection
        Any connection. It is used only to run the parser.
    query
        The statement.
    reads_files
        Whether the statement may read the user's own files.

    Raises
    ------
    NsysToolsError
        If there is not exactly one statement, if the statement is neither a SELECT, DESCRIBE, SUMMARIZE or SHOW nor
        an EXPLAIN of one of these, or if it reads anything other than the trace.

    Notes
    -----
    Even these statements can name files or call functions that read files. The connection lock blocks both (see
    `nsys_tools.session.connection.lock`), and such functions are also refused here.
    """
    query.encode()  # fail early on invalid Unicode, for which DuckDB would raise a Python error
    try:
        statements = duckdb.extract_statements(query)
    except duckdb.Error as error:
        raise NsysToolsError(f"SQL: {error}") from None
    if len(statements) != 1:
        raise NsysToolsError(
            f"Expected one SQL statement, found {len(statements)}.",
            "Run statements one at a time. PIVOT requires IN (...).",
        )
    text, head = statements[0].query, ""
    if statements[0].type == duckdb.StatementType.EXPLAIN and (found := _EXPLAIN.match(text)):
        # Rebuild the SQL to run from the parsed parts, because a comment may end at an unexpected position.
        text, head = text[found.end() :], f"EXPLAIN {found['analyze']} {found['form']} "
    tree = catalogue.parsed(connection, text)
    if tree is None:
        word = _FIRST_WORD.match(text)
        raise NsysToolsError(
            f"Traces are read-only, so {word[1].upper() if word and word[1] else 'this statement'} is not allowed.",
            "Use SELECT, FROM, DESCRIBE, SUMMARIZE, SHOW TABLES or EXPLAIN. Write results with --out FILE.",
        )
    allowed = _FUNCTIONS | _READERS if reads_files else _FUNCTIONS
    if strange := sorted(catalogue.table_functions(tree) - allowed):
        raise NsysToolsError(
            f"SQL can read only the trace. The function {strange[0]}() is not allowed.",
            _ALLOWED if strange[0] in _READERS else "Run `nsys-tools queries` to list what can be queried.",
        )
    if not reads_files and any(map(_is_file, catalogue.tables(tree))):
        raise NsysToolsError(_ONLY, _ALLOWED)
    return Reading(tree, head + text)


def _is_file(parts: Sequence[str]) -> bool:
    """Return whether DuckDB would look for a file with this name, which is database, schema and table joined by dots.

    The lock alone would still allow SQL to read the session's folders, which are a parquetdir and the cache.
    """
    *schemas, table = (part for part in parts if part)
    return not _OWN_SCHEMAS.issuperset(schemas) or re.search(r"[/\\\\.*?:]", table) is not None


def refused(error: duckdb.Error, tables: Iterable[str]) -> NsysToolsError:
    """Return the error to raise for SQL that DuckDB rejects.

    Parameters
    ----------
    error
        The error raised by DuckDB.
    tables
        Names of tables to suggest in addition to queries.
    """
    if found := re.search(r"Table with name \"?(.+?)\"? does not exist", str(error)):
        hint = catalogue.hint(found[1], tables)
        return NsysToolsError(f"There is no query or table {found[1]!r}.", hint)
    if isinstance(error, duckdb.PermissionException):
        return NsysToolsError(_ONLY, _ALLOWED)
    if isinstance(error, duckdb.HTTPException) or _REMOTE.search(str(error)):
        return NsysToolsError("SQL cannot read over the network.", "Copy the file to this machine and read it here.")
    return NsysToolsError(f"SQL: {error}", "Run `nsys-tools queries` to list what can be queried.")
