"""The DuckDB that a session runs in, and what it asks of a source of recorded tables."""

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
"""Recorded tables of less than this are small: one thread reads them, and every query is computed once."""
OWN_SCHEMAS = "memory.main,memory.loaded"
"""Where names without a schema are looked for before a trace is attached."""
# What a session sets after its connection is locked: see `nsys_tools.session.materializing`, `limits`, `sparing`,
# `database`.
_OWN_OPTIONS = ("search_path", "preserve_insertion_order", "sqlite_all_varchar", "memory_limit", "threads")
MODEST_BYTES = 1 << 30
"""What queries take as long as it is enough: to put more than that on disk takes some 5 % longer."""
_most_memory = ""
_OPEN: weakref.WeakValueDictionary[int, duckdb.DuckDBPyConnection] = weakref.WeakValueDictionary()


def connect(spill: Path, *, is_small: bool = True, threads: int = 0) -> duckdb.DuckDBPyConnection:
    """Return an in-memory DuckDB that never reaches for the network and spills only into `spill`.

    The columns in use of the recorded tables are copied into its schema ``loaded``.

    Parameters
    ----------
    spill
        A folder of the session's own.
    is_small
        Whether the recorded tables have fewer than `SMALL_BYTES`; these are read on one thread.
    threads
        Of DuckDB for larger ones; 0 for one per core.

    Notes
    -----
    Aggregates over an empty window, such as ``sum(x) OVER ()``, make DuckDB 1.5.5 fail now and then over a few rows on
    several threads (docs/upstream/duckdb-window.md). The queries have none, SQL of a user can. Small traces gain
    nothing from threads: `analyze` of a 1 MB trace takes as long on one.
    """
    connection = duckdb.connect(
        config={
            **({"threads": "1" if is_small else str(threads)} if is_small or threads else {}),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            # For `load_extension`; nothing else gets to load one.
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
    """Have each connection opened from now on use so much memory at most, as in ``2GB``; return what was before."""
    global _most_memory
    before, _most_memory = _most_memory, size
    return before


def set_memory(connection: duckdb.DuckDBPyConnection) -> None:
    """Have a connection use as much memory as was said, else what is enough for almost all, as far as that is free."""
    usual = usual_limit()
    modest = MODEST_BYTES if usual is None else min(usual, MODEST_BYTES)
    with suppress(duckdb.OutOfMemoryException):  # it holds more already, where nothing is cached
        connection.execute(f"SET memory_limit = {literal(_most_memory or f'{modest}B')}")


def more_memory(connection: duckdb.DuckDBPyConnection) -> bool:
    """Have a connection use as much memory as was said, else all of `usual_limit`; return whether that is new."""
    most = _most_memory or (f"{usual}B" if (usual := usual_limit()) else "")
    before = _limit(connection)
    if most:
        connection.execute(f"SET memory_limit = {literal(most)}")
    if before == _limit(connection):
        return False
    log.info("More memory is needed than %s; going on with %s.", before, _limit(connection))
    return True


def _limit(connection: duckdb.DuckDBPyConnection) -> str:
    row = connection.execute("SELECT current_setting('memory_limit')").fetchone()
    return str(row and row[0])


def load_extension(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Load DuckDB's own extension from its installed wheel; after that the connection takes signed ones only.

    DuckDB checks a signature by hashing the file, which takes 0.13 s of every session for 35 MB. It would guard against
    somebody who can write to the installed packages, and thereby to DuckDB itself.
    """
    connection.execute(f"LOAD {literal(file)}; SET allow_unsigned_extensions = false")


def lock(connection: duckdb.DuckDBPyConnection, folders: Iterable[Path], *, reads_files: bool = False) -> None:
    """Let a connection read and write in some folders only, for good: DuckDB does not give the rest back.

    Parameters
    ----------
    connection
        Its extensions must be loaded, and what it reads attached: both are refused afterwards.
    folders
        Where the session itself still reads and writes, besides the folder that it spills into.
    reads_files
        Whether the user has asked to read files of his own too; then only the configuration is locked.

    Notes
    -----
    Before it runs SQL of the user's own, a session locks its connection, in case a statement gets past
    `nsys_tools.session.statement.reading`. The configuration is locked too, but for the few options that the session
    sets itself as it loads tables: none of them opens anything.
    """
    # DuckDB checks the paths of readers as they are written: what is quoted against globs is another path.
    names = [name for folder in folders for name in (str(folder), unglobbed(folder))]
    connection.execute(f"SET allowed_directories = [{', '.join(map(literal, names))}]")
    connection.execute("SET allow_unsigned_extensions = false; SET allow_community_extensions = false")
    if not reads_files:
        connection.execute("SET enable_external_access = false")
    connection.execute(f"SET allowed_configs = [{', '.join(map(literal, _OWN_OPTIONS))}]")
    connection.execute("SET lock_configuration = true")


def interruptible(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Return the connection; from now on `interrupt` stops its queries too."""
    _OPEN[id(connection)] = connection
    return connection


def interrupt() -> bool:
    """Stop the running query of every open connection; return whether one is open. Any thread may call this."""
    is_open = False
    for reference in _OPEN.valuerefs():  # a copy: other threads may open and close meanwhile
        connection = reference()
        if connection is not None:
            with suppress(duckdb.ConnectionException):  # closed already
                connection.interrupt()
                is_open = True
    return is_open


class Recorded(Protocol):
    """The recorded tables that queries read as the database ``raw`` of the connection."""

    @property
    def tables(self) -> Mapping[str, Mapping[str, str]]:
        """Column types by column name, by table."""

    @property
    def search_path(self) -> str:
        """Where names without a schema are looked for."""

    @property
    def is_small(self) -> bool:
        """Whether they have fewer than `SMALL_BYTES`."""

    @property
    def folders(self) -> Sequence[Path]:
        """What queries read through DuckDB's own file system, as they are run."""

    def attach(self) -> None:
        """Attach the tables, if that has not been done."""

    def check(self, table: str) -> Callable[[], None]:
        """Begin to check a table that is about to be read; return what waits for that and refuses a damaged one."""

    def meter(self, tables: Sequence[str], place: int) -> Callable[[], Amount | None] | None:
        """Return what tells how much of some tables has been read, while the one at `place` is; None if nothing can.

        That table's check has begun.
        """

    def odd(self, table: str, kinds: Mapping[str, str]) -> list[str]:
        """Say which values of a table are not of the types that its columns should have, a sentence each."""

    def has_rowid(self, table: str) -> bool:
        """Whether the rows of a table have a number."""


class NothingRecorded:
    """No recorded tables: the session holds only what other sources define.

    Parameters
    ----------
    connection
        The session's.
    schema
        Tables that queries may name: columns and types by name. They are there, and empty.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, schema: Mapping[str, Mapping[str, str]]) -> None:
        self._connection = connection
        self._schema = schema
        self.tables: Mapping[str, Mapping[str, str]] = {}
        self.search_path = OWN_SCHEMAS
        self.is_small = True
        self.folders: Sequence[Path] = ()

    def attach(self) -> None:
        """Make the empty tables."""
        self._connection.execute("ATTACH IF NOT EXISTS ':memory:' AS raw")
        for table, columns in self._schema.items():
            declared = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
            self._connection.execute(f"CREATE TABLE IF NOT EXISTS raw.main.{quoted(table)} ({declared})")

    def check(self, table: str) -> Callable[[], None]:
        """Return what does nothing: there is no table."""
        return lambda: None

    def meter(self, tables: Sequence[str], place: int) -> None:
        """Return None: there is no table."""

    def odd(self, table: str, kinds: Mapping[str, str]) -> list[str]:
        """Return nothing: there is no table."""
        return []

    def has_rowid(self, table: str) -> bool:
        """Return True: tables without rows have no other."""
        return True
