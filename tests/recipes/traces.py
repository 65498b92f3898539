"""Small generated traces with data for each recipe: three files of a job, and one with few events."""

from __future__ import annotations

from pathlib import Path
from random import Random

from nsys_tools.synthetic.builder import DOMAIN_CREATE, START_END, TraceBuilder, process_key, thread_key

MS = 1_000_000
NAMES = ("rank0", "rank1", "rank2", "idle")
LAUNCH, COPY, SET = "cudaLaunchKernel_v7000", "cudaMemcpyAsync_v3020", "cudaMemsetAsync_v3020"
KERNELS = ("void gemm<float, 128>(float *)", "void softmax<float>(float *)", "vectorized_add(float *, int)")
NCCL = "ncclDevKernel_AllReduce_Sum_f16(ncclDevKernelArgs)"


class _Rank:
    """One file: a process with two threads, two GPUs and three streams."""

    def __init__(self, builder: TraceBuilder, number: int, gpu_count: int) -> None:
        self.b, self.random, self.last_gpu = builder, Random(number), gpu_count - 1
        self.process = process_key(100 + number)
        self.main, self.other = thread_key(100 + number, 100 + number), thread_key(100 + number, 300 + number)
        self.cpu, self.gpu = 1 * MS, 1 * MS

    def launched(self, kind: str, name: str, thread: int, duration: int, **more: int) -> tuple[int, int]:
        """Add an API call and the operation that it launches; return the start and end of the call."""
        at, length = self.cpu, self.random.choice([2_000, 2_500, 3_000, 7_001])
        correlation = self.b.correlation(self.process)
        self.b.call(thread, name, at, at + length, correlation)
        start = max(self.gpu, at + length) + self.random.choice([0, 500, 40_000])
        end = start + duration
        if kind == "copy":
            self.b.copy(self.process, more["way"], more["size"], start, end, correlation, source=more["source"],
                        destination=more["destination"])  # fmt: skip
        elif kind == "memset":
            self.b.add("MEMSET", start=start, end=end, deviceId=0, contextId=1, streamId=7, correlationId=correlation,
                       globalPid=self.process, value=0, bytes=more["size"], memKind=more["memory"])  # fmt: skip
        else:
            self.b.kernel(self.process, kind, start, end, correlation, device=more.get("device", 0),
                          stream=more.get("stream", 7))  # fmt: skip
        # Sometimes, the next operation overlaps this one.
        self.gpu = end - (duration // 3 if self.random.random() < 0.2 else 0)
        self.cpu = at + length + 1_000
        return at, at + length

    def wait(self, name: str, length: int) -> None:
        """Add a call that synchronizes."""
        self.b.call(self.main, name, self.cpu, self.cpu + length, self.b.correlation(self.process))
        self.cpu += length + 1_000

    def step(self, number: int) -> None:
        """Add a step: copies, kernels on two GPUs, a collective, a memset, synchronizations, and ranges around them."""
        random, begin = self.random, self.cpu
        self.cpu += 500
        self.launched("copy", COPY, self.main, random.choice([5_000, 9_000]), way=1, size=1 << 16, source=number % 2,
                      destination=2)  # fmt: skip
        inner = self.cpu
        self.cpu += 500
        for kernel in KERNELS:
            self.launched(kernel, LAUNCH, self.main, random.randrange(20_000, 90_000), stream=7 + number % 2)
        # This call ends at the last instant of its range.
        _, last = self.launched(KERNELS[0], LAUNCH, self.main, 33_333, device=self.last_gpu, stream=9)
        self.b.range(self.main, "forward", inner, last, registered=True)
        at = self.cpu
        self.cpu += 700
        self.launched(NCCL, LAUNCH, self.main, random.randrange(50_000, 60_000), stream=20)
        self.b.range(self.main, "ncclAllReduce", at, self.cpu, domain=3)
        self.cpu += 300
        self.launched("memset", SET, self.main, 1_500, size=384, memory=2)
        self.wait("cudaStreamSynchronize_v3020", random.choice([4_000, 21_000]))
        self.b.range(self.main, "step", begin, self.cpu)
        self.b.range(self.main, f"step {number}", begin - 10, self.cpu + 10, event_type=START_END)
        self.cpu += random.randrange(50_000, 200_000)
        self.gpu = max(self.gpu, self.cpu)

    def host(self) -> None:
        """Add OS runtime and MPI calls, and synchronous copies and memsets."""
        random = self.random
        for n in range(9):
            at = 2 * MS + n * 300_000
            end, key = at + random.choice([700, 1_400, 90_000]), self.b.string(random.choice(["poll", "read"]))
            self.b.add("OSRT_API", start=at, end=end, eventClass=27, globalTid=self.other, nameId=key, nestingLevel=0)
        for n, (table, name) in enumerate([
            ("MPI_P2P_EVENTS", "MPI_Send"), ("MPI_P2P_EVENTS", "MPI_Recv"), ("MPI_START_WAIT_EVENTS", "MPI_Wait"),
            ("MPI_OTHER_EVENTS", "MPI_Init"), ("MPI_COLLECTIVES_EVENTS", "MPI_Barrier"),
            ("MPI_COLLECTIVES_EVENTS", "MPI_Barrier"),
        ]):  # fmt: skip
            at = 3 * MS + n * 100_000
            self.b.add(table, start=at, end=at + random.randrange(1_000, 50_000), globalTid=self.other,
                       textId=self.b.string(name))  # fmt: skip
        for source, destination, way, size in ((1, 2, 1, 1 << 20), (1, 2, 1, 4_096), (2, 1, 2, 99_999)):
            correlation = self.b.correlation(self.process)
            self.b.call(self.main, "cudaMemcpy_v3020", self.cpu, self.cpu + 30_000, correlation)
            self.b.add("MEMCPY", start=self.cpu + 5_000, end=self.cpu + 25_000 + size % 97, deviceId=0, contextId=1,
                       streamId=7, correlationId=correlation, globalPid=self.process, bytes=size, copyKind=way,
                       srcKind=source, dstKind=destination)  # fmt: skip
            self.cpu += 40_000
        self.gpu = self.cpu
        self.launched("memset", "cudaMemset_v3020", self.main, 2_222, size=4_096, memory=1)
        self.launched("memset", "cudaMemset_v3020", self.main, 1_111, size=77, memory=2)
        self.wait("cudaDeviceSynchronize_v3020", 12_345)


def build(folder: Path, *, gpu_count: int = 2) -> list[Path]:
    """Write the traces; return them in the order of their names."""
    for number, name in enumerate(NAMES):
        with TraceBuilder(folder / f"{name}.sqlite") as builder:
            _fill(_Rank(builder, number, gpu_count), number, steps=0 if name == "idle" else 6 + number)
    return sorted(folder / f"{name}.sqlite" for name in NAMES)


def _fill(rank: _Rank, number: int, steps: int) -> None:
    builder = rank.b
    builder.range(rank.main, "NCCL", 100, None, event_type=DOMAIN_CREATE, domain=3)
    builder.range(rank.main, "whole", 200, 900_000)
    rank.host()
    for n in range(steps):
        rank.step(n)
        if n == 2:
            rank.cpu += 600 * MS  # a gap, with profiler overhead in its middle
            rank.gpu = rank.cpu
            builder.add("PROFILER_OVERHEAD", start=rank.cpu - 50 * MS, end=rank.cpu - 40 * MS, globalTid=rank.main,
                        nameId=builder.string("CUDA profiling data flush overhead"))  # fmt: skip
    builder.add("ANALYSIS_DETAILS", globalVid=0, duration=rank.gpu + 3 * MS, startTime=0, stopTime=rank.gpu + 3 * MS)
    builder.add("TARGET_INFO_SESSION_START_TIME", utcEpochNs=1_700_000_000_000_000_000 + number * 17_654_321)
    # Not in any recipe, but required by NVIDIA's recipes to read the file.
    if not steps:
        builder.kernel(rank.process, KERNELS[2], 2 * MS, 2 * MS + 5_000, builder.correlation(rank.process))
