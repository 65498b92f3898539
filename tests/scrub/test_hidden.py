"""Places where text can hide; a code reviewer found each of them."""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from pathlib import Path

import pytest

import nsys_tools as nt
from nsys_tools.scrubbing.known import Known
from nsys_tools.scrubbing.scanning import problems
from nsys_tools.sources.nsys.identify import connected
from nsys_tools.sources.nsys.payload import FIRST_OWN_TYPE, HEADER
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import THREAD, build
from tests.commands import refused

NAMES = ("Project Falcon", "Rank")
SECRET = b"password=hunter2hunter2 /home/alice"


def value(trace: Path, sql: str) -> object:
    with closing(connected(trace)) as connection:
        return connection.execute(sql).fetchone()[0]


def changed(trace: Path, *statements: tuple[str, tuple[object, ...]]) -> Path:
    with closing(sqlite3.connect(trace)) as database, database:
        for sql, values in statements:
            database.execute(sql, values)
    return trace


def ranges(b: TraceBuilder) -> None:
    b.range(THREAD, "alice at work", 0, 10)


ENTRIES = """
CREATE TABLE NVTX_PAYLOAD_SCHEMA_ENTRIES
    (domainId INTEGER, schemaId INTEGER, type INTEGER, "offset" INTEGER, name TEXT)
"""


def test_what_lies_between_the_numbers_of_a_payload(tmp_path: Path) -> None:
    """The schema names the last field of a structure."""
    body = SECRET.ljust(64, b"\0") + struct.pack("<i", 7) + b"tail"
    data = HEADER.pack(0, 0x61616161, FIRST_OWN_TYPE, 0x62626262, len(body), HEADER.size + len(body)) + body

    trace = changed(
        build(tmp_path, ranges),
        ("ALTER TABLE NVTX_EVENTS ADD COLUMN binaryData TEXT", ()),
        ("UPDATE NVTX_EVENTS SET binaryData = ?", (data,)),
        (ENTRIES, ()),
        ("INSERT INTO NVTX_PAYLOAD_SCHEMA_ENTRIES VALUES (0, ?, 5, 64, 'n')", (FIRST_OWN_TYPE,)),
    )
    copy = nt.scrub(trace, tmp_path / "copy.sqlite").path
    kept = value(copy, "SELECT CAST(binaryData AS BLOB) FROM NVTX_EVENTS")
    assert kept == HEADER.pack(0, 0, FIRST_OWN_TYPE, 0, len(body), len(data)) + bytes(64) + struct.pack(
        "<i", 7
    ) + bytes(4)


@pytest.mark.parametrize("text", ["İ step Hunter2Secret", "step Hunter2Secret", "ǰ hunter2secret ΐ"])
def test_letters_that_are_longer_in_lower_case(text: str) -> None:
    known = Known()
    known.variable("DB_PASSWORD", "Hunter2Secret")
    assert problems(text, known, keep_host=False) == {"a secret from the environment or the arguments"}
    assert "unter2" not in known.replaced(text, lambda kind, _: kind)


@pytest.mark.parametrize("order", [1, -1])
def test_a_value_that_is_a_secret_once_is_one_everywhere(order: int) -> None:
    known = Known()
    told = [("SLURM_ACCOUNT", "alicesmith9"), ("USER", "alicesmith9"), ("X", "cobalt77"), ("MY_KEY", "cobalt77")]
    for name, text in told[::order]:
        known.variable(name, text)
    assert [one.kind for one in known.found("void alicesmith9::cobalt77()", {"value"})] == ["user", "secret"]


def test_a_value_hides_no_secret_inside_of_it() -> None:
    known = Known()
    known.variable("COMMAND", "run with hunter2secret now")
    known.variable("MY_TOKEN", "hunter2secret")
    assert [one.kind for one in known.found("run with hunter2secret now", {"value"})] == ["secret"]


def test_a_secret_of_digits() -> None:
    known = Known()
    known.variable("X_PASSWORD", "83726152")
    known.variable("Y_PASSWORD", "1024")
    known.variable("BATCH", "20240131")
    assert known.replaced("pin 83726152, 1024, 20240131", lambda kind, _: kind) == "pin secret, 1024, 20240131"


@pytest.mark.parametrize("between", ["\t", "\n", " = ", ": "])
def test_what_stands_between_a_secret_and_its_name(between: str) -> None:
    assert problems(f"password{between}hunter2hunter", Known(), keep_host=False) == {"a secret that follows its name"}


@pytest.mark.parametrize("path", ["/home/alice", "/home/alice/", "/HOME/alice", r"c:\users\alice", "/home/alice/a/"])
def test_a_home_folder_itself(tmp_path: Path, path: str) -> None:
    trace = changed(
        build(tmp_path, ranges),
        ("CREATE TABLE OSRT_FILE_ACCESS_DESCRIPTORS (fileAccessId INTEGER, processId INTEGER, filePath TEXT)", ()),
        ("INSERT INTO OSRT_FILE_ACCESS_DESCRIPTORS VALUES (1, 1, ?)", (path,)),
    )
    copy = nt.scrub(trace, tmp_path / "copy.sqlite").path
    assert "alice" not in str(value(copy, "SELECT filePath FROM OSRT_FILE_ACCESS_DESCRIPTORS"))
    assert "alice" not in str(value(copy, "SELECT text FROM NVTX_EVENTS"))


@pytest.mark.parametrize(("nvtx", "is_kept"), [("paths", True), ("hash", False)])
def test_names_of_payloads_are_those_of_the_program(tmp_path: Path, nvtx: str, is_kept: bool) -> None:
    more = [("INSERT INTO NVTX_PAYLOAD_SCHEMA_ENTRIES VALUES (0, 7, 5, 0, ?)", (name,)) for name in NAMES]
    trace = changed(build(tmp_path, ranges), (ENTRIES, ()), *more)
    copy = nt.scrub(trace, tmp_path / "copy.sqlite", nvtx=nvtx).path
    with closing(connected(copy)) as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM NVTX_PAYLOAD_SCHEMA_ENTRIES")}
    assert names & set(NAMES) == (set(NAMES) if is_kept else {"Rank"})


def test_the_manifest_is_another_file(tmp_path: Path) -> None:
    build(tmp_path, ranges)
    asked = ("scrub", "case.sqlite", "copy.sqlite", "--manifest", "./copy.sqlite")
    for force in ((), ("--force",)):
        assert "is the copy" in refused(*asked, *force, cwd=tmp_path, code=2)
    assert not (tmp_path / "copy.sqlite").exists()
