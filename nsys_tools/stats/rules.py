"""The expert-system rules of ``nsys analyze``: their data, arguments and text.

A rule is a report. It runs the documented query ``queries/rule/<rule>.sql``, and its output has the formats of
``nsys stats``. It is based on the recipe with the same name.
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
            "Each of these calls blocks the CPU until the GPU has completed previously launched work.",
            "Remove the calls that the program does not need. To order work in two streams, record an event and make a "
            "stream wait for it with cudaStreamWaitEvent().",
            "No call waits for a stream or a device.",
        ), "process=PID", "thread=TID"),
        _rule("cuda_memcpy_async", "cuda-async-memcpy", (_CALL, _COPY), Wording(
            "Each of these copies uses an asynchronous call with pageable memory, which makes it synchronous.",
            "Use pinned host memory: cudaMallocHost(), or pin_memory=True in PyTorch.",
            "No asynchronous copy uses pageable memory.",
        )),
        _rule("cuda_memcpy_sync", "cuda-sync-memcpy", (_CALL, _COPY), Wording(
            "Each of these copies blocks the CPU until it is done.",
            "Copy with cudaMemcpyAsync() and pinned memory, on a separate stream if kernels can run concurrently.",
            "No copy blocks the CPU with a synchronous call.",
        )),
        _rule("cuda_memset_sync", "cuda-sync-memset", (_CALL, _MEMSET), Wording(
            "Each of these memsets of pinned or managed memory blocks the CPU until it is done.",
            "Use cudaMemsetAsync().",
            "No memset of pinned or managed memory blocks the CPU with a synchronous call.",
        )),
        _rule("gpu_gaps", "gpu-starv", (_OPERATION,), Wording(
            "In each of these gaps, a GPU is idle for more than {gap} ms.",
            "Find out what the CPU does during the gap. The gap_list and gap_summary queries show the causes. NVTX "
            "ranges in the program show more detail.",
            "No GPU is idle for more than {gap} ms between its first and its last operation.",
        ), "gap=MS"),
        _rule("gpu_time_util", "gpu-low-util", (_OPERATION,), Wording(
            "In each of these intervals, a GPU runs operations for less than {threshold} % of the time.",
            "Give the GPU more work per launch, or launch work earlier. Use larger batches, CUDA graphs, or fewer "
            "synchronizations. The gap_summary query shows what the GPU waits for.",
            "No GPU runs operations for less than {threshold} % of the time in any of {chunks} intervals.",
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
    """Parse ``RULE[:ARGUMENT...]``. Old rule names are accepted.

    Parameters
    ----------
    text
        Rule given by the user.
    times
        A time window in the syntax of `nsys_tools.stats.window.between`. As in nsys, it is equivalent to the
        ``start`` and ``end`` arguments.
    nvtx
        The name of a range, which is equivalent to the ``nvtx`` argument. It takes precedence over `times`.

    Raises
    ------
    NsysToolsError
        If the rule does not exist or does not accept an argument, or the time cannot be parsed.
    """
    filters: tuple[tuple[str, str], ...] = ()
    if nvtx:
        filters = (("nvtx", nvtx),)
    elif times:
        start, end = between(times)
        filters = (("start", str(start)), ("end", str(end)))
    return parse_request(text, RULES, filters)
