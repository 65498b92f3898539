"""Query results: rows, and the units of their columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

from nsys_tools.errors import NsysToolsError, one_error
from nsys_tools.session.header import Column
from nsys_tools.session.rows import FrameRows, Rows

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

_SHOWN_ROWS = 20


@one_error
class Result:
    """The rows of a query.

    A result is a sequence of rows: ``for row in result``, ``result[0]`` and ``result[:5]`` return rows as dictionaries,
    ``result["sum_ns"]`` returns a column as a list, and ``len(result)`` is the number of rows. It is also an Arrow
    stream, so ``polars.DataFrame(result)`` and other readers of the Arrow C stream interface accept it directly.

    Attributes
    ----------
    name
        Name of the query; empty for the user's own SQL.
    summary
        What each row represents, and how rows are ordered; empty for the user's own SQL.
    documented
        The documented columns with type, unit and meaning; empty for the user's own SQL.
    total_count
        Number of rows that the query returned before any were removed, or None if they were not counted. A copy from
        `kept` contains the number, unless a limit truncated the rows. In that case, it is None.
    truncated
        Whether a limit removed rows.

    Notes
    -----
    The query runs when rows are first read. The rows are then retained, so reading a result twice returns the same
    rows.
    """

    def __init__(
        self,
        rows: Rows,
        *,
        name: str = "",
        summary: str = "",
        documented: Sequence[Column] = (),
        total_count: int | None = None,
    ) -> None:
        self._rows = rows
        self.name = name
        self.summary = summary
        self.documented = tuple(documented)
        self.total_count = total_count
        self.truncated = False

    @property
    def columns(self) -> list[str]:
        """Column names."""
        return self._rows.columns

    @property
    def units(self) -> dict[str, str]:
        """Units, such as ``ns``, ``bytes`` and ``count``, by column name, for documented columns that have a unit."""
        return {column.name: column.unit for column in self.documented if column.unit != "-"}

    def rows(self) -> list[tuple[Any, ...]]:
        """Return all rows as tuples."""
        return self._rows.all()

    def head(self, count: int) -> list[tuple[Any, ...]]:
        """Return the first `count` rows (or fewer) as tuples, without converting the other rows to Python objects."""
        return self._rows.part(0, count)

    def records(self) -> list[dict[str, Any]]:
        """Return all rows as dictionaries."""
        columns = self.columns
        return [dict(zip(columns, row, strict=True)) for row in self.rows()]

    def one(self) -> dict[str, Any]:
        """Return the first row as a dictionary, or an empty dictionary if there are no rows."""
        return next(iter(self._records(0, 1)), {})

    def pl(self) -> pl.DataFrame:
        """Return a polars DataFrame."""
        return self._rows.pl()

    def df(self) -> pd.DataFrame:
        """Return a pandas DataFrame. This requires the ``[pandas]`` extra."""
        _check_extra("pandas")
        return self._rows.df()

    def arrow(self) -> pa.Table:
        """Return an Arrow table. This requires the ``[pandas]`` extra, which installs pyarrow."""
        _check_extra("pyarrow")
        return self._rows.arrow()

    def kept(self) -> Result:
        """Return an in-memory copy of the result that can be read after the session is closed."""
        rows = FrameRows(self._rows.whole())
        self._rows = rows  # read once, so that both results have the same rows
        count = None if self.truncated else rows.count()
        kept = Result(
            rows, name=self.name, summary=self.summary, documented=self.documented, total_count=count
        )  # fmt: skip
        kept.truncated = self.truncated
        return kept

    def compute(self, limit: int | None = None) -> None:
        """Run the query now if it has not run yet, and keep at most `limit` rows."""
        self.truncated = self._rows.compute(limit) or self.truncated

    def _records(self, start: int, stop: int) -> list[dict[str, Any]]:
        columns = self.columns
        return [dict(zip(columns, row, strict=True)) for row in self._rows.part(start, stop)]

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._rows.count()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Iterate over the rows as dictionaries."""
        return iter(self.records())

    @overload
    def __getitem__(self, key: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, key: slice) -> list[dict[str, Any]]: ...
    @overload
    def __getitem__(self, key: str) -> list[Any]: ...
    def __getitem__(self, key: int | slice | str) -> dict[str, Any] | list[dict[str, Any]] | list[Any]:
        """Return a row by index, rows by slice, or a column by name.

        Raises
        ------
        IndexError
            If the index is out of range.
        NsysToolsError
            If the column does not exist.
        """
        if isinstance(key, str):
            if key not in self.columns:
                hint = f"The columns are {', '.join(self.columns)}."
                raise NsysToolsError(f"The result has no column {key!r}.", hint)
            place = self.columns.index(key)
            return [row[place] for row in self.rows()]
        count = len(self)
        if isinstance(key, slice):
            start, stop, step = key.indices(count)
            # Convert only these rows, since callers usually request only the first rows of a long table.
            return self._records(start, max(start, stop)) if step == 1 else self.records()[key]
        if not -count <= key < count:
            raise IndexError(f"row {key} of a result of {count} rows")
        return self._records(key % count, key % count + 1)[0]

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return the rows as an Arrow C stream."""
        return self._rows.arrow_c_stream(requested_schema)

    def __repr__(self) -> str:
        """Return the name of the query and the numbers of rows and columns."""
        return f"<Result {self.name or 'of SQL'}: {len(self):,} rows x {len(self.columns)} columns>"

    def _repr_html_(self) -> str:
        """Return an HTML table of the first rows for notebooks, with units below the column names."""
        from nsys_tools.formats import html_table  # noqa: PLC0415

        shown = self._rows.part(0, _SHOWN_ROWS)
        heads = [(name, self.units.get(name, "")) for name in self.columns]
        count = max(len(self), self.total_count or 0)
        rows = "1 row" if count == 1 else f"{count:,} rows"
        rest = f"{len(shown):,} of {rows}" if len(shown) < count else rows
        return html_table(heads, shown, f"{self.name}: {rest}" if self.name else rest)


def _check_extra(module: str) -> None:
    from importlib.util import find_spec  # noqa: PLC0415

    if find_spec(module) is None:
        raise NsysToolsError(f"{module} is not installed.", "Run `pip install 'nsys-tools[pandas]'`.")
