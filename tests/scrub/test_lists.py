"""The lists of copied data match nsys's schema; everything that is not listed is left out."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import nsys_tools as nt
from nsys_tools.scrubbing import allowed
from nsys_tools.session import catalogue
from nsys_tools.session.quoting import quoted
from tests.case import THREAD, build, launch

# Columns that other tools, or an older export, added to nsys's tables.
FOREIGN = {("CUPTI_ACTIVITY_KIND_MEMCPY", "name"), ("CUPTI_ACTIVITY_KIND_RUNTIME", "name"),
           ("SAMPLING_CALLCHAINS", "symbolName")}  # fmt: skip


def schema(path: Path) -> dict[str, list[tuple[str, str]]]:
    """Return the columns of each table with their declarations, in which nsys marks references to strings."""
    with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as connection:
        tables = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
        found = {}
        for name, sql in tables:
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({quoted(name)})")]
            lines = {line.split()[0].strip('"'): line for line in sql.splitlines() if line.strip()}
            found[name] = [(column, lines.get(column, "")) for column in columns]
    return found


def test_every_column_that_queries_read_is_known() -> None:
    for name, columns in catalogue.schema().items():
        table = allowed.table(name)
        assert table is not None, name
        assert set(columns) - table.holds.keys() == set(), name


def test_every_column_of_real_traces_is_known(shared_trace: Path) -> None:
    for name, columns in schema(shared_trace).items():
        table = allowed.table(name)
        assert table is not None or name == "sqlite_sequence", name
        if table is not None:
            assert {(name, column) for column, _ in columns if column not in table.holds} <= FOREIGN


def test_what_nsys_calls_the_id_of_a_string_is_one(shared_trace: Path) -> None:
    """Otherwise, the string would be missing in the copy."""
    seen = 0
    for name, columns in schema(shared_trace).items():
        for column, declaration in columns:
            table = allowed.table(name)
            if (
                table
                and column in table.holds
                and ("REFERENCES StringIds" in declaration or "StringId of" in declaration)
            ):
                assert table.holds[column].endswith(" id") or table.holds[column] == "secret", (name, column)
                seen += 1
    assert seen > 10 or shared_trace.stem == "schema_2021"


def test_unknown_tables_and_columns_stay_behind_and_are_listed(tmp_path: Path) -> None:
    path = build(tmp_path, lambda b: launch(b, 10, 20, 30))
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "CREATE TABLE NOTES (text TEXT); INSERT INTO NOTES VALUES ('confidential');"
            "ALTER TABLE CUPTI_ACTIVITY_KIND_KERNEL ADD COLUMN remark TEXT DEFAULT 'confidential';"
            "CREATE VIEW readable AS SELECT * FROM NOTES; CREATE INDEX by_start ON CUPTI_ACTIVITY_KIND_KERNEL (start);"
            "CREATE TRIGGER tell AFTER INSERT ON NOTES BEGIN DELETE FROM NOTES; END;"
        )
    done = nt.scrub(path, tmp_path / "copy.sqlite")
    assert done.manifest["tables_cut"] == {"NOTES": {"rows": 1, "why": "unknown"}}
    assert done.manifest["tables"]["CUPTI_ACTIVITY_KIND_KERNEL"]["columns_cut"] == ["remark"]
    assert done.manifest["others_cut"] == {"index": 1, "trigger": 1, "view": 1}
    assert b"confidential" not in done.path.read_bytes()
    with closing(sqlite3.connect(done.path)) as connection:
        assert {kind for (kind,) in connection.execute("SELECT DISTINCT type FROM sqlite_master")} == {"table"}


def test_nothing_is_left_in_free_pages(tmp_path: Path) -> None:
    """Deleted rows are still in the trace file."""
    path = build(tmp_path, lambda b: [b.range(THREAD, f"deleted {n}", n, n + 1) for n in range(2_000)])
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("DELETE FROM NVTX_EVENTS WHERE start > 10")
        connection.commit()
    copy = nt.scrub(path, tmp_path / "copy.sqlite").path
    assert b"deleted 1999" in path.read_bytes(), "the test can fail"
    assert b"deleted 1999" not in copy.read_bytes()
    assert b"deleted 9" in copy.read_bytes()
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA freelist_count").fetchone() == (0,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_only_strings_in_use_are_copied_under_their_numbers(tmp_path: Path) -> None:
    def fill(b: object) -> None:
        launch(b, 10, 20, 30, name="used")  # type: ignore[arg-type]

    path = build(tmp_path, fill)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO StringIds VALUES (999, 'HOME=/home/me' || char(0) || 'X=confidential-1')")
        connection.commit()
        rows = set(connection.execute("SELECT id, value FROM StringIds WHERE id != 999"))
    done = nt.scrub(path, tmp_path / "copy.sqlite")
    with closing(sqlite3.connect(done.path)) as connection:
        assert set(connection.execute("SELECT id, value FROM StringIds")) == rows
    assert done.manifest["strings"] == {"kept": len(rows), "cut": 1, "changed": 0}


def test_a_name_of_a_thread_that_is_also_a_function_gets_a_number_of_its_own(tmp_path: Path) -> None:
    """The function keeps its name, and the thread gets a different one."""

    def fill(b: object) -> None:
        name = b.string("cudaLaunchKernel_v7000")  # type: ignore[attr-defined]
        launch(b, 10, 20, 30)  # type: ignore[arg-type]
        b.add("ThreadNames", nameId=name, priority=0, globalTid=THREAD)  # type: ignore[attr-defined]

    copy = nt.scrub(build(tmp_path, fill), tmp_path / "copy.sqlite").path
    with closing(sqlite3.connect(copy)) as connection:
        join = "SELECT value FROM {} AS t JOIN StringIds AS s ON s.id = t.nameId"
        assert connection.execute(join.format("CUPTI_ACTIVITY_KIND_RUNTIME")).fetchall() == [
            ("cudaLaunchKernel_v7000",)
        ]
        ((thread,),) = connection.execute(join.format("ThreadNames")).fetchall()
    assert thread.startswith("thread-")


def test_threads_and_processes_without_events_are_left_out(tmp_path: Path) -> None:
    def fill(b: object) -> None:
        launch(b, 10, 20, 30)  # type: ignore[arg-type]
        for number in (1, 77):
            b.add("PROCESSES", globalPid=number << 24, pid=number)  # type: ignore[attr-defined]
            name = b.string(f"name {number}")  # type: ignore[attr-defined]
            b.add("ThreadNames", nameId=name, priority=0, globalTid=number << 24 | number)  # type: ignore[attr-defined]

    done = nt.scrub(build(tmp_path, fill), tmp_path / "copy.sqlite")
    with closing(sqlite3.connect(done.path)) as connection:
        assert connection.execute("SELECT pid FROM PROCESSES").fetchall() == [(1,)]
        assert connection.execute("SELECT globalTid FROM ThreadNames").fetchall() == [(THREAD,)]
    assert done.manifest["tables"]["ThreadNames"]["rows_cut"] == 1


def test_a_text_among_numbers_is_none_any_more(tmp_path: Path) -> None:
    path = build(tmp_path, lambda b: launch(b, 10, 20, 30))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE CUPTI_ACTIVITY_KIND_KERNEL SET gridX = 'confidential'")
        connection.commit()
    copy = nt.scrub(path, tmp_path / "copy.sqlite").path
    assert b"confidential" not in copy.read_bytes()
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT start, gridX FROM CUPTI_ACTIVITY_KIND_KERNEL").fetchone() == (20, 0)


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("EXPORT_SCHEMA_VERSION", "version"), ("PROCESS_0:ENVIRONMENT_VARIABLE", "rank"), ("Hostname", "host"),
        ("PROCESS_12:COLLECT_CUDA_TRACE", "scalar"), ("SupportsMPI", "scalar"), ("PROCESS_0:ARGUMENT_1", None),
        ("PROCESS_0:WORKING_DIR", None), ("DeviceEnvironment", None), ("EXPORT_PARAM_INPUT_PATH_ABS", None),
        ("Supports it: a text", None), ("GpuInfo", None), ("NicInfo", None),
    ],
)  # fmt: skip
def test_settings_are_copied_by_name(name: str, holds: str | None) -> None:
    assert allowed.setting(name) == holds
