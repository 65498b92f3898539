"""Shared parts of the torture sections: cases, the processes that they start, and the definition of a fault.

A section is a module in this folder with a `SECTION`. A case gets a separate empty folder, does one harmful thing, and
returns a `Verdict`: what nsys-tools did, and every fault that it committed. It passes without faults.
"""

from __future__ import annotations

import hashlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

TIMEOUT_SECONDS = 120
"""A command over a small trace that takes longer than this hangs: the slowest takes a tenth of it."""


class Fault(StrEnum):
    """Events that must never happen; each is a column of the report."""

    TRACEBACK = "traceback"
    HANG = "hang"
    SILENT_LOSS = "silent loss"
    WRONG_FIGURE = "wrong figure"
    CHANGED_INPUT = "changed input"
    LOST_FILE = "lost file"
    LEFT_BEHIND = "left behind"
    RAW_NAME = "raw control character or markup"
    CRASH = "crash"
    EXIT_CODE = "exit code"


@dataclass(frozen=True)
class Verdict:
    """Result of a case: ``outcome`` is a word for the table, ``faults`` are pairs of fault and detail."""

    outcome: str
    faults: tuple[tuple[Fault, str], ...] = ()


@dataclass(frozen=True)
class Case:
    """One harmful action: ``run`` gets an empty folder and returns what happened."""

    name: str
    run: Callable[[Path], Verdict]


@dataclass(frozen=True)
class Section:
    """Cases of one kind. ``cases`` creates them from a seed; they can create shared files in ``folder``."""

    name: str
    title: str
    cases: Callable[[int, Path], Sequence[Case]]


@dataclass(frozen=True)
class Done:
    """How a process ended; ``returncode`` is None if it was stopped because it took too long."""

    arguments: tuple[str, ...]
    returncode: int | None
    stdout: str
    stderr: str
    seconds: float


def start(
    *arguments: str | Path, cwd: Path, cache: Path, environment: dict[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start ``nsys-tools`` in a separate process, with a cache folder and a TMPDIR below ``cwd`` unless given."""
    scratch = cwd / "tmp"
    scratch.mkdir(exist_ok=True)
    settings = {"NSYS_TOOLS_CACHE": str(cache), "TMPDIR": str(scratch), "COLUMNS": "100"} | (environment or {})
    return subprocess.Popen(
        [sys.executable, "-m", "nsys_tools", *map(str, arguments)], cwd=cwd, env=os.environ | settings,
        start_new_session=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def command(
    *arguments: str | Path, cwd: Path, cache: Path, environment: dict[str, str] | None = None, given: str = ""
) -> Done:
    """Run ``nsys-tools`` like `start`, and wait until it ends or hangs."""
    begin = time.perf_counter()
    process = start(*arguments, cwd=cwd, cache=cache, environment=environment)
    try:
        out, err = process.communicate(given.encode(), timeout=TIMEOUT_SECONDS)
        code: int | None = process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        code = None
    decoded = (text.decode(errors="backslashreplace") for text in (out, err))
    return Done(tuple(map(str, arguments)), code, *decoded, time.perf_counter() - begin)


def faults_of(done: Done, allowed: Iterable[int] = (0, 1, 2)) -> list[tuple[Fault, str]]:
    """Return faults that no command may have: a traceback, a hang, a crash, an undefined exit code."""
    faults = []
    told = f"{' '.join(done.arguments)}: {done.stderr[-300:]}"
    if "Traceback (most recent call last)" in done.stderr or re.search(
        r"^\w*duckdb\.\w*(Exception|Error)", done.stderr
    ):
        faults.append((Fault.TRACEBACK, told))
    if done.returncode is None:
        faults.append((Fault.HANG, told))
    elif done.returncode < 0:
        faults.append((Fault.CRASH, told))
    elif done.returncode not in set(allowed):
        faults.append((Fault.EXIT_CODE, f"{done.returncode}: {told}"))
    return faults


def digests(*paths: Path) -> dict[Path, str]:
    """Return a digest of each of these files and of each file in these folders, for comparison before and after."""
    files = [file for path in paths for file in ([path] if path.is_file() else sorted(path.rglob("*")))]
    return {file: hashlib.sha256(file.read_bytes()).hexdigest() for file in files if file.is_file()}


def changed(before: dict[Path, str]) -> list[tuple[Fault, str]]:
    """Return a fault for each file that is missing or has different bytes than before."""
    faults = []
    for file, digest in before.items():
        if not file.is_file():
            faults.append((Fault.LOST_FILE, file.name))
        elif hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            faults.append((Fault.CHANGED_INPUT, file.name))
    return faults
