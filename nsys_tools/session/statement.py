"""What SQL of the user's own may do: read."""

from __future__ import annotations

import duckdb

from nsys_tools.errors import NsysToolsError


def check_reads_only(query: str) -> None:
    """Refuse a statement that does more than read.

    Raises
    ------
    NsysToolsError
        If it is not one statement, or does not only read.
    """
    kinds = duckdb.StatementType
    reads = {kinds.SELECT, kinds.EXPLAIN, kinds.PRAGMA, kinds.RELATION}
    try:
        statements = duckdb.extract_statements(query)
    except duckdb.Error as error:
        raise NsysToolsError(f"SQL: {error}") from None
    if len(statements) != 1:
        raise NsysToolsError(f"Expected one SQL statement, found {len(statements)}.")
    if statements[0].type not in reads:
        raise NsysToolsError(
            f"A trace is read-only: {statements[0].type.name} is not allowed.", "Write results with --out FILE."
        )
