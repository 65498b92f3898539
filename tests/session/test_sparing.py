"""When memory runs out, a statement is run again on one thread."""

from __future__ import annotations

import duckdb
import pytest

from nsys_tools.session.sparing import spared


@pytest.fixture(autouse=True)
def no_more_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nsys_tools.session.connection.usual_limit", lambda: None)
    monkeypatch.setattr("nsys_tools.session.connection._most_memory", "")


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
