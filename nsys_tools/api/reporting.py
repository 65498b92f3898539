"""Write a report in one call. A cached report is copied without reading the trace."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from nsys_tools.api.folders import report_folders
from nsys_tools.errors import NsysToolsError, one_error
from nsys_tools.files import check_apart
from nsys_tools.processes import beside
from nsys_tools.report import kept
from nsys_tools.report.folder import FORMATS, check_formats
from nsys_tools.session.progress import silent
from nsys_tools.session.store import Entry, Store
from nsys_tools.sources.nsys.identify import identify, identity
from nsys_tools.sources.run_folder import is_run

if TYPE_CHECKING:
    from nsys_tools.api.opening import Given

_IRRELEVANT = ("progress", "cache", "workers", "scheduler", "rank_regex", "allow_files")
_FILES = ("stages", "ncu", "callgraph", "model", "workload", "gpu")
"""The arguments that can be the path of a file."""


@one_error
def write_report(
    path: str | Path,
    out: str | Path | None = None,
    *,
    formats: Sequence[str] = FORMATS,
    top: int = 20,
    force: bool = False,
    redact_paths: bool = False,
    csv_safe: bool = False,
    **given: Unpack[Given],
) -> kept.WrittenReport:
    """Write the report for a trace or run folder: `open`, `Session.analyze` and `Analysis.write` in one call.

    If the cache has a report for the same trace with the same arguments, files and nsys-tools version, that report
    is copied. With ``cache=False`` or ``salvage=True``, the report is always regenerated.

    Parameters
    ----------
    path
        As for `open`.
    out
        The report folder. The default is ``report/`` in a run folder, or a folder named after the trace.
    formats, top, force, redact_paths, csv_safe
        As for `Analysis.write`.
    **given
        As for `open`.

    Raises
    ------
    NsysToolsError
        If one of these three calls raises the error.
    """
    trace = Path(path)
    check_formats(formats)
    target = report_folders([trace], None if out is None else Path(out))[0]
    asked = {"formats": list(formats), "top": top, "redact_paths": redact_paths, "csv_safe": csv_safe}
    entry, inputs = _entry(trace, given, asked)
    if entry and (written := kept.find(entry)):
        check_apart(target, inputs)
        kept.write(entry, target, force=force)
        return replace(written, path=target / written.path)
    return _new(trace, target, entry, given, {**asked, "force": force})


def _new(trace: Path, target: Path, entry: Entry | None, given: Given, asked: dict[str, Any]) -> kept.WrittenReport:
    with _rendering(asked["formats"]):  # before imports that take half a second
        from nsys_tools.api.opening import open  # noqa: PLC0415
        from nsys_tools.report import report  # noqa: PLC0415
        from nsys_tools.report.redaction import redacted  # noqa: PLC0415

        progress = given.get("progress", silent)
        with open(trace, **given) as session:
            analysis = session.analyze()
            written = kept.WrittenReport(target, session.name, analysis.headline, session.warnings)
            progress("drawing")
            first = report.write(
                redacted(analysis) if asked.pop("redact_paths") else analysis, target, **asked,
                keep=lambda draft, one: kept.keep(entry, replace(written, path=Path(one)), draft) if entry else None,
            )  # fmt: skip
            return replace(written, path=first)


@contextmanager
def _rendering(formats: Sequence[str]) -> Iterator[None]:
    """Build and draw charts in a second process, if the report has charts and their libraries are not loaded here."""
    if not {"md", "html"} & set(formats) or "vl_convert" in sys.modules:
        yield
        return
    with beside():
        from nsys_tools.charts import renderer  # noqa: PLC0415

        renderer.prepare(has_page="html" in formats)
        yield


def _entry(trace: Path, given: Given, asked: Mapping[str, Any]) -> tuple[Entry | None, list[Path]]:
    """Return the cache entry for the report (None if it cannot be cached), and the files that are read."""
    if not given.get("cache", True) or given.get("salvage"):
        return None, []
    try:
        run = is_run(trace)
        inputs = _inputs(trace, given, run=run)
        place = hashlib.sha256(f"run\0{trace.resolve()}".encode(errors="surrogateescape")).hexdigest()[:32]
        key = place if run else identity(trace, identify(trace))
        arguments = {name: value for name, value in given.items() if name not in _IRRELEVANT}
        said = repr([str(trace), sorted(arguments.items()), sorted(asked.items())])
        state = kept.state_of(inputs)
        digest = hashlib.sha256("\0".join((said, state, kept.state_of_program())).encode()).hexdigest()[:32]
        return Store(key).entry("report", digest, ".zip"), inputs if run else [trace, *inputs]
    except (OSError, NsysToolsError):
        return None, []  # reading the file reports the error


def _inputs(trace: Path, given: Given, *, run: bool) -> list[Path]:
    """Return the files that are read: the trace or run folder (without its report), and files given as arguments."""
    named = [Path(str(value)) for name, value in given.items() if name in _FILES and value]
    own = trace / "report" if run else None
    inside = [path for path in kept.files_of(trace) if own is None or own not in path.parents]
    return inside + [path for one in named if one.exists() for path in kept.files_of(one)]
