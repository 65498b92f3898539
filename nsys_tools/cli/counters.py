"""``nsys-tools counters``: what Nsight Compute measured, alone or joined with a trace."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nsys_tools.cli.progress import status
from nsys_tools.errors import NsysToolsError

if TYPE_CHECKING:
    from nsys_tools.trace import Trace

# What a table for people shows of a query; the other formats have every column, in base units.
_SHOWN = {
    "kernel": (
        "launch", "dram_bytes", "tensor_flops", "dram_intensity", "memory_throughput_ratio",
        "compute_throughput_ratio", "locked_duration_ns",
    ),
    "match": ("launch", "is_same_shape", "instance_count", "sum_ns", "dram_intensity", "memory_throughput_ratio"),
    "coverage": ("stage", "gpu_ns", "kernel_count", "sum_ns", "covered_ns", "covered_ratio", "named_ratio"),
}  # fmt: skip


def counters(
    path: Annotated[Path, typer.Argument(metavar="NCU", help="CSV or .ncu-rep of ncu, or a folder of them.")],
    trace: Annotated[Path | None, typer.Option("--trace", metavar="TRACE", help="Join with this trace.")] = None,
    show: Annotated[
        str | None, typer.Option("--show", metavar="WHAT", help="kernel, match or coverage; the last two need --trace.")
    ] = None,
    stages: Annotated[Path | None, typer.Option("--stages", metavar="FILE", help="TOML of stage patterns.")] = None,
    form: Annotated[str, typer.Option("--format", metavar="FORMAT", help="table, csv, tsv, json or md.")] = "table",
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Do not keep what was loaded.")] = False,
) -> None:
    """Show the profiled launches in NCU; with --trace, how much of the GPU time they stand for."""
    from nsys_tools.trace import ncu

    wanted = show or ("kernel" if trace is None else "coverage")
    if wanted not in _SHOWN:
        raise NsysToolsError(f"--show {wanted}: is not known.", f"Use one of: {', '.join(_SHOWN)}.")
    if trace is None and (wanted != "kernel" or stages is not None):
        raise NsysToolsError("Without --trace there is nothing to join with.", "Add --trace TRACE.")
    found = ncu.read(path)
    with status() as progress, _opened(found, trace, stages, not no_cache, progress) as opened:
        print(_text(opened, wanted, form))


def _opened(
    found: list[Any], trace: Path | None, stages: Path | None, cache: bool, progress: Any
) -> AbstractContextManager[Trace]:
    from nsys_tools.analysis import counters as analysis
    from nsys_tools.analysis.stages import apply
    from nsys_tools.trace import ncu, open_trace

    if trace is None:
        return analysis.alone(found)
    opened = open_trace(trace, cache=cache, progress=progress)
    apply(opened, stages)
    ncu.apply(opened, found)
    return opened


def _text(opened: Trace, wanted: str, form: str) -> str:
    """Return a query as text: for people its main columns in readable units, else all of it."""
    from nsys_tools.analysis.tables import table
    from nsys_tools.report import markdown
    from nsys_tools.report.formats import render

    name = f"counter_{wanted}"
    if form == "table":
        return markdown.table(table(opened, name), _SHOWN[wanted])
    result = opened.query(name)
    return render(result.columns, result.rows(), form)
