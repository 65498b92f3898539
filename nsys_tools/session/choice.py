"""Which part of a trace is read, and through which queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Choice:
    """A selection of the data that is read from an open trace.

    Attributes
    ----------
    window
        First and last nanosecond: only events that overlap this time; None for all events.
    instead
        Replacement queries, by the name of the query that each replaces; both have the same columns.
    queries
        The queries that will be run, if known: only the columns of nsys's tables that these queries use are loaded.
        If another query is run later, the tables are reloaded with all columns.
    process
        Only events of this process (nsys's globalPid); None for all processes.
    """

    window: tuple[int, int] | None = None
    instead: Mapping[str, str] = field(default_factory=dict)
    queries: tuple[str, ...] = ()
    process: int | None = None
