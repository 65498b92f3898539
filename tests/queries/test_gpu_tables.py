"""The descriptions of GPUs in the tables of all nsys versions; unknown figures are NULL."""

from __future__ import annotations

import csv
import io
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

import nsys_tools
from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import LAUNCH, PROCESS, THREAD, answer, build, text
from tests.conftest import installed_nsys

# As written by nsys 2020.4, without columns that no query reads.
LISTED = "CREATE TABLE TARGET_INFO_GPU (vmId INT, deviceId INT, name TEXT, busLocation TEXT, isDiscrete INT)"
DESCRIBED = (
    "CREATE TABLE TARGET_INFO_CUDA_GPU (deviceId INT, pid INT, globalMemoryBandwidth INT, globalMemorySize INT, "
    "l2CacheSize INT, coreClockRate INT, numMultiprocessors INT, computeCapabilityMajor INT, "
    "computeCapabilityMinor INT)"
)
CURRENT = "CREATE TABLE TARGET_INFO_GPU (id INT, name TEXT, smCount INT, memoryBandwidth INT, totalMemory INT)"
NAMED = "CREATE TABLE TARGET_INFO_CUDA_GPU (deviceId INT, name TEXT, numMultiprocessors INT)"
V100 = "Tesla V100-SXM2-16GB"
FIGURES = ("gpu_id", "name", "sm_count", "clock_hz", "memory_bytes", "bandwidth_bytes_per_s", "compute_capability")


def old(folder: Path, *tables: tuple[str, Sequence[tuple[object, ...]]], devices: Sequence[int] = (0,)) -> Path:
    """Write a trace with one kernel on each device, and tables in an old layout (CREATE statements and rows)."""

    def fill(b: TraceBuilder) -> None:
        for number, device in enumerate(devices):
            b.kernel(PROCESS, "k", 10 * number, 10 * number + 5, 0, device=device)

    path = build(folder, fill)
    with closing(sqlite3.connect(path)) as database, database:
        for create, rows in tables:
            name = create.split()[2]
            database.execute(create)
            database.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows[0]))})", rows)
    return path


def test_names_and_figures_of_an_old_export(tmp_path: Path) -> None:
    """GPU 1 is in one table only, and GPU 2 in the other only; clocks are in kHz, bandwidth in kB/s."""
    listed = [(1, 0, V100, "0000:00:1e.0", 1), (1, 1, "Quadro P400", "0000:01:00.0", 1)]
    described = [
        (0, 7, 898048000, 16945512448, 6291456, 1530000, 80, 7, 0),
        (2, 7, 320064000, 15843721216, 4194304, 1590000, 40, 7, 5),
    ]
    path = old(tmp_path, (LISTED, listed), (DESCRIBED, described))
    assert answer(path, "gpu", *FIGURES, "l2_cache_bytes", "chip") == text(
        """
        gpu_id,name,sm_count,clock_hz,memory_bytes,bandwidth_bytes_per_s,compute_capability,l2_cache_bytes,chip
        0,Tesla V100-SXM2-16GB,80,1530000000,16945512448,898048000000,7.0,6291456,
        1,Quadro P400,,,,,,,
        2,,40,1590000000,15843721216,320064000000,7.5,4194304,
        """
    )
    assert answer(path, "gpu_summary", "gpu_id", "name") == f"gpu_id,name\n0,{V100}"


@pytest.mark.parametrize(
    ("memory", "found"),
    [(0, ""), (16160, "16944988160"), (2**20 - 1, str((2**20 - 1) * 2**20)), (2**20, "1048576"),
     (16945512448, "16945512448")],
)  # fmt: skip
def test_memory_in_mib_or_bytes(tmp_path: Path, memory: int, found: str) -> None:
    path = old(tmp_path, (DESCRIBED, [(0, 7, 0, memory, 0, 0, 0, 0, 0)]))
    assert answer(path, "gpu", "memory_bytes").split("\n")[1:] == [found or '""']


