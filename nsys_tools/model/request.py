"""The model and settings that a measurement is compared with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Request:
    """The model and settings that a measurement is compared with.

    Attributes
    ----------
    model
        Name of a shipped model, or path of a model file.
    workload, assignments
        Name or path of a workload, and inputs such as ``seq_len=2048``. Other inputs have the model's defaults.
    gpu
        Name of a GPU; ``auto`` uses the GPU recorded in the trace.
    dtype, attention
        Number formats (the model's own if empty), and ``full`` or ``causal``.
    parallel
        Parallelism and the selected rank, as pairs such as ``("tp", 8)``.
    batches
        Inputs of each batch of one execution, if they differ. `assignments` override them.
    """

    model: str
    workload: str = ""
    assignments: tuple[str, ...] = ()
    gpu: str = "auto"
    dtype: str = ""
    attention: str = "full"
    parallel: tuple[tuple[str, int], ...] = ()
    batches: tuple[tuple[str, ...], ...] = ()
