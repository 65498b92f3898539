"""Render tables as text for human readers, spreadsheets and programs."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nsys_tools.errors import UsageError, printable

Rows = Sequence[Sequence[Any]]


def _table(columns: Sequence[str], rows: Rows) -> str:
    from tabulate import tabulate  # noqa: PLC0415

    # Convert cells to text before passing them to tabulate, which would parse "1,085.12" as the number 1.
    cells = [[_text_cell(value) for value in row] for row in rows]
    sides = ["right" if _is_numeric(column) else "left" for column in zip(*rows, strict=True)]
    return tabulate(
        cells,
        headers=list(map(printable, columns)),
        tablefmt="simple",
        disable_numparse=True,
        colalign=sides if rows else None,
    )


def _text_cell(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value)
    return (
        f"{value:,}" if isinstance(value, int) else f"{value:g}" if isinstance(value, float) else printable(str(value))
    )


_NUMBER = re.compile(r"-?[\d,]+(\.\d+)?( ([kMGT]?(FLOP|B)|[nµm]?s|tokens/s))?")


def _is_numeric(column: Sequence[object]) -> bool:
    """Return whether the cells in a column are numbers, or strings that look like numbers."""
    present = [value for value in column if value is not None and value != ""]
    return bool(present) and all(
        (isinstance(value, int | float) and not isinstance(value, bool))
        or (isinstance(value, str) and _NUMBER.fullmatch(value) is not None)
        for value in present
    )


def _markdown(columns: Sequence[str], rows: Rows) -> str:
    from tabulate import tabulate  # noqa: PLC0415

    cells = [[_markdown_cell(value) for value in row] for row in rows]
    return tabulate(cells, headers=[_markdown_cell(c) for c in columns], tablefmt="pipe", disable_numparse=True)


# An underscore inside a word is not markup.
_MARKUP = re.compile(r"[\\`*|~$\[\]]|(?<![^\W_])_|_(?![^\W_])")


def _markdown_cell(value: object) -> str:
    """Return a cell with pipes, newlines, images, links and other markup escaped."""
    text = "" if value is None else " ".join(printable(str(value)).split())
    return _MARKUP.sub(r"\\\g<0>", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class _Lines(list[str]):
    """Collects the lines from a CSV writer. The writer quotes cells with any line-end character, including CR."""

    END = "\n\r"

    def write(self, line: str) -> None:
        self.append(line.removesuffix(self.END))


def _separated(delimiter: str) -> Callable[[Sequence[str], Rows], str]:
    def render(columns: Sequence[str], rows: Rows) -> str:
        lines = _Lines()
        writer = csv.writer(lines, delimiter=delimiter, lineterminator=lines.END)
        writer.writerow(columns)
        writer.writerows(rows)
        return "\n".join(lines)

    return render


# Spreadsheets evaluate cells that start with these characters. A number with a sign is not a formula.
FORMULA = r"[=+\-@\t\r]"
SIGNED = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"


def spreadsheet_safe(value: Any) -> Any:
    """Return a cell that a spreadsheet does not evaluate. A quote (') is put before text that starts like a formula."""
    is_formula = isinstance(value, str) and re.match(FORMULA, value) and not re.fullmatch(SIGNED, value)
    return f"'{value}" if is_formula else value


def _json(columns: Sequence[str], rows: Rows) -> str:
    return _as_json([dict(zip(columns, row, strict=True)) for row in rows])


def _as_json(data: object) -> str:
    try:
        return json.dumps(data, indent=1, ensure_ascii=False, default=str, allow_nan=False)
    except (TypeError, ValueError):  # keys that are not strings, NaN or infinity
        return json.dumps(_jsonable(data), indent=1, ensure_ascii=False, default=str)


def _jsonable(value: Any) -> Any:
    """Return a value in which anything that JSON cannot represent (NaN, infinity, some map keys) is text."""
    if isinstance(value, dict):
        return {str(key): _jsonable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(one) for one in value]
    return value if not isinstance(value, float) or math.isfinite(value) else str(value)


def _yaml(columns: Sequence[str], rows: Rows) -> str:
    # Convert via JSON, so that both formats show unusual values in the same way.
    return _as_yaml(json.loads(_json(columns, rows)))


def _as_yaml(data: object) -> str:
    import yaml  # noqa: PLC0415

    text = str(yaml.safe_dump(data, sort_keys=False, allow_unicode=True))
    if text != printable(text):  # escape bidi controls; YAML readers convert the escapes back to the same characters
        text = str(yaml.safe_dump(data, sort_keys=False))
    return text.removesuffix("\n")


FORMATS: dict[str, Callable[[Sequence[str], Rows], str]] = {
    "table": _table,
    "csv": _separated(","),
    "tsv": _separated("\t"),
    "json": _json,
    "yaml": _yaml,
    "md": _markdown,
}


def text_as_html(columns: Sequence[str], rows: Rows) -> str:
    """Return an HTML table of text cells, without a trailing newline.

    Parameters
    ----------
    columns
        The headers, or an empty sequence for a table without headers.
    rows
        One sequence of strings per row.
    """
    from tabulate import tabulate  # noqa: PLC0415

    cells = [[printable(cell) for cell in row] for row in rows]
    return tabulate(cells, headers=list(map(printable, columns)), tablefmt="html", disable_numparse=True)


def render(columns: Sequence[str], rows: Rows, form: str, *, csv_safe: bool = False) -> str:
    """Return a table as text, without a trailing newline.

    Parameters
    ----------
    columns
        The headers.
    rows
        One sequence of cells per row, with one cell per header. None is an empty cell (null in JSON).
    form
        One of `FORMATS`.
    csv_safe
        In CSV and TSV, prevent spreadsheets from evaluating cells (see `spreadsheet_safe`).

    Raises
    ------
    UsageError
        If the format is unknown, or `csv_safe` is set for a format other than CSV and TSV.
    """
    if form not in FORMATS:
        raise UsageError(f"Unknown format {form!r}.", f"Use one of: {', '.join(FORMATS)}.")
    if not csv_safe:
        return FORMATS[form](columns, rows)
    if form not in ("csv", "tsv"):
        raise UsageError(f"--csv-safe has no effect on {form} output.", "Use it with --format csv or tsv.")
    return FORMATS[form](list(map(spreadsheet_safe, columns)), [list(map(spreadsheet_safe, row)) for row in rows])


def render_data(data: object, form: str) -> str:
    """Return plain nested data as text, without a trailing newline.

    Parameters
    ----------
    data
        Mappings, sequences, strings and numbers.
    form
        ``json`` or ``yaml``.
    """
    return _as_json(data) if form == "json" else _as_yaml(data)


_UNIT = re.compile(r"(?:.+_)?(?:(ns|bytes|flops|ratio|count|hz)|(tokens|bytes|flops)_per_(s|byte))")


def _unit(name: str) -> str:
    """Return the unit that the suffix of a column name indicates, or an empty string if it does not indicate a unit."""
    found = _UNIT.fullmatch(name)
    return "" if found is None else found[1] or f"{found[2]}/{found[3]}"


def envelope(
    command: str, rows: Sequence[Mapping[str, Any]], *, trace: str | None = None,
    units: Mapping[str, str] | None = None, warnings: Sequence[str] = (), data: Mapping[str, Any] | None = None,
    truncated: bool = False, next_commands: Sequence[str] = (),
) -> dict[str, Any]:  # fmt: skip
    """Return the JSON envelope for rows, with the metadata that a program needs to interpret them.

    Parameters
    ----------
    command
        The command that produced the rows, such as ``model flops``.
    rows
        The rows to include.
    trace
        Name of the trace that was read, or None if no trace was read.
    units
        Units by column. For any other column, the unit is inferred from its suffix.
    warnings
        Caveats about the rows, one sentence each.
    data
        Data that applies to the rows as a whole, or None if there is no such data.
    truncated
        Whether a limit removed rows.
    next_commands
        Commands to run next.

    Notes
    -----
    The number at the end of ``schema`` increases when a key changes its meaning or is removed.
    """
    names = dict.fromkeys(name for row in rows[:1] for name in row) | dict.fromkeys(units or {})
    told = {name: (units or {}).get(name) or _unit(name) for name in names}
    return {
        "schema": f"nsys-tools/{command.replace(' ', '-')}/1",
        "command": command,
        "trace": trace,
        "units": {name: unit for name, unit in told.items() if unit},
        "warnings": list(warnings),
        **({} if data is None else {"data": dict(data)}),
        "rows": [dict(row) for row in rows],
        "truncated": truncated,
        "next": list(next_commands),
    }


def html_table(heads: Sequence[tuple[str, str]], rows: Rows, caption: str) -> str:
    """Return a table as HTML, with the unit of each column below its name. Text is escaped.

    Parameters
    ----------
    heads
        Name and unit of each column. The unit is empty for a column without a unit.
    rows
        One sequence of cells per row.
    caption
        The text below the table.
    """
    from html import escape  # noqa: PLC0415

    head = "".join(
        f"<th>{escape(printable(name))}{f'<br><small>{escape(unit)}</small>' if unit else ''}</th>"
        for name, unit in heads
    )
    body = "".join(f"<tr>{''.join(_html_cell(value) for value in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><p><small>{escape(caption)}</small></p>"


def _html_cell(value: object) -> str:
    from html import escape  # noqa: PLC0415

    if isinstance(value, int | float) and not isinstance(value, bool):
        text = f"{value:,}" if isinstance(value, int) else f"{value:,.0f}" if abs(value) >= 1e6 else f"{value:,.6g}"
        return f'<td style="text-align: right">{text}</td>'
    return f'<td style="text-align: left">{"" if value is None else escape(printable(str(value)))}</td>'