@pytest.mark.parametrize(
    ("clock", "bandwidth", "expected"),
    [
        (1530, 898048, (1530000000, None)),
        (1530000, 898048000, (1530000000, 898048000000)),
        (1530000000, 898048000000, (1530000000, 898048000000)),
        (0, 0, (None, None)),
        (None, None, (None, None)),
        (135000, 14400000, (135000000, 14400000000)),  # the slowest and the fastest of that time
        (2520000, 2039000000, (2520000000, 2039000000000)),
    ],
)
def test_units_follow_from_the_value(
    tmp_path: Path, clock: int | None, bandwidth: int | None, expected: tuple[int | None, int | None]
) -> None:
    path = old(tmp_path, (DESCRIBED, [(0, 7, bandwidth, 0, 0, clock, 1, 0, 0)]))
    with open_trace(path, cache=False) as trace:
        row = trace.query("gpu").one()
    assert (row["clock_hz"], row["bandwidth_bytes_per_s"]) == expected


@pytest.mark.parametrize("create", [CURRENT, "new"])
def test_what_cannot_be_zero_is_unknown(tmp_path: Path, create: str) -> None:
    """This also applies to the current layout: a trace can list an integrated GPU of another vendor with zeros."""
    if create == "new":
        path = build(tmp_path, lambda b: b.add(
            "TARGET_INFO_GPU", id=1, name="", totalMemory=0, memoryBandwidth=0, clockRate=0, smCount=0, chipName="",
            l2CacheSize=0, computeMajor=0, computeMinor=0, isDiscrete=0,
        ))  # fmt: skip
    else:
        path = old(tmp_path, (create, [(1, "", 0, 0, 0)]))
    with open_trace(path, cache=False) as trace:
        row = trace.query("gpu").one()
    assert row.pop("gpu_id") == 1
    assert set(row.values()) == {None}


def test_a_table_without_the_other_and_neither(tmp_path: Path) -> None:
    for name in ("listed", "described", "neither"):
        (tmp_path / name).mkdir()
    only = old(tmp_path / "listed", (LISTED, [(1, 0, V100, "", 1)]))
    assert answer(only, "gpu", *FIGURES[:3]) == f"gpu_id,name,sm_count\n0,{V100},"
    only = old(tmp_path / "described", (NAMED, [(0, V100, 80)]))
    assert answer(only, "gpu", *FIGURES[:3]) == f"gpu_id,name,sm_count\n0,{V100},80"
    assert answer(old(tmp_path / "neither"), "gpu", *FIGURES[:3]) == "gpu_id,name,sm_count"


def test_the_current_table_is_preferred_column_by_column(tmp_path: Path) -> None:
    """Values that are missing or 0 in TARGET_INFO_GPU come from the other table; no other values do."""
    current = (CURRENT, [(0, "A100-SXM4-40GB", 0, 1555200000000, 42404806656), (1, "", 108, 0, 0)])
    described = (NAMED, [(0, "A100", 108), (1, "A30", 56)])
    path = old(tmp_path, current, described)
    assert answer(path, "gpu", "gpu_id", "name", "sm_count", "bandwidth_bytes_per_s") == text(
        """
        gpu_id,name,sm_count,bandwidth_bytes_per_s
        0,A100-SXM4-40GB,108,1555200000000
        1,A30,108,
        """
    )


def test_the_name_goes_with_the_figures(tmp_path: Path) -> None:
    """The old list also contains GPUs without a CUDA number: its GPU 0 is not CUDA's GPU 0."""
    listed = [(1, 0, "Intel UHD Graphics 630", "0000:00:02.0", 0), (1, 1, V100, "0000:01:00.0", 1)]
    path = old(tmp_path, (LISTED, listed), (NAMED, [(0, V100, 80)]))
    assert answer(path, "gpu_summary", "gpu_id", "name") == f"gpu_id,name\n0,{V100}"


def test_a_device_described_once_per_process(tmp_path: Path) -> None:
    """GPU 0 has one row. Values on which its descriptions disagree are unknown, like all but the SMs of GPU 1."""
    described = [
        (0, 7, 898048000, 16160, 0, 1530000, 80, 7, 0),
        (0, 8, 0, 16160, 0, 1530000, 80, 7, 0),
        (1, 7, 898048000, 16160, 0, 1530000, 80, 7, 0),
        (1, 8, 320064000, 15109, 0, 1590000, 80, 7, 5),
    ]
    path = old(tmp_path, (DESCRIBED, described), devices=(0, 1))
    assert answer(path, "gpu", *FIGURES) == text(
        """
        gpu_id,name,sm_count,clock_hz,memory_bytes,bandwidth_bytes_per_s,compute_capability
        0,,80,1530000000,16944988160,898048000000,7.0
        1,,80,,,,
        """
    )
    assert len(device_column(path)) == 2


