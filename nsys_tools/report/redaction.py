"""Remove the folders of file paths from names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nsys_tools import charts
from nsys_tools.paths import base_names
from nsys_tools.session.result import Result
from nsys_tools.session.rows import FrameRows

if TYPE_CHECKING:
    from nsys_tools.report.analysis import Analyzed
    from nsys_tools.report.ranks import Ranks


def redacted(analysis: Analyzed) -> Analyzed:
    """Return an analysis with the folders removed from names."""
    tables = {name: _table(table) for name, table in analysis.tables.items()}
    return replace(
        analysis,
        tables=tables,
        findings=[replace(one, names=tuple(map(base_names, one.names))) for one in analysis.findings],
        notes=[base_names(note) for note in analysis.notes],
        drawing=charts.draw(tables),
    )


def redacted_ranks(found: Ranks) -> Ranks:
    """Return the content of a report on many ranks, with the folders removed from names."""
    return replace(
        found,
        tables={name: _table(table) for name, table in found.tables.items()},
        notes=[base_names(note) for note in found.notes],
        broken=[base_names(one) for one in found.broken],
    )


def _table(table: Result) -> Result:
    import polars  # noqa: PLC0415

    frame = table.pl()
    texts = [name for name, kind in frame.schema.items() if kind == polars.String]
    cut = frame.with_columns(polars.col(texts).map_elements(base_names, return_dtype=polars.String)) if texts else frame
    return Result(
        FrameRows(cut), name=table.name, summary=table.summary, documented=table.documented,
        total_count=table.total_count,
    )  # fmt: skip
