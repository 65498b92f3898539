"""``nsys-tools sql``: run SQL on a trace."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

import nsys_tools as nt
from nsys_tools.cli import answers, options, ranks
from nsys_tools.cli.progress import status
from nsys_tools.cli.taking import taking

_HELP = (
    "End a statement with a semicolon. .queries lists the queries, .tables lists the raw nsys tables, and .quit exits."
)


@taking(compared=options.compared)
def sql(
    *,
    trace: Annotated[Path, typer.Argument(metavar="TRACE", help=options.TRACES_HELP)],
    query: Annotated[
        str | None,
        typer.Argument(metavar="[QUERY]", help="SQL statement to run. Omit it to open an interactive prompt."),
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", "-f", metavar="FILE", help="Read the statement from FILE.")
    ] = None,
    form: Annotated[
        str,
        typer.Option(
            "--format", metavar="FORMAT", help="Output format: table, csv, tsv, json, yaml, md, parquet or sqlite."
        ),
    ] = "table",
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write the result to FILE.")] = None,
    force: options.FORCE = False,
    stages: options.STAGES = None,
    compared: dict[str, Any],
    ncu: options.NCU = None,
    callgraph: options.CALLGRAPH = None,
    steps: options.STEPS = "auto",
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", min=0, help="Return at most N rows, and report whether there are more."),
    ] = None,
    max_seconds: Annotated[
        float | None,
        typer.Option("--max-seconds", metavar="S", help="Abort a statement that runs longer than S seconds."),
    ] = None,
    max_memory: Annotated[
        str, typer.Option("--max-memory", metavar="SIZE", help="Abort a statement that needs more than SIZE of memory.")
    ] = "",
    allow_files: Annotated[
        bool, typer.Option("--allow-files", help="Also let statements read your own files, as in FROM 'mine.csv'.")
    ] = False,
    csv_safe: options.CSV_SAFE = False,
    no_cache: options.NO_CACHE = False,
    salvage: options.SALVAGE = False,
    as_ranks: options.AS_RANKS = False,
    workers: options.WORKERS = 0,
    scheduler: options.SCHEDULER = "",
    rank_regex: options.RANK_REGEX = "",
    skip_broken: options.SKIP_BROKEN = False,
) -> None:
    """Query TRACE with SQL (DuckDB dialect), read-only.

    A statement can use the documented queries and the raw nsys tables. It cannot read other files or the network. With
    --allow-files, it can also read your own files. The roofline_* queries require --model, the ncu_* queries require
    --ncu, and the callgraph_* queries require --callgraph. With several traces (a folder or a quoted pattern), each
    query and table has a rank column.
    """
    found = nt.find_traces([trace])
    given: dict[str, Any] = {
        **compared, "stages": stages, "ncu": ncu, "callgraph": callgraph, "steps": steps, "cache": not no_cache,
        "allow_files": allow_files, "salvage": salvage, "workers": workers, "scheduler": scheduler,
        "rank_regex": rank_regex,
    }  # fmt: skip
    limits = {"limit": limit, "max_seconds": max_seconds, "max_memory": max_memory}
    opened: Path | list[Path] = found if as_ranks or len(found) > 1 else found[0]
    with status() as progress, nt.open(opened, progress=progress, **given) as session:
        statement = _read(file) if file else query
        if statement is None and sys.stdin is None:
            raise nt.UsageError(
                "No statement was specified, and stdin is closed.", "Try `nsys-tools sql TRACE 'FROM kernel'`."
            )
        if statement is None and sys.stdin.isatty():
            _prompt(session, form, csv_safe, progress, limits, trace)
        else:
            statement = sys.stdin.read() if statement is None else statement
            _show(session, statement, form, out, limits, trace, csv_safe=csv_safe, force=force, progress=progress)
        for note in session.notes:
            print(note, file=sys.stderr)
    if isinstance(session, nt.Job):
        ranks.end(session, skip_broken=skip_broken)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise nt.NsysToolsError(f"--file {file}: the file cannot be read ({reason}).") from None


def _show(
    session: nt.Session | nt.Job, statement: str, form: str, out: Path | None, limits: dict[str, Any],
    trace: Path, *, csv_safe: bool, force: bool = False, progress: Callable[[str], None],
) -> None:  # fmt: skip
    result = session.sql(statement, **limits)
    progress("running the statement")
    about: dict[str, Any] = {}
    if form == "json":
        result.compute()  # the list of warnings is complete only after the query has run
        about = {"trace": session.name, "warnings": session.notes, "next_commands": _leads(result, statement, trace)}
    if out is not None and str(out) != "-":
        told = nt.envelope("sql", result, **about) if about else None
        nt.write_result(result, out, form, csv_safe=csv_safe, force=force, inputs=session.inputs, envelope=told)
    elif form in {"parquet", "sqlite"}:
        raise nt.UsageError(f"--format {form} requires --out FILE.")
    else:
        answers.show("sql", result, form, csv_safe=csv_safe, **about)
    if result.truncated:
        print(
            f"The result has more rows than the limit of {len(result):,}. To print more, use --limit N.",
            file=sys.stderr,
        )


def _leads(result: nt.Result, statement: str, trace: Path) -> list[str]:
    """Return commands that get the remaining rows or, if the result is empty, list what can be queried."""
    if result.truncated:
        return [answers.suggested("sql", trace, statement, "--limit", str(10 * max(len(result), 1)))]
    return [] if len(result) else [answers.suggested("questions", trace), answers.suggested("queries")]


def _prompt(
    session: nt.Session | nt.Job, form: str, csv_safe: bool, progress: Callable[[str], None], limits: dict[str, Any],
    trace: Path,
) -> None:  # fmt: skip
    """Read and run statements until the end of the input. An error does not end the prompt."""
    import readline  # noqa: F401  (line editing for input())

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
                print("\n".join(session.queries()["query"]))
                continue
            case ".tables":
                print("\n".join(session.recorded_tables))
                continue
        pending += line + "\n"
        if pending.rstrip().endswith(";"):
            try:
                _show(session, pending, form, None, limits, trace, csv_safe=csv_safe, progress=progress)
            except nt.NsysToolsError as error:
                print(error, file=sys.stderr)
            pending = ""