def test_auto_is_the_gpu_that_ran_something(tmp_path: Path) -> None:
    """The other listed GPU is not selected and causes no warning that it differs from the selected one."""
    path = tmp_path / "case.sqlite"
    with TraceBuilder(path) as b:
        b.gpu("NVIDIA A100-SXM4-80GB", number=1, sm_count=108, clock_hz=1_410_000_000, memory=85, bandwidth=2)
        b.gpu("Intel(R) UHD Graphics 770", number=0, sm_count=0, clock_hz=0, memory=0, bandwidth=0)
        b.range(THREAD, "prefill", 0, 500_000_000)
        b.call(THREAD, LAUNCH, 1_000, 2_000, 1)
        b.kernel(PROCESS, "k", 5_000, 400_000_000, 1, device=1)
    with nsys_tools.open(path, model="llama-2-7b", set={"seq_len": 2048}, cache=False) as session:
        analysis = session.analyze()
    assert analysis.comparison is not None
    assert analysis.comparison.peak.gpu == "NVIDIA A100 80GB SXM"
    assert analysis.comparison.notes == ()


EIGHT = [(number, "NVIDIA A100-SXM4-80GB", 108, 2039040000000, 85095874560) for number in range(8)]
INTEL = (0, "Intel(R) UHD Graphics 770", 0, 0, 0)
H100 = (1, "NVIDIA H100 80GB HBM3", 132, 3352320000000, 85029158912)
SLICE = (0, "NVIDIA A100-SXM4-80GB MIG 1g.10gb", 14, 0, 10200547328)


@pytest.mark.parametrize(
    ("listed", "device", "used", "count"),
    [(EIGHT, 5, EIGHT[5][1], 8), ([INTEL, H100], 1, H100[1], 2), ([SLICE], 0, SLICE[1], 1)],
)
def test_listed_and_used(tmp_path: Path, listed: list[tuple[object, ...]], device: int, used: str, count: int) -> None:
    """One of 8 GPUs is used; one of two GPUs is not from NVIDIA; a GPU slice has no bandwidth of its own."""
    path = old(tmp_path, (CURRENT, listed), devices=(device,))
    assert answer(path, "gpu_summary", "gpu_id", "name") == f"gpu_id,name\n{device},{used}"
    assert device_column(path) == [f"{used} ({device})"]
    with open_trace(path, cache=False) as trace:
        assert len(trace.query("gpu")) == count


def device_column(path: Path) -> list[str]:
    """Return the Device column of ``cuda_gpu_trace``."""
    with nsys_tools.open(path, cache=False) as session:
        return [row["Device"] for row in session.stats("cuda_gpu_trace").records()]


def by_nsys(path: Path) -> subprocess.CompletedProcess[str]:
    """Run the installed nsys on an export."""
    return subprocess.run(
        [str(installed_nsys()), "stats", "-q", "-r", "cuda_gpu_trace", "-f", "csv:noconv", "--force-export=false",
         str(path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.nsys
@pytest.mark.parametrize(
    ("tables", "devices", "expected"),
    [
        ([(CURRENT, EIGHT)], (5, 0), [f"{EIGHT[5][1]} (5)", f"{EIGHT[0][1]} (0)"]),
        ([(CURRENT, [INTEL, H100])], (1, 0, 2), [f"{H100[1]} (1)", f"{INTEL[1]} (0)", " (2)"]),
        ([(CURRENT, [(0, None, 0, 0, 0), (1, "", 0, 0, 0)])], (0, 1), [" (0)", " (1)"]),
    ],
)
def test_device_names_are_those_of_nsys(
    tmp_path: Path,
    tables: list[tuple[str, list[tuple[object, ...]]]],
    devices: tuple[int, ...],
    expected: list[str],
) -> None:
    path = old(tmp_path, *tables, devices=devices)
    theirs = [row["Device"] for row in csv.DictReader(io.StringIO(by_nsys(path).stdout.strip()))]
    assert device_column(path) == theirs == expected


@pytest.mark.nsys
def test_an_old_export_is_answered_where_nsys_gives_up(tmp_path: Path) -> None:
    path = old(tmp_path, (LISTED, [(1, 0, V100, "", 1)]), (DESCRIBED, [(0, 7, 0, 16160, 0, 1530000, 80, 7, 0)]))
    done = by_nsys(path)
    assert "deviceId" in done.stderr + done.stdout
    assert V100 not in done.stdout
    assert device_column(path) == [f"{V100} (0)"]
