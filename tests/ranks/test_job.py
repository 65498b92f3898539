"""Ranks of a generated job: clocks, collectives and stragglers compared with the plan."""

from __future__ import annotations

import shutil
import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

import nsys_tools as nt
from nsys_tools.synthetic.job import Job, JobPlan, build_job
from tests.ranks.truth import arrivals


def test_ranks_are_those_of_the_communicator_with_all_of_them(opened: nt.Job, job: Job) -> None:
    rows = opened.query("rank").records()
    assert [row["rank"] for row in rows] == opened.ranks == list(range(6))
    assert [row["file"] for row in rows] == [job.paths[rank // 3].name for rank in range(6)]
    assert {row["told_by"] for row in rows} == {"communicator"}
    assert [row["pid"] for row in rows] == [4000, 4001, 4002] * 2
    assert opened.notes == []


def test_the_clock_of_each_file_is_found_within_a_nanosecond(opened: nt.Job, job: Job) -> None:
    for row in opened.query("rank_clock"):
        assert (row["is_aligned"], row["method"], row["matched_count"]) == (True, "collectives", 32)
        for true in (50_000_000, 5_000_000_000):  # an instant in the job, and one far after it
            own = job.recorded(row["rank"] // 3, true)
            common = own + row["offset_ns"] + (own - row["pivot_ns"]) * row["drift_ppm"] / 1e6
            # The line is fitted to 16 ms: far from it, the remaining rounding error grows.
            assert common == pytest.approx(job.recorded(0, true), abs=2 if true < 1e9 else 2_000)
        start = job.clocks[row["rank"] // 3].utc_epoch_ns - job.clocks[0].utc_epoch_ns
        assert row["utc_offset_ns"] == start


def test_collectives_are_those_of_the_plan(opened: nt.Job, job: Job) -> None:
    truth = arrivals(job)
    rows = opened.query("collective").records()
    assert len(rows) == len(truth) == 16 * (6 + 6)
    late = {(str(job.communicators[one.group]), one.op, one.index): one for one in job.collectives}
    for row in rows:
        one = late[row["communicator"], row["op"], row["place"]]
        at = truth[row["communicator"], row["op"], row["place"], row["rank"]]
        assert row["arrival_ns"] == pytest.approx(at, abs=2)
        assert row["bytes"] == one.bytes
        assert row["transfer_ns"] == pytest.approx(one.transfer_ns, abs=2)
        assert row["wait_ns"] == pytest.approx(
            max(one.arrival_ns) - one.arrival_ns[one.ranks.index(row["rank"])], abs=3
        )
        first, second = sorted(one.arrival_ns)[-1:-3:-1]
        if first - second > 2:
            assert row["late_rank"] == one.late_rank
            gain = first - second if row["rank"] == one.late_rank else 0
            assert row["gain_ns"] == pytest.approx(gain, abs=3)
        assert row["late_ns"] == pytest.approx(
            one.arrival_ns[one.ranks.index(row["rank"])] - np.median(one.arrival_ns), abs=3
        )


def test_the_pinned_rank_is_named_with_what_it_does_instead(opened: nt.Job) -> None:
    first = opened.query("straggler").one()
    assert (first["rank"], first["op"], first["pattern"], first["cause"]) == (4, "AllReduce", "pinned", "own kernels")
    assert first["late_count"] == first["last_count"] == first["collective_count"] == 16
    assert first["median_late_ns"] == pytest.approx(150_000, rel=0.05)
    assert first["cause_ns"] == pytest.approx(16 * 150_000, rel=0.05)
    assert first["sum_gain_ns"] == pytest.approx(16 * 150_000, rel=0.1)
    analysis = opened.analyze()
    assert analysis.headline.startswith("Rank 4 is late for all 16 AllReduce collectives of 6 ranks, by 15")


def test_overlap_is_that_of_the_plan(opened: nt.Job, job: Job) -> None:
    rows = opened.query("overlap").records()
    assert [row["rank"] for row in rows] == list(range(6))
    for row in rows:
        assert row["hidden_ns"] == pytest.approx(job.hidden_ns(row["rank"]), abs=40)
        assert row["exposed_ns"] == pytest.approx(job.exposed_ns(row["rank"]), abs=70)
        if row["rank"] < 3:  # nothing is rounded on the first file's clock
            assert (row["hidden_ns"], row["exposed_ns"]) == (job.hidden_ns(row["rank"]), job.exposed_ns(row["rank"]))


def test_bandwidth_by_the_factors_of_nccl_tests(opened: nt.Job, job: Job) -> None:
    rows = {row["op"]: row for row in opened.query("link")}
    world = np.median([one.transfer_ns for one in job.collectives if one.op == "AllReduce"])
    algorithm = job.plan.world_bytes / world * 1e9
    assert rows["AllReduce"]["algorithm_bytes_per_s"] == pytest.approx(algorithm, rel=1e-4)
    assert rows["AllReduce"]["bus_bytes_per_s"] == pytest.approx(algorithm * 2 * 5 / 6, rel=1e-4)
    node = np.median([one.transfer_ns for one in job.collectives if one.op == "AllGather"])
    # Three ranks gather three times the size that one sends.
    assert rows["AllGather"]["size_bytes"] == 3 * job.plan.node_bytes
    assert rows["AllGather"]["bus_bytes_per_s"] == pytest.approx(3 * job.plan.node_bytes / node * 1e9 * 2 / 3, rel=1e-4)


def test_figures_of_ranks_add_up_and_quantiles_are_exact(opened: nt.Job, job: Job) -> None:
    durations: dict[str, list[int]] = defaultdict(list)
    for path in job.paths:
        with closing(sqlite3.connect(path)) as database:
            for name, ns in database.execute(
                'SELECT s.value, k."end" - k.start FROM CUPTI_ACTIVITY_KIND_KERNEL AS k JOIN StringIds AS s '
                "ON s.id = k.demangledName"
            ):
                durations[name].append(ns)
    rows = opened.query("rank_kernel").records()
    assert {row["name"] for row in rows} == set(durations)
    for row in rows:
        own = durations[row["name"]]
        assert (row["count"], row["sum_ns"], row["min_ns"], row["max_ns"]) == (len(own), sum(own), min(own), max(own))
        assert [row["q1_ns"], row["median_ns"], row["q3_ns"]] == list(np.quantile(own, [0.25, 0.5, 0.75]))
        assert row["rank_count"] == 6
    by_rank = opened.sql(
        "SELECT name, sum(sum_ns)::BIGINT AS sum_ns FROM kernel_summary GROUP BY name"
    ).records()  # rows of each rank
    assert {row["name"]: row["sum_ns"] for row in by_rank} == {name: sum(own) for name, own in durations.items()}


def test_summary_adds_up_over_ranks(opened: nt.Job) -> None:
    *each, whole = opened.query("rank_summary").records()
    assert [row["rank"] for row in each] == list(range(6))
    assert whole["rank"] is None
    for column in ("step_count", "wall_ns", "busy_ns", "exposed_communication_ns", "idle_ns", "synchronization_ns"):
        assert whole[column] == sum(row[column] for row in each) > 0, column
    for row in each:
        assert row["wall_ns"] == row["busy_ns"] + row["idle_ns"]
        causes = ("launch_bound_ns", "synchronization_ns", "dependency_ns", "rest_ns")
        assert row["idle_ns"] == sum(row[cause] for cause in causes)
    walls = opened.sql("SELECT wall_ns FROM step")["wall_ns"]
    assert whole["median_step_ns"] == np.median(walls)


def test_activity_over_time_adds_up_to_what_was_busy(opened: nt.Job) -> None:
    busy = opened.sql(
        "SELECT rank, sum(busy_ratio * (to_ns - from_ns)) AS ns, sum(exposed_ratio * (to_ns - from_ns)) AS exposed_ns "
        "FROM rank_activity GROUP BY rank ORDER BY rank"
    ).records()
    whole = opened.sql("SELECT rank, sum(busy_ns) AS ns FROM gpu_summary GROUP BY rank ORDER BY rank")["ns"]
    exposed = opened.sql("SELECT rank, sum(exposed_ns) AS ns FROM overlap GROUP BY rank ORDER BY rank")["ns"]
    # A rank begins at any point inside a slice.
    assert [row["ns"] for row in busy] == pytest.approx([float(ns) for ns in whole], rel=0.02)
    assert [row["exposed_ns"] for row in busy] == pytest.approx([float(ns) for ns in exposed], rel=0.02)


@pytest.mark.large
def test_shifting_the_clock_of_a_file_changes_nothing(opened: nt.Job, job: Job, tmp_path: Path) -> None:
    shifted = tmp_path / job.paths[1].name
    shutil.copyfile(job.paths[1], shifted)
    with closing(sqlite3.connect(shifted)) as database:
        timed = "SELECT m.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c WHERE c.name = 'start'"
        for (table,) in database.execute(timed).fetchall():
            database.execute(f'UPDATE {table} SET start = start + 7000000001, "end" = "end" + 7000000001')
        database.commit()
    with nt.open([job.paths[0], shifted], cache=False, workers=1) as found:
        for query in ("collective", "straggler", "rank_group", "link", "overlap", "rank_summary", "rank_activity"):
            assert found.query(query).rows() == opened.query(query).rows(), query
        offset = [row["offset_ns"] + row["pivot_ns"] for row in found.query("rank_clock")]
        before = [row["offset_ns"] + row["pivot_ns"] for row in opened.query("rank_clock")]
        assert offset == before  # an instant of the job is the same instant on the first clock
        assert (
            found.query("rank_clock", rank=5).one()["pivot_ns"] - 7_000_000_001
            == (opened.query("rank_clock", rank=5).one()["pivot_ns"])
        )


def test_without_communicators_ranks_are_files_in_order_and_clocks_are_found_all_the_same(tmp_path: Path) -> None:
    job = build_job(tmp_path, JobPlan(files=3, processes=1, steps=12, told="none", pinned=(1, 200_000)))
    with nt.open(list(job.paths), cache=False, workers=1) as found:
        assert {row["told_by"] for row in found.query("rank")} == {"order"}
        assert "The order has no meaning" in found.notes[0]
        assert all(row["is_aligned"] for row in found.query("rank_clock"))
        assert found.query("straggler").one()["rank"] == 1
        assert len(found.query("link")) == 0  # sizes are unknown
    with nt.open(list(job.paths), cache=False, workers=1, rank_regex=r"node_(\d+)") as found:
        assert {row["told_by"] for row in found.query("rank", rank=2)} == {"regex"}
        assert found.notes == []


def test_what_is_not_matched_is_not_aligned(tmp_path: Path) -> None:
    one = build_job(_folder(tmp_path, "a"), JobPlan(files=1, processes=2, steps=8))
    two = build_job(_folder(tmp_path, "b"), JobPlan(files=1, processes=2, steps=9, seed=2))
    paths = [one.paths[0], two.paths[0].rename(two.paths[0].with_name("other.sqlite"))]
    with nt.open(paths, cache=False, workers=1) as found:
        assert {row["method"] for row in found.query("rank_clock")} == {"none"}
        rows = found.query("collective").records()
        assert all(row["arrival_ns"] is None and row["late_rank"] is None for row in rows)
        assert len(found.query("straggler")) == 0
        assert any(note.startswith("Not aligned: node_000.sqlite, other.sqlite.") for note in found.notes)
        assert any(note.startswith("Several traces identify themselves as rank 0") for note in found.notes)


def _folder(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir()
    return folder
