"""The documented queries: every file under ``queries/`` is a named relation.

``queries/kernel/summary.sql`` is the view ``kernel_summary``. The files in ``queries/views`` define the entities, whose
names are the file names without the folder. ``_name.sql`` is a private step. Each file has one SELECT and a header (see
`nsys_tools.session.header`). ``{asset:analytic/x.csv}`` in a file is replaced with the path of that asset, and
``{toml:analytic/x/*.toml}`` with the contents of the matching files, as a JSON list inside an SQL string.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from nsys_tools import assets
from nsys_tools.errors import NsysToolsError
from nsys_tools.files import digest
from nsys_tools.session.columns import parts
from nsys_tools.session.header import Column, Query, parse
from nsys_tools.session.quoting import literal, unglobbed

__all__ = ["Column", "Query", "parse"]
_ASSET = re.compile(r"\{asset:(?P<path>[^}]+)\}")
_TOML = re.compile(r"\{toml:(?P<folder>[^}]+)/(?P<pattern>[^}/]+)\}")


def _read(path: Path, relative: str) -> Query:
    text = path.read_text(encoding="utf-8")
    sql = _TOML.sub(_documents, _ASSET.sub(_asset, text))
    # Results are cached by their SQL, so the SQL must include the content of an asset, not only its path.
    held = [digest(found) for match in _ASSET.finditer(text) if (found := assets.find(match["path"]))]
    return parse(relative, "\n".join([sql, *(f"/* {one} */" for one in held)]))


def _asset(match: re.Match[str]) -> str:
    """Return the path of an asset that a query reads, escaped for use inside an SQL string."""
    path = assets.find(match["path"])
    if path is None:
        raise NsysToolsError(f"{match['path']} is missing.", "Reinstall nsys-tools.")
    return literal(unglobbed(path))[1:-1]


def _documents(match: re.Match[str]) -> str:
    """Return the contents of TOML files as a JSON list, escaped for use inside an SQL string."""
    import tomllib  # noqa: PLC0415

    found = []
    for path in assets.listing(match["folder"], match["pattern"]).values():
        try:
            found.append(tomllib.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise NsysToolsError(f"{path}: {error}.", "Fix or remove that file.") from None
    return json.dumps(found).replace("'", "''")


def queries() -> dict[str, Query]:
    """Return all queries by name. The user's own queries override shipped queries."""
    return _queries(tuple(assets.folders()))


@cache
def _queries(_: tuple[Path, ...]) -> dict[str, Query]:
    """Return the queries in asset folders. The result is cached, because scanning is slower than most queries."""
    found = (_read(path, relative) for relative, path in assets.listing("queries", "*/*.sql").items())
    return {query.name: query for query in found}


def find(name: str) -> Query:
    """Return the query with the given name.

    Raises
    ------
    NsysToolsError
        If the query does not exist.
    """
    known = queries()
    if name not in known:
        raise NsysToolsError(f"There is no query {name!r}.", hint(name))
    return known[name]


def _offered() -> list[str]:
    """Return the names of the public queries, without private steps and old names."""
    return [name for name, query in queries().items() if not query.renamed and not name.startswith("_")]


def hint(name: str, tables: Iterable[str] = ()) -> str:
    """Return a hint that suggests known names that are similar to an unknown name.

    Parameters
    ----------
    name
        The unknown name.
    tables
        Names of tables that can be read in addition to the queries.
    """
    from difflib import get_close_matches  # noqa: PLC0415

    known = {one.lower(): one for one in (*tables, *_offered())}
    near = get_close_matches(name.lower(), known, n=3)
    return (
        f"Did you mean: {', '.join(known[one] for one in near)}?"
        if near
        else "Run `nsys-tools queries` to list the queries."
    )


@cache
def functions() -> str:
    """Return the SQL macros that queries share, from ``queries/functions.sql``."""
    path = assets.find("queries/functions.sql")
    if path is None:
        raise NsysToolsError("queries/functions.sql is missing.", "Reinstall nsys-tools.")
    return path.read_text(encoding="utf-8")


