"""Counters of ncu on their own: the queries ``counter_*`` without a trace to join."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from nsys_tools.analysis.analysis import Table
from nsys_tools.trace import Trace, catalogue, ncu, open_trace
from nsys_tools.trace.builder import TraceBuilder


@contextmanager
def alone(counters: Sequence[ncu.Counter]) -> Iterator[Trace]:
    """Give a trace that holds nothing but the session table ``counter``.

    Parameters
    ----------
    counters
        From `nsys_tools.trace.ncu.read`.
    """
    with tempfile.TemporaryDirectory(prefix="nsys-tools-") as folder:
        path = Path(folder) / "nothing.sqlite"
        with TraceBuilder(path):
            pass
        with open_trace(path, cache=False) as trace:
            ncu.apply(trace, counters)
            yield trace


def table(trace: Trace, name: str) -> Table:
    """Return the rows of a query, kept for showing.

    Parameters
    ----------
    trace
        With the session table ``counter``.
    name
        The query, such as ``counter_kernel``.
    """
    query = catalogue.find(name)
    frame = trace.query(name).pl()
    return Table(name, query.summary, query.columns, frame, len(frame))
