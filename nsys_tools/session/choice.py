"""What of a trace is read, and through which queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Choice:
    """What is read in an open trace, when not all of it as it is.

    Attributes
    ----------
    window
        First and last nanosecond: only events that touch this time; None for all.
    instead
        A query by the name of the one that it stands in for; both have the same columns.
    queries
        The queries that will be asked, where that is known: of nsys's tables only the columns that they use are
        loaded. When others are asked after all, the tables are loaded again, whole.
    process
        Only events of this process (nsys's globalPid); None for all.
    """

    window: tuple[int, int] | None = None
    instead: Mapping[str, str] = field(default_factory=dict)
    queries: tuple[str, ...] = ()
    process: int | None = None
