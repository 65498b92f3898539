"""Storage for the rows of a result: a table in the session's DuckDB, or a DataFrame in memory."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol

from nsys_tools.errors import NsysToolsError, explained, out_of_memory
from nsys_tools.session.quoting import quoted
from nsys_tools.session.sparing import spared

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import pyarrow as pa
    from polars import DataFrame

_NUMBERS = itertools.count(1)


class Rows(Protocol):
    """Rows that can be read more than once, in the same order each time."""

    @property
    def columns(self) -> list[str]: ...  # noqa: D102
    def all(self) -> list[tuple[Any, ...]]: ...  # noqa: D102
    def part(self, start: int, stop: int) -> list[tuple[Any, ...]]: ...  # noqa: D102
    def count(self) -> int: ...  # noqa: D102
    def pl(self) -> DataFrame: ...  # noqa: D102
    def whole(self) -> DataFrame: ...  # noqa: D102
    def df(self) -> pd.DataFrame: ...  # noqa: D102
    def arrow(self) -> pa.Table: ...  # noqa: D102
    def arrow_c_stream(self, requested_schema: object) -> object: ...  # noqa: D102
    def compute(self, limit: int | None) -> bool: ...  # noqa: D102


class FrameRows:
    """Rows of a polars DataFrame."""

    def __init__(self, frame: DataFrame) -> None:
        self._frame = frame

    @property
    def columns(self) -> list[str]:
        """Column names."""
        return self._frame.columns

    def all(self) -> list[tuple[Any, ...]]:
        """Return all rows."""
        return self._frame.rows()

    def part(self, start: int, stop: int) -> list[tuple[Any, ...]]:
        """Return rows from `start` up to, but not including, `stop`."""
        return self._frame[start:stop].rows()

    def count(self) -> int:
        """Return the number of rows."""
        return len(self._frame)

    def pl(self) -> DataFrame:
        """Return the DataFrame."""
        return self._frame

    def whole(self) -> DataFrame:
        """Return a DataFrame to use in place of these rows."""
        return self.pl()

    def df(self) -> pd.DataFrame:
        """Return a pandas DataFrame."""
        return self.pl().to_pandas()

    def compute(self, limit: int | None) -> bool:
        """Keep at most `limit` rows, and return whether there were more."""
        is_more = limit is not None and self.count() > limit
        self._frame = self.pl()[:limit] if is_more else self._frame
        return is_more

    def arrow(self) -> pa.Table:
        """Return an Arrow table."""
        return self.pl().to_arrow()

    def arrow_c_stream(self, requested_schema: object) -> object:
        """Return an Arrow C stream."""
        return self.pl().__arrow_c_stream__(requested_schema)


class ListRows(FrameRows):
    """Rows of plain values, converted to a DataFrame on demand."""

    def __init__(self, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        self._names = list(columns)
        self._values = [tuple(row) for row in rows]

    @property
    def columns(self) -> list[str]:
        """Column names."""
        return list(self._names)

    def pl(self) -> DataFrame:
        """Return a polars DataFrame."""
        import polars  # noqa: PLC0415

        return polars.DataFrame(self._values, schema=self._names, orient="row", infer_schema_length=None)

    def all(self) -> list[tuple[Any, ...]]:
        """Return all rows."""
        return list(self._values)

    def compute(self, limit: int | None) -> bool:
        """Keep at most `limit` rows, and return whether there were more."""
        is_more = limit is not None and len(self._values) > limit
        self._values = self._values[:limit]
        return is_more

    def part(self, start: int, stop: int) -> list[tuple[Any, ...]]:
        """Return rows from `start` up to, but not including, `stop`."""
        return self._values[start:stop]

    def count(self) -> int:
        """Return the number of rows."""
        return len(self._values)


class RelationRows:
    """Rows of a DuckDB relation.

    Notes
    -----
    When rows are first read, the relation is stored as a table in the session. Running the query again could return
    rows in a different order, since a query without ORDER BY has no defined order. The table is dropped when the result
    is garbage-collected.
    """

    def __init__(self, relation: duckdb.DuckDBPyRelation, connection: duckdb.DuckDBPyConnection) -> None:
        self.relation = _distinct(relation)
        self._connection = connection
        self._columns = self.relation.columns
        self._table: str | None = None

    @property
    def columns(self) -> list[str]:
        """Column names."""
        return self._columns

    @contextmanager
    def _read(self) -> Iterator[duckdb.DuckDBPyRelation]:
        """Yield the table that stores the rows."""
        with self._errors():
            if self._table is None:
                table = f"_result_{next(_NUMBERS)}"
                spared(self._connection, lambda: self.relation.create(table), is_result=True)
                self._table = table
                weakref.finalize(self, _drop, self._connection, table)
            yield self._connection.table(self._table)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Convert DuckDB errors to `NsysToolsError`."""
        import duckdb  # noqa: PLC0415

        try:
            yield
        except duckdb.ConnectionException:
            raise NsysToolsError(
                "The session is closed.", "Read results before close(), or use result.kept() to keep them in memory."
            ) from None
        except duckdb.OutOfMemoryException as error:
            raise explained(error) or out_of_memory(str(error).splitlines()[0]) from None
        except duckdb.Error as error:
            raise explained(error) or NsysToolsError(f"SQL: {error}") from None

    def compute(self, limit: int | None) -> bool:
        """Compute at most `limit` rows now if none have been read yet, and return whether there are more."""
        if limit is not None and self._table is None:
            self.relation = self.relation.limit(limit + 1)
        is_more = self.count() > (self.count() if limit is None else limit)
        if is_more:
            with self._errors():
                self._connection.execute(f'DELETE FROM "{self._table}" WHERE rowid >= {limit}')
        return is_more

    def all(self) -> list[tuple[Any, ...]]:
        """Return all rows."""
        with self._read() as rows:
            return _plain(rows).fetchall()

    def part(self, start: int, stop: int) -> list[tuple[Any, ...]]:
        """Return rows from `start` up to, but not including, `stop`."""
        with self._read() as rows:
            return _plain(rows.limit(stop - start, start)).fetchall()

    def count(self) -> int:
        """Return the number of rows."""
        with self._read() as rows:
            return int(rows.count("*").fetchall()[0][0])

    def pl(self) -> DataFrame:
        """Return a polars DataFrame."""
        import polars  # noqa: PLC0415

        # The relation's own pl() is not used: it requires pyarrow, a 45 MB dependency that nothing else needs.
        with self._read() as rows:
            return polars.DataFrame(rows)

    def whole(self) -> DataFrame:
        """Return a DataFrame to use in place of these rows.

        If no rows have been read yet, no intermediate table is created.
        """
        import polars  # noqa: PLC0415

        if self._table is not None:
            return self.pl()
        with self._errors():
            return spared(self._connection, lambda: polars.DataFrame(self.relation), is_result=True)

    def df(self) -> pd.DataFrame:
        """Return a pandas DataFrame."""
        with self._read() as rows:
            return rows.df()

    def arrow(self) -> pa.Table:
        """Return an Arrow table."""
        with self._read() as rows:
            return rows.to_arrow_table()

    def arrow_c_stream(self, requested_schema: object) -> object:
        """Return an Arrow C stream."""
        with self._read() as rows:
            return rows.__arrow_c_stream__(requested_schema)


def _distinct(relation: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """Return a relation with unique column names. Duplicate names would cause a dictionary to lose a column."""
    names: list[str] = []
    for name in relation.columns:
        tries = itertools.chain([name], (f"{name}_{number}" for number in itertools.count(1)))
        names.append(next(one for one in tries if one not in names))
    if names == relation.columns:
        return relation
    return relation.project(", ".join(f"#{place} AS {quoted(name)}" for place, name in enumerate(names, 1)))


def _plain(rows: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """Return rows with time zone values as text, since DuckDB requires pytz to convert them to Python values."""
    zoned = ["TIME ZONE" in str(kind) for kind in rows.types]
    if not any(zoned):
        return rows
    columns = [f"#{n + 1}::VARCHAR" if is_zoned else f"#{n + 1}" for n, is_zoned in enumerate(zoned)]
    return rows.project(", ".join(columns))


def _drop(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Drop the table of a result that was garbage-collected. A closed session has already dropped it."""
    import duckdb  # noqa: PLC0415

    with suppress(duckdb.Error):
        connection.execute(f'DROP TABLE IF EXISTS "{table}"')
