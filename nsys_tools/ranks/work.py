"""The work on one trace: the task and its results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

TOLD = "rank__told"
"""The query for the processes of a trace and their ranks, if the trace contains them."""


@dataclass(frozen=True)
class Given:
    """How to open each trace: the `nsys_tools.open` arguments with the same names.

    Attributes
    ----------
    threads
        DuckDB threads per trace; 0 for one per core.
    settings
        Rows of the ``setting`` table, which are parameters for queries.
    assets
        The user's asset folders.
    """

    stages: Path | None = None
    steps: str = "auto"
    cache: bool = True
    salvage: bool = False
    threads: int = 0
    settings: tuple[tuple[str, str], ...] = ()
    assets: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Task:
    """One trace to read.

    Attributes
    ----------
    path
        The trace.
    names
        The requested queries and nsys tables.
    by_process
        Whether each process with GPU work is treated as a separate rank. Otherwise, the whole trace is one rank.
    given
        Arguments for opening the trace.
    """

    path: Path
    names: tuple[str, ...]
    by_process: bool
    given: Given


@dataclass(frozen=True)
class Part:
    """The results for one rank.

    Attributes
    ----------
    process_id
        The process of the rank; None for the whole trace.
    tables
        The results by name, as Parquet files in memory, without nsys tables that the trace lacks.
    notes
        Caveats about the trace, one sentence each.
    """

    process_id: int | None
    tables: Mapping[str, bytes]
    notes: tuple[str, ...]


Reader = Callable[[Task], list[Part]]
"""Reads one trace; must be a module-level function, so that another process can import it by name."""
