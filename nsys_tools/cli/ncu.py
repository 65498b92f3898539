"""``nsys-tools ncu``: show Nsight Compute results, alone or joined with a trace."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Annotated

import typer

import nsys_tools as nt
from nsys_tools.cli import answers, options
from nsys_tools.cli.progress import status

# The columns to show in a table for human readers. Other formats have every column, in base units.
_SHOWN = {
    "kernel": (
        "launch", "dram_bytes", "tensor_flops", "dram_intensity", "memory_throughput_ratio",
        "compute_throughput_ratio", "locked_duration_ns",
    ),
    "join": ("launch", "matched_by", "name_count", "kernel", "name"),
    "match": (
        "launch", "matched_by", "is_same_shape", "instance_count", "sum_ns", "dram_intensity",
        "memory_throughput_ratio",
    ),
    "coverage": ("stage", "gpu_ns", "kernel_count", "sum_ns", "covered_ns", "covered_ratio", "named_ratio"),
}  # fmt: skip


def ncu(
    path: Annotated[
        Path, typer.Argument(metavar="NCU", help="CSV or .ncu-rep file from ncu, or a folder of such files.")
    ],
    trace: Annotated[
        Path | None, typer.Option("--trace", metavar="TRACE", help="Join the results with this trace.")
    ] = None,
    show: Annotated[
        str,
        typer.Option(
            "--show",
            metavar="WHAT",
            help="Choose what to show: kernel, join, match or coverage. All except kernel require --trace.",
        ),
    ] = "",
    stages: options.STAGES = None,
    form: options.FORMAT = "table",
    no_cache: options.NO_CACHE = False,
) -> None:
    """Show ncu results, alone or joined with a trace.

    Without --trace, the command shows the profiled launches. With --trace, it shows how much of the GPU time in the
    trace they represent.
    """
    wanted = show or ("kernel" if trace is None else "coverage")
    if wanted not in _SHOWN:
        raise nt.UsageError(f"Unknown value for --show: {wanted}.", f"Use one of: {', '.join(_SHOWN)}.")
    with status() as progress, nt.open(
        trace, ncu=path, stages=stages, cache=not no_cache, progress=progress
    ) as session:  # fmt: skip
        found = session.query(f"ncu_{wanted}").kept()
        notes = session.notes
        name = session.name if trace else None
        answers.show("ncu", found, form, _SHOWN[wanted], trace=name, data={"show": wanted}, warnings=notes)
    for note in notes:
        print(note, file=sys.stderr)


def counters(
    path: Annotated[Path, typer.Argument(metavar="NCU")],
    trace: Annotated[Path | None, typer.Option("--trace")] = None,
    show: Annotated[str, typer.Option("--show")] = "",
    stages: options.STAGES = None,
    form: options.FORMAT = "table",
    no_cache: options.NO_CACHE = False,
) -> None:
    """Run the ``ncu`` command under its old name."""
    logging.getLogger("nsys_tools").warning(
        "The counters command is now called ncu. The next release removes the old name."
    )
    ncu(path, trace, show, stages, form, no_cache)
