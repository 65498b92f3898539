"""The reports of ``nsys stats``: their names, options and rows.

A report is the documented query ``queries/stats/<report>.sql``. Facts of its header say how nsys heads each column, in
the machine form ``Name:unit``.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

import duckdb

from nsys_tools.errors import UsageError
from nsys_tools.session.catalogue import find
from nsys_tools.session.choice import Choice
from nsys_tools.session.database import Database
from nsys_tools.session.quoting import quoted
from nsys_tools.session.result import Result
from nsys_tools.session.rows import ListRows, RelationRows
from nsys_tools.stats.reports import REPORTS, Data, Report
from nsys_tools.stats.window import Window

_RENAMED = {"stats__launched_kernel": "stats__launched_kernel_renamed"}
_INSTEAD = {
    "base": {"stats__named_kernel": "stats__named_kernel_base", **_RENAMED},
    "mangled": {"stats__named_kernel": "stats__named_kernel_mangled", **_RENAMED},
    "nvtx-name": {"stats__kernel": "stats__kernel_in_range"},
}


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
class Request:
    """A report with its arguments.

    Attributes
    ----------
    report
        Which.
    arguments
        As given after the colons.
    """

    report: Report
    arguments: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Name and arguments, as they become part of a file's name."""
        return "_".join([self.report.name, *self.arguments])

    @property
    def instead(self) -> Mapping[str, str]:
        """The queries that other ones stand in for."""
        return {old: new for argument in self.arguments for old, new in _INSTEAD.get(argument, {}).items()}

    def choice(self, window: Window | None, queries: Sequence[str] = ()) -> Choice:
        """Return what is read in the trace for it."""
        return Choice(window, self.instead, tuple(queries))

    @property
    def limit(self) -> int | None:
        """Most rows to return."""
        rows = [argument.removeprefix("rows=") for argument in self.arguments if argument.startswith("rows=")]
        return int(rows[-1]) if rows else self.report.limit


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
        # A report of one kind of data without a row says that there is none.
        missing = [kind.name for kind in report.data if len(report.data) == 1 or not self._has(kind)]
        if missing:
            return f"{self.trace.name} does not contain {' or '.join(missing)} data{when}."
        present = ", ".join(kind.name for kind in report.data)
        return f"{self.trace.name} contains {present} data{when}, but none of it makes a row of {report.name}."

    def _has(self, kind: Data) -> bool:
        return any(self.trace.sql(f"SELECT 1 FROM {quoted(query)} LIMIT 1").rows() for query in kind.queries)


def parse_request(text: str) -> Request:
    """Read ``REPORT[:ARGUMENT...]``; old names of reports are understood.

    Raises
    ------
    NsysToolsError
        If there is no such report, or it does not take the argument.
    """
    name, *arguments = text.strip().split(":")
    report = next((r for r in REPORTS if name == r.name or name in r.aliases), None)
    if report is None:
        from difflib import get_close_matches  # noqa: PLC0415

        near = get_close_matches(name, [r.name for r in REPORTS], n=3)
        hint = f"Did you mean: {', '.join(near)}?" if near else "nsys-tools stats --help-reports lists them."
        raise UsageError(f"There is no report {name!r}.", hint)
    for argument in arguments:
        known = argument in report.arguments or (
            "rows=N" in report.arguments and argument.startswith("rows=") and argument[5:].isdecimal()
        )
        if not known:
            takes = ", ".join(report.arguments) or "none"
            raise UsageError(f"{report.name} does not take the argument {argument!r}.", f"It takes: {takes}.")
    if {"base", "mangled"} <= set(arguments):
        raise UsageError(f"{name}: base and mangled exclude each other.", "Give one of them.")
    return Request(report, tuple(arguments))


def headers(report: Report) -> list[Header]:
    """Return the columns of a report, read from its query's documentation."""
    facts = find(f"stats_{report.name}").facts["nsys"]
    heads = dict(fact.split(" = ", 1) for fact in facts)
    found = []
    for column in find(f"stats_{report.name}").columns:
        name, _, unit = heads[column.name].partition(":")
        found.append(Header(name, unit))
    return found


def answer(trace: Database, request: Request, window: Window | None = None) -> Answer:
    """Return what a report says of an open trace.

    Parameters
    ----------
    trace
        Opened with the request's `Request.instead`.
    request
        The report and its arguments.
    window
        The time that `trace` was opened for.
    """
    report = request.report
    if report.table and report.table not in trace.recorded:
        return Answer(request, headers(report), trace, None, window)
    relation = trace.relation(f"stats_{report.name}", top=request.limit)
    return Answer(request, headers(report), trace, relation, window)


def as_result(found: Answer) -> Result:
    """Return a report as a result: headed as nsys heads it, values as recorded; without data it has no rows."""
    titles = [f"{head.name} ({head.unit.partition('_')[2]})" if head.unit else head.name for head in found.headers]
    shown = [(place, title) for place, title in enumerate(titles) if not title.startswith("_")]
    described = find(f"stats_{found.request.report.name}").columns
    documented = [replace(described[place], name=title, unit="-") for place, title in shown]  # units are in the titles
    name = ":".join([found.request.report.name, *found.request.arguments])
    if found.relation is None:
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
            key = tuple(sorted(request.instead.items()))
            if key not in databases:
                queries = [f"stats_{other.report.name}" for other in requests if other.instead == request.instead]
                databases[key] = opened.enter_context(open_database(request.choice(window, queries)))
            yield answer(databases[key], request, window)
