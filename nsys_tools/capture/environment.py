"""The hardware, driver and software versions of a run. Environment variables, users and hosts are not recorded."""

from __future__ import annotations

import importlib
import importlib.util
import os
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

from nsys_tools import __version__, assets, tools

ENVIRONMENT_FORMAT = "nsys-tools environment 1"
PACKAGES = ("torch", "transformers", "nvtx", "numpy", "pillow", "duckdb")
GPU_FIELDS = (
    "name",
    "driver_version",
    "compute_cap",
    "memory.total",
    "clocks.max.sm",
    "clocks.max.memory",
    "clocks.current.sm",
    "clocks.current.memory",
    "power.limit",
    "mig.mode.current",
)


def collect(nsys: Path | None, ncu: Path | None) -> dict[str, Any]:
    """Return the content of ``env.json``. Values that cannot be determined are null.

    Parameters
    ----------
    nsys, ncu
        The tools, if installed.
    """
    return {
        "format": ENVIRONMENT_FORMAT,
        "nsys_tools": __version__,
        "git_commit": git_commit(),
        "gpus": gpus(),
        "cuda": torch_cuda(),
        "nsys": tools.version(nsys) if nsys else None,
        "ncu": tools.version(ncu) if ncu else None,
        "python": platform.python_version(),
        "packages": {name: package_version(name) for name in PACKAGES},
        "os": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cpu": cpu(),
    }


def gpus() -> list[dict[str, str]]:
    """Return what ``nvidia-smi`` reports for each GPU, with units, or an empty list without a driver."""
    text = tools.answer(["nvidia-smi", f"--query-gpu={','.join(GPU_FIELDS)}", "--format=csv,noheader"])
    rows = [[cell.strip() for cell in line.split(",")] for line in (text or "").splitlines() if line.strip()]
    return [dict(zip(GPU_FIELDS, row, strict=True)) for row in rows if len(row) == len(GPU_FIELDS)]


def torch_cuda() -> dict[str, Any] | None:
    """Return the CUDA version that torch was built for and whether torch sees a GPU, or None without torch."""
    if importlib.util.find_spec("torch") is None:
        return None
    torch: Any = importlib.import_module("torch")
    available = torch.cuda.is_available()
    return {
        "torch_built_for": torch.version.cuda,
        "available": available,
        "cudnn": torch.backends.cudnn.version() if available else None,
    }


def package_version(name: str) -> str | None:
    """Return the version of a package, or None if it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def git_commit() -> str | None:
    """Return the commit of this checkout, plus ``-dirty`` if files were modified, or None outside a checkout."""
    root = assets.root()
    if not (root / ".git").exists():
        return None
    commit = tools.answer(["git", "-C", str(root), "rev-parse", "HEAD"])
    changed = tools.answer(["git", "-C", str(root), "status", "--porcelain", "--untracked-files=no"])
    return None if commit is None else commit.strip() + ("-dirty" if changed else "")


def cpu() -> dict[str, Any]:
    """Return the CPU model and the number of cores that this process may use."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {"name": names[0] if names else None, "cores": cores}
