"""A generated run of a model that is slower than the roofline in known ways: a reference for sums.

One thread launches the operations of the model's schedule, and one stream runs them. Products take 1.5 times their
roofline time, all other operations 3 times. The CPU lets the stream go idle before each phase and step. A launch takes
1.5 us, every fifth one 5 us more. Every third operation waits 25 ns for another reason although it was launched in
time.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nsys_tools.model import architecture, database, gpus
from nsys_tools.model.schedule import Enter, Leave, Operation, schedule
from nsys_tools.model.settings import settings
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import LAUNCH, PROCESS, THREAD


@dataclass
class Made:
    """The known parts of a module's time in a stage, summed over its operations."""

    count: int = 0
    roofline_ns: float = 0
    busy_ns: int = 0
    late_ns: int = 0
    queued_ns: int = 0


class _Machine:
    """A CPU thread and a stream; both clocks in ns."""

    def __init__(self, builder: TraceBuilder) -> None:
        self.builder = builder
        self.cpu = self.gpu = 1_000_000
        self.count = 0

    def run(self, operation: Operation, made: Made) -> None:
        """Launch an operation, run it, and record its cost."""
        self.cpu += 5_000 if self.count % 5 == 0 else 0
        correlation = self.builder.correlation(PROCESS)
        called, self.cpu = self.cpu, self.cpu + 1_500
        self.builder.call(THREAD, LAUNCH, called, self.cpu, correlation)
        late = max(self.cpu - self.gpu, 0)
        queued = 25 if not late and self.count % 3 == 0 else 0
        start = self.gpu + late + queued
        duration = round(operation.duration_ns * (1.5 if operation.entry == "linear" else 3)) + 2
        self.builder.kernel(PROCESS, f"slow::{operation.entry}", start, start + duration, correlation)
        self.gpu = start + duration
        made.count += 1
        made.roofline_ns += operation.duration_ns
        made.busy_ns += duration
        if self.count:  # there is no gap before the first one
            made.late_ns += late
            made.queued_ns += queued
        self.count += 1


def write(path: Path, model_name: str, gpu: str, *assignments: str) -> dict[tuple[str, str], Made]:
    """Write the run; return the known parts by innermost stage of ``capture/stages.toml`` and module."""
    model, card = architecture.load(model_name), gpus.load(gpu)
    events = schedule(model, database.load(), settings(model, assignments=assignments, gpu=gpu))
    truth: dict[tuple[str, str], Made] = {}
    with TraceBuilder(path) as builder:
        builder.gpu(
            card.trace_names[0], sm_count=card.sm_count, clock_hz=int(card.boost_clock_hz), memory=card.memory_bytes,
            bandwidth=int(card.bytes_per_s),
        )  # fmt: skip
        machine = _Machine(builder)
        opened: list[tuple[str, int]] = []
        ranges: list[tuple[str, int, int]] = []
        for event in events:
            match event:
                case Enter(name=name):
                    if len(opened) < 2 and "." not in name:
                        machine.cpu = max(machine.cpu, machine.gpu)
                    opened.append((name, machine.cpu))
                case Operation():
                    stages = [name.partition(" ")[0] for name, _ in opened[:2]]
                    stage = "step" if "step" in stages else stages[0]
                    machine.run(event, truth.setdefault((stage, event.name), Made()))
                case Leave():
                    machine.cpu += 1
                    name, start = opened.pop()
                    ranges.append((name, start, machine.cpu))
        for name, start, end in sorted(ranges, key=lambda one: (one[1], -one[2])):
            builder.range(THREAD, name, start, end)
    return truth
