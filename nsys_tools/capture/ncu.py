"""The second pass: counters of the kernels that matter, each at a launch that belongs to its stage."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from nsys_tools.capture.nsys import workload_error
from nsys_tools.capture.process import Show, run
from nsys_tools.capture.run_folder import RunFolder
from nsys_tools.errors import NsysToolsError

PAGES = ("raw", "details")
SMALLEST_SHARE = 0.05  # of a stage; below it a kernel explains too little to pay for replaying it
_PERMISSION = "ERR_NVGPUCTRPERM"
_NOTHING = "No kernels were profiled"


@dataclass(frozen=True)
class KernelUse:
    """What one kernel does in one stage of a recorded run.

    Attributes
    ----------
    stage
        Name of the innermost stage range that its launches lie in.
    kernel
        Function name without parameters, as nsys's ``shortName`` and ncu's function name have it.
    launches
        How many launches of it the stage has in the whole run.
    sum_ns
        Their time on the GPU.
    """

    stage: str
    kernel: str
    launches: int
    sum_ns: int


@dataclass(frozen=True)
class Target:
    """One launch to profile: of this kernel, in this stage, after `skip` others like it."""

    stage: str
    kernel: str
    skip: int
    share_ratio: float

    @property
    def name(self) -> str:
        """A name for its folder: stage and kernel in plain characters."""
        return re.sub(r"[^A-Za-z0-9]+", "-", f"{self.stage}-{self.kernel}").strip("-")[:80]


def choose(uses: Sequence[KernelUse], repeats: int, most: int) -> list[Target]:
    """Return the launches worth profiling, the largest share of a stage first.

    A kernel's launch is taken from the middle of its launches in one repeat: past the first, which
    pays for loading and tuning, and below their count, so that a run of one repeat reaches it.

    Parameters
    ----------
    uses
        Kernels by stage, one row each.
    repeats
        How often the recorded run repeats the workload; the profiled one runs it once.
    most
        Largest number of launches to profile.
    """
    targets: list[Target] = []
    by_stage = sorted(uses, key=lambda use: (use.stage, -use.sum_ns, use.kernel))
    for stage, group in groupby(by_stage, key=lambda use: use.stage):
        kernels = list(group)
        total = sum(use.sum_ns for use in kernels)
        for use in kernels:
            share = use.sum_ns / total if total else 0.0
            if share >= SMALLEST_SHARE:
                targets.append(Target(stage, use.kernel, max(1, use.launches // repeats) // 2, share))
    return sorted(targets, key=lambda target: (-target.share_ratio, target.stage, target.kernel))[:most]


def profile_command(ncu: Path, target: Target, output: Path, workload: Sequence[str]) -> list[str]:
    """Return the command that profiles one launch.

    The NVTX filter ends in ``/``: without it ncu looks for start/end ranges and finds none. Clocks are
    left alone, so that ncu's figures belong to the clocks that nsys measured at.
    """
    return [
        str(ncu),
        "--target-processes=all",
        "--nvtx",
        f"--nvtx-include={target.stage}/",
        f"--kernel-name=regex:^{re.escape(target.kernel)}$",
        f"--launch-skip={target.skip}",
        "--launch-count=1",
        "--clock-control=none",
        "--set=full",
        "--force-overwrite",
        f"--export={output}",
        *workload,
    ]


def csv_command(ncu: Path, report: Path, page: str) -> list[str]:
    """Return the command that prints a report's page as CSV, in base units: bytes, not Mbytes."""
    return [str(ncu), f"--import={report}", "--csv", f"--page={page}", "--print-units=base"]


def profile(ncu: Path, target: Target, workload: Sequence[str], folder: RunFolder, show: Show) -> None:
    """Profile one launch; keep ``kernel.ncu-rep`` and its pages as CSV under ``ncu/``.

    Raises
    ------
    NsysToolsError
        If counters are not permitted, no launch matches, or the workload fails.
    """
    own = RunFolder(folder.file("ncu") / target.name)
    command = profile_command(ncu, target, own.file("kernel"), [*workload, "--out", str(own.path)])
    code, text = run(command, own.file("log.txt"), show)
    report = own.file("kernel.ncu-rep")
    if _PERMISSION in text:
        raise no_permission()
    if code:
        raise own.failure() or workload_error(code, text)
    if _NOTHING in text or not report.is_file():
        raise NsysToolsError(
            f"ncu profiled nothing: no launch {target.skip + 1} of {target.kernel} in stage {target.stage}.",
            "Its launches differ from those that nsys recorded; the nsys trace and report are complete.",
        )
    for page in PAGES:
        code, text = run(csv_command(ncu, report, page), own.file("log.txt"), lambda _line: None)
        if code:
            raise NsysToolsError(
                f"ncu could not print {report.name} as CSV.", f"{own.path.name}/log.txt has its words."
            )
        own.file(f"{page}.csv").write_text(text + "\n", encoding="utf-8")
    own.finish()


def no_permission() -> NsysToolsError:
    """Return the error of a driver that keeps its counters to administrators."""
    return NsysToolsError(
        f"The driver lets only administrators read GPU counters ({_PERMISSION}).",
        "Run as root, or set `options nvidia NVreg_RestrictProfilingToAdminUsers=0` in /etc/modprobe.d and "
        "reload the driver; in a container add CAP_SYS_ADMIN. The nsys trace and report are complete.",
    )
