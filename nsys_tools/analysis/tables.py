"""Results of queries that are kept: the tables of a report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from nsys_tools.trace import Trace, catalogue
from nsys_tools.trace.catalogue import Column


@dataclass(frozen=True)
class Table:
    """The result of one query, kept.

    Attributes
    ----------
    name
        Name of the query.
    summary
        What a row is, and the order.
    columns
        The documented columns.
    frame
        The rows that are kept.
    total_count
        Rows of the query; more than `frame` has when it was cut.
    """

    name: str
    summary: str
    columns: tuple[Column, ...]
    frame: pl.DataFrame
    total_count: int

    @property
    def records(self) -> list[dict[str, Any]]:
        """The kept rows as dictionaries."""
        return self.frame.to_dicts()


def table(trace: Trace, name: str, limit: int | None = None) -> Table:
    """Return the rows of a query, kept.

    Parameters
    ----------
    trace
        The trace.
    name
        The query, such as ``stage_summary``.
    limit
        Keep only so many; None for all.
    """
    query = catalogue.find(name)
    frame = trace.query(name, top=limit).pl()
    total = len(frame)
    if limit is not None and total == limit:
        total = trace.sql(f"SELECT count(*) FROM {name}").rows()[0][0]
    return Table(name, query.summary, query.columns, frame, total)
