"""Making relations exist in a connection, in the order of their dependencies.

Three kinds: ``loaded.X``, the columns in use of nsys's table X; the queries of the catalogue, views or
materialised; and session tables, which the caller defines (stage patterns, the layers of a model).
What is materialised goes to the `Store`, unless it depends on a session table or there is no store.
"""

from __future__ import annotations

import hashlib
import logging
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

import duckdb

from nsys_tools.errors import NsysToolsError
from nsys_tools.trace import catalogue
from nsys_tools.trace.source import Raw, literal, quoted
from nsys_tools.trace.store import Store

log = logging.getLogger(__name__)
Progress = Callable[[str], None]
_LOADED = "loaded."
# How a column of nsys's is read. DuckDB passes SQLite's text on unchecked; decode() refuses what is not UTF-8.
_NUMBER = "CAST({column} AS {kind})"
_TEXT = "CASE WHEN {column} IS NOT NULL THEN coalesce(try(decode(encode({column}))), '(not UTF-8)') END"


@dataclass(frozen=True)
class Choice:
    """What is read in an open trace, when not all of it as it is.

    Attributes
    ----------
    window
        First and last nanosecond: only events that touch this time; None for all.
    instead
        A query by the name of the one that it stands in for; both have the same columns.
    """

    window: tuple[int, int] | None = None
    instead: Mapping[str, str] = field(default_factory=dict)


