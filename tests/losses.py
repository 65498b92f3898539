"""A run of a model with known losses: kernels slower than their roofline, on a CPU that launches one by one."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from nsys_tools.model import architecture, database, gpus
from nsys_tools.model.schedule import Enter, Leave, Operation, schedule
from nsys_tools.model.settings import settings
from nsys_tools.trace.builder import TraceBuilder
from nsys_tools.trace.timeline import Timeline

# Ranges that `make capture` opens under the names of stages.
STAGES = {"model.sam_model": "sam", "model.vision_model": "clip", "model.projector": "projector"}
SLOWER = 1.2, 1.5, 2.0, 3.0
FUSED = "LayerNorm", "RMSNorm", "add", "SiLU", "GELU", "mul"
CPU_NS = 9_000  # between two launches: about what an eager framework takes


def lossy(path: Path, model: str, gpu: str, *assignments: str, stages: dict[str, str] | None = None) -> Path:
    """Write the run: kernel n takes its roofline time times the n-th factor of `SLOWER`, those of `FUSED` half of it.

    Each launch takes the CPU `CPU_NS` and what the timeline takes for a call, so that short kernels starve the GPU;
    it is drained where a phase ends.
    """
    found, card = architecture.load(model), gpus.load(gpu)
    chosen = settings(found, assignments=assignments, gpu=gpu)
    names = STAGES if stages is None else stages
    with TraceBuilder(path) as builder:
        builder.gpu(
            card.trace_names[0], sm_count=card.sm_count, clock_hz=int(card.boost_clock_hz), memory=card.memory_bytes,
            bandwidth=int(card.bytes_per_s),
        )  # fmt: skip
        line = Timeline(builder)
        opened: list[ExitStack] = []
        count = 0
        for event in schedule(found, database.load(), chosen):
            match event:
                case Enter(name=name):
                    opened.append(ExitStack())
                    opened[-1].enter_context(line.range(names.get(name, name)))
                case Operation(entry=entry, class_name=kind, duration_ns=duration):
                    count += 1
                    factor = 0.5 if kind in FUSED else SLOWER[count % len(SLOWER)]
                    line.compute(CPU_NS)
                    line.kernel(f"{entry}_{kind}", max(2, round(duration * factor)))
                case Leave():
                    if len(opened) == 1:
                        line.synchronize()
                    opened.pop().close()
    return path
