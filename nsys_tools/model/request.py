"""What a measurement is compared with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Request:
    """What a measurement is compared with.

    Attributes
    ----------
    model
        A shipped model by name, or a path to a model JSON.
    workload, assignments
        A workload by name or path, and inputs such as ``seq_len=2048``; the model's defaults without them.
    gpu
        A GPU by name; ``auto`` uses the GPU recorded in the trace.
    dtype, attention
        Element type (the model's own when empty); ``full`` or ``causal``.
    batches
        Inputs of each batch of one execution, where they differ; `assignments` win over them.
    """

    model: str
    workload: str = ""
    assignments: tuple[str, ...] = ()
    gpu: str = "auto"
    dtype: str = ""
    attention: str = "full"
    batches: tuple[tuple[str, ...], ...] = ()
