"""``nsys-tools analyze``: write the report for a trace."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

import nsys_tools as nt
from nsys_tools.cli import options, ranks, terminal
from nsys_tools.cli.progress import status
from nsys_tools.cli.taking import taking


@taking(compared=options.compared)
def analyze(
    *,
    traces: Annotated[list[Path], typer.Argument(metavar="TRACE...", help=options.TRACES_HELP)],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR",
            help="Write the report to DIR. With --each, write one subfolder of DIR per trace. Default: NAME-report for "
            "a trace, report/ inside a run folder, and job-report for several ranks.",
        ),
    ] = None,
    stages: options.STAGES = None,
    top: Annotated[int, typer.Option("--top", min=1, help="Show at most this many rows per table.")] = 20,
    formats: Annotated[
        str, typer.Option("--format", metavar="md,html,json", help="Write the report in these formats.")
    ] = "md,html,json",
    compared: dict[str, Any],
    ncu: options.NCU = None,
    callgraph: options.CALLGRAPH = None,
    steps: options.STEPS = "auto",
    redact_paths: Annotated[
        bool, typer.Option("--redact-paths", help="Shorten file paths in names to the last path component.")
    ] = False,
    csv_safe: options.CSV_SAFE = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier report.")] = False,
    no_cache: options.NO_CACHE = False,
    _memory: options.MEMORY = "",
    salvage: options.SALVAGE = False,
    each: Annotated[
        bool, typer.Option("--each", help="Write one report per trace instead of one report for all ranks.")
    ] = False,
    as_ranks: options.AS_RANKS = False,
    workers: options.WORKERS = 0,
    scheduler: options.SCHEDULER = "",
    rank_regex: options.RANK_REGEX = "",
    skip_broken: options.SKIP_BROKEN = False,
) -> None:  # fmt: skip
    """Write a report on stages, kernels and idle time.

    The report also covers operators, copies and findings. Several traces are treated as the ranks of one job. Their
    report shows which ranks are late, where each rank spends its time, how the ranks communicate, and the clock
    offsets. With --each, every trace gets its own report instead.

    For a run folder written by `nsys-tools capture`, the stages, model, workload, ncu results and call graph are read
    from the folder. Command-line options override them.
    """
    wanted = [word.strip() for word in formats.split(",") if word.strip()]
    given: dict[str, Any] = {
        **compared, "stages": stages, "ncu": ncu, "callgraph": callgraph, "steps": steps, "cache": not no_cache,
        "salvage": salvage, "workers": workers, "scheduler": scheduler, "rank_regex": rank_regex,
    }  # fmt: skip
    written: dict[str, Any] = {
        "formats": wanted, "top": top, "force": force, "csv_safe": csv_safe, "redact_paths": redact_paths
    }  # fmt: skip
    traces = nt.find_traces(traces)
    if as_ranks or (len(traces) > 1 and not each):
        ranks.end(ranks.analyze(traces, out, given, written), skip_broken=skip_broken)
        return
    _of_each(traces, out, given, written)


def _print_headline(name: str, lines: Sequence[str]) -> None:
    """Print the headline of a report, with one terminal line per finding."""
    width = terminal.width(sys.stdout)
    print(textwrap.fill(f"{nt.printable(name)}: {lines[0]}", width, subsequent_indent="  "))
    for line in lines[1:]:
        print(line if len(line) <= width else f"{line[: width - 3]}...")


def _of_each(traces: Sequence[Path], out: Path | None, given: dict[str, Any], written: dict[str, Any]) -> None:
    """Write one report per trace."""
    targets = nt.report_folders(traces, out)
    nt.check_report(targets, inputs=traces, formats=written["formats"], force=written["force"])
    for path, target in zip(traces, targets, strict=True):
        with status() as progress:
            done = nt.write_report(path, target, progress=progress, **given, **written)
        for warning in done.warnings:
            print(warning, file=sys.stderr)
        if sys.stdout.isatty():  # a pipe receives only the path
            _print_headline(done.name, done.headline)
        print(done.path)
