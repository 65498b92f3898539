"""What one statement of the user's own may take: rows, seconds, memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread

import duckdb

from nsys_tools.errors import NsysToolsError, UsageError
from nsys_tools.session import connection as connections
from nsys_tools.session.result import Result

_SIZE = re.compile(r"\d+(\.\d+)?\s*([KMGT]i?)?B", re.IGNORECASE)
_AGAIN_S = 0.05


def check_size(size: str, name: str) -> None:
    """Refuse what is no size of memory; messages call it `name`."""
    if not _SIZE.fullmatch(size.strip()):
        raise UsageError(f"{name} is {size!r}; it must be a size.", "Write it as in 500MB or 2GB.")


@dataclass(frozen=True)
class Limits:
    """The limits of one statement.

    Attributes
    ----------
    rows
        At most this many rows; None for all.
    seconds
        At most this long, with what is loaded for it; None for as long as it takes.
    memory
        At most this much memory, as in ``2GB``; empty for what DuckDB takes by itself.

    Raises
    ------
    UsageError
        If a limit is none.
    """

    rows: int | None = None
    seconds: float | None = None
    memory: str = ""

    def __post_init__(self) -> None:
        """Refuse what limits nothing."""
        if self.rows is not None and self.rows < 0:
            raise UsageError(f"limit is {self.rows}; it must be 0 or more.", "Leave it out for all rows.")
        if self.seconds is not None and not 0 < self.seconds < float("inf"):
            raise UsageError(f"max_seconds is {self.seconds:g}; it must be more than 0.", "Leave it out for no limit.")
        if self.memory:
            check_size(self.memory, "max_memory")

    @contextmanager
    def hold(self, connection: duckdb.DuckDBPyConnection | None = None) -> Iterator[None]:
        """Hold the block against the limits of time and memory.

        Parameters
        ----------
        connection
            What the statement runs in; None for all that are open or are opened meanwhile, without a limit of memory.

        Raises
        ------
        NsysToolsError
            If it takes more.

        Notes
        -----
        One interrupt ends one query of DuckDB, and a statement can have several made ready. So they are
        interrupted over and over until the block has ended. What is no query, such as reading the traces of a job, is
        not interrupted; the statement is refused after it.
        """
        is_over, is_late = Event(), Event()
        earlier = ""
        watch = Thread(target=self._interrupt, args=(connection, is_over, is_late), daemon=True)
        try:
            if self.memory and connection:
                earlier = connections.limit_memory(self.memory.strip())
                connections.set_memory(connection)
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
                connections.limit_memory(earlier)
                connections.set_memory(connection)

    def _interrupt(self, connection: duckdb.DuckDBPyConnection | None, is_over: Event, is_late: Event) -> None:
        if not is_over.wait(self.seconds):
            is_late.set()
            while not is_over.wait(_AGAIN_S):
                (connection or connections).interrupt()

    def _told(self, error: Exception, *, is_late: bool) -> Exception:
        if is_late:
            return NsysToolsError(
                f"The statement took longer than {self.seconds:g} s.", "Ask for less, or raise --max-seconds."
            )
        if self.memory and re.search(r"Out of Memory|memory limit", str(error)):
            return NsysToolsError(
                f"The statement needs more memory than {self.memory.strip()}.", "Ask for less, or raise --max-memory."
            )
        return error

    def apply(self, result: Result) -> Result:
        """Have a result computed now, within the limits, and cut it; without limits it is computed when it is read."""
        if self != Limits():
            result.compute(self.rows)
        return result
