"""The expert rules of ``nsys analyze``: what each looks for, takes, and says.

A rule is a report: the documented query ``queries/rule/<rule>.sql``, written as the reports of ``nsys stats`` are. What
stands behind it is that of the recipe of the same name.
"""

from __future__ import annotations

from nsys_tools.stats.recipes import named
from nsys_tools.stats.reports import Data, Family, Report, Wording
from nsys_tools.stats.requests import Request, parse_request
from nsys_tools.stats.window import between

_CALL = Data("CUDA API", ("rule__call",))
_COPY, _MEMSET = Data("CUDA memcpy", ("rule__copy",)), Data("CUDA memset", ("rule__memset",))
_OPERATION = Data("GPU kernel or memory operation", ("rule__operation",))

_WINDOW = ("rows=N", "start=NS", "end=NS", "nvtx=RANGE")
_SHOWN_ROWS = 50


def _rule(name: str, alias: str, data: tuple[Data, ...], wording: Wording, *arguments: str) -> Report:
    return Report(
        name, named(name).title, data, (alias,), (*_WINDOW, *arguments), limit=_SHOWN_ROWS, area="rule", wording=wording
    )


RULES = Family(
    "rule",
    (
        _rule("cuda_api_sync", "cuda-sync-api", (_CALL,), Wording(
            "Each of these calls blocks the CPU until the GPU has done what was launched before.",
            "Remove the calls that the program does not need. To order work of two streams, record an event and let a "
            "stream wait for it with cudaStreamWaitEvent().",
            "No call waits for a stream or a device.",
        ), "process=PID", "thread=TID"),
        _rule("cuda_memcpy_async", "cuda-async-memcpy", (_CALL, _COPY), Wording(
            "Each of these copies has an asynchronous call but uses pageable memory, which makes it synchronous.",
            "Allocate the memory of the CPU pinned: cudaMallocHost(), or pin_memory=True in PyTorch.",
            "No asynchronous copy uses pageable memory.",
        )),
        _rule("cuda_memcpy_sync", "cuda-sync-memcpy", (_CALL, _COPY), Wording(
            "Each of these copies blocks the CPU until it is done.",
            "Copy with cudaMemcpyAsync() and pinned memory, on a stream of its own if kernels can run meanwhile.",
            "No copy blocks the CPU because its call is synchronous.",
        )),
        _rule("cuda_memset_sync", "cuda-sync-memset", (_CALL, _MEMSET), Wording(
            "Each of these memsets of pinned or managed memory blocks the CPU until it is done.",
            "Set the memory with cudaMemsetAsync().",
            "No memset of pinned or managed memory blocks the CPU because its call is synchronous.",
        )),
        _rule("gpu_gaps", "gpu-starv", (_OPERATION,), Wording(
            "In each of these times a GPU is idle for more than {gap} ms.",
            "Find out what the CPU does in the meantime: the queries gap_list and gap_summary name causes, and NVTX "
            "ranges in the program's code tell more.",
            "No GPU is idle for more than {gap} ms between its first and its last operation.",
        ), "gap=MS"),
        _rule("gpu_time_util", "gpu-low-util", (_OPERATION,), Wording(
            "In each of these times a GPU runs operations for less than {threshold} % of the time.",
            "Give the GPU more work at a time, or launch it earlier: larger batches, CUDA graphs, fewer "
            "synchronizations. The query gap_summary names what the GPU waits for.",
            "No GPU runs operations for less than {threshold} % of any of {chunks} parts of its time.",
        ), "threshold=PERCENT", "chunks=N"),
    ),
    "nsys-tools rules --help-rules",
)  # fmt: skip
"""Every rule, by name."""

ORDER: tuple[str, ...] = (
    "cuda_memcpy_async", "cuda_memcpy_sync", "cuda_memset_sync", "cuda_api_sync", "gpu_gaps", "gpu_time_util",
)  # fmt: skip
"""The order in which ``nsys analyze`` prints them."""


def parse_rule(text: str, *, times: str = "", nvtx: str = "") -> Request:
    """Read ``RULE[:ARGUMENT...]``; old names of rules are understood.

    Parameters
    ----------
    text
        As the user gave it.
    times
        A part of the time as `nsys_tools.stats.window.between` reads it. As in nsys, it is as if the rule had the
        arguments ``start`` and ``end``.
    nvtx
        The name of a range, as if the rule had the argument ``nvtx``; takes precedence over `times`.

    Raises
    ------
    NsysToolsError
        If there is no such rule, it does not take an argument, or the time cannot be read.
    """
    filters: tuple[tuple[str, str], ...] = ()
    if nvtx:
        filters = (("nvtx", nvtx),)
    elif times:
        start, end = between(times)
        filters = (("start", str(start)), ("end", str(end)))
    return parse_request(text, RULES, filters)
