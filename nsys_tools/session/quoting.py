"""Quote names and strings in SQL."""

from __future__ import annotations

import re
from pathlib import Path


def quoted(name: str) -> str:
    """Quote an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str | Path) -> str:
    """Quote an SQL string."""
    return "'" + str(text).replace("'", "''") + "'"


def unglobbed(path: str | Path) -> str:
    """Return a path escaped for DuckDB's readers, which otherwise interpret ``[ ] * ?`` as glob patterns."""
    return re.sub(r"([\[*?])", r"[\1]", str(path))


def parquet(path: Path, options: str = "") -> str:
    """Return the table function call that reads one Parquet file. `options` must be empty or start with a comma.

    Notes
    -----
    Without ``hive_partitioning = false``, a folder named ``a=b`` would add a column.
    """
    return f"read_parquet({literal(unglobbed(path))}, hive_partitioning = false{options})"
