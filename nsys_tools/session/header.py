"""The header of a query file: what each row represents, facts about the query, and its columns.

A header is a comment before the SELECT. It starts with a sentence that states what each row represents and how rows are
ordered. Then come facts, such as ``source: model`` (an indented line continues a fact), and one line per column with
name, type, unit and meaning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_COLUMN = re.compile(r"^(?P<name>\w+)\s{2,}(?P<type>[A-Z][A-Z0-9_\[\]]*)\s+(?P<unit>\S+)\s{2,}(?P<meaning>\S.*)$")
_FACT = re.compile(
    r"^(?P<key>materialized|unstored|source|optional|over|renamed|nsys|title|sentence|advice|plain|certainty|stake|needs"
    r"|unless|within|docs|table): (?P<value>.+)$"
)


@dataclass(frozen=True)
class Column:
    """A documented column of a query.

    Attributes
    ----------
    name, type, unit, meaning
        As in the header. ``-`` means that the column has no unit.
    """

    name: str
    type: str
    unit: str
    meaning: str


@dataclass(frozen=True)
class Query:
    """A query file in the catalog.

    Attributes
    ----------
    name
        Name of the relation.
    area
        Folder under ``queries/``.
    sql
        The SELECT, with its comments.
    summary
        What each row represents, and how rows are ordered.
    columns
        The documented columns, in order; empty for private steps.
    facts
        The values of each fact in the header, by key: ``materialized`` (why the result is stored), ``unstored`` (why
        the result is only in memory), ``source`` (the source that defines this session table: ``model``, ``ncu``,
        ``callgraph``, ``stages`` or ``ranks``), ``optional`` (a source that the query reads if it was given),
        ``over`` (``ranks``: the query requires the results of all ranks), ``renamed`` (the name that replaces this
        name), and ``nsys`` (a column and its header in ``nsys stats``). Facts about findings are described in
        `nsys_tools.findings.rules`.
    """

    name: str
    area: str
    sql: str
    summary: str
    columns: tuple[Column, ...] = field(default=())
    facts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def private(self) -> bool:
        """Whether the file name starts with an underscore."""
        return self.name.startswith("_") or f"{self.area}__" in self.name

    @property
    def materialized(self) -> str:
        """Why the result is computed once (and stored, unless it is `unstored`); an empty string for a view."""
        return self.fact("materialized") or self.unstored

    @property
    def unstored(self) -> str:
        """Why the result is computed once and kept only in memory, or an empty string."""
        return self.fact("unstored")

    @property
    def source(self) -> str:
        """The source that defines this session table, or an empty string."""
        return self.fact("source")

    @property
    def is_over_ranks(self) -> bool:
        """Whether the query is computed across all ranks of a job instead of for each trace."""
        return self.fact("over") == "ranks" or self.source == "ranks"

    @property
    def renamed(self) -> str:
        """The name that replaces this name, or an empty string."""
        return self.fact("renamed")

    def fact(self, key: str) -> str:
        """Return the value of a fact, or an empty string."""
        return " ".join(self.facts.get(key, ()))


def _name(relative: str) -> tuple[str, str]:
    area, _, file = relative.rpartition("/")
    stem = file.removesuffix(".sql")
    if area in {"views", "renamed"}:
        return stem, area
    if area == "load":
        return f"loaded.{stem}", area
    return f"{area}_{stem}", area


def parse(relative: str, text: str) -> Query:
    """Parse a query file.

    Parameters
    ----------
    relative
        Path below ``queries/``.
    text
        Content of the file.
    """
    name, area = _name(relative)
    summary: list[str] = []
    columns: list[Column] = []
    facts: dict[str, tuple[str, ...]] = {}
    fact = ""  # the fact that an indented line continues
    for line in _comment(text):
        if match := _COLUMN.match(line):
            columns.append(Column(**match.groupdict()))
        elif columns and line.startswith("   ") and line.strip():
            last = columns.pop()
            columns.append(Column(last.name, last.type, last.unit, f"{last.meaning} {line.strip()}"))
        elif match := _FACT.match(line):
            fact = match["key"]
            facts[fact] = (*facts.get(fact, ()), match["value"].strip())
        elif fact and line.startswith("   "):
            *before, last_value = facts[fact]
            facts[fact] = (*before, f"{last_value} {line.strip()}")
        elif line and not columns:
            summary.append(line)
    return Query(name, area, text.strip().rstrip(";"), " ".join(summary), tuple(columns), facts)


def _comment(text: str) -> list[str]:
    lines = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line[2:].removeprefix(" ").rstrip())
    return lines
