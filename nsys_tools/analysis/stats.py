"""The reports of ``nsys stats``: their names, options and rows.

A report is the documented query ``queries/stats/<report>.sql``. The meaning of each of its columns starts with
nsys's header for it, in the machine form ``Name:unit``, and ends it with a bar.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from nsys_tools.analysis.reports import REPORTS, Report
from nsys_tools.errors import NsysToolsError
from nsys_tools.trace import Choice, Trace, open_trace
from nsys_tools.trace.catalogue import find

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
    """

    request: Request
    headers: Sequence[Header]
    trace: Trace = field(repr=False)
    relation: duckdb.DuckDBPyRelation | None = field(repr=False)

    @property
    def no_data(self) -> str:
        """What to say when there is no row."""
        return f"{self.trace.path.name} does not contain {self.request.report.data} data."


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
        raise NsysToolsError(f"There is no report {name!r}.", hint)
    for argument in arguments:
        known = argument in report.arguments or (
            "rows=N" in report.arguments and argument.startswith("rows=") and argument[5:].isdecimal()
        )
        if not known:
            takes = ", ".join(report.arguments) or "none"
            raise NsysToolsError(f"{report.name} does not take the argument {argument!r}.", f"It takes: {takes}.")
    if {"base", "mangled"} <= set(arguments):
        raise NsysToolsError(f"{name}: base and mangled exclude each other.", "Give one of them.")
    return Request(report, tuple(arguments))


def headers(report: Report) -> list[Header]:
    """Return the columns of a report, read from its query's documentation."""
    found = []
    for column in find(f"stats_{report.name}").columns:
        head = column.meaning.partition(" | ")[0]
        name, _, unit = head.strip('"').partition(":")
        found.append(Header(name, unit))
    return found


def answer(trace: Trace, request: Request) -> Answer:
    """Return what a report says of an open trace.

    Parameters
    ----------
    trace
        Opened with the request's `Request.instead`.
    request
        The report and its arguments.
    """
    report = request.report
    if report.table and report.table not in trace.raw_tables:
        return Answer(request, headers(report), trace, None)
    result = trace.query(f"stats_{report.name}", top=request.limit)
    return Answer(request, headers(report), trace, result.relation)


def answers(
    path: Path,
    requests: Sequence[Request],
    *,
    window: tuple[int, int] | None = None,
    cache: bool = True,
) -> Generator[Answer, None, None]:
    """Answer reports of one trace, in order; the answers are valid until all have been taken.

    Parameters
    ----------
    path
        The trace.
    requests
        The reports.
    window
        Only events that touch this time: first and last nanosecond.
    cache
        As in `open_trace`.
    """
    traces: dict[tuple[tuple[str, str], ...], Trace] = {}
    try:
        for request in requests:
            key = tuple(sorted(request.instead.items()))
            if key not in traces:
                queries = [f"stats_{other.report.name}" for other in requests if other.instead == request.instead]
                choice = Choice(window, request.instead, tuple(queries))
                traces[key] = open_trace(path, cache=cache, choice=choice)
            yield answer(traces[key], request)
    finally:
        for trace in traces.values():
            trace.close()
