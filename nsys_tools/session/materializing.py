"""Materialize SELECTs as Parquet files in the store or as tables in memory."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from nsys_tools.errors import NsysToolsError, explained, out_of_memory
from nsys_tools.session import catalogue
from nsys_tools.session.connection import Recorded
from nsys_tools.session.loading import Table, tolerant
from nsys_tools.session.patterns import unrolled
from nsys_tools.session.progress import Measured, Progress
from nsys_tools.session.quoting import literal, parquet, quoted
from nsys_tools.session.sparing import spared
from nsys_tools.session.store import Entry

log = logging.getLogger(__name__)
_LOADED = "loaded."


class _OddError(Exception):
    """The rows that were read contain invalid values."""


@dataclass(frozen=True)
class Recipe:
    """How to build a relation.

    Attributes
    ----------
    name
        Name of the relation, for messages.
    sql
        The SELECT.
    reads
        The recorded tables that it reads.
    table
        The recorded table of which the relation is a copy; None for any other SELECT.
    any_type
        The SELECT to use if the table has values of the wrong type.
    """

    name: str
    sql: str
    reads: Sequence[str] = ()
    table: Table | None = None
    any_type: str = ""

    @property
    def is_loading(self) -> bool:
        """Whether the relation is a copy of recorded rows."""
        return self.name.startswith(_LOADED)


class Materializer:
    """Runs the SELECTs that define relations.

    Parameters
    ----------
    connection
        The connection of the session.
    recorded
        The recorded tables.
    progress
        Called with a short description before each step that can be slow.
    notes
        List that receives one sentence for each kind of invalid value.

    Attributes
    ----------
    is_odd
        Whether invalid values were read. If so, relations that are built later are not stored, because later sessions
        must also read and report the invalid values.
    to_load
        The relations that copy recorded tables, in order. They are used to report progress.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, recorded: Recorded, progress: Progress, notes: list[str]
    ) -> None:
        self._connection = connection
        self._recorded = recorded
        self._progress = progress
        self._can_write = True
        self._notes = notes
        self.is_odd = False
        self.to_load: Sequence[str] = ()

    def materialize(self, recipe: Recipe, target: str, entry: Entry | None) -> bool:
        """Create the relation `target` from a SELECT, and return whether it is a view of a file.

        Parameters
        ----------
        recipe
            The SELECT.
        target
            Quoted name of the relation.
        entry
            The store's entry for the result; None for a table in memory.

        Raises
        ------
        NsysToolsError
            If a recorded table is damaged or cannot be read.
        """
        try:
            file = entry and (entry.find() or self._write(recipe, entry))
            if file:
                # The view may exist, since reloading all columns keeps the tables that are already in the store.
                self._connection.execute(f"CREATE OR REPLACE VIEW {target} AS FROM {parquet(file)}")
                return True
            self._run(recipe, f"CREATE TABLE {target} AS ")
            self._examine(recipe, target)
        except _OddError:
            self._read_tolerantly(recipe, target)
        return False

    def create(self, name: str, statement: str) -> None:
        """Run the statement that creates a relation from other relations.

        Raises
        ------
        NsysToolsError
            If the statement fails.
        """
        try:
            self._execute(statement)
        except duckdb.Error as error:
            raise _failed(name, error) from None

    def _execute(self, statement: str) -> None:
        spared(self._connection, lambda: self._connection.execute(statement))

    def _write(self, recipe: Recipe, entry: Entry) -> Path | None:
        """Write the result of a SELECT to the store, and return the file. If this fails, do not use the store again."""
        if self.is_odd or not self._can_write:
            return None
        options = "FORMAT parquet, COMPRESSION lz4_raw, PARQUET_VERSION v2"
        try:
            with entry.write() as draft:
                self._run(recipe, "COPY (", f") TO {literal(draft)} ({options})")
                self._examine(recipe, parquet(draft))
        except (OSError, duckdb.IOException) as error:
            log.warning("The cache cannot be written (%s). Data is kept in memory instead.", str(error).splitlines()[0])
            self._can_write = False
        return entry.path

    def _run(self, recipe: Recipe, before: str, after: str = "") -> None:
        """Run a SELECT between `before` and `after`, and check the tables that it reads."""
        name, loading = recipe.name, recipe.is_loading
        checks = [self._recorded.check(table) for table in recipe.reads]
        self._progress(self._words(recipe))
        # Each row includes its row_id, so the SQLite scan may run in parallel and return rows out of order.
        is_unordered = loading and not self._recorded.is_small
        if is_unordered:
            self._connection.execute("SET preserve_insertion_order = false")
        failure: NsysToolsError | _OddError | None = None
        try:
            self._execute(before + unrolled(self._connection, recipe.sql) + after)
        except (duckdb.IOException, duckdb.InterruptException, duckdb.OutOfMemoryException):
            raise  # not caused by the rows
        except duckdb.InternalException as error:
            failure = NsysToolsError(
                f"{name}: DuckDB failed with an internal error ({str(error).splitlines()[0]}).",
                "Run the command again. If it fails again, report the error with the schema version of the trace.",
            )
        # DuckDB's message quotes the value, and Python cannot decode a value that is not UTF-8.
        except (duckdb.Error, UnicodeDecodeError) as error:
            failure = _OddError() if recipe.reads else _failed(name, error)
        finally:
            if is_unordered:
                self._connection.execute("SET preserve_insertion_order = true")
        for wait in checks:
            wait()
        if failure:
            raise failure

    def _words(self, recipe: Recipe) -> str:
        """Return the progress message for a SELECT. If it copies recorded tables, the message includes the progress."""
        table = recipe.name.removeprefix(_LOADED)
        if not recipe.is_loading:
            return f"computing {table}"
        copies = self.to_load if recipe.name in self.to_load else [recipe.name]
        tables = [name.removeprefix(_LOADED) for name in copies]
        meter = self._recorded.meter(tables, copies.index(recipe.name)) if recipe.reads else None
        return Measured(f"reading {table}", meter) if meter else f"reading {table}"

    def _examine(self, recipe: Recipe, source: str) -> None:
        """Reject a copy if rows lack required values, because the copy would be cached and used in results."""
        if recipe.reads and any(self._lacking(recipe, source).values()):
            raise _OddError

    def _lacking(self, recipe: Recipe, source: str) -> dict[str, int]:
        """Return the number of rows that lack a value, by column. Rows without a valid time count as ``time``."""
        columns = self._connection.sql(f"FROM {source}").columns
        tests = {"time": f"count(*) FILTER (({recipe.table.usable(columns)}) IS NOT TRUE)"} if recipe.table else {}
        expected = recipe.table.expected(columns) if recipe.table else catalogue.required()["StringIds"]
        tests |= {name: f"count(*) - count({quoted(name)})" for name in expected if name in columns}
        if not tests:
            return {}
        row = self._connection.execute(f"SELECT {', '.join(tests.values())} FROM {source}").fetchone()
        return dict(zip(tests, row or (), strict=True))

    def _read_tolerantly(self, recipe: Recipe, target: str) -> None:
        """Read a table with invalid values, which become NULL. Rows without a valid time are skipped."""
        self.is_odd = True
        self._connection.execute(f"DROP TABLE IF EXISTS {target}; SET sqlite_all_varchar = true")
        try:
            sql = recipe.any_type or tolerant(recipe.sql)
            self._execute(f"CREATE TABLE {target} AS {sql}")
            lacking = self._lacking(recipe, target)
            if recipe.table:
                columns = self._connection.table(target).columns
                self._connection.execute(f"DELETE FROM {target} WHERE ({recipe.table.usable(columns)}) IS NOT TRUE")
        except (duckdb.Error, UnicodeDecodeError) as error:
            raise _failed(recipe.name, error) from None
        finally:
            self._connection.execute("SET sqlite_all_varchar = false")
        self._tell(recipe, lacking)

    def _tell(self, recipe: Recipe, lacking: dict[str, int]) -> None:
        """Add notes about a table with invalid values."""
        for table in recipe.reads:
            kinds, has = catalogue.schema().get(table, {}), self._recorded.tables.get(table, {})
            said = [f"{table} has no column {name}." for name in ("start", "end") if name in kinds and name not in has]
            said += self._recorded.odd(table, {name: kind for name, kind in kinds.items() if name in has})
            for what, count in lacking.items():
                if count and what == "time":
                    said.append(
                        f"{table}: {count:,} rows have no usable start or end and are excluded from all metrics. The "
                        "value is missing, not a number, or too large."
                    )
                elif count:
                    said.append(f"{table}: {count:,} rows have no {what}.")
            self._notes.extend(one for one in said if one not in self._notes)


def _failed(name: str, error: Exception) -> NsysToolsError:
    """Return the error to raise for a relation that cannot be created."""
    said = str(error).splitlines()[0]
    if isinstance(error, duckdb.OutOfMemoryException):
        return explained(error) or out_of_memory(said)
    where = name if name.startswith(_LOADED) else f"queries: {name}"
    return NsysToolsError(f"{where.removeprefix(_LOADED)}: {said}")
