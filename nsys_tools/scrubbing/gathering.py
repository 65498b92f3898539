"""Collect the names and values in a trace that must not be in its copy: hosts, users, and environment variables."""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterator

from nsys_tools.scrubbing import allowed
from nsys_tools.scrubbing.known import Known
from nsys_tools.session.quoting import quoted

_SETTINGS = ("META_DATA_CAPTURE", "META_DATA_EXPORT", "EXPORT_META_DATA", "TARGET_INFO_SYSTEM_ENV")
_VARIABLE = re.compile(r"([A-Za-z_][\w.]*)=(.*)", re.DOTALL)
_TEXTS = {"path", "nvtx", "process", "message"}
_HOSTS = {"EXPORT_HOST", "DEVICE_DISPLAY_NAME", "DEVICE_ID", "Hostname"}


def gathered(connection: sqlite3.Connection, tables: Collection[str], *, keep_host: bool) -> Known:
    """Return the names and values of a trace's machine and users.

    Parameters
    ----------
    connection
        Connection with the trace attached as ``source``.
    tables
        The tables of the trace.
    keep_host
        Whether to copy hostnames.
    """
    known = Known()
    arguments: dict[str, list[str]] = defaultdict(list)
    for table in _SETTINGS:
        if table in tables:
            for name, value in _settings(connection, table):
                _read(known, name, value, keep_host=keep_host)
                if match := re.fullmatch(r"(\w+):ARGUMENT_\d+", name):
                    arguments[match[1]].append(value)
    for some in arguments.values():
        known.arguments(some)
    for value in _strings(connection):
        # The environment and the arguments of a process are NUL-separated texts.
        parts = value.split("\0")
        for part in parts:
            if len(parts) > 1 and (match := _VARIABLE.fullmatch(part)):
                known.variable(match[1], match[2], keep_host=keep_host)
            known.folders(part)
        if len(parts) > 1:
            known.arguments(parts)
    for text in _inline(connection, tables):
        known.folders(text)
    return known


def _inline(connection: sqlite3.Connection, tables: Collection[str]) -> Iterator[str]:
    """Yield strings outside the string table that can contain home folders: from ranges, files and processes."""
    for table, allowed_table in ((table, allowed.table(table)) for table in tables):
        has = {row[0] for row in connection.execute("SELECT name FROM pragma_table_info(?, 'source')", (table,))}
        holds = allowed_table.holds.items() if allowed_table else ()
        for name in (quoted(column) for column, kind in holds if kind in _TEXTS and column in has):
            for (value,) in connection.execute(
                f"SELECT DISTINCT CAST({name} AS BLOB) FROM source.{quoted(table)} "
                f"WHERE {name} LIKE '%/home/%' OR {name} LIKE '%users%'"
            ):
                yield value.decode(errors="replace")


def _settings(connection: sqlite3.Connection, table: str) -> Iterator[tuple[str, str]]:
    for name, value in connection.execute(
        f"SELECT CAST(name AS BLOB), CAST(value AS BLOB) FROM source.{quoted(table)} WHERE value IS NOT NULL"
    ):
        yield name.decode(errors="replace"), value.decode(errors="replace")


def _strings(connection: sqlite3.Connection) -> Iterator[str]:
    """Yield strings that can be environments or can contain home folders."""
    for (value,) in connection.execute(
        "SELECT CAST(value AS BLOB) AS bytes FROM source.StringIds WHERE instr(bytes, x'00') "
        "OR value LIKE '%/home/%' OR value LIKE '%users%'"
    ):
        yield value.decode(errors="replace")


def _read(known: Known, name: str, value: str, *, keep_host: bool) -> None:
    known.folders(value)
    if name in _HOSTS and not keep_host:
        known.host(value)
    elif name.endswith("USER_NAME") or name == "EXPORT_USER":
        known.add("user", value)
    elif name.endswith("ENVIRONMENT_VARIABLE") or name == "DeviceEnvironment":
        for part in re.split(r";(?=[A-Za-z_]\w*=)", value) if name == "DeviceEnvironment" else [value]:
            if match := _VARIABLE.fullmatch(part):
                known.variable(match[1], match[2], keep_host=keep_host)
