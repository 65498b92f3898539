"""The progress line appears only on a terminal, shows the remaining part of a load, and is removed at the end."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

import nsys_tools as nt
from nsys_tools.cli.progress import Line, Pace, clock
from nsys_tools.sources.nsys.metering import Meter, table_bytes
from nsys_tools.synthetic.large import build_large
from tests.conftest import REPOSITORY
from tests.generate import SAMPLE
from tests.pseudo_terminal import on_terminal

KERNELS = "CUPTI_ACTIVITY_KIND_KERNEL"
COUNT = "SELECT sum(instance_count) AS n FROM kernel_summary"
DRAWN = re.compile(r"\r([^\r\n]*?)\x1b\[K")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "large.sqlite"
    build_large(path, 900_000)
    return path


def test_a_load_shows_how_much_is_read_and_leaves_nothing(large: Path, tmp_path: Path) -> None:
    seen = on_terminal("sql", str(large), COUNT, "--no-cache", "--format", "csv", columns=80, cwd=tmp_path)
    assert seen.returncode == 0
    assert seen.lines == ["n", "900000"]
    drawn = DRAWN.findall(seen.written)
    shares = [int(found[1]) for line in drawn if (found := re.search(rf"reading {KERNELS} [━─]+ +(\d+)%", line))]
    assert shares
    assert shares == sorted(shares)
    assert any(re.search(r"[\d.]+/[45]\d\.\d MB", line) for line in drawn)
    assert max(map(len, drawn)) < 80


@pytest.mark.parametrize("arguments", [("-q", "sql"), ("sql",)])
def test_nothing_is_shown_in_a_pipe_or_when_quiet(large: Path, tmp_path: Path, arguments: Sequence[str]) -> None:
    command = [*arguments, str(large), COUNT, "--no-cache", "--format", "csv"]
    if "-q" in arguments:
        assert on_terminal(*command, columns=80, cwd=tmp_path).written == "n\r\n900000\r\n"
        return
    done = subprocess.run(
        [sys.executable, "-m", "nsys_tools", *command], cwd=tmp_path, capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("n\n900000\n", "")


def test_a_terminal_without_control_sequences_gets_none(large: Path, tmp_path: Path) -> None:
    seen = on_terminal("sql", str(large), COUNT, "--format", "csv", columns=80, cwd=tmp_path, TERM="dumb")
    assert seen.written == "n\r\n900000\r\n"


def test_ctrl_c_leaves_a_clean_line(large: Path, tmp_path: Path) -> None:
    sent: list[float] = []

    def interrupt(pid: int, written: str) -> None:
        if "reading" in written and not sent:
            sent.append(time.monotonic())
            os.kill(pid, signal.SIGINT)

    command = ("analyze", str(large), "--no-cache", "--out", "report")
    seen = on_terminal(*command, columns=80, cwd=tmp_path, on_output=interrupt)
    assert seen.returncode == 128 + signal.SIGINT
    assert time.monotonic() - sent[0] < 3
    assert seen.lines == [""]
    assert list(tmp_path.iterdir()) == []


def test_stats_and_errors_are_written_on_a_clean_line(large: Path, tmp_path: Path) -> None:
    command = ("stats", str(large), "--no-cache", "-r", "cuda_gpu_kern_sum", "-f", "csv")
    seen = on_terminal(*command, columns=80, cwd=tmp_path)
    assert DRAWN.search(seen.written)
    assert next(line for line in seen.lines if line).startswith("Time (%),Total Time (ns)")
    seen = on_terminal("sql", str(large), f"{COUNT} WHERE error('no')", "--no-cache", columns=80, cwd=tmp_path)
    assert seen.returncode == 1
    assert seen.lines[0].startswith("nsys-tools: ")


def test_words_say_how_far_a_load_is(large: Path) -> None:
    told: list[str] = []
    with nt.open(large, cache=False, progress=told.append) as session:
        session.query("kernel_summary").rows()
    measured = [words for words in told if isinstance(words, nt.Measured)]
    assert f"reading {KERNELS}" in measured
    for words in measured:
        amount = words.amount()
        assert amount is None or 0 <= amount.done <= amount.total


def test_the_traces_of_a_job_are_counted(tmp_path: Path) -> None:
    for rank in range(2):
        (tmp_path / f"rank{rank}.sqlite").write_bytes(SAMPLE.read_bytes())
    told: list[str] = []
    with nt.open([tmp_path], cache=False, progress=told.append) as job:
        job.query("kernel_summary").rows()
    counted = [words for words in told if isinstance(words, nt.Measured)]
    assert [words.amount() for words in counted] == [nt.Amount(done, 2, "traces") for done in range(3)]


class _Ended:
    """A check that has ended."""

    thread_id = None


def test_a_meter_ends_at_all_bytes(large: Path) -> None:
    size = table_bytes(large, [KERNELS, "CUPTI_ACTIVITY_KIND_RUNTIME", "none"])
    assert size[0] > size[1] > 10_000_000
    assert size[2] == 0
    meter = Meter(large, [KERNELS], 0, _Ended())
    for _ in range(4):
        large.read_bytes()
    amount = meter()
    assert amount is None or amount.done == amount.total == size[0]


def test_a_damaged_file_is_not_measured(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.sqlite"
    damaged.write_bytes(SAMPLE.read_bytes()[:8192])
    assert Meter(damaged, [KERNELS], 0, _Ended())() is None


def test_time_left() -> None:
    pace = Pace()
    assert pace.left(nt.Amount(0, 100), 10.0) is None
    assert pace.left(nt.Amount(50, 100), 10.1) is None  # too early
    assert pace.left(nt.Amount(25, 100), 15.0) == 15.0
    assert pace.left(nt.Amount(0, 7), 16.0) is None  # another step
    assert [clock(seconds) for seconds in (0, 59.6, 3723)] == ["0:00", "1:00", "1:02:03"]


class _Gone:
    """A terminal that has been closed."""

    encoding = "ascii"

    def write(self, text: str) -> int:
        raise OSError(5, "Input/output error")

    def flush(self) -> None:
        raise ValueError("closed")

    def fileno(self) -> int:
        raise ValueError("closed")


def test_a_terminal_that_has_gone_is_no_error() -> None:
    line = Line(_Gone())
    line.begin_step("computing \x1b[2J")
    time.sleep(0.5)
    line.close()
    assert "\\x1b[2J  0:0" in line._text("computing \x1b[2J", 1)
