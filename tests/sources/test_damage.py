"""Damaged, unfinished and odd traces: an error, or the figures with a note; data is never dropped silently."""

from __future__ import annotations

import json
import os
import random
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

import nsys_tools as nt
from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import THREAD, build, launch
from tests.commands import refused, run

KERNELS = 600
COUNTS = "SELECT kernel_count, range_count FROM trace_summary"
PAGE = 4096


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    def fill(b: TraceBuilder) -> None:
        for n in range(KERNELS):
            b.range(THREAD, f"range {n}", 100 * n, 100 * n + 90)
            launch(b, 100 * n + 10, 100 * n + 20, 100 * n + 27)

    return build(tmp_path, fill)


def counts(path: Path, *, salvage: bool = False) -> tuple[tuple[object, ...], list[str]]:
    notes: list[str] = []
    with open_trace(path, salvage=salvage, notes=notes) as database:
        return database.sql(COUNTS).rows()[0], notes


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        for statement in statements:
            database.execute(statement)


def pages_of(path: Path, table: str) -> list[int]:
    """Return the positions of leaf pages of a table that count(*) needs."""
    with closing(sqlite3.connect(path)) as database:
        root = database.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", [table]).fetchone()[0]
    content, at = path.read_bytes(), (root - 1) * PAGE
    assert content[at] == 5, "the table has one page only"
    cells = int.from_bytes(content[at + 3 : at + 5], "big")
    pointers = [int.from_bytes(content[at + 12 + 2 * n :][:2], "big") for n in range(cells)]
    return [(int.from_bytes(content[at + pointer :][:4], "big") - 1) * PAGE for pointer in pointers]


