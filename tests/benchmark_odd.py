"""Measure ``analyze`` on unusual traces: ``python -m tests.benchmark_odd [NAME ...]`` (``make bench-odd``).

This is a benchmark, not a test. It writes ``reports/benchmark-odd.md``. A real program can record each of these traces,
and each once took minutes or gigabytes. Times are those of one process with an empty cache.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from nsys_tools.formats import render
from nsys_tools.synthetic.builder import PUSH_POP, START_END, TraceBuilder, process_key, thread_key
from nsys_tools.synthetic.large import Shape, build_large
from tests.benchmark import REPOSITORY, machine, measured

TARGET = REPOSITORY / "reports" / "benchmark-odd.md"
_LIMIT_S = 300
_HEAD = ["trace", "MB", "wall (s)", "CPU (s)", "peak (GB)", "report (MB)"]
_PID = 4242
_PROCESS, _THREAD = process_key(_PID), thread_key(_PID, _PID)
_KERNEL_NS = 2_600
Rows = Iterator[tuple[Any, ...]]


def _launch(builder: TraceBuilder, count: int, name: Callable[[int], str], distinct: int) -> None:
    """Add consecutive kernels, each with the call that launches it; the names repeat after `distinct`."""
    call = builder.string("cudaLaunchKernel_v7000")
    names = [builder.string(name(i)) for i in range(distinct)]
    builder.extend(
        "KERNEL",
        ("start", "end", "deviceId", "contextId", "streamId", "correlationId", "globalPid", "demangledName",
         "shortName", "gridX", "gridY", "gridZ", "blockX", "blockY", "blockZ"),
        ((i * _KERNEL_NS + 3_000, i * _KERNEL_NS + 5_000, 0, 1, 7, i + 1, _PROCESS, names[i % distinct],
          names[i % distinct], 64, 1, 1, 128, 1, 1) for i in range(count)),
    )  # fmt: skip
    builder.extend(
        "RUNTIME",
        ("start", "end", "eventClass", "globalTid", "correlationId", "nameId", "returnValue"),
        ((i * _KERNEL_NS + 100, i * _KERNEL_NS + 2_100, 0, _THREAD, i + 1, call, 0) for i in range(count)),
    )


def _ranges(builder: TraceBuilder, rows: Rows) -> None:
    builder.extend("NVTX_EVENTS", ("start", "end", "eventType", "text", "globalTid", "domainId", "rangeId"), rows)


def requests(builder: TraceBuilder) -> None:
    """20,000 start/end ranges like the requests of a server, with 128 open at any time."""
    _launch(builder, 200_000, lambda i: f"kernel_{i}", 100)
    each = 200_000 * _KERNEL_NS // 20_000
    _ranges(builder, ((i * each, (i + 128) * each, START_END, f"request {i}", _THREAD, 0, i) for i in range(20_000)))


def crossing(builder: TraceBuilder) -> None:
    """5,000 start/end ranges that all cross each other, and 10,000 kernels."""
    _launch(builder, 10_000, lambda i: f"kernel_{i}", 100)
    end = 10_000 * _KERNEL_NS
    _ranges(builder, ((i, end + i, START_END, f"range {i}", _THREAD, 0, i) for i in range(5_000)))


def names(builder: TraceBuilder) -> None:
    """A million kernels with distinct names, as in generated code."""
    _launch(builder, 1_000_000, lambda i: f"triton_poi_fused_add_mul_{i}", 1_000_000)


def nested(builder: TraceBuilder) -> None:
    """5,000 nested levels on each of four threads, and 20,000 kernels."""
    _launch(builder, 20_000, lambda i: f"kernel_{i}", 100)
    end = 20_000 * _KERNEL_NS
    threads = [_THREAD, *(thread_key(_PID, _PID + number) for number in (1, 2, 3))]
    _ranges(builder, (
        (level, end - level, PUSH_POP, f"level {level}", thread, 0, None)
        for thread in threads for level in range(5_000)
    ))  # fmt: skip


def outermost(builder: TraceBuilder) -> None:
    """300,000 outermost ranges, each with a distinct name and its own kernel."""
    _launch(builder, 300_000, lambda i: f"kernel_{i}", 100)
    _ranges(builder, (
        (i * _KERNEL_NS, i * _KERNEL_NS + 2_500, PUSH_POP, f"call of {_word(i)}", _THREAD, 0, None)
        for i in range(300_000)
    ))  # fmt: skip


def _word(number: int) -> str:
    """Return a number as letters, which are not rolled up."""
    return "".join("abcdefghij"[int(digit)] for digit in str(number))


def no_kernel(builder: TraceBuilder) -> None:
    """5 million ranges with distinct names, as emit_nvtx writes them, and no kernels."""
    _ranges(builder, (
        (i * 1_000, i * 1_000 + 900, PUSH_POP, f"aten::linear, op_id = {i}", _THREAD, 0, None)
        for i in range(5_000_000)
    ))  # fmt: skip


SHAPES: dict[str, Callable[[TraceBuilder], None]] = {
    "requests": requests, "crossing": crossing, "names": names, "nested": nested, "outermost": outermost,
    "no-kernel": no_kernel,
}  # fmt: skip
LARGE = {
    "operators": (2_000_000, Shape(operators=True), "2 million kernels in 12.6 million ranges"),
    "ten-million": (10_000_000, Shape(), "10 million kernels"),
}


def build(name: str, path: Path) -> str:
    """Write a trace of the given shape and return its description."""
    if name in LARGE:
        count, shape, what = LARGE[name]
        build_large(path, count, shape)
        return what
    with TraceBuilder(path) as builder:
        SHAPES[name](builder)
    return (SHAPES[name].__doc__ or "").rstrip(".")


def measure(name: str) -> list[str]:
    """Return the table row for a shape."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        what = build(name, work / "trace.sqlite")
        size = f"{(work / 'trace.sqlite').stat().st_size / 1e6:,.0f}"
        command = ["/usr/bin/timeout", str(_LIMIT_S), sys.executable, "-m", "nsys_tools", "analyze"]
        arguments = [str(work / "trace.sqlite"), "--out", str(work / "report")]
        try:
            run = measured([*command, *arguments], NSYS_TOOLS_CACHE=str(work / "cache"), PYTHONPATH=str(REPOSITORY))
        except SystemExit:  # it was killed or failed
            return [what, size, f"no report in {_LIMIT_S}", "", "", ""]
        report = sum(file.stat().st_size for file in (work / "report").rglob("*") if file.is_file()) / 1e6
        return [what, size, f"{run.wall:.1f}", f"{run.cpu:.1f}", f"{run.peak / 1000:.2f}", f"{report:.1f}"]


def main() -> None:
    """Measure the named shapes, or all of them, and write the page if all were measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[[], *SHAPES, *LARGE], metavar="NAME")
    wanted = parser.parse_args().names or [*SHAPES, *LARGE]
    rows = []
    for name in wanted:
        rows.append(measure(name))
        print(render(_HEAD, rows[-1:], "csv"), flush=True)
    if len(wanted) == len(SHAPES) + len(LARGE):
        about = f"`make bench-odd`: `analyze` with an empty cache, one process each. {machine()}"
        TARGET.write_text(f"# Traces of odd shapes\n\n{about}\n\n{render(_HEAD, rows, 'md')}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
