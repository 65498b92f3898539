"""The DuckDB connection of a session, and the interface of a source of recorded tables."""

from __future__ import annotations

import logging
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import duckdb

from nsys_tools.session.memory import usual_limit
from nsys_tools.session.progress import Amount
from nsys_tools.session.quoting import literal, quoted, unglobbed
from nsys_tools.session.spilling import bound

log = logging.getLogger(__name__)
SMALL_BYTES = 4 << 20
"""Recorded tables smaller than this are read on one thread, and each query on them is computed once."""
OWN_SCHEMAS = "memory.main,memory.loaded"
"""The search path for names without a schema before a trace is attached."""
# The options that a session changes after its connection is locked: see `nsys_tools.session.materializing`,
# `limits`, `sparing`, `database`.
_OWN_OPTIONS = ("search_path", "preserve_insertion_order", "sqlite_all_varchar", "memory_limit", "threads")
MODEST_BYTES = 1 << 30
"""The default memory limit of queries. Spilling the rest to disk makes queries about 5 % slower."""
_most_memory = ""
_OPEN: weakref.WeakValueDictionary[int, duckdb.DuckDBPyConnection] = weakref.WeakValueDictionary()


def connect(spill: Path, *, is_small: bool = True, threads: int = 0) -> duckdb.DuckDBPyConnection:
    """Return an in-memory DuckDB that never accesses the network and spills only to `spill`.

    The used columns of the recorded tables are copied to its schema ``loaded``.

    Parameters
    ----------
    spill
        The session's own temporary folder.
    is_small
        Whether the recorded tables are smaller than `SMALL_BYTES`; such tables are read on one thread.
    threads
        Number of DuckDB threads for larger tables; 0 for one per core.

    Notes
    -----
    Aggregates over an empty window, such as ``sum(x) OVER ()``, sometimes make DuckDB 1.5.5 fail on a few rows and
    several threads (docs/upstream/duckdb-window.md). The shipped queries do not use them, but a user's SQL can. Small
    traces do not gain from threads: `analyze` of a 1 MB trace is equally fast on one.
    """
    connection = duckdb.connect(
        config={
            **({"threads": "1" if is_small else str(threads)} if is_small or threads else {}),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            # For `load_extension`, which is the only code that loads an extension.
            "allow_unsigned_extensions": "true",
            "python_enable_replacements": "false",
            "temp_directory": str(spill),
        }
    )
    bound(connection, spill)
    set_memory(connection)
    connection.execute(f"CREATE SCHEMA loaded; SET search_path = {literal(OWN_SCHEMAS)}")
    return interruptible(connection)


def limit_memory(size: str) -> str:
    """Set the memory limit, such as ``2GB``, of each connection opened from now on; return the previous limit."""
    global _most_memory
    before, _most_memory = _most_memory, size
    return before


def set_memory(connection: duckdb.DuckDBPyConnection) -> None:
    """Set the memory limit of a connection: the user's limit, or `MODEST_BYTES`, or less if less memory is free."""
    usual = usual_limit()
    modest = MODEST_BYTES if usual is None else min(usual, MODEST_BYTES)
    with suppress(duckdb.OutOfMemoryException):  # without a cache, more can already be in use
        connection.execute(f"SET memory_limit = {literal(_most_memory or f'{modest}B')}")


def more_memory(connection: duckdb.DuckDBPyConnection) -> bool:
    """Raise the memory limit of a connection to the user's limit or `usual_limit`; return whether it changed."""
    most = _most_memory or (f"{usual}B" if (usual := usual_limit()) else "")
    before = _limit(connection)
    if most:
        connection.execute(f"SET memory_limit = {literal(most)}")
    if before == _limit(connection):
        return False
    log.info("A query needs more memory than %s. The limit is raised to %s.", before, _limit(connection))
    return True


def _limit(connection: duckdb.DuckDBPyConnection) -> str:
    row = connection.execute("SELECT current_setting('memory_limit')").fetchone()
    return str(row and row[0])


