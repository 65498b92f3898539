"""Random programs, each a process with its own GPU: some repeat a step, some have no period."""

from __future__ import annotations

import random
from bisect import bisect
from dataclasses import dataclass
from itertools import pairwise

from nsys_tools.synthetic.builder import TraceBuilder, process_key, thread_key

LAUNCH, SYNC, ASYNC_COPY = "cudaLaunchKernel_v7000", "cudaStreamSynchronize_v3020", "cudaMemcpyAsync_v3020"
TO_GPU, TO_HOST = 1, 2


@dataclass(frozen=True)
class Kind:
    """The kind of launch: a kernel by name and grid, a copy to the GPU or host by its size, or a synchronization."""

    what: str
    number: int = 0
    duration: int = 0


class Program:
    """A process with sequential launches; every program has its own kernel names."""

    def __init__(self, builder: TraceBuilder, pid: int) -> None:
        self._builder = builder
        self._pid, self._process, self._thread = pid, process_key(pid), thread_key(pid, pid)
        self.now = self._free = 0

    def idle(self, duration: int) -> None:
        """Let the CPU do other work."""
        self.now += duration

    def run(self, kind: Kind, duration: int) -> int:
        """Launch, or wait if the kind is a synchronization; return the start on the GPU, or when the CPU continues."""
        builder, place = self._builder, {"device": self._pid}
        correlation = builder.correlation(self._process)
        if kind.what == "wait":
            until = max(self.now, self._free) + 900
            builder.call(self._thread, SYNC, self.now, until, correlation)
            self.now = until
            return until
        self.now += 2_000
        builder.call(
            self._thread, LAUNCH if kind.what == "kernel" else ASYNC_COPY, self.now, self.now + 1_500, correlation
        )
        start = max(self._free + 300, self.now + 4_000)
        self._free = start + duration
        if kind.what == "kernel":
            name, grid = f"kernel_{self._pid}_{kind.number}", (kind.number % 3 + 1, 1, 1)
            builder.kernel(self._process, name, start, self._free, correlation, grid=grid, **place)
        else:
            direction = TO_GPU if kind.what == "to GPU" else TO_HOST
            builder.copy(self._process, direction, 8 * kind.number + 8, start, self._free, correlation, **place)
        return start


def add_noise(builder: TraceBuilder, pid: int, dice: random.Random) -> None:
    """Add a program without a period: random kinds, few or many, at regular, Poisson-distributed or bursty times."""
    program = Program(builder, pid)
    kinds = [Kind("kernel", n, dice.randint(2_000, 60_000)) for n in range(dice.choice((1, 2, 3, 5, 12, 80)))]
    for what, most in (("to GPU", 4), ("to host", 4), ("wait", 1)):
        kinds += [Kind(what, n, dice.randint(1_000, 30_000)) for n in range(dice.randint(0, most))]
    weights = [dice.expovariate(1) + 0.05 for _ in kinds] if dice.random() < 0.5 else [1] * len(kinds)
    pause = dice.choice(("even", "Poisson", "bursts"))
    for _ in range(dice.choice((10, 25, 60, 150, 500))):
        kind = dice.choices(kinds, weights)[0]
        if pause == "Poisson":
            program.idle(int(dice.expovariate(1 / 20_000)))
        elif pause == "bursts" and dice.random() < 0.05:
            program.idle(dice.randint(100_000, 2_000_000))
        program.run(kind, max(500, int(kind.duration * dice.uniform(0.5, 1.5))))


def add_steps(builder: TraceBuilder, pid: int, dice: random.Random) -> list[int]:
    """Add a program that repeats a step of layers, cut off at both ends; return when each step begins on the GPU.

    Durations have 10 % jitter. Each step synchronizes, or copies to the host or the GPU. Many programs slow down over
    time.
    """
    program, layers = Program(builder, pid), dice.choice((1, 2, 6, 12))
    names = iter(range(99))
    head, layer, tail = (
        [Kind("kernel", next(names), dice.randint(3_000, 50_000)) for _ in range(dice.randint(least, 4))]
        for least in (1, 2, 1)
    )
    exchange = dice.choice(("to GPU", "to host", "wait"))
    ending = [Kind(exchange, 0, 5_000)] if exchange != "wait" else [Kind("wait")]
    step = [*head, *layer * layers, *tail, *ending]
    count, slower = dice.choice((7, 12, 25)), dice.choice((0, 0.01))
    begun = []
    for number in range(count):
        first = dice.randrange(len(step)) if number == 0 else 0
        last = dice.randint(1, len(step)) if number == count - 1 else len(step)
        begun.append(
            min(
                program.run(kind, int(kind.duration * (1 + slower * number) * dice.uniform(0.95, 1.05)))
                for kind in step[first:last]
            )
        )
        program.idle(dice.randint(5_000, 15_000))
    return begun


def steps_missed(begun: list[int], found: list[tuple[int, int]]) -> str:
    """Describe errors in the steps found: each must begin in a different actual step, and no whole step may be missing.

    A found step may begin at any place in the actual step if all do. Cuts at the start and the end of the capture can
    add or remove one step.
    """
    places = [bisect(begun, start) - 1 for start, _ in found]
    if not places:
        return "none found"
    if places != list(range(places[0], places[0] + len(places))):
        return f"steps begin in {places}"
    if any(end != start for (_, end), (start, _) in pairwise(found)):
        return "there is time between steps"
    if places[0] > 1 or places[-1] < len(begun) - 3:
        return f"steps {places[0]} to {places[-1]} of {len(begun)}"
    return ""
