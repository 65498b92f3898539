"""The ``nsys stats`` reports: names, old names, and required data. Rules are also reports."""

from __future__ import annotations

from dataclasses import dataclass

_KERNEL = ("nvtx-name", "base", "mangled")


@dataclass(frozen=True)
class Data:
    """A kind of data that reports use.

    Attributes
    ----------
    name
        Name in messages.
    queries
        Queries for the data. If none of them has rows, the trace lacks the data. If no queries are listed, a report
        without rows means that the trace lacks the data.
    """

    name: str
    queries: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wording:
    """The text that a rule prints above its rows. Names in braces, such as ``{gap}``, are placeholders for arguments.

    Attributes
    ----------
    rows
        What the rows represent.
    advice
        What to do about the rows.
    nothing
        The message if the trace has the data but the rule found nothing.
    """

    rows: str
    advice: str
    nothing: str


@dataclass(frozen=True)
class Report:
    """One report.

    Attributes
    ----------
    name
        The current nsys name, which is also the name of the query in ``queries/``.
    title
        Title above tables.
    data
        The kinds of data that the report requires. If any of them is missing, the report has no rows.
    aliases
        The report's names in older versions of nsys.
    arguments
        Arguments that can follow the name after a colon. The value of ``rows=N`` can be any integer within `BOUNDS`.
    table
        nsys table that is required. Without it, there is no result, even if the query has rows.
    limit
        Maximum number of rows, unless ``rows=N`` overrides it.
    area
        The folder of the report's query: ``stats`` or ``rule``.
    wording
        The text of a rule; None for an ``nsys stats`` report.
    """

    name: str
    title: str
    data: tuple[Data, ...]
    aliases: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    table: str = ""
    limit: int | None = None
    area: str = "stats"
    wording: Wording | None = None

    @property
    def query(self) -> str:
        """The documented query that the report runs."""
        return f"{self.area}_{self.name}"


@dataclass(frozen=True)
class Family:
    """The reports of a command.

    Attributes
    ----------
    word
        Word for a single report in messages.
    members
        The reports.
    listed_by
        The command that lists the reports.
    """

    word: str
    members: tuple[Report, ...]
    listed_by: str


_API = Data("CUDA API", ("_api_call",))
_KERN = Data("GPU kernel", ("_kernel",))
_MEM = Data("GPU memory operation")
_GPU = Data("GPU kernel or memory operation", ("_kernel", "copy", "memset"))
_API_GPU = Data("CUDA API, GPU kernel or memory operation")
_NVTX = Data("NVTX range", ("_range",))
_OSRT = Data("OS runtime")
_PUSH, _START = Data("NVTX range (push/pop)"), Data("NVTX range (start/end)")
_FAULT = Data("CUDA unified memory CPU page fault")
_EXECUTED, _HELD, _PROJECTED = (_API, _KERN), (_NVTX, _API, _KERN), (_NVTX, _API, _GPU)
_FAULTS = "CUDA_UM_CPU_PAGE_FAULT_EVENTS"

REPORTS: tuple[Report, ...] = (
    Report("cuda_api_gpu_sum", "CUDA Summary (API/Kernels/MemOps)", (_API_GPU,), ("apigpusum",), _KERNEL),
    Report("cuda_api_sum", "CUDA API Summary", (_API,), ("cudaapisum",)),
    Report("cuda_api_trace", "CUDA API Trace", (_API,), ("cudaapitrace",)),
    Report("cuda_gpu_kern_gb_sum", "CUDA GPU Kernel/Grid/Block Summary", (_KERN,), ("gpukerngbsum",), _KERNEL),
    Report("cuda_gpu_kern_sum", "CUDA GPU Kernel Summary", (_KERN,), ("gpukernsum",), _KERNEL),
    Report("cuda_gpu_mem_size_sum", "CUDA GPU MemOps Summary (by Size)", (_MEM,), ("gpumemsizesum",)),
    Report("cuda_gpu_mem_time_sum", "CUDA GPU MemOps Summary (by Time)", (_MEM,), ("gpumemtimesum",)),
    Report("cuda_gpu_sum", "CUDA GPU Summary (Kernels/MemOps)", (_GPU,), ("gpusum",), _KERNEL),
    Report("cuda_gpu_trace", "CUDA GPU Trace", (_GPU,), ("gputrace",), _KERNEL),
    Report("cuda_kern_exec_sum", "CUDA Kernel Launch & Exec Time Summary", _EXECUTED, ("kernexecsum",), _KERNEL),
    Report("cuda_kern_exec_trace", "CUDA Kernel Launch & Exec Time Trace", _EXECUTED, ("kernexectrace",), _KERNEL),
    Report("nvtx_gpu_proj_sum", "NVTX GPU Projection Summary", _PROJECTED),
    Report("nvtx_gpu_proj_trace", "NVTX GPU Projection Trace", _PROJECTED, ("nvtxgpuproj",), table="NVTX_EVENTS"),
    Report("nvtx_kern_sum", "NVTX Range Kernel Summary", _HELD, ("nvtxkernsum",), ("base", "mangled"), "NVTX_EVENTS"),
    Report("nvtx_pushpop_sum", "NVTX Push/Pop Range Summary", (_PUSH,), ("nvtxppsum",)),
    Report("nvtx_pushpop_trace", "NVTX Push/Pop Range Trace", (_PUSH,), ("nvtxpptrace",)),
    Report("nvtx_startend_sum", "NVTX Start/End Range Summary", (_START,), ("nvtxsesum",)),
    Report("nvtx_sum", "NVTX Range Summary", (_NVTX,), ("nvtxsum",)),
    Report("osrt_sum", "OS Runtime Summary", (_OSRT,), ("osrtsum",)),
    Report(
        "um_cpu_page_faults_sum",
        "Unified Memory CPU Page Faults Summary",
        (_FAULT,),
        ("umcpupagefaults",),
        table=_FAULTS,
    ),
    Report("um_sum", "Unified Memory Analysis Summary", (_FAULT,), ("unifiedmemory",), ("rows=N",), _FAULTS, 10),
    Report("um_total_sum", "Unified Memory Totals Summary", (_FAULT,), ("unifiedmemorytotals",), table=_FAULTS),
)
"""Every report, by name."""

STATS = Family("report", REPORTS, "nsys-tools stats --help-reports")

BOUNDS: dict[str, tuple[int, int]] = {
    "rows": (-1, 2**31), "start": (-(2**63), 2**63 - 1), "end": (-(2**63), 2**63 - 1), "process": (0, 2**31),
    "thread": (0, 2**31), "gap": (0, 10**9), "threshold": (0, 10**6), "chunks": (1, 1000),
}  # fmt: skip
"""The smallest and largest value of integer arguments."""

DEFAULT: tuple[str, ...] = (
    "nvtx_sum", "osrt_sum", "cuda_api_sum", "cuda_gpu_kern_sum", "cuda_gpu_mem_time_sum", "cuda_gpu_mem_size_sum",
    "um_sum", "um_total_sum", "um_cpu_page_faults_sum",
)  # fmt: skip
"""The reports on CUDA, NVTX and the OS runtime that ``nsys stats`` prints without ``--report``, in its order."""
