"""Two processes of a real trace as ranks: two_gpu_before, a slice of a job on two GPUs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

import nsys_tools as nt
from tests.conftest import SHARED

TRACE = SHARED / "traces" / "two_gpu_before.sqlite"
pytestmark = pytest.mark.skipif(not TRACE.is_file(), reason="../shared/traces is not here")


@pytest.fixture(scope="module")
def job() -> Iterator[nt.Job]:
    """Return the trace with its processes as ranks."""
    with nt.open([TRACE], cache=False, workers=1) as found:
        yield found


def test_no_communication_is_hidden_on_either_gpu(job: nt.Job) -> None:
    rows = job.query("overlap").records()
    assert [(row["rank"], row["gpu_id"], row["hidden_ns"], row["hidden_ratio"]) for row in rows] == [
        (0, 0, 0, 0.0), (1, 1, 0, 0.0),
    ]  # fmt: skip
    # All of it is SendRecv: the sum of the kernels of each process, which never overlap.
    sums = job.sql(
        "SELECT rank, sum(duration_ns) AS ns FROM kernel WHERE name LIKE 'nccl%' GROUP BY rank ORDER BY rank"
    )
    assert [row["exposed_ns"] for row in rows] == sums["ns"] == [17_172_652, 8_229_100]


def test_figures_of_both_add_up_to_those_of_the_trace(job: nt.Job) -> None:
    with nt.open(TRACE, cache=False) as whole:
        for column in ("kernel_count", "kernel_sum_ns", "call_count", "range_count"):
            assert (
                job.sql(f"SELECT sum({column}) AS n FROM trace_summary").one()["n"]
                == (whole.query("trace_summary").one()[column])
            ), column
        steps = whole.query("step").records()
    mine = job.query("step").records()
    assert sorted((row["process_id"], row["start_ns"], row["busy_ns"]) for row in mine) == sorted(
        (row["process_id"], row["start_ns"], row["busy_ns"]) for row in steps
    )


def test_exchanges_are_matched_on_the_clock_that_both_share(job: nt.Job) -> None:
    assert {row["method"] for row in job.query("rank_clock")} == {"one file"}
    rows = job.query("collective").records()
    assert len(rows) == 2 * 33
    ends: dict[int, list[int]] = {}
    for row in rows:
        ends.setdefault(row["place"], []).append(row["end_ns"])
    # An exchange ends on both GPUs within 27 us, and the next one milliseconds later, so they were matched correctly.
    assert max(abs(one - two) for one, two in ends.values()) < 30_000
    one_gpu = sorted(pair[0] for pair in ends.values())
    assert min(later - earlier for earlier, later in itertools.pairwise(one_gpu)) > 1_000_000