def load_extension(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Load DuckDB's own extension from its installed wheel; then allow only signed extensions.

    DuckDB checks a signature by hashing the file, which takes 0.13 s per session for 35 MB. The check would only
    protect against an attacker who can write to the installed packages, and therefore to DuckDB itself.
    """
    connection.execute(f"LOAD {literal(file)}; SET allow_unsigned_extensions = false")


def lock(connection: duckdb.DuckDBPyConnection, folders: Iterable[Path], *, reads_files: bool = False) -> None:
    """Restrict a connection permanently to reading and writing in some folders. DuckDB cannot undo this.

    Parameters
    ----------
    connection
        Its extensions must be loaded and its databases attached: both are refused afterwards.
    folders
        The folders that the session itself still reads and writes, in addition to its spill folder.
    reads_files
        Whether the user allowed SQL to read other files. In this case only the configuration is locked.

    Notes
    -----
    A session locks its connection before it runs the user's SQL, in case a statement gets past
    `nsys_tools.session.statement.reading`. The configuration is also locked, except for the few options that the
    session itself sets while it loads tables. None of these options grants access.
    """
    # DuckDB compares the paths of readers as written, so a path escaped against globbing must be listed too.
    names = [name for folder in folders for name in (str(folder), unglobbed(folder))]
    connection.execute(f"SET allowed_directories = [{', '.join(map(literal, names))}]")
    connection.execute("SET allow_unsigned_extensions = false; SET allow_community_extensions = false")
    if not reads_files:
        connection.execute("SET enable_external_access = false")
    connection.execute(f"SET allowed_configs = [{', '.join(map(literal, _OWN_OPTIONS))}]")
    connection.execute("SET lock_configuration = true")


def interruptible(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Return the connection; from now on `interrupt` also stops its queries."""
    _OPEN[id(connection)] = connection
    return connection


def interrupt() -> bool:
    """Stop the running query of every open connection; return whether a connection is open. This is thread-safe."""
    is_open = False
    for reference in _OPEN.valuerefs():  # a copy: other threads may open and close connections
        connection = reference()
        if connection is not None:
            with suppress(duckdb.ConnectionException):  # already closed
                connection.interrupt()
                is_open = True
    return is_open


class Recorded(Protocol):
    """The recorded tables, which queries read as the database ``raw`` of the connection."""

    @property
    def tables(self) -> Mapping[str, Mapping[str, str]]:
        """Column types by table and column name."""

    @property
    def search_path(self) -> str:
        """The search path for names without a schema."""

    @property
    def is_small(self) -> bool:
        """Whether the tables are smaller than `SMALL_BYTES`."""

    @property
    def folders(self) -> Sequence[Path]:
        """The folders that queries read through DuckDB's own file system while they run."""

    def attach(self) -> None:
        """Attach the tables, unless they are already attached."""

    def check(self, table: str) -> Callable[[], None]:
        """Start checking a table that is about to be read; return a function that waits and raises if it is damaged."""

    def meter(self, tables: Sequence[str], place: int) -> Callable[[], Amount | None] | None:
        """Return a function that measures how much of `tables` has been read, during the one at `place`, or None.

        The check of that table must have started.
        """

    def odd(self, table: str, kinds: Mapping[str, str]) -> list[str]:
        """Describe the values in a table that do not have the expected column types, one sentence each."""

    def has_rowid(self, table: str) -> bool:
        """Whether the rows of a table are numbered."""


class NothingRecorded:
    """An empty set of recorded tables, for a session that has only tables from other sources.

    Parameters
    ----------
    connection
        The connection of the session.
    schema
        The tables that queries may read, with columns and types by name. They exist and are empty.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, schema: Mapping[str, Mapping[str, str]]) -> None:
        self._connection = connection
        self._schema = schema
        self.tables: Mapping[str, Mapping[str, str]] = {}
        self.search_path = OWN_SCHEMAS
        self.is_small = True
        self.folders: Sequence[Path] = ()

    def attach(self) -> None:
        """Create the empty tables."""
        self._connection.execute("ATTACH IF NOT EXISTS ':memory:' AS raw")
        for table, columns in self._schema.items():
            declared = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
            self._connection.execute(f"CREATE TABLE IF NOT EXISTS raw.main.{quoted(table)} ({declared})")

    def check(self, table: str) -> Callable[[], None]:
        """Return a function that does nothing, since there is nothing to check."""
        return lambda: None

    def meter(self, tables: Sequence[str], place: int) -> None:
        """Return None, since there is nothing to measure."""

    def odd(self, table: str, kinds: Mapping[str, str]) -> list[str]:
        """Return an empty list, since there are no rows."""
        return []

    def has_rowid(self, table: str) -> bool:
        """Return True, which has no effect on empty tables."""
        return True
