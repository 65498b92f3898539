"""Inlining regular expressions from a table into a statement as constants.

DuckDB compiles a constant expression once, but an expression from a table once per row that it is matched with. A
million names and 24 rules take ten minutes that way, and three seconds with constants. Therefore a materialized query
may call ``first_match(text, 'table')``, ``first_full_match(text, 'table')`` or ``first_form(text, 'table')``. They
return the smallest ``position`` among the rows of the table whose ``expression`` is found in the text, ignoring case;
matches the whole text; or is found in the text, case-sensitively, together with the text ``part``. They return NULL
if no row matches. The query must also read the table, so that the table is created first.
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
    """Return a statement in which each call is replaced by a CASE over the current rows of the table.

    Parameters
    ----------
    connection
        The connection with the tables.
    sql
        The statement.
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
