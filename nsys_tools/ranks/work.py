"""The work on one trace: what is asked, and what comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

TOLD = "rank__told"
"""The query that tells the processes of a trace, and what it says of their ranks."""


@dataclass(frozen=True)
class Given:
    """How each trace is opened: the arguments of `nsys_tools.open` of the same names.

    Attributes
    ----------
    threads
        Threads of DuckDB for one trace; 0 for as many as there are cores.
    settings
        Rows of the table ``setting``: what queries are told besides.
    assets
        The user's own asset folders.
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
        The queries, and nsys's own tables, that are wanted.
    by_process
        Whether each process with GPU work is a rank of its own; otherwise the trace is one.
    given
        How it is opened.
    """

    path: Path
    names: tuple[str, ...]
    by_process: bool
    given: Given


@dataclass(frozen=True)
class Part:
    """What the trace of one rank gave.

    Attributes
    ----------
    process_id
        The process that it is of; None for all of the trace.
    tables
        The answers by name, as Parquet files in memory. nsys's own tables that the trace lacks are missing.
    notes
        What a reader must know of the trace, a sentence each.
    """

    process_id: int | None
    tables: Mapping[str, bytes]
    notes: tuple[str, ...]


Reader = Callable[[Task], list[Part]]
"""Reads one trace; a function at the top of a module, so that another process can be told its name."""
