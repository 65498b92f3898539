"""Counters of ncu on their own: the queries ``counter_*`` without a trace to join."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from nsys_tools.trace import Trace, ncu, open_trace
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
