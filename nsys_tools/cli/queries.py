"""``nsys-tools queries``: the documented catalogue."""

from __future__ import annotations

from typing import Annotated

import typer


def queries(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Describe this one.")] = None,
    source: Annotated[bool, typer.Option("--sql", help="Print its SQL instead.")] = False,
    form: Annotated[str, typer.Option("--format", metavar="FORMAT", help="table, csv, tsv, json or md.")] = "table",
    whole: Annotated[bool, typer.Option("--reference", help="Print the reference of all, as Markdown.")] = False,
) -> None:
    """List the documented queries, or describe NAME: what a row is, its columns, units, meaning."""
    from nsys_tools.report import reference
    from nsys_tools.report.formats import render
    from nsys_tools.trace import catalogue

    if whole:
        print(reference.reference(catalogue.queries().values()))
    elif name is None:
        rows = [(query.name, query.summary) for query in reference.documented(catalogue.queries().values())]
        print(render(("query", "a row, and the order"), rows, form))
    elif source:
        print(catalogue.find(name).sql)
    else:
        query = catalogue.find(name)
        rows_of = [(c.name, c.type, "" if c.unit == "-" else c.unit, c.meaning) for c in query.columns]
        if form == "table":
            print(f"{query.name}: {query.summary}\n")
        print(render(("column", "type", "unit", "meaning"), rows_of, form))
