"""What a trace lacks, the ``nsys profile`` options that record it, and what else the trace contains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nsys_tools.session.database import Database

# Descriptions of recorded data that reports do not analyze, by table.
_BESIDES = {
    "COMPOSITE_EVENTS": "CPU samples",
    "SCHED_EVENTS": "context switches",
    "GPU_METRICS": "GPU metrics",
}
# A graph is captured once, usually during warm-up, and then replayed.
_BEFORE_CAPTURE = ", with recording started before graph capture (no --delay or --capture-range that skips the warm-up)"
# Tables whose times are about the recording, not about the program.
_OVERHEAD = {"ANALYSIS_DETAILS", "DIAGNOSTIC_EVENT", "ETW_PROVIDERS", "OSRT_API", "PROFILER_OVERHEAD"}


@dataclass(frozen=True)
class Missing:
    """A kind of data that was not recorded.

    Attributes
    ----------
    what
        What the trace lacks.
    costs
        What the data is needed for.
    option
        The ``nsys profile`` option that records it.
    """

    what: str
    costs: str
    option: str


def also_recorded(trace: Database, summary: dict[str, Any], os_calls: int) -> list[str]:
    """Return descriptions of what was recorded in addition to GPU operations, CUDA API calls and ranges.

    Parameters
    ----------
    trace
        The trace.
    summary
        The only row of the ``trace_summary`` query.
    os_calls
        Number of OS runtime calls in the trace.
    """
    found = [f"{os_calls:,} OS runtime call{'' if os_calls == 1 else 's'}"] if os_calls else []
    found += [words for table, words in _BESIDES.items() if trace.has_rows(table)]
    if found or summary["duration_ns"] is not None:
        return found
    # A trace that has only other events is not called empty.
    timed = [name for name, columns in trace.recorded.items() if columns.keys() & {"start", "timestamp"}]
    return [f"events in {name}" for name in sorted(timed) if name not in _OVERHEAD and trace.has_rows(name)]


def _of_graphs(trace: Database, summary: dict[str, Any]) -> list[Missing]:
    """Return what is missing for CUDA graphs: their kernels, or the layers of the kernels."""
    option = f"--cuda-graph-trace=node{_BEFORE_CAPTURE}"
    found = []
    if summary["graph_run_count"]:
        found.append(Missing("kernels inside CUDA graphs", "kernel names, times and layers", option))
    unknown = trace.sql("SELECT sum(operation_count) AS n FROM graph_layer WHERE reason = 'not recorded'").one()["n"]
    if unknown:
        costs = f"the layers of {unknown:,} operations inside CUDA graphs"
        found.append(Missing("CUDA graph node creation", costs, option))
    return found


def missing(trace: Database, summary: dict[str, Any]) -> list[Missing]:
    """Return what the trace lacks, with the most important data first.

    Parameters
    ----------
    trace
        The trace.
    summary
        The only row of the ``trace_summary`` query.
    """
    found = []
    if not summary["operation_count"]:
        found.append(Missing("GPU operations", "all GPU metrics", "--trace=cuda,nvtx"))
    if not summary["call_count"]:
        found.append(Missing("CUDA API calls", "attribution to ranges, and synchronization", "--trace=cuda,nvtx"))
    if not summary["range_count"]:
        found.append(
            Missing(
                "NVTX ranges",
                "stages and operators",
                "--trace=cuda,nvtx and ranges in the program: nvtx.annotate(), torch.cuda.nvtx.range(), "
                "torch.autograd.profiler.emit_nvtx()",
            )
        )
    found += _of_graphs(trace, summary)
    if summary["operation_count"] and not trace.has_rows("TARGET_INFO_GPU", "TARGET_INFO_CUDA_GPU"):
        found.append(
            Missing(
                "a description of the GPU",
                "comparison with the GPU's peaks",
                "a full export: nsys export -t sqlite",
            )
        )
    if not trace.has_rows("OSRT_API"):
        found.append(Missing("OS runtime calls", "CPU waits outside CUDA", "--trace=cuda,nvtx,osrt"))
    if not trace.has_rows("SCHED_EVENTS", "COMPOSITE_EVENTS"):
        found.append(
            Missing(
                "CPU samples and scheduling",
                "CPU activity during launch gaps",
                "--sample=process-tree --cpuctxsw=process-tree",
            )
        )
    if not trace.has_rows("GPU_METRICS"):
        found.append(Missing("GPU metrics", "tensor core and DRAM activity over time", "--gpu-metrics-devices=all"))
    return found