def overwrite(path: Path, at: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(content)


@pytest.mark.parametrize("table", ["NVTX_EVENTS", "CUPTI_ACTIVITY_KIND_KERNEL"])
@pytest.mark.parametrize(
    ("offset", "content"),
    [(PAGE // 2, random.Random(1).randbytes(PAGE // 2)), (PAGE // 2, bytes(PAGE // 2)), (0, b"\x0d\xff")],
)
def test_a_damaged_page_is_refused_and_salvaged(trace: Path, table: str, offset: int, content: bytes) -> None:
    overwrite(trace, pages_of(trace, table)[1] + offset, content)
    for _ in range(2):  # the cached parts of the others do not help it
        with pytest.raises(nt.NsysToolsError, match=f"table {table} is damaged") as caught:
            counts(trace)
    assert "--salvage" in caught.value.hint
    found, notes = counts(trace, salvage=True)
    assert min(map(int, map(str, found))) > KERNELS / 2
    assert notes[0].startswith("PARTIAL: the trace is damaged. All results cover only the data that could be read.")
    assert f" Damaged: {table} (" in notes[0]


def test_a_salvaged_trace_is_marked_in_every_output(trace: Path, tmp_path: Path, cache_folder: Path) -> None:
    overwrite(trace, pages_of(trace, "NVTX_EVENTS")[1], bytes(PAGE))
    said = "PARTIAL: the trace is damaged"
    assert "NVTX_EVENTS is damaged" in refused("analyze", str(trace), "--out", "r", cwd=tmp_path)
    assert not (tmp_path / "r").exists()
    done = run("analyze", str(trace), "--out", "r", "--salvage", cwd=tmp_path)
    assert (done.returncode, said in done.stderr) == (0, True)
    metrics = json.loads((tmp_path / "r" / "metrics.json").read_text())
    assert metrics["trace"]["is_partial"] is True
    assert metrics["notes"][0].startswith(said)
    for name in ("report.md", "report.html", "stakeholder_summary.md"):
        assert "Partial data." in (tmp_path / "r" / name).read_text(), name
    for arguments in (["sql", str(trace), COUNTS], ["stats", str(trace), "-r", "nvtx_sum"]):
        assert "NVTX_EVENTS is damaged" in refused(*arguments, cwd=tmp_path)
        done = run(*arguments, "--salvage", cwd=tmp_path)
        assert (done.returncode, said in done.stderr) == (0, True), arguments
    assert not [file for file in cache_folder.rglob("*.parquet") if "NVTX" in file.name]


def test_an_intact_trace_is_not_partial(trace: Path) -> None:
    assert counts(trace, salvage=True) == ((KERNELS, KERNELS), [])


def test_a_damaged_table_that_sql_names_is_refused(trace: Path) -> None:
    change(trace, "CREATE TABLE GPU_METRICS AS SELECT start, text FROM NVTX_EVENTS")
    overwrite(trace, pages_of(trace, "GPU_METRICS")[1], bytes(PAGE))
    assert counts(trace) == ((KERNELS, KERNELS), [])
    with nt.open(trace) as session, pytest.raises(nt.NsysToolsError, match="table GPU_METRICS is damaged"):
        session.sql("SELECT count(*) FROM GPU_METRICS")


def test_a_list_of_tables_that_contradicts_itself_is_refused(trace: Path) -> None:
    root = "(SELECT rootpage FROM sqlite_master WHERE name = 'CUPTI_ACTIVITY_KIND_KERNEL')"
    change(
        trace, "PRAGMA writable_schema = ON", f"UPDATE sqlite_master SET rootpage = {root} WHERE name = 'NVTX_EVENTS'"
    )
    with pytest.raises(nt.NsysToolsError, match="its table list is inconsistent"):
        counts(trace)


def test_a_truncated_trace_is_salvaged(trace: Path) -> None:
    os.truncate(trace, PAGE * (trace.stat().st_size // PAGE - 4))
    with pytest.raises(nt.NsysToolsError, match="truncated"):
        counts(trace)
    found, notes = counts(trace, salvage=True)
    assert found != (KERNELS, KERNELS)
    assert notes[0].startswith("PARTIAL")


@pytest.fixture
def writer(trace: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection that stays open, so that its log is not merged into the trace."""
    with closing(sqlite3.connect(trace, isolation_level=None)) as database:
        yield database


def listing(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_write_ahead_log_is_read(trace: Path, writer: sqlite3.Connection, tmp_path: Path) -> None:
    assert counts(trace) == ((KERNELS, KERNELS), [])  # the cache must notice the log
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("INSERT INTO CUPTI_ACTIVITY_KIND_KERNEL SELECT * FROM CUPTI_ACTIVITY_KIND_KERNEL")
    alone = tmp_path / "alone"
    alone.mkdir()
    for ending in ("", "-wal"):
        (alone / f"t{ending}").write_bytes(Path(f"{trace}{ending}").read_bytes())
    before = listing(alone)
    assert counts(alone / "t") == ((2 * KERNELS, KERNELS), [])
    assert listing(alone) == before
    assert counts(trace)[0] == (2 * KERNELS, KERNELS)


def test_a_hot_journal_is_rolled_back(trace: Path, writer: sqlite3.Connection, tmp_path: Path) -> None:
    writer.execute("PRAGMA cache_size = 1")
    writer.execute("BEGIN")
    writer.execute("DELETE FROM CUPTI_ACTIVITY_KIND_KERNEL")
    writer.execute("CREATE TABLE x AS SELECT * FROM NVTX_EVENTS")
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for ending in ("", "-journal"):
        (crashed / f"t{ending}").write_bytes(Path(f"{trace}{ending}").read_bytes())
    before = listing(crashed)
    assert counts(crashed / "t") == (
        (KERNELS, KERNELS), ["The trace has a rollback journal. Its last transaction was rolled back."]
    )  # fmt: skip
    assert listing(crashed) == before


def test_a_locked_trace_is_refused(trace: Path, writer: sqlite3.Connection) -> None:
    writer.execute("BEGIN EXCLUSIVE")
    with pytest.raises(nt.NsysToolsError, match="another process is writing to this file"):
        counts(trace)
    writer.execute("ROLLBACK")
    assert counts(trace) == ((KERNELS, KERNELS), [])


def test_no_room_for_the_copy_is_said(trace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(trace, "PRAGMA journal_mode = WAL")
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=10))
    with pytest.raises(nt.NsysToolsError, match=r"does not have .* bytes free") as caught:
        counts(trace)
    assert "TMPDIR" in caught.value.hint


def test_pipes_sockets_and_devices_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with closing(socket.socket(socket.AF_UNIX)) as unix:
        unix.bind(os.path.relpath(tmp_path / "socket"))
        for path, what in ((tmp_path / "fifo", "a pipe"), (tmp_path / "socket", "a socket"), ("/dev/zero", "a device")):
            with pytest.raises(nt.NsysToolsError, match=f"{what}, not a file"):
                nt.open(path)
