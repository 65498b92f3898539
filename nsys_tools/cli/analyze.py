"""``nsys-tools analyze``: the report of a trace."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nsys_tools.cli.progress import status
from nsys_tools.errors import NsysToolsError


def analyze(
    traces: Annotated[list[Path], typer.Argument(metavar="TRACE...", help=".sqlite, parquetdir folder or .nsys-rep.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder of the report; for several traces, one folder in it each."),
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
    dtype: Annotated[str, typer.Option("--dtype", help="Element type; the model's own without it.")] = "",
    attention: Annotated[str, typer.Option("--attention", help="How attention is counted: full or causal.")] = "full",
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier report.")] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Do not keep what was loaded.")] = False,
) -> None:
    """Write a report of each TRACE: stages, kernels, operators, copies, idle time, findings."""
    from nsys_tools.analysis.analysis import analyze as analyze_trace
    from nsys_tools.analysis.possible import Request
    from nsys_tools.report import report
    from nsys_tools.report.folder import check_target
    from nsys_tools.trace import open_trace

    wanted = [word.strip() for word in formats.split(",") if word.strip()]
    if unknown := [word for word in wanted if word not in report.FORMATS]:
        raise NsysToolsError(f"--format: {unknown[0]!r} is not known.", f"Use some of: {', '.join(report.FORMATS)}.")
    targets = _targets(traces, out)
    request = Request(model, workload, tuple(assignments or ()), gpu, dtype, attention) if model else None
    for target in targets:
        check_target(target, force=force, mark=report.MARK)
    for trace_path, target in zip(traces, targets, strict=True):
        with status() as progress, open_trace(trace_path, cache=not no_cache, progress=progress) as trace:
            analysis = analyze_trace(trace, stages, request)
            progress("drawing")
            report.write(analysis, target, formats=wanted, top=top, force=force)
        last = next((name for name in ("html", "md") if name in wanted), None)
        print(target / (f"report.{last}" if last else report.MARK))


def _targets(traces: list[Path], out: Path | None) -> list[Path]:
    """Return one folder per trace: `out` itself for a single one, folders in it for several."""
    if out is not None and len(traces) == 1:
        return [out]
    names = [trace.name.removesuffix(".sqlite").removesuffix(".nsys-rep") for trace in traces]
    if len(set(names)) < len(names):
        raise NsysToolsError("Two traces have the same name, and so would their reports.", "Analyse them one by one.")
    return [(out / name if out else Path(f"{name}-report")) for name in names]
