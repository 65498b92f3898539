"""``nsys-tools stats``: print the reports of ``nsys stats``. nsys does not have to be installed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer

import nsys_tools as nt
from nsys_tools.cli import options, reports


def _print_reports(value: bool) -> None:
    if not value:
        return
    for report in nt.stats_reports():
        mark = "*" if report["is_default"] else " "
        print(f"{mark} {report['report']}{report['arguments']} -- {report['title']}")
        if report["also"]:
            print(f"      also: {report['also']}")
    print(
        "\nReports marked with * are printed by default. "
        "Run `nsys-tools queries stats_REPORT` to list the columns of a report."
    )
    raise typer.Exit


def stats(
    traces: Annotated[list[Path], typer.Argument(metavar="TRACE...", help=options.TRACES_HELP)],
    report: Annotated[
        list[str],
        typer.Option(
            "--report", "-r", metavar="NAME[:ARG][,...]",
            help="Print these reports. Names from older nsys versions are also accepted.",
        ),
    ] = [],  # noqa: B006  (typer copies it)
    form: reports.FORMAT = [],  # noqa: B006
    output: reports.OUTPUT = [],  # noqa: B006
    timeunit: reports.TIMEUNIT = "nsec",
    filter_time: Annotated[
        str,
        typer.Option(
            "--filter-time", metavar="A/B", help="Use only events that overlap this time window (example: 1s/1s500ms)."
        ),
    ] = "",
    filter_nvtx: Annotated[
        str,
        typer.Option(
            "--filter-nvtx", metavar="RANGE[@DOMAIN][/N]", help="Use only events that overlap this range in time."
        ),
    ] = "",
    force_overwrite: reports.OVERWRITE = False,
    csv_safe: options.CSV_SAFE = False,
    no_cache: options.NO_CACHE = False,
    _memory: options.MEMORY = "",
    salvage: options.SALVAGE = False,
    quiet: reports.QUIET = False,
    _: Annotated[
        bool,
        typer.Option("--help-reports", callback=_print_reports, is_eager=True, help="List the reports and exit."),
    ] = False,
) -> None:  # fmt: skip
    """Print the reports of nsys stats.

    Report names, columns and number formatting match those of nsys. nsys is not required. Multiple traces are reported
    one after another, and output files are named BASE_TRACE_REPORT.EXT. To aggregate across traces, use
    `nsys-tools recipe`.
    """

    def write(trace: Path, outputs: list[str], progress: Callable[[str], None]) -> Iterator[str]:
        return nt.write_stats(
            trace, reports.listed(report), formats=reports.listed(form), outputs=outputs, timeunit=timeunit,
            filter_time=filter_time, filter_nvtx=filter_nvtx, overwrite=force_overwrite, csv_safe=csv_safe,
            cache=not no_cache, salvage=salvage, console=sys.stdout, progress=progress,
        )  # fmt: skip

    reports.written(traces, output, write, quiet=quiet)
