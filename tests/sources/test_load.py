"""Loading: every schema, read-only, no files next to the trace, and a safe and correct cache."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from nsys_tools import assets
from nsys_tools.errors import NsysToolsError
from nsys_tools.session.connection import SMALL_BYTES
from nsys_tools.session.store import make_folder
from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.synthetic.builder import TraceBuilder
from nsys_tools.synthetic.large import build_large
from nsys_tools.synthetic.timeline import Timeline
from tests.case import THREAD, build, launch
from tests.conftest import REPOSITORY, installed_nsys

pytestmark = pytest.mark.usefixtures("as_large")

COUNTS = "SELECT kernel_count, kernel_sum_ns, range_count FROM trace_summary"


def counts(path: Path, *, cache: bool = True) -> tuple[object, ...]:
    with open_trace(path, cache=cache) as trace:
        return trace.sql(COUNTS).rows()[0]


def change(path: Path, *statements: str) -> None:
    with sqlite3.connect(path) as database:
        for statement in statements:
            database.execute(statement)
    database.close()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    def fill(b: TraceBuilder) -> None:
        b.range(THREAD, "r", 0, 50)
        launch(b, 10, 20, 27)

    return build(tmp_path, fill)


def test_absent_and_empty_tables_are_the_same(small: Path) -> None:
    assert counts(small) == (1, 7, 1)
    change(small, "CREATE TABLE CUPTI_ACTIVITY_KIND_MEMCPY (start INTEGER)")
    assert counts(small) == (1, 7, 1)
    change(small, "DROP TABLE NVTX_EVENTS")
    assert counts(small) == (1, 7, 0)
    change(small, "DROP TABLE CUPTI_ACTIVITY_KIND_RUNTIME", "DROP TABLE CUPTI_ACTIVITY_KIND_KERNEL")
    assert counts(small) == (0, 0, 0)


def test_missing_columns_are_null_and_unknown_ones_are_left_alone(small: Path) -> None:
    change(
        small,
        "ALTER TABLE CUPTI_ACTIVITY_KIND_KERNEL DROP COLUMN mangledName",
        "ALTER TABLE CUPTI_ACTIVITY_KIND_KERNEL DROP COLUMN graphNodeId",
        "ALTER TABLE CUPTI_ACTIVITY_KIND_KERNEL ADD COLUMN ofAnotherTool TEXT DEFAULT 'x'",
    )
    with open_trace(small) as trace:
        assert trace.sql("SELECT name, mangled_name, graph_node_id FROM kernel").rows() == [("k", None, None)]
        assert trace.sql("SELECT ofAnotherTool FROM CUPTI_ACTIVITY_KIND_KERNEL").rows() == [("x",)]


def test_raw_tables_can_be_asked_whole_and_absent_ones_are_empty(small: Path) -> None:
    with open_trace(small) as trace:
        assert trace.sql("SELECT count(*) FROM NVTX_EVENTS").rows() == [(1,)]
        assert trace.sql("SELECT count(*) FROM OSRT_API").rows() == [(0,)]
        assert trace.sql("SELECT n.text FROM NVTX_EVENTS n JOIN range r ON r.range_id = n.rowid").rows() == [("r",)]


def test_a_real_in_an_integer_column_does_not_stop_loading(small: Path) -> None:
    change(small, "UPDATE CUPTI_ACTIVITY_KIND_KERNEL SET registersPerThread = 'odd', staticSharedMemory = 1.5")
    assert counts(small) == (1, 7, 1)


def test_text_that_is_not_utf8_does_not_stop_loading(small: Path) -> None:
    change(
        small,
        "UPDATE NVTX_EVENTS SET text = CAST(x'ff41' AS TEXT)",
        "INSERT INTO StringIds VALUES (99, CAST(x'fe42' AS TEXT))",
        "UPDATE CUPTI_ACTIVITY_KIND_KERNEL SET shortName = 99",
    )
    with open_trace(small) as trace:
        assert trace.sql("SELECT name FROM range").rows() == [("(not UTF-8)",)]
        assert trace.sql("SELECT name, short_name FROM kernel").rows() == [("k", "(not UTF-8)")]


@pytest.mark.parametrize("mode", ["delete", "wal"])
@pytest.mark.parametrize("cache", [True, False])
def test_nothing_is_written_beside_the_trace(small: Path, mode: str, cache: bool) -> None:
    change(small, f"PRAGMA journal_mode = {mode}")
    before = {p.name: (p.stat().st_mtime_ns, p.read_bytes()) for p in small.parent.iterdir()}
    assert counts(small, cache=cache) == (1, 7, 1)
    assert {p.name: (p.stat().st_mtime_ns, p.read_bytes()) for p in small.parent.iterdir()} == before


def test_no_cache_leaves_the_cache_empty(small: Path, cache_folder: Path) -> None:
    counts(small, cache=False)
    assert list(cache_folder.rglob("*")) == []
    counts(small)
    assert any(cache_folder.rglob("*.parquet"))


def test_the_cache_follows_the_trace(small: Path) -> None:
    assert counts(small) == (1, 7, 1)
    change(small, 'UPDATE CUPTI_ACTIVITY_KIND_KERNEL SET "end" = 29')
    assert counts(small) == (1, 9, 1)


def test_old_traces_are_forgotten_and_nothing_else(small: Path, cache_folder: Path) -> None:
    """A user may use a cache folder that contains other files."""
    counts(small)
    # One from the trace, one from the relations that queries read, one from spilled data.
    mine = {entry.name for entry in cache_folder.iterdir()}
    assert len(mine) == 3
    assert "temporary" in mine
    marked = {"0" * 32, "f" * 32, "photos"}
    for name in marked | {"1" * 32, "models", "0" * 31}:
        (cache_folder / name).mkdir()
        (cache_folder / name / "content").touch()
        if name in marked:
            make_folder(cache_folder / name)
        if name != "f" * 32:
            os.utime(cache_folder / name, (0, 0))
    counts(small)
    kept = {"f" * 32, "photos", "1" * 32, "models", "0" * 31}
    assert {entry.name for entry in cache_folder.iterdir()} == mine | kept


def test_what_a_killed_process_was_writing_is_removed_later(small: Path, cache_folder: Path) -> None:
    counts(small)
    (folder,) = {file.parent for file in cache_folder.rglob("*.parquet")}
    for name, at in ((".nsys-tools-old.tmp", 0), (".nsys-tools-new.tmp", None), ("mine.txt", 0)):
        (folder / name).touch()
        if at is not None:
            os.utime(folder / name, (at, at))
    counts(small)
    left = {file.name for file in folder.iterdir() if file.suffix != ".parquet"}
    assert left == {".nsys-tools-new.tmp", "mine.txt", "CACHEDIR.TAG"}


def test_a_cache_that_cannot_be_made_is_done_without(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NSYS_TOOLS_CACHE", os.devnull + "/cache")
    assert counts(small) == (1, 7, 1)


def test_processes_that_start_at_once_agree(tmp_path: Path, cache_folder: Path) -> None:
    build_large(trace := tmp_path / "large.sqlite", 60_000)
    assert trace.stat().st_size > SMALL_BYTES
    code = f"import sys; import nsys_tools as nt; print(nt.open(sys.argv[1]).sql({COUNTS!r}).rows())"
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(trace)], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)
        for _ in range(4)
    ]
    answers = {process.communicate()[0] for process in started}
    assert {process.returncode for process in started} == {0}
    assert len(answers) == 1
    assert list(cache_folder.rglob("*.parquet"))
    assert not list(cache_folder.rglob("*.tmp"))


def test_parquet_folder_gives_the_same_answers(sample: tuple[Path, Timeline], tmp_path: Path) -> None:
    folder = tmp_path / "exported"
    folder.mkdir()
    with open_trace(sample[0], cache=False) as trace:
        expected = trace.query("range_exclusive").rows()
        for table in trace.recorded:
            trace.connection.execute(f"COPY raw.\"{table}\" TO '{folder / table}.parquet' (FORMAT parquet)")
    with open_trace(folder) as trace:
        assert trace.query("range_exclusive").rows() == expected
    assert {file.suffix for file in folder.iterdir()} == {".parquet"}


@pytest.mark.nsys
def test_recording_is_exported_by_an_installed_nsys(tmp_path: Path, cache_folder: Path) -> None:
    nsys = str(installed_nsys())
    pytest.importorskip("nvtx", reason="the package nvtx is not installed")
    script = "import nvtx\nwith nvtx.annotate('outer'):\n  with nvtx.annotate('inner'): pass"
    command = [nsys, "profile", "--trace=nvtx", "--sample=none", "-o", "run", sys.executable, "-c", script]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    with open_trace(tmp_path / "run.nsys-rep") as trace:
        assert trace.sql("SELECT path FROM range ORDER BY start_ns").rows() == [("outer",), ("outer/inner",)]
    assert {file.name for file in tmp_path.iterdir()} == {"run.nsys-rep"}
    assert {file.suffix for file in cache_folder.rglob("*") if file.is_file()} == {".parquet", ".json", ".TAG"}


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder ``queries/my`` in the user's own assets."""
    folder = tmp_path / "own" / "queries" / "my"
    folder.mkdir(parents=True)
    monkeypatch.setattr(assets, "_own_folders", [tmp_path / "own"])
    return folder


