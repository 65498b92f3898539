"""Commands for the traces of several ranks."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

import nsys_tools as nt
from nsys_tools.cli.progress import status


def analyze(traces: Sequence[Path], out: Path | None, given: dict[str, Any], written: dict[str, Any]) -> nt.Job:
    """Write the report on several ranks, and print its path and headline.

    Parameters
    ----------
    traces
        The traces.
    out
        The report folder, or None for ``job-report`` in the current directory.
    given, written
        Arguments of `nsys_tools.open` and of `nsys_tools.JobAnalysis.write`.
    """
    target = out or Path("job-report")
    nt.check_report([target], inputs=traces, formats=written["formats"], force=written["force"])
    with status() as progress, nt.open(list(traces), progress=progress, **given) as job:
        found = job.analyze()
        progress("drawing")
        first = found.write(target, **written)
    print(first)
    print(f"{found.headline}.", file=sys.stderr)
    return job


def end(job: nt.Job, *, skip_broken: bool) -> None:
    """Print the traces that could not be read, and exit with status 1 unless they can be skipped."""
    for one in job.broken:
        print(f"nsys-tools: {one}", file=sys.stderr)
    if job.broken and not skip_broken:
        raise typer.Exit(1)
