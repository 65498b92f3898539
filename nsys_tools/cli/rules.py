"""``nsys-tools rules``: run the expert-system rules of ``nsys analyze``. nsys does not have to be installed."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer

import nsys_tools as nt
from nsys_tools.cli import options, reports


def _print_rules(value: bool) -> None:
    if not value:
        return
    for rule in nt.rules():
        print(f"{rule['rule']}{rule['arguments']} -- {rule['title']}")
        print(f"      also: {rule['also']}")
    print("\nRun `nsys-tools queries rule_RULE` to list the columns of a rule.")
    raise typer.Exit


def rules(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="[RULE[:ARG][,...]] TRACE...",
            help="Rules to run (default: all six), followed by traces: run folders, .sqlite files, parquetdir folders "
            "or .nsys-rep files. Folders of traces and patterns such as 'rank*.sqlite' also work.",
        ),
    ],
    form: reports.FORMAT = [],  # noqa: B006  (typer copies it)
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
            "--filter-nvtx", metavar="RANGE[@DOMAIN][/N]",
            help="Use only events that overlap this range and belong to its process.",
        ),
    ] = "",
    force_overwrite: reports.OVERWRITE = False,
    csv_safe: options.CSV_SAFE = False,
    no_cache: options.NO_CACHE = False,
    salvage: options.SALVAGE = False,
    quiet: reports.QUIET = False,
    _: Annotated[
        bool, typer.Option("--help-rules", callback=_print_rules, is_eager=True, help="List the rules and exit.")
    ] = False,
) -> None:  # fmt: skip
    """Run the expert-system rules of nsys analyze.

    The rules find calls that block the CPU and periods when a GPU is idle. nsys is not required. Each rule lists at
    most 50 rows. RULE:rows=N changes the limit, and RULE:rows=-1 removes it. A rule that finds nothing prints a
    message.
    """
    names, traces = _divided(inputs)

    def write(trace: Path, outputs: list[str], progress: Callable[[str], None]) -> Iterator[str]:
        return nt.write_rules(
            trace, names, formats=reports.listed(form), outputs=outputs, timeunit=timeunit, filter_time=filter_time,
            filter_nvtx=filter_nvtx, overwrite=force_overwrite, csv_safe=csv_safe, cache=not no_cache, salvage=salvage,
            console=sys.stdout, progress=progress,
        )  # fmt: skip

    reports.written(traces, output, write, quiet=quiet)


def _divided(inputs: list[str]) -> tuple[list[str], list[Path]]:
    """Return the rules and the traces. The first argument specifies the rules if it looks like rule names."""
    first, *others = inputs
    is_rules = re.fullmatch(r"[\w-]+([:,].*)?", first) and not os.path.exists(first)
    if is_rules and not others:
        raise nt.UsageError(
            f"No trace was specified. {first!r} was read as a rule name.",
            "Usage: nsys-tools rules [RULE[:ARG][,...]] TRACE...",
        )
    names = reports.listed([first]) if is_rules else []
    return names, [Path(one) for one in (others if is_rules else inputs)]
