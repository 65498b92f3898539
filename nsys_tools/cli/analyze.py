"""``nsys-tools analyze``: the report of a trace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nsys_tools.cli.progress import status
from nsys_tools.errors import NsysToolsError

if TYPE_CHECKING:
    from nsys_tools.analysis.run import Run


def analyze(
    traces: Annotated[
        list[Path],
        typer.Argument(metavar="TRACE...", help="Run folder, .sqlite, parquetdir folder or .nsys-rep."),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Folder of the report, for several traces one in it each; a run folder has its own.",
        ),
    ] = None,
    stages: Annotated[Path | None, typer.Option("--stages", metavar="FILE", help="TOML of stage patterns.")] = None,
    top: Annotated[int, typer.Option("--top", min=1, help="Rows of long tables in the report.")] = 20,
    formats: Annotated[str, typer.Option("--format", metavar="md,html,json", help="What to write.")] = "md,html,json",
    model: Annotated[
        str, typer.Option("--model", metavar="MODEL", help="Compare stages with this analytic model, see: model list.")
    ] = "",
    workload: Annotated[str, typer.Option("--workload", metavar="W", help="What the model was run on.")] = "",
    assignments: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=N", help="An input of the model; repeatable.")
    ] = None,
    gpu: Annotated[str, typer.Option("--gpu", metavar="NAME", help="The card; auto: as the trace names it.")] = "auto",
    dtype: Annotated[
        str, typer.Option("--dtype", help="Element type; without it the run's, else the model's own.")
    ] = "",
    attention: Annotated[str, typer.Option("--attention", help="How attention is counted: full or causal.")] = "full",
    ncu: Annotated[
        Path | None, typer.Option("--ncu", metavar="PATH", help="CSV or .ncu-rep of ncu, or a folder of them.")
    ] = None,
    callgraph: Annotated[
        Path | None, typer.Option("--callgraph", metavar="PATH", help="TorchLens-like JSON, or .dot of forward hooks.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier report.")] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Do not keep what was loaded.")] = False,
) -> None:
    """Write a report of each TRACE: stages, kernels, operators, copies, idle time, findings.

    A run folder of make capture brings stages, model, workload, counters and call graph itself; options go first.
    """
    from nsys_tools.analysis.analysis import analyze as analyze_trace
    from nsys_tools.analysis.possible import Request
    from nsys_tools.report import report
    from nsys_tools.report.folder import check_target
    from nsys_tools.trace import open_trace

    wanted = [word.strip() for word in formats.split(",") if word.strip()]
    if unknown := [word for word in wanted if word not in report.FORMATS]:
        raise NsysToolsError(f"--format: {unknown[0]!r} is not known.", f"Use some of: {', '.join(report.FORMATS)}.")
    runs = [_run(path) for path in traces]
    targets = _targets(traces, runs, out)
    request = Request(model, workload, tuple(assignments or ()), gpu, dtype, attention)
    for target in targets:
        check_target(target, force=force, mark=report.MARK)
    for path, run, target in zip(traces, runs, targets, strict=True):
        trace_path, asked = (run.trace, request) if run else (path, request if model else None)
        with status() as progress, open_trace(trace_path, cache=not no_cache, progress=progress) as trace:
            analysis = analyze_trace(trace, stages, asked, counters=ncu, callgraph=callgraph, run=run)
            progress("drawing")
            report.write(analysis, target, formats=wanted, top=top, force=force)
        last = next((name for name in ("html", "md") if name in wanted), None)
        print(target / (f"report.{last}" if last else report.MARK))


def _run(path: Path) -> Run | None:
    """Return the run folder that `path` is; None for a trace."""
    from nsys_tools.analysis import run

    return run.read(path) if run.is_run(path) else None


def _targets(traces: list[Path], runs: list[Run | None], out: Path | None) -> list[Path]:
    """Return one folder per trace: `out` itself for a single one, folders in it for several; runs have their own."""
    if out is not None and len(traces) == 1:
        return [out]
    names = [
        run.name if run else trace.name.removesuffix(".sqlite").removesuffix(".nsys-rep")
        for trace, run in zip(traces, runs, strict=True)
    ]
    if len(set(names)) < len(names):
        raise NsysToolsError("Two traces have the same name, and so would their reports.", "Analyse them one by one.")
    if out is not None:
        return [out / name for name in names]
    return [run.report if run else Path(f"{name}-report") for name, run in zip(names, runs, strict=True)]
