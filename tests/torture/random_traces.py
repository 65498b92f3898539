"""Random small traces with every edge case of the definitions, compared with `tests.torture.brute`."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

import duckdb

from nsys_tools.errors import NsysToolsError
from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.sources.stages import expression
from nsys_tools.synthetic.builder import START_END, TraceBuilder, process_key, thread_key
from tests.torture.brute.figures import Figures
from tests.torture.brute.trace import Row, Trace
from tests.torture.frame import Case, Fault, Section, Verdict

TRACES, CHUNK = 300, 3
LAST = 40
"""Times are 0 to this, so that starts and ends coincide often."""
LONG = "x" * 155
NAMES = ("a", "b", "c", "step 0", "step 1", "layers.4", "layers.5", "", LONG)
FUNCTIONS = (
    "cudaLaunchKernel_v7000",
    "cudaLaunchKernel_v9000",
    "cudaMemcpyAsync_v3020",
    "cudaStreamSynchronize_v3020",
    "cudaDeviceSynchronize_v3020",
)
STAGES: tuple[tuple[tuple[str, str], ...], ...] = (
    (),
    (("a", "a"), ("b", "b")),
    (("both", "a"), ("both", "b"), ("step", "step *")),
    (("top", "a"), ("below", "a/**"), ("c", "c")),
)
QUERIES = {
    "range": "name, start_ns, end_ns, is_open, depth, path",
    "attribution": "kind, o.start_ns, o.end_ns, call_ns, r.start_ns, r.rolled_path FROM attribution JOIN gpu_operation "
    "AS o USING (operation_id) LEFT JOIN range AS r USING (range_id)",
    "range_summary": "rolled_path, depth, instance_count, merged_count, operation_count, sum_ns, exclusive_count, "
    "exclusive_ns, wall_ns, median_wall_ns",
    "range_exclusive": "rolled_path, kind, operation_count, sum_ns",
    "range_unattributed": "reason, kind, operation_count, sum_ns, thread_count",
    "trace_conservation": "kind, operation_count, attributed_count, unattributed_count, difference_count, sum_ns, "
    "attributed_ns, unattributed_ns, difference_ns",
    "kernel_summary": "name, instance_count, sum_ns, median_ns, min_ns, max_ns",
    "api_summary": "name, waits, instance_count, sum_ns, median_ns, min_ns, max_ns",
    "copy_summary": "kind, source_memory, destination_memory, instance_count, moved_bytes, sum_ns, median_bytes",
    "stream_summary": "pid, gpu_id, stream_id, operation_count, kernel_count, sum_ns",
    "gpu_summary": "gpu_id, operation_count, span_ns, busy_ns, idle_ns, sum_ns",
    "gap_list": "gpu_id, start_ns, end_ns, cause, blocking_call, launch_delay_ns",
    "stage_gap": "stage, cause, blocking_call, gap_count, sum_ns",
    "stage_instance": "stage, path, start_ns, wall_ns, span_ns, busy_ns, sum_ns, idle_ns, operation_count, "
    "kernel_count, launch_count",
    "stage_summary": "stage, instance_count, wall_ns, span_ns, busy_ns, sum_ns, idle_ns, exclusive_count, "
    "exclusive_ns, operation_count, kernel_count, median_wall_ns",
    "kernel_class": "name, instance_count, sum_ns",
    "stage_class": "stage, name_count, instance_count, sum_ns",
    "stage_kernel": "stage, name, instance_count, sum_ns",
}
"""The columns of each query that the brute force gives, in its order."""


def write(path: Path, seed: int) -> Sequence[tuple[str, str]]:
    """Write the random trace for a seed; return the stages that it is read with."""
    dice = random.Random(seed)
    processes = [1] if dice.random() < 0.6 else [1, 2]
    threads = [(process, thread) for process in processes for thread in range(1, dice.choice((1, 1, 2)) + 1)]
    with TraceBuilder(path) as builder:
        if dice.random() < 0.05:
            _add_tower(builder, dice, thread_key(*threads[0]))
        for _ in range(dice.randint(0, 16)):
            _add_range(builder, dice, dice.choice(threads), threads)
        for _ in range(dice.randint(0, 14)):
            _add_call(builder, dice, dice.choice(threads))
        for _ in range(dice.randint(0, 16)):
            _add_operation(builder, dice, dice.choice(processes))
        if dice.random() < 0.5:
            _launch_everywhere(builder, *dice.choice(threads))
    if dice.random() < 0.3:
        _repeat_names(path)
    return dice.choice(STAGES)


def _interval(dice: random.Random) -> tuple[int, int]:
    """Return two times, sometimes of zero length, and rarely in the wrong order."""
    first, second = sorted((dice.randint(0, LAST), dice.randint(0, LAST)))
    kind = dice.random()
    return (first, first) if kind < 0.1 else (second, first) if kind < 0.15 else (first, second)


def _add_tower(builder: TraceBuilder, dice: random.Random, thread: int) -> None:
    """Nest ranges so deeply that paths exceed 4,000 characters."""
    for level in range(dice.randint(26, 32)):
        builder.range(thread, LONG, level // 3, 2 * LAST - level)


def _add_range(
    builder: TraceBuilder, dice: random.Random, thread: tuple[int, int], threads: Sequence[tuple[int, int]]
) -> None:
    start, end = _interval(dice)
    is_start_end = dice.random() < 0.3
    builder.range(
        thread_key(*thread), dice.choice(NAMES[:3] if dice.random() < 0.6 else NAMES), start,
        None if dice.random() < 0.08 else end, registered=dice.random() < 0.5, domain=dice.choice((0, 0, 1)),
        **({"event_type": START_END, "end_thread": thread_key(*dice.choice(threads))} if is_start_end else {}),
    )  # fmt: skip


def _add_call(builder: TraceBuilder, dice: random.Random, thread: tuple[int, int]) -> None:
    start, end = sorted((dice.randint(0, LAST), dice.randint(0, LAST)))
    builder.call(
        thread_key(*thread),
        dice.choice(FUNCTIONS),
        start,
        min(end, start + 6),
        dice.randint(0, 8),
    )


def _add_operation(builder: TraceBuilder, dice: random.Random, pid: int) -> None:
    start, end = _interval(dice)
    process, correlation = process_key(pid), max(0, dice.randint(-1, 8))
    place = {"device": dice.choice((0, 0, 1)), "stream": dice.choice((7, 7, 8))}
    kind = dice.choice(("kernel", "kernel", "kernel", "copy", "memset", "graph"))
    if kind == "kernel":
        builder.kernel(process, dice.choice(("f", "g", "h")), start, end, correlation, **place)
    elif kind == "copy":
        builder.copy(process, dice.choice((1, 2)), dice.randint(0, 99), start, end, correlation, **place)
    elif kind == "memset":
        builder.memset(process, dice.randint(0, 99), start, end, correlation, **place)
    else:
        builder.graph_run(process, 3, start, end, correlation, **place)


def _launch_everywhere(builder: TraceBuilder, pid: int, thread: int) -> None:
    """Launch a kernel of a different length at each instant of a thread, so that sums show which ranges are open."""
    for instant in range(LAST + 2):
        correlation = 100 + instant
        builder.call(thread_key(pid, thread), FUNCTIONS[0], instant, instant + 1, correlation)
        builder.kernel(process_key(pid), "everywhere", 3 * instant, 4 * instant, correlation, device=2)


def _repeat_names(path: Path) -> None:
    """Give the second process separate strings, as in traces of several processes."""
    with closing(sqlite3.connect(path)) as database:
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
        database.execute("INSERT INTO StringIds SELECT id + 1000, value FROM StringIds")
        for table, key, column in (
            ("RUNTIME", "globalTid", "nameId"), ("KERNEL", "globalPid", "demangledName"),
        ):  # fmt: skip
            if (name := f"CUPTI_ACTIVITY_KIND_{table}") in tables:
                database.execute(f"UPDATE {name} SET {column} = {column} + 1000 WHERE {key} >> 24 = 2")
        database.commit()


def differences(path: Path, stages: Sequence[tuple[str, str]]) -> list[str]:
    """Return a sentence for each query whose rows differ from the brute force result."""
    figures = Figures(Trace(path), stages)
    found = []
    with open_trace(path, cache=False) as trace:
        trace.define("stage_pattern", [(n, name, expression(pattern)) for n, (name, pattern) in enumerate(stages)])
        for query, columns in QUERIES.items():
            source = "" if " FROM " in columns else f" FROM {query}"
            rows: list[Row] = trace.sql(f"SELECT {columns}{source}").rows()
            expected = getattr(figures, query)()
            if Counter(rows) != Counter(expected):
                found.append(f"{query}: {_first_difference(rows, expected)}")
    return found


def _first_difference(rows: Sequence[Row], expected: Sequence[Row]) -> str:
    extra = sorted((Counter(rows) - Counter(expected)).elements(), key=repr)[:1]
    lacking = sorted((Counter(expected) - Counter(rows)).elements(), key=repr)[:1]
    return f"query {extra}, brute force {lacking}".replace(LONG, "x...")


def _chunk(seeds: Sequence[int], folder: Path) -> Verdict:
    faults = []
    for seed in seeds:
        path = folder / f"{seed}.sqlite"
        stages = write(path, seed)
        try:
            faults += [(Fault.WRONG_FIGURE, f"seed {seed}: {text}") for text in differences(path, stages)]
        except (NsysToolsError, duckdb.Error) as error:
            faults.append((Fault.CRASH, f"seed {seed}: {error}"))
    return Verdict("all figures equal" if not faults else "figures differ", tuple(faults))


def cases(seed: int, _: Path) -> list[Case]:
    """Return the cases, with a few traces each."""
    seeds = range(seed, seed + TRACES)
    return [
        Case(f"traces {chunk[0]} to {chunk[-1]}", partial(_chunk, chunk))
        for chunk in (seeds[n : n + CHUNK] for n in range(0, TRACES, CHUNK))
    ]


SECTION = Section("random_traces", "random traces against a brute force", cases)
