"""Traces in which a rule on idle time, copies or calls fires."""

from __future__ import annotations

from functools import partial

from nsys_tools.synthetic.builder import TraceBuilder, process_key
from tests.case import PROCESS, SYNC, THREAD, launch
from tests.findings.case import US, case, kernel


def gap(b: TraceBuilder, ns: int, launched: int, *, call: str = "", ranges: int = 0) -> None:
    """Add a kernel of 100 us and, `ns` after it, another one that was launched at `launched` us.

    `call` lasts until 2 us after the first one; `ranges` are recorded for each of the two.
    """
    launch(b, 0, 10 * US, 110 * US)
    if call:
        b.call(THREAD, call, 20 * US, 112 * US, 99)
    launch(b, launched * US, 110 * US + ns, 210 * US + ns)
    for n in range(ranges):
        b.range(THREAD, f"op {n}", 300 * US + n, 301 * US)


@case("launch_gap", 50 * US)
def launch_gap(b: TraceBuilder) -> None:
    gap(b, 50 * US, 150)


@case("cpu_work", 1000 * US, partial(gap, ns=1000 * US - 1, launched=150))
def cpu_work(b: TraceBuilder) -> None:
    gap(b, 1000 * US, 150)


@case("cuda_api_sync", 50 * US)
def cuda_api_sync(b: TraceBuilder) -> None:
    gap(b, 50 * US, 150, call=SYNC)


@case("synchronization", 50 * US)
def synchronization(b: TraceBuilder) -> None:
    gap(b, 50 * US, 150, call="cudaEventSynchronize_v3020")


@case("synchronization_in_layer", 50 * US)
def synchronization_in_layer(b: TraceBuilder) -> None:
    b.range(THREAD, "model", 0, 200 * US)
    b.range(THREAD, "layer", 0, 199 * US)
    gap(b, 50 * US, 150, call=SYNC)


@case("queued_work", 50 * US)
def queued_work(b: TraceBuilder) -> None:
    gap(b, 50 * US, 1)


@case("gpu_gaps", 500_000_001, partial(gap, ns=500_000_000, launched=150))
def gpu_gaps(b: TraceBuilder) -> None:
    gap(b, 500_000_001, 150)


def low_use(b: TraceBuilder, until: int) -> None:
    """In a trace of 30 x 100 us, a GPU is idle from 1,400 us to `until`, although all work was launched."""
    launch(b, 0, 0, 1400 * US)
    launch(b, 3, until * US, 3000 * US)


@case("gpu_time_util", 151 * US, partial(low_use, until=1450))
def gpu_time_util(b: TraceBuilder) -> None:
    low_use(b, 1551)


@case("recording_cost", 15 * US, partial(gap, ns=50 * US, launched=150, ranges=4))
def recording_cost(b: TraceBuilder) -> None:
    """Three ranges per operation, 5 us each, account for this part of the 50 us gap."""
    gap(b, 50 * US, 150, ranges=6)


def copied(
    b: TraceBuilder, call: str, size: int, start: int, end: int, *, kind: int = 1, source: int = 0, destination: int = 2
) -> None:
    """Add a copy with the call that launches it; times in us."""
    correlation = b.correlation(PROCESS)
    b.call(THREAD, call, start * US, end * US, correlation)
    b.add(
        "MEMCPY", start=start * US, end=end * US, deviceId=0, contextId=1, streamId=7, correlationId=correlation,
        globalPid=PROCESS, bytes=size, copyKind=kind, srcKind=source, dstKind=destination,
    )  # fmt: skip


@case("cuda_memcpy_async", 50 * US)
def cuda_memcpy_async(b: TraceBuilder) -> None:
    """1 MB in 100 us; at 20 GB/s it takes 50."""
    copied(b, "cudaMemcpyAsync_v3020", 1_000_000, 0, 100)
    copied(b, "cudaMemcpyAsync_v3020", 1_000_000, 100, 150, source=1)


@case("pageable_copy", 50 * US)
def pageable_copy(b: TraceBuilder) -> None:
    copied(b, "cudaMemcpy_v3020", 1_000_000, 0, 100)
    copied(b, "cudaMemcpy_v3020", 1_000_000, 100, 150, source=1)


@case("cuda_memcpy_sync", 100 * US)
def cuda_memcpy_sync(b: TraceBuilder) -> None:
    """64,000 bytes to the device do not block; pageable copies belong to another rule."""
    copied(b, "cudaMemcpy_v3020", 64_001, 0, 100, source=1)
    copied(b, "cudaMemcpy_v3020", 64_000, 100, 200, source=1)
    copied(b, "cudaMemcpyAsync_v3020", 64_001, 200, 300, source=1)


