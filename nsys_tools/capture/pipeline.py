"""Run a capture from end to end: find the tools, record, import, export, analyze, and run ncu."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from nsys_tools import assets, tools
from nsys_tools.capture import assumptions, environment, lost, ncu, nsys
from nsys_tools.capture.options import Options
from nsys_tools.capture.process import Show
from nsys_tools.capture.run_folder import RunFolder, without_home, write_json
from nsys_tools.errors import NsysToolsError


@dataclass(frozen=True)
class Plan:
    """What to capture, and with which tools.

    Attributes
    ----------
    model
        Name of a workload script, such as ``deepseek-ocr`` for ``capture/deepseek_ocr.py``.
    options
        The script's options; ``out`` is the run folder.
    nsys, ncu
        Paths of the programs. If empty, they are searched for.
    sampling
        CPU sampling mode of nsys.
    counters
        Number of launches to profile with ncu afterwards; 0 for no second pass.
    analyze
        Whether to analyze the trace.
    share
        Whether to write a scrubbed copy of the trace.
    """

    model: str
    options: Options
    nsys: str = ""
    ncu: str = ""
    sampling: str = "none"
    counters: int = 0
    analyze: bool = True
    share: bool = False


class Reader(Protocol):
    """Interface that reads an exported trace. It exists because this package must not import the trace sources."""

    def kernel_uses(self, sqlite: Path) -> Sequence[ncu.KernelUse]:
        """Return the kernels of each stage."""

    def range_counts(self, sqlite: Path) -> Mapping[str, tuple[int, int]]:
        """Return the number of ranges, and how many of them were never closed, by name."""

    def analyze(self, folder: Path, *, again: bool) -> Path:
        """Write the report for a run folder. `again` replaces an earlier report."""

    def scrub(self, sqlite: Path, folder: Path) -> str:
        """Write a scrubbed copy of a trace and its manifest to a folder. Return a summary of what was removed."""


def scripts() -> list[str]:
    """Return the names of the models that have a workload script."""
    return [path.removesuffix(".py").replace("_", "-") for path in assets.listing("capture", "*.py")]


def workload_command(model: str, options: Options) -> list[str]:
    """Return the command that runs a model's workload.

    Raises
    ------
    NsysToolsError
        If there is no script for `model`.
    """
    script = assets.find(f"capture/{model.replace('-', '_')}.py")
    if script is None:
        raise NsysToolsError(f"There is no workload script for {model}.", f"Available: {', '.join(scripts())}.")
    return [sys.executable, str(script), *options.arguments()]


def shown(command: Sequence[str]) -> str:
    """Return a command as text that can be run in a shell, with the home folder as ``~``."""
    program = Path(command[0]).name if Path(command[0]).is_absolute() else command[0]
    return without_home(shlex.join([program, *command[1:]]).replace(sys.executable, "python"))


def capture(plan: Plan, reader: Reader, show: Show) -> RunFolder:
    """Create a run folder with a trace, its export, its report and everything needed to repeat the run.

    Parameters
    ----------
    plan
        What to capture.
    reader
        Reads the exported trace.
    show
        Called with each line of progress output.

    Raises
    ------
    NsysToolsError
        If a step fails. ``status.json`` in the folder records which step failed and why.
    """
    workload = workload_command(plan.model, plan.options)
    out = plan.options.out
    if out.is_dir() and (held := sorted(out.iterdir())):
        holds = "a run" if out / "status.json" in held else held[0].name
        raise NsysToolsError(f"{out} already contains {holds}.", "Choose a different folder with --out.")
    folder = RunFolder(plan.options.out)
    if plan.options.profiler == "torch":
        _profile_without_nsys(plan, workload, folder, show)
    else:
        _profile_with_nsys(plan, workload, folder, reader, show)
    folder.finish()
    return folder


def _profile_without_nsys(plan: Plan, workload: Sequence[str], folder: RunFolder, show: Show) -> None:
    _record(plan, folder, [workload], None, None)
    with folder.step("profile"):
        show(f"$ {shown(workload)}")
        nsys.profile(workload, folder, show)
    assumptions.write(plan.model, plan.options, folder, "with PyTorch's profiler, without nsys")


def _profile_with_nsys(plan: Plan, workload: Sequence[str], folder: RunFolder, reader: Reader, show: Show) -> None:
    with folder.step("find tools"):
        nsys_path = tools.find("nsys", plan.nsys)
        ncu_path = tools.find("ncu", plan.ncu) if plan.counters else None
    command = nsys.profile_command(nsys_path, folder.file("trace"), workload, plan.sampling)
    exporting = nsys.export_command(nsys_path, folder.file("trace.nsys-rep"), folder.file("trace.sqlite"))
    _record(plan, folder, [command, exporting], nsys_path, ncu_path)
    with folder.step("profile"):
        show(f"$ {shown(command)}")
        nsys.profile(command, folder, show)
    with folder.step("import"):
        nsys.check_imported(folder)
    with folder.step("export"):
        nsys.export(nsys_path, folder, show)
    assumptions.write(plan.model, plan.options, folder, shown(command))
    with folder.step("check"):
        lost.check(folder, reader.range_counts(folder.file("trace.sqlite")))
    if plan.analyze:
        with folder.step("analyze"):
            analyze(folder, reader, show)
    if plan.share:
        with folder.step("share"):
            show(reader.scrub(folder.file("trace.sqlite"), folder.file("share")))
    if ncu_path is not None:
        with folder.step("ncu"):
            _count(plan, ncu_path, folder, reader, show)
        if plan.analyze:
            with folder.step("analyze"):
                analyze(folder, reader, show, again=True)  # again, now with ncu metrics


def _record(
    plan: Plan, folder: RunFolder, commands: Sequence[Sequence[str]], nsys_path: Path | None, ncu_path: Path | None
) -> None:
    with folder.step("record"):
        write_json(folder.file("env.json"), environment.collect(nsys_path, ncu_path))
        text = "".join(f"{shown(command)}\n" for command in commands)
        folder.file("command.txt").write_text(text, encoding="utf-8")
        assumptions.write(plan.model, plan.options, folder, shown(commands[0]))


def analyze(folder: RunFolder, reader: Reader, show: Show, *, again: bool = False) -> None:
    """Analyze the run and write ``report/``. `again` replaces an existing report.

    Raises
    ------
    NsysToolsError
        If the analysis fails.
    """
    try:
        show(str(reader.analyze(folder.path, again=again)))
    except NsysToolsError as error:
        hint = f"Run `nsys-tools analyze {shlex.quote(without_home(str(folder.path)))}`."
        raise NsysToolsError(f"The trace is complete, but its analysis failed: {error.message}", hint) from None


def _count(plan: Plan, ncu_path: Path, folder: RunFolder, reader: Reader, show: Show) -> None:
    targets = ncu.choose(reader.kernel_uses(folder.file("trace.sqlite")), plan.options.repeats, plan.counters)
    if not targets:
        raise NsysToolsError(
            "ncu has no kernels to profile because no stage in the trace contains a kernel.",
            "Run the model on the GPU with --device cuda.",
        )
    once = replace(plan.options, repeats=1, out=Options().out)
    workload = workload_command(plan.model, once)
    for target in targets:
        command = ncu.profile_command(ncu_path, target, Path("ncu") / target.name / "kernel", workload)
        show(f"$ {shown(command)}")
        with folder.file("command.txt").open("a", encoding="utf-8") as file:
            file.write(f"{shown(command)}\n")
        ncu.profile(ncu_path, target, workload, folder, show)
