"""The allow-lists ``queries/scrub/columns.csv``, ``settings.csv`` and ``messages.txt``."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from nsys_tools import assets
from nsys_tools.errors import NsysToolsError

KINDS = {
    "number", "api id", "symbol id", "nvtx id", "path id", "thread id", "string", "word", "nvtx", "symbol", "path",
    "process", "host", "address", "time", "message", "payload", "setting", "secret",
}  # fmt: skip
"""The content types of columns (see ``columns.csv``)."""


@dataclass
class Table:
    """A table that may be copied.

    Attributes
    ----------
    is_sample
        Whether it contains CPU samples or call chains.
    holds
        Content type of each column.
    """

    is_sample: bool = False
    holds: dict[str, str] = field(default_factory=dict)


def _lines(name: str) -> Iterator[str]:
    """Yield the lines of a list, without comments."""
    path = assets.find(f"queries/scrub/{name}")
    if path is None:
        raise NsysToolsError(f"queries/scrub/{name} is missing.", "Reinstall nsys-tools.")
    yield from (line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#"))


@cache
def tables() -> Mapping[str, Table]:
    """Return the tables of the list by name. A name that ends in ``*`` is a prefix."""
    found: dict[str, Table] = {}
    for row in csv.DictReader(_lines("columns.csv")):
        if row["holds"] not in KINDS:
            raise NsysToolsError(f"columns.csv: {row['table']} has an unknown content type ({row['holds']!r}).")
        table = found.setdefault(row["table"], Table(row["part"] == "samples"))
        table.holds.update(dict.fromkeys(row["columns"].split(), row["holds"]))
    return found


def table(name: str) -> Table | None:
    """Return the entry for a table, or None if the table is not on the list."""
    known = tables()
    if name in known:
        return known[name]
    return next((one for prefix, one in known.items() if prefix[-1] == "*" and name.startswith(prefix[:-1])), None)


@cache
def _settings() -> list[tuple[re.Pattern[str], str]]:
    """Return the content types of settings by name pattern. The first pattern that matches applies."""
    rows = csv.DictReader(_lines("settings.csv"))
    forms = ((re.escape(row["name"]).replace(r"\#", r"\d+").replace(r"\*", r"\w+"), row["holds"]) for row in rows)
    return [(re.compile(form, re.ASCII), holds) for form, holds in forms]


def setting(name: str) -> str | None:
    """Return the content type of a setting, or None if the setting is not on the list."""
    return next((holds for form, holds in _settings() if form.fullmatch(name)), None)


@cache
def words() -> frozenset[str]:
    """Return the vocabulary of nsys messages, in lower case."""
    return frozenset(word.lower() for line in _lines("messages.txt") for word in re.findall(r"[\w'-]+", line))


def folder() -> Path | None:
    """Return the path of the column list, for error messages."""
    return assets.find("queries/scrub/columns.csv")
