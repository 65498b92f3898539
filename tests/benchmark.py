"""Measure reports on large generated traces, and nsys beside them: ``python -m tests.benchmark`` (``make bench``).

A benchmark, no test: it writes ``reports/benchmark.md``, whose notes below the tables it keeps. Each figure is one
process from the shell, output to files; cold is an empty cache folder, warm the run after it.
"""

from __future__ import annotations

import argparse
import filecmp
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nsys_tools import tools
from nsys_tools.formats import render
from nsys_tools.synthetic.large import Shape, build_large

REPOSITORY = Path(__file__).parents[1]
TARGET = REPOSITORY / "reports" / "benchmark.md"
NOTES = "<!-- notes: written by hand, kept -->\n"
REPORTS = ("cuda_gpu_kern_sum", "nvtx_sum", "nvtx_kern_sum", "nvtx_gpu_proj_sum")
TOGETHER = "the four together"
ROUNDS = 3
PLAIN, RANKS, OPERATORS = Shape(), Shape(ranks=8), Shape(operators=True)
SHAPES = {PLAIN: "", RANKS: ", 8 ranks", OPERATORS: ", operators"}


@dataclass(frozen=True)
class Run:
    """One process: wall seconds, CPU seconds and peak memory in MB."""

    wall: float
    cpu: float
    peak: float


# The peak of a process begins with that of the one that started it, which may be large: so a small one starts it.
_STARTER = """
import json, os, sys
pid = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(pid, 0)
with open(sys.argv[1], "w") as file:
    json.dump([os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000], file)
"""


def measured(command: list[str], **environment: str) -> Run:
    """Run a command, given by its path, to its end and say what it took, its children included."""
    with tempfile.TemporaryFile() as said, tempfile.NamedTemporaryFile() as took:
        starter = [sys.executable, "-I", "-S", "-c", _STARTER, took.name]
        begin = time.perf_counter()
        subprocess.run([*starter, *command], stdout=said, stderr=said, env=os.environ | environment, check=True)
        wall = time.perf_counter() - begin
        code, cpu, peak = json.load(took)
        if code:
            said.seek(0)
            raise SystemExit(f"{command}: {said.read().decode()[-2000:]}")
    return Run(wall, cpu, peak)


def ours(trace: Path, reports: str, work: Path, cache: Path) -> Run:
    command = [sys.executable, "-m", "nsys_tools", "stats", str(trace), "-q", "-r", reports, "-f", "csv"]
    output = ["-o", str(work / "ours"), "--force-overwrite"]
    return measured(command + output, NSYS_TOOLS_CACHE=str(cache), PYTHONPATH=str(REPOSITORY))


def theirs(nsys: str, trace: Path, reports: str, work: Path) -> Run:
    command = [nsys, "stats", "-q", "-r", reports, "-f", "csv", "-o", str(work / "theirs")]
    return measured([*command, "--force-overwrite=true", "--force-export=false", str(trace)])


def cold_and_warm(trace: Path, reports: str, work: Path) -> tuple[Run, Run]:
    """Measure ours with an empty cache, and after that."""
    cache = work / "cache"
    found = ours(trace, reports, work, cache), ours(trace, reports, work, cache)
    shutil.rmtree(cache)
    return found


