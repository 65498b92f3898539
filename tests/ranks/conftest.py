"""Generated jobs with known truth, built once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import nsys_tools as nt
from nsys_tools.synthetic.job import Job, JobPlan, build_job

PLAN = JobPlan(files=2, processes=3, steps=16, pinned=(4, 150_000))


@pytest.fixture(scope="package")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """Six ranks in two files; rank 4 is always late."""
    return build_job(tmp_path_factory.mktemp("job"), PLAN)


@pytest.fixture(scope="package")
def opened(job: Job) -> Iterator[nt.Job]:
    """The same job, opened."""
    with nt.open(list(job.paths), cache=False, workers=1) as found:
        yield found
