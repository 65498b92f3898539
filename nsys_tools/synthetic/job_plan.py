"""The plan of a simulated multi-rank job, and the activity of each rank in true time.

True time is in integer nanoseconds since the job began. `nsys_tools.synthetic.job` writes the job as traces, each with
its own clock.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

BEGIN_NS = 20_000_000  # begin of step 0; the communicators are created before it
CALL_NS, LAUNCH_NS = 4_000, 5_000  # duration of an API call; from one launch to the next
DELAY_NS, GAP_NS, EVENT_NS = 1_500, 800, 2_000  # launch to start; kernel to kernel; stream to stream
MARGIN_NS = 500


@dataclass(frozen=True)
class JobPlan:
    """The workload of a job, and what its traces record.

    Without `pinned` and `rotating_ns`, the ranks still arrive up to about 20 us apart, because kernel and transfer
    durations vary. A straggler can be identified if it is later than that.

    Attributes
    ----------
    files, processes
        Number of files, and of processes per file. Rank ``file * processes + index`` is process `index` of its file.
        It is the only process on GPU `index`, and its process ID repeats in every file.
    steps
        Number of steps.
    kernels
        Compute kernels per step and rank, at least 3. All but two run before the all-reduce, one runs between the
        two collectives, and one overlaps the all-gather.
    seed
        The same seed produces the same bytes.
    pinned
        A rank, and the number of ns by which its compute kernels before the all-reduce take longer in every step.
    rotating_ns
        How long the CPU of rank ``step % ranks`` waits before the first launch of that step.
    offset_ns
        Lead of each file's UTC clock. None draws from ±3 s for all but the first file, which has 0.
    drift_ppm
        How much faster each file's clock runs. None draws from ±20 ppm for all but the first file, which has 0.
    told
        ``payload``: NCCL's NVTX ranges record communicator, rank and bytes. ``none``: NCCL has no NVTX ranges.
    compute_ns
        Mean duration of a GEMM. Other compute kernels take a quarter of it.
    jitter_ns
        Largest random deviation of a compute kernel from its mean duration. The overlapped kernel has no deviation.
    overlap_ns
        Duration of the kernel that overlaps the all-gather.
    world_ns, node_ns
        Mean transfer time of the all-reduce and of the all-gather. Each collective deviates by up to 5 %.
    world_bytes, node_bytes
        Message sizes as NCCL reports them. For the all-gather, this is the number of bytes that one rank sends.
    """

    files: int = 8
    processes: int = 8
    steps: int = 20
    kernels: int = 6
    seed: int = 1
    pinned: tuple[int, int] | None = None
    rotating_ns: int = 0
    offset_ns: tuple[int, ...] | None = None
    drift_ppm: tuple[float, ...] | None = None
    told: Literal["payload", "none"] = "payload"
    compute_ns: int = 100_000
    jitter_ns: int = 1_000
    overlap_ns: int = 60_000
    world_ns: int = 400_000
    node_ns: int = 150_000
    world_bytes: int = 64 << 20
    node_bytes: int = 4 << 20

    def __post_init__(self) -> None:
        """Reject an impossible plan."""
        fits = {
            "files, processes and steps": min(self.files, self.processes, self.steps) >= 1,
            "kernels": self.kernels >= 3,
            "pinned": self.pinned is None or (0 <= self.pinned[0] < self.ranks and self.pinned[1] >= 0),
            "rotating_ns": self.rotating_ns >= 0,
            "offset_ns": self.offset_ns is None or len(self.offset_ns) == self.files,
            "drift_ppm": self.drift_ppm is None or len(self.drift_ppm) == self.files,
            "told": self.told in {"payload", "none"},
            "jitter_ns": 0 <= self.jitter_ns < self.compute_ns // 4,
            "overlap_ns": self.overlap_ns >= 1,
            "world_ns and node_ns": min(self.world_ns, self.node_ns) >= 20,
        }
        if wrong := [name for name, holds in fits.items() if not holds]:
            raise ValueError(f"JobPlan: {', '.join(wrong)}")

    @property
    def ranks(self) -> int:
        """Number of ranks."""
        return self.files * self.processes

    def members(self, file: int) -> range:
        """Return the ranks of a file."""
        return range(file * self.processes, (file + 1) * self.processes)


class Turn(NamedTuple):
    """The activity of one rank in one step, in ns of true time.

    Attributes
    ----------
    begin_ns, end_ns
        Start and end of its range ``step N``.
    launch_ns
        Time of its first launch. Further launches follow every `LAUNCH_NS`.
    spans
        Start and end of its kernels in launch order. The last four are the all-reduce, the kernel between the
        collectives, the all-gather, and the kernel that overlaps it.
    """

    begin_ns: int
    launch_ns: int
    end_ns: int
    spans: tuple[tuple[int, int], ...]

    @property
    def synchronization(self) -> tuple[int, int]:
        """Start and end of the synchronization in which the CPU waits for the GPU."""
        return self.launch_ns + len(self.spans) * LAUNCH_NS, self.end_ns - MARGIN_NS

    @property
    def hidden_ns(self) -> int:
        """Time during which both communication and a compute kernel run."""
        (begin, end), (other_begin, other_end) = self.spans[-2:]
        return max(0, min(end, other_end) - max(begin, other_begin))

    @property
    def exposed_ns(self) -> int:
        """Time during which communication runs but no compute kernel runs."""
        return sum(end - begin for begin, end in (self.spans[-4], self.spans[-2])) - self.hidden_ns


@dataclass(frozen=True)
class Collective:
    """A collective, in ns of true time.

    Attributes
    ----------
    group
        ``world``, or ``node`` and the number of the file.
    index
        Its number within the group, starting at 0.
    op
        ``AllReduce`` or ``AllGather``.
    bytes
        Message size; None if the traces do not record it.
    ranks
        The members of the group.
    arrival_ns
        When the kernel of each member starts.
    transfer_ns
        Time from the last arrival to the end.
    end_ns
        When the kernels of all members end.
    late_rank
        The rank that arrives last; in case of a tie, the lowest rank.
    """

    group: str
    index: int
    op: str
    bytes: int | None
    ranks: range
    arrival_ns: tuple[int, ...]
    transfer_ns: int
    end_ns: int
    late_rank: int


class _Rank:
    """State of a rank while it runs its steps: a CPU that launches kernels in order, and the GPU."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self._now = BEGIN_NS

    def begin(self, wait_ns: int) -> None:
        """Open the range of a step. The first launch follows after a delay."""
        self._begin, self._launch = self._now, self._now + MARGIN_NS + wait_ns
        self._spans: list[tuple[int, int]] = []
        self._free = 0

    def _start(self, after_ns: int) -> int:
        """Return when the next kernel can start: after its launch and after the kernels that it depends on."""
        return max(self._free + after_ns, self._launch + len(self._spans) * LAUNCH_NS + CALL_NS + DELAY_NS)

    def compute(self, duration_ns: int, after_ns: int = GAP_NS) -> None:
        """Run a compute kernel `after_ns` after the previous kernel."""
        start = self._start(after_ns)
        self._free = start + duration_ns
        self._spans.append((start, self._free))

    def arrive(self) -> int:
        """Start the kernel of a collective. Its end is still unknown."""
        start = self._start(EVENT_NS)
        self._spans.append((start, start))
        return start

    def leave(self, end_ns: int, place: int = -1) -> None:
        """End the kernel of a collective."""
        self._spans[place] = (self._spans[place][0], end_ns)
        self._free = max(self._free, end_ns)

    def end(self) -> None:
        """Wait on the CPU until all kernels are done, and close the range of the step."""
        called = self._launch + len(self._spans) * LAUNCH_NS + CALL_NS
        done = max(called, self._free + DELAY_NS) + MARGIN_NS
        self.turns.append(Turn(self._begin, self._launch, done, tuple(self._spans)))
        self._now = done + MARGIN_NS


