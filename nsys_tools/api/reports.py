"""List the reports of ``nsys stats`` and the rules of ``nsys analyze``, and write their output as nsys does."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from nsys_tools.errors import one_error
from nsys_tools.session.progress import Progress, silent
from nsys_tools.session.result import Result
from nsys_tools.session.rows import ListRows

if TYPE_CHECKING:
    from nsys_tools.session.choice import Choice
    from nsys_tools.session.database import Database
    from nsys_tools.stats.formats import Format
    from nsys_tools.stats.requests import Request
    from nsys_tools.stats.window import Window


@one_error
def stats_reports() -> Result:
    """Return the reports, each with name, title, old names, arguments, and whether nsys prints it by default."""
    from nsys_tools.stats.reports import DEFAULT, REPORTS  # noqa: PLC0415

    rows = [
        (r.name, r.title, ", ".join(r.aliases), "".join(f"[:{a}]" for a in r.arguments), r.name in DEFAULT)
        for r in REPORTS
    ]
    return Result(ListRows(("report", "title", "also", "arguments", "is_default"), rows), name="stats_reports")


@one_error
def write_stats(
    trace: str | Path,
    reports: Sequence[str] = (),
    *,
    formats: Sequence[str] = (),
    outputs: Sequence[str] = ("-",),
    timeunit: str = "nsec",
    filter_time: str = "",
    filter_nvtx: str = "",
    overwrite: bool = False,
    csv_safe: bool = False,
    cache: bool = True,
    salvage: bool = False,
    console: TextIO = sys.stdout,
    progress: Progress = silent,
) -> Iterator[str]:
    """Write ``nsys stats`` reports to the console or to files, and yield messages.

    Parameters
    ----------
    trace
        A ``.sqlite`` export, a parquetdir folder, or a ``.nsys-rep``.
    reports
        The reports to write, each as ``NAME[:ARGUMENT...]``. The default is the reports that nsys prints by default.
    formats
        One format per report. The last format also applies to any remaining reports. The default is ``column``
        for the console and ``csv`` for files.
    outputs
        ``-`` for the console, ``.`` for files next to the trace, or BASE for files named BASE_REPORT.EXT. One output
        per report. The last output also applies to any remaining reports.
    timeunit
        Time unit: nsec, usec, msec or seconds.
    filter_time, filter_nvtx
        As for `Session.stats`.
    overwrite
        Replace existing files.
    csv_safe
        As for `nsys_tools.render`.
    cache
        Cache loaded tables in the user's cache folder.
    salvage
        Read the intact part of a damaged trace. The first message states how much was read.
    console
        The stream to write to for ``-``.
    progress
        As for `nsys_tools.open`.

    Raises
    ------
    NsysToolsError
        If a report, format, output or filter is invalid, or the trace cannot be read.
    """
    from nsys_tools.stats import window  # noqa: PLC0415
    from nsys_tools.stats.reports import DEFAULT  # noqa: PLC0415
    from nsys_tools.stats.requests import parse_request  # noqa: PLC0415

    requests = [parse_request(name) for name in reports or DEFAULT]
    to = _Writing(Path(trace), outputs, formats, timeunit, overwrite, csv_safe, cache, salvage, console, progress)
    to.check(requests)
    part = None
    if filter_nvtx or filter_time:
        with to.opened() as database:
            part = window.chosen(lambda: database, filter_time, filter_nvtx)
    yield from to.write(requests, part)


@one_error
def rules() -> Result:
    """Return the expert-system rules, each with name, title, old names and arguments."""
    from nsys_tools.stats.rules import RULES  # noqa: PLC0415

    rows = [(r.name, r.title, ", ".join(r.aliases), "".join(f"[:{a}]" for a in r.arguments)) for r in RULES.members]
    return Result(ListRows(("rule", "title", "also", "arguments"), rows), name="rules")


@one_error
def write_rules(
    trace: str | Path,
    rules: Sequence[str] = (),
    *,
    formats: Sequence[str] = (),
    outputs: Sequence[str] = ("-",),
    timeunit: str = "nsec",
    filter_time: str = "",
    filter_nvtx: str = "",
    overwrite: bool = False,
    csv_safe: bool = False,
    cache: bool = True,
    salvage: bool = False,
    console: TextIO = sys.stdout,
    progress: Progress = silent,
) -> Iterator[str]:
    """Write the output of ``nsys analyze`` rules to the console or to files, and yield messages.

    Parameters
    ----------
    trace
        A ``.sqlite`` export, a parquetdir folder, or a ``.nsys-rep``.
    rules
        The rules to write, each as ``NAME[:ARGUMENT...]``. The default is all six rules.
    filter_time, filter_nvtx
        As for `Session.rules`.
    formats, outputs, timeunit, overwrite, csv_safe, cache, salvage, console, progress
        As for `write_stats`.

    Raises
    ------
    NsysToolsError
        If a rule, format, output or filter is invalid, or the trace cannot be read.
    """
    from nsys_tools.stats.rules import ORDER, parse_rule  # noqa: PLC0415

    requests = [parse_rule(name, times=filter_time, nvtx=filter_nvtx) for name in rules or ORDER]
    to = _Writing(Path(trace), outputs, formats, timeunit, overwrite, csv_safe, cache, salvage, console, progress)
    to.check(requests)
    yield from to.write(requests)


@dataclass(frozen=True)
class _Writing:
    """The outputs and settings for the reports on a trace. The attributes are the arguments of `write_stats`."""

    trace: Path
    outputs: Sequence[str]
    formats: Sequence[str]
    timeunit: str
    overwrite: bool
    csv_safe: bool
    cache: bool
    salvage: bool
    console: TextIO
    progress: Progress
    notes: list[str] = field(default_factory=list)

    def check(self, requests: Sequence[Request]) -> list[tuple[Format, str]]:
        """Return the format and the output of each report.

        Raises
        ------
        NsysToolsError
            If a format or output is invalid.
        """
        from nsys_tools.stats import delivery  # noqa: PLC0415
        from nsys_tools.stats.cells import time_unit  # noqa: PLC0415

        targets = delivery.as_many(self.outputs or ["-"], len(requests))
        forms = delivery.formats(self.formats, targets, time_unit(self.timeunit), csv_safe=self.csv_safe)
        return list(zip(forms, targets, strict=True))

    def opened(self, choice: Choice | None = None) -> Database:
        """Open the trace."""
        from nsys_tools.sources.nsys.trace import open_trace  # noqa: PLC0415

        return open_trace(
            self.trace, cache=self.cache, choice=choice, salvage=self.salvage, notes=self.notes, progress=self.progress
        )

    def write(self, requests: Sequence[Request], part: Window | None = None) -> Iterator[str]:
        """Write the reports, and yield messages."""
        from nsys_tools.stats.answers import answers  # noqa: PLC0415
        from nsys_tools.stats.delivery import Delivery  # noqa: PLC0415

        places = self.check(requests)
        found = answers(self.opened, requests, part)
        with closing(found):
            # Do not request another item after the last one, since that would close the trace.
            taken = zip(islice(found, len(requests)), places, strict=True)
            ready = [(answer, form, target) for answer, (form, target) in taken]
            yield from self.notes
            for answer, said in Delivery(self.trace, self.console, self.overwrite).deliver(ready):
                if said:
                    yield f"{answer.request.report.name}: {said}"
