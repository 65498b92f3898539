"""Summaries of kernels, copies, API calls and GPUs on small handwritten traces."""

from __future__ import annotations

from pathlib import Path

from nsys_tools.synthetic.builder import TraceBuilder, process_key
from tests.case import LAUNCH, PROCESS, SYNC, THREAD, answer, build, launch, text


def test_kernel_summary(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        for start, duration in ((0, 2), (10, 4), (20, 9)):
            launch(b, start, start, start + duration, name="void f<int>(int)")
        launch(b, 30, 30, 35, name="g")

    assert answer(build(tmp_path, fill), "kernel_summary") == text(
        """
        name,label,short_name,instance_count,sum_ns,share_ratio,median_ns,mean_ns,min_ns,max_ns,stddev_ns
        void f<int>(int),f i32,f,3,15,0.75,4.0,5.0,2,9,3.605551275463989
        g,g,g,1,5,0.25,5.0,5.0,5,5,
        """
    )


def test_copies_by_kind_and_memory(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        b.copy(PROCESS, 1, 1000, 0, 100, 1)
        b.copy(PROCESS, 1, 3000, 100, 200, 2)
        b.copy(PROCESS, 1, 500, 200, 210, 3, source=1)
        b.memset(PROCESS, 64, 300, 305, 4)

    columns = ("kind", "source_memory", "instance_count", "moved_bytes", "sum_ns", "bandwidth_bytes_per_s")
    assert answer(build(tmp_path, fill), "copy_summary", *columns) == text(
        """
        kind,source_memory,instance_count,moved_bytes,sum_ns,bandwidth_bytes_per_s
        Host-to-Device,Pageable,2,4000,200,20000000000.0
        Host-to-Device,Pinned,1,500,10,50000000000.0
        memset,,1,64,5,12800000000.0
        """
    )


def test_api_names_lose_exactly_their_version(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        for n, name in enumerate([LAUNCH, SYNC, "cudaGraphLaunch_v10000", "cudaMemcpyAsync_v3020", "cudaFree_v3020"]):
            b.call(THREAD, name, 10 * n, 10 * n + n + 1, n + 1)

    assert answer(build(tmp_path, fill), "api_summary", "name", "waits", "sum_ns") == text(
        """
        name,waits,sum_ns
        cudaFree,True,5
        cudaMemcpyAsync,False,4
        cudaGraphLaunch_v10000,False,3
        cudaStreamSynchronize,True,2
        cudaLaunchKernel,False,1
        """
    )


def test_correlation_is_unique_in_its_process_only(tmp_path: Path) -> None:
    """Two processes with the same correlationId: each kernel has only the launch of its own process."""

    def fill(b: TraceBuilder) -> None:
        other = process_key(2)
        b.call(THREAD, LAUNCH, 10, 12, 5)
        b.call(other + 1, LAUNCH, 20, 22, 5)
        b.call(THREAD, LAUNCH, 8, 9, 5)  # one process, one ID, two calls: the earlier one counts
        b.kernel(PROCESS, "k", 100, 110, 5)
        b.kernel(other, "k", 100, 110, 5, device=1)

    assert answer(build(tmp_path, fill), "attribution", "operation_id", "call_ns") == "operation_id,call_ns\n4,8\n8,20"


def test_busy_is_a_union_per_gpu(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        for start, end, stream, device in ((0, 10, 1, 0), (5, 20, 2, 0), (7, 9, 3, 0), (30, 40, 1, 0), (3, 4, 1, 1)):
            b.kernel(PROCESS, "k", start, end, 0, stream=stream, device=device)

    columns = ("gpu_id", "operation_count", "span_ns", "busy_ns", "idle_ns", "sum_ns")
    assert answer(build(tmp_path, fill), "gpu_summary", *columns) == text(
        """
        gpu_id,operation_count,span_ns,busy_ns,idle_ns,sum_ns
        0,4,40,30,10,37
        1,1,1,1,0,1
        """
    )


def test_a_device_ordinal_is_per_process(tmp_path: Path) -> None:
    """Two processes that both use GPU 0 run on two GPUs if the trace contains that information."""

    def fill(b: TraceBuilder) -> None:
        for pid, gpu in ((1, 4), (2, 5)):
            b.add("TARGET_INFO_CUDA_DEVICE", gpuId=gpu, cudaId=0, pid=pid)
            b.kernel(process_key(pid), "k", 0, 10, 0)

    assert answer(build(tmp_path, fill), "gpu_summary", "gpu_id", "busy_ns") == "gpu_id,busy_ns\n4,10\n5,10"


def test_negative_and_zero_durations(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        b.kernel(PROCESS, "backward", 100, 90, 0)
        b.kernel(PROCESS, "empty", 50, 50, 0)
        b.kernel(PROCESS, "k", 0, 7, 0)

    path = build(tmp_path, fill)
    columns = ("kernel_count", "kernel_sum_ns", "backward_count", "empty_count")
    assert answer(path, "trace_summary", *columns) == ",".join(columns) + "\n3,-3,1,1"
    assert answer(path, "gpu_summary", "busy_ns", "idle_ns") == "busy_ns,idle_ns\n7,43"
    assert answer(path, "trace_conservation", "kind", "difference_ns").endswith("all,0")


def test_graph_runs_are_operations(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "decode", 0, 100)
        b.call(THREAD, "cudaGraphLaunch_v10000", 10, 20, 1)
        b.graph_run(PROCESS, 3, 30, 90, 1)

    path = build(tmp_path, fill)
    assert answer(path, "range_exclusive") == "rolled_path,kind,operation_count,sum_ns\ndecode,graph,1,60"
    assert (
        answer(path, "gpu_operation", "kind", "name", "duration_ns") == "kind,name,duration_ns\ngraph,CUDA graph 3,60"
    )
