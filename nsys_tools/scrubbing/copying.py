"""Copy the tables of a trace column by column, according to the list of their contents."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from nsys_tools.scrubbing import allowed
from nsys_tools.scrubbing.options import Options
from nsys_tools.scrubbing.payloads import Payloads
from nsys_tools.scrubbing.strings import Strings
from nsys_tools.scrubbing.texts import Texts
from nsys_tools.session.quoting import quoted

# nsys never writes text to a numeric column. Any text becomes the number it begins with, or 0.
_NUMBER = "{0} + 0"
_TIMES = ("start", "timestamp", "rawTimestamp", "startedAt", "openedAt")
# A trace lists every process of its host. Processes without events are not copied.
_LISTS = {"PROCESSES", "ThreadNames"}
# The upper bits of a thread id are its process id.
_PROCESS = "{0} & ~16777215"


@dataclass
class Copied:
    """Result of copying a table.

    Attributes
    ----------
    rows
        Number of rows in the copy.
    rows_cut
        Number of rows in the trace that are not in the copy.
    columns_cut
        Columns that are not in the copy.
    """

    rows: int = 0
    rows_cut: int = 0
    columns_cut: list[str] = field(default_factory=list)


class Copy:
    """A new SQLite file, filled from a trace.

    Parameters
    ----------
    connection
        Connection to the new, empty file, with the trace attached as ``source``.
    tables
        The tables of the trace, with the declared type of each column.
    options
        The user's choices.
    texts
        Object that replaces strings.
    """

    def __init__(
        self, connection: sqlite3.Connection, tables: Mapping[str, Mapping[str, str]], options: Options, texts: Texts
    ) -> None:
        self._connection = connection
        self._tables = tables
        self._options = options
        self._texts = texts
        self.strings = Strings(connection, texts)
        self._define(Payloads(connection, tables))

    def _define(self, payloads: Payloads) -> None:
        """Register SQL functions that replace values. Strings are passed as bytes, as some are not valid Unicode."""
        texts = self._texts

        def text(holds: str, value: bytes | None) -> str | None:
            return None if value is None else texts.text(holds, value.decode(errors="replace"))

        def setting(name: bytes | None, value: bytes | None) -> str | None:
            return texts.setting((name or b"").decode(errors="replace"), (value or b"").decode(errors="replace"))

        define = self._connection.create_function
        define("scrub_text", 2, text, deterministic=True)
        define("scrub_setting", 2, setting, deterministic=True)
        define("scrub_number", 1, lambda value: None if value is None else texts.number(value), deterministic=True)
        define("scrub_plain", 1, texts.plain, deterministic=True)
        define("scrub_payload", 1, payloads.kept, deterministic=True)

    @cached_property
    def kept(self) -> dict[str, dict[str, str]]:
        """The tables to copy, except StringIds, with the content type of each copied column."""
        found = {}
        for name, columns in self._tables.items():
            table = allowed.table(name)
            if table is None or name == "StringIds" or (table.is_sample and self._options.drop_samples):
                continue
            holds = {column: table.holds[column] for column in columns if table.holds.get(column, "secret") != "secret"}
            if "setting" in holds.values() and not {"name", "value"} <= holds.keys():
                continue
            if holds:
                found[name] = holds
        return found

    def run(self) -> dict[str, Copied]:
        """Copy all tables; return the result for each."""
        for name, columns in self.kept.items():
            for column, holds in columns.items():
                if holds.endswith(" id"):
                    self.strings.use(holds.removesuffix(" id"), name, column, self._rows(name))
        self.strings.write()
        return {name: self._copy(name) for name in self.kept}

    def _copy(self, name: str) -> Copied:
        columns = self.kept[name]
        keys = [
            (place, column)
            for _, column, _, _, _, place in self._connection.execute(f"PRAGMA source.table_info({quoted(name)})")
            if place and column in columns
        ]
        declared = ", ".join(f"{quoted(column)} {_declared(self._tables[name][column])}" for column in columns)
        key = f", PRIMARY KEY ({', '.join(quoted(column) for _, column in sorted(keys))})" if keys else ""
        self._connection.execute(f"CREATE TABLE {quoted(name)} ({declared}{key})")
        selected = ", ".join(self._selected(column, holds) for column, holds in columns.items())
        rows = self._rows(name)
        done = self._connection.execute(
            f"INSERT INTO main.{quoted(name)} SELECT {selected} FROM source.{quoted(name)} NOT INDEXED {rows}"
        )
        cut = [column for column in self._tables[name] if column not in columns]
        return Copied(done.rowcount, self.count(name) - done.rowcount if rows else 0, cut)

    def count(self, name: str) -> int:
        """Return the number of rows of a table in the trace."""
        return int(self._connection.execute(f"SELECT count(*) FROM source.{quoted(name)}").fetchone()[0])

    def _selected(self, column: str, holds: str) -> str:
        """Return the SQL expression for a column in the copy."""
        name = quoted(column)
        if holds.endswith(" id"):
            return self.strings.number(holds.removesuffix(" id"), _NUMBER.format(name))
        if holds == "number":
            return _NUMBER.format(name)
        if holds == "setting":
            return "scrub_setting(CAST(name AS BLOB), CAST(value AS BLOB))" if column == "value" else name
        return self._text(name, holds)

    def _text(self, name: str, holds: str) -> str:
        if holds == "payload":
            return f"scrub_payload(CAST({name} AS BLOB))"
        text = f"scrub_text('{holds}', CAST({name} AS BLOB))"
        if holds == "address":
            return f"CASE WHEN typeof({name}) IN ('integer', 'real') THEN scrub_number({name}) ELSE {text} END"
        if self._texts.keeps_plain(holds):
            return f"CASE WHEN scrub_plain(CAST({name} AS BLOB)) THEN {name} ELSE {text} END"
        return text

    def _rows(self, name: str) -> str:
        """Return the SQL condition for the rows to copy, or an empty string for all rows."""
        columns = self.kept[name]
        if "setting" in columns.values():
            return "WHERE scrub_setting(CAST(name AS BLOB), CAST(value AS BLOB)) IS NOT NULL"
        owner = next((column for column in ("globalPid", "globalTid") if column in columns), None)
        if owner and name in _LISTS:
            return f"WHERE {_PROCESS.format(quoted(owner))} IN (SELECT id FROM temp.{self._processes})"
        return ""

    @cached_property
    def _processes(self) -> str:
        """The name of a table that lists the processes with events."""
        self._connection.execute("CREATE TEMP TABLE active (id INTEGER PRIMARY KEY)")
        for name, columns in self.kept.items():
            if any(column in columns for column in _TIMES):
                for column in columns.keys() & {"globalPid", "globalTid"}:
                    self._connection.execute(
                        f"INSERT OR IGNORE INTO temp.active SELECT DISTINCT {_PROCESS.format(quoted(column))} "
                        f"FROM source.{quoted(name)} WHERE typeof({quoted(column)}) = 'integer'"
                    )
        return "active"


def _declared(kind: str) -> str:
    """Return the type to declare for a column, by SQLite's affinity rules. The declaration itself is not copied."""
    affinities = {"INT": "INTEGER", "CHAR": "TEXT", "TEXT": "TEXT", "BLOB": "BLOB", "REAL": "REAL", "DOUB": "REAL",
                  "FLOA": "REAL"}  # fmt: skip
    return next((affinity for part, affinity in affinities.items() if part in kind.upper()), "")
