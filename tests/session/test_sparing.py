"""When memory runs out, a statement is run again on one thread."""

from __future__ import annotations

import duckdb
import pytest

from nsys_tools.session.memory import resident_bytes
from nsys_tools.session.memory_limit import set_memory
from nsys_tools.session.sparing import spared


@pytest.fixture(autouse=True)
def no_more_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nsys_tools.session.memory_limit.usual_limit", lambda: None)
    monkeypatch.setattr("nsys_tools.session.memory_limit._most_memory", "")


def threads(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("SELECT current_setting('threads')").fetchone()
    assert row
    return int(row[0])


def test_it_is_run_again_on_one_thread_and_the_others_come_back() -> None:
    seen = []
    with duckdb.connect(config={"threads": 3}) as connection:

        def run() -> str:
            seen.append(threads(connection))
            if len(seen) == 1:
                raise duckdb.OutOfMemoryException("no room")
            return "done"

        assert spared(connection, run) == "done"
        assert seen == [3, 1]
        assert threads(connection) == 3


def test_what_does_not_fit_on_one_thread_is_an_error() -> None:
    seen = []
    with duckdb.connect(config={"threads": 2}) as connection:

        def run() -> None:
            seen.append(threads(connection))
            raise duckdb.OutOfMemoryException("no room")

        with pytest.raises(duckdb.OutOfMemoryException):
            spared(connection, run)
        assert seen == [2, 1]
        assert threads(connection) == 2
        connection.execute("SET threads = 1")
        with pytest.raises(duckdb.OutOfMemoryException):
            spared(connection, run)
        assert seen == [2, 1, 1]


@pytest.mark.skipif(not resident_bytes(), reason="the system does not report the memory in use")
def test_a_large_process_returns_what_the_allocator_retains(monkeypatch: pytest.MonkeyPatch) -> None:
    groups = "SELECT count(*) FROM (SELECT i, count(*) FROM range(4000000) AS t(i) GROUP BY i)"
    with duckdb.connect(config={"threads": 2}) as connection:
        set_memory(connection)
        monkeypatch.setattr("nsys_tools.session.memory_limit.RETAINED_BYTES", 1 << 50)
        spared(connection, lambda: connection.execute(groups).fetchall())
        retained = resident_bytes()
        limit = connection.execute("SELECT current_setting('memory_limit')").fetchone()
        monkeypatch.setattr("nsys_tools.session.memory_limit.RETAINED_BYTES", 0)
        monkeypatch.setattr("nsys_tools.session.memory_limit.RETAINED_FACTOR", 0)
        spared(connection, lambda: connection.execute("SELECT 1"))
        assert resident_bytes() < retained - (100 << 20)
        assert connection.execute("SELECT current_setting('memory_limit')").fetchone() == limit
