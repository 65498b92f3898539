"""Inline regular expressions from a table into a statement as constants.

DuckDB compiles a constant regular expression once, but recompiles an expression from a table for each row that it is
matched with. Matching a million names with 24 rules takes ten minutes if the rules are in a table, and three seconds
if they are constants. Therefore, materialized queries may call three functions: ``first_match(text, 'table')``,
``first_full_match(text, 'table')`` and ``first_form(text, 'table')``. Each function returns the smallest ``position``
among the matching rows of the table, or NULL if no row matches. For ``first_match``, a row matches if its
``expression`` is found in the text, ignoring case. For ``first_full_match``, the expression must match the whole text.
For ``first_form``, both the expression and the row's ``part`` must be found in the text, and case matters. The query
must also read the table, so that the table is created first.
"""

from __future__ import annotations

import re

import duckdb

from nsys_tools.session.quoting import literal, quoted

_CALL = re.compile(r"\bfirst_(?P<how>match|full_match|form)\((?P<text>[\w.]+), '(?P<table>\w+)'\)")
_TEST = {
    "match": "regexp_matches({text}, {expression}, 'i')",
    "full_match": "regexp_full_match({text}, {expression})",
    "form": "contains({text}, {part}) AND regexp_matches({text}, {expression})",
}


def unrolled(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    """Return the statement with each call replaced by a CASE expression over the current rows of the table in the call.

    Parameters
    ----------
    connection
        Connection in which the tables exist.
    sql
        The statement to change.
    """
    return _CALL.sub(lambda call: _case(connection, call), sql)


def _case(connection: duckdb.DuckDBPyConnection, call: re.Match[str]) -> str:
    part = "part" if call["how"] == "form" else "''"
    select = f"SELECT position, expression, {part} FROM {quoted(call['table'])} WHERE expression IS NOT NULL"
    rules = connection.execute(f"{select} ORDER BY position").fetchall()
    whens = [
        f"WHEN {_TEST[call['how']].format(text=call['text'], expression=literal(rule[1]), part=literal(rule[2]))} "
        f"THEN {int(rule[0])}"
        for rule in rules
    ]
    return f"CASE {' '.join(whens)} END::BIGINT" if whens else "NULL::BIGINT"
