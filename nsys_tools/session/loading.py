"""SELECTs that copy nsys's tables: the needed columns, in the chosen time window, cast to their declared types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nsys_tools.session import catalogue
from nsys_tools.session.columns import Names
from nsys_tools.session.quoting import quoted

# How an nsys column is read. DuckDB does not check text from SQLite; decode() rejects invalid UTF-8.
_NUMBER = "CAST({column} AS {kind})"
# A timestamp that is present but invalid must not become NULL, since a range without an end is treated as open.
_TIME = f"CASE WHEN {{column}} IS NOT NULL THEN coalesce(CAST({{column}} AS {{kind}}), {(1 << 63) - 1}) END"
_TEXT = "CASE WHEN {column} IS NOT NULL THEN coalesce(try(decode(encode({column}))), '(not UTF-8)') END"


# Instants above 2^61 ns (73 years) and durations above 2^53 ns (104 days) are invalid. Sums and differences of larger
# values would overflow.
_INSTANT_NS, _DURATION_NS = 1 << 61, 1 << 53
_TIMES = ("start", "end")
_THREADS = 1 << 24  # number of possible thread keys per process


def tolerant(sql: str) -> str:
    """Return the SELECT with casts that return NULL for values that do not match the column type."""
    return sql.replace("CAST(", "TRY_CAST(").replace("TRY_TRY_", "TRY_")


@dataclass(frozen=True)
class Table:
    """An nsys table in a trace.

    Attributes
    ----------
    name
        Name of the table in nsys.
    has
        Its columns in this trace; None if the trace lacks the table.
    window
        First and last nanosecond. Only events that overlap this window are read; None for all events.
    process
        Read only events of this process (nsys's globalPid); None for all processes.
    has_rowid
        Whether its rows have an SQLite rowid.
    """

    name: str
    has: Mapping[str, str] | None
    window: tuple[int, int] | None = None
    process: int | None = None
    has_rowid: bool = True

    def select(self, wanted: Names = None, *, any_type: bool = False) -> str:
        """Return the SELECT that copies the `wanted` columns, or all. `any_type` allows values of the wrong type."""
        declared = catalogue.schema()[self.name]
        kinds = {name: kind for name, kind in declared.items() if wanted is None or name.lower() in wanted}
        if self.has is None:
            columns = [f"NULL::{kind} AS {quoted(name)}" for name, kind in kinds.items()]
            return f"SELECT {', '.join(['NULL::BIGINT AS row_id', *columns])} WHERE false"
        columns = ["rowid AS row_id" if self.has_rowid else "row_number() OVER () AS row_id"]
        for name, kind in kinds.items():
            form = _TEXT if kind == "VARCHAR" else _TIME if any_type and name in _TIMES else _NUMBER
            form = form if name in self.has else "NULL::{kind}"
            columns.append(f"{form.format(column=quoted(name), kind=kind)} AS {quoted(name)}")
        sql = f"SELECT {', '.join(columns)} FROM raw.{quoted(self.name)}{self.condition(self.has)}"
        return tolerant(sql) if any_type else sql

    def view(self, wanted: Names, source: str) -> str:
        """Return the SELECT that presents the copy as the complete table. Reading an uncopied column fails."""
        shown = [
            quoted(name)
            if wanted is None or name.lower() in wanted
            # The error expression depends on a row, so DuckDB evaluates it only if the column is read.
            else f"error('{self.name}.{name} is not loaded' || row_id)::{kind} AS {quoted(name)}"
            for name, kind in catalogue.schema()[self.name].items()
        ]
        return f"SELECT {', '.join(['row_id', *shown])} FROM {source}"

    def usable(self, columns: Sequence[str]) -> str:
        """Return the condition that selects the rows of the copy that have valid times."""
        times = [name for name in _TIMES if name in columns and name in catalogue.schema()[self.name]]
        required = catalogue.required()[self.name]
        tests = [
            f"{'' if name in required else quoted(name) + ' IS NULL OR '}"
            f"{quoted(name)} BETWEEN {-_INSTANT_NS} AND {_INSTANT_NS}"
            for name in times
        ]
        if len(times) == len(_TIMES):
            tests.append(f'coalesce(abs("end"::DOUBLE - start) <= {_DURATION_NS}, true)')
        return " AND ".join(f"({test})" for test in tests) or "true"

    def expected(self, columns: Sequence[str]) -> list[str]:
        """Return the columns of the copy, except times, that must have a value in every row."""
        required = catalogue.required()[self.name]
        return [name for name in required if name in columns and name in (self.has or ()) and name not in _TIMES]

    def condition(self, has: Mapping[str, str]) -> str:
        """Return the condition that selects the events in the chosen time window and process."""
        tests = [*self._in_window(has), *self._of_process(has)]
        return f" WHERE {' AND '.join(tests)}" if tests else ""

    def _in_window(self, has: Mapping[str, str]) -> list[str]:
        """Return the conditions for events that overlap the chosen time window or have no time."""
        if self.window is None or "start" not in has:
            return []
        first, last = self.window
        start, end = "CAST(start AS BIGINT)", 'coalesce(TRY_CAST("end" AS BIGINT), TRY_CAST(start AS BIGINT))'
        end = end if "end" in has else start
        return [f"({start} <= {int(last)} AND {end} >= {int(first)}) IS NOT FALSE"]

    def _of_process(self, has: Mapping[str, str]) -> list[str]:
        """Return the conditions for events of the chosen process. The process key is a prefix of its thread keys."""
        key = next((name for name in ("globalPid", "globalTid") if name in has), None)
        if self.process is None or key is None:
            return []
        return [f"CAST({key} AS BIGINT) BETWEEN {self.process} AND {self.process + _THREADS - 1}"]
