"""Locate nsys and ncu, and read their versions."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import platformdirs

from nsys_tools.errors import NsysToolsError

HINTS = {
    "nsys": "Download it from https://developer.nvidia.com/nsight-systems. On Debian and Ubuntu, run "
    "capture/install-nsys.sh from the repository, which pip installs as nsys_tools/_assets/capture/install-nsys.sh. "
    "Neither method requires a GPU. If nsys is not on the PATH, use --nsys-path PATH with capture and doctor.",
    "ncu": "ncu is part of the CUDA Toolkit and Nsight Compute (https://developer.nvidia.com/nsight-compute). "
    "If it is not on the PATH, use --ncu-path PATH. A capture without --ncu does not require ncu.",
}


def find(tool: str, given: str = "") -> Path:
    """Return the path of ``nsys`` or ``ncu``.

    The search order is the given path, PATH, the location used by ``install-nsys.sh``, and the CUDA toolkit.

    Raises
    ------
    NsysToolsError
        If the tool is not found.
    """
    if given:
        path = shutil.which(given)
        if path is None:
            raise NsysToolsError(f"{given} is not an {tool} executable.", HINTS[tool])
        return Path(path).absolute()
    installed = platformdirs.user_data_path("nsys-tools") / tool / "bin" / tool
    for candidate in (tool, str(installed), f"/usr/local/cuda/bin/{tool}"):
        path = shutil.which(candidate)
        if path is not None:
            return Path(path).absolute()
    raise NsysToolsError(f"{tool} is not installed.", HINTS[tool])


def answer(command: Sequence[str], timeout_s: float = 30.0) -> str | None:
    """Return the output of a short command, or None if it cannot be run or fails."""
    try:
        done = subprocess.run(
            list(command), capture_output=True, text=True, timeout=timeout_s, check=True, errors="replace"
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout


def version(tool: Path) -> str | None:
    """Return the version that ``--version`` prints, such as ``2023.4.4.54``, or None if it is unknown."""
    found = re.search(r"\d{4}\.\d+(?:\.\d+)*", answer([str(tool), "--version"]) or "")
    return found[0] if found else None
