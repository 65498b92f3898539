"""What a process that answers others may take."""

from __future__ import annotations

from contextlib import AbstractContextManager

from nsys_tools.errors import one_error
from nsys_tools.session.connection import limit_memory as limit_connections
from nsys_tools.session.limits import Limits, check_size


@one_error
def time_limit(seconds: float) -> AbstractContextManager[None]:
    """Return a block in which sessions are given up after some seconds; one such block at a time in a process.

    Raises
    ------
    NsysToolsError
        At the end of what takes longer.
    """
    return Limits(seconds=seconds).hold()


@one_error
def limit_memory(size: str) -> None:
    """Have each session that is opened from now on use so much memory at most for its queries, as in ``2GB``."""
    if size:
        check_size(size, "memory")
    limit_connections(size.strip())