def small_copies(b: TraceBuilder, count: int) -> None:
    for n in range(count):
        copied(b, "cudaMemcpyAsync_v3020", 65_536, 2 * n, 2 * n + 2, kind=2, source=2, destination=1)


@case("small_copy", 200 * US, partial(small_copies, count=99))
def small_copy(b: TraceBuilder) -> None:
    small_copies(b, 100)
    copied(b, "cudaMemcpyAsync_v3020", 65_537, 200, 202, kind=2, source=2, destination=1)


@case("unified_memory", 100 * US)
def unified_memory(b: TraceBuilder) -> None:
    b.copy(PROCESS, 11, 4096, 0, 100 * US, 0)
    b.copy(PROCESS, 1, 4096, 100 * US, 200 * US, 0)


def beside(b: TraceBuilder, at: int, length: int) -> None:
    """Add a pinned copy of 200 us and a kernel; times in us."""
    copied(b, "cudaMemcpyAsync_v3020", 1_000_000, 0, 200, source=1)
    kernel(b, "k", at * US, (at + length) * US)


@case("copy_without_overlap", 200 * US, partial(beside, at=190, length=300))
def copy_without_overlap(b: TraceBuilder) -> None:
    """They overlap for 9 of 200 us, which is less than 5 %."""
    beside(b, 191, 300)


@case("copy_bound", 200 * US, partial(beside, at=200, length=200))
def copy_bound(b: TraceBuilder) -> None:
    beside(b, 200, 199)


def set_memory(b: TraceBuilder, call: str, memory: int) -> None:
    correlation = b.correlation(PROCESS)
    b.call(THREAD, call, 0, 5, correlation)
    b.add(
        "MEMSET", start=10, end=10 + 100 * US, deviceId=0, contextId=1, streamId=7, correlationId=correlation,
        globalPid=PROCESS, value=0, bytes=4096, memKind=memory,
    )  # fmt: skip


@case("cuda_memset_sync", 100 * US, partial(set_memory, call="cudaMemset_v3020", memory=2))
def cuda_memset_sync(b: TraceBuilder) -> None:
    set_memory(b, "cudaMemset_v3020", 1)


@case("memset", 100 * US)
def memset(b: TraceBuilder) -> None:
    set_memory(b, "cudaMemsetAsync_v3020", 2)


def called(b: TraceBuilder, name: str, at: int) -> None:
    """Add two kernels with 800 us between them, and a call of 40 us; times in us."""
    kernel(b, "k", 0, 100 * US)
    kernel(b, "k", 900 * US, 1000 * US)
    b.call(THREAD, name, at * US, (at + 40) * US, 1)


@case("allocation", 40 * US, partial(called, name="cudaMalloc_v3020", at=499))
def allocation(b: TraceBuilder) -> None:
    called(b, "cudaMalloc_v3020", 500)


@case("module_load", 40 * US, partial(called, name="cuModuleLoadData", at=499))
def module_load(b: TraceBuilder) -> None:
    called(b, "cuModuleLoadData", 500)


def slowing(b: TraceBuilder, late_ns: int) -> None:
    for n in range(10):
        kernel(b, "k", n * 100 * US, (n + 1) * 100 * US)
        kernel(b, "k", 1000 * US + n * late_ns, 1000 * US + (n + 1) * late_ns)


@case("slower_over_time", 30 * US, partial(slowing, late_ns=102_999))
def slower_over_time(b: TraceBuilder) -> None:
    """Ten kernels of 100 us, then ten of 103."""
    slowing(b, 103_000)


def reported(b: TraceBuilder, words: str) -> None:
    kernel(b, "k", 0, 100 * US)
    b.add("DIAGNOSTIC_EVENT", timestamp=0, severity=2, text=words)


@case("diagnostic", None, partial(reported, words="CUDA injection initialized successfully."))
def diagnostic(b: TraceBuilder) -> None:
    reported(b, "Not all CUDA events might have been collected.")


def two_processes(b: TraceBuilder, device: int) -> None:
    kernel(b, "k", 0, 100 * US)
    b.kernel(process_key(2), "k", 100 * US, 200 * US, 0, device=device)


@case("shared_gpu", None, partial(two_processes, device=1))
def shared_gpu(b: TraceBuilder) -> None:
    two_processes(b, 0)
