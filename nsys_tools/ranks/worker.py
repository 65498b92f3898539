"""Worker processes on this machine, each of which reads one trace after another."""

from __future__ import annotations

import importlib
import os
import pickle
import signal
import subprocess
import sys
from contextlib import suppress
from typing import BinaryIO

from nsys_tools.errors import NsysToolsError, OneError
from nsys_tools.ranks.work import Part, Reader, Task

_HINT = (
    "Run the command again. Traces that were already read are cached. With fewer --workers, each worker has more "
    "memory."
)
# Python's multiprocessing is not used, because it would run the user's script again in each worker unless the script
# prevents this.
_START = "from nsys_tools.ranks.worker import serve; serve()"


class Worker:
    """A process on this machine that reads traces.

    Parameters
    ----------
    reader
        Function that reads a trace.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = f"{reader.__module__}:{reader.__qualname__}"
        self._process: subprocess.Popen[bytes] | None = None
        self._is_stopped = False

    def read(self, task: Task) -> list[Part]:
        """Read a trace in the worker process.

        Raises
        ------
        NsysToolsError
            If the trace cannot be read, or the process dies. In that case, the next task starts a new process.
        """
        process = self._started()
        assert process.stdin is not None and process.stdout is not None  # noqa: PT018, S101  (both are pipes)
        try:
            pickle.dump((self._reader, task), process.stdin)
            process.stdin.flush()
            answer = pickle.load(process.stdout)  # noqa: S301  (written by an nsys-tools process)
        except (EOFError, BrokenPipeError, pickle.UnpicklingError):
            self._process = None
            _end(process)
            raise NsysToolsError(
                f"{task.path}: the worker process reading this trace died ({_cause(process)}).", _HINT
            ) from None
        if isinstance(answer, NsysToolsError):
            raise answer
        found: list[Part] = answer
        return found

    def _started(self) -> subprocess.Popen[bytes]:
        if self._is_stopped:
            raise NsysToolsError("The worker was stopped.")
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _START], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        return self._process

    def stop(self) -> None:
        """Terminate the process, even if it is busy."""
        self._is_stopped = True
        if self._process is not None:
            _end(self._process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Terminate a process, and close the pipes to it."""
    # On SIGTERM, the process removes its temporary files.
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):  # the process no longer reads the buffered data
            if pipe is not None:
                pipe.close()


def _cause(process: subprocess.Popen[bytes]) -> str:
    status = process.returncode
    return signal.Signals(-status).name if status < 0 else f"exit status {status}"


def serve() -> None:
    """Read traces until the input ends. This function runs in the process that `Worker` starts."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes, and the parent terminates its workers
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # library output must not be mixed with the results
    while (asked := _next(sys.stdin.buffer)) is not None:
        name, task = asked
        module, _, function = name.partition(":")
        answer = attempt(getattr(importlib.import_module(module), function), task)
        pickle.dump(answer, answers)
        answers.flush()


def _next(questions: BinaryIO) -> tuple[str, Task] | None:
    try:
        asked: tuple[str, Task] = pickle.load(questions)  # noqa: S301  (from the process that started this one)
    except EOFError:
        return None
    return asked


def attempt(reader: Reader, task: Task) -> list[Part] | NsysToolsError:
    """Return the results of a reader for a trace, or the error that it raised."""
    try:
        with OneError():
            return reader(task)
    except NsysToolsError as error:
        return error
