"""The DuckDB that a session runs in, and what it asks of a source of recorded tables."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import duckdb

from nsys_tools.session.quoting import literal, quoted

_SMALL_BYTES = 4 << 20
OWN_SCHEMAS = "memory.main,memory.loaded"
"""Where names without a schema are looked for before a trace is attached."""
_OPEN: weakref.WeakValueDictionary[int, duckdb.DuckDBPyConnection] = weakref.WeakValueDictionary()


def connect(spill: Path, recorded_bytes: int = 0) -> duckdb.DuckDBPyConnection:
    """Return an in-memory DuckDB that never reaches for the network and spills only into `spill`.

    The columns in use of the recorded tables are copied into its schema ``loaded``.

    Parameters
    ----------
    spill
        A folder of the session's own.
    recorded_bytes
        Size of the recorded tables. Small ones are read on one thread.

    Notes
    -----
    Aggregates over an empty window, such as ``sum(x) OVER ()``, make DuckDB 1.5.5 fail now and then over a few rows on
    several threads (docs/upstream/duckdb-window.md). The queries have none, SQL of a user can. Small traces gain
    nothing from threads: `analyze` of a 1 MB trace takes as long on one.
    """
    connection = duckdb.connect(
        config={
            **({"threads": "1"} if recorded_bytes < _SMALL_BYTES else {}),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "python_enable_replacements": "false",
            "temp_directory": str(spill),
        }
    )
    connection.execute(f"CREATE SCHEMA loaded; SET search_path = {literal(OWN_SCHEMAS)}")
    return interruptible(connection)


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

    def attach(self) -> None:
        """Attach the tables, if that has not been done."""


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

    def attach(self) -> None:
        """Make the empty tables."""
        self._connection.execute("ATTACH IF NOT EXISTS ':memory:' AS raw")
        for table, columns in self._schema.items():
            declared = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
            self._connection.execute(f"CREATE TABLE IF NOT EXISTS raw.main.{quoted(table)} ({declared})")
