"""``nsys-tools queries``: the catalog of documented queries."""

from __future__ import annotations

import re
import sys
from typing import Annotated

import typer

import nsys_tools as nt
from nsys_tools.cli import answers, options, table


def queries(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Describe this query.")] = None,
    source: Annotated[bool, typer.Option("--sql", help="Print the query's SQL instead of its description.")] = False,
    area: Annotated[
        str, typer.Option("--area", metavar="AREA", help="List only queries in this area, such as stage or kernel.")
    ] = "",
    form: options.FORMAT = "table",
    whole: Annotated[
        bool, typer.Option("--reference", help="Print the reference for all queries as Markdown.")
    ] = False,
) -> None:
    """List the documented queries, or describe one query.

    A description states what each row represents, and the name, type, unit and meaning of each column.
    """
    if whole:
        print(nt.query_reference())
    elif name is None:
        _list(nt.queries(area), area, form)
    elif source:
        print(nt.query_source(name))
    else:
        found = nt.describe(name)
        if form == "table":
            table.say(f"{found.name}: {found.summary}\n")
        about = {"name": found.name, "row": found.summary}
        leads = [answers.suggested("sql", "TRACE", f"FROM {name} LIMIT 20")]
        answers.show("queries", found, form, wrapped=("meaning",), data=about, next_commands=leads)


def _list(found: nt.Result, area: str, form: str) -> None:
    """Print queries. On a terminal, group them by area and show a short description of each query."""
    if form != "table" or not sys.stdout.isatty() or not len(found):
        leads = [answers.suggested("queries", one) for one in found["query"][:1]]
        answers.show("queries", found, form, next_commands=leads)
        return
    said = {row["query"]: first_words(row["a row, and the order"]) for row in found}
    for name, members in nt.query_areas().items():
        shown = [(query, said[query]) for query in members if query in said]
        if shown:
            table.listing("entities" if name == "views" else name, shown, max(map(len, said)))
    example = next(iter(said)) if area else "kernel_summary"
    more = "" if area else " To list one area, use --area, for example, --area kernel."
    table.say(f"Run `nsys-tools queries {example}` to describe a query.{more}")


def first_words(summary: str) -> str:
    """Return the first part of a summary, which states what each row represents, and omit the rest."""
    return re.split(r"(?<=\.)\s|;\s|,\s(?=ordered by)", summary)[0].rstrip(".") + "."
