"""Signals: real processes end at once, without a traceback, and leave nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nsys_tools.synthetic.large import build_large
from tests.conftest import REPOSITORY

LONG = "SELECT count(*) FROM range(300000) AS a, range(300000) AS b WHERE a.range + b.range < 7"
SLOW_PAGE = """
import time
from nsys_tools.__main__ import main
from nsys_tools.report import page
page.render = lambda *_: time.sleep(60)
main()
"""
ENDS_WITHIN_S = 2.0  # on an idle machine, it takes a tenth of that
SAMPLES = REPOSITORY / "capture" / "samples"


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "large.sqlite"
    build_large(path, 100_000)
    return path


@pytest.fixture(autouse=True)
def _hangup_ends() -> Iterator[None]:
    """Let SIGHUP end the processes that the tests start, even if the tests run under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


class Command:
    """A command in a separate folder, with a folder for temporary files that is initially empty."""

    def __init__(self, folder: Path, *arguments: str, python: tuple[str, ...] = ("-m", "nsys_tools")) -> None:
        self.out, self.temporary = folder / "out", folder / "tmp"
        self.out.mkdir()
        self.temporary.mkdir()
        self.errors = folder / "stderr"
        environment = os.environ | {"TMPDIR": str(self.temporary), "PYTHONPATH": str(REPOSITORY)}
        with self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, *python, *arguments],
                cwd=self.out, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
            )  # fmt: skip

    def wait_for(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not condition():
            assert self.process.poll() is None, self.errors.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def is_open(self) -> bool:
        return any(self.temporary.iterdir())

    def is_drawing(self) -> bool:
        return any(self.out.iterdir())

    def is_importing(self) -> bool:
        return "typer" in self.errors.read_text()

    def ended_by(self, number: signal.Signals) -> str:
        """Send a signal; return the stderr output after checking everything that must hold."""
        begin = time.monotonic()
        self.process.send_signal(number)
        try:
            assert self.process.wait(timeout=30) == 128 + number
        finally:
            self.process.kill()
            self.process.communicate()
        assert time.monotonic() - begin <= ENDS_WITHIN_S
        assert list(self.temporary.rglob("*")) == []
        assert list(self.out.rglob("*")) == []
        said = self.errors.read_text()
        assert "Traceback" not in said
        return said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_long_query_is_interrupted(large: Path, tmp_path: Path, number: signal.Signals) -> None:
    command = Command(tmp_path, "sql", str(large), LONG)
    command.wait_for(command.is_open)
    time.sleep(0.7)
    assert "nsys-tools:" not in command.ended_by(number)


@pytest.mark.parametrize("after_s", [0, 0.2, 0.6])
def test_reports_are_interrupted(large: Path, tmp_path: Path, after_s: float) -> None:
    command = Command(tmp_path, "stats", str(large), "--no-cache", "-r", "nvtx_sum,cuda_api_sum,nvtx_gpu_proj_sum")
    command.wait_for(command.is_open)
    time.sleep(after_s)
    command.ended_by(signal.SIGTERM)


def test_an_analysis_leaves_no_draft_beside_its_folder(tmp_path: Path) -> None:
    """Rendering the page takes long, so the signal arrives while the draft exists, however busy the machine is."""
    command = Command(tmp_path, "analyze", str(SAMPLES / "sample.sqlite"), "--out", "report", python=("-c", SLOW_PAGE))
    command.wait_for(command.is_drawing)
    command.ended_by(signal.SIGTERM)


def test_an_analysis_is_interrupted_while_it_loads(large: Path, tmp_path: Path) -> None:
    command = Command(tmp_path, "analyze", str(large), "--out", "report", "--no-cache")
    command.wait_for(command.is_open)
    time.sleep(0.3)
    command.ended_by(signal.SIGINT)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_waiting_for_input_is_interrupted(tmp_path: Path, number: signal.Signals) -> None:
    command = Command(tmp_path, "sql", str(SAMPLES / "sample.sqlite"))
    command.wait_for(command.is_open)
    time.sleep(0.3)
    command.ended_by(number)


def test_waiting_for_a_reader_is_interrupted(large: Path, tmp_path: Path) -> None:
    command = Command(tmp_path, "sql", str(large), "SELECT range_id FROM range", "--format", "csv")
    assert command.process.stdout is not None
    assert command.process.stdout.read(4) == b"rang"  # and no more: the rest exceeds the capacity of a pipe
    command.ended_by(signal.SIGTERM)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_during_the_imports(tmp_path: Path, number: signal.Signals) -> None:
    command = Command(tmp_path, "queries", python=("-X", "importtime", "-m", "nsys_tools"))
    command.wait_for(command.is_importing)
    command.ended_by(number)


def test_an_ignored_signal_stays_ignored(tmp_path: Path) -> None:
    """This is how nohup, and a shell for background processes, start a command."""
    script = (
        "import signal, os, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN);"
        "os.execv(sys.executable, [sys.executable, '-m', 'nsys_tools', 'sql', *sys.argv[1:]])"
    )
    done = subprocess.Popen(
        [sys.executable, "-c", script, str(SAMPLES / "sample.sqlite"), "--format", "csv"],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(REPOSITORY), "TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not list(tmp_path.iterdir()):
        time.sleep(0.01)
    done.send_signal(signal.SIGHUP)
    time.sleep(0.8)
    assert done.communicate("SELECT 6 * 7 AS answer")[0] == "answer\n42\n"
    assert done.returncode == 0
