"""``nsys-tools model report`` and ``predict``: files of the layer model."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from nsys_tools.cli.model_request import ATTENTION, DTYPE, FORMAT, GPU, MODEL, SET, WORKLOAD, chosen, load, warn


def report(
    model: MODEL,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The run folder to write into.")],
    workload: WORKLOAD = "",
    assignments: SET = [],  # noqa: B006
    dtype: DTYPE = "",
    attention: ATTENTION = "full",
    gpu: GPU = "",
) -> None:
    """Write report.json, report.yaml and one page per layer class into DIR/static_analysis/analytic_model."""
    from nsys_tools.model.analysis import analyse, diagnostics
    from nsys_tools.report import analytic

    found, database = load(model)
    settings, profile = chosen(found, workload, assignments, dtype, attention, gpu)
    warn(found, database)
    result = analyse(found, database, settings, profile)
    files = analytic.write(result, database, diagnostics(found, database), out)
    print(out / analytic.FOLDER / "README.md")
    print(f"wrote {len(files)} files", file=sys.stderr)


def predict(
    model: MODEL,
    gpu: Annotated[str, typer.Option("--gpu", help="The card by name.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The trace to write.")],
    workload: WORKLOAD = "",
    assignments: SET = [],  # noqa: B006
    dtype: DTYPE = "",
    attention: ATTENTION = "full",
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    form: FORMAT = "table",
) -> None:
    """Write the roofline timeline as a trace that analyze, sql and nsys stats open; marked as predicted."""
    from nsys_tools.analysis import prediction
    from nsys_tools.model import gpus
    from nsys_tools.model.schedule import schedule
    from nsys_tools.report.formats import render

    found, database = load(model)
    settings, _ = chosen(found, workload, assignments, dtype, attention, gpu)
    warn(found, database)
    parts = prediction.write(out, schedule(found, database, settings), gpus.load(gpu), force)
    rows = [[part.name, part.kernel_count, part.start_ns, part.duration_ns] for part in parts]
    print(render(["part", "kernel_count", "start_ns", "duration_ns"], rows, form))
    print(f"wrote {out}: predicted, not measured", file=sys.stderr)
