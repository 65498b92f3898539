"""Traces in which a rule on steps fires."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import PROCESS, SYNC, THREAD, launch
from tests.findings.case import US, case


def steps(b: TraceBuilder, walls: Sequence[int], idle: int, *, kernels: int = 1, begin: int = 0) -> None:
    """Add steps with the given time from start to start on the GPU, and the launch gap at the end of each; in us.

    The kernels of a step run back to back and are launched at its beginning.
    """
    at = begin * US
    for number, wall in enumerate(walls):
        b.range(THREAD, f"step {number}", at, at + kernels * 10 + 10)
        busy = (wall - idle) * US // kernels
        for k in range(kernels):
            launch(b, at + 10 * k, at + 10 * US + k * busy, at + 10 * US + (k + 1) * busy, name=f"k{k}")
        at += wall * US


@case("launch_bound_step", 180 * US, partial(steps, walls=[200] * 5, idle=47), steps="step *")
def launch_bound_step(b: TraceBuilder) -> None:
    """Idle for 4 x 50 of 950 us, 5 us of each for its range; 4 x 47 of 953 are less than a fifth."""
    steps(b, [200] * 5, 50)


@case("repeated_sequence", 9 * (100_000 - 250), partial(steps, walls=[200] * 10, idle=100, kernels=19), steps="step *")
def repeated_sequence(b: TraceBuilder) -> None:
    """20 kernels each; one range for 20 launches costs 250 ns per launch."""
    steps(b, [200] * 10, 100, kernels=20)


def copies(b: TraceBuilder, count: int) -> None:
    """Add steps that copy 100 bytes to the host and wait for them; the GPU is idle for 48 us between two steps."""
    for number in range(count):
        at = number * 100 * US
        b.range(THREAD, f"step {number}", at, at + 70 * US)
        launch(b, at, at + 10 * US, at + 60 * US)
        correlation = b.correlation(PROCESS)
        b.call(THREAD, "cudaMemcpyAsync_v3020", at + 10, at + 12, correlation)
        b.copy(PROCESS, 2, 100, at + 60 * US, at + 62 * US, correlation, source=2, destination=1)
        b.call(THREAD, SYNC, at + 20, at + 63 * US, b.correlation(PROCESS))


@case("copy_every_step", 9 * 48 * US, partial(copies, count=9), steps="step *")
def copy_every_step(b: TraceBuilder) -> None:
    copies(b, 10)


@case("outlier_step", 100 * US, partial(steps, walls=[200] * 12, idle=10), steps="step *")
def outlier_step(b: TraceBuilder) -> None:
    steps(b, [200] * 6 + [300] + [200] * 5, 10)


@case("warmup_step", 101 * US, partial(steps, walls=[300, 200, 200, 200], idle=10), steps="step *")
def warmup_step(b: TraceBuilder) -> None:
    steps(b, [301, 200, 200, 200], 0)


@case("idle_before_steps", 90 * US, steps="step *")
def idle_before_steps(b: TraceBuilder) -> None:
    launch(b, 0, 10 * US, 20 * US)
    steps(b, [200] * 3, 0, begin=100)
