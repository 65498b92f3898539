"""The ``nsys`` commands of a capture and their error messages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nsys_tools.capture.process import Show, run
from nsys_tools.capture.run_folder import RunFolder
from nsys_tools.errors import NsysToolsError

TRACE = ("cuda", "nvtx", "osrt")
_KILLED = (128 + 9, -9)
_OWN_LINES = ("Generating", "Generated", "[1/1]", "Collecting", "Processing", "/")


def profile_command(nsys: Path, output: Path, workload: Sequence[str], sampling: str = "none") -> list[str]:
    """Return the command that records the whole workload. Stages are separated later, in SQL.

    Parameters
    ----------
    nsys
        The program.
    output
        Path of the trace without its suffix.
    workload
        The command to record.
    sampling
        CPU sampling: ``none``, ``process-tree`` or ``system-wide``.
    """
    return [
        str(nsys),
        "profile",
        f"--trace={','.join(TRACE)}",
        "--cuda-graph-trace=node",
        f"--sample={sampling}",
        "--cpuctxsw=none",
        "--force-overwrite=true",
        f"--output={output}",
        *workload,
    ]


def export_command(nsys: Path, report: Path, sqlite: Path) -> list[str]:
    """Return the command that exports a trace to SQLite."""
    exported = ["--type=sqlite", "--force-overwrite=true", "--quiet=true", f"--output={sqlite}"]
    return [str(nsys), "export", *exported, str(report)]


def profile(command: Sequence[str], folder: RunFolder, show: Show) -> None:
    """Run a command that runs the workload.

    Raises
    ------
    NsysToolsError
        If the workload failed. The message is the workload's error if the workload recorded one.
    """
    code, text = run(command, folder.file("log.txt"), show)
    if code:
        raise folder.failure() or workload_error(code, text)


def workload_error(code: int, text: str) -> NsysToolsError:
    """Return the error for a workload that ended without recording one."""
    if code in _KILLED:
        return NsysToolsError(
            "The workload was killed (signal 9): the machine most likely ran out of memory.",
            "Use --scale tiny, fewer --pages, a smaller --batch-size, or a machine with more memory.",
        )
    lines = [line.strip() for line in text.splitlines() if not line.strip().startswith(_OWN_LINES)]
    last = lines[-1] if lines else "no output"
    return NsysToolsError(f"The workload ended with exit code {code}: {last}", "The complete output is in log.txt.")


def check_imported(folder: RunFolder) -> None:
    """Check that nsys wrote a ``.nsys-rep``.

    Raises
    ------
    NsysToolsError
        If nsys recorded the run but could not import the recording.
    """
    report = folder.file("trace.nsys-rep")
    if report.is_file() and report.stat().st_size:
        return
    raw = sorted(folder.path.glob("*.qdstrm"))
    kept = f" The raw recording is {raw[0].name}." if raw else ""
    raise NsysToolsError(
        f"nsys recorded the run, but its importer failed, so there is no trace.nsys-rep.{kept}",
        "The importer output is in log.txt. An nsys installation without the host component cannot import "
        "recordings. To check the installation, run `nsys-tools doctor`. "
        "A full installation of the same nsys version can import the .qdstrm file.",
    )


def export(nsys: Path, folder: RunFolder, show: Show) -> None:
    """Export the trace to SQLite.

    Raises
    ------
    NsysToolsError
        If nsys fails or writes no file.
    """
    sqlite = folder.file("trace.sqlite")
    command = export_command(nsys, folder.file("trace.nsys-rep"), sqlite)
    code, text = run(command, folder.file("log.txt"), show)
    if code or not sqlite.is_file() or not sqlite.stat().st_size:
        last = text.splitlines()[-1].strip() if text else f"exit code {code}"
        raise NsysToolsError(
            f"nsys could not export trace.nsys-rep to SQLite: {last}",
            "trace.nsys-rep is kept. A newer nsys, or an nsys installation with the host component, may be able to "
            "export it.",
        )
