"""Check what a machine can capture, and suggest fixes."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nsys_tools import tools
from nsys_tools.capture import environment
from nsys_tools.errors import NsysToolsError

SPACE_BYTES = 5 * 10**9  # a full-size run with a trace per op, its export and ncu reports
PARAMETERS = Path("/proc/driver/nvidia/params")


@dataclass(frozen=True)
class Finding:
    """Result of one check.

    Attributes
    ----------
    subject
        What was checked.
    state
        ``ok``, ``warn`` (some data cannot be captured) or ``fail`` (nothing can be captured).
    found
        What was found.
    advice
        What to do; empty if no action is needed.
    """

    subject: str
    state: str
    found: str
    advice: str = ""


def examine(nsys: str = "", ncu: str = "", folder: Path = Path()) -> list[Finding]:
    """Check the tools, packages, GPU and disk.

    Parameters
    ----------
    nsys, ncu
        Paths of the programs. If empty, they are searched for.
    folder
        Folder to which runs are written.
    """
    versions = {name: environment.package_version(name) for name in environment.PACKAGES}
    found_nsys, nsys_version = _tool("nsys", nsys, "fail")
    found_ncu, _ = _tool("ncu", ncu, "warn")
    cards = environment.gpus()
    return [
        found_nsys,
        found_ncu,
        *packages(versions),
        pair(versions["nvtx"], nsys_version),
        gpu(cards),
        torch_gpu(environment.torch_cuda(), cards),
        permission(_read(PARAMETERS)),
        space(shutil.disk_usage(_existing(folder)).free),
    ]


def _tool(name: str, given: str, missing: str) -> tuple[Finding, str | None]:
    try:
        path = tools.find(name, given)
    except NsysToolsError as error:
        return Finding(name, missing, error.message, error.hint), None
    version = tools.version(path)
    if version is None:
        advice = f"`{name} --version` fails. Reinstall {name}, or specify a different path."
        return Finding(name, missing, f"{path} does not run", advice), None
    return Finding(name, "ok", f"{version} at {path}"), version


def packages(versions: Mapping[str, str | None]) -> list[Finding]:
    """Check which of the packages required by a workload are installed."""
    needed = ("torch", "transformers", "pillow", "nvtx")
    advice = "Run `pip install 'nsys-tools[capture]'`. capture/constraints.txt lists versions that work together."
    return [
        Finding(name, "ok", str(versions[name])) if versions[name] else Finding(name, "fail", "not installed", advice)
        for name in needed
    ]


def pair(nvtx: str | None, nsys: str | None) -> Finding:
    """Check whether nsys can record the ranges of the installed nvtx package."""
    if nvtx is None or nsys is None:
        return Finding("nvtx with nsys", "warn", "nvtx or nsys is missing", "Install both.")
    newer_nvtx = numbers(nvtx) >= (0, 2, 12)
    if newer_nvtx and numbers(nsys) < (2024,):
        return Finding(
            "nvtx with nsys",
            "fail",
            f"nsys {nsys} does not record ranges from nvtx {nvtx}",
            "Run `pip install nvtx==0.2.11`, or install a newer nsys.",
        )
    return Finding("nvtx with nsys", "ok", f"nvtx {nvtx}, nsys {nsys}")


def gpu(cards: list[dict[str, str]]) -> Finding:
    """Check which GPUs the driver reports."""
    if not cards:
        return Finding(
            "GPU and driver", "warn", "none", "--device cpu captures NVTX ranges and OS runtime calls, but no kernels."
        )
    names = ", ".join(f"{card['name']} ({card['memory.total']})" for card in cards)
    return Finding("GPU and driver", "ok", f"{names}, driver {cards[0]['driver_version']}")


def torch_gpu(cuda: Mapping[str, Any] | None, cards: list[dict[str, str]]) -> Finding:
    """Check whether torch can use the GPU."""
    if cuda is None:
        return Finding("torch with CUDA", "warn", "torch is not installed")
    if cuda["available"]:
        return Finding("torch with CUDA", "ok", f"built for CUDA {cuda['torch_built_for']}")
    if cuda["torch_built_for"] is None:
        advice = "Install torch from an index other than the CPU one." if cards else ""
        return Finding("torch with CUDA", "warn", "torch is built for the CPU only", advice)
    advice = "The driver may be too old for this CUDA version. Update it, or install torch built for an older version."
    return Finding(
        "torch with CUDA", "warn", f"built for CUDA {cuda['torch_built_for']}, but torch sees no GPU", advice
    )


def permission(parameters: str | None) -> Finding:
    """Check whether the driver parameters allow users to read GPU counters."""
    if parameters is None:
        return Finding("GPU counters", "warn", "no NVIDIA driver", "ncu requires a GPU. nsys does not.")
    restricted = any(line.replace(" ", "") == "RmProfilingAdminOnly:1" for line in parameters.splitlines())
    if restricted:
        return Finding(
            "GPU counters",
            "warn",
            "administrators only (other users get ERR_NVGPUCTRPERM)",
            "Run ncu as root, or set NVreg_RestrictProfilingToAdminUsers=0 for the nvidia kernel module and reload it.",
        )
    return Finding("GPU counters", "ok", "for all users")


def space(free_bytes: int) -> Finding:
    """Check whether the disk has room for a run."""
    found = f"{free_bytes / 1e9:.1f} GB free"
    if free_bytes < SPACE_BYTES:
        return Finding("disk", "warn", found, f"A full-size run may need {SPACE_BYTES / 1e9:.0f} GB. Free some space.")
    return Finding("disk", "ok", found)


def numbers(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a version, such as (0, 2, 11) for ``0.2.11+x``."""
    parts: list[int] = []
    for part in version.split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        parts.append(int(digits))
    return tuple(parts)


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return None


def _existing(folder: Path) -> Path:
    return next((parent for parent in (folder, *folder.absolute().parents) if parent.exists()), Path("/"))
