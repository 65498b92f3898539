"""A session's DuckDB connection, and the interface that a source of recorded tables must implement."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import duckdb

from nsys_tools.session.memory_limit import set_memory
from nsys_tools.session.progress import Amount
from nsys_tools.session.quoting import literal, quoted, unglobbed
from nsys_tools.session.spilling import bound

SMALL_BYTES = 4 << 20
"""Recorded tables smaller than this are read on one thread, and each query on them is computed once."""
OWN_SCHEMAS = "memory.main,memory.loaded"
"""The search path for names without a schema before a trace is attached."""
# The options that a session changes after its connection is locked (see `nsys_tools.session.materializing`,
# `limits`, `sparing` and `database`).
_OWN_OPTIONS = ("search_path", "preserve_insertion_order", "sqlite_all_varchar", "memory_limit", "threads")
_OPEN: weakref.WeakValueDictionary[int, duckdb.DuckDBPyConnection] = weakref.WeakValueDictionary()


def connect(spill: Path, *, is_small: bool = True, threads: int = 0) -> duckdb.DuckDBPyConnection:
    """Return an in-memory DuckDB that never accesses the network and spills only to `spill`.

    The columns that queries use are copied from the recorded tables to its ``loaded`` schema.

    Parameters
    ----------
    spill
        The session's own temporary folder.
    is_small
        Whether the recorded tables are smaller than `SMALL_BYTES`. Such tables are read on one thread.
    threads
        Number of DuckDB threads for larger tables; 0 for one per core.

    Notes
    -----
    With several threads and only a few rows, DuckDB 1.5.5 sometimes fails on aggregates over an empty window, such as
    ``sum(x) OVER ()`` (see docs/upstream/duckdb-window.md). The shipped queries do not use such aggregates, but a
    user's SQL can. Small traces do not benefit from threads: `analyze` on a 1 MB trace is equally fast with one thread.
    """
    connection = duckdb.connect(
        config={
            **({"threads": "1" if is_small else str(threads)} if is_small or threads else {}),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            # Required by `load_extension`, which is the only code that loads an extension.
            "allow_unsigned_extensions": "true",
            "python_enable_replacements": "false",
            "temp_directory": str(spill),
        }
    )
    bound(connection, spill)
    set_memory(connection)
    # In notebooks and in `python -c`, DuckDB prints a progress bar to stdout. In a notebook without ipywidgets, it
    # cannot draw one and refuses to change the setting.
    with suppress(duckdb.InvalidInputException):
        connection.execute("SET enable_progress_bar = false")
    connection.execute(f"CREATE SCHEMA loaded; SET search_path = {literal(OWN_SCHEMAS)}")
    return interruptible(connection)


def load_extension(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Load DuckDB's own extension from its installed wheel, then allow only signed extensions.

    DuckDB checks a signature by hashing the file, which takes 0.13 s per session for 35 MB. The check would
    protect only against an attacker who can write to the installed packages, and therefore to DuckDB itself.
    """
    connection.execute(f"LOAD {literal(file)}; SET allow_unsigned_extensions = false")


def lock(connection: duckdb.DuckDBPyConnection, folders: Iterable[Path], *, reads_files: bool = False) -> None:
    """Permanently restrict a connection to reading and writing in the given folders. DuckDB cannot undo this.

    Parameters
    ----------
    connection
        The connection. Its extensions must already be loaded and its databases attached, since DuckDB refuses both
        afterwards.
    folders
        The folders, in addition to its spill folder, that the session itself still needs to read and write.
    reads_files
        Whether the user allowed SQL to read other files. In this case, only the configuration is locked.

    Notes
    -----
    A session locks its connection before it runs the user's SQL, in case `nsys_tools.session.statement.reading` fails
    to reject a statement. The configuration is also locked, except for the few options that the session itself sets
    while it loads tables. None of these options grants access to files.
    """
    # DuckDB compares paths as written in reader calls, so paths with escaped glob characters must also be listed.
    names = [name for folder in folders for name in (str(folder), unglobbed(folder))]
    connection.execute(f"SET allowed_directories = [{', '.join(map(literal, names))}]")
    connection.execute("SET allow_unsigned_extensions = false; SET allow_community_extensions = false")
    if not reads_files:
        connection.execute("SET enable_external_access = false")
    connection.execute(f"SET allowed_configs = [{', '.join(map(literal, _OWN_OPTIONS))}]")
    connection.execute("SET lock_configuration = true")


def interruptible(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Register a connection so that `interrupt` also stops its queries; return the connection."""
    _OPEN[id(connection)] = connection
    return connection


def interrupt() -> bool:
    """Stop the running query on every open connection; return whether any connection is open. Thread-safe."""
    is_open = False
    for reference in _OPEN.valuerefs():  # a copy, since other threads may open and close connections
        connection = reference()
        if connection is not None:
            with suppress(duckdb.ConnectionException):  # already closed
                connection.interrupt()
                is_open = True
    return is_open


class Recorded(Protocol):
    """The recorded tables, which queries read from the connection's ``raw`` database."""

    @property
    def tables(self) -> Mapping[str, Mapping[str, str]]:
        """Column types by table and column name."""

    @property
    def search_path(self) -> str:
        """The DuckDB search path for names without a schema."""

    @property
    def is_small(self) -> bool:
        """Whether the tables are smaller than `SMALL_BYTES`."""

    @property
    def folders(self) -> Sequence[Path]:
        """The folders that running queries read through DuckDB's own file system."""

    def attach(self) -> None:
        """Attach the tables, unless they are already attached."""

    def check(self, table: str) -> Callable[[], None]:
        """Start checking a table; return a function that waits for the check and raises an error if it fails."""

    def meter(self, tables: Sequence[str], place: int) -> Callable[[], Amount | None] | None:
        """Return a function that measures how much of `tables` has been read, or None if this cannot be measured.

        The function is for use while the table at index `place` is being read. The check of that table must have
        started.
        """

    def odd(self, table: str, kinds: Mapping[str, str]) -> list[str]:
        """Describe the values in a table that do not match the expected column types, one sentence each."""

    def has_rowid(self, table: str) -> bool:
        """Whether the rows of a table have a rowid."""


class NothingRecorded:
    """An empty set of recorded tables, for a session whose tables all come from other sources.

    Parameters
    ----------
    connection
        The connection of the session.
    schema
        Column types by table and column name, for the tables that queries may read. These tables are created empty.
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
        """Return True. The value does not matter, because the tables are empty."""
        return True
