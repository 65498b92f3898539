"""The ``nsys`` commands of a capture, and sentences for what goes wrong in them."""

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
    """Return the command that records a workload whole: stages are told apart afterwards, in SQL.

    Parameters
    ----------
    nsys
        The program.
    output
        The trace without its suffix.
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
        If the workload failed: its own sentence where it left one.
    """
    code, text = run(command, folder.file("log.txt"), show)
    if code:
        raise folder.failure() or workload_error(code, text)


def workload_error(code: int, text: str) -> NsysToolsError:
    """Return the error of a workload that ended without a sentence of its own."""
    if code in _KILLED:
        return NsysToolsError(
            "The workload was killed (signal 9): most likely the machine ran out of memory.",
            "Use --scale tiny, fewer --pages, a smaller --batch-size, or a machine with more memory.",
        )
    lines = [line.strip() for line in text.splitlines() if not line.strip().startswith(_OWN_LINES)]
    last = lines[-1] if lines else "it printed nothing"
    return NsysToolsError(f"The workload ended with exit code {code}: {last}", "The whole output is in log.txt.")


def check_imported(folder: RunFolder) -> None:
    """Check that the recording became a ``.nsys-rep``.

    Raises
    ------
    NsysToolsError
        If nsys recorded and could not import it.
    """
    report = folder.file("trace.nsys-rep")
    if report.is_file() and report.stat().st_size:
        return
    raw = sorted(folder.path.glob("*.qdstrm"))
    kept = f" The recording itself is {raw[0].name}." if raw else ""
    raise NsysToolsError(
        f"nsys recorded the run but wrote no trace.nsys-rep: its importer failed.{kept}",
        "log.txt has its words. An nsys without its host part cannot import: see `nsys-tools doctor`; "
        "a full one of the same version reads a .qdstrm.",
    )


def export(nsys: Path, folder: RunFolder, show: Show) -> None:
    """Export the trace to SQLite.

    Raises
    ------
    NsysToolsError
        If nsys fails or leaves no file.
    """
    sqlite = folder.file("trace.sqlite")
    command = export_command(nsys, folder.file("trace.nsys-rep"), sqlite)
    code, text = run(command, folder.file("log.txt"), show)
    if code or not sqlite.is_file() or not sqlite.stat().st_size:
        last = text.splitlines()[-1].strip() if text else f"exit code {code}"
        raise NsysToolsError(
            f"nsys could not export trace.nsys-rep to SQLite: {last}",
            "The trace is kept; a newer nsys, or one with its host part, may export it.",
        )
