"""List and describe the documented queries."""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import groupby

from nsys_tools.errors import NsysToolsError, one_error
from nsys_tools.session.result import Result
from nsys_tools.session.rows import ListRows


@one_error
def queries(area: str = "", needs: Callable[[str], Collection[str]] | None = None) -> Result:
    """Return the documented queries: one row per query, with a description of its rows and the data it requires.

    Parameters
    ----------
    area
        Return only queries in this area or whose names start with this word. An empty string returns all queries.
    needs
        Function that returns the sources that a query requires and the session lacks. None omits the column.

    Raises
    ------
    NsysToolsError
        If the area does not exist.
    """
    from difflib import get_close_matches  # noqa: PLC0415

    from nsys_tools.report.reference import documented  # noqa: PLC0415
    from nsys_tools.session import catalogue  # noqa: PLC0415

    found = documented(catalogue.queries().values())
    chosen = [one for one in found if not area or area in (one.area, one.name) or one.name.startswith(f"{area}_")]
    if not chosen:
        areas = sorted({one.area for one in found})
        near = get_close_matches(area, areas, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"Areas: {', '.join(areas)}."
        raise NsysToolsError(f"No query area is named {area!r}, and no query name starts with it.", hint)
    columns = ["query", "a row, and the order", *(["needs"] if needs else [])]
    rows = [[query.name, query.summary, *([", ".join(sorted(needs(query.name)))] if needs else [])] for query in chosen]
    return Result(ListRows(columns, rows), name="queries", summary="One row per documented query.")


@one_error
def query_areas() -> dict[str, list[str]]:
    """Return the names of the documented queries, grouped by area. The entities (``views``) come first."""
    from nsys_tools.report.reference import documented  # noqa: PLC0415
    from nsys_tools.session import catalogue  # noqa: PLC0415

    found = documented(catalogue.queries().values())
    return {area: [query.name for query in members] for area, members in groupby(found, key=lambda query: query.area)}


@one_error
def describe(name: str) -> Result:
    """Return the columns of a documented query: name, type, unit and meaning.

    Raises
    ------
    NsysToolsError
        If the query does not exist.
    """
    from nsys_tools.session import catalogue  # noqa: PLC0415

    query = catalogue.find(name)
    rows = [(c.name, c.type, "" if c.unit == "-" else c.unit, c.meaning) for c in query.columns]
    return Result(ListRows(("column", "type", "unit", "meaning"), rows), name=name, summary=query.summary)


@one_error
def query_source(name: str) -> str:
    """Return the SQL of a documented query.

    Raises
    ------
    NsysToolsError
        If the query does not exist.
    """
    from nsys_tools.session import catalogue  # noqa: PLC0415

    return catalogue.find(name).sql


@one_error
def query_reference() -> str:
    """Return the reference for all documented queries as Markdown."""
    from nsys_tools.report.reference import reference  # noqa: PLC0415
    from nsys_tools.session import catalogue  # noqa: PLC0415

    return reference(catalogue.queries().values())
