"""Attaching a trace, read-only, as the database ``raw`` of a session's connection."""

from __future__ import annotations

import logging
import shutil
from importlib.util import find_spec
from pathlib import Path

import duckdb

from nsys_tools.errors import NsysToolsError
from nsys_tools.session.connection import OWN_SCHEMAS
from nsys_tools.session.quoting import literal, parquet, quoted
from nsys_tools.sources.nsys.identify import Kind, columns

log = logging.getLogger(__name__)


def extension() -> Path:
    """Return DuckDB's signed sqlite extension, from its own wheel: nothing is fetched at run time."""
    spec = find_spec("duckdb_extension_sqlite_scanner")
    places = list(spec.submodule_search_locations or []) if spec else []
    for place in places:
        found = Path(place) / "extensions" / f"v{duckdb.__version__}" / "sqlite_scanner.duckdb_extension"
        if found.is_file():
            return found
    raise NsysToolsError(
        f"DuckDB's sqlite extension for version {duckdb.__version__} is not installed.",
        f"pip install duckdb-extension-sqlite-scanner=={duckdb.__version__}",
    )


class Raw:
    """The trace as the database ``raw`` of a connection; attached when something first reads it.

    Parameters
    ----------
    connection
        Of the session.
    path, kind
        The trace; a `Kind.RECORDING` has to be exported first, see `export`.
    scratch
        A folder of ours for what must not be written beside the trace.

    Attributes
    ----------
    tables
        Its tables: column types by column name.
    folders
        What queries read through DuckDB's own file system, as they are run.
    search_path
        Where names without a schema are looked for: nsys's own tables too, once attached.

    Notes
    -----
    Loading the extension and attaching take longer than reading a report that is in the cache.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path, kind: Kind, scratch: Path) -> None:
        self._connection = connection
        self._path = path
        self._scratch = scratch
        self._attached = False
        self.folders = (path,) if kind is Kind.PARQUET else ()
        self.search_path = OWN_SCHEMAS
        if kind is Kind.PARQUET:
            _attach_parquet(connection, path)
            self._found()
            self.tables = _tables(connection)
        else:
            self.tables = columns(path)

    def _found(self) -> None:
        """Let nsys's tables be asked under their own names."""
        self.search_path = "memory.main,raw.main,memory.loaded"
        self._connection.execute(f"SET search_path = {literal(self.search_path)}")
        self._attached = True

    def attach(self) -> None:
        """Attach the trace, if that has not been done."""
        if self._attached:
            return
        self._connection.execute(f"LOAD {literal(extension())}")
        readable = _without_wal(self._path, self._scratch)
        try:
            self._connection.execute(f"ATTACH {literal(readable)} AS raw (TYPE sqlite, READ_ONLY)")
        except duckdb.Error as error:
            raise NsysToolsError(
                f"{self._path}: cannot be opened as SQLite ({error}).", "Copy or export it again."
            ) from None
        self._found()


def _without_wal(path: Path, scratch: Path) -> Path:
    """Return a path that SQLite opens without writing beside it.

    A database in WAL mode gets -wal and -shm files even from readers; such a trace is copied first.
    """
    with path.open("rb") as file:
        header = file.read(20)
    if header[18:20] != b"\x02\x02":
        return path
    log.warning("%s is in WAL mode: a copy is read, so that nothing is written beside it.", path)
    copy = scratch / path.name
    shutil.copyfile(path, copy)
    with copy.open("r+b") as file:
        file.seek(18)
        file.write(b"\x01\x01")
    return copy


def _attach_parquet(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    connection.execute("ATTACH ':memory:' AS raw")
    for file in sorted(folder.glob("*.parquet")):
        connection.execute(
            f"CREATE VIEW raw.{quoted(file.stem)} AS SELECT * EXCLUDE (file_row_number), file_row_number + 1 AS rowid "
            f"FROM {parquet(file, ', file_row_number = true')}"
        )


def _tables(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Return the tables of the attached trace: column types by column name."""
    rows = connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE database_name = 'raw'"
    ).fetchall()
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        found.setdefault(table, {})[column] = kind
    return found
