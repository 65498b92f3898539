"""The memory limit of a session's DuckDB connection."""

from __future__ import annotations

import logging
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import duckdb

from nsys_tools.session.memory import bytes_of, resident_bytes, usual_limit

log = logging.getLogger(__name__)
FRUGAL_BYTES = 256 << 20
"""The memory limit of the queries of a report. Most of them need no more, and take at most 5 % longer with it."""
LEAN_BYTES = 512 << 20
"""The memory limit of the queries of a report after a result needed more than `FRUGAL_BYTES`."""
MODEST_BYTES = 768 << 20
"""The default memory limit of queries. Spilling the rest to disk makes queries about 5 % slower."""
RETAINED_BYTES = 384 << 20
"""In a process smaller than this, memory that DuckDB's allocator retains is not returned to the system."""
RETAINED_FACTOR = 1.5
"""Nor is it in a process that is smaller than its memory limit times this factor."""
_most_memory = ""
_LIMITS: weakref.WeakKeyDictionary[duckdb.DuckDBPyConnection, float] = weakref.WeakKeyDictionary()


def limit_memory(size: str) -> str:
    """Set the memory limit (for example, ``2GB``) for connections opened from now on; return the previous limit."""
    global _most_memory
    before, _most_memory = _most_memory, size
    return before


def set_memory(connection: duckdb.DuckDBPyConnection) -> None:
    """Set a connection's memory limit to the user's limit. The default is `MODEST_BYTES`, or less if memory is low."""
    limit_to(connection, _most() if _most_memory else min(_most(), MODEST_BYTES))


@contextmanager
def frugal(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Start with a memory limit of `FRUGAL_BYTES` within a ``with`` block. Statements that need more get more."""
    limit_to(connection, min(_limit(connection), FRUGAL_BYTES))
    try:
        yield
    finally:
        with suppress(duckdb.ConnectionException):  # the session was closed
            set_memory(connection)


def more_memory(connection: duckdb.DuckDBPyConnection, most: int | None = None) -> bool:
    """Raise a connection's memory limit to the maximum; return whether it was raised.

    Parameters
    ----------
    connection
        The connection.
    most
        A lower maximum. Otherwise, it is the user's limit or `usual_limit`.
    """
    before, limit = _limit(connection), min(_most(), most or float("inf"))
    # DuckDB reports its limit rounded, so a limit that is slightly higher is the same.
    if limit <= 1.05 * before or not limit_to(connection, limit):
        return False
    log.info("A query needs more than %.1f MB of memory. Its limit was raised to %.0f MB.", before / 1e6, limit / 1e6)
    return True


@contextmanager
def restored(connection: duckdb.DuckDBPyConnection, *, is_lean: bool) -> Iterator[int]:
    """Yield the number of threads. After a ``with`` block, restore this number and the memory limit.

    If it was raised and the user did not set it, the limit stays at `LEAN_BYTES` if `is_lean` is set or if it was lower
    than that of reports, as in exports.
    """
    row = connection.execute("SELECT current_setting('threads')").fetchone()
    threads, limit = int(row[0]) if row else 1, _limit(connection)
    try:
        yield threads
    finally:
        connection.execute(f"SET threads = {threads}")
        stays = not _most_memory and (is_lean or limit < FRUGAL_BYTES)
        limit_to(connection, max(limit, min(_limit(connection), LEAN_BYTES)) if stays else limit)


def release_memory(connection: duckdb.DuckDBPyConnection) -> None:
    """Return the memory that DuckDB's allocator retains to the system, if the process is large.

    DuckDB 1.5 returns it only when the limit is set. In a process that is not much larger than its limit, the next
    statement would only allocate it again, which increases the CPU time of `stats` by 6 %.
    """
    limit = _limit(connection)
    if resident_bytes() > max(RETAINED_BYTES, RETAINED_FACTOR * limit):
        limit_to(connection, limit)


def _most() -> float:
    return bytes_of(_most_memory) or usual_limit() or float("inf")


def limit_to(connection: duckdb.DuckDBPyConnection, limit: float) -> bool:
    """Set a connection's memory limit in bytes; return whether DuckDB accepted it."""
    if limit == float("inf"):
        return False
    try:
        connection.execute(f"SET memory_limit = '{int(limit)}B'")
    except duckdb.OutOfMemoryException:  # without a cache, more memory may already be in use
        return False
    _LIMITS[connection] = limit
    return True


def _limit(connection: duckdb.DuckDBPyConnection) -> float:
    """Return the memory limit in bytes. DuckDB reports it with one decimal, so a limit set here is remembered."""
    if connection in _LIMITS:
        return _LIMITS[connection]
    row = connection.execute("SELECT current_setting('memory_limit')").fetchone()
    return bytes_of(str(row and row[0])) or float("inf")
