"""The string table of a copy, which contains only strings that rows in the copy refer to, with their original ids."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from nsys_tools.scrubbing.texts import Texts
from nsys_tools.session.quoting import quoted

# A string can name a function in one table and a thread in another. The first kind in this list keeps the id.
_ORDER = ("api", "symbol", "path", "nvtx", "thread")


class Strings:
    """The strings that a copy needs.

    Parameters
    ----------
    connection
        Connection to the copy, with the trace attached as ``source``.
    texts
        Object that replaces strings.

    Attributes
    ----------
    kept, changed
        Number of strings in the copy, and number of these strings that differ from the trace.
    names
        Names of functions and kernels among these strings.
    """

    def __init__(self, connection: sqlite3.Connection, texts: Texts) -> None:
        self._connection = connection
        self._texts = texts
        self._used: dict[str, set[int]] = {kind: set() for kind in _ORDER}
        self._moved: set[str] = set()
        self.kept = self.changed = 0
        self.names: set[str] = set()
        connection.execute("CREATE TEMP TABLE moved (kind TEXT, id INTEGER, new INTEGER, PRIMARY KEY (kind, id))")

    def use(self, kind: str, table: str, column: str, rows: str) -> None:
        """Register the strings that rows of a table refer to."""
        self._used[kind] |= {
            number
            for (number,) in self._connection.execute(
                f"SELECT DISTINCT {quoted(column)} FROM source.{quoted(table)} {rows}"
            )
            if isinstance(number, int)
        }

    def write(self) -> None:
        """Write the string table.

        Notes
        -----
        If two kinds replace the same string differently, the second replacement gets a new id. For example, a thread
        can have the same name as a function. The thread name must be replaced, but the function name must not.
        """
        needed = set().union(*self._used.values())
        values = self._values(needed)
        free = max(needed, default=0) + 1
        written: dict[int, str] = {}
        for kind in _ORDER:
            for number in sorted(self._used[kind] & values.keys()):
                text = self._texts.text(kind, values[number]) or ""
                self.changed += text != values[number]
                if kind in {"api", "symbol"}:
                    self.names.add(text)
                if written.setdefault(number, text) != text:
                    written[free] = text
                    self._connection.execute("INSERT INTO temp.moved VALUES (?, ?, ?)", (kind, number, free))
                    self._moved.add(kind)
                    free += 1
        self._connection.execute("CREATE TABLE StringIds (id INTEGER NOT NULL PRIMARY KEY, value TEXT NOT NULL)")
        self._connection.executemany("INSERT INTO StringIds VALUES (?, ?)", sorted(written.items()))
        self.kept = len(written)

    def _values(self, needed: Iterable[int]) -> dict[int, str]:
        self._connection.execute("CREATE TEMP TABLE needed (id INTEGER PRIMARY KEY)")
        self._connection.executemany("INSERT INTO temp.needed VALUES (?)", ((number,) for number in sorted(needed)))
        rows = self._connection.execute(
            "SELECT s.id, CAST(s.value AS BLOB) FROM source.StringIds AS s JOIN temp.needed AS n ON n.id = s.id"
        )
        return {number: value.decode(errors="replace") for number, value in rows if value is not None}

    def number(self, kind: str, column: str) -> str:
        """Return the SQL expression that maps a string id in the trace to one in the copy."""
        if kind not in self._moved:
            return column
        return f"coalesce((SELECT new FROM temp.moved WHERE kind = '{kind}' AND id = {column}), {column})"
