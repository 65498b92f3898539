"""Regular expressions that are rows of a table, written into a statement as constants.

DuckDB compiles a constant expression once, and one out of a table for each row that it is compared with: a million
names and 24 rules take ten minutes that way, and three seconds with constants. So a materialized query may call
``first_match(text, 'table')``, ``first_full_match(text, 'table')`` or ``first_form(text, 'table')``: the least
``position`` of the rows of the table whose ``expression`` is found in the text, upper and lower case alike; matches the
whole of it; or is found in it as it is written, beside the text ``part``. NULL stands for none. The query must also
read the table, so that it is made before.
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
    """Return a statement in which each call is a CASE over the rows that the table has now.

    Parameters
    ----------
    connection
        Where the tables are.
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
