"""The result of a query: rows with the units of their columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import polars as pl
    import pyarrow as pa


@dataclass(frozen=True)
class Result:
    """Rows of a query.

    Attributes
    ----------
    relation
        The DuckDB relation; evaluated when one of the methods asks for rows.
    units
        Unit by column name (``ns``, ``bytes``, ``count`` ...), of the columns that have one.
    summary
        What a row is; empty for SQL of the user's own.
    """

    relation: duckdb.DuckDBPyRelation
    units: dict[str, str] = field(default_factory=dict)
    summary: str = ""

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return self.relation.columns

    def rows(self) -> list[tuple[Any, ...]]:
        """Return all rows as tuples."""
        return self.relation.fetchall()

    def records(self) -> list[dict[str, Any]]:
        """Return all rows as dictionaries."""
        columns = self.columns
        return [dict(zip(columns, row, strict=True)) for row in self.rows()]

    def one(self) -> dict[str, Any]:
        """Return the first row as a dictionary; empty when there is none."""
        row = self.relation.fetchone()
        return dict(zip(self.columns, row, strict=True)) if row else {}

    def pl(self) -> pl.DataFrame:
        """Return a polars frame."""
        import polars  # noqa: PLC0415

        # Not the relation's own pl(): that goes through pyarrow, 45 MB which nothing else here needs.
        return polars.DataFrame(self.relation)

    def df(self) -> pd.DataFrame:
        """Return a pandas frame; needs the extra ``[pandas]``."""
        return self.relation.df()

    def arrow(self) -> pa.Table:
        """Return an Arrow table; needs the extra ``[pandas]`` (for pyarrow)."""
        return self.relation.to_arrow_table()
