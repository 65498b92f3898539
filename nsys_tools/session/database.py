"""Run SQL on recorded tables and on the documented queries."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

import duckdb

from nsys_tools import assets
from nsys_tools.errors import NsysToolsError
from nsys_tools.session import catalogue
from nsys_tools.session.choice import Choice
from nsys_tools.session.connection import Recorded, interruptible, lock
from nsys_tools.session.filling import fill, key_of
from nsys_tools.session.lacking import refuse
from nsys_tools.session.progress import Progress, silent
from nsys_tools.session.quoting import literal, quoted
from nsys_tools.session.relations import Relations
from nsys_tools.session.result import Result
from nsys_tools.session.rows import RelationRows
from nsys_tools.session.statement import reading, refused
from nsys_tools.session.store import Store

log = logging.getLogger(__name__)


class Database:
    """The documented queries on one set of recorded tables. This class is a context manager.

    Parameters
    ----------
    connection
        From `nsys_tools.session.connection.connect`.
    recorded
        The recorded tables.
    name
        The file name of the trace, for messages.
    store
        Cache for loaded and materialized tables; None keeps them in memory.
    progress
        Called with a short description before each step that can be slow.
    choice
        Limits what is read to a time window or a process, or replaces queries; None to read everything.
    resources
        Resources to close together with the database.
    notes
        Caveats about the recorded tables, one sentence each. Reading tables can add to the list.
    is_partial
        Whether the recorded tables are the intact part of a damaged trace.

    Attributes
    ----------
    reads_files
        Whether SQL may read the user's own files. Changing this after the first statement has no effect.

    Notes
    -----
    A table is loaded when a query first reads it. The recorded tables are attached as ``raw`` on first use, so that
    nsys's own tables can be queried with all columns and under their original names.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, recorded: Recorded, *, name: str = "",
        store: Store | None = None, progress: Progress = silent, choice: Choice | None = None,
        resources: ExitStack | None = None, notes: list[str] | None = None, is_partial: bool = False,
    ) -> None:  # fmt: skip
        self.name = name
        self.is_partial = is_partial
        self.notes = [] if notes is None else notes
        self._connection = connection
        self._recorded = recorded
        connection.execute(catalogue.functions())
        self._relations = Relations(connection, recorded, store, progress, choice, self.notes)
        self._resources = resources or ExitStack()
        self._resources.callback(self._relations.memo.save)
        self._is_open = True
        self._is_locked = False
        self.reads_files = False
        self._cached = [store.folder] if store else []

    def __enter__(self) -> Self:
        """Return the database."""
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Close the database."""
        self.close()

    def close(self) -> None:
        """Close the connection and remove temporary files. Closing a closed database has no effect."""
        self._is_open = False
        self._resources.close()

    def closes(self, resources: ExitStack) -> None:
        """Close additional resources together with the database."""
        self._resources.push(resources)

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The DuckDB connection. Accessing it raises an error if the session is closed."""
        if not self._is_open:
            raise NsysToolsError("The session is closed.", "Open the trace again: nsys_tools.open(PATH).")
        return self._connection

    @property
    def recorded(self) -> Mapping[str, Mapping[str, str]]:
        """The recorded tables, each with its column types by column name."""
        return self._recorded.tables

    def define(self, table: str, rows: Sequence[Sequence[Any]], key: str | None = None) -> None:
        """Fill a session table, which queries can read.

        Parameters
        ----------
        table
            Name of the table. ``queries/views`` documents the table and defines it as empty.
        rows
            One sequence per row, in the order of the documented columns.
        key
            A key that changes with the rows; by default, a digest of them. If it is empty, no results are cached.
        """
        connection = self.connection
        self._relations.define(table, key=key_of(rows) if key is None else key)
        fill(connection, table, {column.name: column.type for column in catalogue.find(table).columns}, rows)

    def define_later(self, table: str, rows: Callable[[], Sequence[Sequence[Any]]], key: str = "") -> None:
        """Fill a session table when a query first reads it (see `define`)."""
        self._relations.define(table, lambda: self.define(table, rows(), key), key)

    def define_view(self, name: str, select: Callable[[], str]) -> None:
        """Replace a query with the caller's SELECT, which is built on first use."""

        def make() -> None:
            self.connection.execute(f"CREATE OR REPLACE VIEW {quoted(name)} AS {select()}")
            self._relations.has_made(name)

        self._relations.define(name, make)

    def undefine(self, tables: Sequence[str]) -> None:
        """Remove session tables. Queries that read them require their source again."""
        for table in tables:
            self._relations.undefine(table)

    def reads(self, name: str, tables: Sequence[str]) -> bool:
        """Return whether a query reads any of the session tables, directly or through other queries."""
        return not self.behind(name).isdisjoint(tables)

    def behind(self, name: str) -> set[str]:
        """Return a query and all relations that it reads, directly or indirectly, including session tables.

        Raises
        ------
        NsysToolsError
            If the session is closed, or the query does not exist.
        """
        self.connection  # noqa: B018  (an error once it is closed)
        return self._relations.behind(name)

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """Return another connection to the prepared relations, for use in another thread. Close it after use."""
        cursor = interruptible(self.connection.cursor())
        cursor.execute(f"SET search_path = {literal(self._recorded.search_path)}")
        return cursor

    def ensure(self, *names: str) -> None:
        """Create the relations of documented queries so that the caller's SQL can read them."""
        self._relations.ensure(names)

    def needs(self, name: str) -> frozenset[str]:
        """Return the sources that a query requires but lacks: ``trace``, ``model``, ``ncu``, ``callgraph``."""
        return self._relations.needs(name)

    def sql(self, query: str, parameters: Mapping[str, Any] | None = None) -> Result:
        """Run SQL on the documented queries and nsys's own tables.

        Parameters
        ----------
        query, parameters
            One read-only statement in DuckDB's dialect, and the values of its parameters (``$name``).

        Raises
        ------
        NsysToolsError
            If the statement is not read-only, requires a source that was not given, or is rejected by DuckDB.
        """
        connection = self.connection
        tree, text = reading(connection, query, reads_files=self.reads_files)
        self._recorded.attach()
        self._lock()
        for name in self._named(tree):
            self._check(name)
        words = catalogue.dependencies(tree)
        self._relations.ensure(self._relations.known(words))
        self._check_recorded(words)
        try:
            relation = connection.sql(text, params=dict(parameters)) if parameters else connection.sql(text)
        except duckdb.Error as error:
            raise refused(error, self._recorded.tables) from None
        return Result(RelationRows(relation, connection))

    def _check_recorded(self, words: set[str]) -> None:
        """Refuse to read nsys's own tables if they are damaged."""
        names = {word.removeprefix("raw.").lower() for word in words}
        waits = [self._recorded.check(table) for table in self.recorded if table.lower() in names]
        for wait in waits:
            wait()

    def rows_of(self, table: str) -> str:
        """Return a SELECT for the rows of one of nsys's own tables, after checking the table for damage."""
        self._recorded.attach()
        self._check_recorded({table})
        return f"SELECT * FROM raw.{quoted(table)}{self._relations.condition(table)}"

    def has_rows(self, *tables: str) -> bool:
        """Return whether at least one of these nsys tables is recorded and has rows."""
        self._recorded.attach()
        present = [table for table in tables if table in self.recorded]
        try:
            return any(self.connection.execute(f"SELECT 1 FROM raw.{quoted(t)} LIMIT 1").fetchall() for t in present)
        except duckdb.Error as error:
            raise NsysToolsError(f"{self.name} cannot be read ({str(error).splitlines()[0]}).") from None

    def _lock(self) -> None:
        if not self._is_locked:
            self._is_locked = True
            data = [folder / room for folder in assets.folders() for room in ("analytic", "queries")]
            lock(self._connection, [*data, *self._recorded.folders, *self._cached], reads_files=self.reads_files)

    def named(self, query: str) -> list[str]:
        """Return the known relations that a statement reads."""
        return self._named(reading(self.connection, query, reads_files=self.reads_files).tree)

    def tables(self, query: str) -> set[str]:
        """Return all names that a statement reads, known or unknown."""
        found = catalogue.named(reading(self.connection, query, reads_files=self.reads_files).tree)
        return {name.removeprefix("raw.") for name in found}

    def _named(self, tree: dict[str, Any]) -> list[str]:
        return sorted(self._relations.known(catalogue.named(tree)))

    def query(self, name: str, /, *, top: int | None = None, **equals: Any) -> Result:
        """Run a documented query.

        Parameters
        ----------
        name
            Name of the query. ``nsys-tools queries`` lists the names.
        top
            Maximum number of rows.
        **equals
            Values by column name. Only rows in which each of these columns has the given value are returned.

        Raises
        ------
        NsysToolsError
            If the query or column does not exist, `top` is negative, or the query requires a source that was not given.
        """
        return self._result(name, self.relation(name, top=top, **equals))

    def empty(self, name: str) -> Result:
        """Return an empty result for a documented query that is known to have no rows, without running the query."""
        columns = (f"NULL::{column.type} AS {quoted(column.name)}" for column in catalogue.find(name).columns)
        return self._result(name, self.connection.sql(f"SELECT {', '.join(columns)} WHERE false"))

    def _result(self, name: str, rows: duckdb.DuckDBPyRelation) -> Result:
        query = catalogue.find(name)
        return Result(RelationRows(rows, self.connection), name=name, summary=query.summary, documented=query.columns)

    def relation(self, name: str, /, *, top: int | None = None, **equals: Any) -> duckdb.DuckDBPyRelation:
        """Return a documented query as a DuckDB relation to build on. Parameters and errors are as for `query`."""
        connection = self.connection
        query = catalogue.find(name)
        if top is not None and top < 0:
            raise NsysToolsError(f"top is {top}, but must be 0 or more.", "Omit it to get all rows.")
        self._check(name)
        self._relations.ensure([name])
        documented = {column.name for column in query.columns} or set(connection.sql(f"FROM {quoted(name)}").columns)
        if unknown := sorted(set(equals) - documented - set(connection.sql(f"FROM {quoted(name)}").columns)):
            hint = f"The columns are {', '.join(sorted(documented))}."
            raise NsysToolsError(f"{name} has no column {unknown[0]!r}.", hint)
        where = " AND ".join(f"{quoted(column)} = ${column}" for column in equals)
        text = f"SELECT * FROM {quoted(name)}{f' WHERE {where}' if where else ''}"
        text += f" LIMIT {int(top)}" if top is not None else ""
        try:
            return connection.sql(text, params=equals) if equals else connection.sql(text)
        except duckdb.Error as error:
            raise NsysToolsError(f"{name}: {str(error).splitlines()[0]}") from None

    def _check(self, name: str) -> None:
        """Refuse a query if it requires a source that was not given, and warn if its name is old."""
        query = catalogue.queries().get(name)
        if query and query.renamed:
            log.warning("%s is now called %s. The next release removes the old name.", name, query.renamed)
        for what in sorted(self._relations.needs(name)):
            raise refuse(name, what)
