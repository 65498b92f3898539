"""Values that nsys never writes are counted, reported, and left out of figures that cannot be computed with them."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import THREAD, answer, build, launch, text
from tests.commands import run

KERNEL, STRINGS = "CUPTI_ACTIVITY_KIND_KERNEL", "StringIds"
FIGURES = "SELECT kernel_count, kernel_sum_ns, range_count FROM trace_summary"
LEFT_OUT = (
    "{}: 1 rows have no usable start or end and are excluded from all metrics. "
    "The value is missing, not a number, or too large."
)
NO_NUMBER = "values have the type text, not integer. They are read as NULL unless they are numbers."
HUGE = (1 << 63) - 1


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    def fill(b: TraceBuilder) -> None:
        for n in range(3):
            b.range(THREAD, f"r{n}", 100 * n, 100 * n + 90)
            launch(b, 100 * n + 10, 100 * n + 20, 100 * n + 27, name="kernel")

    return build(tmp_path, fill)


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        for statement in statements:
            database.executescript(statement)


def rebuilt(table: str, columns: str, after: str = "") -> str:
    """Return statements that declare the columns of a table differently."""
    return (
        f"ALTER TABLE {table} RENAME TO former; CREATE TABLE {table} ({columns}) {after}; "
        f"INSERT INTO {table} SELECT * FROM former; DROP TABLE former"
    )


def read(path: Path) -> tuple[tuple[object, ...], list[str]]:
    """Return figures and notes, including names, so that the strings are read."""
    notes: list[str] = []
    with open_trace(path, notes=notes) as database:
        figures = database.sql(FIGURES).rows()[0]
        database.sql("SELECT count(name) FROM kernel").rows()
        database.sql("SELECT count(name) FROM range").rows()
    return figures, notes


@pytest.mark.parametrize(
    ("statement", "figures", "said"),
    [
        (f"UPDATE {KERNEL} SET \"end\" = 'late' WHERE rowid = 2", (2, 14, 3),
         [f"{KERNEL}.end: 1 {NO_NUMBER}", LEFT_OUT.format(KERNEL)]),
        (f"UPDATE {KERNEL} SET \"end\" = NULL WHERE rowid = 2", (2, 14, 3), [LEFT_OUT.format(KERNEL)]),
        (f"UPDATE {KERNEL} SET \"end\" = {HUGE} WHERE rowid = 2", (2, 14, 3), [LEFT_OUT.format(KERNEL)]),
        (f"UPDATE {KERNEL} SET start = -{HUGE} WHERE rowid = 2", (2, 14, 3), [LEFT_OUT.format(KERNEL)]),
        (f"ALTER TABLE {KERNEL} DROP COLUMN \"end\"", (0, 0, 3),
         [f"{KERNEL} has no column end.", LEFT_OUT.format(KERNEL).replace("1 rows", "3 rows")]),
        ("UPDATE NVTX_EVENTS SET \"end\" = 'late' WHERE rowid = 2", (3, 21, 2),
         [f"NVTX_EVENTS.end: 1 {NO_NUMBER}", LEFT_OUT.format("NVTX_EVENTS")]),
        ("UPDATE NVTX_EVENTS SET \"end\" = NULL WHERE rowid = 2", (3, 21, 3), []),
        (f"UPDATE {KERNEL} SET \"end\" = \"end\" + 0.4", (3, 21, 3),
         [f"{KERNEL}.end: 3 values have the type real, not integer. They are rounded."]),
        (f"UPDATE {KERNEL} SET globalPid = NULL WHERE rowid = 2", (3, 21, 3), [f"{KERNEL}: 1 rows have no globalPid."]),
        (f"UPDATE {STRINGS} SET value = x'ff00' WHERE value = 'kernel'", (3, 21, 3),
         [f"{STRINGS}.value: 1 values have the type blob, not text. They are read as text."]),
        (f"UPDATE {STRINGS} SET value = NULL WHERE value = 'kernel'", (3, 21, 3),
         [f"{STRINGS}: 1 rows have no value."]),
        (rebuilt(STRINGS, "id, value"), (3, 21, 3), []),
        (rebuilt(STRINGS, "id INTEGER PRIMARY KEY, value TEXT", "WITHOUT ROWID"), (3, 21, 3), []),
        (rebuilt("NVTX_EVENTS", "start INT, \"end\" INT, eventType INT, rangeId INT, category INT, color INT, "
                 "text TEXT, globalTid INT, endGlobalTid INT, textId INT, domainId INT, PRIMARY KEY (start)",
                 "WITHOUT ROWID"),
         (3, 21, 3), []),
    ],
)  # fmt: skip
def test_an_odd_value_is_counted(
    trace: Path, statement: str, figures: tuple[int, ...], said: list[str], cache_folder: Path
) -> None:
    change(trace, statement)
    assert read(trace) == (figures, said)
    # A later session must report it again, so odd tables are not cached.
    stored = {file.name.split("-")[0] for file in cache_folder.rglob("*.parquet")}
    assert not [table for table in stored if any(f"{table.removeprefix('loaded.')}:" in one for one in said)]


def test_columns_without_a_type_are_read(trace: Path) -> None:
    with closing(sqlite3.connect(trace)) as database:
        columns = ", ".join(f'"{row[1]}"' for row in database.execute(f"PRAGMA table_info({KERNEL})"))
    change(trace, rebuilt(KERNEL, columns))
    assert read(trace) == ((3, 21, 3), [])


def test_every_command_tells_of_odd_values(trace: Path, tmp_path: Path) -> None:
    change(trace, f'UPDATE {KERNEL} SET "end" = NULL WHERE rowid = 2')
    said = LEFT_OUT.format(KERNEL)
    done = run("analyze", str(trace), "--out", "r", "--format", "json", cwd=tmp_path)
    assert (done.returncode, said in done.stderr) == (0, True)
    metrics = json.loads((tmp_path / "r" / "metrics.json").read_text())
    assert (metrics["figures"]["kernel_count"]["value"], metrics["notes"]) == (2, [said])
    for arguments in (["sql", str(trace), FIGURES], ["stats", str(trace), "-r", "cuda_gpu_kern_sum"]):
        done = run(*arguments, cwd=tmp_path)
        assert (done.returncode, said in done.stderr) == (0, True), arguments


def test_device_0_of_two_machines_is_two_gpus(tmp_path: Path) -> None:
    def fill(b: TraceBuilder) -> None:
        for machine in (0, 3):
            b.kernel(machine << 48 | 7 << 24, "k", 10, 30, machine + 1)

    assert answer(build(tmp_path, fill), "gpu_summary", "gpu_id", "busy_ns") == text(
        """
        gpu_id,busy_ns
        0,20
        1000,20
        """
    )
