"""The message for a report without rows names exactly what the trace lacks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.stats.answers import answers
from nsys_tools.stats.formats import parse_format, write
from nsys_tools.stats.requests import parse_request
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import LAUNCH, PROCESS, THREAD, build


def ranges(builder: TraceBuilder) -> None:
    builder.range(THREAD, "step", 0, 100)


def calls(builder: TraceBuilder) -> None:
    builder.call(THREAD, LAUNCH, 10, 20, 1)


def kernels(builder: TraceBuilder) -> None:
    builder.kernel(PROCESS, "k", 30, 40, 1)


def others(builder: TraceBuilder) -> None:
    builder.kernel(PROCESS, "k", 30, 40, 7)


def copies(builder: TraceBuilder) -> None:
    builder.copy(PROCESS, 1, 8, 50, 60, 2)


def said(
    folder: Path, report: str, *fill: Callable[[TraceBuilder], None], window: tuple[int, int] | None = None
) -> str:
    """Return the message for a report; empty if it has rows."""

    def everything(builder: TraceBuilder) -> None:
        for add in fill:
            add(builder)

    path = build(folder, everything)
    for answer in answers(lambda choice: open_trace(path, choice=choice), [parse_request(report)], window):
        return "" if write(answer, parse_format("csv"), folder / "r.csv") else answer.no_data
    raise AssertionError("no answer")


@pytest.mark.parametrize(
    ("report", "fill", "lacks"),
    [
        ("nvtx_gpu_proj_sum", [ranges, calls], "GPU kernel or memory operation"),
        ("nvtx_gpu_proj_sum", [ranges, copies], "CUDA API"),
        ("nvtx_gpu_proj_trace", [calls, kernels], "NVTX range"),
        ("nvtx_gpu_proj_trace", [calls], "NVTX range or GPU kernel or memory operation"),
        ("nvtx_kern_sum", [ranges, calls, copies], "GPU kernel"),
        ("nvtx_kern_sum", [calls, kernels], "NVTX range"),
        ("nvtx_pushpop_sum", [calls], "NVTX range (push/pop)"),
        ("nvtx_startend_sum", [ranges], "NVTX range (start/end)"),
        ("cuda_kern_exec_sum", [kernels], "CUDA API"),
        ("cuda_kern_exec_trace", [calls], "GPU kernel"),
        ("cuda_gpu_sum", [calls], "GPU kernel or memory operation"),
        ("cuda_api_gpu_sum", [ranges], "CUDA API, GPU kernel or memory operation"),
        ("um_sum", [copies], "CUDA unified memory CPU page fault"),
    ],
)
def test_the_message_names_what_is_missing(
    tmp_path: Path, report: str, fill: list[Callable[[TraceBuilder], None]], lacks: str
) -> None:
    assert said(tmp_path, report, *fill) == f"case.sqlite does not contain {lacks} data."


def test_data_that_does_not_belong_together_is_not_called_missing(tmp_path: Path) -> None:
    assert said(tmp_path, "cuda_kern_exec_sum", calls, others) == (
        "case.sqlite contains CUDA API, GPU kernel data, but none that results in a row of cuda_kern_exec_sum."
    )


def test_data_outside_of_the_chosen_time_is_not_called_missing(tmp_path: Path) -> None:
    assert said(tmp_path, "cuda_gpu_kern_sum", kernels) == ""
    assert said(tmp_path, "cuda_gpu_kern_sum", kernels, window=(100, 200)) == (
        "case.sqlite does not contain GPU kernel data in the selected time."
    )


def test_the_message_needs_no_more_than_the_cache_already_has(tmp_path: Path) -> None:
    def fill(builder: TraceBuilder) -> None:
        ranges(builder)
        calls(builder)

    path = build(tmp_path, fill)
    with open_trace(path) as trace:
        trace.query("range").rows()
    for answer in answers(lambda choice: open_trace(path, choice=choice), [parse_request("nvtx_gpu_proj_sum")]):
        assert write(answer, parse_format("csv"), tmp_path / "r.csv") == 0
        assert answer.no_data == "case.sqlite does not contain GPU kernel or memory operation data."
