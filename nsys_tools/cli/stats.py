"""``nsys-tools stats``: the reports of ``nsys stats``, without nsys."""

from __future__ import annotations

import locale
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

import nsys_tools as nt
from nsys_tools.cli import options
from nsys_tools.cli.progress import status


def _print_reports(value: bool) -> None:
    if not value:
        return
    for report in nt.stats_reports():
        mark = "*" if report["is_default"] else " "
        print(f"{mark} {report['report']}{report['arguments']} -- {report['title']}")
        if report["also"]:
            print(f"      also: {report['also']}")
    print("\nReports with * are those without --report. Columns: nsys-tools queries stats_REPORT.")
    raise typer.Exit


def stats(
    traces: Annotated[list[Path], typer.Argument(metavar="TRACE...", help=options.TRACES_HELP)],
    report: Annotated[
        list[str],
        typer.Option("--report", "-r", metavar="NAME[:ARG][,...]", help="Print these reports; old names work too."),
    ] = [],  # noqa: B006  (typer copies it)
    form: Annotated[
        list[str],
        typer.Option(
            "--format", "-f", metavar="FORMAT[:ARG][,...]",
            help="column, table, csv, tsv, json, htable; one per report, the last for the rest. "
            "Default: column on the console, csv in files.",
        ),
    ] = [],  # noqa: B006
    output: Annotated[
        list[str],
        typer.Option(
            "--output", "-o", metavar="-|.|BASE[,...]",
            help="- console, . beside the trace, or BASE for files BASE_REPORT.EXT; the last for the rest.",
        ),
    ] = [],  # noqa: B006
    timeunit: Annotated[str, typer.Option("--timeunit", metavar="UNIT", help="Unit of times: nsec, usec ...")] = "nsec",
    filter_time: Annotated[
        str, typer.Option("--filter-time", metavar="A/B", help="Use only what touches this time, as in 1s/1s500ms.")
    ] = "",
    filter_nvtx: Annotated[
        str,
        typer.Option(
            "--filter-nvtx", metavar="RANGE[@DOMAIN][/N]", help="Use only what touches the time of this range."
        ),
    ] = "",
    force_overwrite: Annotated[bool, typer.Option("--force-overwrite", help="Replace files that exist.")] = False,
    csv_safe: options.CSV_SAFE = False,
    no_cache: options.NO_CACHE = False,
    salvage: options.SALVAGE = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only errors on stderr.")] = False,
    _: Annotated[
        bool,
        typer.Option("--help-reports", callback=_print_reports, is_eager=True, help="List the reports and exit."),
    ] = False,
) -> None:  # fmt: skip
    """Print the reports of nsys stats with the same names, columns and digits. This needs no nsys.

    Of several traces, one after the other; files are then called BASE_TRACE_REPORT.EXT. The command recipe adds figures
    up over traces.
    """
    # Groups of digits are the reader's own, as in nsys; a locale that is not installed counts as C there, and here.
    with suppress(locale.Error):
        locale.setlocale(locale.LC_NUMERIC, "")
    found = nt.find_traces(traces)
    for trace in found:
        places = _places(_listed(output) or ["-"], trace, len(found))
        with status(quiet=quiet) as progress:
            said = nt.write_stats(
                trace, _listed(report), formats=_listed(form), outputs=places, timeunit=timeunit,
                filter_time=filter_time, filter_nvtx=filter_nvtx, overwrite=force_overwrite, csv_safe=csv_safe,
                cache=not no_cache, salvage=salvage, console=sys.stdout, progress=progress,
            )  # fmt: skip
            for line in said:
                if not quiet:
                    print(f"{trace.name}: {line}" if len(found) > 1 else line, file=sys.stderr)


def _places(outputs: Sequence[str], trace: Path, count: int) -> list[str]:
    """Return where the reports of one of several traces go."""
    return [one if one in {"-", "."} or count == 1 else f"{one}_{trace.stem}" for one in outputs]


def _listed(values: Sequence[str]) -> list[str]:
    return [part for value in values for part in value.split(",") if part]
