"""The reports of ``nsys stats``: listed, and written as nsys writes them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
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


@one_error
def stats_reports() -> Result:
    """Return the reports: name, title, old names, arguments, and whether nsys prints it by default."""
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
    """Write reports of ``nsys stats`` to the console or to files; yield what there is to say.

    Parameters
    ----------
    trace
        A ``.sqlite`` export, a parquetdir folder, or a ``.nsys-rep``.
    reports
        ``NAME[:ARGUMENT...]`` each; those that nsys prints by default without any.
    formats
        One per report, the last for the rest; column on the console and csv in files without any.
    outputs
        ``-`` for the console, ``.`` beside the trace, or BASE for files BASE_REPORT.EXT; one per report, the last for
        the rest.
    timeunit
        Unit of times: nsec, usec, msec or seconds.
    filter_time, filter_nvtx
        As `Session.stats` takes them.
    overwrite
        Replace files that exist.
    csv_safe
        As `nsys_tools.render` takes it.
    cache
        Cache what is loaded in the user's cache folder.
    salvage
        Of a damaged trace, read what can be read. The first of what there is to say says how much that is.
    console
        Where ``-`` writes.
    progress
        As `nsys_tools.open` takes it.

    Raises
    ------
    NsysToolsError
        If a report, format, output or filter is not known, or the trace cannot be read.
    """
    from nsys_tools.sources.nsys import open_trace  # noqa: PLC0415
    from nsys_tools.stats import delivery, window  # noqa: PLC0415
    from nsys_tools.stats.answers import answers, parse_request  # noqa: PLC0415
    from nsys_tools.stats.cells import time_unit  # noqa: PLC0415
    from nsys_tools.stats.reports import DEFAULT  # noqa: PLC0415

    path = Path(trace)
    requests = [parse_request(name) for name in reports or DEFAULT]
    targets = delivery.as_many(outputs or ["-"], len(requests))
    chosen = delivery.formats(formats, targets, time_unit(timeunit), csv_safe=csv_safe)
    notes: list[str] = []

    def opened(choice: Choice | None = None) -> Database:
        return open_trace(path, cache=cache, choice=choice, salvage=salvage, notes=notes, progress=progress)

    part = None
    if filter_nvtx or filter_time:
        with opened() as database:
            part = window.chosen(lambda: database, filter_time, filter_nvtx)
    found = answers(opened, requests, part)
    with closing(found):
        # Not asked for one more than there are: that closes the trace.
        ready = list(zip(islice(found, len(requests)), chosen, targets, strict=True))
        yield from notes
        for answer, said in delivery.Delivery(path, console, overwrite).deliver(ready):
            if said:
                yield f"{answer.request.report.name}: {said}"
