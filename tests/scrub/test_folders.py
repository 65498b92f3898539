"""Parquet folders become scrubbed folders with the same types; payloads stay if they contain numbers only."""

from __future__ import annotations

import struct
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

import nsys_tools as nt
from nsys_tools.scrubbing.payloads import Payloads
from nsys_tools.session.connection import connect
from nsys_tools.session.quoting import literal, quoted
from nsys_tools.sources.nsys.payload import HEADER
from nsys_tools.sources.nsys.raw import extension
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import THREAD, build, launch
from tests.commands import refused, run


def exported(trace: Path) -> Path:
    """Write a trace as a parquetdir next to it, with unsigned process numbers, as nsys writes them."""
    folder = trace.parent / "exported"
    folder.mkdir()
    with connect(trace.parent) as connection:
        connection.execute(f"LOAD {literal(extension())}")
        connection.execute(f"ATTACH {literal(trace)} AS raw (TYPE sqlite, READ_ONLY)")
        tables = connection.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'raw'").fetchall()
        for (table,) in tables:
            columns = [row[0] for row in connection.execute(f"DESCRIBE raw.{quoted(table)}").fetchall()]
            big = " REPLACE (globalTid::UBIGINT AS globalTid)" if "globalTid" in columns else ""
            small = " REPLACE (deviceId::INTEGER AS deviceId)" if "deviceId" in columns else ""
            selected = f"SELECT *{big or small} FROM raw.{quoted(table)}"
            target = literal(folder / f"{table}.parquet")
            connection.execute(f"COPY ({selected} ORDER BY rowid) TO {target} (FORMAT parquet)")
    return folder


def fill(builder: TraceBuilder) -> None:
    launch(builder, 10, 20, 30, name="void k</srv/confidential/k.cu>()")
    builder.range(THREAD, "/srv/confidential/page.png", 0, 100)
    builder.range(THREAD, "step 1", 200, 300, registered=True)
    builder.add("META_DATA_EXPORT", name="EXPORT_HOST", value="confidential-host")


def test_a_folder_becomes_a_folder(tmp_path: Path) -> None:
    folder = exported(build(tmp_path, fill))
    done = run("scrub", str(folder), "copy", "--manifest", "cut.json", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "copy\n"), done.stderr
    copy = tmp_path / "copy"
    names = {file.name for file in copy.iterdir()}
    assert names == {file.name for file in folder.iterdir()}
    assert all(
        duckdb.sql(f"DESCRIBE SELECT * FROM '{copy / name}'").fetchall()
        == duckdb.sql(f"DESCRIBE SELECT * FROM '{folder / name}'").fetchall()
        for name in names
    )
    texts = "".join(str(duckdb.sql(f"SELECT * FROM '{copy / name}'").fetchall()) for name in sorted(names))
    assert "confidential" not in texts
    assert "void k<k.cu>()" in texts
    assert "step 1" in texts
    for query in ("kernel_summary", "range_summary", "trace_summary"):
        with nt.open(folder, cache=False) as one, nt.open(copy, cache=False) as other:
            assert list(one.query(query).pl().columns) == list(other.query(query).pl().columns)
            assert one.query(query).pl().height == other.query(query).pl().height
    with nt.open(copy, cache=False) as session:
        assert session.query("kernel_summary").pl()["sum_ns"].to_list() == [10]


def test_numbers_above_the_largest_signed_one_are_kept(tmp_path: Path) -> None:
    """nsys writes the numbers of threads without a process as -144115188075855872, and in Parquet as its complement."""
    folder = exported(build(tmp_path, fill))
    file = folder / "NVTX_EVENTS.parquet"
    rows = duckdb.sql(f"SELECT * REPLACE (18302628885633695744::UBIGINT AS globalTid) FROM '{file}'").fetchall()
    relation = duckdb.sql(f"SELECT * REPLACE (18302628885633695744::UBIGINT AS globalTid) FROM '{file}'")
    relation.to_parquet(str(tmp_path / "new.parquet"))
    (tmp_path / "new.parquet").replace(file)
    copy = nt.scrub(folder, tmp_path / "copy").path
    assert len(rows) == 2
    found = duckdb.sql(f"SELECT globalTid FROM '{copy / 'NVTX_EVENTS.parquet'}'").fetchall()
    assert found == [(18302628885633695744,)] * 2


def test_places_are_checked(tmp_path: Path) -> None:
    folder = exported(build(tmp_path, fill))
    refused("scrub", str(folder), str(folder), cwd=tmp_path, code=2)
    assert "contains it or is inside it" in refused("scrub", str(folder), str(folder / "copy"), cwd=tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").touch()
    assert "contains other files" in refused("scrub", str(folder), "mine", "--force", cwd=tmp_path)
    assert run("scrub", str(folder), "copy", "-q", cwd=tmp_path).returncode == 0
    assert "already exists" in refused("scrub", str(folder), "copy", cwd=tmp_path)
    assert run("scrub", str(folder), "copy", "-q", "--force", cwd=tmp_path).returncode == 0
    assert sorted(file.name for file in tmp_path.iterdir()) == ["case.sqlite", "copy", "exported", "mine"]


def test_a_folder_that_still_tells_too_much_is_no_copy(tmp_path: Path) -> None:
    token = "hf_0123456789abcdefghij"
    folder = exported(build(tmp_path, lambda b: b.range(THREAD, token, 0, 100)))
    said = refused("scrub", str(folder), "copy", cwd=tmp_path)
    assert "NVTX_EVENTS.text: 1 string contains an access token" in said
    assert token not in said
    assert sorted(file.name for file in tmp_path.iterdir()) == ["case.sqlite", "exported"]


@pytest.mark.parametrize(
    ("entries", "kept"),
    [
        ([(10, 0, 0), (18, 8, 0)], True),  # numbers of eight bytes
        ([(10, 0, 0), (1 << 24, 8, 0)], True),  # an enumeration
        ([(10, 0, 0), (1 << 25, 8, 0)], False),  # another schema
        ([(10, 0, 0), (24, 8, 0)], False),  # a text
        ([(10, 0, 2)], False),  # an array
        ([(10, 0, 0)], False),  # shorter than the payload
    ],
)
def test_payloads_of_numbers_are_kept(entries: list[tuple[int, int, int]], kept: bool) -> None:
    import sqlite3

    data = HEADER.pack(1, 0, 7, 0, 16, HEADER.size + 16) + struct.pack("<QQ", 5, 6)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(
            "ATTACH ':memory:' AS source; CREATE TABLE source.NVTX_PAYLOAD_ENUM_ENTRIES (schemaId);"
            f"INSERT INTO source.NVTX_PAYLOAD_ENUM_ENTRIES VALUES ({1 << 24});"
            'CREATE TABLE source.NVTX_PAYLOAD_SCHEMA_ENTRIES (domainId, schemaId, type, "offset", flags)'
        )
        connection.executemany("INSERT INTO source.NVTX_PAYLOAD_SCHEMA_ENTRIES VALUES (1, 7, ?, ?, ?)", entries)
        names = dict.fromkeys(("domainId", "schemaId", "type", "offset", "flags"), "")
        tables = {
            "NVTX_EVENTS": {"binaryData": ""}, "NVTX_PAYLOAD_SCHEMA_ENTRIES": names, "NVTX_PAYLOAD_ENUM_ENTRIES": names,
        }  # fmt: skip
        found = Payloads(connection, tables)
    assert found.kept(data) == (data if kept else None)
    assert found.kept(data[:20]) is None
    assert found.kept(None) is None
