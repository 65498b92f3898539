"""``nsys-tools sql``: ad-hoc SQL over a trace."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nsys_tools.cli import joined
from nsys_tools.cli.progress import status
from nsys_tools.errors import NsysToolsError

if TYPE_CHECKING:
    from nsys_tools.trace import Trace

_HELP = (
    """A statement ends with a semicolon. .queries lists what can be asked, .tables nsys's own tables, .quit leaves."""
)


def sql(
    trace: Annotated[Path, typer.Argument(metavar="TRACE", help=joined.TRACE_HELP)],
    query: Annotated[str | None, typer.Argument(metavar="[QUERY]", help="One statement; none: a prompt.")] = None,
    file: Annotated[Path | None, typer.Option("--file", "-f", metavar="FILE", help="Read the statement here.")] = None,
    form: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="table, csv, tsv, json, md or parquet.")
    ] = "table",
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write there, not to stdout.")] = None,
    stages: joined.STAGES = None,
    model: joined.MODEL = "",
    workload: joined.WORKLOAD = "",
    assignments: joined.SET = None,
    gpu: joined.GPU = "auto",
    dtype: joined.DTYPE = "",
    attention: joined.ATTENTION = "full",
    ncu: joined.NCU = None,
    callgraph: joined.CALLGRAPH = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Do not keep what was loaded.")] = False,
) -> None:
    """Ask TRACE in SQL (DuckDB's dialect): the documented queries and nsys's own tables, read-only.

    --model, --ncu and --callgraph fill the tables that stand behind mfu_*, counter_* and group_*.
    """
    from nsys_tools.analysis.join import define
    from nsys_tools.analysis.possible import Request
    from nsys_tools.trace import open_trace

    if file is not None:
        query = _read(file)
    request = Request(model, workload, tuple(assignments or ()), gpu, dtype, attention)
    path, sources = joined.sources(trace, request, ncu, callgraph)
    with status() as progress, open_trace(path, cache=not no_cache, progress=progress) as opened:
        _, found = define(opened, stages, sources)
        for note in found.notes:
            print(note, file=sys.stderr)
        if query is not None:
            _show(opened, query, form, out)
        elif sys.stdin.isatty():
            _prompt(opened, form)
        else:
            _show(opened, sys.stdin.read(), form, out)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NsysToolsError(f"--file {file}: cannot be read ({error}).") from None


def _show(trace: Trace, query: str, form: str, out: Path | None) -> None:
    _check_reads_only(query)
    result = trace.sql(query)
    if form == "parquet":
        if out is None:
            raise NsysToolsError("--format parquet needs --out FILE.")
        result.pl().write_parquet(out)
        return
    from nsys_tools.report.formats import render

    text = render(result.columns, result.rows(), form)
    if out is None or str(out) == "-":
        print(text)
    else:
        out.write_text(text + "\n", encoding="utf-8")


def _check_reads_only(query: str) -> None:
    """Refuse statements that change something."""
    import duckdb

    kinds = duckdb.StatementType
    reads = {kinds.SELECT, kinds.EXPLAIN, kinds.PRAGMA, kinds.RELATION}
    try:
        statements = duckdb.extract_statements(query)
    except duckdb.Error as error:
        raise NsysToolsError(f"SQL: {error}") from None
    if len(statements) != 1:
        raise NsysToolsError(f"One statement is expected, there are {len(statements)}.")
    if statements[0].type not in reads:
        raise NsysToolsError(
            f"A trace is read-only: {statements[0].type.name} is not allowed.", "Write results with --out FILE."
        )


def _prompt(trace: Trace, form: str) -> None:
    """Read statements until the end of input; an error is shown and the prompt goes on."""
    import readline  # noqa: F401  (line editing for input())

    from nsys_tools.trace import catalogue

    print(_HELP, file=sys.stderr)
    pending = ""
    while True:
        try:
            line = input("   ...> " if pending else "trace> ")
        except (EOFError, KeyboardInterrupt):
            print(file=sys.stderr)
            return
        match line.strip() if not pending else "":
            case ".quit" | ".exit":
                return
            case ".queries":
                print("\n".join(name for name, q in catalogue.queries().items() if not q.private and q.columns))
                continue
            case ".tables":
                print("\n".join(sorted(trace.raw_tables)))
                continue
        pending += line + "\n"
        if pending.rstrip().endswith(";"):
            try:
                _show(trace, pending, form, None)
            except NsysToolsError as error:
                print(error, file=sys.stderr)
            pending = ""
