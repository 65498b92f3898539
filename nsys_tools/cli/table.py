"""Tables for a terminal, fitted to its width. Everywhere else, `nsys_tools.render` formats tables."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import nsys_tools as nt
from nsys_tools.cli import terminal
from nsys_tools.cli.cells import Column, column, line
from nsys_tools.cli.fitting import ELLIPSIS, GAP, Need, cells, cut, fitted, folded

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

_ROWS = 200
_RECORDS = 3  # if there are more rows than this, they are shown as a table, even if some columns do not fit
_VALUE_LINES = 4
_EVERYTHING = "To see everything, add --format csv or pipe the output to `less -S`."


def show(
    result: nt.Result, form: str = "table", columns: Sequence[str] = (), *, csv_safe: bool = False,
    wrapped: Sequence[str] = (),
) -> None:  # fmt: skip
    """Print a result. On a terminal, fit tables to the width.

    Parameters
    ----------
    result
        The rows.
    form, columns, csv_safe
        Passed to `nsys_tools.render`.
    wrapped
        Columns that contain sentences. On a terminal, they are wrapped and never truncated.
    """
    if form != "table" or csv_safe or not sys.stdout.isatty():
        print(nt.render(result, form, columns, csv_safe=csv_safe))
        return
    names, rows = result.columns, result.head(_ROWS)
    places = [names.index(name) for name in columns] if columns else list(range(len(names)))
    shown = [column(names[place], result.units.get(names[place], ""), [row[place] for row in rows]) for place in places]
    page = Page(terminal.console())
    unshown = page.table(shown, wrapped)
    total = len(result)
    if total:
        page.notes([_cut_rows(len(rows), total), left_out(unshown)], _EVERYTHING)
    else:
        page.text("The result has no rows.", "dim")


def say(text: str) -> None:
    """Print sentences. On a terminal, wrap them between words."""
    if sys.stdout.isatty():
        Page(terminal.console()).text(nt.printable(text))
    else:
        print(text)


def listing(title: str, rows: Sequence[tuple[str, str]], width: int) -> None:
    """Print names with descriptions below a title on a terminal.

    Parameters
    ----------
    title
        What the names have in common.
    rows
        Names and descriptions.
    width
        Width of the column of names.
    """
    Page(terminal.console()).listing(title, rows, width)


def _cut_rows(shown: int, total: int) -> str:
    return f"The first {shown:,} of {total:,} rows are shown." if shown < total else ""


def left_out(columns: Sequence[Column]) -> str:
    """Return a sentence that lists the columns that do not fit, or an empty string if all columns fit."""
    if not columns:
        return ""
    many = f"{len(columns)} columns do" if len(columns) > 1 else "1 column does"
    return f"{many} not fit: {', '.join(one.name for one in columns)}."


def _needs(columns: Sequence[Column]) -> list[Need]:
    """Return the space that columns require. Kernel labels are never truncated. Adjacent name columns are optional."""
    needs = [one.need() for one in columns]
    if all(one.name != "label" for one in columns):
        return needs
    spare = {"name", "short_name", "mangled_name"}
    return [
        replace(need, is_spare=one.name in spare, is_fixed=need.is_fixed or one.name == "label")
        for one, need in zip(columns, needs, strict=True)
    ]


class Page:
    """Prints tables to a terminal.

    Parameters
    ----------
    console
        The terminal.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._mark, self._line = (ELLIPSIS, "─") if terminal.can_show(sys.stdout, ELLIPSIS + "─") else ("...", "-")

    def table(self, columns: Sequence[Column], wrapped: Sequence[str] = ()) -> list[Column]:
        """Print the columns that fit, and return the others. Print a few rows with too many columns as records."""
        widths = fitted(_needs(columns), self._console.width)
        rows = len(columns[0].texts) if columns else 0
        if len(widths) < len(columns) and 0 < rows <= _RECORDS:
            self._records(columns)
            return []
        self._console.print(self._grid([columns[place] for place in widths], list(widths.values()), wrapped))
        return [one for place, one in enumerate(columns) if place not in widths]

    def notes(self, sentences: Sequence[str], hint: str) -> None:
        """Print notes on what a table does not show, and how to see it. If all sentences are empty, print nothing."""
        said = [sentence for sentence in sentences if sentence]
        if said:
            self.text(" ".join([*said, hint]), "dim")

    def text(self, text: str, style: str = "") -> None:
        """Print text, wrapped to the width."""
        self._console.print(self._styled(text, style))

    def listing(self, title: str, rows: Sequence[tuple[str, str]], width: int) -> None:
        """Print names with wrapped descriptions below a title."""
        from rich.table import Table

        grid = Table.grid(padding=(0, GAP, 0, 0), pad_edge=False)
        grid.add_column(width=GAP + width, no_wrap=True)
        grid.add_column(width=max(self._console.width - width - 2 * GAP, 1))
        for name, said in rows:
            grid.add_row(self._styled(" " * GAP + line(name)), self._styled(line(said)))
        self.text(title, "bold")
        self._console.print(grid)
        self.text("")

    def _grid(self, columns: Sequence[Column], widths: Sequence[int], wrapped: Sequence[str]) -> Table:
        from rich import box
        from rich.table import Table

        table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, GAP - 1, 0, 0))
        heads = [folded(one.title, width) for one, width in zip(columns, widths, strict=True)]
        height, has_units = max(map(len, heads), default=0), any(one.unit for one in columns)
        for one, lines, width in zip(columns, heads, widths, strict=True):
            titles = [""] * (height - len(lines)) + [cut(line, width, self._mark) for line in lines]
            head = self._styled("\n".join(titles), "bold")
            if has_units:
                head.append(f"\n{one.unit}", "dim")
            table.add_column(
                head, justify="right" if one.is_number else "left", width=width, no_wrap=one.name not in wrapped,
                overflow="fold",
            )  # fmt: skip
        for row in zip(*(one.texts for one in columns), strict=True):
            table.add_row(
                *(
                    self._styled(text if one.name in wrapped else cut(text, width, self._mark))
                    for one, text, width in zip(columns, row, widths, strict=True)
                )
            )
        return table

    def _records(self, columns: Sequence[Column]) -> None:
        """Print each row as lines of name and value. Long values continue on the next lines."""
        from rich.table import Table

        names = max(cells(one.name) for one in columns)
        room = max(self._console.width - names - GAP, 1)
        for number in range(len(columns[0].texts)):
            if len(columns[0].texts) > 1:
                self._console.rule(f"row {number + 1}", align="left", style="", characters=self._line)
            grid = Table.grid(padding=(0, GAP, 0, 0), pad_edge=False)
            grid.add_column(width=names, no_wrap=True)
            grid.add_column(width=room, overflow="fold")
            for one in columns:
                value = cut(one.texts[number], room * _VALUE_LINES, self._mark)
                unit = f" {one.unit}" if one.unit and value and not one.name.endswith(one.unit) else ""
                grid.add_row(self._styled(one.name, "dim"), self._styled(value).append(unit, "dim"))
            self._console.print(grid)

    def _styled(self, text: str, style: str = "") -> Text:
        from rich.text import Text

        return Text(text, style=style)
