"""``nsys-tools stats``: the reports of ``nsys stats``, without nsys."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from itertools import islice, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nsys_tools.errors import NsysToolsError

if TYPE_CHECKING:
    from nsys_tools.analysis.stats import Answer
    from nsys_tools.report.stats import Format


def _print_reports(value: bool) -> None:
    if not value:
        return
    from nsys_tools.analysis.reports import DEFAULT, REPORTS

    for report in REPORTS:
        arguments = "".join(f"[:{argument}]" for argument in report.arguments)
        print(f"{'*' if report.name in DEFAULT else ' '} {report.name}{arguments} -- {report.title}")
        if report.aliases:
            print(f"      also: {', '.join(report.aliases)}")
    print("\nReports with * are those without --report. Columns: the first lines of queries/stats/REPORT.sql.")
    raise typer.Exit


def stats(
    trace: Annotated[Path, typer.Argument(help="A .sqlite export, a parquetdir folder, or a .nsys-rep.")],
    report: Annotated[
        list[str] | None,
        typer.Option("--report", "-r", metavar="NAME[:ARG][,...]", help="Reports; old names of nsys are understood."),
    ] = None,
    form: Annotated[
        list[str] | None,
        typer.Option(
            "--format", "-f", metavar="FORMAT[:ARG][,...]",
            help="column, table, csv, tsv, json, htable; one a report, the last for the rest. "
            "Default: column on the console, csv in files.",
        ),
    ] = None,
    output: Annotated[
        list[str] | None,
        typer.Option(
            "--output", "-o", metavar="-|.|BASE[,...]",
            help="- console, . beside the trace, or BASE for files BASE_REPORT.EXT; the last for the rest.",
        ),
    ] = None,
    timeunit: Annotated[str, typer.Option("--timeunit", metavar="UNIT", help="Unit of times: nsec, usec ...")] = "nsec",
    filter_time: Annotated[
        str, typer.Option("--filter-time", metavar="A/B", help="Only what touches this time, as in 1s/1s500ms.")
    ] = "",
    filter_nvtx: Annotated[
        str,
        typer.Option("--filter-nvtx", metavar="RANGE[@DOMAIN][/N]", help="Only what touches the time of this range."),
    ] = "",
    force_overwrite: Annotated[bool, typer.Option("--force-overwrite", help="Replace files that exist.")] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Keep nothing in the cache folder.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only on stderr.")] = False,
    _: Annotated[
        bool,
        typer.Option("--help-reports", callback=_print_reports, is_eager=True, help="List the reports and exit."),
    ] = False,
) -> None:  # fmt: skip
    """Print the reports of nsys stats, to the digit: same names, columns and formats; no nsys is needed."""
    from nsys_tools.analysis.reports import DEFAULT
    from nsys_tools.analysis.stats import answers, parse_request
    from nsys_tools.report.cells import time_unit

    requests = [parse_request(name) for name in _listed(report) or DEFAULT]
    outputs = _as_many(_listed(output) or ["-"], len(requests))
    formats = _formats(_listed(form), outputs, time_unit(timeunit))
    window = _window(trace, filter_time, filter_nvtx, cache=not no_cache)
    found = answers(trace, requests, window=window, cache=not no_cache)
    with closing(found):
        # Not asked for one more than there are: that closes the trace.
        ready = list(zip(islice(found, len(requests)), formats, outputs, strict=True))
        for answer, said in _deliver(trace, ready, overwrite=force_overwrite):
            if said and not quiet:
                print(f"{answer.request.report.name}: {said}", file=sys.stderr)


def _listed(values: Sequence[str] | None) -> list[str]:
    return [part for value in values or [] for part in value.split(",") if part]


def _as_many(values: Sequence[str], count: int) -> list[str]:
    """Return `count` values, the last repeated, as nsys does."""
    filled = zip_longest(range(count), values, fillvalue=values[-1])
    return [str(value) for _, value in filled][:count]


def _formats(texts: Sequence[str], outputs: Sequence[str], time: str) -> list[Format]:
    from nsys_tools.report.stats import parse_format

    chosen = _as_many(texts or ["."], len(outputs))
    defaults = ["column" if target == "-" else "csv" for target in outputs]
    return [
        parse_format(default if text == "." else text, time=time)
        for text, default in zip(chosen, defaults, strict=True)
    ]


def _window(path: Path, times: str, nvtx: str, *, cache: bool) -> tuple[int, int] | None:
    """Return the chosen time; a range takes precedence, as in nsys."""
    if not nvtx and not times:
        return None
    from nsys_tools.analysis.window import between, of_range
    from nsys_tools.trace import open_trace

    if not nvtx:
        return between(times)
    with open_trace(path, cache=cache) as trace:
        return of_range(trace, nvtx)


def _file(path: Path, target: str, answer: Answer, form: Format) -> Path | None:
    """Return the file that an output names, or None for the console."""
    if target == "-":
        return None
    if target.startswith("@"):
        raise NsysToolsError(f"--output {target}: commands are not run.", "Use -o - and a pipe of your shell.")
    from nsys_tools.report.stats import EXTENSIONS

    base = str(path.with_suffix("")) if target == "." else target
    return Path(f"{base}_{answer.request.label}.{EXTENSIONS[form.name]}")


def _deliver(
    path: Path, reports: Sequence[tuple[Answer, Format, str]], *, overwrite: bool
) -> Iterator[tuple[Answer, str]]:
    """Write answers to their files or the console, in order; yield each with what there is to say about it.

    Two are written at a time: the text of a report keeps one core busy.
    """
    from nsys_tools.report.stats import writer

    with ExitStack() as folders, ThreadPoolExecutor(max_workers=2) as pool:
        drafts: list[tuple[Answer, Path | None, Path, Future[int] | None]] = []
        for answer, form, target in reports:
            file = _file(path, target, answer, form)
            kept = file is not None and file.exists() and not overwrite
            draft = Path() if kept else Path(folders.enter_context(_folder(file))) / "report"
            drafts.append((answer, file, draft, None if kept else pool.submit(writer(answer, form), draft)))
        for answer, file, draft, count in drafts:
            if count is None:
                yield answer, f"skipped: {file} exists; --force-overwrite replaces it."
            elif count.result() == 0:
                yield answer, f"skipped: {answer.no_data}"
            elif file is None:
                _print(draft)
            else:
                draft.replace(file)
                yield answer, f"written to {file}"


def _folder(file: Path | None) -> tempfile.TemporaryDirectory[str]:
    """Return a folder to write a report in: beside its file, so that it is put in its place whole and not copied."""
    if file is None:
        return tempfile.TemporaryDirectory()
    try:
        return tempfile.TemporaryDirectory(dir=file.parent, prefix=".nsys-tools-")
    except OSError as error:
        raise NsysToolsError(f"{file}: cannot be written ({error.strerror}).", "Choose another --output.") from None


def _print(draft: Path) -> None:
    with draft.open(encoding="utf-8", newline="") as text:
        shutil.copyfileobj(text, sys.stdout)
    print()
