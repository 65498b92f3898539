"""Create relations in a connection, in the order of their dependencies.

There are three kinds of relations. ``loaded.X`` has the columns of nsys's X table that queries use. A query is a
view or is materialized: in memory if it depends on a session table without a key, otherwise in the `Store`. Session
tables, such as stage patterns, are defined by the caller.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

import duckdb

from nsys_tools.errors import NsysToolsError
from nsys_tools.session import catalogue
from nsys_tools.session.choice import Choice
from nsys_tools.session.columns import Names, in_use, used
from nsys_tools.session.connection import Recorded
from nsys_tools.session.lacking import Lacking
from nsys_tools.session.loading import Table
from nsys_tools.session.materializing import Materializer, Recipe
from nsys_tools.session.memo import Memo
from nsys_tools.session.progress import Progress
from nsys_tools.session.quoting import quoted
from nsys_tools.session.store import Entry, Store

log = logging.getLogger(__name__)
_LOADED = "loaded."


class Relations:
    """The relations of one open trace.

    Parameters
    ----------
    connection
        A connection from `connection.connect`, with the macros that queries share.
    recorded
        The recorded tables.
    store
        Cache for materialized relations; None keeps them in memory.
    progress
        Called with a short description before each step that can be slow.
    choice
        The part of the trace to read (see `Choice`).
    notes
        List that receives one sentence for each kind of invalid value.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, recorded: Recorded, store: Store | None, progress: Progress,
        choice: Choice | None = None, notes: list[str] | None = None,
    ) -> None:  # fmt: skip
        self._connection = connection
        self._store = None if recorded.is_small else store  # for a small trace, recomputing is faster
        self._materializer = Materializer(connection, recorded, progress, [] if notes is None else notes)
        self._choice = choice or Choice()
        self._recorded = recorded
        self._made: set[str] = set()
        self._keys: dict[str, str] = {}  # keys of session tables, by name
        self._later: dict[str, Callable[[], None] | None] = {}
        self.memo = Memo(store.folder.parent if store else None)  # the database saves it when it is closed
        self._trees: dict[str, dict[str, Any]] = {}
        self._needs: dict[str, set[str]] = {}
        self._columns: dict[str, Names] | None = None
        self._digests: dict[str, str] = {}
        self._behind: dict[str, set[str]] = {}
        self._is_table: dict[str, bool] = {}
        self._lacking = Lacking(self._keys.keys(), self._reads, has_trace=bool(recorded.tables))

    def define(self, name: str, later: Callable[[], None] | None = None, key: str = "") -> None:
        """Register the session table `name`, which `later` creates on first use. Drop relations that depend on it.

        Relations that depend on the table are stored only if it has a `key`, which must change with the table's rows.
        """
        self._drop_on(name)
        if name not in self._keys:
            self._forget()
        self._keys[name] = key
        self._later[name] = later
        if later is None:
            self._made.add(name)
            self._is_table[name] = True

    def has_made(self, name: str) -> None:
        """Register a view that the caller has created."""
        self._made.add(name)
        self._is_table[name] = False

    def undefine(self, name: str) -> None:
        """Drop a session table and all relations that depend on it."""
        if name in self._keys:
            self._drop_on(name)
            self._forget()
            del self._keys[name]

    def _drop_on(self, name: str) -> None:
        for made in [m for m in self._made if not m.startswith(_LOADED) and name in self.behind(m)]:
            kind = "TABLE" if self._is_table.pop(made, False) else "VIEW"
            self._connection.execute(f"DROP {kind} IF EXISTS {quoted(made)}")
            self._made.discard(made)
        self._digests.clear()

    def _forget(self) -> None:
        """Discard what depends on the names of session tables, before a name is added or removed."""
        self._behind.clear()
        self._lacking.forget()

    def needs(self, name: str) -> frozenset[str]:
        """Return the sources that a relation requires but that were not given (see `Lacking`)."""
        return self._lacking.of(name)

    def behind(self, name: str) -> set[str]:
        """Return a relation and all relations that it reads, directly or indirectly, including session tables."""
        if name not in self._behind:
            seen: set[str] = set()
            new = {name}
            while new:
                seen |= new
                new = {need for one in new - self._keys.keys() for need in self._reads(one)} - seen
            self._behind[name] = seen
        return self._behind[name]

    def known(self, names: Iterable[str]) -> set[str]:
        """Return the relations in `names` that can be created here."""
        schema, queries = catalogue.schema(), catalogue.queries()
        found = set()
        for name in names:
            is_copy = name.startswith(_LOADED) and name.removeprefix(_LOADED) in schema
            if name in queries or name in self._keys or is_copy:
                found.add(name)
            elif name in schema and name not in self._recorded.tables:
                found.add(_LOADED + name)  # nsys did not record the table, so it is empty, which is not an error
        return found

    def ensure(self, names: Iterable[str]) -> None:
        """Create the given relations and all relations that they read.

        Raises
        ------
        NsysToolsError
            If a relation is unknown, its SQL is invalid, or dependencies are circular.
        """
        names = set(names)
        if self._columns is None:
            # For a small trace, load all columns, since queries are then tables, which compute all columns.
            self._columns = {} if self._recorded.is_small else in_use(self._choice.queries, self._needed)
        if self._columns and not names <= set(self._choice.queries):
            self._load_whole()
        order = self._order(names)
        self._materializer.to_load = [name for name in order if name.startswith(_LOADED) and not self._kept(name)]
        for name in order:
            if name not in self._made:  # creating a session table may have created it
                self._make(name)

    def _order(self, names: set[str]) -> list[str]:
        """Return the given relations and all relations that they read, except existing ones, in creation order."""
        graph: dict[str, set[str]] = {}
        pending = names - self._made
        while pending:
            name = pending.pop()
            graph[name] = set() if self._kept(name) else self._reads(name) - self._made
            pending |= graph[name] - graph.keys()
        try:
            return list(TopologicalSorter(graph).static_order())
        except CycleError as error:
            raise NsysToolsError(f"Queries have a circular dependency: {' -> '.join(error.args[1])}.") from None

    def _needed(self, name: str, wanted: Names) -> dict[str, Names]:
        """Return the relations and columns that are read to compute the `wanted` columns of a relation."""
        if name.startswith(_LOADED) or name in self._keys or self._kept(name):
            return {}
        within = used(self._tree(name), None if catalogue.find(name).materialized else wanted)
        return dict.fromkeys(self._reads(name), within)

    def _load_whole(self) -> None:
        """Reload partially loaded tables with all columns. Views that read them are unchanged."""
        assert self._columns is not None  # noqa: S101  (ensure has set it)
        partial = [name for name in self._made if name.startswith(_LOADED) and self._columns.get(name) is not None]
        self._columns = {}
        for name in partial:
            self._make(name)

    def _tree(self, name: str) -> dict[str, Any]:
        """Return the syntax tree of the SELECT that defines a relation."""
        if name not in self._trees:
            tree = catalogue.parsed(self._connection, self._sql(name))
            if tree is None:
                raise NsysToolsError(f"queries: {name} is not a single valid SELECT statement.")
            self._trees[name] = tree
        return self._trees[name]

    def _reads(self, name: str) -> set[str]:
        if name in self._keys or (name.startswith(_LOADED) and name not in catalogue.queries()):
            return set()  # a session table, or a copy from the trace
        if name not in self._needs:
            found = self.memo.reads(self._sql(name), lambda: self._tree(name))
            self._needs[name] = self.known(found) | (found & self._keys.keys())
        return self._needs[name]

    def _sql(self, name: str) -> str:
        """Return the SELECT that defines a relation."""
        if not name.startswith(_LOADED):
            return catalogue.find(self._choice.instead.get(name, name)).sql
        own, table = catalogue.queries().get(name), self._table(name)
        return own.sql if own and table.has is not None else table.select()

    def _table(self, name: str) -> Table:
        recorded = name.removeprefix(_LOADED)
        has, has_rowid = self._recorded.tables.get(recorded), self._recorded.has_rowid(recorded)
        return Table(recorded, has, self._choice.window, self._choice.process, has_rowid)

    def condition(self, table: str) -> str:
        """Return the condition that selects the chosen part of an nsys table."""
        has = self._recorded.tables[table]
        return Table(table, has, self._choice.window, self._choice.process).condition(has)

    def _digest(self, name: str) -> str:
        if name not in self._digests:
            needs = sorted(self._digest(need) for need in self._reads(name))
            self._digests[name] = _digest(catalogue.functions(), self._sql(name), self._keys.get(name, ""), *needs)
        return self._digests[name]

    def _is_stored(self, name: str) -> bool:
        if name.startswith(_LOADED):
            return self._table(name).has is not None
        query, told = catalogue.find(name), self.behind(name) & self._keys.keys()
        return bool(query.materialized) and not query.unstored and all(self._keys[table] for table in told)

    def _entry(self, name: str, digest: str = "") -> Entry | None:
        """Return the store entry for a relation. The default digest is the relation's own."""
        if self._store is None or not self._is_stored(name):
            return None
        return self._store.entry(name, digest or self._digest(name))

    def _kept(self, name: str) -> bool:
        """Return whether the store has the relation. If so, the relations that it reads are not needed."""
        return (entry := self._entry(name)) is not None and entry.find() is not None

    def _make(self, name: str) -> None:
        if later := self._later.get(name):
            later()
            return
        begin = time.perf_counter()
        reads = () if (is_kept := self._kept(name)) else self._recorded_tables(name)
        if reads or (not is_kept and "raw." in self._sql(name)):
            self._recorded.attach()
        if name.startswith(_LOADED):
            self._load(name, reads)
        elif catalogue.find(name).materialized:
            self._materialize(Recipe(name, self._sql(name), reads), quoted(name), self._digest(name))
        else:
            for table in reads:
                self._recorded.check(table)()
            self._create(name)
        self._made.add(name)
        log.debug("%s: %.3f s", name, time.perf_counter() - begin)

    def _create(self, name: str) -> None:
        """Create a query as a view or, for a small trace, as a table, since binding nested views would take longer."""
        self._is_table[name] = self._recorded.is_small
        kind = "TABLE" if self._recorded.is_small else "VIEW"
        self._materializer.create(name, f"CREATE {kind} {quoted(name)} AS {self._sql(name)}")

    def _load(self, name: str, reads: Sequence[str]) -> None:
        """Copy the needed columns of an nsys table, and present the copy as the complete table."""
        own = catalogue.queries().get(name)
        wanted = None if own or self._kept(name) or not self._columns else self._columns.get(name)
        table = self._table(name)
        sql = self._sql(name) if wanted is None else table.select(wanted)
        digest = self._digest(name) if wanted is None else _digest(sql)
        copy = f"loaded.{quoted(f'{name}-{digest}')}"
        any_type = () if own or table.has is None else (table, table.select(wanted, any_type=True))
        self._materialize(Recipe(name, sql, reads, *any_type), copy, digest)
        shown = f"FROM {copy}" if wanted is None else table.view(wanted, copy)
        self._connection.execute(f"CREATE OR REPLACE VIEW loaded.{quoted(name.removeprefix(_LOADED))} AS {shown}")

    def _materialize(self, recipe: Recipe, target: str, digest: str) -> None:
        """Create a relation from a SELECT: as a file in the store if the relation is stored, otherwise as a table."""
        if not self._materializer.materialize(recipe, target, self._entry(recipe.name, digest)):
            self._is_table[recipe.name] = True

    def _recorded_tables(self, name: str) -> tuple[str, ...]:
        """Return the nsys tables that the SQL of a relation reads directly."""
        if name.startswith(_LOADED):
            return tuple({name.removeprefix(_LOADED)} & self._recorded.tables.keys())
        found = self.memo.reads(self._sql(name), lambda: self._tree(name)) - catalogue.queries().keys()
        words = {one.removeprefix("raw.").lower() for one in found}
        return tuple(table for table in self._recorded.tables if table.lower() in words)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
