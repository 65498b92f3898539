"""Find the traces that paths refer to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nsys_tools.errors import one_error
from nsys_tools.ranks.files import traces


@one_error
def find_traces(paths: Sequence[str | Path]) -> list[Path]:
    """Return the traces at the given paths, which can be files, folders of traces, or patterns like ``rank*.sqlite``.

    Raises
    ------
    NsysToolsError
        If a path or pattern does not match any trace, or two of them match the same trace.
    """
    return traces(paths)
