"""Fill session tables with the caller's rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from nsys_tools.session.quoting import literal, quoted


def fill(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]
) -> None:
    """Create or replace a table with the given rows.

    Parameters
    ----------
    connection
        The connection of the session.
    table
        Name of the table.
    columns
        Column types by column name.
    rows
        One sequence per row, in the order of the columns.
    """
    declared = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
    connection.execute(f"CREATE OR REPLACE TABLE {quoted(table)} ({declared})")
    if rows:
        # Insert by column, since inserting row by row takes a hundred times longer. Use literals, since DuckDB imports
        # pandas to bind a parameter.
        lists = [literal(json.dumps(column)) for column in zip(*rows, strict=True)]
        kinds = columns.values()
        values = (f"unnest(from_json({text}, '[\"{kind}\"]'))" for text, kind in zip(lists, kinds, strict=True))
        connection.execute(f"INSERT INTO {quoted(table)} SELECT {', '.join(values)}")


def key_of(rows: Sequence[Sequence[Any]]) -> str:
    """Return a key that changes whenever the rows change."""
    return hashlib.sha256(repr([tuple(row) for row in rows]).encode(errors="surrogatepass")).hexdigest()[:16]
