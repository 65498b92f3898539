"""Options and output that the ``stats`` and ``rules`` commands share."""

from __future__ import annotations

import locale
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

import nsys_tools as nt
from nsys_tools.cli.progress import status

FORMAT = Annotated[
    list[str],
    typer.Option(
        "--format", "-f", metavar="FORMAT[:ARG][,...]",
        help="Output format: column, table, csv, tsv, json or htable. Specify one format per report. The last one also "
        "applies to any remaining reports. Default: column on the console, csv in files.",
    ),
]  # fmt: skip
OUTPUT = Annotated[
    list[str],
    typer.Option(
        "--output", "-o", metavar="-|.|BASE[,...]",
        help="Write to the console (-), next to the trace (.), or to BASE_REPORT.EXT. Specify one destination per "
        "report. The last one also applies to any remaining reports.",
    ),
]  # fmt: skip
TIMEUNIT = Annotated[
    str, typer.Option("--timeunit", metavar="UNIT", help="Print times in this unit: nsec, usec, msec or seconds.")
]
OVERWRITE = Annotated[bool, typer.Option("--force-overwrite", help="Overwrite existing files.")]
QUIET = Annotated[bool, typer.Option("--quiet", "-q", help="Print only errors to stderr.")]


def written(
    traces: Sequence[Path],
    outputs: Sequence[str],
    write: Callable[[Path, list[str], Callable[[str], None]], Iterator[str]],
    *,
    quiet: bool,
) -> None:
    """Write the reports of each trace, and print their messages."""
    # As in nsys, digit grouping follows the user's locale, and a locale that is not installed is treated as C.
    with suppress(locale.Error):
        locale.setlocale(locale.LC_NUMERIC, "")
    found = nt.find_traces(traces)
    for trace in found:
        places = _places(listed(outputs) or ["-"], trace, len(found))
        with status(quiet=quiet) as progress:
            for line in write(trace, places, progress):
                if not quiet:
                    print(f"{trace.name}: {line}" if len(found) > 1 else line, file=sys.stderr)


def _places(outputs: Sequence[str], trace: Path, count: int) -> list[str]:
    """Return the output destinations for the reports of one trace."""
    return [one if one in {"-", "."} or count == 1 else f"{one}_{trace.stem}" for one in outputs]


def listed(values: Sequence[str]) -> list[str]:
    """Return the comma-separated parts of the values."""
    return [part for value in values for part in value.split(",") if part]
