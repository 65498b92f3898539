"""What SQL of the user's own may do: read the trace."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import duckdb

from nsys_tools.errors import NsysToolsError
from nsys_tools.session import catalogue

# Tables that functions make of their arguments or of what the session holds. All others read files, run SQL that is
# a string, or change settings; DuckDB adds more of them with each version.
_FUNCTIONS = frozenset({
    "duckdb_columns", "duckdb_constraints", "duckdb_databases", "duckdb_functions", "duckdb_keywords", "duckdb_schemas",
    "duckdb_tables", "duckdb_types", "duckdb_views", "generate_series", "icu_calendar_names", "json_each", "json_tree",
    "pg_timezone_names", "pragma_table_info", "pragma_version", "range", "repeat", "repeat_row", "unnest",
})  # fmt: skip
# Those that read files, for a session that the user has opened to his own.
_READERS = frozenset({
    "glob", "parquet_metadata", "parquet_scan", "parquet_schema", "read_blob", "read_csv", "read_csv_auto", "read_json",
    "read_json_auto", "read_json_objects", "read_json_objects_auto", "read_ndjson", "read_ndjson_auto",
    "read_ndjson_objects", "read_parquet", "read_text", "sniff_csv", "sqlite_scan",
})  # fmt: skip
_ONLY = "SQL reads only the trace: files are not read."
_OWN_SCHEMAS = frozenset({"raw", "memory", "main", "loaded", "system", "temp", "information_schema", "pg_catalog"})
_ALLOWED = "To read your own files too: --allow-files, nt.open(..., allow_files=True)."
_REMOTE = re.compile(r"extension \"?'?(?:httpfs|azure)|(?:httpfs|azure)'? extension", re.IGNORECASE)
_COMMENTS = r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/)*"
_FORM = r"(?:\(\s*(?:ANALYZE|FORMAT\s+\w+)(?:\s*,\s*(?:ANALYZE|FORMAT\s+\w+))*\s*\))?"
_EXPLAIN = re.compile(
    rf"{_COMMENTS}EXPLAIN\b{_COMMENTS}(?P<analyze>ANALYZE\b|){_COMMENTS}(?P<form>{_FORM})", re.IGNORECASE | re.DOTALL
)
_FIRST_WORD = re.compile(rf"{_COMMENTS}(\w*)", re.DOTALL)


class Reading(NamedTuple):
    """A statement that only reads: its syntax tree (of EXPLAIN that of what is explained), and the text to run."""

    tree: dict[str, Any]
    text: str


def reading(connection: duckdb.DuckDBPyConnection, query: str, *, reads_files: bool = False) -> Reading:
    """Return a statement of the user's own, if it only reads.

    Parameters
    ----------
    connection
        Any connection; nothing is run on it but the parser.
    query
        The statement.
    reads_files
        Whether it may read files of the user's own.

    Raises
    ------
    NsysToolsError
        If it is not one statement, does more than SELECT, DESCRIBE, SUMMARIZE, SHOW or EXPLAIN one of these, or reads
        something else than the trace.

    Notes
    -----
    What DuckDB parses as one of these can name files and functions that read them. The first are refused by the lock
    of the connection, see `nsys_tools.session.connection.lock`; the second here, too.
    """
    query.encode()  # what is not Unicode, DuckDB refuses with an error of Python's
    try:
        statements = duckdb.extract_statements(query)
    except duckdb.Error as error:
        raise NsysToolsError(f"SQL: {error}") from None
    if len(statements) != 1:
        raise NsysToolsError(f"Expected one SQL statement, found {len(statements)}.", "PIVOT needs IN (...).")
    text, head = statements[0].query, ""
    if statements[0].type == duckdb.StatementType.EXPLAIN and (found := _EXPLAIN.match(text)):
        # What is run is put together anew from what was parsed: comments may end elsewhere than they seem to.
        text, head = text[found.end() :], f"EXPLAIN {found['analyze']} {found['form']} "
    tree = catalogue.parsed(connection, text)
    if tree is None:
        word = _FIRST_WORD.match(text)
        raise NsysToolsError(
            f"A trace is read-only: {word[1].upper() if word and word[1] else 'this statement'} is not allowed.",
            "Use SELECT, FROM, DESCRIBE, SUMMARIZE, SHOW TABLES or EXPLAIN. Write results with --out FILE.",
        )
    allowed = _FUNCTIONS | _READERS if reads_files else _FUNCTIONS
    if strange := sorted(catalogue.table_functions(tree) - allowed):
        raise NsysToolsError(
            f"SQL reads only the trace: the function {strange[0]}() is not allowed.",
            _ALLOWED if strange[0] in _READERS else "nsys-tools queries lists what can be queried.",
        )
    if not reads_files and any(map(_is_file, catalogue.tables(tree))):
        raise NsysToolsError(_ONLY, _ALLOWED)
    return Reading(tree, head + text)


def _is_file(parts: Sequence[str]) -> bool:
    """Return whether DuckDB would look for a file of this name: it joins database, schema and table with dots.

    The lock alone would let the folders of the session be read: that of a parquetdir, the cache.
    """
    *schemas, table = (part for part in parts if part)
    return not _OWN_SCHEMAS.issuperset(schemas) or re.search(r"[/\\\\.*?:]", table) is not None


def refused(error: duckdb.Error, tables: Iterable[str]) -> NsysToolsError:
    """Return what to tell of SQL that DuckDB refuses.

    Parameters
    ----------
    error
        What DuckDB says.
    tables
        What could have been meant besides queries.
    """
    if found := re.search(r"Table with name \"?(.+?)\"? does not exist", str(error)):
        hint = catalogue.hint(found[1], tables)
        return NsysToolsError(f"There is no query or table {found[1]!r}.", hint)
    if isinstance(error, duckdb.PermissionException):
        return NsysToolsError(_ONLY, _ALLOWED)
    if isinstance(error, duckdb.HTTPException) or _REMOTE.search(str(error)):
        return NsysToolsError("SQL reads nothing over the network.", "Copy the file to this machine, and read it here.")
    return NsysToolsError(f"SQL: {error}", "nsys-tools queries lists what can be queried.")
