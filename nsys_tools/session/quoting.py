"""Quoting of names and texts in SQL."""

from __future__ import annotations

from pathlib import Path


def quoted(name: str) -> str:
    """Quote an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str | Path) -> str:
    """Quote an SQL string."""
    return "'" + str(text).replace("'", "''") + "'"