def test_an_own_query_is_found_first(small: Path, own: Path) -> None:
    header = "-- One row: kernels.\n--\n-- n  BIGINT  count  kernels\n"
    (own / "count.sql").write_text(f"{header}SELECT count(*) AS n FROM kernel")
    with open_trace(small) as trace:
        assert trace.query("my_count").rows() == [(1,)]


def test_queries_that_need_each_other_are_an_error(small: Path, own: Path) -> None:
    (own / "a.sql").write_text("-- One row.\nSELECT * FROM my_b")
    (own / "b.sql").write_text("-- One row.\nSELECT * FROM my_a")
    with open_trace(small) as trace, pytest.raises(NsysToolsError, match="circular dependency"):
        trace.sql("SELECT * FROM my_a")


@pytest.mark.parametrize(
    ("sql", "said"),
    [("SELEC 1", "not a single valid SELECT statement"), ("SELECT color FROM kernel", 'column "color" not found')],
)
def test_a_mistake_in_an_own_query_names_it(small: Path, own: Path, sql: str, said: str) -> None:
    (own / "wrong.sql").write_text(f"-- One row.\n{sql}")
    with open_trace(small) as trace, pytest.raises(NsysToolsError, match=said) as caught:
        trace.query("my_wrong")
    assert "my_wrong" in caught.value.message


