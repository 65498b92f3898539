"""The results of ``nsys stats`` reports and ``nsys analyze`` rules, with their nsys column headers.

A report is the documented query ``queries/stats/<report>.sql``, and a rule is ``queries/rule/<rule>.sql``. Facts in the
header of the query contain the nsys header of each column, in the machine form ``Name:unit``.
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

# Default arguments of rules, and the arguments that select a part of the trace.
_USUAL = {"gap": "500", "threshold": "50", "chunks": "30"}
_PART = {"start", "end", "nvtx", "process", "thread"}


@dataclass(frozen=True)
class Header:
    """The nsys header of a report column.

    Attributes
    ----------
    name
        Header, such as ``Total Time``. Names with a leading underscore occur only in the machine form.
    unit
        Category and unit, such as ``dur_ns``; empty for columns without a unit.
    """

    name: str
    unit: str = ""

    @property
    def machine(self) -> str:
        """The machine form, such as ``Total Time:dur_ns``."""
        return f"{self.name}:{self.unit}" if self.unit else self.name


@dataclass(frozen=True)
class Answer:
    """The result of a report for a trace.

    Attributes
    ----------
    request
        The report and its arguments.
    headers
        The columns.
    trace
        The trace.
    relation
        The typed rows, with the column names of the query; None if the trace lacks a table that nsys requires.
    window
        The time window; None for the whole trace.
    """

    request: Request
    headers: Sequence[Header]
    trace: Database = field(repr=False)
    relation: duckdb.DuckDBPyRelation | None = field(repr=False)
    window: Window | None = None

    @property
    def no_data(self) -> str:
        """Message for a report without rows. It names the data that the report requires and the trace lacks."""
        report = self.request.report
        when = " in the selected time" if self.window else ""
        if missing := self.missing:
            return f"{self.trace.name} does not contain {' or '.join(missing)} data{when}."
        present = ", ".join(kind.name for kind in report.data)
        return f"{self.trace.name} contains {present} data{when}, but none that results in a row of {report.name}."

    @property
    def missing(self) -> list[str]:
        """For a report without rows, the kinds of data that the report requires and the trace lacks."""
        report = self.request.report
        # If a report on a single kind of data has no rows, there is no such data. A rule may simply have found nothing.
        is_told = len(report.data) == 1 and report.wording is None
        return [kind.name for kind in report.data if is_told or not self._has(kind)]

    def _has(self, kind: Data) -> bool:
        return any(self.trace.query(query, top=1).rows() for query in kind.queries)

    @property
    def heading(self) -> list[str]:
        """Sentences that a rule prints above its rows; empty for an ``nsys stats`` report."""
        wording = self.request.report.wording
        return [self._filled(wording.rows), wording.advice] if wording else []

    @property
    def nothing(self) -> str:
        """Message for a rule that found nothing in its data; empty if there is no such data."""
        wording = self.request.report.wording
        if wording is None or self.missing:
            return ""
        is_part = not self.request.settings.keys().isdisjoint(_PART)
        return self._filled(wording.nothing) + (" This applies to the selected part of the trace." if is_part else "")

    def _filled(self, text: str) -> str:
        return text.format_map({**_USUAL, **self.request.settings})


def headers(report: Report) -> list[Header]:
    """Return the columns of a report, as documented in its query."""
    facts = find(report.query).facts["nsys"]
    heads = dict(fact.split(" = ", 1) for fact in facts)
    found = []
    for column in find(report.query).columns:
        name, _, unit = heads[column.name].partition(":")
        found.append(Header(name, unit))
    return found


def answer(trace: Database, request: Request, window: Window | None = None) -> Answer:
    """Return the result of a report for an open trace.

    Parameters
    ----------
    trace
        The trace. It must have been opened with `Request.choice`, and its settings must be defined (see `tell`).
    request
        The report and its arguments.
    window
        The time window for which `trace` was opened.
    """
    report = request.report
    if report.table and report.table not in trace.recorded:
        return Answer(request, headers(report), trace, None, window)
    relation = trace.relation(report.query, top=request.limit)
    return Answer(request, headers(report), trace, relation, window)


def as_result(found: Answer) -> Result:
    """Return a report as a result with nsys headers and recorded values. If there is no data, it has no rows."""
    titles = [f"{head.name} ({head.unit.partition('_')[2]})" if head.unit else head.name for head in found.headers]
    shown = [(place, title) for place, title in enumerate(titles) if not title.startswith("_")]
    described = find(found.request.report.query).columns
    documented = [replace(described[place], name=title, unit="-") for place, title in shown]  # titles have units
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
    """Yield the results of reports for one trace, in order. They are valid until the generator is exhausted.

    Parameters
    ----------
    open_database
        Function that opens the trace, given a choice of what to read.
    requests
        The reports.
    window
        First and last nanosecond. Only events that overlap this window are read.
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
    """Define the arguments of a rule as settings that the queries on a trace can read.

    Raises
    ------
    NsysToolsError
        If an argument specifies a range that the trace lacks, or a time window that ends before it starts.
    """
    if not request.settings:
        return
    trace.define("setting", list(request.settings.items()), key="")
    if "nvtx" not in request.settings:
        return
    window = trace.query("recipe__window").one()
    if not window:
        raise NsysToolsError(
            f"{trace.name} has no NVTX range {request.settings['nvtx']!r}.",
            "Use NAME[@DOMAIN][/N]. @DOMAIN is required if the range belongs to a domain. "
            "Run `nsys-tools stats -r nvtx_sum` to list the names.",
        )
    if window["first_ns"] > window["last_ns"]:
        raise UsageError(
            f"{request.report.name}: the start ({window['first_ns']} ns) is after the end ({window['last_ns']} ns).",
            "The start and end arguments override the start and end of the range.",
        )
