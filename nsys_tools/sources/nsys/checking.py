"""Checks that SQLite can perform but DuckDB cannot: the integrity of a table's pages, and the types of its values.

To DuckDB, a damaged table looks like a table with fewer rows.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from nsys_tools.errors import NsysToolsError
from nsys_tools.session.quoting import quoted
from nsys_tools.sources.nsys.identify import DAMAGED_HINT, connected

_LAST = re.compile(r"\)[^)]*\bWITHOUT\s+ROWID\b[^)]*$", re.IGNORECASE)


def damage(path: Path, table: str) -> str:
    """Return the errors that SQLite finds in the pages of a table and its indexes, or an empty string if none."""
    try:
        with closing(connected(path)) as connection:
            said = connection.execute(f"PRAGMA quick_check({quoted(table)})").fetchone()[0]
    except (sqlite3.Error, UnicodeDecodeError) as error:
        return str(error)
    return "" if said == "ok" else " ".join(said.split())


class Check:
    """A table check that starts on construction. Calling it waits for the result and refuses a damaged table.

    Parameters
    ----------
    path
        The SQLite file.
    name
        Name to use in the error message.
    table
        The table.

    Raises
    ------
    NsysToolsError
        When the check is called, if the table is damaged.

    Notes
    -----
    SQLite has no checksums. It detects structural damage: lost, duplicate, misplaced and malformed rows. It cannot
    detect that a value differs from the one that was written. The check runs in a thread alongside the load, since
    both SQLite and DuckDB release Python's GIL.
    """

    def __init__(self, path: Path, name: Path, table: str) -> None:
        self._name = name
        self._table = table
        self._found: list[str] = []
        self._thread = threading.Thread(target=lambda: self._found.append(damage(path, table)), daemon=True)
        self._thread.start()

    def __call__(self) -> None:
        """Wait for the result, and refuse a damaged table."""
        self._thread.join()
        if self._found != [""]:
            why = self._found[0] if self._found else "it cannot be checked"
            raise NsysToolsError(f"{self._name}: table {self._table} is damaged: {why}.", DAMAGED_HINT)

    @property
    def thread_id(self) -> int | None:
        """ID of the checking thread; None after the thread has ended."""
        return self._thread.native_id if self._thread.is_alive() else None


def without_rowid(path: Path) -> set[str]:
    """Return the tables whose rows have no rowid."""
    with closing(connected(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'view')").fetchall()
    return {name for name, sql in rows if not sql.lstrip().upper().startswith("CREATE TABLE") or _LAST.search(sql)}


def odd(path: Path, table: str, kinds: Mapping[str, str]) -> list[str]:
    """Return one sentence for each value type that differs from the type of its column.

    Parameters
    ----------
    path
        The SQLite file.
    table
        The table.
    kinds
        Expected types, ``BIGINT`` or ``VARCHAR``, by column name.
    """
    found = []
    with closing(connected(path)) as connection:
        for column, kind in kinds.items():
            fits = "text" if kind == "VARCHAR" else "integer"
            for stored, count in connection.execute(
                f"SELECT typeof({quoted(column)}) AS stored, count(*) FROM {quoted(table)} "
                f"WHERE stored NOT IN ('{fits}', 'null') GROUP BY stored ORDER BY stored"
            ):
                read = "text" if kind == "VARCHAR" else "NULL unless they are numbers"
                read = "rounded" if (kind, stored) == ("BIGINT", "real") else f"read as {read}"
                found.append(f"{table}.{column}: {count:,} values have the type {stored}, not {fits}. They are {read}.")
    return found
