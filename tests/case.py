"""Query tests on one screen: a small trace, a query, and the whole expected answer as text."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import nsys_tools as nt
from nsys_tools.api.analysis import Analysis
from nsys_tools.formats import render
from nsys_tools.model.request import Request
from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.synthetic.builder import TraceBuilder, process_key, thread_key

PROCESS, THREAD, OTHER_THREAD = process_key(1), thread_key(1, 1), thread_key(1, 2)
LAUNCH, SYNC = "cudaLaunchKernel_v7000", "cudaStreamSynchronize_v3020"


def build(folder: Path, fill: Callable[[TraceBuilder], None]) -> Path:
    """Write a trace; `fill` adds the events."""
    path = folder / "case.sqlite"
    with TraceBuilder(path) as builder:
        fill(builder)
    return path


def launch(builder: TraceBuilder, at: int, start: int, end: int, *, name: str = "k", thread: int = THREAD) -> None:
    """Add a 2 ns API call at `at`, and the kernel that it launches."""
    correlation = builder.correlation(PROCESS)
    builder.call(thread, LAUNCH, at, at + 2, correlation)
    builder.kernel(PROCESS, name, start, end, correlation)


def opened(path: Path, request: Request | None = None, **given: Any) -> nt.Session:
    """Open a trace or run folder without the cache; `request` defines what it is compared with."""
    asked = request or Request("")
    return nt.open(
        path, model=asked.model, workload=asked.workload, set=asked.assignments, gpu=asked.gpu, dtype=asked.dtype,
        attention=asked.attention, **{"cache": False, **given},
    )  # fmt: skip


_KEPT: dict[Hashable, Analysis] = {}


def analyzed(path: Path, request: Request | None = None, **given: Any) -> Analysis:
    """Analyze a trace or run folder; repeated requests for the same file are answered from memory."""
    state = path.stat() if path.is_file() else None
    key = state and (path, state.st_mtime_ns, state.st_size, request, tuple(sorted(given.items())))
    if key is None or key not in _KEPT:
        with opened(path, request, **given) as session:
            found = session.analyze()
        if key is None:
            return found
        if len(_KEPT) >= 8:
            del _KEPT[next(iter(_KEPT))]
        _KEPT[key] = found
    return _KEPT[key]


def answer(
    path: Path,
    query: str,
    *columns: str,
    stages: list[tuple[str, str]] | None = None,
    tables: Mapping[str, Sequence[Sequence[Any]]] | None = None,
) -> str:
    """Return the answer as CSV, sorted if the query does not define an order.

    `stages` are names and patterns, `tables` the rows of session tables.
    """
    from nsys_tools.sources.stages import expression

    patterns = [(n, name, expression(pattern)) for n, (name, pattern) in enumerate(stages or [])]
    with open_trace(path, cache=False) as trace:
        for name, rows in {"stage_pattern": patterns, **(tables or {})}.items():
            trace.define(name, rows)
        result = trace.query(query)
        kept = [result.columns.index(column) for column in columns] or range(len(result.columns))
        rows = result.rows()
        if "unordered" in result.summary:
            rows.sort()
        rows_out = [[row[i] for i in kept] for row in rows]
        return render([result.columns[i] for i in kept], rows_out, "csv")


def text(expected: str) -> str:
    """Return an indented block of text without its indentation."""
    return textwrap.dedent(expected).strip("\n")
