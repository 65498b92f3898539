"""Retry statements that run out of memory, and report an error only if the retries fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import duckdb

_T = TypeVar("_T")


def spared(connection: duckdb.DuckDBPyConnection, run: Callable[[], _T], *, is_result: bool = False) -> _T:
    """Run statements. If memory runs out, retry with more memory and fewer threads.

    Afterwards, memory that DuckDB's allocator retains is returned to the system if the process is large.

    Each DuckDB thread holds its own blocks, which cannot be spilled. A single thread is slower, but needs the least
    memory. The memory limit is therefore raised above the default limit only if a single thread does not suffice.

    Parameters
    ----------
    connection
        The connection.
    run
        Runs the statements.
    is_result
        Whether they read a result. If so, and unless the user set a limit, the limit then stays at `LEAN_BYTES`, since
        the other results of a report probably need as much.

    Raises
    ------
    duckdb.OutOfMemoryException
        If the maximum memory limit is not enough even for a single thread.
    """
    import duckdb  # noqa: PLC0415

    from nsys_tools.session.memory_limit import release_memory  # noqa: PLC0415  (it imports DuckDB)

    try:
        return _retried(connection, run, is_result=is_result)
    finally:
        with suppress(duckdb.ConnectionException):  # the session was closed
            release_memory(connection)


def _retried(connection: duckdb.DuckDBPyConnection, run: Callable[[], _T], *, is_result: bool) -> _T:
    import duckdb  # noqa: PLC0415

    from nsys_tools.session.memory_limit import restored  # noqa: PLC0415  (it imports DuckDB)

    try:
        return run()
    except duckdb.OutOfMemoryException as first:
        error = first
    with restored(connection, is_lean=is_result) as threads:
        for _ in _attempts(connection, threads):
            try:
                return run()
            except duckdb.OutOfMemoryException as again:
                error = again
    raise error from None


def _attempts(connection: duckdb.DuckDBPyConnection, threads: int) -> Iterator[None]:
    """Change the settings, and yield for each attempt."""
    from nsys_tools.session.memory_limit import LEAN_BYTES, MODEST_BYTES, more_memory  # noqa: PLC0415  (as above)

    for most in (LEAN_BYTES, MODEST_BYTES):
        if more_memory(connection, most):
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
