"""How much memory queries may take: what was asked for, or a share of what is free here."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from pathlib import Path

_SHARE = 0.6
_MEMINFO = Path("/proc/meminfo")
_GROUPS = (
    (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")),
    (
        Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
        Path("/sys/fs/cgroup/memory/memory.usage_in_bytes"),
    ),
)
"""Limit and use of a container, as version 2 and version 1 of control groups show them inside of it."""


@cache
def usual_limit() -> int | None:
    """Return 60 % of the bytes that are free, also within the limit of a container; None where nothing tells them.

    It is told once in a process, so that sessions which are open at a time do not shrink each other.
    """
    found = [free for free in (_of_machine(), *(_of_group(*files) for files in _GROUPS)) if free is not None]
    return int(min(found) * _SHARE) if found else None


def _of_machine() -> int | None:
    with suppress(OSError, ValueError, IndexError):
        for line in _MEMINFO.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def _of_group(limit: Path, used: Path) -> int | None:
    with suppress(OSError, ValueError):  # without a limit it says max
        return max(int(limit.read_text(encoding="ascii")) - int(used.read_text(encoding="ascii")), 0)
    return None
