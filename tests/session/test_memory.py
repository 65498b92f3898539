"""The memory limit of queries: the requested one, or a share of the free memory."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

import nsys_tools as nt
from nsys_tools.errors import NsysToolsError
from nsys_tools.session import memory, memory_limit
from nsys_tools.session.rows import RelationRows
from nsys_tools.session.sparing import spared
from nsys_tools.synthetic.timeline import Timeline
from tests.commands import refused, run


@pytest.fixture(autouse=True)
def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nsys_tools.session.memory_limit._most_memory", "")


def files(folder: Path, monkeypatch: pytest.MonkeyPatch, *, machine: str, limit: str, used: str) -> None:
    names = {"meminfo": f"MemTotal: 99 kB\nMemAvailable:   {machine} kB\n", "max": limit, "current": used}
    for name, text in names.items():
        (folder / name).write_text(text)
    monkeypatch.setattr(memory, "_MEMINFO", folder / "meminfo")
    monkeypatch.setattr(memory, "_GROUPS", ((folder / "max", folder / "current"), (folder / "no", folder / "no")))


@pytest.mark.parametrize(
    ("machine", "limit", "used", "expected"),
    [
        ("1000", "max", "5", 614_400),
        ("1000", "500000", "100000", 240_000),  # a container has less
        ("100", "500000", "100000", 61_440),  # the machine has less
        ("1000", "5", "100", 0),
        ("many", "max", "5", None),
    ],
)
def test_the_usual_limit_is_a_share_of_what_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, machine: str, limit: str, used: str, expected: int | None
) -> None:
    files(tmp_path, monkeypatch, machine=machine, limit=f"{limit}\n", used=f"{used}\n")
    assert memory.usual_limit.__wrapped__() == expected


def limit_of(path: Path) -> str:
    with nt.open(path, cache=False) as session:
        return str(session.sql("SELECT current_setting('memory_limit') AS m").one()["m"])


def test_sessions_keep_to_it(sample: tuple[Path, Timeline], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nsys_tools.session.memory_limit.usual_limit", lambda: 3 << 30)
    assert limit_of(sample[0]) == "768.0 MiB"
    nt.limit_memory(" 2GiB ")
    assert limit_of(sample[0]) == "2.0 GiB"
    nt.limit_memory("")
    assert limit_of(sample[0]) == "768.0 MiB"
    monkeypatch.setattr("nsys_tools.session.memory_limit.usual_limit", lambda: 1 << 29)
    assert limit_of(sample[0]) == "512.0 MiB"


def limits(connection: duckdb.DuckDBPyConnection, refused: int, *, is_result: bool = False) -> list[str]:
    """Return the limits (MiB) and threads of a statement that fails `refused` times, and of the next one."""
    seen = []

    def run() -> None:
        row = connection.execute("SELECT current_setting('threads')").fetchone()
        assert row
        seen.append(f"{memory_limit._limit(connection) / 2**20:.0f} x{row[0]}")
        if len(seen) <= refused:
            raise duckdb.OutOfMemoryException("no room")

    spared(connection, run, is_result=is_result)
    refused = 0
    run()
    return seen


def test_what_needs_more_gets_all_that_is_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nsys_tools.session.memory_limit.usual_limit", lambda: 3 << 30)
    with duckdb.connect(config={"threads": 2}) as connection:
        memory_limit.set_memory(connection)
        assert limits(connection, 2) == ["768 x2", "768 x1", "3072 x2", "768 x2"]
        assert limits(connection, 3) == ["768 x2", "768 x1", "3072 x2", "3072 x1", "768 x2"]
        with pytest.raises(duckdb.OutOfMemoryException):
            limits(connection, 4)
        assert limits(connection, 0) == ["768 x2", "768 x2"]


def test_a_report_starts_with_little_and_takes_more_in_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nsys_tools.session.memory_limit.usual_limit", lambda: 3 << 30)
    with duckdb.connect(config={"threads": 2}) as connection:
        memory_limit.set_memory(connection)
        with memory_limit.frugal(connection):
            assert limits(connection, 0) == ["256 x2", "256 x2"]
            assert limits(connection, 4) == ["256 x2", "512 x2", "768 x2", "768 x1", "3072 x2", "256 x2"]
            # The next result probably needs as much.
            assert limits(connection, 1, is_result=True) == ["256 x2", "512 x2", "512 x2"]
            assert limits(connection, 1, is_result=True) == ["512 x2", "768 x2", "512 x2"]
        assert limits(connection, 0) == ["768 x2", "768 x2"]
        monkeypatch.setattr("nsys_tools.session.memory_limit._most_memory", "100 MiB")
        memory_limit.set_memory(connection)
        with memory_limit.frugal(connection):
            assert limits(connection, 1) == ["100 x2", "100 x1", "100 x2"]
        monkeypatch.setattr("nsys_tools.session.memory_limit._most_memory", "400 MiB")
        with memory_limit.frugal(connection):
            assert limits(connection, 1, is_result=True) == [
                "100 x2",
                "400 x2",
                "100 x2",
            ]  # slower, but within the user's limit


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("2GB", 2e9),
        ("1.5 GiB", 1.5 * 2**30),
        (" 500mb ", 5e8),
        ("16 bytes", 16),
        ("3TB", 3e12),
        ("7", None),
        ("x", None),
    ],
)
def test_sizes(size: str, expected: float | None) -> None:
    assert memory.bytes_of(size) == expected


def test_what_was_asked_for_is_never_exceeded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nsys_tools.session.memory_limit.usual_limit", lambda: 3 << 30)
    with duckdb.connect() as connection:
        earlier = memory_limit.limit_memory("500MiB")
        try:
            memory_limit.set_memory(connection)
            assert not memory_limit.more_memory(connection)
        finally:
            memory_limit.limit_memory(earlier)


def test_a_result_that_does_not_fit_says_what_to_do() -> None:
    earlier = memory_limit.limit_memory("20MiB")
    try:
        with duckdb.connect(config={"temp_directory": ""}) as connection:
            memory_limit.set_memory(connection)
            rows = RelationRows(connection.sql("SELECT range AS n FROM range(10_000_000) ORDER BY hash(n)"), connection)
            for read in (rows.pl, rows.whole):
                with pytest.raises(NsysToolsError, match="Not enough memory") as caught:
                    read()
                assert "--memory SIZE" in str(caught.value.hint)
    finally:
        memory_limit.limit_memory(earlier)


def test_a_command_says_what_to_do(sample: tuple[Path, Timeline], tmp_path: Path) -> None:
    asked = ("analyze", str(sample[0]), "--out", "out", "--no-cache", "--memory")
    said = refused(*asked, "20MB", cwd=tmp_path)
    assert "Not enough memory" in said
    assert "--memory SIZE" in said
    assert not (tmp_path / "out").exists()
    assert "must be a memory size" in refused(*asked, "lots", cwd=tmp_path, code=2)
    assert run(*asked, "1GB", cwd=tmp_path).returncode == 0
