"""A job of 64 ranks: 8 processes in each of 8 files, drifting clocks seconds apart, two kinds of stragglers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import nsys_tools as nt
from nsys_tools.synthetic.job import Job, JobPlan, build_job
from tests.ranks.truth import arrivals

pytestmark = pytest.mark.large
PLAN = JobPlan(
    files=8, processes=8, steps=40, pinned=(11, 200_000), rotating_ns=400_000,
    offset_ns=(0, *(second * 1_100_000_000 for second in (1, -1, 2, -2, 3, -3, 1))),
    drift_ppm=(0.0, 20.0, -20.0, 19.5, -19.5, 12.0, -7.0, 20.0),
)  # fmt: skip


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """The job."""
    return build_job(tmp_path_factory.mktemp("large"), PLAN)


@pytest.fixture(scope="module")
def opened(job: Job) -> Iterator[nt.Job]:
    """Return the opened job with all its answers."""
    with nt.open([job.paths[0].parent], cache=False) as found:
        found.analyze()
        yield found


def test_clocks_are_found_within_two_microseconds(opened: nt.Job, job: Job) -> None:
    first, last = job.collectives[0].end_ns, job.collectives[-1].end_ns
    rows = opened.query("rank_clock").records()
    assert len(rows) == 64
    for row in rows:
        file = row["rank"] // 8
        assert row["is_aligned"]
        for true in (first, (first + last) // 2, last):
            own = job.recorded(file, true)
            common = own + row["offset_ns"] + (own - row["pivot_ns"]) * row["drift_ppm"] / 1e6
            assert abs(common - job.recorded(0, true)) <= 2  # ns
    assert max(abs(row["utc_offset_ns"]) for row in rows) > 2_000_000_000


def test_collectives_are_those_of_the_plan_to_the_nanosecond(opened: nt.Job, job: Job) -> None:
    truth = arrivals(job)
    rows = opened.query("collective").records()
    assert len(rows) == len(truth) == 40 * (64 + 64)
    away = [abs(row["arrival_ns"] - truth[row["communicator"], row["op"], row["place"], row["rank"]]) for row in rows]
    # Every file rounds its times to whole nanoseconds, and so does the common clock.
    assert max(away) <= 2
    assert sum(away) / len(away) < 0.7
    waits = {
        (str(job.communicators[one.group]), one.op, one.index, rank): max(one.arrival_ns) - at
        for one in job.collectives
        for rank, at in zip(one.ranks, one.arrival_ns, strict=True)
    }
    for row in rows:
        truth_ns = waits[row["communicator"], row["op"], row["place"], row["rank"]]
        # A duration is measured on a clock that drifts.
        assert row["wait_ns"] == pytest.approx(truth_ns, abs=3 + 4e-5 * row["duration_ns"])


def test_both_kinds_of_stragglers_are_found(opened: nt.Job) -> None:
    rows = [row for row in opened.query("straggler") if row["op"] == "AllReduce"]
    pinned = [row for row in rows if row["pattern"] == "pinned"]
    assert [(row["rank"], row["late_count"], row["cause"]) for row in pinned] == [(11, 40, "own kernels")]
    assert pinned[0]["median_late_ns"] == pytest.approx(200_000, rel=0.05)
    rotating = {row["rank"]: row for row in rows if row["pattern"] == "rotating" and row["sum_gain_ns"] > 0}
    # Rank 11 is late in any case, and later in step 11.
    assert set(rotating) == set(range(40)) - {11}
    assert {row["late_count"] for row in rotating.values()} == {1}
    causes = {rank: row["cause"] for rank, row in rotating.items()}
    assert causes.pop(0) == "later start"  # nothing is recorded before its first operation
    assert set(causes.values()) == {"synchronization"}
    assert rows[0]["rank"] == 11
