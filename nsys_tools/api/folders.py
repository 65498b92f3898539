"""Where reports go."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nsys_tools.errors import NsysToolsError, one_error


def folder_of(name: str) -> Path:
    """Return the folder of the report of a trace by itself, where you are."""
    return Path(f"{_plain(name)}-report")


def _plain(name: str) -> str:
    return name.removesuffix(".sqlite").removesuffix(".nsys-rep")


@one_error
def report_folders(traces: Sequence[Path], out: Path | None = None) -> list[Path]:
    """Return the folder of each trace's report: `out`, a folder in it for each of several traces, or the run's own.

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
        raise NsysToolsError("Two traces have the same name, and so would their reports.", "Analyze them one by one.")
    if out is not None:
        return [out / name for name in names]
    return [
        trace / "report" if is_run else folder_of(name) for trace, name, is_run in zip(traces, names, runs, strict=True)
    ]


@one_error
def check_report(
    targets: Sequence[Path], *, inputs: Sequence[Path] = (), formats: Sequence[str], force: bool = False
) -> None:
    """Refuse formats that are not known and folders that are in the way, before anything is computed.

    Parameters
    ----------
    targets
        The folders of the reports.
    inputs
        The traces; no report may be one, hold one, or lie inside one.
    formats
        What is to be written.
    force
        Replace earlier reports.

    Raises
    ------
    NsysToolsError
        If there are any.
    """
    from nsys_tools.files import check_apart  # noqa: PLC0415
    from nsys_tools.report import folder  # noqa: PLC0415
    from nsys_tools.sources import run_folder  # noqa: PLC0415

    folder.check_formats(formats)
    for target in targets:
        # A run folder's own report lies inside it, beside what is read.
        check_apart(target, [path for path in inputs if not run_folder.is_run(path)])
        folder.check_target(target, force=force)
