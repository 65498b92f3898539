"""The documented queries: every file under ``queries/`` is a relation with a name.

``queries/kernel/summary.sql`` is the view ``kernel_summary``; the files of ``queries/views`` are the
entities and carry their own name; ``_name.sql`` is a private step. A file holds one SELECT. Its header
is a comment: what a row is and the order, optionally a line ``materialised: why``, then one line per
column: name, type, unit, meaning. ``{asset:analytic/x.csv}`` in it becomes the path of that asset.
"""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from nsys_tools import assets
from nsys_tools.errors import NsysToolsError
from nsys_tools.trace.source import literal

_COLUMN = re.compile(r"^(?P<name>\w+)\s{2,}(?P<type>[A-Z][A-Z0-9_\[\]]*)\s+(?P<unit>\S+)\s{2,}(?P<meaning>\S.*)$")

_ASSET = re.compile(r"\{asset:(?P<path>[^}]+)\}")


@dataclass(frozen=True)
class Column:
    """One documented column of a query.

    Attributes
    ----------
    name, type, unit, meaning
        As in the header; a unit of ``-`` means that the column has none.
    """

    name: str
    type: str
    unit: str
    meaning: str


@dataclass(frozen=True)
class Query:
    """One file of the catalogue.

    Attributes
    ----------
    name
        The relation's name.
    area
        Folder under ``queries/``.
    sql
        The SELECT, with its comments.
    summary
        What a row is, and the order.
    columns
        The documented columns, in order; empty for private steps.
    materialised
        Why the result is kept, or an empty string.
    """

    name: str
    area: str
    sql: str
    summary: str
    columns: tuple[Column, ...] = field(default=())
    materialised: str = ""

    @property
    def private(self) -> bool:
        """Whether the file's own name starts with an underscore."""
        return self.name.startswith("_") or f"{self.area}__" in self.name

    @property
    def units(self) -> dict[str, str]:
        """Unit by column, of the columns that have one."""
        return {column.name: column.unit for column in self.columns if column.unit != "-"}


def _name(relative: str) -> tuple[str, str]:
    area, _, file = relative.rpartition("/")
    stem = file.removesuffix(".sql")
    if area == "views":
        return stem, area
    if area == "load":
        return f"loaded.{stem}", area
    return f"{area}_{stem}", area


def parse(relative: str, text: str) -> Query:
    """Read one query file.

    Parameters
    ----------
    relative
        Its path below ``queries/``.
    text
        Its content.
    """
    name, area = _name(relative)
    comment: list[str] = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        comment.append(line[2:].removeprefix(" ").rstrip())
    summary: list[str] = []
    columns: list[Column] = []
    materialised = ""
    for line in comment:
        if match := _COLUMN.match(line):
            columns.append(Column(**match.groupdict()))
        elif columns and line.startswith("   ") and line.strip():
            last = columns.pop()
            columns.append(Column(last.name, last.type, last.unit, f"{last.meaning} {line.strip()}"))
        elif line.startswith("materialised:"):
            materialised = line.partition(":")[2].strip()
        elif line and not columns:
            summary.append(line)
    return Query(name, area, text.strip().rstrip(";"), " ".join(summary), tuple(columns), materialised)


@cache
def _read(path: Path, relative: str) -> Query:
    return parse(relative, _ASSET.sub(_asset, path.read_text(encoding="utf-8")))


def _asset(match: re.Match[str]) -> str:
    """Return the path of the asset that a query reads, to stand inside an SQL string."""
    path = assets.find(match["path"])
    if path is None:
        raise NsysToolsError(f"{match['path']} is missing.", "Install nsys-tools again.")
    return str(path).replace("'", "''")


def queries() -> dict[str, Query]:
    """Return every query by name, the user's own in front of the shipped."""
    return _queries(tuple(assets.folders()))


@cache
def _queries(_: tuple[Path, ...]) -> dict[str, Query]:
    """Return the queries of some asset folders; looking through the folders takes longer than most queries."""
    found = (_read(path, relative) for relative, path in assets.listing("queries", "*/*.sql").items())
    return {query.name: query for query in found}


def find(name: str) -> Query:
    """Return one query.

    Raises
    ------
    NsysToolsError
        If there is none of that name.
    """
    known = queries()
    if name not in known:
        from difflib import get_close_matches  # noqa: PLC0415

        near = get_close_matches(name, known, n=3)
        hint = f"Did you mean: {', '.join(near)}?" if near else "nsys-tools queries lists them."
        raise NsysToolsError(f"There is no query {name!r}.", hint)
    return known[name]


@cache
def functions() -> str:
    """Return the macros that queries share, from ``queries/functions.sql``."""
    path = assets.find("queries/functions.sql")
    if path is None:
        raise NsysToolsError("queries/functions.sql is missing.", "Install nsys-tools again.")
    return path.read_text(encoding="utf-8")


@cache
def schema() -> dict[str, dict[str, str]]:
    """Return the nsys tables in use: their columns and DuckDB types, from ``queries/schema.sql``."""
    path = assets.find("queries/schema.sql")
    if path is None:
        raise NsysToolsError("queries/schema.sql is missing.", "Install nsys-tools again.")
    # SQLite keeps types as they are written, and starts in a tenth of the time that another DuckDB takes.
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(path.read_text(encoding="utf-8"))
        rows = connection.execute(
            "SELECT m.name, i.name, i.type FROM sqlite_master AS m, pragma_table_info(m.name) AS i "
            "ORDER BY m.rowid, i.cid"
        ).fetchall()
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        tables.setdefault(table, {})[column] = kind
    return tables


def parsed(connection: duckdb.DuckDBPyConnection, sql: str) -> dict[str, Any] | None:
    """Return the syntax tree of a SELECT, as DuckDB's ``json_serialize_sql`` gives it; None if it is no SELECT.

    Parameters
    ----------
    connection
        Any connection; nothing is run on it but the parser.
    sql
        The statement.
    """
    # Not as a parameter: binding one makes DuckDB import pandas where it is installed, for a third of a second.
    row = connection.execute(f"SELECT json_serialize_sql({literal(sql)})").fetchone()
    tree: dict[str, Any] = json.loads(row[0]) if row else {"error": True}
    return None if tree["error"] else tree


def dependencies(tree: dict[str, Any]) -> set[str]:
    """Return the relations that a parsed SELECT reads, ``loaded.`` ones with that prefix."""
    found: set[str] = set()
    pending: list[object] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending.extend(node)
        elif isinstance(node, dict):
            if node.get("type") == "BASE_TABLE":
                schema_name = node["schema_name"]
                found.add(f"{schema_name}.{node['table_name']}" if schema_name else node["table_name"])
            pending.extend(node.values())
    return found
