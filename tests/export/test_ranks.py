"""Several ranks in one timeline, on the clock of the first, for a generated job whose actual times are known."""

from __future__ import annotations

from pathlib import Path

import pytest

import nsys_tools as nt
from nsys_tools.export.clocks import Clock
from nsys_tools.synthetic.job import Job, JobPlan, build_job
from tests.export.decoded import Decoded, decode


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    return build_job(tmp_path_factory.mktemp("job"), JobPlan(files=2, processes=2, steps=12))


@pytest.fixture
def found(job: Job, tmp_path: Path) -> tuple[nt.Exported, Decoded]:
    done = nt.export_timeline(list(job.paths), tmp_path / "job.pftrace.gz", workers=1)
    return done, decode(done.path)


def test_all_ranks_are_there_and_apart(job: Job, found: tuple[nt.Exported, Decoded]) -> None:
    done, decoded = found
    with nt.open(list(job.paths), cache=False, workers=1) as opened:
        kernels = opened.sql("SELECT count(*) AS count, sum(duration_ns) AS sum_ns FROM kernel").one()
        ranks = opened.ranks
    rows = [row for row in done.counts if row["table"] == "kernel"]
    assert [row["trace"] for row in rows] == [path.name for path in job.paths]
    assert sum(row["row_count"] for row in rows) == len(decoded.of("kernel")) == kernels["count"]
    assert sum(row["sum_ns"] for row in rows) == kernels["sum_ns"]
    processes = [track for track in decoded.tracks.values() if track.HasField("process")]
    assert sorted(track.name.partition(":")[0] for track in processes) == [f"Rank {rank}" for rank in sorted(ranks)]
    assert len({track.process.pid for track in processes}) == len(ranks)
    threads = [track.thread for track in decoded.tracks.values() if track.HasField("thread")]
    assert len({thread.tid for thread in threads}) == len(threads)
    assert {thread.pid for thread in threads} == {track.process.pid for track in processes}


def test_collectives_end_together(job: Job, found: tuple[nt.Exported, Decoded]) -> None:
    """On their own clocks, the files are far apart; on the common one, collectives end within microseconds."""
    _, decoded = found
    ends: dict[tuple[str, ...], list[int]] = {}
    for path, slices in decoded.by_path().items():
        for one in slices:
            if one.category == "kernel" and one.annotations["class"] == "communication":
                ends.setdefault(path, []).append(one.end)
    columns = [sorted(times) for times in ends.values()]
    assert len(columns) >= 4
    assert len({len(times) for times in columns}) == 1
    spread = sorted(max(same) - min(same) for same in zip(*columns, strict=True))
    assert spread[len(spread) // 2] < 20_000
    assert abs(job.clock_offset_ns(1, 0)) > 1_000_000


def test_a_clock_and_its_way_back() -> None:
    import numpy as np

    clock = Clock(pivot_ns=1_000_000_000, offset_ns=-250, drift_ppm=40.0, shift_ns=7)
    times = np.array([0, 1_000_000_000, 2_000_000_000])
    there = clock(times)
    # 40 ppm of a second are 40 us; the error is smaller before the pivot and larger after it.
    assert there.tolist() == [-40_000 - 243, 1_000_000_000 - 243, 2_000_000_000 + 40_000 - 243]
    assert [clock.back(int(time) - 7) for time in there] == times.tolist()


def test_a_broken_rank_is_refused(job: Job, tmp_path: Path) -> None:
    broken = tmp_path / "broken.sqlite"
    broken.write_bytes(job.paths[0].read_bytes()[:5000])
    with pytest.raises(nt.NsysToolsError, match=r"broken\.sqlite"):
        nt.export_timeline([*job.paths, broken], tmp_path / "out.pftrace", workers=1)
    assert not (tmp_path / "out.pftrace").exists()
