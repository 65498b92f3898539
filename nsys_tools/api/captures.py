"""Run a model under nsys and ncu, and write a run folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nsys_tools.api.opening import open as open_session
from nsys_tools.errors import UsageError, one_error
from nsys_tools.session.result import Result
from nsys_tools.session.rows import ListRows

if TYPE_CHECKING:
    from nsys_tools.capture.ncu import KernelUse


class _TraceReader:
    """Reads the trace of a capture through the queries in ``queries/capture``, and analyzes its run folder."""

    def kernel_uses(self, sqlite: Path) -> list[KernelUse]:
        """Return the kernels of each stage."""
        from nsys_tools.capture.ncu import KernelUse  # noqa: PLC0415

        with open_session(sqlite) as session:
            return [KernelUse(*row) for row in session.query("capture_kernel").rows()]

    def range_counts(self, sqlite: Path) -> dict[str, tuple[int, int]]:
        """Return, for each name, the number of ranges and how many of them were never closed."""
        with open_session(sqlite) as session:
            rows = session.query("capture_range").rows()
            return {name: (count, still_open) for name, count, still_open in rows}

    def analyze(self, folder: Path, *, again: bool) -> Path:
        """Write the report for a run folder and return the report's main file."""
        with open_session(folder) as session:
            return session.analyze().write(session.report_folder, force=again)

    def scrub(self, sqlite: Path, folder: Path) -> str:
        """Write a scrubbed copy of a trace and its manifest to a folder. Return a summary of what was removed."""
        from nsys_tools.api.sharing import scrub  # noqa: PLC0415

        folder.mkdir(exist_ok=True)
        return scrub(sqlite, folder / sqlite.name, manifest=folder / "manifest.json").summary


@one_error
def run_capture(
    model: str,
    arguments: Sequence[str] = (),
    *,
    out: str | Path | None = None,
    ncu: int = 0,
    sampling: str = "none",
    analyze: bool = True,
    share: bool = False,
    nsys_path: str = "",
    ncu_path: str = "",
    show: Callable[[str], None] = lambda _: None,
) -> Path:
    """Run a model under nsys, export and analyze the trace, and return the run folder.

    Parameters
    ----------
    model
        Name of a workload script in ``capture/``, such as ``deepseek-ocr``.
    arguments
        Command-line options for the script.
    out
        The run folder; by default ``runs/<run_id>``.
    ncu
        Profile this many kernels with ncu afterwards.
    sampling
        nsys CPU sampling mode: ``none`` or ``process-tree``.
    analyze
        Analyze the trace and write the report to ``report/``.
    share
        Write a scrubbed copy of the trace and its manifest to ``share/``.
    nsys_path, ncu_path
        Paths of the executables to use.
    show
        Called with each line of progress output.

    Raises
    ------
    NsysToolsError
        If a step fails. ``status.json`` in the run folder records the step and the reason.
    """
    from nsys_tools.capture import pipeline  # noqa: PLC0415
    from nsys_tools.capture.options import parse  # noqa: PLC0415
    from nsys_tools.capture.run_folder import new_run_id  # noqa: PLC0415

    options = parse(list(arguments), f"nsys-tools capture {model}")
    if share and options.profiler == "torch":
        raise UsageError("--share has no effect with --profiler torch, which writes no trace.", "Use only one of them.")
    folder = Path(out) if out else Path("runs") / new_run_id(model, options.scale)
    plan = pipeline.Plan(model, replace(options, out=folder), nsys_path, ncu_path, sampling, ncu, analyze, share)
    return pipeline.capture(plan, _TraceReader(), show).path


@one_error
def capture_help() -> str:
    """Return the ``--help`` text that lists the models that can be captured and the options of their scripts."""
    from nsys_tools.capture.options import about, flag  # noqa: PLC0415
    from nsys_tools.capture.pipeline import scripts  # noqa: PLC0415

    lines = [f"  {flag(name):<18} {one.text}" for name, one in about().items() if name != "out"]
    return "\n".join([f"MODEL is one of: {', '.join(scripts())}", "", "\b", "Workload options:", *lines])


@one_error
def examine_machine(nsys_path: str = "", ncu_path: str = "", runs: str | Path = "runs") -> Result:
    """Check whether this machine can capture.

    nsys, ncu, Python packages, the GPU, permission to read GPU counters, and disk space are checked. Each row of the
    result has a subject, state, result and advice.

    Parameters
    ----------
    nsys_path, ncu_path
        Paths of the executables to check.
    runs
        Folder for runs. Its free disk space is checked.
    """
    from nsys_tools.capture.doctor import examine  # noqa: PLC0415

    rows = [astuple(one) for one in examine(nsys_path, ncu_path, Path(runs))]
    return Result(ListRows(["subject", "state", "found", "advice"], rows), name="doctor")
