"""Limits on rows, time and memory for one of the user's SQL statements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread

import duckdb

from nsys_tools.errors import NsysToolsError, UsageError
from nsys_tools.session import connection as connections
from nsys_tools.session import memory_limit
from nsys_tools.session.memory import bytes_of
from nsys_tools.session.result import Result

_AGAIN_S = 0.05


def check_size(size: str, name: str) -> None:
    """Refuse a value that is not a memory size. Error messages call it `name`."""
    if not bytes_of(size):
        raise UsageError(f"{name} is {size!r}, but must be a memory size.", "Use a size such as 500MB or 2GB.")


@dataclass(frozen=True)
class Limits:
    """The limits on one statement.

    Attributes
    ----------
    rows
        Maximum number of rows; None for all rows.
    seconds
        Time limit in seconds, including the time to load tables; None for no limit.
    memory
        Memory limit, such as ``2GB``; empty for the session's limit.

    Raises
    ------
    UsageError
        If a limit is invalid.
    """

    rows: int | None = None
    seconds: float | None = None
    memory: str = ""

    def __post_init__(self) -> None:
        """Refuse invalid limits."""
        if self.rows is not None and self.rows < 0:
            raise UsageError(f"limit is {self.rows}, but must be 0 or more.", "Omit it to get all rows.")
        if self.seconds is not None and not 0 < self.seconds < float("inf"):
            raise UsageError(f"max_seconds is {self.seconds:g}, but must be more than 0.", "Omit it for no limit.")
        if self.memory:
            check_size(self.memory, "max_memory")

    @contextmanager
    def hold(self, connection: duckdb.DuckDBPyConnection | None = None) -> Iterator[None]:
        """Enforce the time and memory limits within a ``with`` block.

        Parameters
        ----------
        connection
            The connection that runs the statement. If it is None, the time limit, but no memory limit, applies to all
            connections that are open or are opened in the block.

        Raises
        ------
        NsysToolsError
            If the block exceeds a limit.

        Notes
        -----
        An interrupt ends only one DuckDB query, and a statement can run several queries to prepare its sources.
        Therefore, queries are interrupted repeatedly until the block ends. Work outside of queries, such as reading a
        job's traces, is not interrupted. The statement fails when that work is complete.
        """
        is_over, is_late = Event(), Event()
        earlier = ""
        watch = Thread(target=self._interrupt, args=(connection, is_over, is_late), daemon=True)
        try:
            if self.memory and connection:
                earlier = memory_limit.limit_memory(self.memory.strip())
                memory_limit.set_memory(connection)
            if self.seconds is not None:
                watch.start()
            yield
        except (duckdb.Error, NsysToolsError) as error:
            raise self._told(error, is_late=is_late.is_set()) from None
        finally:
            is_over.set()
            if watch.ident is not None:
                watch.join()
            if self.memory and connection:
                memory_limit.limit_memory(earlier)
                memory_limit.set_memory(connection)

    def _interrupt(self, connection: duckdb.DuckDBPyConnection | None, is_over: Event, is_late: Event) -> None:
        if not is_over.wait(self.seconds):
            is_late.set()
            while not is_over.wait(_AGAIN_S):
                (connection or connections).interrupt()

    def _told(self, error: Exception, *, is_late: bool) -> Exception:
        if is_late:
            return NsysToolsError(
                f"The statement took longer than {self.seconds:g} s.", "Query less data, or raise --max-seconds."
            )
        if self.memory and re.search(r"Out of Memory|memory limit", str(error)):
            return NsysToolsError(
                f"The statement needs more than {self.memory.strip()} of memory.",
                "Query less data, or raise --max-memory.",
            )
        return error

    def apply(self, result: Result) -> Result:
        """Compute a result immediately, within the limits. Without limits, the result is computed when it is read."""
        if self != Limits():
            result.compute(self.rows)
        return result
