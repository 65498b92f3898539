"""What a trace does not hold, and the option of ``nsys profile`` that would bring it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nsys_tools.trace import Trace


@dataclass(frozen=True)
class Missing:
    """Something that was not recorded.

    Attributes
    ----------
    what
        What the trace lacks.
    costs
        Which answers that takes away.
    option
        What to record with.
    """

    what: str
    costs: str
    option: str


def _rows(trace: Trace, *tables: str) -> bool:
    """Return whether one of nsys's tables exists and has a row."""
    present = [table for table in tables if table in trace.raw_tables]
    return any(trace.sql(f'SELECT 1 FROM raw."{table}" LIMIT 1').rows() for table in present)


def missing(trace: Trace, summary: dict[str, Any]) -> list[Missing]:
    """Return what is not in the trace, most important first.

    Parameters
    ----------
    trace
        The trace.
    summary
        The row of the query ``trace_summary``.
    """
    found = []
    if not summary["operation_count"]:
        found.append(Missing("GPU operations", "everything about the GPU", "--trace=cuda,nvtx"))
    if not summary["call_count"]:
        found.append(Missing("CUDA API calls", "which range launched what, and waits", "--trace=cuda,nvtx"))
    if not summary["range_count"]:
        found.append(
            Missing(
                "NVTX ranges",
                "stages and operators",
                "--trace=cuda,nvtx and ranges in the program: nvtx.annotate(), torch.cuda.nvtx.range(), "
                "torch.autograd.profiler.emit_nvtx()",
            )
        )
    if summary["graph_run_count"]:
        found.append(Missing("kernels inside CUDA graphs", "their names and times", "--cuda-graph-trace=node"))
    if summary["operation_count"] and not _rows(trace, "TARGET_INFO_GPU", "TARGET_INFO_CUDA_GPU"):
        found.append(
            Missing("a description of the GPU", "comparison with its peaks", "a full export: nsys export -t sqlite")
        )
    if not _rows(trace, "OSRT_API"):
        found.append(Missing("OS runtime calls", "what the CPU waited for outside CUDA", "--trace=cuda,nvtx,osrt"))
    if not _rows(trace, "SCHED_EVENTS", "COMPOSITE_EVENTS"):
        found.append(
            Missing(
                "CPU samples and scheduling",
                "what the CPU did in late launches",
                "--sample=process-tree --cpuctxsw=process-tree",
            )
        )
    if not _rows(trace, "GPU_METRICS"):
        found.append(Missing("GPU metrics", "tensor core and DRAM activity over time", "--gpu-metrics-devices=all"))
    return found
