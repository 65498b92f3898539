"""``nsys-tools analyze``: the report of a trace."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nsys_tools.cli import joined
from nsys_tools.cli.progress import status
from nsys_tools.errors import NsysToolsError

if TYPE_CHECKING:
    from nsys_tools.analysis.join import Sources


def analyze(
    traces: Annotated[list[Path], typer.Argument(metavar="TRACE...", help=joined.TRACE_HELP)],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Folder of the report, for several traces one in it each; a run folder has its own.",
        ),
    ] = None,
    stages: joined.STAGES = None,
    top: Annotated[int, typer.Option("--top", min=1, help="Rows of long tables in the report.")] = 20,
    formats: Annotated[str, typer.Option("--format", metavar="md,html,json", help="What to write.")] = "md,html,json",
    model: joined.MODEL = "",
    workload: joined.WORKLOAD = "",
    assignments: joined.SET = None,
    gpu: joined.GPU = "auto",
    dtype: joined.DTYPE = "",
    attention: joined.ATTENTION = "full",
    ncu: joined.NCU = None,
    callgraph: joined.CALLGRAPH = None,
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
    request = Request(model, workload, tuple(assignments or ()), gpu, dtype, attention)
    inputs = [joined.sources(path, request, ncu, callgraph) for path in traces]
    targets = _targets(inputs, out)
    for target in targets:
        check_target(target, force=force, mark=report.MARK)
    for (path, sources), target in zip(inputs, targets, strict=True):
        with status() as progress, open_trace(path, cache=not no_cache, progress=progress) as trace:
            analysis = analyze_trace(trace, stages, sources)
            progress("drawing")
            report.write(analysis, target, formats=wanted, top=top, force=force)
        last = next((name for name in ("html", "md") if name in wanted), None)
        print(target / (f"report.{last}" if last else report.MARK))


def _targets(inputs: Sequence[tuple[Path, Sources]], out: Path | None) -> list[Path]:
    """Return one folder per trace: `out` itself for a single one, folders in it for several; runs have their own."""
    if out is not None and len(inputs) == 1:
        return [out]
    runs = [sources.run for _, sources in inputs]
    names = [
        run.name if run else trace.name.removesuffix(".sqlite").removesuffix(".nsys-rep")
        for (trace, _), run in zip(inputs, runs, strict=True)
    ]
    if len(set(names)) < len(names):
        raise NsysToolsError("Two traces have the same name, and so would their reports.", "Analyse them one by one.")
    if out is not None:
        return [out / name for name in names]
    return [run.report if run else Path(f"{name}-report") for name, run in zip(names, runs, strict=True)]
