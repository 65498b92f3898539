"""``nsys-tools export``: traces as timelines for viewers, and their queries as files and databases."""

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
    help="Write traces for other tools: timelines for Perfetto and Chrome, queries as Parquet, SQLite and DuckDB.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
TRACES = Annotated[list[Path], typer.Argument(metavar="TRACE...", help=options.TRACES_HELP)]
OUT = Annotated[
    Path, typer.Option("--out", "-o", metavar="FILE", help="Write to FILE; packed with gzip if it ends in .gz.")
]
FOLDER = Annotated[Path, typer.Argument(metavar="DIR", help="Write a file per query to DIR.")]
DATABASE = Annotated[Path, typer.Argument(metavar="FILE", help="Write a database with a table per query to FILE.")]


def _seen(
    time: Annotated[
        str, typer.Option("--time", metavar="A/B", help="Write only what touches this time, as in 1s/1s500ms.")
    ] = "",
    stage: Annotated[
        str, typer.Option("--stage", metavar="STAGE", help="Write only what touches an instance of this stage.")
    ] = "",
    step: Annotated[
        str, typer.Option("--step", metavar="N..M", help="Write only what touches these steps; the first step is 0.")
    ] = "",
    stages: options.STAGES = None,
    steps: options.STEPS = "auto",
    rank_regex: options.RANK_REGEX = "",
    workers: options.WORKERS = 0,
    force: options.FORCE = False,
    no_cache: options.NO_CACHE = False,
    salvage: options.SALVAGE = False,
) -> dict[str, Any]:
    """Return what `nt.export_timeline` is told of a timeline."""
    return {
        "time": time, "stage": stage, "step": step, "stages": stages, "steps": steps, "rank_regex": rank_regex,
        "workers": workers, "force": force, "cache": not no_cache, "salvage": salvage,
    }  # fmt: skip


def _asked(
    query: Annotated[
        list[str], typer.Option("--query", "-q", metavar="QUERY", help="Write only this query; repeatable.")
    ] = [],  # noqa: B006  (typer copies it)
    stages: options.STAGES = None,
    steps: options.STEPS = "auto",
    force: options.FORCE = False,
    no_cache: options.NO_CACHE = False,
    salvage: options.SALVAGE = False,
) -> dict[str, Any]:
    """Return what `nt.export_data` is told of the queries."""
    return {
        "queries": query, "stages": stages, "steps": steps, "force": force, "cache": not no_cache, "salvage": salvage,
    }  # fmt: skip


@app.command()
@taking(seen=_seen)
def perfetto(traces: TRACES, out: OUT, *, seen: dict[str, Any]) -> None:
    """Write a timeline for https://ui.perfetto.dev, which opens the file in the browser and uploads nothing.

    It has the calls and NVTX ranges of each thread, the operations of each stream, and stages, steps, idle time and
    counters of each GPU. Several traces are the ranks of one job; they are put on one clock.
    """
    _timeline(traces, out, "perfetto", seen)


@app.command()
@taking(seen=_seen)
def chrome(traces: TRACES, out: OUT, *, seen: dict[str, Any]) -> None:
    """Write the same timeline in Chrome's JSON, for viewers that read nothing else. It is larger and slower."""
    _timeline(traces, out, "chrome", seen)


def _timeline(traces: list[Path], out: Path, form: str, seen: dict[str, Any]) -> None:
    with status() as progress:
        _told(nt.export_timeline(traces, out, form, progress=progress, **seen), "table")


@app.command()
@taking(asked=_asked)
def parquet(trace: options.TRACE, out: FOLDER, *, asked: dict[str, Any]) -> None:
    """Write the documented queries of TRACE to DIR, a Parquet file each."""
    _data(trace, out, "parquet", asked)


@app.command()
@taking(asked=_asked)
def sqlite(trace: options.TRACE, out: DATABASE, *, asked: dict[str, Any]) -> None:
    """Write the documented queries of TRACE to an SQLite database, a table each."""
    _data(trace, out, "sqlite", asked)


@app.command()
@taking(asked=_asked)
def duckdb(trace: options.TRACE, out: DATABASE, *, asked: dict[str, Any]) -> None:
    """Write the documented queries of TRACE to a DuckDB database, a table each."""
    _data(trace, out, "duckdb", asked)


def _data(trace: Path, out: Path, form: str, asked: dict[str, Any]) -> None:
    with status() as progress:
        _told(nt.export_data(trace, out, form, progress=progress, **asked), "query")


def _told(done: nt.Exported, what: str) -> None:
    """Print where it is; what was written, and what must be known of it, go to stderr."""
    print(done.path)
    for row in done.counts:
        trace = f"{nt.printable(row['trace'])}: " if len({one.get("trace") for one in done.counts}) > 1 else ""
        rows = "1 row" if row["row_count"] == 1 else f"{row['row_count']:,} rows"
        print(f"{trace}{row[what]}: {rows} written, as many as the trace has", file=sys.stderr)
    for note in done.notes:
        print(note, file=sys.stderr)
