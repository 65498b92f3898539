"""Options and output that the commands ``stats`` and ``rules`` share."""

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
        help="column, table, csv, tsv, json, htable; one per report, the last for the rest. "
        "Default: column on the console, csv in files.",
    ),
]  # fmt: skip
OUTPUT = Annotated[
    list[str],
    typer.Option(
        "--output", "-o", metavar="-|.|BASE[,...]",
        help="- console, . beside the trace, or BASE for files BASE_REPORT.EXT; the last for the rest.",
    ),
]  # fmt: skip
TIMEUNIT = Annotated[str, typer.Option("--timeunit", metavar="UNIT", help="Unit of times: nsec, usec ...")]
OVERWRITE = Annotated[bool, typer.Option("--force-overwrite", help="Replace files that exist.")]
QUIET = Annotated[bool, typer.Option("--quiet", "-q", help="Print only errors on stderr.")]


def written(
    traces: Sequence[Path],
    outputs: Sequence[str],
    write: Callable[[Path, list[str], Callable[[str], None]], Iterator[str]],
    *,
    quiet: bool,
) -> None:
    """Have the reports of each trace written, and print what there is to say."""
    # Groups of digits are the reader's own, as in nsys; a locale that is not installed counts as C there, and here.
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
    """Return where the reports of one of several traces go."""
    return [one if one in {"-", "."} or count == 1 else f"{one}_{trace.stem}" for one in outputs]


def listed(values: Sequence[str]) -> list[str]:
    """Return the parts of values that are separated by commas."""
    return [part for value in values for part in value.split(",") if part]
