"""``nsys-tools queries``: the documented catalogue."""

from __future__ import annotations

from typing import Annotated

import typer

import nsys_tools as nt
from nsys_tools.cli import options


def queries(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Describe this query.")] = None,
    source: Annotated[bool, typer.Option("--sql", help="Print its SQL instead.")] = False,
    area: Annotated[str, typer.Option("--area", metavar="AREA", help="List only this area: stage, kernel ...")] = "",
    form: options.FORMAT = "table",
    whole: Annotated[bool, typer.Option("--reference", help="Print the reference of all queries as Markdown.")] = False,
) -> None:
    """List the documented queries, or describe NAME: what a row is, its columns, units and meaning."""
    if whole:
        print(nt.query_reference())
    elif name is None:
        print(nt.render(nt.queries(area), form))
    elif source:
        print(nt.query_source(name))
    else:
        found = nt.describe(name)
        if form == "table":
            print(f"{found.name}: {found.summary}\n")
        print(nt.render(found, form))
