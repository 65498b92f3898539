"""``nsys-tools recipe``: run the recipes of ``nsys recipe``. nsys does not have to be installed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

import nsys_tools as nt
from nsys_tools.cli import options
from nsys_tools.cli.progress import status


def _print_recipes(value: bool) -> None:
    if not value:
        return
    for one in nt.recipes():
        print(f"{one['recipe']} -- {one['title']}")
        if one["options"]:
            print(f"      {one['options']}")
    raise typer.Exit


def recipe(
    name: Annotated[str, typer.Argument(metavar="RECIPE", help="Name of the recipe. --help-recipes lists the names.")],
    inputs: Annotated[
        list[Path], typer.Argument(metavar="TRACE...", help="Traces, folders or patterns. Each trace is a rank.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", "--out", metavar="DIR", help="Write the tables and an HTML page to DIR.")
    ],
    iteration: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="Delimit iterations by this kernel or NVTX range.")
    ] = None,
    start: Annotated[
        int | None, typer.Option("--start", metavar="NS", help="Use only events that end after this time.")
    ] = None,
    end: Annotated[
        int | None, typer.Option("--end", metavar="NS", help="Use only events that start before this time.")
    ] = None,
    nvtx: Annotated[
        str | None,
        typer.Option("--nvtx", metavar="RANGE[@DOMAIN][/N]", help="Use only events that overlap this NVTX range."),
    ] = None,
    base: Annotated[bool, typer.Option("--base", help="Name kernels by function name only.")] = False,
    mangled: Annotated[bool, typer.Option("--mangled", help="Name kernels by their mangled names.")] = False,
    bins: Annotated[
        int | None, typer.Option("--bins", metavar="N", help="Divide the time range into N bins. Default: 30.")
    ] = None,
    cumulative: Annotated[
        bool,
        typer.Option(
            "--cumulative", help="Sum the durations of overlapping kernels instead of counting the overlap once."
        ),
    ] = False,
    rows: Annotated[int | None, typer.Option("--rows", metavar="N", help="List at most N rows per trace.")] = None,
    gap: Annotated[
        int | None, typer.Option("--gap", metavar="MS", help="List gaps longer than MS milliseconds. Default: 500.")
    ] = None,
    threshold: Annotated[
        int | None,
        typer.Option(
            "--threshold", metavar="PERCENT", help="List periods with GPU utilization below PERCENT. Default: 50."
        ),
    ] = None,
    chunks: Annotated[
        int | None, typer.Option("--chunks", metavar="N", help="Divide the time into N chunks. Default: 30.")
    ] = None,
    workers: options.WORKERS = 0,
    scheduler: options.SCHEDULER = "",
    skip_broken: options.SKIP_BROKEN = False,
    force: Annotated[
        bool, typer.Option("--force-overwrite", "--force", help="Overwrite a folder from an earlier run.")
    ] = False,
    no_cache: options.NO_CACHE = False,
    _: Annotated[
        bool,
        typer.Option("--help-recipes", callback=_print_recipes, is_eager=True, help="List the recipes and exit."),
    ] = False,
) -> None:  # fmt: skip
    """Run RECIPE on the traces of many ranks.

    The output is an HTML page and the same tables that nsys recipe writes, as Parquet and CSV. nsys is not required.
    Each trace is a rank. If the traces have no data for the recipe, the command prints a message and writes nothing.
    """
    with status() as progress:
        found = nt.recipe(
            name, inputs, output, workers=workers, scheduler=scheduler, cache=not no_cache, skip_broken=skip_broken,
            force=force, progress=progress, name=iteration, start=start, end=end, nvtx=nvtx, base=base,
            mangled=mangled, bins=bins, cumulative=cumulative, rows=rows, gap=gap, threshold=threshold, chunks=chunks,
        )  # fmt: skip
    for note in found.notes:
        print(note, file=sys.stderr)
    if found.page:
        print(found.page)
