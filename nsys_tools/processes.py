"""A second Python process that runs functions for this one."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO

# Python's multiprocessing is not used, because it would run the user's script again in each process unless the script
# prevents this.
#
# The process imports from the same folders as this one. Without -P, it would also import from the current folder, which
# can contain other people's files.
_START = "import sys; sys.path[:] = {path!r}; from nsys_tools.processes import serve; serve()"


class DiedError(Exception):
    """The process ended before it returned a result. The message states the cause."""


class Process:
    """A Python process on this machine that runs one function after another.

    The process is started immediately, so it can already run functions while this process continues.
    """

    def __init__(self) -> None:
        command = [sys.executable, "-P", "-c", _START.format(path=sys.path)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def submit(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Ask the process to call a module-level function. Read its result with `result`.

        Raises
        ------
        DiedError
            If the process has ended.
        """
        assert self._process.stdin is not None  # noqa: S101  (it is a pipe)
        try:
            pickle.dump((function, arguments), self._process.stdin)
            self._process.stdin.flush()
        except (OSError, ValueError):  # the pipe is broken or closed
            raise self._died() from None

    def result(self) -> Any:
        """Wait for the result of the oldest call whose result was not read.

        Raises
        ------
        DiedError
            If the process ends before it returns the result.
        """
        assert self._process.stdout is not None  # noqa: S101  (it is a pipe)
        try:
            return pickle.load(self._process.stdout)  # noqa: S301  (written by an nsys-tools process)
        except (EOFError, OSError, pickle.UnpicklingError):
            raise self._died() from None

    def _died(self) -> DiedError:
        self.stop()
        status = self._process.returncode
        return DiedError(signal.Signals(-status).name if status < 0 else f"exit status {status}")

    def stop(self) -> None:
        """Terminate the process, even if it is busy, and close the pipes to it."""
        # On SIGTERM, the process removes its temporary files.
        self._process.terminate()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # the process no longer reads the buffered data
                if pipe is not None:
                    pipe.close()


def serve() -> None:
    """Run functions until the input ends. This function runs in the process that `Process` starts."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes, and the parent terminates this one
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    results = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # library output must not be mixed with the results
    while (asked := _next(sys.stdin.buffer)) is not None:
        function, arguments = asked
        pickle.dump(function(*arguments), results)
        results.flush()


def _next(calls: BinaryIO) -> tuple[Callable[..., Any], tuple[Any, ...]] | None:
    try:
        asked: tuple[Callable[..., Any], tuple[Any, ...]] = pickle.load(calls)  # noqa: S301  (from the parent process)
    except EOFError:
        return None
    return asked