def median(runs: Sequence[Run]) -> Run:
    """Return the run in the middle by the clock."""
    return sorted(runs, key=lambda run: run.wall)[len(runs) // 2]


def analyzed(trace: Path, work: Path, cache: Path) -> Run:
    command = [sys.executable, "-m", "nsys_tools", "analyze", str(trace), "--out", str(work / "report"), "--force"]
    return measured(command, NSYS_TOOLS_CACHE=str(cache), PYTHONPATH=str(REPOSITORY))


def compared(trace: Path, cache: Path) -> Run:
    """Compare the trace with itself under another name, which is read as another trace."""
    other = trace.with_name("other.sqlite")
    if not other.exists():
        shutil.copy(trace, other)
    command = [sys.executable, "-m", "nsys_tools", "diff", str(trace), str(other)]
    return measured(command, NSYS_TOOLS_CACHE=str(cache), PYTHONPATH=str(REPOSITORY))


STEPS = """
import sys, time
import nsys_tools as nt
from nsys_tools.report.analysis import TABLES

with nt.open(sys.argv[1], cache=False) as session:
    for name in TABLES:
        if not name.startswith("step"):
            session.query(name, top=1000).rows()
    begin = time.process_time()
    session.query("step").rows()
    session.query("step_budget").rows()
    print(time.process_time() - begin)
"""


def cost_of_steps(trace: Path) -> float:
    """Return the CPU seconds of ``step`` and ``step_budget``, after all other tables of a report."""
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-c", STEPS, str(trace)]
    return float(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)


def check_equal(work: Path, reports: str) -> None:
    """Refuse to compare the speed of answers that differ."""
    for report in reports.split(","):
        own, other = (work / f"{side}_{report}.csv" for side in ("ours", "theirs"))
        if not filecmp.cmp(own, other, shallow=False):
            raise SystemExit(f"{report}: our file differs from that of nsys")


def row(count: int, shape: Shape, what: str, how: str, run: Run, reference: Run | None) -> list[str]:
    """Return a line of the table; ratios are nsys's time by ours."""
    ratio = f"{reference.wall / run.wall:.1f}" if reference else ""
    by_cpu = f"{reference.cpu / run.cpu:.1f}" if reference else ""
    each = run.cpu / count * 1e6
    return [
        f"{count:,}{SHAPES[shape]}",
        what,
        how,
        f"{run.wall:.2f}",
        f"{run.cpu:.2f}",
        f"{run.peak:.0f}",
        ratio,
        by_cpu,
        f"{each:.2f}",
    ]


def benchmark(count: int, shape: Shape, work: Path, nsys: str | None, *, each: bool, analyze: bool) -> list[list[str]]:
    """Build a trace of `count` kernels and measure on it."""
    trace = work / f"{count}.sqlite"
    build_large(trace, count, shape)
    rows = []
    reports = [(TOGETHER, ",".join(REPORTS))] + ([(name, name) for name in REPORTS] if each else [])
    for what, names in reports:
        reference = theirs(nsys, trace, names, work) if nsys else None
        if reference:
            rows.append(row(count, shape, what, "nsys", reference, None))
        times = ROUNDS if what == TOGETHER else 1
        rounds = [cold_and_warm(trace, names, work) for _ in range(times)]
        for how, runs in zip(("cold", "warm"), zip(*rounds, strict=True), strict=True):
            rows.append(row(count, shape, what, how, median(runs), reference))
        if reference:
            check_equal(work, names)
    if analyze:
        cache = work / "cache"
        rows += [row(count, shape, "analyze", how, analyzed(trace, work, cache), None) for how in ("cold", "warm")]
        shutil.rmtree(cache)
    if shape == RANKS:
        cost = cost_of_steps(trace)
        rows.append(row(count, shape, "step, step_budget", "after the rest", Run(0, cost, 0), None))
        rows += [row(count, shape, "diff of two", how, compared(trace, cache), None) for how in ("cold", "warm")]
        shutil.rmtree(cache)
        trace.with_name("other.sqlite").unlink()
    trace.unlink()
    return rows


def machine() -> str:
    """Describe the machine without naming it."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores ({model}), {memory:.0f} GB of memory, {platform.system()}, Python "
        f"{platform.python_version()}; load average {load:.1f} at the end."
    )


def small(work: Path) -> list[list[str]]:
    """Measure what a user waits for on a small trace: help, and a report."""
    trace = work / "small.sqlite"
    build_large(trace, 6_000)
    rows = []
    command = [sys.executable, "-m", "nsys_tools", "--help"]
    helped = median([measured(command, PYTHONPATH=str(REPOSITORY)) for _ in range(5)])
    rows.append(["nsys-tools --help", f"{helped.wall:.2f}", f"{helped.cpu:.2f}"])
    for name in REPORTS:
        cold = median([ours(trace, name, work, work / f"cache{i}") for i in range(ROUNDS)])
        rows.append([f"{name}, cold, {trace.stat().st_size / 1e6:.1f} MB", f"{cold.wall:.2f}", f"{cold.cpu:.2f}"])
    return rows


def page(rows: list[list[str]], quick: list[list[str]], notes: str) -> str:
    head = ["trace", "report", "run", "s", "CPU s", "peak MB", "x nsys", "x nsys by CPU", "CPU us a kernel"]
    return "\n".join(
        [
            "# Benchmark of nsys-tools stats", "",
            "Generated by `make bench` on traces of `nsys_tools/synthetic/large.py`, named by their kernels: 1.2 API",
            "calls and 0.2 nested ranges a kernel on one thread; *8 ranks*: the same shared out to eight processes at",
            "the same time; *operators*: 6.3 ranges a kernel, eight deep, as PyTorch's `emit_nvtx` makes them. Each",
            "line is one process, started from the shell, output to files; *nsys* is `nsys stats` on the same file in",
            "the same run, *cold* ours with an empty cache, *warm* ours after that; of the four together ours is the",
            "median of three. Both write the same bytes: a file that differs ends the benchmark. The ratios are nsys's",
            "seconds by ours: by the clock, and by CPU time, which other work on the machine disturbs less. *step,",
            "step_budget* is the CPU time of these two queries when all other tables of a report are there; *diff of",
            "two* compares two copies, each read by itself.", "",
            machine(), "", render(head, rows, "md"), "",
            "Medians on a small trace, from the shell:", "", render(["what", "s", "CPU s"], quick, "md"), "",
            NOTES + notes,
        ]
    )  # fmt: skip


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernels", type=int, nargs="+", default=[250_000, 1_000_000, 2_000_000, 8_000_000])
    parser.add_argument("--ranks", type=int, default=2_000_000, help="size of the trace of eight ranks")
    parser.add_argument("--operators", type=int, default=250_000, help="size of the trace of PyTorch's operators")
    parser.add_argument("--each", type=int, default=2_000_000, help="size at which each report is measured alone")
    parser.add_argument("--nsys", default="", help="the nsys to compare with; without it, the installed one")
    parser.add_argument("--nsys-up-to", type=int, default=8_000_000, help="largest size that nsys is run on")
    parser.add_argument("--analyze-up-to", type=int, default=2_000_000, help="largest size that analyze is run on")
    options = parser.parse_args()
    program = str(tools.find("nsys", options.nsys))
    runs = [(count, PLAIN) for count in options.kernels]
    runs += [(options.ranks, RANKS), (options.operators, OPERATORS)]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for count, shape in runs:
            nsys = program if count <= options.nsys_up_to else None
            plain = shape == PLAIN
            rows += benchmark(
                count, shape, Path(folder), nsys,
                each=plain and count == options.each, analyze=shape != OPERATORS and count <= options.analyze_up_to,
            )  # fmt: skip
            print(render(["trace", "report", "run", "s", "CPU s", "MB", "x", "x CPU", "us"], rows, "table"), flush=True)
        quick = small(Path(folder))
    before = TARGET.read_text(encoding="utf-8") if TARGET.is_file() else ""
    TARGET.write_text(page(rows, quick, before.partition(NOTES)[2]), encoding="utf-8")


if __name__ == "__main__":
    main()
