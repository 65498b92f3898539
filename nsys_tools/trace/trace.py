"""An open trace: SQL over nsys's tables and over the documented queries."""

from __future__ import annotations

import logging
import re
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb

from nsys_tools.errors import NsysToolsError
from nsys_tools.trace import catalogue, source
from nsys_tools.trace.choice import Choice
from nsys_tools.trace.relations import Progress, Relations
from nsys_tools.trace.result import Result
from nsys_tools.trace.sniff import Kind, identify
from nsys_tools.trace.source import literal, quoted
from nsys_tools.trace.store import Store, identity

log = logging.getLogger(__name__)


def _silent(_: str) -> None:
    """Ignore progress."""


def open_trace(
    path: str | Path, *, cache: bool = True, progress: Progress = _silent, choice: Choice | None = None
) -> Trace:
    """Open a trace, read-only.

    Parameters
    ----------
    path
        A ``.sqlite`` export, a folder of ``nsys export -t parquetdir``, or a ``.nsys-rep``
        (needs an installed ``nsys``).
    cache
        Keep what is loaded and computed in the user's cache folder; otherwise in memory.
    progress
        Called with a few words before each step that can take long.
    choice
        Only a part of the time, or some queries in place of others; None for all as it is.

    Raises
    ------
    NsysToolsError
        If it is no trace.
    """
    return Trace(Path(path), cache=cache, progress=progress, choice=choice)


class Trace:
    """An open trace; use `open_trace`, and as a context manager or with `close`.

    Notes
    -----
    Nothing is loaded until a query asks for it. The trace itself is attached as ``raw`` when something reads it,
    so that nsys's own tables can be asked whole, under their own names.
    """

    def __init__(self, path: Path, *, cache: bool, progress: Progress, choice: Choice | None = None) -> None:
        kind = identify(path)
        self.path = path
        with ExitStack() as opening:
            scratch = Path(opening.enter_context(tempfile.TemporaryDirectory(prefix="nsys-tools-")))
            store = self._open_store(path, kind) if cache else None
            if kind is Kind.RECORDING:
                progress("exporting the recording with nsys")
                # Not into the cache: an export holds the environment of every process.
                path, kind = source.export(path, scratch), Kind.SQLITE
                identify(path)
            self.connection = opening.enter_context(source.connect(scratch))
            self.connection.execute(catalogue.functions())
            self._raw = source.Raw(self.connection, path, kind, scratch)
            self._relations = Relations(self.connection, self._raw, store, progress, choice)
            self._resources = opening.pop_all()

    @staticmethod
    def _open_store(path: Path, kind: Kind) -> Store | None:
        try:
            return Store(identity(path, kind))
        except OSError as error:
            log.warning("No cache: %s.", error)
            return None

    def __enter__(self) -> Self:
        """Return the trace."""
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Close the trace."""
        self.close()

    def close(self) -> None:
        """Close the connection and remove temporary files."""
        self._resources.close()

    @property
    def raw_tables(self) -> dict[str, dict[str, str]]:
        """nsys's own tables that the trace has: column types by column name."""
        return self._raw.tables

    def define(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        """Fill a session table, which queries read.

        Parameters
        ----------
        table
            Its name; ``queries/views`` documents it, and has it empty.
        rows
            One sequence a row, in the order of its documented columns.
        """
        columns = {column.name: column.type for column in catalogue.find(table).columns}
        self._relations.define(table)
        declared = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
        self.connection.execute(f"CREATE OR REPLACE TABLE {quoted(table)} ({declared})")
        if rows:
            # Whole columns at once: row by row takes a hundred times as long, which a page of ncu's would feel.
            values = ", ".join(f"unnest(?::{kind}[])" for kind in columns.values())
            by_column = [list(column) for column in zip(*rows, strict=True)]
            self.connection.execute(f"INSERT INTO {quoted(table)} SELECT {values}", by_column)

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Return another connection to what has been made ready, for another thread; close it after use."""
        cursor = self.connection.cursor()
        cursor.execute(f"SET search_path = {literal(self._raw.search_path)}")
        return cursor

    def ensure(self, *names: str) -> None:
        """Make documented queries ready to be read by SQL of your own."""
        self._relations.ensure(names)

    def sql(self, query: str, parameters: dict[str, Any] | None = None) -> Result:
        """Run SQL over the documented queries and nsys's own tables.

        Parameters
        ----------
        query
            One statement in DuckDB's dialect; parameters as ``$name``.
        parameters
            Their values.

        Raises
        ------
        NsysToolsError
            If DuckDB refuses it; the message is DuckDB's.
        """
        self._raw.attach()
        tree = catalogue.parsed(self.connection, query)
        # DESCRIBE, SUMMARIZE, EXPLAIN ...: every name that occurs is made ready
        named = set(re.findall(r"\w+", query)) if tree is None else catalogue.dependencies(tree)
        self._relations.ensure(self._relations.known(named))
        try:
            relation = self.connection.sql(query, params=parameters) if parameters else self.connection.sql(query)
            if relation is None:
                relation = self.connection.sql("SELECT NULL AS done WHERE false")
        except duckdb.Error as error:
            raise NsysToolsError(f"SQL: {error}", "nsys-tools queries lists what can be asked.") from None
        return Result(relation)

    def query(self, name: str, /, *, top: int | None = None, **equals: Any) -> Result:
        """Run a documented query.

        Parameters
        ----------
        name
            Its name, see ``nsys-tools queries``.
        top
            Only the first rows.
        **equals
            Column = value: only rows where they are equal.

        Raises
        ------
        NsysToolsError
            If there is no such query or column.
        """
        query = catalogue.find(name)
        documented = {column.name for column in query.columns}
        if unknown := sorted(set(equals) - documented):
            raise NsysToolsError(f"{name} has no column {unknown[0]!r}.", f"It has: {', '.join(sorted(documented))}.")
        self._relations.ensure([name])
        where = " AND ".join(f"{quoted(column)} = ${column}" for column in equals)
        text = f"SELECT * FROM {quoted(name)}"
        text += f" WHERE {where}" if where else ""
        text += f" LIMIT {int(top)}" if top is not None else ""
        relation = self.connection.sql(text, params=equals) if equals else self.connection.sql(text)
        return Result(relation, query.units, query.summary)
