"""What a trace can be joined with: options that commands share, and the traces and run folders they take."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from nsys_tools.analysis.join import Sources
    from nsys_tools.analysis.possible import Request
    from nsys_tools.analysis.run import Run

TRACE_HELP = "Run folder, .sqlite, parquetdir folder or .nsys-rep."
STAGES = Annotated[Path | None, typer.Option("--stages", metavar="FILE", help="TOML of stage patterns.")]
MODEL = Annotated[
    str, typer.Option("--model", metavar="MODEL", help="Compare stages with this analytic model, see: model list.")
]
WORKLOAD = Annotated[str, typer.Option("--workload", metavar="W", help="What the model was run on.")]
SET = Annotated[list[str] | None, typer.Option("--set", metavar="NAME=N", help="An input of the model; repeatable.")]
GPU = Annotated[str, typer.Option("--gpu", metavar="NAME", help="The card; auto: as the trace names it.")]
DTYPE = Annotated[str, typer.Option("--dtype", help="Element type; without it the run's, else the model's own.")]
ATTENTION = Annotated[str, typer.Option("--attention", help="How attention is counted: full or causal.")]
NCU = Annotated[Path | None, typer.Option("--ncu", metavar="PATH", help="CSV or .ncu-rep of ncu, or a folder of them.")]
CALLGRAPH = Annotated[
    Path | None, typer.Option("--callgraph", metavar="PATH", help="TorchLens-like JSON, or .dot of forward hooks.")
]


def sources(path: Path, request: Request, counters: Path | None, callgraph: Path | None) -> tuple[Path, Sources]:
    """Return the trace that `path` is or holds, and what it is to be joined with; `request` may name no model."""
    from nsys_tools.analysis.join import Sources

    run = run_at(path)
    wanted = request if request.model or run else None
    return (run.trace if run else path), Sources(wanted, counters, callgraph, run)


def run_at(path: Path) -> Run | None:
    """Return the run folder that `path` is; None for a trace."""
    from nsys_tools.analysis import run

    return run.read(path) if run.is_run(path) else None
