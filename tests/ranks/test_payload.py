"""NVTX payloads are decoded with the schemas in the trace, and invalid ones are harmless."""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from pathlib import Path

import pytest

import nsys_tools as nt
from tests.case import THREAD, build, launch

SCHEMA = 16777223
ENTRIES = [
    (0, 18, "NCCL communicator ID", None),
    (1, 22, "Message size [bytes]", 8),
    (2, 16777232, "Reduction operation", 16),
]


def trace(folder: Path, *blobs: bytes) -> Path:
    """Return a trace with an NCCL range for each payload."""

    def fill(builder: object) -> None:
        launch(builder, 10, 20, 30)  # type: ignore[arg-type]
        for number in range(len(blobs)):
            builder.range(THREAD, "ncclAllReduce", 100 * number + 40, 100 * number + 50)  # type: ignore[attr-defined]

    path = build(folder, fill)
    with closing(sqlite3.connect(path)) as database:
        database.execute("ALTER TABLE NVTX_EVENTS ADD COLUMN binaryData TEXT")
        database.execute(
            "CREATE TABLE NVTX_PAYLOAD_SCHEMA_ENTRIES "
            '(domainId, schemaId, idx, flags, type, name, description, "offset")'
        )
        database.execute("CREATE TABLE NVTX_PAYLOAD_ENUM_ENTRIES (domainId, schemaId, idx, name, value, isFlag)")
        database.execute("INSERT INTO NVTX_PAYLOAD_ENUM_ENTRIES VALUES (1, 16777232, 0, 'Sum', 0, 0)")
        for _ in range(2):  # each process registers the schema
            database.executemany(
                "INSERT INTO NVTX_PAYLOAD_SCHEMA_ENTRIES VALUES (1, ?, ?, NULL, ?, ?, NULL, ?)",
                [(SCHEMA, position, kind, name, offset) for position, kind, name, offset in ENTRIES],
            )
        for row, blob in zip(_rows(database), blobs, strict=True):
            database.execute("UPDATE NVTX_EVENTS SET binaryData = ? WHERE rowid = ?", (blob, row))
        database.commit()
    return path


def _rows(database: sqlite3.Connection) -> list[int]:
    return [row for (row,) in database.execute("SELECT rowid FROM NVTX_EVENTS WHERE eventType = 59 ORDER BY start")]


def payload(communicator: int, size: int, op: int, schema: int = SCHEMA) -> bytes:
    return struct.pack("<IIIIQQ", 1, 0, schema, 0, 24, 56) + struct.pack("<QQiI", communicator, size, op, 0)


def fields(path: Path) -> list[list[str]]:
    """Return the values of each range in the order of the fields."""
    with nt.open(path, cache=False) as session:
        rows = session.query("nvtx_payload").records()
    ranges = sorted({row["range_id"] for row in rows})
    return [[row["value"] for row in rows if row["range_id"] == one] for one in ranges]


def test_fields_are_read_by_their_offsets(tmp_path: Path) -> None:
    path = trace(tmp_path, payload(2**64 - 3, 4096, 0), payload(7, 1 << 40, 1))
    assert fields(path) == [[str(2**64 - 3), "4096", "Sum"], ["7", str(1 << 40), "1"]]


@pytest.mark.parametrize(
    ("blob", "left"),
    [(b"", []), (b"\xff" * 31, []), (payload(1, 2, 0)[:45], [["1"]]), (payload(1, 2, 0, schema=5), [])],
)
def test_what_is_cut_off_or_unknown_is_left_out(tmp_path: Path, blob: bytes, left: list[list[str]]) -> None:
    assert fields(trace(tmp_path, blob)) == left


def test_a_trace_without_payloads_has_none(tmp_path: Path) -> None:
    path = build(tmp_path, lambda builder: launch(builder, 10, 20, 30))
    assert fields(path) == []
