"""Write reports in the formats of ``nsys stats``."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from nsys_tools.errors import UsageError, printable
from nsys_tools.formats import FORMULA, SIGNED, text_as_html
from nsys_tools.session.quoting import literal, quoted
from nsys_tools.stats.answers import Answer
from nsys_tools.stats.cells import GROUPS, UNITS, Style, shown, texts
from nsys_tools.stats.layout import Layout, lines

EXTENSIONS = {"column": "txt", "table": "txt", "csv": "csv", "tsv": "tsv", "json": "json", "htable": "html"}
"""File name extension by format."""

SEPARATED = ("csv", "tsv")
_LAID_OUT = ("column", "table")
_WIDTH = 80
Texts = tuple[str | None, ...]


@dataclass(frozen=True)
class Format:
    """A format with its arguments.

    Attributes
    ----------
    name
        One of `EXTENSIONS`.
    style
        The format of cells.
    header
        Whether the first line contains the column headers.
    csv_safe
        Whether to put a quote before the content of cells that a spreadsheet would evaluate.
    layout
        The layout for the column and table formats.
    """

    name: str
    style: Style = field(default_factory=Style)
    header: bool = True
    csv_safe: bool = False
    layout: Layout = field(default_factory=Layout)


def parse_format(text: str, *, time: str = "ns") -> Format:
    """Parse ``FORMAT[:ARGUMENT...]``: units such as ``mem=KiB`` or ``dur=us``, ``noconv``, ``nohdr``, ``nohdrunit``.

    The column and table formats also accept ``nofmt``, ``autolines=N``, ``colmax=N``, and column widths. ``.`` fits a
    column to its cells, and 0 hides a column.

    Parameters
    ----------
    text
        Format given by the user. The ``machine`` argument selects the headers and columns that nsys's scripts print.
    time
        Unit for times whose unit the arguments do not set.

    Raises
    ------
    NsysToolsError
        If the format or an argument is unknown.
    """
    name, *arguments = text.split(":")
    if name not in EXTENSIONS:
        raise UsageError(f"Unknown format {name!r}.", f"Use one of: {', '.join(EXTENSIONS)}.")
    style = Style(units={**Style().units, "ts": time, "dur": time})
    form = Format(name, style)
    for argument in arguments:
        form = _with(form, argument)
    return form


def _with(form: Format, argument: str) -> Format:
    if form.name in _LAID_OUT and (layout := _laid_out(form.layout, argument)):
        return replace(form, layout=layout)
    category, equals, unit = argument.partition("=")
    if argument == "nohdr":
        return replace(form, header=False)
    if argument == "nohdrunit":
        return replace(form, style=replace(form.style, header_units=False))
    if argument in {"noconv", "machine"}:
        return replace(form, style=replace(form.style, units={}, machine=argument == "machine" or form.style.machine))
    categories = GROUPS.get(category, (category,))
    known = {"addr": ("hex", "uint")} | {name: tuple(units) for name, units in UNITS.items()}
    if not equals or any(unit not in known.get(name, ()) for name in categories):
        raise UsageError(
            f"Format {form.name} does not take the argument {argument!r}.",
            "Valid arguments are noconv, nohdr, nohdrunit, machine, and units such as dur=us, mem=KiB, addr=uint. "
            "Column and table also take nofmt, autolines=N, colmax=N, and column widths.",
        )
    return replace(form, style=replace(form.style, units={**form.style.units, **dict.fromkeys(categories, unit)}))


def _laid_out(layout: Layout, argument: str) -> Layout | None:
    """Return the layout with an argument applied, or None if the argument is not a layout argument."""
    name, _, value = argument.rpartition("=")
    if argument == "nofmt":
        return replace(layout, rewrite_numbers=False)
    if argument == ".":
        return replace(layout, widths=(*layout.widths, None))
    if name not in {"", "autolines", "colmax"} or not (value.isascii() and value.isdecimal()):
        return None
    if name == "autolines":
        return replace(layout, sampled_rows=int(value))
    if name == "colmax":
        return replace(layout, widest=int(value))
    return replace(layout, widths=(*layout.widths, int(value)))


def write(answer: Answer, form: Format, path: Path) -> int:
    """Write a report to a file, and return the number of rows.

    If the report has no rows, no file is written, unless a rule prints that it found nothing.

    Parameters
    ----------
    answer
        The report.
    form
        The format.
    path
        The file to write. An existing file is replaced.
    """
    return writer(answer, form)(path)


def writer(answer: Answer, form: Format) -> Callable[[Path], int]:
    """Return a function that writes a report to a file as `write` does, and that can run in another thread."""
    if answer.relation is None:
        return lambda _: 0
    rows = texts(answer.relation, answer.headers, form.style)
    separated = form.name in SEPARATED
    lines = _single_lines(rows) if form.name == "tsv" else rows
    query = (_spreadsheet_safe(lines) if form.csv_safe else lines).sql_query()
    columns, numeric = rows.columns, _numeric(answer, form)
    nothing = answer.nothing if form.name in _LAID_OUT else ""

    def to(path: Path) -> int:
        with answer.trace.cursor() as cursor:
            if separated:
                count = _copy(cursor, query, form, path, columns)
            else:
                cells: list[Texts] = cursor.execute(query).fetchall()
                if form.name != "json":  # for human readers, since JSON must match nsys to the byte
                    cells = [tuple(cell and printable(cell) for cell in row) for row in cells]
                count = len(cells)
                with path.open("w", encoding="utf-8") as file:
                    file.writelines(_document(answer, form, columns, cells, numeric))
        if count == 0 and nothing:
            path.write_text(_title(answer) + _wrapped(nothing), encoding="utf-8")
        elif count == 0:
            path.unlink()
        return count

    return to


def _copy(cursor: duckdb.DuckDBPyConnection, query: str, form: Format, path: Path, columns: list[str]) -> int:
    """Write the file with DuckDB, which is much faster than writing rows in Python, and return the number of rows."""
    separators = "DELIMITER '\t', QUOTE '', ESCAPE ''" if form.name == "tsv" else "DELIMITER ','"
    options = f"FORMAT csv, HEADER {form.header}, {separators}"
    written = cursor.execute(f"COPY ({query}) TO {literal(path)} ({options})").fetchone()
    if form.name == "csv" and form.header and any("#" in name for name in columns):
        _unquote_header(path, columns)
    return int(written[0]) if written else 0


def _unquote_header(path: Path, columns: list[str]) -> None:
    """Rewrite the column headers as nsys writes them, because DuckDB quotes headers with a number sign."""
    text = path.read_bytes()
    plain = [name if re.fullmatch(r"[^\",\r\n]*", name) else f'"{name}"' for name in columns]
    path.write_bytes(",".join(plain).encode() + text[text.index(b"\n") :])


def _single_lines(rows: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """Replace characters that would end a cell or a line of tab-separated values."""
    return rows.project(
        ", ".join(rf"regexp_replace({quoted(c)}, '[\t\r\n]', ' ', 'g') AS {quoted(c)}" for c in rows.columns)
    )


def _spreadsheet_safe(rows: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """Apply `nsys_tools.formats.spreadsheet_safe` in DuckDB."""
    form = (
        r"CASE WHEN regexp_matches({0}, '^{1}') AND NOT regexp_full_match({0}, '{2}') THEN chr(39) || {0} ELSE {0} END"
    )
    return rows.project(", ".join(f"{form.format(quoted(c), FORMULA, SIGNED)} AS {quoted(c)}" for c in rows.columns))


def _document(
    answer: Answer, form: Format, columns: list[str], rows: list[Texts], numeric: list[bool]
) -> Iterator[str]:
    """Yield the text of a report in pieces."""
    if form.name in _LAID_OUT:
        yield _title(answer)
        if answer.heading:
            yield _wrapped(*answer.heading) + "\n"
        for line in lines(columns, rows, form.layout, boxed=form.name == "table", headed=form.header):
            yield f"{line}\n"
    elif form.name == "json":
        yield "[\n" + ",\n".join(_records(columns, rows, numeric)) + "\n]\n"
    else:
        cells = [
            [_grouped(cell) if number else cell or "" for cell, number in zip(row, numeric, strict=True)]
            for row in rows
        ]
        yield text_as_html(columns if form.header else [], cells) + "\n"


def _title(answer: Answer) -> str:
    report = answer.request.report
    return f"\n ** {report.title} ({report.name}):\n\n"


def _wrapped(*texts: str) -> str:
    return "".join(textwrap.fill(text, _WIDTH) + "\n" for text in texts)


def _numeric(answer: Answer, form: Format) -> list[bool]:
    assert answer.relation is not None  # noqa: S101  (there are rows)
    kinds = [str(kind) in {"BIGINT", "INTEGER", "DOUBLE"} for kind in answer.relation.types]
    units = [header.unit.partition("_")[0] in UNITS for header in answer.headers]
    hexadecimal = form.style.units.get("addr") == "hex"
    return [
        (kinds[place] or units[place]) and not (hexadecimal and answer.headers[place].unit.startswith("addr"))
        for place, _ in shown(answer.headers, form.style)
    ]


def _records(columns: list[str], rows: list[Texts], numeric: list[bool]) -> Iterator[str]:
    """Yield each row as a JSON object. As in nsys, numbers keep their digits, and an empty cell is an empty string."""
    names = [json.dumps(name, ensure_ascii=False) for name in columns]
    for row in rows:
        fields = (
            f"    {name}: {cell if number and cell is not None else json.dumps(cell or '', ensure_ascii=False)}"
            for name, cell, number in zip(names, row, numeric, strict=True)
        )
        yield "  {\n" + ",\n".join(fields) + "\n  }"


def _grouped(cell: str | None) -> str:
    """Add thousands separators to a number."""
    whole, point, digits = (cell or "").partition(".")
    return f"{int(whole):,}{point}{digits}" if whole.lstrip("-").isdigit() else cell or ""
