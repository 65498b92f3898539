"""A second Python process that runs functions for this one."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import Any, BinaryIO, TypeVar

# Python's multiprocessing is not used, because it would run the user's script again in each process unless the script
# prevents this.
#
# The process imports from the same folders as this one. Without -P, it would also import from the current folder, which
# can contain other people's files.
_START = "import sys; sys.path[:] = {path!r}; from nsys_tools.processes import serve; serve()"


_T = TypeVar("_T")
_Call = tuple[Callable[..., Any], tuple[Any, ...]]


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
        self.send(pickle.dumps((function, arguments)))

    def send(self, call: bytes) -> None:
        """Submit a pickled call."""
        assert self._process.stdin is not None  # noqa: S101  (it is a pipe)
        try:
            self._process.stdin.write(call)
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
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):
            raise self._died() from None

    def _died(self) -> DiedError:
        self.stop()
        status = self._process.returncode
        return DiedError(signal.Signals(-status).name if status < 0 else f"exit status {status}")

    def stop(self, *, is_clean: bool = False) -> None:
        """Terminate the process, even if it is busy, and close the pipes to it.

        Parameters
        ----------
        is_clean
            Whether the process has no temporary files. Otherwise, it first removes them, which takes longer.
        """
        end = self._process.kill if is_clean else self._process.terminate
        end()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # the process no longer reads the buffered data
                if pipe is not None:
                    pipe.close()


class _Second:
    """A second process for work that this process could also do, and the results that it has returned."""

    def __init__(self) -> None:
        self.process = Process()
        self._calls: SimpleQueue[bytes | None] = SimpleQueue()
        self._results: list[Any] = []
        self._asked = 0
        # A thread submits the calls, because the process reads a call only after it has returned the previous result.
        Thread(target=self._send, daemon=True).start()

    def _send(self) -> None:
        with suppress(DiedError):
            while (call := self._calls.get()) is not None:
                self.process.send(call)

    def submit(self, function: Callable[..., _T], *arguments: Any) -> Callable[[], _T]:
        self._calls.put(pickle.dumps((function, arguments)))
        self._asked += 1
        return partial(self._result, self._asked - 1)

    def _result(self, place: int) -> Any:
        while len(self._results) <= place:
            self._results.append(self.process.result())
        return self._results[place]

    def stop(self) -> None:
        self._calls.put(None)
        # Once it has returned all results, none of its functions has temporary files.
        self.process.stop(is_clean=len(self._results) == self._asked)


_SECOND: ContextVar[_Second | None] = ContextVar("_SECOND", default=None)


@contextmanager
def beside() -> Iterator[None]:
    """Start a second process, which `later` uses inside this context."""
    second = _Second()
    before = _SECOND.set(second)
    try:
        yield
    finally:
        _SECOND.reset(before)
        second.stop()


def later(function: Callable[..., _T], *arguments: Any, instead: Callable[[], _T] | None = None) -> Callable[[], _T]:
    """Call a module-level function in the second process. Return a function that waits for the result.

    Parameters
    ----------
    function
        The function.
    *arguments
        Its arguments.
    instead
        Called here for the result if there is no second process or it dies. The default calls the function here.
    """
    here = instead or partial(function, *arguments)
    second = _SECOND.get()
    if second is None:
        return here
    there = second.submit(function, *arguments)

    def result() -> _T:
        try:
            return there()
        except DiedError:
            return here()

    return result


def serve() -> None:
    """Run functions until the input ends. This function runs in the process that `Process` starts."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes, and the parent terminates this one
    signal.signal(signal.SIGTERM, _end)
    if hasattr(signal, "SIGALRM"):  # on Windows, a process is terminated without a signal
        signal.signal(signal.SIGALRM, _end)
        sys.unraisablehook = _end_anyway
    results = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # library output must not be mixed with the results
    while (asked := _next(sys.stdin.buffer)) is not None:
        function, arguments = asked
        pickle.dump(function(*arguments), results)
        results.flush()


def _end(*_: object) -> None:
    sys.exit(128 + signal.SIGTERM)


def _end_anyway(ignored: sys.UnraisableHookArgs) -> None:
    """End the process soon if the signal arrived in a place where Python only prints exceptions, such as ``__del__``.

    Raising the exception here would have the same effect, so a timer raises it again.
    """
    if isinstance(ignored.exc_value, SystemExit):
        signal.setitimer(signal.ITIMER_REAL, 0.01)
    else:
        sys.__unraisablehook__(ignored)


def _next(calls: BinaryIO) -> _Call | None:
    try:
        asked: _Call = pickle.load(calls)  # noqa: S301  (from the parent process)
    except EOFError:
        return None
    return asked
