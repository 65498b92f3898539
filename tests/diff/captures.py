"""Captures to compare: a small server that decodes, with steps named by vLLM, and edits of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import nsys_tools as nt
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import THREAD, build, launch

US = 1000
KERNELS = (("gemm_a", 300), ("softmax_kernel", 40), ("gemm_b", 500), ("elementwise_add", 20), ("elementwise_mul", 30))
"""Name and duration in us, in the order of a step."""


@dataclass(frozen=True)
class Server:
    """How a capture is made.

    Attributes
    ----------
    steps
        Number of decode steps.
    batch
        Requests per step.
    kernels
        Name and duration in us of the kernels in a step.
    idle
        Time in us after each kernel in which the GPU waits for the next launch.
    jitter
        Time in us added to the duration of each kernel of a step, by step number.
    """

    steps: int = 24
    batch: int = 8
    kernels: tuple[tuple[str, int], ...] = KERNELS
    idle: int = 10
    jitter: Callable[[int], float] = field(default=lambda step: (step * 7 % 5) * 0.2)

    def fill(self, builder: TraceBuilder) -> None:
        """Add the steps to a trace."""
        at = 1000 * US
        for step in range(self.steps):
            begin = at - 5 * US
            last = begin + 2 * US * len(self.kernels)
            builder.range(THREAD, f"execute_context_0(0)_generation_{self.batch}({self.batch})", begin, last)
            for n, (name, duration) in enumerate(self.kernels):
                end = at + int((duration + self.jitter(step)) * US)
                launch(builder, begin + 1 + 2 * US * n, at, end, name=name)
                at = end + self.idle * US

    def trace(self, folder: Path, name: str) -> Path:
        """Write the capture to a separate folder."""
        (folder / name).mkdir()
        return build(folder / name, self.fill)

    def baseline(self, folder: Path, name: str) -> Path:
        """Write the baseline of the capture, which is fast to read."""
        file = folder / f"{name}.json"
        nt.save_baseline(self.trace(folder, name), file, cache=False)
        return file
