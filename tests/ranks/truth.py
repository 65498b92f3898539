"""Expected results for a generated job: the plan, on the clock of the first file."""

from __future__ import annotations

from nsys_tools.synthetic.job import Job

Key = tuple[str, str, int, int]


def arrivals(job: Job) -> dict[Key, int]:
    """Return the arrival of each rank on the first file's clock, by communicator, op, place and rank."""
    return {
        (str(job.communicators[one.group]), one.op, one.index, rank): job.recorded(0, at)
        for one in job.collectives
        for rank, at in zip(one.ranks, one.arrival_ns, strict=True)
    }
