"""The part of a trace to read, and the queries to read it with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Choice:
    """A selection of the data to read from an open trace.

    Attributes
    ----------
    window
        First and last nanosecond. Only events that overlap this window are read; None for all events.
    instead
        Replacement queries, by the name of the query that each one replaces. Both must have the same columns.
    queries
        The queries that will be run, if known. From nsys's tables, only the columns that these queries use are loaded.
        If another query is run later, the tables are reloaded with all columns.
    process
        The process (nsys's globalPid) whose events are read; None for all processes.
    """

    window: tuple[int, int] | None = None
    instead: Mapping[str, str] = field(default_factory=dict)
    queries: tuple[str, ...] = ()
    process: int | None = None
