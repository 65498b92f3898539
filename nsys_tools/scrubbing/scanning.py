"""The final scan, which searches every string in a copy for data that must not be shared."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from nsys_tools.scrubbing.known import Known
from nsys_tools.scrubbing.patterns import DEVICE, forms, random_parts
from nsys_tools.session.quoting import quoted

_OF_KNOWN = {
    "host": "a host name from the trace", "user": "a user name from the trace",
    "secret": "a secret from the environment or the arguments", "value": "the value of an environment variable",
}  # fmt: skip
_WORDS = {"word", "setting"}  # columns with nsys's vocabulary or names of GPUs
_VERSION = re.compile(r"[\d.]+")


@dataclass(frozen=True)
class Leak:
    """Data that must not be in a copy: its place, kind, and number of distinct strings. No string is reported."""

    table: str
    column: str
    what: str
    count: int

    def __str__(self) -> str:
        """Return the leak as part of a message."""
        texts = "string contains" if self.count == 1 else "strings contain"
        return f"{self.table}.{self.column}: {self.count:,} {texts} {self.what}"


def problems(text: str, known: Known, *, keep_host: bool, is_name: bool = False) -> set[str]:
    """Return descriptions of the data in a string that must not be shared, or an empty set if there is none.

    The name of a GPU or function is public even if it is also the value of an environment variable.
    """
    fine = {"host"} if keep_host else set()
    fine |= {"value"} if is_name else set()
    found = {_OF_KNOWN[one.kind] for one in known.found(text, fine)}
    found |= {what for what, form in forms(text) if form.search(text) and not (keep_host and form is DEVICE)}
    if any(random_parts(text)):
        found.add("a string that looks like a key")
    return found


def scan(
    connection: sqlite3.Connection, tables: Mapping[str, Mapping[str, str]], known: Known, *, keep_host: bool,
    names: Collection[str] = (),
) -> list[Leak]:  # fmt: skip
    """Search every string in a copy.

    Parameters
    ----------
    connection
        Connection to the copy, with the ``scrub_plain`` function (see `Plain`).
    tables
        The tables of the copy, with the content type of each column.
    known
        Names and values of the trace's machine and users.
    keep_host
        Whether hostnames and device identifiers are allowed.
    names
        The strings that are names of functions and kernels.
    """
    leaks: Counter[tuple[str, str, str]] = Counter()
    for table, columns in tables.items():
        for column, text in _texts(connection, table, columns):
            if columns[column] == "setting" and _VERSION.fullmatch(text):
                continue  # a version such as 5.15.167.4 looks like an address
            is_name = columns[column] in _WORDS or (columns[column] == "string" and text in names)
            for what in problems(text, known, keep_host=keep_host, is_name=is_name):
                leaks[table, column, what] += 1
        for column in _stray(connection, table, columns):
            leaks[table, column, "text in a numeric column"] += 1
    return [Leak(*key, count) for key, count in sorted(leaks.items())]


def _is_number(holds: str) -> bool:
    return holds == "number" or holds.endswith(" id")


def _texts(connection: sqlite3.Connection, table: str, columns: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the distinct strings in a table that are not plain, each with its column."""
    for column, holds in columns.items():
        if _is_number(holds) or holds == "payload":
            continue
        name = quoted(column)
        for (value,) in connection.execute(
            f"SELECT DISTINCT CAST({name} AS BLOB) FROM main.{quoted(table)} "
            f"WHERE typeof({name}) IN ('text', 'blob') AND NOT scrub_plain(CAST({name} AS BLOB))"
        ):
            yield column, value.decode(errors="replace")


def _stray(connection: sqlite3.Connection, table: str, columns: Mapping[str, str]) -> list[str]:
    """Return the numeric columns that contain text in the first row with any such column."""
    names = [column for column, holds in columns.items() if _is_number(holds)]
    if not names:
        return []
    # In SQLite's order, text and blobs follow all numbers. Comparing typeof() would take twice as long.
    found = ", ".join(f"{quoted(name)} >= ''" for name in names)
    some = " OR ".join(f"{quoted(name)} >= ''" for name in names)
    row = connection.execute(f"SELECT {found} FROM main.{quoted(table)} WHERE {some} LIMIT 1").fetchone()
    return [name for name, is_text in zip(names, row or (), strict=False) if is_text]
