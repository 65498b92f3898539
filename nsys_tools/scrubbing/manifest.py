"""The manifest of a scrubbed copy: what was removed and changed, with digests."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nsys_tools import __version__
from nsys_tools.files import digest
from nsys_tools.scrubbing import allowed
from nsys_tools.scrubbing.copying import Copied, Copy
from nsys_tools.scrubbing.options import Options
from nsys_tools.scrubbing.texts import Texts

FORMAT = "nsys-tools scrub 1"


def tables_of(connection: sqlite3.Connection) -> list[str]:
    """Return the tables of the trace attached as ``source``, without SQLite's own tables."""
    rows = connection.execute(
        "SELECT name FROM source.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite^_%' ESCAPE '^'"
    )
    return [name for (name,) in rows]


def digests(path: Path) -> dict[str, Any]:
    """Return the size and SHA-256 of a file, or of each file in a folder. The trace's own name is not included."""
    if path.is_dir():
        files = sorted(path.glob("*.parquet"))
        return {
            "bytes": sum(file.stat().st_size for file in files),
            "sha256": {file.name: digest(file) for file in files},
        }
    return {"bytes": path.stat().st_size, "sha256": digest(path)}


def manifest(
    connection: sqlite3.Connection, work: Copy, done: Mapping[str, Copied], texts: Texts, options: Options
) -> dict[str, Any]:
    """Return what was removed and changed. The manifest contains no strings from the trace.

    Parameters
    ----------
    connection
        Connection to the copy, with the trace attached as ``source``.
    work, done
        The copied tables, and the result for each table.
    texts
        Object that replaces strings and counts the changes.
    options
        The user's choices. The manifest states whether a salt was used, but does not contain the salt.
    """
    cut = [name for name in tables_of(connection) if name not in done and name != "StringIds"]
    others = connection.execute(
        "SELECT type, count(*) FROM source.sqlite_master "
        "WHERE type IN ('view', 'trigger', 'index') AND sql IS NOT NULL GROUP BY type"
    ).fetchall()
    strings = work.count("StringIds")
    return {
        "format": FORMAT,
        "nsys_tools": __version__,
        "options": {**asdict(options), "salt": bool(options.salt)},
        "tables": {name: asdict(one) for name, one in done.items()},
        "tables_cut": {name: {"rows": work.count(name), "why": _why(name)} for name in cut},
        "others_cut": dict(others),
        "strings": {
            "kept": work.strings.kept,
            "cut": max(strings - work.strings.kept, 0),
            "changed": work.strings.changed,
        },
        "texts_changed": {kind: count for kind, count in sorted(texts.changed.items()) if count},
    }


def _why(name: str) -> str:
    table = allowed.table(name)
    if table is None:
        return "unknown"
    return "samples" if table.is_sample else "secret"
