"""Limits on time and memory for a process that serves requests."""

from __future__ import annotations

from contextlib import AbstractContextManager

from nsys_tools.errors import one_error
from nsys_tools.session.limits import Limits, check_size
from nsys_tools.session.memory_limit import limit_memory as limit_connections


@one_error
def time_limit(seconds: float) -> AbstractContextManager[None]:
    """Return a context manager that stops queries after `seconds`. Only one can be active per process at a time.

    Raises
    ------
    NsysToolsError
        If the block took longer than `seconds`. The error is raised at the end of the block.
    """
    return Limits(seconds=seconds).hold()


@one_error
def limit_memory(size: str) -> None:
    """Limit the memory for queries, for example to ``2GB``, in all sessions opened after this call."""
    if size:
        check_size(size, "memory")
    limit_connections(size.strip())
