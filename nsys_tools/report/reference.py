"""Generate the reference for all documented queries from their headers."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from nsys_tools.formats import render
from nsys_tools.session.catalogue import Query


def documented(queries: Iterable[Query]) -> list[Query]:
    """Return the public queries that have columns. Entities come first. Others are ordered by area and name."""
    public = [query for query in queries if not query.private and query.columns]
    return sorted(public, key=lambda query: (query.area != "views", query.area, query.name))


def describe(query: Query) -> str:
    """Return the Markdown for a query, with its summary and its columns."""
    rows = [(c.name, c.type, "" if c.unit == "-" else c.unit, c.meaning) for c in query.columns]
    kept = f"\n\nCached: {query.materialized}" if query.materialized else ""
    return f"{query.summary}{kept}\n\n{render(('column', 'type', 'unit', 'meaning'), rows, 'md')}"


def reference(queries: Iterable[Query]) -> str:
    """Return the reference as one Markdown page."""
    lines = [
        "# The queries",
        "",
        "`make docs` generates this page from the headers of the SQL files. Do not edit it. A query is a relation:",
        'select from it (`nsys-tools sql trace.sqlite "FROM kernel_summary LIMIT 20"`), join it, or read its file.',
        "Units are name suffixes; times are in nanoseconds. Tables of nsys can be queried under their own names.",
        "",
    ]
    for area, members in groupby(documented(queries), key=lambda query: query.area):
        lines += [f"## {'Entities' if area == 'views' else area}", ""]
        for query in members:
            lines += [f"### {query.name}", "", describe(query), ""]
    return "\n".join(lines)
