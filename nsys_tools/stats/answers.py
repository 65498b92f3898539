"""The reports of ``nsys stats`` and the rules of ``nsys analyze``: their names, options and rows.

A report is the documented query ``queries/stats/<report>.sql``, a rule ``queries/rule/<rule>.sql``. Facts of its header
say how nsys heads each column, in the machine form ``Name:unit``.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

import duckdb

from nsys_tools.errors import NsysToolsError, UsageError
from nsys_tools.session.catalogue import find
from nsys_tools.session.choice import Choice
from nsys_tools.session.database import Database
from nsys_tools.session.quoting import quoted
from nsys_tools.session.result import Result
from nsys_tools.session.rows import ListRows, RelationRows
from nsys_tools.stats.reports import Data, Report
from nsys_tools.stats.requests import Request
from nsys_tools.stats.window import Window

# What a rule takes unless it is told otherwise, and the arguments that choose a part of the trace.
_USUAL = {"gap": "500", "threshold": "50", "chunks": "30"}
_PART = {"start", "end", "nvtx", "process", "thread"}


@dataclass(frozen=True)
class Header:
    """A column of a report as nsys heads it.

    Attributes
    ----------
    name
        Such as ``Total Time``; names with an underscore in front are for machines only.
    unit
        Category and unit, such as ``dur_ns``; empty without one.
    """

    name: str
    unit: str = ""

    @property
    def machine(self) -> str:
        """The machine form: ``Total Time:dur_ns``."""
        return f"{self.name}:{self.unit}" if self.unit else self.name


@dataclass(frozen=True)
class Answer:
    """What a report says of a trace.

    Attributes
    ----------
    request
        The report and its arguments.
    headers
        The columns.
    trace
        Where it was asked.
    relation
        The rows, typed, with the names of the query's columns; None where the trace lacks a table that nsys asks for.
    window
        The time that was asked about; None for all.
    """

    request: Request
    headers: Sequence[Header]
    trace: Database = field(repr=False)
    relation: duckdb.DuckDBPyRelation | None = field(repr=False)
    window: Window | None = None

    @property
    def no_data(self) -> str:
        """What to say when there is no row: what the trace lacks of all that the report is made of."""
        report = self.request.report
        when = " in the chosen time" if self.window else ""
        if missing := self.missing:
            return f"{self.trace.name} does not contain {' or '.join(missing)} data{when}."
        present = ", ".join(kind.name for kind in report.data)
        return f"{self.trace.name} contains {present} data{when}, but none of it makes a row of {report.name}."

    @property
    def missing(self) -> list[str]:
        """The kinds of data that the trace lacks, of those that the report is made of; asked where it has no row."""
        report = self.request.report
        # A report of one kind of data without a row says that there is none; a rule may have found nothing.
        is_told = len(report.data) == 1 and report.wording is None
        return [kind.name for kind in report.data if is_told or not self._has(kind)]

    def _has(self, kind: Data) -> bool:
        return any(self.trace.query(query, top=1).rows() for query in kind.queries)

    @property
    def heading(self) -> list[str]:
        """What a rule says above its rows, a sentence or two each; nothing for a report of ``nsys stats``."""
        wording = self.request.report.wording
        return [self._filled(wording.rows), wording.advice] if wording else []

    @property
    def nothing(self) -> str:
        """What a rule says that finds nothing in the data that it looks at; empty where there is no such data."""
        wording = self.request.report.wording
        if wording is None or self.missing:
            return ""
        is_part = not self.request.settings.keys().isdisjoint(_PART)
        return self._filled(wording.nothing) + (" This is about the chosen part of the trace." if is_part else "")

    def _filled(self, text: str) -> str:
        return text.format_map({**_USUAL, **self.request.settings})


def headers(report: Report) -> list[Header]:
    """Return the columns of a report, read from its query's documentation."""
    facts = find(report.query).facts["nsys"]
    heads = dict(fact.split(" = ", 1) for fact in facts)
    found = []
    for column in find(report.query).columns:
        name, _, unit = heads[column.name].partition(":")
        found.append(Header(name, unit))
    return found


def answer(trace: Database, request: Request, window: Window | None = None) -> Answer:
    """Return what a report says of an open trace.

    Parameters
    ----------
    trace
        Opened with the request's `Request.choice`, and told its settings: see `tell`.
    request
        The report and its arguments.
    window
        The time that `trace` was opened for.
    """
    report = request.report
    if report.table and report.table not in trace.recorded:
        return Answer(request, headers(report), trace, None, window)
    relation = trace.relation(report.query, top=request.limit)
    return Answer(request, headers(report), trace, relation, window)


def as_result(found: Answer) -> Result:
    """Return a report as a result: headed as nsys heads it, values as recorded; without data it has no rows."""
    titles = [f"{head.name} ({head.unit.partition('_')[2]})" if head.unit else head.name for head in found.headers]
    shown = [(place, title) for place, title in enumerate(titles) if not title.startswith("_")]
    described = find(found.request.report.query).columns
    documented = [replace(described[place], name=title, unit="-") for place, title in shown]  # units are in the titles
    name = ":".join([found.request.report.name, *found.request.arguments])
    if found.relation is None or (found.request.report.wording and found.missing):
        return Result(ListRows([title for _, title in shown], []), name=name, summary=found.no_data)
    columns = found.relation.columns
    relation = found.relation.project(", ".join(f"{quoted(columns[p])} AS {quoted(title)}" for p, title in shown))
    return Result(
        RelationRows(relation, found.trace.connection), name=name, summary=found.request.report.title,
        documented=documented,
    )  # fmt: skip


def answers(
    open_database: Callable[[Choice], Database], requests: Sequence[Request], window: Window | None = None
) -> Generator[Answer, None, None]:
    """Answer reports of one trace, in order; the answers are valid until all have been taken.

    Parameters
    ----------
    open_database
        Opens the trace, with a choice of what is read in it.
    requests
        The reports.
    window
        Only events that touch this time: first and last nanosecond.
    """
    with ExitStack() as opened:
        databases: dict[tuple[tuple[str, str], ...], Database] = {}
        for request in requests:
            key = request.reading
            if key not in databases:
                queries = [query for other in requests if other.reading == key for query in other.queries]
                databases[key] = opened.enter_context(open_database(request.choice(window, queries)))
                tell(databases[key], request)
            yield answer(databases[key], request, window)


def tell(trace: Database, request: Request) -> None:
    """Tell the queries of a trace what a rule was asked with.

    Raises
    ------
    NsysToolsError
        If that names a range that the trace lacks, or a time that ends before it starts.
    """
    if not request.settings:
        return
    trace.define("setting", list(request.settings.items()), key="")
    if "nvtx" not in request.settings:
        return
    window = trace.query("recipe__window").one()
    if not window:
        raise NsysToolsError(
            f"{trace.name}: there is no NVTX range {request.settings['nvtx']!r}.",
            "Write NAME[@DOMAIN][/N]; a range in a domain needs the domain. Names: nsys-tools stats -r nvtx_sum.",
        )
    if window["first_ns"] > window["last_ns"]:
        raise UsageError(
            f"{request.report.name}: the time starts at {window['first_ns']} ns and ends at {window['last_ns']} ns.",
            "The arguments start and end override the time of the range.",
        )
