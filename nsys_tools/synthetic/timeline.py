"""A simple CPU and GPU that run a simulated program and write its trace.

The CPU makes one call after another. A stream runs one operation after another, and starts an operation only after
its call has returned. This is sufficient for traces with known ground truth that are launch-bound or contain
overlapping streams, synchronizations, or gaps.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from nsys_tools.synthetic.builder import TraceBuilder, process_key, thread_key

CALL_NS = 4_000
DELAY_NS = 1_500


class Timeline:
    """One process with one GPU.

    Parameters
    ----------
    builder
        Receives the events.
    pid
        Process ID. The first thread has the same ID.
    device
        CUDA device ordinal.

    Attributes
    ----------
    now
        The CPU's clock in ns.
    exclusive
        Ground truth: (operations, ns) by the path of the innermost range; ``""`` is unattributed.
    """

    def __init__(self, builder: TraceBuilder, pid: int = 4242, device: int = 0) -> None:
        self.builder = builder
        self.process = process_key(pid)
        self.thread = thread_key(pid, pid)
        self.device = device
        self.now = 1_000_000
        self._free: dict[int, int] = defaultdict(int)
        self._open: list[str] = []
        self.exclusive: Counter[str] = Counter()
        self.exclusive_ns: Counter[str] = Counter()

    @contextmanager
    def range(self, name: str) -> Iterator[None]:
        """Open an NVTX range for the duration of the ``with`` block."""
        start = self.now
        self.now += 500
        self._open.append(name)
        try:
            yield
        finally:
            self._open.pop()
            self.now += 500
            self.builder.range(self.thread, name, start, self.now)

    def compute(self, duration: int) -> None:
        """Simulate CPU work without the GPU."""
        self.now += duration

    def _call(self, name: str, duration: int = CALL_NS) -> int:
        correlation = self.builder.correlation(self.process)
        self.builder.call(self.thread, name, self.now, self.now + duration, correlation)
        self.now += duration
        return correlation

    def _run(self, stream: int, duration: int, attributed: bool = True) -> tuple[int, int]:
        start = max(self._free[stream], self.now + DELAY_NS)
        self._free[stream] = start + duration
        path = "/".join(self._open) if attributed else ""
        self.exclusive[path] += 1
        self.exclusive_ns[path] += duration
        return start, start + duration

    def kernel(self, name: str, duration: int, *, stream: int = 7, grid: int = 132, block: int = 256) -> None:
        """Launch a kernel that runs for `duration` ns."""
        correlation = self._call("cudaLaunchKernel_v7000")
        start, end = self._run(stream, duration)
        self.builder.kernel(
            self.process, name, start, end, correlation, device=self.device, stream=stream,
            grid=(grid, 1, 1), block=(block, 1, 1),
        )  # fmt: skip

    def copy(self, kind: int, size: int, duration: int, *, stream: int = 7, pinned: bool = False) -> None:
        """Copy `size` bytes. A pageable copy blocks the CPU until it is done."""
        correlation = self._call("cudaMemcpyAsync_v3020")
        start, end = self._run(stream, duration)
        host = 1 if pinned else 0
        source, destination = {1: (host, 2), 2: (2, host)}.get(kind, (2, 2))
        self.builder.copy(
            self.process, kind, size, start, end, correlation, device=self.device, stream=stream,
            source=source, destination=destination,
        )  # fmt: skip
        if not pinned and kind in {1, 2}:
            self.now = max(self.now, end)

    def memset(self, size: int, duration: int, *, stream: int = 7) -> None:
        """Set `size` bytes."""
        correlation = self._call("cudaMemsetAsync_v3020")
        start, end = self._run(stream, duration)
        self.builder.memset(self.process, size, start, end, correlation, device=self.device, stream=stream)

    def graph(self, number: int, duration: int, *, stream: int = 7) -> None:
        """Launch a CUDA graph that is recorded as a whole."""
        correlation = self._call("cudaGraphLaunch_v10000", 3 * CALL_NS)
        start, end = self._run(stream, duration)
        self.builder.graph_run(self.process, number, start, end, correlation, device=self.device, stream=stream)

    def migrate(self, size: int, duration: int) -> None:
        """Migrate unified memory to the GPU. No API call launches it, so it cannot be attributed."""
        start, end = self._run(9, duration, attributed=False)
        self.builder.copy(self.process, 11, size, start, end, 0, device=self.device, stream=9, source=4, destination=4)

    def synchronize(self) -> None:
        """Wait on the CPU until every stream is done."""
        done = max([self.now + CALL_NS, *(end + DELAY_NS for end in self._free.values())])
        begin = self.now
        correlation = self._call("cudaDeviceSynchronize_v3020", done - begin)
        self.builder.add(
            "SYNCHRONIZATION", start=begin, end=done, deviceId=self.device, contextId=1,
            streamId=-1, correlationId=correlation, globalPid=self.process, syncType=4, eventId=0,
        )  # fmt: skip
