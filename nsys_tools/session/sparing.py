"""Retry statements that run out of memory, and report an error only if the retries fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import duckdb

_T = TypeVar("_T")


def spared(connection: duckdb.DuckDBPyConnection, run: Callable[[], _T]) -> _T:
    """Run statements. If memory runs out, retry with higher memory limits, and then also on a single thread.

    Each DuckDB thread holds its own blocks, which cannot be spilled. A single thread is slower, but needs the least
    memory.

    Raises
    ------
    duckdb.OutOfMemoryException
        If there is not enough memory even for a single thread.
    """
    import duckdb  # noqa: PLC0415

    from nsys_tools.session.connection import less_memory, more_memory  # noqa: PLC0415  (it imports DuckDB)

    try:
        return run()
    except duckdb.OutOfMemoryException:
        if more_memory(connection):
            try:
                return spared(connection, run)
            finally:
                less_memory(connection)
        row = connection.execute("SELECT current_setting('threads')").fetchone()
        if row is None or row[0] == 1:
            raise
        connection.execute("SET threads = 1")
        try:
            return run()
        finally:
            connection.execute(f"SET threads = {int(row[0])}")
