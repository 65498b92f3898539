"""Run child processes with line-by-line output and orderly shutdown on Ctrl-C."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from nsys_tools.capture.run_folder import without_home
from nsys_tools.errors import NsysToolsError

Show = Callable[[str], None]

# Variables that a child process inherits: those that control CUDA, torch and the hub. nsys writes the
# environment of its target into the trace, so tokens, user names and host names must not be passed on.
_KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "HF_HOME", "HF_HUB_CACHE", "HF_HUB_OFFLINE")
_KEPT_PREFIXES = (
    "CUDA_",
    "NVIDIA_VISIBLE",
    "NVIDIA_DRIVER",
    "OMP_",
    "MKL_",
    "PYTORCH_",
    "TORCH_",
    "TRANSFORMERS_",
)

GRACE_S = 120.0  # an interrupted nsys still writes its report


def clean_environment(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment variables that a profiled process inherits."""
    source = os.environ if environment is None else environment
    kept = {name: value for name, value in source.items() if name in _KEPT or name.startswith(_KEPT_PREFIXES)}
    return {**kept, "PYTHONUNBUFFERED": "1", "TOKENIZERS_PARALLELISM": "false"}


def run(
    command: Sequence[str],
    log: Path,
    show: Show,
    grace_s: float = GRACE_S,
    environment: Mapping[str, str] | None = None,
) -> tuple[int, str]:
    """Run a command in its own session and return its exit code and output.

    If the command runs a target in a separate session, as nsys does, Ctrl-C interrupts that target. Otherwise, it
    interrupts the command itself. The command can then finish its files. After `grace_s` seconds, or on a second
    Ctrl-C, all processes that it started are killed. No process that it started outlives the call.

    Parameters
    ----------
    command
        Program and arguments.
    log
        File to which the output is appended, with the home folder as ``~``.
    show
        Called with each line of output.
    grace_s
        Seconds to wait for the command after Ctrl-C.
    environment
        Environment of the command. The default is `clean_environment`.

    Raises
    ------
    NsysToolsError
        If the program cannot be started.
    KeyboardInterrupt
        After Ctrl-C, when all children have ended.
    """
    lines: list[str] = []
    reader: threading.Thread | None = None
    child = _start(command, clean_environment() if environment is None else environment)
    try:  # from here on, Ctrl-C ends a child that was started
        reader = threading.Thread(target=_pump, args=(child.stdout, lines, show), daemon=True)
        reader.start()
        code = child.wait()
    except KeyboardInterrupt:
        _end(child, grace_s)
        raise
    finally:
        if reader is not None and reader.ident is not None:
            # A process that the command left running could hold the pipe open forever.
            reader.join(timeout=5)
        with log.open("a", encoding="utf-8") as file:
            file.writelines(f"{without_home(line)}\n" for line in lines)
    return code, "\n".join(lines)


def _start(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[str]:
    try:
        return subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            start_new_session=True,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise NsysToolsError(f"Cannot start {command[0]}: {error.strerror}.", "Run `nsys-tools doctor`.") from error


def _pump(stream: IO[str], lines: list[str], show: Show) -> None:
    with stream:
        for raw in stream:
            line = raw.rstrip()
            if line:
                lines.append(line)
                show(line)


def _end(child: subprocess.Popen[str], grace_s: float) -> None:
    # nsys runs its target in a separate session. If nsys is interrupted, it stops recording at once, and
    # ranges that the target closes later are lost. Interrupt the target first; nsys ends after it.
    started = descendants(child.pid)
    targets = [process for process, session in started.items() if process == session]
    try:
        for target in targets:
            _send(target, signal.SIGTERM)
        if not targets:
            _send(child.pid, signal.SIGINT)
        child.wait(timeout=grace_s)
    except (KeyboardInterrupt, subprocess.TimeoutExpired):
        started |= descendants(child.pid)
        _send(child.pid, signal.SIGKILL)
    for process, session in started.items():
        if session_of(process) == session:  # still the same process, not a later one with the same PID
            _send(process, signal.SIGKILL)
    child.wait()


def _send(process: int, what: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, what)


def session_of(process: int) -> int | None:
    """Return the session of a running process, or None if the process does not exist."""
    fields = _fields(process)
    return int(fields[3]) if fields and fields[0] != "Z" else None


def descendants(ancestor: int) -> dict[int, int]:
    """Return the running descendants of a process with their sessions."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        fields = _fields(int(entry.name))
        if fields:
            parents[int(entry.name)] = int(fields[1])
    found: dict[int, int] = {}
    generation = {ancestor}
    while generation:
        generation = {process for process, parent in parents.items() if parent in generation}
        for process in generation:
            session = session_of(process)
            if session is not None:
                found[process] = session
    return found


def _fields(process: int) -> list[str]:
    """Return the fields of ``/proc/PID/stat`` after the name: state, parent, group, session, and so on.

    The list is empty if the process has ended.
    """
    try:
        text = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()
