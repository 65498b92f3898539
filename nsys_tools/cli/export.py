"""``nsys-tools export``: write traces as timelines for viewers, and query results as files and databases."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

import nsys_tools as nt
from nsys_tools.cli import options
from nsys_tools.cli.progress import status
from nsys_tools.cli.taking import taking

app = typer.Typer(
    help="Export traces to other tools. Timelines are for Perfetto and Chrome viewers. Queries are written as Parquet, "
    "SQLite or DuckDB.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
TRACES = Annotated[list[Path], typer.Argument(metavar="TRACE...", help=options.TRACES_HELP)]
OUT = Annotated[
    Path,
    typer.Option(
        "--out", "-o", metavar="FILE", help="Write to FILE, and compress it with gzip if its name ends in .gz."
    ),
]
FOLDER = Annotated[Path, typer.Argument(metavar="DIR", help="Write one file per query to DIR.")]
DATABASE = Annotated[Path, typer.Argument(metavar="FILE", help="Write a database with one table per query to FILE.")]


def _seen(
    time: Annotated[
        str,
        typer.Option(
            "--time", metavar="A/B", help="Export only events that overlap this time window (example: 1s/1s500ms)."
        ),
    ] = "",
    stage: Annotated[
        str, typer.Option("--stage", metavar="STAGE", help="Export only events that overlap an instance of this stage.")
    ] = "",
    step: Annotated[
        str,
        typer.Option(
            "--step", metavar="N..M", help="Export only events that overlap these steps. The first step is 0."
        ),
    ] = "",
    stages: options.STAGES = None,
    steps: options.STEPS = "auto",
    rank_regex: options.RANK_REGEX = "",
    workers: options.WORKERS = 0,
    force: options.FORCE = False,
    no_cache: options.NO_CACHE = False,
    salvage: options.SALVAGE = False,
) -> dict[str, Any]:
    """Return the arguments of `nt.export_timeline`."""
    return {
        "time": time, "stage": stage, "step": step, "stages": stages, "steps": steps, "rank_regex": rank_regex,
        "workers": workers, "force": force, "cache": not no_cache, "salvage": salvage,
    }  # fmt: skip


def _asked(
    query: Annotated[
        list[str],
        typer.Option("--query", "-q", metavar="QUERY", help="Export only this query. This option can be repeated."),
    ] = [],  # noqa: B006  (typer copies it)
    stages: options.STAGES = None,
    steps: options.STEPS = "auto",
    force: options.FORCE = False,
    no_cache: options.NO_CACHE = False,
    salvage: options.SALVAGE = False,
) -> dict[str, Any]:
    """Return the arguments of `nt.export_data`."""
    return {
        "queries": query, "stages": stages, "steps": steps, "force": force, "cache": not no_cache, "salvage": salvage,
    }  # fmt: skip


@app.command()
@taking(seen=_seen)
def perfetto(traces: TRACES, out: OUT, *, seen: dict[str, Any]) -> None:
    """Write a timeline for https://ui.perfetto.dev.

    The site opens the file in the browser without uploading it. The timeline shows API calls and NVTX ranges per
    thread, operations per stream, and stages, steps, idle time and counters per GPU. Several traces are treated as the
    ranks of one job and aligned to one clock.
    """
    _timeline(traces, out, "perfetto", seen)


@app.command()
@taking(seen=_seen)
def chrome(traces: TRACES, out: OUT, *, seen: dict[str, Any]) -> None:
    """Write a timeline as Chrome JSON.

    Use this format for viewers that cannot read the Perfetto format. The timeline is the same, but the file is larger
    and takes longer to open.
    """
    _timeline(traces, out, "chrome", seen)


def _timeline(traces: list[Path], out: Path, form: str, seen: dict[str, Any]) -> None:
    with status() as progress:
        _told(nt.export_timeline(traces, out, form, progress=progress, **seen), "table")


@app.command()
@taking(asked=_asked)
def parquet(trace: options.TRACE, out: FOLDER, *, asked: dict[str, Any]) -> None:
    """Write the results of the documented queries to Parquet files.

    Each query has its own file in DIR.
    """
    _data(trace, out, "parquet", asked)


@app.command()
@taking(asked=_asked)
def sqlite(trace: options.TRACE, out: DATABASE, *, asked: dict[str, Any]) -> None:
    """Write the results of the documented queries to an SQLite file.

    The database has one table per query.
    """
    _data(trace, out, "sqlite", asked)


@app.command()
@taking(asked=_asked)
def duckdb(trace: options.TRACE, out: DATABASE, *, asked: dict[str, Any]) -> None:
    """Write the results of the documented queries to a DuckDB file.

    The database has one table per query.
    """
    _data(trace, out, "duckdb", asked)


def _data(trace: Path, out: Path, form: str, asked: dict[str, Any]) -> None:
    with status() as progress:
        _told(nt.export_data(trace, out, form, progress=progress, **asked), "query")


def _told(done: nt.Exported, what: str) -> None:
    """Print the path of the export to stdout, and row counts and notes to stderr."""
    print(done.path)
    for row in done.counts:
        trace = f"{nt.printable(row['trace'])}: " if len({one.get("trace") for one in done.counts}) > 1 else ""
        rows = "1 row" if row["row_count"] == 1 else f"{row['row_count']:,} rows"
        print(f"{trace}{row[what]}: {rows} written, the same number as in the trace", file=sys.stderr)
    for note in done.notes:
        print(note, file=sys.stderr)
