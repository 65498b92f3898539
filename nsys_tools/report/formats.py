"""Tables as text: for people, spreadsheets and programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from typing import Any

from nsys_tools.errors import NsysToolsError

Rows = Sequence[Sequence[Any]]


def _table(columns: Sequence[str], rows: Rows) -> str:
    from tabulate import tabulate  # noqa: PLC0415

    return tabulate(rows, headers=list(columns), tablefmt="simple", disable_numparse=False, intfmt=",", missingval="")


def _markdown(columns: Sequence[str], rows: Rows) -> str:
    from tabulate import tabulate  # noqa: PLC0415

    cells = [[_markdown_cell(value) for value in row] for row in rows]
    return tabulate(cells, headers=[_markdown_cell(c) for c in columns], tablefmt="pipe", disable_numparse=True)


def _markdown_cell(value: object) -> str:
    """Keep a cell one cell: no pipe, newline or markup of a trace's own takes effect."""
    text = "" if value is None else str(value)
    text = (
        text.replace("\\", "\\\\").replace("|", "\\|").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    )
    return " ".join(text.split())


def _separated(delimiter: str) -> Callable[[Sequence[str], Rows], str]:
    def render(columns: Sequence[str], rows: Rows) -> str:
        stream = io.StringIO()
        writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
        return stream.getvalue().removesuffix("\n")

    return render


def _json(columns: Sequence[str], rows: Rows) -> str:
    records = [dict(zip(columns, row, strict=True)) for row in rows]
    return json.dumps(records, indent=1, ensure_ascii=False, default=str)


def _yaml(columns: Sequence[str], rows: Rows) -> str:
    import yaml  # noqa: PLC0415

    # By way of JSON, so that both formats show odd values alike.
    records = json.loads(_json(columns, rows))
    return str(yaml.safe_dump(records, sort_keys=False, allow_unicode=True)).removesuffix("\n")


FORMATS: dict[str, Callable[[Sequence[str], Rows], str]] = {
    "table": _table,
    "csv": _separated(","),
    "tsv": _separated("\t"),
    "json": _json,
    "yaml": _yaml,
    "md": _markdown,
}


_TEXT_TABLES = {"column": "simple", "grid": "pretty", "htable": "html"}
"""Tables of cells that are text already, by tabulate's name of their form."""


def render_text(columns: Sequence[str], rows: Rows, form: str, numeric: Sequence[bool]) -> str:
    """Return a table of cells that are text already, without a newline at its end.

    Parameters
    ----------
    columns
        The headers; empty for none.
    rows
        One sequence of texts a row.
    form
        ``column``, ``grid`` or ``htable``.
    numeric
        By column, whether it holds numbers: these stand to the right.
    """
    from tabulate import tabulate  # noqa: PLC0415

    sides = ["right" if number else "left" for number in numeric]
    options: dict[str, Any] = {"tablefmt": _TEXT_TABLES[form], "disable_numparse": True}
    if form != "htable":
        options["colalign"] = sides if rows else None
    return tabulate(rows, headers=list(columns), **options)


def render(columns: Sequence[str], rows: Rows, form: str) -> str:
    """Return a table as text, without a newline at its end.

    Parameters
    ----------
    columns
        The headers.
    rows
        One sequence of cells a row, as many as there are headers; None is an empty cell (null in JSON).
    form
        One of `FORMATS`.

    Raises
    ------
    NsysToolsError
        If the format is not known.
    """
    if form not in FORMATS:
        raise NsysToolsError(f"Format {form!r} is not known.", f"Use one of: {', '.join(FORMATS)}.")
    return FORMATS[form](columns, rows)