class Relations:
    """The relations of one open trace.

    Parameters
    ----------
    connection
        From `source.connect`, with the macros that queries share.
    raw
        The trace.
    store
        Where materialised relations are kept; None keeps them in memory.
    progress
        Called with a few words before each step that can take long.
    choice
        What is read in this trace: see `Choice`.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        raw: Raw,
        store: Store | None,
        progress: Progress,
        choice: Choice | None = None,
    ) -> None:
        self._connection = connection
        self._store = store
        self._progress = progress
        self._choice = choice or Choice()
        self._raw = raw
        self._made: set[str] = set()
        self._session: set[str] = set()
        self._needs: dict[str, set[str]] = {}
        self._digests: dict[str, str] = {}
        self._on_session: dict[str, bool] = {}
        self._is_table: dict[str, bool] = {}

    def define(self, name: str) -> None:
        """Make room for the caller's own table `name`; what was built on an older one is dropped."""
        for made in [m for m in self._made if not m.startswith(_LOADED) and self._rests_on(m, name)]:
            kind = "TABLE" if self._is_table.pop(made, False) else "VIEW"
            self._connection.execute(f"DROP {kind} IF EXISTS {quoted(made)}")
            self._made.discard(made)
        self._session.add(name)
        self._on_session.clear()
        self._made.add(name)
        self._is_table[name] = True

    def _rests_on(self, name: str, other: str) -> bool:
        if name == other:
            return True
        return name not in self._session and any(self._rests_on(need, other) for need in self._reads(name))

    def known(self, names: Iterable[str]) -> set[str]:
        """Return those of `names` that this room can make."""
        schema, queries = catalogue.schema(), catalogue.queries()
        found = set()
        for name in names:
            if name in queries or (name.startswith(_LOADED) and name.removeprefix(_LOADED) in schema):
                found.add(name)
            elif name in schema and name not in self._raw.tables:
                found.add(_LOADED + name)  # nsys did not record it: no rows, but no error
        return found

    def ensure(self, names: Iterable[str]) -> None:
        """Make relations, and what they read, exist.

        Raises
        ------
        NsysToolsError
            If a relation is unknown, its SQL is wrong, or relations depend on each other in a circle.
        """
        graph: dict[str, set[str]] = {}
        pending = [name for name in names if name not in self._made]
        while pending:
            name = pending.pop()
            if name in graph or name in self._made:
                continue
            graph[name] = set() if self._kept(name) else self._reads(name) - self._made
            pending.extend(graph[name])
        try:
            order = list(TopologicalSorter(graph).static_order())
        except CycleError as error:
            raise NsysToolsError(f"Queries depend on each other in a circle: {' -> '.join(error.args[1])}.") from None
        for name in order:
            self._make(name)

    def _reads(self, name: str) -> set[str]:
        if name not in self._needs:
            sql = self._sql(name)
            found = catalogue.dependencies(self._connection, sql)
            if found is None:
                raise NsysToolsError(f"queries: {name} is not one valid SELECT.")
            self._needs[name] = self.known(found) | (found & self._session)
        return self._needs[name]

    def _sql(self, name: str) -> str:
        """Return the SELECT behind a relation."""
        if not name.startswith(_LOADED):
            return catalogue.find(self._choice.instead.get(name, name)).sql
        table = name.removeprefix(_LOADED)
        if table not in self._raw.tables:
            columns = ", ".join(f"NULL::{kind} AS {quoted(c)}" for c, kind in catalogue.schema()[table].items())
            return f"SELECT NULL::BIGINT AS row_id, {columns} WHERE false"
        own = catalogue.queries().get(name)
        return own.sql if own else self._load(table, _NUMBER)

    def _load(self, table: str, number: str) -> str:
        """Return the SELECT that copies the columns in use; `number` reads an integer or real column."""
        has = self._raw.tables[table]
        columns = []
        for column, kind in catalogue.schema()[table].items():
            form = "NULL::{kind}" if column not in has else _TEXT if kind == "VARCHAR" else number
            columns.append(f"{form.format(column=quoted(column), kind=kind)} AS {quoted(column)}")
        return f"SELECT rowid AS row_id, {', '.join(columns)} FROM raw.{quoted(table)}{self._window(table)}"

    def _window(self, table: str) -> str:
        """Return the condition that keeps events of the chosen time only: those that touch it."""
        has = self._raw.tables[table]
        if self._choice.window is None or "start" not in has:
            return ""
        first, last = self._choice.window
        end = 'coalesce(TRY_CAST("end" AS BIGINT), start)' if "end" in has else "start"
        return f" WHERE start <= {int(last)} AND {end} >= {int(first)}"

    def _depends_on_session(self, name: str) -> bool:
        if name not in self._on_session:
            self._on_session[name] = name in self._session or (
                not name.startswith(_LOADED) and any(self._depends_on_session(need) for need in self._reads(name))
            )
        return self._on_session[name]

    def _digest(self, name: str) -> str:
        if name not in self._digests:
            needs = sorted(self._digest(need) for need in self._reads(name))
            parts = [catalogue.functions(), self._sql(name), *needs]
            self._digests[name] = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
        return self._digests[name]

    def _is_stored(self, name: str) -> bool:
        if self._store is None:
            return False
        if name.startswith(_LOADED):
            return name.removeprefix(_LOADED) in self._raw.tables
        return bool(catalogue.find(name).materialised) and not self._depends_on_session(name)

    def _kept(self, name: str) -> bool:
        """Whether the store already has it, so that what it reads is not needed."""
        return (
            self._is_stored(name) and self._store is not None and self._store.file(name, self._digest(name)).is_file()
        )

    def _make(self, name: str) -> None:
        begin = time.perf_counter()
        if not self._kept(name) and self._reads_raw(name):
            self._raw.attach()
        target = quoted(name) if not name.startswith(_LOADED) else f"loaded.{quoted(name.removeprefix(_LOADED))}"
        if self._is_stored(name):
            self._make_stored(name, target)
        elif name.startswith(_LOADED) or catalogue.find(name).materialised:
            self._run(name, f"CREATE TABLE {target} AS ")
            self._is_table[name] = True
        else:
            self._connection.execute(f"CREATE VIEW {target} AS {self._checked(name)}")
        self._made.add(name)
        log.debug("%s: %.3f s", name, time.perf_counter() - begin)

    def _reads_raw(self, name: str) -> bool:
        """Whether the SQL behind a relation may name nsys's own tables, by its words: too often does no harm."""
        text = re.sub(r'\bloaded\."?\w+', "", self._sql(name)).lower()
        return "raw." in text or any(table.lower() in text for table in self._raw.tables)

    def _checked(self, name: str) -> str:
        """Return the SQL of a view after binding it, so that a mistake names the file."""
        sql = self._sql(name)
        try:
            self._connection.execute(f"EXPLAIN {sql}")
        except duckdb.Error as error:
            raise NsysToolsError(f"queries: {name}: {str(error).splitlines()[0]}") from None
        return sql

    def _make_stored(self, name: str, target: str) -> None:
        assert self._store is not None  # noqa: S101  (_is_stored said so)
        final = self._store.file(name, self._digest(name))
        if not final.is_file():
            draft = self._store.draft(final)
            options = "FORMAT parquet, COMPRESSION lz4_raw, PARQUET_VERSION v2"
            try:
                self._run(name, "COPY (", f") TO {literal(draft)} ({options})")
                self._store.publish(draft, final)
            except (OSError, duckdb.IOException) as error:
                draft.unlink(missing_ok=True)
                log.warning("The cache cannot be written (%s); going on in memory.", str(error).splitlines()[0])
                self._run(name, f"CREATE TABLE {target} AS ")
                self._is_table[name] = True
                return
        self._connection.execute(f"CREATE VIEW {target} AS FROM read_parquet({literal(final)})")

    def _run(self, name: str, before: str, after: str = "") -> None:
        """Run the SELECT behind a relation between `before` and `after`."""
        self._progress(f"reading {name.removeprefix(_LOADED)}" if name.startswith(_LOADED) else f"computing {name}")
        loading = name.startswith(_LOADED)
        # Rows carry their row_id, so the scan of SQLite may run in parallel and deliver out of order.
        self._connection.execute(f"SET preserve_insertion_order = {'false' if loading else 'true'}")
        try:
            self._connection.execute(before + self._sql(name) + after)
        except (duckdb.InvalidInputException, duckdb.TypeMismatchException, duckdb.ConversionException) as error:
            if not loading:
                raise NsysToolsError(f"{name}: {str(error).splitlines()[0]}") from None
            log.info("%s holds values that do not fit their types; they are read as NULL.", name)
            self._read_tolerantly(name.removeprefix(_LOADED), before, after)
        except duckdb.BinderException as error:
            raise NsysToolsError(f"queries: {name}: {str(error).splitlines()[0]}") from None
        finally:
            self._connection.execute("SET preserve_insertion_order = true")

    def _read_tolerantly(self, table: str, before: str, after: str) -> None:
        """Load a table some of whose values are not of their column's type: those become NULL."""
        self._connection.execute("SET sqlite_all_varchar = true")
        try:
            self._connection.execute(before + self._load(table, "TRY_CAST({column} AS {kind})") + after)
        finally:
            self._connection.execute("SET sqlite_all_varchar = false")
