"""Requests, each of which names a report or a rule and has optional arguments after colons."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nsys_tools.errors import UsageError
from nsys_tools.session.choice import Choice
from nsys_tools.stats.reports import BOUNDS, STATS, Family, Report
from nsys_tools.stats.window import Window

_RENAMED = {"stats__launched_kernel": "stats__launched_kernel_renamed"}
_INSTEAD = {
    "base": {"stats__named_kernel": "stats__named_kernel_base", **_RENAMED},
    "mangled": {"stats__named_kernel": "stats__named_kernel_mangled", **_RENAMED},
    "nvtx-name": {"stats__kernel": "stats__kernel_in_range"},
}
_LOWEST, _HIGHEST = BOUNDS["start"]
_SHOWN_CHARACTERS = 100
_WHOLE = re.compile(r"[+-]?[0-9]{1,19}")


@dataclass(frozen=True)
class Request:
    """A report with its arguments.

    Attributes
    ----------
    report
        The report.
    arguments
        The arguments given after the colons.
    filters
        Arguments that the command passes to all rules. A rule's own arguments override them.
    """

    report: Report
    arguments: tuple[str, ...] = ()
    filters: tuple[tuple[str, str], ...] = ()

    @property
    def label(self) -> str:
        """Name and arguments, as part of a file name."""
        return "_".join([self.report.name, *self.arguments])

    @property
    def instead(self) -> Mapping[str, str]:
        """Replacement queries, by the name of the query that each one replaces."""
        return {old: new for argument in self.arguments for old, new in _INSTEAD.get(argument, {}).items()}

    @property
    def settings(self) -> Mapping[str, str]:
        """The parameters of the queries, which become the rows of the ``setting`` table."""
        given = [argument.partition("=") for argument in self.arguments]
        return {**dict(self.filters), **{name: value for name, equals, value in given if equals and name != "rows"}}

    def choice(self, window: Window | None, queries: Sequence[str] = ()) -> Choice:
        """Return the choice of data to read from the trace."""
        return Choice(window, self.instead, tuple(queries))

    @property
    def reading(self) -> tuple[tuple[str, str], ...]:
        """Key of the database that the request requires. Requests with the same key can share a database."""
        return (*sorted(self.instead.items()), *sorted(self.settings.items()))

    @property
    def queries(self) -> list[str]:
        """The queries that the request runs."""
        data = self.report.data if self.report.wording else ()
        return [self.report.query, *(query for kind in data for query in kind.queries)]

    @property
    def limit(self) -> int | None:
        """Maximum number of rows to return."""
        rows = [argument.removeprefix("rows=") for argument in self.arguments if argument.startswith("rows=")]
        limit = int(rows[-1]) if rows else self.report.limit
        return None if limit == -1 else limit


def parse_request(text: str, family: Family = STATS, filters: tuple[tuple[str, str], ...] = ()) -> Request:
    """Parse ``REPORT[:ARGUMENT...]``. Old report names are accepted.

    Parameters
    ----------
    text
        Request given by the user.
    family
        The available reports.
    filters
        As in `Request.filters`.

    Raises
    ------
    NsysToolsError
        If the report does not exist or does not accept an argument.
    """
    name, *arguments = text.strip().split(":")
    report = next((r for r in family.members if name == r.name or name in r.aliases), None)
    if report is None:
        from difflib import get_close_matches  # noqa: PLC0415

        near = get_close_matches(name, [r.name for r in family.members], n=3)
        hint = f"Did you mean: {', '.join(near)}?" if near else f"Run `{family.listed_by}` to list the {family.word}s."
        raise UsageError(f"There is no {family.word} {name!r}.", hint)
    for argument in arguments:
        _check(report, argument)
    if {"base", "mangled"} <= set(arguments):
        raise UsageError(f"{name}: base and mangled are mutually exclusive.", "Use only one of them.")
    request = Request(report, tuple(arguments), filters)
    if int(request.settings.get("start", _LOWEST)) > int(request.settings.get("end", _HIGHEST)):
        raise UsageError(f"{name}: the start is after the end.", "Use start=NS:end=NS, with times in nanoseconds.")
    return request


def _check(report: Report, argument: str) -> None:
    """Refuse an argument that a report does not accept."""
    name, equals, value = argument.partition("=")
    known = argument in report.arguments or any(one.startswith(f"{name}=") for one in report.arguments if equals)
    least, most = BOUNDS.get(name, (0, 0))
    if not known or (name in BOUNDS and not _WHOLE.fullmatch(value)) or (equals and not value):
        takes = ", ".join(report.arguments) or "none"
        shown = argument if len(argument) <= _SHOWN_CHARACTERS else f"{argument[:_SHOWN_CHARACTERS]}..."
        raise UsageError(f"{report.name} does not take the argument {shown!r}.", f"Valid arguments: {takes}.")
    if name in BOUNDS and not least <= int(value) <= most:
        raise UsageError(f"{report.name}: {name} is {value}.", f"Use a value between {least:,} and {most:,}.")
    if name == "rows" and report.wording and int(value) == 0:
        raise UsageError(f"{report.name}: rows is 0.", "Use a positive number, or rows=-1 for all rows.")
