"""What SQL of the user's own may do: read the trace."""

from __future__ import annotations

import re
from collections.abc import Iterable
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


def reading(connection: duckdb.DuckDBPyConnection, query: str) -> Reading:
    """Return a statement of the user's own, if it only reads.

    Parameters
    ----------
    connection
        Any connection; nothing is run on it but the parser.
    query
        The statement.

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
    if strange := sorted(catalogue.table_functions(tree) - _FUNCTIONS):
        raise NsysToolsError(
            f"SQL reads only the trace: the function {strange[0]}() is not allowed.",
            "nsys-tools queries lists what can be queried.",
        )
    return Reading(tree, head + text)


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
        return NsysToolsError("SQL reads only the trace: files are not read.", "FROM names a query or a table.")
    return NsysToolsError(f"SQL: {error}", "nsys-tools queries lists what can be queried.")
