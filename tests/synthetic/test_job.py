"""The generated job: its files match the stated truth, read with SQLite only."""

from __future__ import annotations

import sqlite3
import struct
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import pytest

import nsys_tools as nt
from nsys_tools.synthetic.job import EPOCH_NS, Job, JobPlan, build_job

LATE_NS = 300_000
PLAN = JobPlan(files=3, processes=2, steps=7, pinned=(3, LATE_NS))
KERNELS = """
    SELECT k.start, k."end", s.value, k.streamId, k.globalPid, k.correlationId
    FROM CUPTI_ACTIVITY_KIND_KERNEL AS k JOIN StringIds AS s ON s.id = k.demangledName
    WHERE k.deviceId = ? ORDER BY k.start
"""
TIMES = {"start", "end", "utcEpochNs", "utcTime", "localTime", "systemClockNs"}
Row = tuple[Any, ...]


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    return build_job(tmp_path_factory.mktemp("job"), PLAN)


def built(folder: Path, plan: JobPlan) -> Job:
    folder.mkdir()
    return build_job(folder, plan)


def rows(path: Path, sql: str, *parameters: Any) -> list[Row]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(sql, parameters).fetchall()


def kernels(job: Job, rank: int, part: str = "") -> list[Row]:
    """Return the kernels of a rank whose name contains a text, ordered by start."""
    file, device = divmod(rank, job.plan.processes)
    return [row for row in rows(job.paths[file], KERNELS, device) if part in row[2]]


def compute(job: Job, rank: int) -> list[Row]:
    return [row for row in kernels(job, rank) if "nccl" not in row[2]]


