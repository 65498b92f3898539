"""Measure jobs with many ranks on generated traces: ``python -m tests.benchmark_ranks`` (``make bench-ranks``).

This is a benchmark, not a test. It writes ``reports/benchmark-ranks.md``.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from nsys_tools.ranks.work import TOLD
from nsys_tools.synthetic.job import JobPlan, build_job
from tests.benchmark import REPOSITORY, Run
from tests.commands import BROWSER

TARGET = REPOSITORY / "reports" / "benchmark-ranks.md"
# Each step has as many collectives as a layer of a tensor-parallel model: two per 50 kernels.
BIG = JobPlan(files=64, processes=1, steps=5000, kernels=48, pinned=(5, 300_000))
SMALL = JobPlan(files=1000, processes=1, steps=3, pinned=(77, 200_000))


def _resident(root: int) -> float:
    """Return the memory of a process and its descendants in MB; shared pages count once per process."""
    parents, sizes = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(folder.name)], sizes[int(folder.name)] = int(fields[1]), int(fields[21])
    total = 0
    for one, size in sizes.items():
        above = one
        while above not in (0, root):
            above = parents.get(above, 0)
        total += size if above == root else 0
    return total * os.sysconf("SC_PAGE_SIZE") / 1e6


def measured(command: Sequence[str], **environment: str) -> Run:
    """Run a command to completion and return its time and the peak memory of all its processes together."""
    peaks = [0.0]
    done = threading.Event()
    begin = time.perf_counter()
    process = subprocess.Popen(
        command, env=os.environ | environment, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )

    def watch() -> None:
        while not done.wait(0.1):
            peaks.append(_resident(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    assert process.stderr is not None
    said = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    done.set()
    watcher.join()
    if process.returncode:
        raise SystemExit(f"{command}: {said[-2000:]}")
    return Run(time.perf_counter() - begin, usage.ru_utime + usage.ru_stime, max(peaks))


def analyze(traces: Path, out: Path, cache: Path, workers: int = 2) -> Run:
    command = [sys.executable, "-m", "nsys_tools", "analyze", str(traces), "--out", str(out), "--force"]
    return measured([*command, "--workers", str(workers)], NSYS_TOOLS_CACHE=str(cache))


def answers_of_one(trace: Path, cache: Path) -> Run:
    """Run the job's queries on a single trace: answers in memory, without a report."""
    names = (
        TOLD, "communication", "overlap", "gap_summary", "gpu_summary", "step", "step_budget", "rank__kernel",
        "rank__until",
    )  # fmt: skip
    code = (
        "import sys; from pathlib import Path; from nsys_tools.api.parts import read; "
        "from nsys_tools.ranks.work import Given, Task; "
        f"read(Task(Path(sys.argv[1]), {names}, True, Given(threads=1)))"
    )
    return measured([sys.executable, "-c", code, str(trace)], NSYS_TOOLS_CACHE=str(cache))


def opened(page: Path) -> float:
    """Return the seconds that a headless browser takes to start, open a page and print its text."""
    if BROWSER is None:
        return float("nan")
    begin = time.perf_counter()
    subprocess.run(
        [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", page.as_uri()],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, timeout=120,
    )  # fmt: skip
    return time.perf_counter() - begin


def big(folder: Path, files: int) -> list[str]:
    """Measure 64 traces of 250,000 kernels each; return lines of the report."""
    plan = JobPlan(**{**BIG.__dict__, "files": files})
    job = build_job(_folder(folder, "big"), plan)
    size = sum(path.stat().st_size for path in job.paths) / 1e6
    cache = folder / "cache"
    cold = analyze(job.paths[0].parent, folder / "out", cache)
    warm = [analyze(job.paths[0].parent, folder / "out", cache) for _ in range(3)]
    sample = job.paths[:: max(files // 8, 1)][:8]
    alone = [answers_of_one(path, folder / f"alone-{n}") for n, path in enumerate(sample)]
    single = sum(run.cpu for run in alone) / len(alone) * files
    kernels = plan.steps * (plan.kernels + 2)
    busy = cold.cpu / cold.wall / 2
    return [
        f"## {files} traces of {kernels:,} kernels, {size:,.0f} MB", "",
        "| run | wall s | CPU s | both cores busy | peak memory of all processes, MB |",
        "|:--|--:|--:|--:|--:|",
        f"| `analyze --workers 2`, cold | {cold.wall:.1f} | {cold.cpu:.1f} | {busy:.0%} | {cold.peak:,.0f} |",
        f"| again (median of three) | {median(run.wall for run in warm):.2f} | {median(run.cpu for run in warm):.2f} | "
        f"| {max(run.peak for run in warm):,.0f} |",
        f"| {files} single runs (mean of {len(alone)} of them, times {files}) | | {single:.1f} | | "
        f"{max(run.peak for run in alone):,.0f} each |",
        "", f"CPU time of the cold run over that of {files} single runs that give the same answers, a process each and "
        f"one thread: **{cold.cpu / single:.2f}**.", "",
    ]  # fmt: skip


def small(folder: Path, files: int) -> list[str]:
    """Measure 1,000 small ranks; return lines of the report."""
    job = build_job(_folder(folder, "small"), JobPlan(**{**SMALL.__dict__, "files": files}))
    out, cache = folder / "page", folder / "cache-small"
    cold = analyze(job.paths[0].parent, out, cache)
    warm = analyze(job.paths[0].parent, out, cache)
    page = out / "report.html"
    times = sorted(opened(page) for _ in range(3))
    return [
        f"## {files:,} small ranks", "",
        "| run | wall s | CPU s | peak memory of all processes, MB |", "|:--|--:|--:|--:|",
        f"| `analyze --workers 2`, cold | {cold.wall:.1f} | {cold.cpu:.1f} | {cold.peak:,.0f} |",
        f"| again | {warm.wall:.1f} | {warm.cpu:.1f} | {warm.peak:,.0f} |", "",
        f"The page has {page.stat().st_size / 1e6:.2f} MB. A headless Chromium starts, opens it and prints its text in "
        f"{times[1]:.2f} s (median of three).", "",
    ]  # fmt: skip


def _folder(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir()
    return folder


def main() -> None:
    """Measure and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=BIG.files, help="big traces")
    parser.add_argument("--small", type=int, default=SMALL.files, help="small traces")
    parser.add_argument("--part", choices=("big", "small"), help="measure only this part, and keep the other")
    given = parser.parse_args()
    kept = TARGET.read_text(encoding="utf-8").split("\n## ")[1:] if given.part else []
    with tempfile.TemporaryDirectory(prefix="nsys-tools-bench-") as scratch:
        parts = big(Path(scratch), given.files) if given.part != "small" else [f"## {kept[0]}"]
        parts += small(Path(scratch), given.small) if given.part != "big" else [f"## {kept[1]}".rstrip("\n"), ""]
    head = [
        "# Benchmark of many ranks", "",
        "Generated by `make bench-ranks` on traces of `nsys_tools/synthetic/job.py`. Each line is one command, started",
        "from the shell, with all processes that it starts.", "",
        f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}; load average "
        f"{os.getloadavg()[0]:.1f} at the end.", "",
    ]  # fmt: skip
    TARGET.write_text("\n".join([*head, *parts]), encoding="utf-8")


if __name__ == "__main__":
    main()
