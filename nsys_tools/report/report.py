"""The report on one trace: a folder of Markdown, HTML, JSON, tables and charts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, overload

import polars as pl

from nsys_tools import __version__
from nsys_tools.charts import MOST_ROWS
from nsys_tools.files import check_apart, write_parquet
from nsys_tools.formats import spreadsheet_safe
from nsys_tools.report import markdown, page
from nsys_tools.report.analysis import Analyzed
from nsys_tools.report.folder import check_formats, check_target, whole_folder
from nsys_tools.report.headline import Headline, headline
from nsys_tools.report.metrics import metrics
from nsys_tools.report.summary import summarize
from nsys_tools.report.templates import asset, filled
from nsys_tools.session.result import Result
from nsys_tools.units import duration

METRICS = "metrics.json"
SUMMARY = "stakeholder_summary.md"
_AT_A_TIME = 10_000


def render_markdown(
    analysis: Analyzed, top: int, drawn: Mapping[str, bytes], first: str, beside: str = ""
) -> str:  # fmt: skip
    """Return the report as Markdown.

    Parameters
    ----------
    analysis
        The analyzed trace.
    top
        Maximum number of rows of long tables.
    drawn
        The charts that were drawn, by path.
    first
        The first section as Markdown.
    beside
        Name of the summary file; empty if there is none.
    """
    return _rendered("report.md", analysis, top=top, charts=drawn, beside=beside, headline=first)


def render_headline(head: Headline) -> str:
    """Return the first section of the report as Markdown."""
    return filled("headline.md", head=head, short=duration)


def render_summary(analysis: Analyzed) -> str:
    """Return the summary page as Markdown. It is for readers who do not work with traces."""
    return _rendered(SUMMARY, analysis, text=summarize(analysis), time=duration, percent=_percent)


def _rendered(template: str, analysis: Analyzed, **names: Any) -> str:
    def table(name: str, *columns: str, **options: Any) -> str:
        return markdown.table(analysis.tables[name], columns, **options)

    given = {"time": _time, "table": table} | names
    return filled(
        template, analysis=analysis, summary=analysis.summary, tables=_Records(analysis.tables), version=__version__,
        shortened={name: table.total_count or len(table) for name, table in analysis.tables.items() if _is_cut(table)},
        most_rows=MOST_ROWS, **given,
    )  # fmt: skip


def _is_cut(table: Result) -> bool:
    return len(table) >= MOST_ROWS < (table.total_count or len(table))


class _Records(Mapping[str, "_Rows"]):
    """Rows as dictionaries, by table name."""

    def __init__(self, tables: Mapping[str, Result]) -> None:
        self._tables = tables

    def __getitem__(self, name: str) -> _Rows:
        return _Rows(self._tables[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


class _Rows(Sequence[dict[str, Any]]):
    """Rows of a table, created in batches when a template reads them, since a table can have a million rows."""

    def __init__(self, table: Result) -> None:
        self._table = table

    @overload
    def __getitem__(self, key: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, key: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, key: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        return self._table[key]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for start in range(0, len(self), _AT_A_TIME):
            yield from self._table[start : start + _AT_A_TIME]

    def __len__(self) -> int:
        return len(self._table)

    def where(self, column: str, value: object) -> list[dict[str, Any]]:
        """Return the rows that have a given value in a column."""
        return self._table.pl().filter(pl.col(column) == pl.lit(value)).to_dicts()

    def different(self, column: str) -> list[Any]:
        """Return the distinct values in a column, in row order."""
        return self._table.pl()[column].unique(maintain_order=True).to_list()


def _time(ns: float | None) -> str:
    return markdown.quantity(ns, "ns")


def _percent(ratio: float | None) -> str:
    """Return a ratio as a percentage with one decimal, or two decimals below 1 %."""
    return "" if ratio is None else f"{100 * ratio:.{1 if ratio >= 0.00995 else 2}f}"


def _write_tables(tables: Mapping[str, Result], folder: Path, *, csv_safe: bool) -> None:
    """Write the first rows of each table to a new folder as Parquet and CSV."""
    folder.mkdir()
    for name, table in tables.items():
        frame = table.pl().head(MOST_ROWS)
        write_parquet(frame, folder / f"{name}.parquet")
        if csv_safe:
            frame = frame.with_columns(pl.col(pl.String).map_elements(spreadsheet_safe, return_dtype=pl.String))
        frame.with_columns(pl.col(pl.Boolean).cast(pl.String)).write_csv(folder / f"{name}.csv")


Keep = Callable[[Path, str], None]
"""Receives the complete folder before it is moved into place, and the file to read first."""


@dataclass(frozen=True)
class Parts:
    """The content of a report folder.

    Attributes
    ----------
    source
        Name of the trace or traces in the report.
    data
        Content of ``metrics.json``.
    tables
        Results, by name.
    drawn
        SVG, by path.
    text
        The report as Markdown.
    beside
        Text of other Markdown files, by file name.
    first
        Function that returns the beginning of the page. It is called only if a page is written.
    """

    source: str
    data: Mapping[str, Any]
    tables: Mapping[str, Result]
    drawn: Mapping[str, bytes]
    text: str
    beside: Mapping[str, str] = field(default_factory=dict)
    first: Callable[[], page.First] | None = None


def write_folder(
    parts: Parts, target: Path, *, formats: Sequence[str], force: bool, csv_safe: bool, keep: Keep | None = None
) -> Path:  # fmt: skip
    """Write a report folder atomically; return the file to read first."""
    last = next((name for name in ("html", "md") if name in formats), None)
    first = f"report.{last}" if last else METRICS
    with whole_folder(target, force=force) as folder:
        (folder / METRICS).write_text(json.dumps(parts.data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        _write_tables(parts.tables, folder / "tables", csv_safe=csv_safe)
        if "md" in formats:
            for name, text in {"report.md": parts.text, **parts.beside}.items():
                (folder / name).write_text(text, encoding="utf-8")
        opening = parts.first() if parts.first and "html" in formats else None
        # Charts come last, because another process may still be drawing them.
        if parts.drawn:
            (folder / "charts").mkdir()
        for path, svg in parts.drawn.items():
            (folder / path).write_bytes(svg)
        if "html" in formats:
            title = f"{parts.source} - nsys-tools"
            html = page.render(parts.text, title, parts.drawn, asset("report.css"), opening)
            (folder / "report.html").write_text(html, encoding="utf-8")
        if keep is not None:
            keep(folder, first)
    return target / first


def write(
    analysis: Analyzed, target: Path, *, formats: Sequence[str], top: int, force: bool, csv_safe: bool = False,
    keep: Keep | None = None,
) -> Path:  # fmt: skip
    """Write the report folder atomically (see `nsys_tools.Analysis.write`)."""
    check_formats(formats)
    check_apart(target, analysis.inputs)
    check_target(target, force=force)
    is_read = bool({"md", "html"} & set(formats))
    drawn = analysis.drawing.charts if is_read else {}
    head = headline(analysis)
    first = render_headline(head) if is_read else ""
    text = render_markdown(analysis, top, drawn, first, SUMMARY if "md" in formats else "") if is_read else ""
    beside = {SUMMARY: render_summary(analysis)} if "md" in formats else {}
    parts = Parts(
        analysis.source, metrics(analysis), analysis.tables, drawn, text, beside,
        lambda: page.First(head, first, analysis.drawing.pictures()),
    )  # fmt: skip
    return write_folder(parts, target, formats=formats, force=force, csv_safe=csv_safe, keep=keep)
