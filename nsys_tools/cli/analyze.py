"""``nsys-tools analyze``: the report of a trace."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

import nsys_tools as nt
from nsys_tools.cli import options
from nsys_tools.cli.progress import status


def analyze(
    traces: Annotated[list[Path], typer.Argument(metavar="TRACE...", help=options.TRACE_HELP)],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR",
            help="Write the report to DIR; for several traces to one folder each in DIR. A run folder has its own.",
        ),
    ] = None,
    stages: options.STAGES = None,
    top: Annotated[int, typer.Option("--top", min=1, help="Show this many rows of long tables.")] = 20,
    formats: Annotated[str, typer.Option("--format", metavar="md,html,json", help="What to write.")] = "md,html,json",
    model: options.COMPARE = "",
    workload: options.WORKLOAD = "",
    assignments: options.SET = [],  # noqa: B006  (typer copies it)
    gpu: options.TRACE_GPU = "auto",
    dtype: options.DTYPE = "",
    attention: options.ATTENTION = "full",
    ncu: options.NCU = None,
    callgraph: options.CALLGRAPH = None,
    steps: options.STEPS = "auto",
    redact_paths: Annotated[
        bool, typer.Option("--redact-paths", help="Cut file paths in names down to their last part.")
    ] = False,
    csv_safe: options.CSV_SAFE = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier report.")] = False,
    no_cache: options.NO_CACHE = False,
    salvage: options.SALVAGE = False,
) -> None:  # fmt: skip
    """Write a report of each TRACE: stages, kernels, operators, copies, idle time, findings.

    For a run folder written by capture, stages, model, workload, ncu and call graph are read from the folder. Options
    override them.
    """
    wanted = [word.strip() for word in formats.split(",") if word.strip()]
    targets = nt.report_folders(traces, out)
    nt.check_report(targets, inputs=traces, formats=wanted, force=force)
    for path, target in zip(traces, targets, strict=True):
        with (
            status() as progress,
            nt.open(
                path, stages=stages, model=model, workload=workload, set=assignments, gpu=gpu, dtype=dtype,
                attention=attention, ncu=ncu, callgraph=callgraph, steps=steps, cache=not no_cache, progress=progress,
                salvage=salvage,
            ) as session,
        ):  # fmt: skip
            analysis = session.analyze()
            for note in session.notes:
                print(note, file=sys.stderr)
            progress("drawing")
            first = analysis.write(
                target, formats=wanted, top=top, force=force, redact_paths=redact_paths, csv_safe=csv_safe
            )
        print(first)
