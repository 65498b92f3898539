"""Retry statements that run out of memory, and report an error only if the retries fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import duckdb

_T = TypeVar("_T")


def spared(connection: duckdb.DuckDBPyConnection, run: Callable[[], _T]) -> _T:
    """Run statements. If memory runs out, retry with more memory and fewer threads.

    Each DuckDB thread holds its own blocks, which cannot be spilled. A single thread is slower, but needs the least
    memory. The memory limit is therefore raised above the default limit only if a single thread does not suffice.

    Raises
    ------
    duckdb.OutOfMemoryException
        If the maximum memory limit is not enough even for a single thread.
    """
    import duckdb  # noqa: PLC0415

    try:
        return run()
    except duckdb.OutOfMemoryException as first:
        row = connection.execute("SELECT current_setting('threads')").fetchone()
        threads, error = int(row[0]) if row else 1, first
        try:
            for _ in _attempts(connection, threads):
                try:
                    return run()
                except duckdb.OutOfMemoryException as again:
                    error = again
        finally:
            _restore(connection, threads)
        raise error from None


def _restore(connection: duckdb.DuckDBPyConnection, threads: int) -> None:
    from nsys_tools.session.connection import less_memory  # noqa: PLC0415  (it imports DuckDB)

    connection.execute(f"SET threads = {threads}")
    less_memory(connection)


def _attempts(connection: duckdb.DuckDBPyConnection, threads: int) -> Iterator[None]:
    """Change the settings, and yield for each attempt."""
    from nsys_tools.session.connection import MODEST_BYTES, more_memory  # noqa: PLC0415  (it imports DuckDB)

    if more_memory(connection, MODEST_BYTES):
        yield
    if threads > 1:
        connection.execute("SET threads = 1")
        yield
    if more_memory(connection):
        connection.execute(f"SET threads = {threads}")
        yield
        if threads > 1:
            connection.execute("SET threads = 1")
            yield