def truth(job: Job, rank: int, recorded: int) -> Fraction:
    """Return the true time for a time recorded in the file of a rank."""
    clock = job.clocks[rank // job.plan.processes]
    return clock.session_start_ns + Fraction(recorded) / (1 + Fraction(clock.drift_ppb, 10**9))


def arrivals(job: Job, name: str, ranks: range) -> list[list[Fraction]]:
    """Return, for each step, the actual start of the collective on each of these ranks."""
    starts = [[truth(job, rank, row[0]) for row in kernels(job, rank, name)] for rank in ranks]
    return [list(step) for step in zip(*starts, strict=True)]


def content(path: Path, without: Iterable[str] = ()) -> dict[str, list[Row]]:
    """Return every table, without some columns."""
    found = {}
    with closing(sqlite3.connect(path)) as database:
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"):
            cursor = database.execute(f"SELECT * FROM {table}")
            kept = [i for i, column in enumerate(cursor.description) if column[0] not in without]
            found[table] = [tuple(row[i] for i in kept) for row in cursor]
    return found


def test_a_collective_ends_on_all_ranks_at_once(job: Job) -> None:
    checked = 0
    for one in job.collectives:
        for place, rank in enumerate(one.ranks):
            start, end = kernels(job, rank, one.op)[one.index][:2]
            assert abs(truth(job, rank, end) - one.end_ns) <= 1
            assert abs(truth(job, rank, start) - one.arrival_ns[place]) <= 1
            checked += 1
        assert one.end_ns == max(one.arrival_ns) + one.transfer_ns
        assert one.arrival_ns[one.ranks.index(one.late_rank)] == max(one.arrival_ns)
    assert checked == PLAN.ranks * PLAN.steps * 2
    assert Counter(one.group for one in job.collectives) == dict.fromkeys(("world", "node 0", "node 1", "node 2"), 7)


def test_the_clock_of_a_file_is_off_by_what_the_job_says(job: Job) -> None:
    offsets = []
    for file, path in enumerate(job.paths):
        ((epoch,),) = rows(path, "SELECT utcEpochNs FROM TARGET_INFO_SESSION_START_TIME")
        rank = file * PLAN.processes
        for one, row in zip(job.collectives[:: 1 + PLAN.files], kernels(job, rank, "AllReduce"), strict=True):
            assert epoch + row[1] - (EPOCH_NS + one.end_ns) == job.clock_offset_ns(file, one.end_ns)
            assert row[1] == job.recorded(file, one.end_ns)
        offsets.append(job.clock_offset_ns(file, 0))
        assert abs(offsets[file] - job.clocks[file].offset_ns) <= 20e-6 * 5e9 + 1
    assert offsets[0] == 0
    assert all(1_000_000 < abs(offset) < 3_001_000_000 for offset in offsets[1:])
    assert len({clock.session_start_ns for clock in job.clocks}) == PLAN.files
    assert all(clock.drift_ppb for clock in job.clocks[1:])


def test_a_clock_that_drifts_stretches_what_it_records(tmp_path: Path) -> None:
    plan = JobPlan(files=2, processes=1, steps=50, offset_ns=(0, 5), drift_ppm=(0, 20))
    job = build_job(tmp_path, plan)
    spans = []
    for rank in range(2):
        ends = [row[1] for row in kernels(job, rank, "AllReduce")]
        spans.append(ends[-1] - ends[0])
    assert spans[1] - spans[0] == pytest.approx(spans[0] * 20e-6, abs=1.01)
    assert spans[0] == job.collectives[-3].end_ns - job.collectives[0].end_ns


def test_a_pinned_rank_is_late_by_its_own_kernels(job: Job) -> None:
    for starts in arrivals(job, "AllReduce", range(PLAN.ranks)):
        assert starts.index(max(starts)) == 3
        assert float(max(starts) - median(starts)) == pytest.approx(LATE_NS, abs=25_000)
    sums = [sum(end - start for start, end, *_ in compute(job, rank)) for rank in range(PLAN.ranks)]
    for rank in range(PLAN.ranks):
        expected = PLAN.steps * LATE_NS if rank == 3 else 0
        assert sums[rank] - median(sums) == pytest.approx(expected, abs=PLAN.steps * 12_000)
    assert all(one.late_rank == 3 for one in job.collectives if one.group == "world")
    assert len({one.late_rank for one in job.collectives if one.group == "node 1"}) == 2


def test_a_rotating_rank_is_late_by_its_launches(tmp_path: Path) -> None:
    plan = JobPlan(files=2, processes=2, steps=9, rotating_ns=LATE_NS)
    job = build_job(tmp_path, plan)
    for step, starts in enumerate(arrivals(job, "AllReduce", range(4))):
        assert starts.index(max(starts)) == step % 4
        assert float(max(starts) - median(starts)) == pytest.approx(LATE_NS, abs=25_000)
    sums = [sum(end - start for start, end, *_ in compute(job, rank)) for rank in range(4)]
    assert max(sums) - min(sums) < plan.steps * 12_000
    for step in range(plan.steps):
        ((at, launch),) = rows(
            job.paths[0],
            """
            SELECT n.start, min(r.start) FROM NVTX_EVENTS AS n
            JOIN CUPTI_ACTIVITY_KIND_RUNTIME AS r ON r.globalTid = n.globalTid AND r.start BETWEEN n.start AND n."end"
            WHERE n.text = ? AND n.globalTid & 16777215 = 4000
            """,
            f"step {step}",
        )
        assert (launch - at > LATE_NS) == (step % 4 == 0)


def test_hidden_and_exposed_communication(job: Job) -> None:
    for rank in range(PLAN.ranks):
        hidden = total = 0
        for start, end, *_ in kernels(job, rank, "nccl"):
            total += end - start
            hidden += sum(max(0, min(end, e) - max(start, s)) for s, e, *_ in compute(job, rank))
        tolerance = 20e-6 * total + 2 * 2 * PLAN.steps if rank // PLAN.processes else 0
        assert hidden == pytest.approx(job.hidden_ns(rank), abs=tolerance)
        assert total - hidden == pytest.approx(job.exposed_ns(rank), abs=tolerance)
        # The overlapped kernel starts 1.2 us before the all-gather, which waits for an event.
        assert job.hidden_ns(rank) == PLAN.steps * (PLAN.overlap_ns - 1_200)


def test_an_overlapped_kernel_longer_than_the_transfer_hides_all_of_it(tmp_path: Path) -> None:
    job = build_job(tmp_path, JobPlan(files=1, processes=2, steps=2, overlap_ns=400_000))
    gathers = sum(end - start for start, end, *_ in kernels(job, 1, "AllGather"))
    reduces = sum(end - start for start, end, *_ in kernels(job, 1, "AllReduce"))
    assert (job.hidden_ns(1), job.exposed_ns(1)) == (gathers, reduces)


def test_every_kernel_has_a_launch_before_it_in_its_step(job: Job) -> None:
    for path in job.paths:
        found = rows(
            path,
            """
            SELECT k.start, r.start, r."end", n.start, n."end", n.text
            FROM CUPTI_ACTIVITY_KIND_KERNEL AS k
            JOIN CUPTI_ACTIVITY_KIND_RUNTIME AS r
                ON r.correlationId = k.correlationId AND r.globalTid >> 24 = k.globalPid >> 24
            JOIN NVTX_EVENTS AS n
                ON n.globalTid = r.globalTid AND n.domainId = 0 AND r.start > n.start AND r."end" < n."end"
            """,
        )
        assert all(begin <= call and returned < kernel < end for kernel, call, returned, begin, end, _ in found)
        per_step = Counter(text for *_, text in found)
        assert per_step == {f"step {step}": PLAN.processes * (PLAN.kernels + 2) for step in range(PLAN.steps)}
        ids = rows(path, "SELECT globalTid, correlationId FROM CUPTI_ACTIVITY_KIND_RUNTIME")
        assert len(set(ids)) == len(ids) == PLAN.processes * PLAN.steps * (PLAN.kernels + 3)


def test_kernels_of_a_stream_do_not_overlap(job: Job) -> None:
    for rank in range(PLAN.ranks):
        for stream in (7, 21):
            spans = [row[:2] for row in kernels(job, rank) if row[3] == stream]
            assert all(before[1] < after[0] for before, after in pairwise(spans))
        assert {row[3] for row in kernels(job, rank, "nccl")} == {21}
        assert {row[3] for row in compute(job, rank)} == {7}


def test_a_synchronization_ends_after_all_kernels_of_its_step(job: Job) -> None:
    for rank in range(PLAN.ranks):
        waits = rows(
            job.paths[rank // 2],
            """
            SELECT s.start, s."end", r.start, r."end", n.value
            FROM CUPTI_ACTIVITY_KIND_SYNCHRONIZATION AS s
            JOIN CUPTI_ACTIVITY_KIND_RUNTIME AS r
                ON r.correlationId = s.correlationId AND r.globalTid >> 24 = s.globalPid >> 24
            JOIN StringIds AS n ON n.id = r.nameId
            WHERE s.deviceId = ? ORDER BY s.start
            """,
            rank % 2,
        )
        of_step = PLAN.kernels + 2
        assert len(waits) == PLAN.steps
        assert all((row[0], row[1], row[4]) == (*row[2:4], "cudaDeviceSynchronize_v3020") for row in waits)
        for step, (start, end, *_) in enumerate(waits):
            last = max(row[1] for row in kernels(job, rank)[step * of_step : (step + 1) * of_step])
            assert start < last < end


def decoded(path: Path) -> list[tuple[str, int, int, int, dict[str, int]]]:
    """Return name, thread, start, end and payload of each NCCL range, decoded with the schemas in the file."""
    schemas: dict[int, list[Row]] = {}
    for schema, index, *entry in rows(
        path, "SELECT DISTINCT schemaId, idx, type, name, offset FROM NVTX_PAYLOAD_SCHEMA_ENTRIES ORDER BY 1, 2"
    ):
        assert len(schemas.setdefault(schema, [])) == index
        schemas[schema].append(tuple(entry))
    sizes: dict[int, int] = dict(rows(path, "SELECT DISTINCT schemaId, payloadSize FROM NVTX_PAYLOAD_SCHEMAS"))
    formats = {18: "<Q", 22: "<Q", 5: "<i", 16_777_232: "<i"}
    found = []
    for name, thread, start, end, kind, blob in rows(
        path,
        """
        SELECT s.value, n.globalTid, n.start, n."end", typeof(n.binaryData), n.binaryData
        FROM NVTX_EVENTS AS n JOIN StringIds AS s ON s.id = n.textId WHERE n.domainId = 1 ORDER BY n.globalTid, n.start
        """,
    ):
        domain, zero, schema, other, size, total = struct.unpack_from("<IIIIQQ", blob)
        assert (kind, domain, zero, other) == ("blob", 1, 0, 0)
        assert (size, total) == (sizes[schema], len(blob)) == (sizes[schema], 32 + sizes[schema])
        values = {
            field: struct.unpack_from(formats[type_], blob, 32 + (offset or 0))[0]
            for type_, field, offset in schemas[schema]
        }
        found.append((name, thread, start, end, values))
    return found


def test_payloads_name_communicator_rank_and_bytes(job: Job) -> None:
    for file, path in enumerate(job.paths):
        world, node = job.communicators["world"], job.communicators[f"node {file}"]
        payloads = {device: [row for row in decoded(path) if row[1] & 0xFFFFFF == 4_000 + device] for device in (0, 1)}
        for device, found in payloads.items():
            steps = [
                ("ncclAllReduce", {"NCCL communicator ID": world, "Message size [bytes]": 64 << 20}),
                ("ncclAllGather", {"NCCL communicator ID": node, "Message size [bytes]": 4 << 20}),
            ] * PLAN.steps
            steps = [(name, v | ({"Reduction operation": 0} if "Reduce" in name else {})) for name, v in steps]
            ranks = [(world, 6, 2 * file + device), (node, 2, device)]
            fields = ("NCCL communicator ID", "No. of ranks", "Rank", "CUDA device")
            made = [("ncclCommInitRank", dict(zip(fields, (*one, device), strict=True))) for one in ranks]
            assert [(name, values) for name, *_, values in found] == made + steps
    ids = list(job.communicators.values())
    assert len(set(ids)) == len(ids) == 4
    assert {one >> 63 for one in ids} == {0, 1}


def test_ranges_of_nccl_enclose_the_launch_of_its_kernel(job: Job) -> None:
    for rank in range(PLAN.ranks):
        path, pid = job.paths[rank // 2], 4_000 + rank % 2
        calls = {
            correlation: (start, end)
            for correlation, start, end in rows(
                path,
                'SELECT correlationId, start, "end" FROM CUPTI_ACTIVITY_KIND_RUNTIME WHERE globalTid & 16777215 = ?',
                pid,
            )
        }
        marks = [row for row in decoded(path) if row[1] & 0xFFFFFF == pid and row[0] != "ncclCommInitRank"]
        for mark, kernel in zip(marks, kernels(job, rank, "nccl"), strict=True):
            inside = [id_ for id_, (start, end) in calls.items() if mark[2] < start and end < mark[3]]
            assert inside == [kernel[5]]
            assert mark[0].removeprefix("nccl") in kernel[2]


def test_a_domain_and_the_schemas_come_once_per_process(job: Job) -> None:
    for path in job.paths:
        domains = rows(path, "SELECT text, domainId, globalTid & 16777215 FROM NVTX_EVENTS WHERE eventType = 75")
        assert sorted(domains) == [("NCCL", 1, 4_000), ("NCCL", 1, 4_001)]
        listed = rows(path, "SELECT schemaId, numEntries, payloadSize FROM NVTX_PAYLOAD_SCHEMAS")
        assert Counter(listed) == {(16777218, 4, 24): 2, (16777223, 3, 24): 2, (16777220, 2, 16): 2}
        ((first,),) = rows(path, "SELECT min(start) FROM NVTX_EVENTS WHERE text = 'step 0'")
        made = [end for name, *_, end, _ in decoded(path) if name == "ncclCommInitRank"]
        assert len(made) == 4
        assert max(made) < first


def test_processes_repeat_in_other_files(job: Job) -> None:
    pids = [rows(path, "SELECT globalPid, pid FROM PROCESSES") for path in job.paths]
    assert pids == [[(4_000 << 24, 4_000), (4_001 << 24, 4_001)]] * PLAN.files
    used = [rows(path, "SELECT DISTINCT globalPid, deviceId FROM CUPTI_ACTIVITY_KIND_KERNEL") for path in job.paths]
    assert used == [[(4_000 << 24, 0), (4_001 << 24, 1)]] * PLAN.files


def test_without_payloads_nothing_names_the_groups(tmp_path: Path) -> None:
    told, silent = built(tmp_path / "payload", PLAN), built(tmp_path / "none", replace(PLAN, told="none"))
    assert {one.bytes for one in told.collectives} == {64 << 20, 4 << 20}
    assert {one.bytes for one in silent.collectives} == {None}
    for path, other in zip(silent.paths, told.paths, strict=True):
        tables = content(path)
        assert not any("PAYLOAD" in table for table in tables)
        assert not rows(path, "SELECT * FROM NVTX_EVENTS WHERE domainId <> 0")
        assert tables["CUPTI_ACTIVITY_KIND_KERNEL"] == content(other)["CUPTI_ACTIVITY_KIND_KERNEL"]
        names = {value for _, value in tables["StringIds"]}
        assert "ncclAllReduce" not in names
        assert any(name.startswith("ncclDevKernel_AllReduce_Sum_bf16_RING_LL(") for name in names)


def test_another_clock_changes_times_only(tmp_path: Path) -> None:
    one = built(tmp_path / "one", PLAN)
    other = built(tmp_path / "other", replace(PLAN, offset_ns=(0, -7, 9), drift_ppm=(0, -12.5, 20)))
    assert one.collectives == other.collectives
    assert [clock.drift_ppb for clock in other.clocks] == [0, -12_500, 20_000]
    assert one.paths[0].read_bytes() == other.paths[0].read_bytes()
    for path, changed in zip(one.paths[1:], other.paths[1:], strict=True):
        assert content(path, TIMES) == content(changed, TIMES)
        before, after = content(path), content(changed)
        assert {table for table in before if before[table] != after[table]} == {
            "CUPTI_ACTIVITY_KIND_KERNEL", "CUPTI_ACTIVITY_KIND_RUNTIME", "CUPTI_ACTIVITY_KIND_SYNCHRONIZATION",
            "NVTX_EVENTS", "TARGET_INFO_SESSION_START_TIME",
        }  # fmt: skip


def test_the_seed_decides_every_byte(tmp_path: Path, job: Job) -> None:
    again = built(tmp_path / "again", PLAN)
    other = built(tmp_path / "other", replace(PLAN, seed=2))
    assert [path.read_bytes() for path in again.paths] == [path.read_bytes() for path in job.paths]
    assert (again.collectives, again.turns, again.clocks) == (job.collectives, job.turns, job.clocks)
    assert all(a.read_bytes() != b.read_bytes() for a, b in zip(other.paths, job.paths, strict=True))
    assert not set(other.communicators.values()) & set(job.communicators.values())
    assert not {one.transfer_ns for one in other.collectives} & {one.transfer_ns for one in job.collectives}
    assert other.clocks[1:] != job.clocks[1:]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"files": 0}, "files"),
        ({"kernels": 2}, "kernels"),
        ({"pinned": (64, 1)}, "pinned"),
        ({"offset_ns": (0,)}, "offset_ns"),
        ({"drift_ppm": (0.0,) * 9}, "drift_ppm"),
        ({"told": "bytes"}, "told"),
        ({"jitter_ns": 25_000}, "jitter_ns"),
    ],
)
def test_a_plan_that_no_job_can_follow_is_refused(wrong: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=rf"^JobPlan: .*{named}"):
        JobPlan(**wrong)


