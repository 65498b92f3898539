"""The memory that queries may use, as a fraction of the machine's or container's free memory, and the memory in use."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from functools import cache
from pathlib import Path

_SHARE = 0.6
_MEMINFO = Path("/proc/meminfo")
_STATM = Path("/proc/self/statm")
_GROUPS = (
    (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")),
    (
        Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
        Path("/sys/fs/cgroup/memory/memory.usage_in_bytes"),
    ),
)
"""Files with the memory limit and usage of a container, in versions 2 and 1 of control groups."""


_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(i?)B(?:ytes)?", re.IGNORECASE)


def bytes_of(size: str) -> float | None:
    """Return a memory size such as ``2GB`` or ``1.5 GiB`` in bytes, or None if the text is not a memory size."""
    found = _SIZE.fullmatch(size.strip())
    if found is None:
        return None
    number, prefix, binary = found.groups()
    unit: int = (1024 if binary else 1000) ** " KMGT".index(prefix.upper() or " ")
    return float(number) * unit


@cache
def usual_limit() -> int | None:
    """Return 60 % of the free memory in bytes, within a container's limit, or None if the free memory is unknown.

    The value is computed only once per process, so that concurrent sessions do not reduce each other's limits.
    """
    found = [free for free in (_of_machine(), *(_of_group(*files) for files in _GROUPS)) if free is not None]
    return int(min(found) * _SHARE) if found else None


def resident_bytes() -> int:
    """Return the memory in use by this process, or 0 if it is unknown."""
    with suppress(OSError, ValueError, IndexError):
        return int(_STATM.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def _of_machine() -> int | None:
    with suppress(OSError, ValueError, IndexError):
        for line in _MEMINFO.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def _of_group(limit: Path, used: Path) -> int | None:
    with suppress(OSError, ValueError):  # without a limit, the file contains "max"
        return max(int(limit.read_text(encoding="ascii")) - int(used.read_text(encoding="ascii")), 0)
    return None
