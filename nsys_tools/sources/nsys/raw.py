"""Attach a trace, read-only, as the database ``raw`` of a session's connection."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import duckdb

from nsys_tools.errors import NsysToolsError
from nsys_tools.session.connection import OWN_SCHEMAS, load_extension
from nsys_tools.session.progress import Amount
from nsys_tools.session.quoting import literal, parquet, quoted
from nsys_tools.sources.nsys.checking import Check, odd, without_rowid
from nsys_tools.sources.nsys.identify import DAMAGED_HINT, Kind, columns
from nsys_tools.sources.nsys.metering import Meter


def extension() -> Path:
    """Return the path of DuckDB's signed sqlite extension in its wheel, so that nothing is downloaded at run time."""
    spec = find_spec("duckdb_extension_sqlite_scanner")
    places = list(spec.submodule_search_locations or []) if spec else []
    for place in places:
        found = Path(place) / "extensions" / f"v{duckdb.__version__}" / "sqlite_scanner.duckdb_extension"
        if found.is_file():
            return found
    raise NsysToolsError(
        f"The sqlite extension for DuckDB {duckdb.__version__} is not installed.",
        f"Run `pip install duckdb-extension-sqlite-scanner=={duckdb.__version__}`.",
    )


class Raw:
    """The trace as the database ``raw`` of a connection, attached on first use.

    Parameters
    ----------
    connection
        Connection of the session.
    path, kind
        The trace. A `Kind.RECORDING` must be exported first (see `export`), and an SQLite file must be `settled`.
    name
        Name to use in error messages.
    is_small
        Whether the trace has fewer than `connection.SMALL_BYTES`.

    Attributes
    ----------
    tables
        Its tables, each with its column types by column name.
    folders
        Folders that queries read through DuckDB's file system while they run.
    search_path
        Search path for unqualified names. It includes nsys's tables once the trace is attached.

    Notes
    -----
    The trace is attached lazily, because loading the extension and attaching take longer than reading a cached report.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, path: Path, kind: Kind, name: Path, *, is_small: bool
    ) -> None:
        self._connection = connection
        self.is_small = is_small
        self._path = path
        self._kind = kind
        self._name = name
        self._attached = False
        self._checks: dict[str, Check] = {}
        self._without_rowid = set() if kind is Kind.PARQUET else without_rowid(path)
        self.folders = (path,) if kind is Kind.PARQUET else ()
        self.search_path = OWN_SCHEMAS
        if kind is Kind.PARQUET:
            _attach_parquet(connection, path)
            self._found()
            self.tables = _tables(connection)
        else:
            self.tables = columns(path, name)

    def _found(self) -> None:
        """Make nsys's tables available under their original names."""
        self.search_path = "memory.main,raw.main,memory.loaded"
        self._connection.execute(f"SET search_path = {literal(self.search_path)}")
        self._attached = True

    def attach(self) -> None:
        """Attach the trace unless it is already attached."""
        if self._attached:
            return
        load_extension(self._connection, extension())
        try:
            self._connection.execute(f"ATTACH {literal(self._path)} AS raw (TYPE sqlite, READ_ONLY)")
        except duckdb.Error as error:
            raise NsysToolsError(
                f"{self._name} cannot be opened as an SQLite database ({error}).", DAMAGED_HINT
            ) from None
        self._found()

    def check(self, table: str) -> Callable[[], None]:
        """Start checking a table, and return a function that waits for the check and refuses a damaged table."""
        if self._kind is Kind.PARQUET:
            return lambda: None  # DuckDB reads a Parquet file completely or fails
        if table not in self._checks:
            self._checks[table] = Check(self._path, self._name, table)
        return self._checks[table]

    def meter(self, tables: Sequence[str], place: int) -> Callable[[], Amount | None] | None:
        """Return a progress meter for the tables while the one at `place` is loaded, or None if unavailable."""
        check = self._checks.get(tables[place])
        return Meter(self._path, tables, place, check) if check else None

    def odd(self, table: str, kinds: Mapping[str, str]) -> list[str]:
        """Return one sentence for each value type that differs from the type of its column."""
        return [] if self._kind is Kind.PARQUET else odd(self._path, table, kinds)

    def has_rowid(self, table: str) -> bool:
        """Whether the rows of a table have a rowid."""
        return table not in self._without_rowid


def _attach_parquet(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    connection.execute("ATTACH ':memory:' AS raw")
    for file in sorted(folder.glob("*.parquet")):
        connection.execute(
            f"CREATE VIEW raw.{quoted(file.stem)} AS SELECT * EXCLUDE (file_row_number), file_row_number + 1 AS rowid "
            f"FROM {parquet(file, ', file_row_number = true')}"
        )


def _tables(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Return the tables of the attached trace, each with its column types by column name."""
    rows = connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE database_name = 'raw'"
    ).fetchall()
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        found.setdefault(table, {})[column] = kind
    return found
