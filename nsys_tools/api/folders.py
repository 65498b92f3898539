"""Report folders: where they are, and whether they can be written to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nsys_tools.errors import NsysToolsError, one_error


def folder_of(name: str) -> Path:
    """Return the report folder, in the current directory, for a trace that is not in a run folder."""
    return Path(f"{_plain(name)}-report")


def _plain(name: str) -> str:
    return name.removesuffix(".sqlite").removesuffix(".nsys-rep")


@one_error
def report_folders(traces: Sequence[Path], out: Path | None = None) -> list[Path]:
    """Return the report folder for each trace: `out`, or a subfolder of it if there are several traces.

    By default, a run folder's report is inside that folder, and any other report is in the current directory.

    Raises
    ------
    NsysToolsError
        If two traces would have the same folder.
    """
    from nsys_tools.sources import run_folder  # noqa: PLC0415

    if out is not None and len(traces) == 1:
        return [out]
    runs = [run_folder.is_run(trace) for trace in traces]
    names = [trace.resolve().name if is_run else _plain(trace.name) for trace, is_run in zip(traces, runs, strict=True)]
    if len(set(names)) < len(names):
        raise NsysToolsError(
            "Two traces have the same name, so their reports would have the same folder.",
            "Analyze the traces separately.",
        )
    if out is not None:
        return [out / name for name in names]
    return [
        trace / "report" if is_run else folder_of(name) for trace, name, is_run in zip(traces, names, runs, strict=True)
    ]


@one_error
def check_report(
    targets: Sequence[Path], *, inputs: Sequence[Path] = (), formats: Sequence[str], force: bool = False
) -> None:
    """Refuse unknown formats and folders that cannot be written, before any computation.

    Parameters
    ----------
    targets
        The report folders to check.
    inputs
        The traces to read. A report folder must not be a trace, contain a trace, or be inside a trace.
    formats
        The formats to write.
    force
        Replace earlier reports.

    Raises
    ------
    NsysToolsError
        If a format is unknown, or a folder exists or overlaps an input.
    """
    from nsys_tools.files import check_apart  # noqa: PLC0415
    from nsys_tools.report import folder  # noqa: PLC0415
    from nsys_tools.sources import run_folder  # noqa: PLC0415

    folder.check_formats(formats)
    for target in targets:
        # A run folder's report is inside that folder, next to the files that are read.
        check_apart(target, [path for path in inputs if not run_folder.is_run(path)])
        folder.check_target(target, force=force)