@pytest.mark.parametrize("told", ["payload", "none"])
def test_nsys_tools_reads_a_file(tmp_path: Path, told: Any) -> None:
    job = build_job(tmp_path, replace(PLAN, told=told, kernels=8))
    with nt.open(job.paths[0], cache=False) as session:
        counts = {row["name"]: row["instance_count"] for row in session.query("kernel_summary")}
        steps = session.query("step", top=5).records()
        names = session.sql(
            "SELECT r.name, count(*) FROM step AS s JOIN range AS r USING (range_id) GROUP BY ALL ORDER BY ALL"
        ).rows()
        exposed = session.sql("SELECT gpu_id, sum(exposed_communication_ns) FROM step GROUP BY ALL ORDER BY ALL").rows()
    turns = PLAN.processes * PLAN.steps
    # Of eight compute kernels, six run before the all-reduce, alternating matrix products and elementwise kernels.
    assert sorted(counts.values()) == [turns, turns, 4 * turns, 4 * turns]
    assert sum(n for name, n in counts.items() if name.startswith("nccl")) == 2 * turns
    assert [step["found_by"] for step in steps] == ["name: numbered"] * 5
    assert names == [(f"step {step}", PLAN.processes) for step in range(PLAN.steps)]
    assert exposed == [(rank, job.exposed_ns(rank)) for rank in range(PLAN.processes)]
