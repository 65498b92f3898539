from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nsys_tools.capture.process import clean_environment, descendants, run, session_of
from nsys_tools.errors import NsysToolsError

SECRETS = {"HF_TOKEN": "hf_secret", "USER": "alice", "HOME": "/home/alice", "AWS_SECRET": "x", "HOSTNAME": "box"}


def test_lines_come_as_they_are_written_and_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: Path("/home/alice"))
    seen: list[str] = []
    code, text = run(["sh", "-c", "echo one; echo /home/alice/two >&2; exit 3"], tmp_path / "log.txt", seen.append)
    assert code == 3
    assert seen == ["one", "/home/alice/two"]
    assert text == "one\n/home/alice/two"
    assert (tmp_path / "log.txt").read_text() == "one\n~/two\n"


def test_progress_that_is_overwritten_in_place_comes_as_lines(tmp_path):
    seen: list[str] = []
    run(["printf", "[1%%]\\r[2%%]\\n\\n"], tmp_path / "log.txt", seen.append)
    assert seen == ["[1%]", "[2%]"]


def test_a_program_that_is_not_there_is_a_sentence(tmp_path):
    with pytest.raises(NsysToolsError, match="Cannot start /nowhere/nsys"):
        run(["/nowhere/nsys"], tmp_path / "log.txt", print)


def test_a_profiled_process_sees_no_secrets():
    kept = {"PATH": "/bin", "CUDA_VISIBLE_DEVICES": "0", "HF_HOME": "/models", "OMP_NUM_THREADS": "1"}
    environment = clean_environment({**kept, **SECRETS})
    assert not set(SECRETS) & set(environment)
    assert kept.items() <= environment.items()


def test_the_child_runs_with_that_environment(tmp_path, monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    _, text = run([sys.executable, "-c", "import os; print(*os.environ)"], tmp_path / "log.txt", lambda _line: None)
    assert not set(SECRETS) & set(text.split())


# Runs a command in a separate process, on a terminal where the user presses Ctrl-C.
RUNNER = """
import signal, sys
from pathlib import Path
from nsys_tools.capture.process import run
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    run(sys.argv[3:], Path(sys.argv[1]), lambda line: print(line, flush=True), grace_s=float(sys.argv[2]))
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def interrupt(tmp_path, script, grace_s=20.0):
    """Run a shell script, press Ctrl-C when it reports that it is ready, and return the log."""
    log = tmp_path / "log.txt"
    command = [sys.executable, "-c", RUNNER, str(log), str(grace_s), "sh", "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as runner:
        assert runner.stdout.readline() == "ready\n"
        runner.send_signal(signal.SIGINT)
        said, _ = runner.communicate(timeout=60)
    assert said.splitlines()[-1] == "interrupted"
    return log.read_text().splitlines()


def test_ctrl_c_lets_the_command_finish_its_files(tmp_path):
    script = "trap 'echo saved; exit 0' INT; echo ready; while :; do sleep 0.05; done"
    assert interrupt(tmp_path, script) == ["ready", "saved"]


def test_a_target_in_a_session_of_its_own_ends_first_and_the_command_follows(tmp_path):
    """As under nsys: the command waits for its target, whose last output must not be cut off."""
    target = "trap 'echo target unwound; exit 0' TERM; echo ready; while :; do sleep 0.05; done"
    command = f"trap 'echo interrupted first' INT; setsid sh -c \"{target}\" & wait $!; echo command ends"
    assert interrupt(tmp_path, command) == ["ready", "target unwound", "command ends"]


def test_what_does_not_end_is_killed_with_all_that_it_started(tmp_path):
    stubborn = "trap '' INT; sleep 60 & echo $$ > pids; echo $! >> pids; echo ready; wait; sleep 60"
    started = time.monotonic()
    interrupt(tmp_path, f"cd {tmp_path}; {stubborn}", grace_s=0.3)
    assert time.monotonic() - started < 30
    leader, sleeper = (int(line) for line in (tmp_path / "pids").read_text().split())
    assert descendants(leader) == {}
    deadline = time.monotonic() + 5  # SIGKILL is sent; the kernel takes a moment
    while session_of(sleeper) is not None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert session_of(sleeper) is None
