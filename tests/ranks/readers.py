"""Readers for workers that do something other than read."""

from __future__ import annotations

import os
import signal
import time

from nsys_tools.api.parts import read
from nsys_tools.ranks.work import Part, Task


def dying(task: Task) -> list[Part]:
    """Read a trace; the process is killed in the middle of the second file."""
    found = read(task)
    if task.path.name == "node_001.sqlite":
        os.kill(os.getpid(), signal.SIGKILL)
    return found


def slow(task: Task) -> list[Part]:
    """Never end."""
    time.sleep(1_000)
    return []


def absent(task: Task) -> list[Part]:
    """Fail: cached results must not be read again."""
    raise AssertionError(f"{task.path} is read again")
