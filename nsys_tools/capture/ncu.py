"""The second pass of a capture, in which ncu profiles one launch of each of the most expensive kernels."""

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
SMALLEST_SHARE = 0.05  # of a stage's time; a kernel with less is not worth replaying
_PERMISSION = "ERR_NVGPUCTRPERM"
_NOTHING = "No kernels were profiled"


@dataclass(frozen=True)
class KernelUse:
    """Launches of one kernel in one stage of a recorded run.

    Attributes
    ----------
    stage
        Name of the innermost stage range around the launches.
    kernel
        Function name without parameters, as in nsys's ``shortName`` and ncu's function name.
    launches
        Number of its launches in the stage, over the whole run.
    sum_ns
        Their total GPU time.
    """

    stage: str
    kernel: str
    launches: int
    sum_ns: int


@dataclass(frozen=True)
class Target:
    """A launch to profile: launch `skip` + 1 of a kernel in a stage."""

    stage: str
    kernel: str
    skip: int
    share_ratio: float

    @property
    def name(self) -> str:
        """Folder name, which is the stage and kernel in plain characters."""
        return re.sub(r"[^A-Za-z0-9]+", "-", f"{self.stage}-{self.kernel}").strip("-")[:80]


def choose(uses: Sequence[KernelUse], repeats: int, most: int) -> list[Target]:
    """Return the launches worth profiling, ordered by their kernel's share of the stage, largest first.

    The profiled launch is halfway through the kernel's launches in one repeat. It is after the first launch, which
    includes loading and tuning, and early enough for a run of one repeat to reach it.

    Parameters
    ----------
    uses
        One entry per kernel and stage.
    repeats
        Number of repeats in the recorded run. The profiled run has one.
    most
        Maximum number of launches to profile.
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

    The NVTX filter ends in ``/``. Without it, ncu looks for start/end ranges and finds none. ncu does not lock
    the clocks, so its metrics are measured at the same clocks as the nsys trace.
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
    """Return the command that prints a report page as CSV in base units (bytes instead of Mbytes)."""
    return [str(ncu), f"--import={report}", "--csv", f"--page={page}", "--print-units=base"]


def profile(ncu: Path, target: Target, workload: Sequence[str], folder: RunFolder, show: Show) -> None:
    """Profile one launch, and write ``kernel.ncu-rep`` and its pages as CSV under ``ncu/``.

    Raises
    ------
    NsysToolsError
        If the driver denies access to the counters, no launch matches, or the workload fails.
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
            f"ncu profiled nothing: stage {target.stage} has no launch {target.skip + 1} of {target.kernel}.",
            "With ncu, the launches differ from those that nsys recorded. The nsys trace and report are complete.",
        )
    for page in PAGES:
        code, text = run(csv_command(ncu, report, page), own.file("log.txt"), lambda _line: None)
        if code:
            raise NsysToolsError(
                f"ncu could not print {report.name} as CSV.", f"The output of ncu is in {own.path.name}/log.txt."
            )
        own.file(f"{page}.csv").write_text(text + "\n", encoding="utf-8")
    own.finish()


def no_permission() -> NsysToolsError:
    """Return the error for a driver that allows only administrators to read GPU counters."""
    return NsysToolsError(
        f"The driver allows only administrators to read GPU counters ({_PERMISSION}).",
        "Run as root, or set `options nvidia NVreg_RestrictProfilingToAdminUsers=0` in /etc/modprobe.d and "
        "reload the driver. In a container, add CAP_SYS_ADMIN. The nsys trace and report are complete.",
    )
