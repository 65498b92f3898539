"""Write results as text and to files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nsys_tools.errors import NsysToolsError, one_error
from nsys_tools.files import new_file, write_parquet
from nsys_tools.session.result import Result

FILES = ("parquet", "sqlite")
"""Formats that require a file."""


@one_error
def render(result: Result, form: str = "table", columns: Sequence[str] = (), *, csv_safe: bool = False) -> str:
    """Return a result as text, without a trailing newline.

    Parameters
    ----------
    result
        The rows.
    form
        ``table``, ``csv``, ``tsv``, ``json``, ``yaml`` or ``md``.
    columns
        Columns to show, in readable units. This applies only to ``table``, which is the format for human readers.
    csv_safe
        In CSV and TSV, put a quote (') before text that a spreadsheet would evaluate, which is any text that starts
        with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return and is not a number.

    Raises
    ------
    NsysToolsError
        If the format is unknown.
    """
    from nsys_tools import formats  # noqa: PLC0415

    if columns and form == "table":
        from nsys_tools.report import markdown  # noqa: PLC0415

        return markdown.table(result.kept(), columns)
    return formats.render(result.columns, result.rows(), form, csv_safe=csv_safe)


@one_error
def render_data(data: object, form: str) -> str:
    """Return plain nested data as ``json`` or ``yaml``."""
    from nsys_tools.formats import render_data as render_plain  # noqa: PLC0415

    return render_plain(data, form)


@one_error
def write_result(
    result: Result, out: str | Path, form: str = "csv", *, csv_safe: bool = False, force: bool = False,
    inputs: Sequence[Path] = (), envelope: Mapping[str, Any] | None = None,
) -> Path:  # fmt: skip
    """Write a result to a file, and return the path of the file.

    Parameters
    ----------
    result
        The rows.
    out
        The output file. It is written completely or not at all: nsys-tools writes a temporary file and then renames
        it.
    form
        ``parquet``, ``sqlite`` (a database with one table, which has the name of the query or is named ``result``), or
        one of the formats of `render`.
    csv_safe
        As for `render`.
    force
        Replace an existing file.
    inputs
        Files and folders that must not be overwritten, such as `Session.inputs`.
    envelope
        For JSON, an envelope from `nsys_tools.envelope` to write instead of the bare rows.

    Raises
    ------
    NsysToolsError
        If the format is unknown, or the file exists, is an input, or cannot be written.
    """
    file = Path(out)
    with new_file(file, force=force, inputs=inputs) as draft:
        if form == "parquet":
            write_parquet(result.pl(), draft)
        elif form == "sqlite":
            _write_sqlite(result, draft, file)
        elif form == "json" and envelope is not None:
            draft.write_text(render_data(envelope, form) + "\n", encoding="utf-8")
        else:
            draft.write_text(render(result, form, csv_safe=csv_safe) + "\n", encoding="utf-8")
    return file


def _write_sqlite(result: Result, draft: Path, file: Path) -> None:
    import sqlite3  # noqa: PLC0415

    from sqlite_utils import Database  # noqa: PLC0415

    try:
        database = Database(draft)
        try:
            table = database.table(result.name or "result")
            if len(result):
                table.insert_all(result.records())
            else:
                table.create(dict.fromkeys(result.columns, str))
        finally:
            database.close()
    except (sqlite3.Error, OverflowError) as error:
        raise NsysToolsError(f"The SQLite file {file} cannot be written ({error}).", "Check --out.") from None


@one_error
def save_chart(chart: object, out: str | Path, *, force: bool = False, inputs: Sequence[Path] = ()) -> Path:
    """Write a chart as self-contained HTML, SVG or PNG, according to the file extension.

    Parameters
    ----------
    chart
        An Altair chart.
    out
        The file.
    force
        Replace an existing file.
    inputs
        Files and folders that must not be overwritten.

    Raises
    ------
    NsysToolsError
        If the extension is unknown, or the file exists, is an input, or cannot be written.
    """
    from nsys_tools.charts.sweep import save  # noqa: PLC0415

    save(chart, Path(out), force=force, inputs=inputs)
    return Path(out)
