"""The names of the reports of ``nsys stats``: what each is called, was called, and needs."""

from __future__ import annotations

from dataclasses import dataclass

_KERNEL = ("nvtx-name", "base", "mangled")


@dataclass(frozen=True)
class Report:
    """One report.

    Attributes
    ----------
    name
        nsys's name of today, and that of the query under ``queries/stats/``.
    title
        What tables of it are headed with.
    data
        What a trace that cannot answer it lacks.
    aliases
        Names that older versions of nsys use.
    arguments
        What can follow the name after a colon.
    table
        nsys table without which there is no answer even if the query has a row.
    limit
        Most rows, unless ``rows=N`` says otherwise.
    """

    name: str
    title: str
    data: str
    aliases: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    table: str = ""
    limit: int | None = None


_API, _GPU, _KERN = "CUDA API", "GPU kernel or memory operation", "GPU kernel"
_NVTX, _OSRT, _UM = "NVTX range", "OS runtime", "CUDA unified memory page fault"
_FAULTS = "CUDA_UM_CPU_PAGE_FAULT_EVENTS"

REPORTS: tuple[Report, ...] = (
    Report("cuda_api_gpu_sum", "CUDA API, kernels and memory operations", f"{_API} or {_GPU}", ("apigpusum",), _KERNEL),
    Report("cuda_api_sum", "CUDA API calls", _API, ("cudaapisum",)),
    Report("cuda_api_trace", "Trace of CUDA API calls", _API, ("cudaapitrace",)),
    Report("cuda_gpu_kern_gb_sum", "GPU kernels by grid and block", _KERN, ("gpukerngbsum",), _KERNEL),
    Report("cuda_gpu_kern_sum", "GPU kernels", _KERN, ("gpukernsum",), _KERNEL),
    Report("cuda_gpu_mem_size_sum", "GPU memory operations by size", "GPU memory operation", ("gpumemsizesum",)),
    Report("cuda_gpu_mem_time_sum", "GPU memory operations by time", "GPU memory operation", ("gpumemtimesum",)),
    Report("cuda_gpu_sum", "GPU kernels and memory operations", _GPU, ("gpusum",), _KERNEL),
    Report("cuda_gpu_trace", "Trace of GPU kernels and memory operations", _GPU, ("gputrace",), _KERNEL),
    Report("cuda_kern_exec_sum", "Kernel launch, queue and execution", _KERN, ("kernexecsum",), _KERNEL),
    Report("cuda_kern_exec_trace", "Trace of kernel launch, queue and execution", _KERN, ("kernexectrace",), _KERNEL),
    Report("nvtx_gpu_proj_sum", "NVTX ranges projected onto the GPU", _NVTX),
    Report("nvtx_gpu_proj_trace", "Trace of NVTX ranges projected onto the GPU", _NVTX, ("nvtxgpuproj",)),
    Report("nvtx_kern_sum", "Kernels by NVTX range", _NVTX, ("nvtxkernsum",), ("base", "mangled"), "NVTX_EVENTS"),
    Report("nvtx_pushpop_sum", "NVTX push/pop ranges", f"{_NVTX} (push/pop)", ("nvtxppsum",)),
    Report("nvtx_pushpop_trace", "Trace of NVTX push/pop ranges", f"{_NVTX} (push/pop)", ("nvtxpptrace",)),
    Report("nvtx_startend_sum", "NVTX start/end ranges", f"{_NVTX} (start/end)", ("nvtxsesum",)),
    Report("nvtx_sum", "NVTX ranges", _NVTX, ("nvtxsum",)),
    Report("osrt_sum", "OS runtime calls", _OSRT, ("osrtsum",)),
    Report("um_cpu_page_faults_sum", "Unified memory: CPU page faults", _UM, ("umcpupagefaults",), table=_FAULTS),
    Report("um_sum", "Unified memory by address", _UM, ("unifiedmemory",), ("rows=N",), _FAULTS, 10),
    Report("um_total_sum", "Unified memory, totals", _UM, ("unifiedmemorytotals",), table=_FAULTS),
)
"""Every report, by name."""

DEFAULT: tuple[str, ...] = (
    "nvtx_sum", "osrt_sum", "cuda_api_sum", "cuda_gpu_kern_sum", "cuda_gpu_mem_time_sum", "cuda_gpu_mem_size_sum",
    "um_sum", "um_total_sum", "um_cpu_page_faults_sum",
)  # fmt: skip
"""What ``nsys stats`` prints without ``--report``, of the reports about CUDA, NVTX and the OS runtime; in its order."""
