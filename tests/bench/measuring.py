"""Measurement of one process: seconds, CPU seconds and peak memory."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Run:
    """One process: wall seconds, CPU seconds and peak memory in MB."""

    wall: float
    cpu: float
    peak: float

    def then(self, other: Run) -> Run:
        """Return this run followed by another one."""
        return Run(self.wall + other.wall, self.cpu + other.cpu, max(self.peak, other.peak))


# The peak of a process starts with that of its parent, which may be large, so a small process starts it.
_STARTER = """
import json, os, sys
pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(pid, 0)
with open(sys.argv[1], "w") as file:
    json.dump([os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000], file)
"""


def measured(command: Sequence[str], **environment: str) -> Run:
    """Run a command, given by its path, to completion and return the cost, including its children."""
    with tempfile.TemporaryFile() as said, tempfile.NamedTemporaryFile() as took:
        starter = [sys.executable, "-I", "-S", "-c", _STARTER, took.name]
        begin = time.perf_counter()
        subprocess.run([*starter, *command], stdout=said, stderr=said, env=os.environ | environment, check=True)
        wall = time.perf_counter() - begin
        code, cpu, peak = json.load(took)
        if code:
            said.seek(0)
            raise SystemExit(f"{command}: {said.read().decode()[-2000:]}")
    return Run(wall, cpu, peak)


def median(runs: Sequence[Run]) -> Run:
    """Return the run with the median wall time."""
    return sorted(runs, key=lambda run: run.wall)[len(runs) // 2]


def machine() -> str:
    """Describe the machine without naming it."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores ({model}), {memory:.0f} GB of memory, {platform.system()}, Python "
        f"{platform.python_version()}; load average {load:.1f} at the end."
    )