def test_result_forms_and_units(small: Path) -> None:
    with open_trace(small) as trace:
        result = trace.query("kernel_summary", top=1)
        assert result.units["sum_ns"] == "ns"
        assert result.pl()["sum_ns"].to_list() == result.df()["sum_ns"].to_list() == [7]
        assert trace.query("kernel_summary", name="k").arrow().num_rows == 1
        assert trace.query("kernel_summary", name="'; DROP TABLE x").rows() == []
        with pytest.raises(NsysToolsError, match="no column 'color'"):
            trace.query("kernel_summary", color="red")


def test_the_trace_cannot_be_changed(small: Path) -> None:
    with open_trace(small) as trace, pytest.raises(NsysToolsError, match="read-only"):
        trace.sql("DELETE FROM raw.StringIds")


def test_a_trace_is_attached_when_something_reads_it(small: Path) -> None:
    databases = "SELECT database_name FROM duckdb_databases() WHERE database_name = 'raw'"
    with open_trace(small) as trace:
        assert trace.query("stats_cuda_gpu_kern_sum").rows()
        assert trace.connection.execute(databases).fetchall() == [("raw",)]
    with open_trace(small) as trace:
        assert trace.query("stats_cuda_gpu_kern_sum").rows()
        assert trace.connection.execute(databases).fetchall() == []
        assert trace.sql("SELECT count(*) FROM StringIds").rows()
        assert trace.connection.execute(databases).fetchall() == [("raw",)]
        assert trace.query("kernel").rows()
