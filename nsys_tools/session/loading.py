"""The SELECTs that copy nsys's tables: the columns in use, of the time in force, each as its declared type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nsys_tools.session import catalogue
from nsys_tools.session.columns import Names
from nsys_tools.session.quoting import quoted

# How a column of nsys's is read. DuckDB passes SQLite's text on unchecked; decode() refuses what is not UTF-8.
_NUMBER = "CAST({column} AS {kind})"
_TEXT = "CASE WHEN {column} IS NOT NULL THEN coalesce(try(decode(encode({column}))), '(not UTF-8)') END"


def tolerant(sql: str) -> str:
    """Return such a SELECT, with NULL where a value is not of its column's type."""
    return sql.replace("CAST(", "TRY_CAST(").replace("TRY_TRY_", "TRY_")


@dataclass(frozen=True)
class Table:
    """One of nsys's tables in a trace.

    Attributes
    ----------
    name
        nsys's name for it.
    has
        Its columns in this trace; None when the trace lacks the table.
    window
        First and last nanosecond: only events that touch this time; None for all.
    """

    name: str
    has: Mapping[str, str] | None
    window: tuple[int, int] | None = None

    def select(self, wanted: Names = None) -> str:
        """Return the SELECT that copies the columns in use: `wanted`, or all."""
        declared = catalogue.schema()[self.name]
        kinds = {name: kind for name, kind in declared.items() if wanted is None or name.lower() in wanted}
        if self.has is None:
            columns = [f"NULL::{kind} AS {quoted(name)}" for name, kind in kinds.items()]
            return f"SELECT {', '.join(['NULL::BIGINT AS row_id', *columns])} WHERE false"
        columns = ["rowid AS row_id"]
        for name, kind in kinds.items():
            form = "NULL::{kind}" if name not in self.has else _TEXT if kind == "VARCHAR" else _NUMBER
            columns.append(f"{form.format(column=quoted(name), kind=kind)} AS {quoted(name)}")
        return f"SELECT {', '.join(columns)} FROM raw.{quoted(self.name)}{self._condition(self.has)}"

    def view(self, wanted: Names, source: str) -> str:
        """Return the SELECT that shows the copy as the whole table; reading a column that is not in it fails."""
        shown = [
            quoted(name)
            if wanted is None or name.lower() in wanted
            # Of a row, so that it is computed only where the column is read.
            else f"error('{self.name}.{name} is not loaded' || row_id)::{kind} AS {quoted(name)}"
            for name, kind in catalogue.schema()[self.name].items()
        ]
        return f"SELECT {', '.join(['row_id', *shown])} FROM {source}"

    def _condition(self, has: Mapping[str, str]) -> str:
        """Return the condition that keeps events of the chosen time only: those that touch it."""
        if self.window is None or "start" not in has:
            return ""
        first, last = self.window
        end = 'coalesce(TRY_CAST("end" AS BIGINT), start)' if "end" in has else "start"
        return f" WHERE start <= {int(last)} AND {end} >= {int(first)}"
