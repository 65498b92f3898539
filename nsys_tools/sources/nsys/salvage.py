"""Salvage a damaged trace by copying its readable rows to a valid file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from nsys_tools.errors import NsysToolsError
from nsys_tools.session.quoting import quoted
from nsys_tools.sources.nsys.checking import damage
from nsys_tools.sources.nsys.identify import connected

_FIRST, _LAST = -(1 << 63), (1 << 63) - 1
_ATTEMPTS = 10_000
"""How many times reading resumes after damage, per table. One lost inner page hides hundreds of other pages."""


def salvaged(path: Path, name: Path, scratch: Path) -> tuple[Path, str]:
    """Return a file with the readable rows of a trace, and a description of what was lost.

    Parameters
    ----------
    path
        The trace, an SQLite file.
    name
        Name to use in error messages.
    scratch
        A folder of the session, to which the copy is written.

    Returns
    -------
    Path
        The copy, or the trace itself if nothing is damaged.
    str
        A sentence about what was lost; empty if nothing is damaged.

    Raises
    ------
    NsysToolsError
        If the trace's table list cannot be read.
    """
    try:
        with closing(connected(path)) as connection:
            listed = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        damaged = {table for (table,) in listed if damage(path, table)}
        if listed and not damaged:
            return path, ""
    except (sqlite3.Error, UnicodeDecodeError):
        damaged = set()  # wrong size or schema, but each table may be readable
    copy = scratch / "salvaged"
    with closing(sqlite3.connect(copy, uri=True, isolation_level=None)) as connection:
        connection.text_factory = bytes  # text in a damaged file may be invalid
        # Accepts a file that is shorter than its header says, and omits tables whose definition is lost.
        connection.executescript("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA cell_size_check = ON")
        connection.execute("PRAGMA writable_schema = ON")
        try:
            connection.execute("ATTACH ? AS damaged", [f"{path.resolve().as_uri()}?mode=ro&immutable=1"])
            read = dict(_copied(connection))
        except sqlite3.Error as error:
            raise NsysToolsError(
                f"{name}: none of the data can be read ({error}).", "Copy or export the file again."
            ) from None
    if not read:
        raise NsysToolsError(f"{name}: none of the data can be read.", "Copy or export the file again.")
    return copy, _lost(read, damaged)


def _copied(connection: sqlite3.Connection) -> Iterator[tuple[str, tuple[int, int | None]]]:
    """Copy the readable rows of each table, and yield its name and the copied and expected numbers of rows."""
    definitions = list(_readable(connection, "SELECT name, sql FROM damaged.sqlite_master WHERE type = 'table'"))
    for raw_name, raw_sql in definitions:
        with suppress(UnicodeDecodeError, sqlite3.Error):
            table, sql = raw_name.decode(), raw_sql.decode()
            if table.startswith("sqlite_"):
                continue
            connection.execute(sql)
            for first, last in _intervals(connection, table):
                _copy(connection, table, first, last)
            count = connection.execute(f"SELECT count(*) FROM main.{quoted(table)}").fetchone()[0]
            yield table, (count, _count(connection, table))


def _copy(connection: sqlite3.Connection, table: str, first: int, last: int) -> None:
    """Copy rows with their rowids."""
    columns = [row[1].decode() for row in connection.execute(f"PRAGMA main.table_info({quoted(table)})")]
    names = ", ".join(["_rowid_", *map(quoted, columns)])
    with suppress(sqlite3.Error):
        connection.execute(
            f"INSERT OR IGNORE INTO main.{quoted(table)} ({names}) SELECT {names} FROM damaged.{quoted(table)} "
            "WHERE _rowid_ BETWEEN ? AND ?",
            [first, last],
        )


def _intervals(connection: sqlite3.Connection, table: str) -> Iterator[tuple[int, int]]:
    """Yield contiguous readable intervals of rowids.

    After damage, reading resumes at the next row that can be found. The search uses steps that first double and then
    halve. It reaches that row through the pages above the damaged page.
    """
    highest = next(_rows(connection, table, "ORDER BY _rowid_ DESC LIMIT 1", _LAST, "<="), _LAST)
    start: int | None = _FIRST
    for _ in range(_ATTEMPTS):
        if start is None:
            return
        last, again = _reach(connection, table, start, highest)
        if last is not None:
            yield start, last
        if again is None:
            return
        start = _behind(connection, table, max(again, start + 1, 1), highest)


def _reach(connection: sqlite3.Connection, table: str, start: int, highest: int) -> tuple[int | None, int | None]:
    """Read from `start` on, and return the last readable row and the row at which to resume (None at the end)."""
    reached = None
    try:
        for number in _rows(connection, table, "ORDER BY _rowid_", start, strict=True):
            if reached is not None and number <= reached:
                return reached, number  # an overwritten page: the rows before it are misplaced
            if number > highest:
                return reached, start if reached is None else reached + 1
            reached = number
    except sqlite3.Error:
        return reached, start if reached is None else reached + 1
    return reached, None


def _behind(connection: sqlite3.Connection, table: str, low: int, highest: int) -> int | None:
    """Return the first rowid from which a row can be read, or None if there are no more rows."""

    def is_readable(number: int) -> bool:
        found = next(_rows(connection, table, "ORDER BY _rowid_ LIMIT 1", number), None)
        return found is not None and number <= found <= highest

    step = 1
    while not is_readable(low + step - 1):
        step *= 2
        if low + step - 1 > highest:
            return None
    good, bad = low + step - 1, low + step // 2 - 1
    while good - bad > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if is_readable(middle) else (good, middle)
    return good


def _rows(
    connection: sqlite3.Connection, table: str, order: str, start: int, test: str = ">=", *, strict: bool = False
) -> Iterator[int]:
    """Read complete rows, and yield their rowids. Damage ends the iteration, or raises an error if `strict`."""
    try:
        for number, *_ in connection.execute(
            f"SELECT _rowid_, * FROM damaged.{quoted(table)} WHERE _rowid_ {test} ? {order}", [start]
        ):
            yield number
    except sqlite3.Error:
        if strict:
            raise


def _readable(connection: sqlite3.Connection, query: str) -> Iterator[tuple[bytes, bytes]]:
    with suppress(sqlite3.Error):
        yield from connection.execute(query)


def _count(connection: sqlite3.Connection, table: str) -> int | None:
    """Return the number of rows that a table should have, or None if its pages cannot be read."""
    try:
        return int(connection.execute(f"SELECT count(*) FROM damaged.{quoted(table)} NOT INDEXED").fetchone()[0])
    except sqlite3.Error:
        return None


def _lost(read: dict[str, tuple[int, int | None]], damaged: set[str]) -> str:
    """Return a sentence about the data that is missing from a copy."""
    said = []
    for table, (count, of) in read.items():
        if table in damaged or of is None or count < of:
            rows = f"{count:,} of {of:,} rows" if of is not None and of >= count else f"{count:,} rows"
            said.append(f"{table} ({rows})")
    said += sorted(f"{table} (no rows)" for table in damaged - read.keys())
    found = ", ".join(said) or "the table list or the file size (tables may be missing)"
    return f"PARTIAL: the trace is damaged. All results cover only the data that could be read. Damaged: {found}."
