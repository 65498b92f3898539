"""A second Python process: results, failures, and what it may import."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nsys_tools.processes import DiedError, Process, beside, later


@pytest.fixture
def process() -> Iterator[Process]:
    """Return a process that is stopped after the test."""
    started = Process()
    yield started
    started.stop()


def test_results_come_in_the_order_of_the_calls(process: Process) -> None:
    process.submit(divmod, 17, 5)
    process.submit(print, "library output")
    process.submit(os.getpid)
    assert process.result() == (3, 2)
    assert process.result() is None
    assert process.result() not in (None, os.getpid())


@pytest.mark.parametrize(
    ("call", "cause"), [((signal.raise_signal, signal.SIGKILL), "SIGKILL"), ((os._exit, 7), "exit status 7")]
)
def test_the_cause_of_its_end_is_named(process: Process, call: tuple[object, int], cause: str) -> None:
    process.submit(*call)
    with pytest.raises(DiedError, match=cause):
        process.result()
    with pytest.raises(DiedError, match=cause):
        process.submit(divmod, 1, 1)


def test_a_busy_process_stops(process: Process) -> None:
    process.submit(divmod, 1, 1)
    process.result()
    process.submit(time.sleep, 1_000)
    begin = time.monotonic()
    process.stop()
    assert time.monotonic() - begin < 4


def test_a_process_stops_silently_where_python_ignores_exceptions(
    process: Process, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    begun = tmp_path / "begun"
    code = f"""
import time
class Slow:
    def __del__(self):
        open({str(begun)!r}, "w").close()
        time.sleep(1_000)
Slow()
"""
    process.submit(exec, code, {})
    while not begun.exists():
        time.sleep(0.01)
    begin = time.monotonic()
    process.stop()
    assert time.monotonic() - begin < 4
    assert capfd.readouterr().err == ""


def test_nothing_is_imported_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("signal", "pickle", "subprocess", "nsys_tools"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'was-run')!r}, 'w').close()\n")
    monkeypatch.chdir(tmp_path)
    process = Process()
    try:
        process.submit(divmod, 17, 5)
        assert process.result() == (3, 2)
    finally:
        process.stop()
    assert not (tmp_path / "was-run").exists()


def test_the_second_process_runs_calls_while_this_one_continues() -> None:
    with beside():
        slow, large = later(time.sleep, 0.5), later(str.upper, "a" * 2_000_000)
        begin = time.monotonic()
        # A call larger than the pipe is submitted although the process is busy, and its result is as large.
        long, own = later(len, "b" * 2_000_000), later(os.getpid)
        assert time.monotonic() - begin < 0.4
        assert own() not in (None, os.getpid())
        assert long() == 2_000_000
        assert large() == "A" * 2_000_000
        assert slow() is None
    assert later(os.getpid)() == os.getpid(), "the second process is stopped"


def test_without_a_second_process_calls_run_here() -> None:
    assert later(os.getpid)() == os.getpid()
    assert later(os.getpid, instead=lambda: 0)() == 0
    with beside():
        died, after = later(os._exit, 3, instead=lambda: "here"), later(os.getpid)
        assert died() == "here"
        assert after() == os.getpid()
    with beside():
        unread = later(os.getpid)
    assert unread() == os.getpid()