class _Program:
    """The program that all ranks run."""

    def __init__(self, plan: JobPlan) -> None:
        self.plan = plan
        self.dice = random.Random(f"program {plan.seed}")  # noqa: S311 (a made-up trace, no secret)
        self.ranks = [_Rank() for _ in range(plan.ranks)]
        self.collectives: list[Collective] = []

    def _near(self, mean: int, deviation: int) -> int:
        return self.dice.randint(mean - deviation, mean + deviation)

    def _meet(self, op: str, group: str, index: int, members: range, arrivals: Sequence[int]) -> int:
        """Add a collective, and return when it ends."""
        plan = self.plan
        mean, size = (plan.world_ns, plan.world_bytes) if group == "world" else (plan.node_ns, plan.node_bytes)
        told = size if plan.told == "payload" else None
        last, transfer = max(arrivals), self._near(mean, mean // 20)
        end, late = last + transfer, members[arrivals.index(last)]
        self.collectives.append(Collective(group, index, op, told, members, tuple(arrivals), transfer, end, late))
        return end

    def _forward(self, step: int, number: int) -> int:
        """Run the compute kernels of a rank before the all-reduce, and return when the rank arrives there."""
        plan, rank = self.plan, self.ranks[number]
        rank.begin(plan.rotating_ns if number == step % plan.ranks else 0)
        count = plan.kernels - 2
        late = plan.pinned[1] if plan.pinned and plan.pinned[0] == number else 0
        for place in range(count):
            mean = plan.compute_ns // 4 if place % 2 else plan.compute_ns
            share = late * (place + 1) // count - late * place // count
            rank.compute(self._near(mean, plan.jitter_ns) + share)
        return rank.arrive()

    def _gather(self, step: int, file: int) -> None:
        """Run the part of a step after the all-reduce, for the ranks of a file."""
        plan = self.plan
        arrivals = []
        for number in plan.members(file):
            rank = self.ranks[number]
            rank.compute(self._near(plan.compute_ns // 4, plan.jitter_ns), EVENT_NS)
            arrivals.append(rank.arrive())
            rank.compute(plan.overlap_ns)
        end = self._meet("AllGather", f"node {file}", step, plan.members(file), arrivals)
        for number in plan.members(file):
            self.ranks[number].leave(end, place=-2)
            self.ranks[number].end()

    def step(self, step: int) -> None:
        """Run one step of all ranks."""
        arrivals = [self._forward(step, number) for number in range(self.plan.ranks)]
        end = self._meet("AllReduce", "world", step, range(self.plan.ranks), arrivals)
        for rank in self.ranks:
            rank.leave(end)
        for file in range(self.plan.files):
            self._gather(step, file)


def run(plan: JobPlan) -> tuple[tuple[tuple[Turn, ...], ...], tuple[Collective, ...]]:
    """Run the job of a plan. Return the turns of each rank by step, and the collectives by step."""
    program = _Program(plan)
    for step in range(plan.steps):
        program.step(step)
    return tuple(tuple(rank.turns) for rank in program.ranks), tuple(program.collectives)


def communicators(plan: JobPlan) -> dict[str, int]:
    """Return a unique 64-bit communicator ID for each group. Every other ID has its highest bit set."""
    dice = random.Random(f"communicators {plan.seed}")  # noqa: S311 (a made-up trace, no secret)
    groups = ["world", *(f"node {file}" for file in range(plan.files))]
    ids = ((1 - place % 2) << 63 | dice.getrandbits(43) << 20 | place for place in range(len(groups)))
    return dict(zip(groups, ids, strict=True))
