"""The parts of the benchmark: each returns the rows of its table."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nsys_tools.synthetic.large import Shape, build_large
from tests.bench import ours
from tests.bench.measuring import REPOSITORY, Run, measured, median
from tests.bench.peers import NsysAi, check_equal, nsys_stats
from tests.bench.traces import OPERATORS, PLAIN, RANKS, SHAPES, Place

REPORTS = ("cuda_gpu_kern_sum", "nvtx_sum", "nvtx_kern_sum", "nvtx_gpu_proj_sum")
TOGETHER = "the four together"
_SECONDS_PER_KERNEL = 4e-6
"""More than a generated trace takes per kernel."""
Rows = Iterator[list[str]]


@dataclass(frozen=True)
class Plan:
    """What is measured.

    Attributes
    ----------
    kernels, ranks, operators
        Sizes of the plain traces, and of traces with other shapes.
    each
        Size at which each nsys stats report is measured separately.
    nsys, nsys_up_to
        nsys to compare with, if any, and the largest size for it.
    nsys_ai, nsys_ai_up_to
        The same for nsys-ai.
    rounds, rounds_up_to
        Number of runs per median, and the largest size for it; larger traces run once.
    memory, memory_from
        Additional --memory setting for analyze, and the smallest size for it.
    """

    kernels: list[int]
    ranks: int
    operators: int
    each: int
    nsys: str
    nsys_up_to: int
    nsys_ai: NsysAi | None
    nsys_ai_up_to: int
    rounds: int
    rounds_up_to: int
    memory: str
    memory_from: int

    def times(self, count: int) -> int:
        """Return how many runs the median of a figure is based on."""
        return self.rounds if count <= self.rounds_up_to else 1


def stats(plan: Plan, place: Place) -> Rows:
    """Measure the reports of nsys stats, and nsys."""
    sizes = [(count, PLAIN) for count in plan.kernels]
    for count, shape in [*sizes, (plan.ranks, RANKS), (plan.operators, OPERATORS)]:
        nsys = plan.nsys if count <= plan.nsys_up_to else ""
        with place.trace(count, shape) as trace:
            alone = REPORTS if shape == PLAIN and count == plan.each else ()
            for what, names in [(TOGETHER, ",".join(REPORTS)), *((name, name) for name in alone)]:
                yield from _stats(count, shape, what, names, trace, place, nsys, plan)


def _stats(
    count: int, shape: Shape, what: str, names: str, trace: Path, place: Place, nsys: str, plan: Plan
) -> Rows:  # fmt: skip
    reference = nsys_stats(nsys, trace, names, place.work) if nsys else None
    size = f"{count:,}{SHAPES[shape]}"
    if reference:
        yield [size, what, "nsys", *_figures(reference), "", "", _each(reference, count)]
    rounds = []
    for _ in range(plan.times(count) if what == TOGETHER else 1):
        with place.cache() as cache:
            rounds.append([ours.stats(trace, names, place.work, cache) for _ in range(2)])
    for how, runs in zip(("cold", "warm"), zip(*rounds, strict=True), strict=True):
        run = median(runs)
        ratios = [f"{reference.wall / run.wall:.1f}", f"{reference.cpu / run.cpu:.1f}"] if reference else ["", ""]
        yield [size, what, how, *_figures(run), *ratios, _each(run, count)]
    if reference:
        check_equal(place.work, names)


def analyze(plan: Plan, place: Place) -> Rows:
    """Measure the report: cold, warm and repeated, with less memory, and nsys-ai."""
    for count in plan.kernels:
        times = plan.times(count)
        with place.trace(count) as trace:
            limits = ["", plan.memory] if count >= plan.memory_from else [""]
            contents = []
            for memory in limits:
                options = ["--memory", memory] if memory else []
                rounds = []
                for _ in range(times):
                    with place.cache() as cache:
                        rounds.append(_analyzed(trace, place.work, cache, *options))
                        contents.append(_contents(place.work / "report"))
                for how, runs in zip(("cold", "again", "warm"), zip(*rounds, strict=True), strict=True):
                    what = " ".join(["analyze", *options])
                    yield [f"{count:,}", what, how, str(times), *_line(median(runs), count)]
            if any(content != contents[0] for content in contents):
                raise SystemExit(f"Reports of {count:,} kernels differ between runs.")
            if plan.nsys_ai and count <= plan.nsys_ai_up_to:
                runs = plan.nsys_ai.runs(trace, place.work, count * _SECONDS_PER_KERNEL + 1)
                for how, run in runs.items():
                    yield [f"{count:,}", "nsys-ai", how, "1", *_line(run, count)]


def _analyzed(trace: Path, work: Path, cache: Path, *options: str) -> tuple[Run, Run, Run]:
    """Measure the report cold, repeated and warm; the folder contains the second one."""
    cold = ours.analyze(trace, work, cache, *options)
    warm = ours.analyze(trace, work, cache, "--top", "21", *options)
    return cold, ours.analyze(trace, work, cache, *options), warm


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def commands(plan: Plan, place: Place) -> Rows:
    """Measure commands other than the report."""
    asked: dict[str, Callable[[Path, Path, Path], Run]] = {
        "findings": ours.findings, "steps": ours.steps, "diff": ours.diff
    }  # fmt: skip
    with place.trace(plan.ranks, RANKS) as trace:
        size = f"{plan.ranks:,}{SHAPES[RANKS]}"
        for what, measure in {**asked, "analyze": ours.analyze}.items():
            yield from _twice(plan, place, size, what, lambda cache, do=measure: do(trace, place.work, cache))  # type: ignore[misc]
        (place.work / f"other-{trace.name}").unlink()
        cost = ours.cost_of_steps(trace)
        yield [size, "steps", "after the rest", "1", "", f"{cost:.2f}", "", f"{cost / plan.ranks * 1e6:.2f}"]
    with place.job(plan.ranks) as folder:
        size = f"{plan.ranks:,} in 8 files"
        workers = ("--workers", "2")
        yield from _twice(
            plan, place, size, "several traces", lambda cache: ours.analyze(folder, place.work, cache, *workers)
        )


def _twice(plan: Plan, place: Place, size: str, what: str, measure: Callable[[Path], Run]) -> Rows:
    """Measure a command cold, then warm."""
    times = plan.times(plan.ranks)
    rounds = []
    for _ in range(times):
        with place.cache() as cache:
            rounds.append([measure(cache) for _ in range(2)])
    for how, runs in zip(("cold", "warm"), zip(*rounds, strict=True), strict=True):
        yield [size, what, how, str(times), *_line(median(runs), plan.ranks)]


def small(plan: Plan, place: Place) -> Rows:
    """Measure the commands that users wait for on a small trace: help, nsys stats reports, and the report."""
    work = place.work
    trace = work / "small.sqlite"
    build_large(trace, 6_000)
    words = [sys.executable, "-m", "nsys_tools", "--help"]
    helped = median([measured(words, PYTHONPATH=str(REPOSITORY)) for _ in range(plan.rounds)])
    size = f"{trace.stat().st_size / 1e6:.1f} MB"
    yield ["nsys-tools --help", "", *_figures(helped)]
    for name in REPORTS:
        runs = [ours.stats(trace, name, work, work / f"stats{i}") for i in range(plan.rounds)]
        yield [f"stats, {name}, {size}", "cold", *_figures(median(runs))]
    for what, options in {"analyze": (), "analyze --format json": ("--format", "json")}.items():
        rounds = [_analyzed(trace, work, work / f"{what}{i}", *options) for i in range(plan.rounds)]
        for how, runs in zip(("cold", "again", "warm"), zip(*rounds, strict=True), strict=True):
            yield [f"{what}, {size}", how, *_figures(median(runs))]


def _figures(run: Run) -> list[str]:
    return [f"{run.wall:.2f}", f"{run.cpu:.2f}", f"{run.peak:.0f}"]


def _each(run: Run, count: int) -> str:
    return f"{run.cpu / count * 1e6:.2f}"


def _line(run: Run, count: int) -> list[str]:
    return [*_figures(run), _each(run, count)]
