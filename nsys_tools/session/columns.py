"""Determine which columns a query reads from its sources, from its syntax alone.

The result may include too many columns, but never too few. Names are not resolved, so a name that occurs anywhere in
a query is treated as a column of each of its sources. None means all columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

Names = frozenset[str] | None
"""Names of columns in lower case, or None for all columns."""

_EVERY = {"PIVOT", "SHOW_REF", "POSITIONAL_REFERENCE"}


def in_use(queries: Iterable[str], needed: Callable[[str, Names], dict[str, Names]]) -> dict[str, Names]:
    """Return the columns that queries read, by relation, including all relations that they read indirectly.

    Parameters
    ----------
    queries
        Names of the relations to compute, with all of their columns.
    needed
        Function that returns, for a relation and its needed columns, the relations that it reads and the columns that
        it reads from each of them.
    """
    asked: dict[str, Names] = {}
    pending: list[tuple[str, Names]] = [(name, None) for name in queries]
    while pending:
        name, wanted = pending.pop()
        before = asked.get(name, frozenset())
        after = None if before is None or wanted is None else before | wanted
        if name not in asked or after != before:
            asked[name] = after
            pending.extend(needed(name, after).items())
    return asked


def used(tree: dict[str, Any], wanted: Names) -> Names:
    """Return the columns that a SELECT reads if only some of its output columns are needed.

    Parameters
    ----------
    tree
        The statement, parsed by DuckDB's ``json_serialize_sql``.
    wanted
        The output columns that are needed.
    """
    node = tree["statements"][0]["node"]
    if wanted is None or not _can_be_narrowed(node):
        return _mentioned(node, node)
    found = _mentioned({**node, "select_list": []}, node)
    pending = list(node["select_list"])
    while found is not None:
        asked = found | wanted  # a name that is read elsewhere may be the alias of another output
        taken = [item for item in pending if _is_asked(item, asked)]
        if not taken:
            return asked
        pending = [item for item in pending if item not in taken]
        for item in taken:
            more = _mentioned({**item, "class": ""} if _is_star(item) else item, node)
            found = None if found is None or more is None else found | more
    return None


def _can_be_narrowed(node: dict[str, Any]) -> bool:
    """Whether unneeded output columns can be skipped. False if they determine which rows are distinct."""
    return (
        node["type"] == "SELECT_NODE"
        and node["aggregate_handling"] == "STANDARD_HANDLING"
        and not any(modifier["type"] == "DISTINCT_MODIFIER" for modifier in node["modifiers"])
    )


def _is_star(item: dict[str, Any]) -> bool:
    """Whether this is a star that passes on all columns under their original names."""
    return item["class"] == "STAR" and not (item["columns"] or item["expr"] or item["rename_list"])


def _is_asked(item: dict[str, Any], asked: frozenset[str]) -> bool:
    name = item["alias"] or (item.get("column_names") or [""])[-1]
    makes_rows = any(part.get("function_name") == "unnest" for part in parts(item))
    return makes_rows or item["class"] == "STAR" or name.lower() in asked


def parts(tree: object) -> Iterator[dict[str, Any]]:
    """Yield every object in a syntax tree, outermost first."""
    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending.extend(node)
        elif isinstance(node, dict):
            yield node
            pending.extend(node.values())


def _mentioned(tree: dict[str, Any], query: dict[str, Any]) -> Names:
    """Return all names in part of a query that could be column names."""
    tables = {str(part[key]).lower() for part in parts(query) if "sample" in part for key in ("alias", "table_name")
              if part.get(key)}  # fmt: skip
    found: set[str] = set()
    for part in parts(tree):
        names = [name.lower() for name in part.get("column_names", ())]
        whole_row = len(names) == 1 and names[0] in tables
        renamed = part.get("ref_type") == "NATURAL" or part.get("column_name_alias")
        if part.get("class") == "STAR" or str(part.get("type")) in _EVERY or whole_row or renamed:
            return None
        found.update(names)
        found.update(name.lower() for name in part.get("using_columns", ()))
    return frozenset(found)
