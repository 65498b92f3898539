"""What SQLite knows of a table and DuckDB does not: whether its pages are whole, and what its values are.

What DuckDB reads of a damaged table looks like a short one.
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
    """Return what SQLite finds wrong with the pages of a table and of its indexes; empty if nothing is."""
    try:
        with closing(connected(path)) as connection:
            said = connection.execute(f"PRAGMA quick_check({quoted(table)})").fetchone()[0]
    except (sqlite3.Error, UnicodeDecodeError) as error:
        return str(error)
    return "" if said == "ok" else " ".join(said.split())


class Check:
    """A check of a table, begun when it is made. Calling it waits for the end, and refuses a damaged table.

    Parameters
    ----------
    path
        The SQLite file.
    name
        What the message calls it.
    table
        The table.

    Raises
    ------
    NsysToolsError
        From the call, if the table is damaged.

    Notes
    -----
    SQLite has no checksums. It notices what breaks the structure: lost, doubled, misplaced and malformed rows. It
    cannot notice that a value is another one than was written. The check runs in a thread beside the load, since
    SQLite and DuckDB both work without Python's lock.
    """

    def __init__(self, path: Path, name: Path, table: str) -> None:
        self._name = name
        self._table = table
        self._found: list[str] = []
        self._thread = threading.Thread(target=lambda: self._found.append(damage(path, table)), daemon=True)
        self._thread.start()

    def __call__(self) -> None:
        """Wait for the end, and refuse a damaged table."""
        self._thread.join()
        if self._found != [""]:
            why = self._found[0] if self._found else "it cannot be checked"
            raise NsysToolsError(f"{self._name}: table {self._table} is damaged: {why}.", DAMAGED_HINT)

    @property
    def thread_id(self) -> int | None:
        """The thread that checks; None when it has ended."""
        return self._thread.native_id if self._thread.is_alive() else None


def without_rowid(path: Path) -> set[str]:
    """Return the tables whose rows have no number."""
    with closing(connected(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'view')").fetchall()
    return {name for name, sql in rows if not sql.lstrip().upper().startswith("CREATE TABLE") or _LAST.search(sql)}


def odd(path: Path, table: str, kinds: Mapping[str, str]) -> list[str]:
    """Say which values of a table are not of the types that its columns should have, a sentence each.

    Parameters
    ----------
    path
        The SQLite file.
    table
        The table.
    kinds
        The types that columns should have, ``BIGINT`` or ``VARCHAR``, by name.
    """
    found = []
    with closing(connected(path)) as connection:
        for column, kind in kinds.items():
            fits = "text" if kind == "VARCHAR" else "integer"
            for stored, count in connection.execute(
                f"SELECT typeof({quoted(column)}) AS stored, count(*) FROM {quoted(table)} "
                f"WHERE stored NOT IN ('{fits}', 'null') GROUP BY stored ORDER BY stored"
            ):
                read = "text" if kind == "VARCHAR" else "missing where they are not numbers"
                read = "rounded" if (kind, stored) == ("BIGINT", "real") else f"read as {read}"
                found.append(f"{table}.{column}: {count:,} values have the type {stored}, not {fits}. They are {read}.")
    return found
