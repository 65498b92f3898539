"""Read the rows to export in parts of limited size, so that memory use does not grow with the trace."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

import polars

from nsys_tools.errors import printable
from nsys_tools.export.events import Text
from nsys_tools.export.tables import Table
from nsys_tools.session.memory_limit import limit_to
from nsys_tools.session.sparing import spared

if TYPE_CHECKING:
    from nsys_tools.session.database import Database

Found = TypeVar("Found")
_ROWS = 60_000
_TEXTS = 20_000
_END = 1 << 62
_MEMORY_BYTES = 95_000_000
"""DuckDB's memory limit, in addition to the parts. An export of 2 million kernels used less than 300 MB."""


@dataclass(frozen=True)
class Expected:
    """Number of rows of a table, and their total duration in ns."""

    count: int
    sum_ns: int


class Reader:
    """Reads the tables of one trace in parts.

    Parameters
    ----------
    database
        The trace. Its ``export_window`` session table must be defined.
    is_cut
        Whether to read only rows that overlap these windows.
    """

    def __init__(self, database: Database, *, is_cut: bool) -> None:
        self._database = database
        self._is_cut = is_cut
        limit_to(database.connection, _MEMORY_BYTES)
        if is_cut:
            self._ensure("export_window")

    def texts(self) -> Iterator[list[Text]]:
        """Yield all strings in parts, with control characters escaped for display."""
        self._ensure("export__text")
        count = self._all("SELECT count(*) FROM export__text")[0][0]
        for first in range(1, count + 1, _TEXTS):
            rows = self._all(
                f"FROM export__text WHERE text_id BETWEEN {first} AND {first + _TEXTS - 1} ORDER BY text_id"
            )
            yield [Text(number, printable(text), is_name, is_value) for number, text, is_name, is_value in rows]

    def parts(self, table: Table) -> Iterator[polars.DataFrame]:
        """Yield the rows of a table in parts. Parts are ordered by time, and rows in a part by the table's order."""
        self._ensure(table.query, table.entity)
        for first, end in pairwise([*self._bounds(table), _END]):
            rows = self._rows(table.query, f"start_ns >= {first} AND start_ns < {end}")
            found = self._retried(partial(self._frame, f"{rows} ORDER BY {table.order}"))
            if len(found):
                yield found
            del found
            _give_back()

    def expected(self, table: Table) -> dict[int, Expected]:
        """Return the expected count and total duration by kind of operation, from the relation with the same events."""
        kind = "operation_id & 3" if table.line == "stream" else "0"
        rows = self._all(
            f"SELECT {kind}, count(*), coalesce(sum(greatest(coalesce(end_ns, start_ns) - start_ns, 0)), 0)::BIGINT "
            f"FROM ({self._rows(table.entity)}) GROUP BY ALL"
        )
        return {kind: Expected(count, total) for kind, count, total in rows if count}

    def _bounds(self, table: Table) -> list[int]:
        """Return the start times of the parts of a table, which have about equal numbers of rows."""
        rows = self._all(
            "SELECT min(start_ns) FROM (SELECT start_ns, row_number() OVER (ORDER BY start_ns) AS number "
            f"FROM {table.entity}) GROUP BY (number - 1) // {_ROWS} ORDER BY 1"
        )
        return sorted({start for (start,) in rows})

    def _rows(self, relation: str, condition: str = "true") -> str:
        """Return the SELECT statement for the rows of a relation that are in the requested windows."""
        if not self._is_cut:
            return f"SELECT * FROM {relation} WHERE {condition}"
        # Windows are disjoint: only the last one that begins before an event ends has to be checked.
        return (
            f"SELECT e.* FROM (SELECT *, coalesce(end_ns, start_ns) AS until_ns FROM {relation} WHERE {condition}) "
            "AS e ASOF JOIN export_window AS w ON w.start_ns <= e.until_ns WHERE w.end_ns >= e.start_ns"
        )

    def _ensure(self, *names: str) -> None:
        """Create the named relations."""
        self._database.ensure(*names)
        _give_back()

    def _all(self, sql: str) -> list[tuple[Any, ...]]:
        """Return all rows of a SELECT."""
        return self._retried(lambda: self._database.connection.execute(sql).fetchall())

    def _frame(self, sql: str) -> polars.DataFrame:
        return self._retried(lambda: polars.DataFrame(self._database.connection.sql(sql)))

    def _retried(self, action: Callable[[], Found]) -> Found:
        """Run a query. If it runs out of memory, run it again with the full memory limit."""
        return spared(self._database.connection, action, is_result=True)


def _give_back() -> None:
    """Return freed memory to the system. Otherwise, the C library would keep about 100 MB."""
    with suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)
