"""Materializing the result of a SELECT: as a Parquet file of the store, or as a table in memory."""

from __future__ import annotations

import logging
from pathlib import Path

import duckdb

from nsys_tools.errors import NsysToolsError
from nsys_tools.session.loading import tolerant
from nsys_tools.session.progress import Progress
from nsys_tools.session.quoting import literal, parquet
from nsys_tools.session.store import first_file

log = logging.getLogger(__name__)
_LOADED = "loaded."


class Materializer:
    """Runs the SELECTs behind relations.

    Parameters
    ----------
    connection
        The session's.
    progress
        Called with a few words before each step that can take long.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, progress: Progress) -> None:
        self._connection = connection
        self._progress = progress

    def materialize(self, name: str, target: str, sql: str, file: Path | None) -> bool:
        """Make the result of a SELECT the relation `target`; return whether it is a view of a file.

        Parameters
        ----------
        name
            The relation, for messages.
        target
            Its quoted name.
        sql
            The SELECT.
        file
            Where the store has the result, or will have it; None for a table in memory.
        """
        if file is not None and (file.is_file() or self._write(name, sql, file)):
            # It may be there: a table that the store has whole stays, when others of the session are loaded whole.
            self._connection.execute(f"CREATE OR REPLACE VIEW {target} AS FROM {parquet(file)}")
            return True
        self._run(name, f"CREATE TABLE {target} AS ", sql)
        return False

    def _write(self, name: str, sql: str, final: Path) -> bool:
        """Write the result of a SELECT to the store; return whether that was possible."""
        options = "FORMAT parquet, COMPRESSION lz4_raw, PARQUET_VERSION v2"
        try:
            with first_file(final) as draft:
                self._run(name, "COPY (", sql, f") TO {literal(draft)} ({options})")
        except (OSError, duckdb.IOException) as error:
            log.warning("The cache cannot be written (%s); going on in memory.", str(error).splitlines()[0])
            return False
        return True

    def _run(self, name: str, before: str, sql: str, after: str = "") -> None:
        """Run the SELECT behind a relation between `before` and `after`."""
        loading = name.startswith(_LOADED)
        self._progress(f"reading {name.removeprefix(_LOADED)}" if loading else f"computing {name}")
        # Rows carry their row_id, so the scan of SQLite may run in parallel and deliver out of order.
        self._connection.execute(f"SET preserve_insertion_order = {'false' if loading else 'true'}")
        try:
            self._connection.execute(before + sql + after)
        except (duckdb.InvalidInputException, duckdb.TypeMismatchException, duckdb.ConversionException) as error:
            if not loading:
                raise NsysToolsError(f"{name}: {str(error).splitlines()[0]}") from None
            log.info("%s holds values that do not fit their types; they are read as NULL.", name)
            self._read_tolerantly(before + tolerant(sql) + after)
        except duckdb.InternalException as error:
            raise NsysToolsError(
                f"{name}: DuckDB failed by a defect of its own ({str(error).splitlines()[0]}).",
                "Run the command again. Please report it with the schema version of the trace.",
            ) from None
        except duckdb.BinderException as error:
            raise NsysToolsError(f"queries: {name}: {str(error).splitlines()[0]}") from None
        finally:
            self._connection.execute("SET preserve_insertion_order = true")

    def _read_tolerantly(self, statement: str) -> None:
        """Load a table some of whose values are not of their column's type: those become NULL."""
        self._connection.execute("SET sqlite_all_varchar = true")
        try:
            self._connection.execute(statement)
        finally:
            self._connection.execute("SET sqlite_all_varchar = false")