@cache
def _schema_columns() -> list[tuple[str, str, str, bool]]:
    """Return each column's table, name, DuckDB type, and whether it is NOT NULL, from ``queries/schema.sql``."""
    path = assets.find("queries/schema.sql")
    if path is None:
        raise NsysToolsError("queries/schema.sql is missing.", "Reinstall nsys-tools.")
    # SQLite preserves the declared types as written, and starts ten times faster than a second DuckDB.
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(path.read_text(encoding="utf-8"))
        return connection.execute(
            'SELECT m.name, i.name, i.type, i."notnull" FROM sqlite_master AS m, pragma_table_info(m.name) AS i '
            "ORDER BY m.rowid, i.cid"
        ).fetchall()


@cache
def schema() -> dict[str, dict[str, str]]:
    """Return the nsys tables that queries use, with their columns and DuckDB types, from ``queries/schema.sql``."""
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind, _ in _schema_columns():
        tables.setdefault(table, {})[column] = kind
    return tables


@cache
def required() -> dict[str, tuple[str, ...]]:
    """Return the columns that have a value in every row, by nsys table."""
    tables: dict[str, tuple[str, ...]] = {}
    for table, column, _, is_required in _schema_columns():
        tables[table] = (*tables.get(table, ()), column) if is_required else tables.get(table, ())
    return tables


def parsed(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, Any] | None:
    """Return the syntax tree from DuckDB's ``json_serialize_sql``, or None if the statement is not a SELECT.

    Parameters
    ----------
    connection
        Any connection. It is used only to run the parser.
    sql
        The statement.
    """
    # Do not bind a parameter, since DuckDB would then import pandas if installed, which takes a third of a second.
    row = connection.execute(f"SELECT json_serialize_sql({literal(sql)})").fetchone()
    tree: dict[str, Any] = json.loads(row[0]) if row else {"error": True}
    return None if tree["error"] else tree


def dependencies(tree: dict[str, Any]) -> set[str]:
    """Return the relations that a parsed SELECT reads. Relations in the ``loaded`` schema have that prefix."""
    tables = [node for node in parts(tree) if node.get("type") == "BASE_TABLE"]
    return {f"{t['schema_name']}.{t['table_name']}" if t["schema_name"] else t["table_name"] for t in tables}


def table_functions(tree: dict[str, Any]) -> set[str]:
    """Return the table functions that a parsed SELECT calls, such as ``range`` and ``read_csv``."""
    found = [node for node in parts(tree) if node.get("type") == "TABLE_FUNCTION"]
    return {node["function"]["function_name"].lower() for node in found}


def tables(tree: dict[str, Any]) -> set[tuple[str, str, str]]:
    """Return the database, schema and name of each table that a parsed SELECT reads, except its own WITH clauses."""
    return {(node["catalog_name"], node["schema_name"], node["table_name"]) for node in _sources(tree)}


def named(tree: dict[str, Any]) -> set[str]:
    """Return the relations that a parsed SELECT reads, except its own WITH clauses."""
    return {name for node in _sources(tree) for name in dependencies(node)}


def _sources(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the syntax tree node of each source that a parsed SELECT reads, except its own WITH clauses.

    Notes
    -----
    The name of a WITH clause hides a relation or file with the same name. Within the clause's own SELECT, the name
    does so only if the clause is recursive. For example, ``WITH kernel AS (FROM kernel) FROM kernel`` reads the
    relation once.
    """
    pending: list[tuple[object, frozenset[str]]] = [(tree, frozenset())]
    while pending:
        node, hidden = pending.pop()
        if isinstance(node, list):
            pending.extend((part, hidden) for part in node)
        elif isinstance(node, dict):
            if node.get("type") == "BASE_TABLE" and (node["schema_name"] or node["table_name"] not in hidden):
                yield node
            for clause in (node.get("cte_map") or {}).get("map", []):
                is_recursive = clause["value"]["query"]["node"]["type"] == "RECURSIVE_CTE_NODE"
                behind = hidden | {clause["key"]}
                pending.append((clause["value"], behind if is_recursive else hidden))
                hidden = behind
            pending.extend((part, hidden) for key, part in node.items() if key != "cte_map")
