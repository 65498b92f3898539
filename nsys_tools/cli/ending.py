"""Handle Ctrl-C, SIGTERM and SIGHUP. The command unwinds, removes temporary files, and exits with 128 + signal."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from types import FrameType, TracebackType
from typing import Any, Self

import nsys_tools as nt

_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
_PATIENCE_S = 0.5
_REPEAT_S = 0.05


class Interrupted(KeyboardInterrupt):
    """The exception that a signal raises in the main thread. Code that handles Ctrl-C handles other signals too."""

    count = 0

    def __init__(self) -> None:
        super().__init__()
        Interrupted.count += 1


class Ending:
    """A context manager for a block that a signal can end. Leaving the block suppresses the exception from the signal.

    Attributes
    ----------
    number
        The number of the received signal; 0 before any signal.

    Notes
    -----
    If DuckDB checks for signals at all, it does so in the middle of a query. If a handler raised an exception there,
    the query's threads would keep running, and closing the connection would wait for them, possibly forever.
    Therefore, the following happens while a session is open:

    - A separate thread, which the signal wakes, interrupts the queries.
    - The handler schedules the exception for the next bytecode of the main thread, which runs after the query.
    - A timer raises the exception if Python waits for something other than a query, such as the keyboard or a pipe.
    """

    def __init__(self) -> None:
        self.number = 0
        self._is_over = False

    def exit(self) -> None:
        """After a signal, remove temporary files and end the process without joining threads."""
        if self.number:
            sys.stderr.flush()
            nt.remove_scratch()
            os._exit(128 + self.number)

    def __enter__(self) -> Self:
        """Install the signal handlers, except for signals that the parent process set to be ignored (as nohup does)."""
        Interrupted.count = 0
        wake, write = os.pipe()
        os.set_blocking(write, False)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        threading.Thread(target=self._interrupt_queries, args=(wake,), daemon=True).start()
        if hasattr(signal, "SIGALRM"):
            signal.signal(signal.SIGALRM, self._waited)
        for number in _SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._came)
        sys.unraisablehook = self._swallowed
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> bool:
        """Stop the timer and the thread. The handlers remain, so that a second signal cannot interrupt the cleanup."""
        self._is_over = True
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)
        return self.number != 0

    def _came(self, number: int, _: FrameType | None) -> None:
        again, self.number = self.number != 0, number
        if hasattr(signal, "setitimer") and not self._is_over:
            signal.setitimer(signal.ITIMER_REAL, _PATIENCE_S, _PATIENCE_S)
        if not _interrupted():
            if not self._is_over:
                raise Interrupted
        elif not again:
            _raise_later()

    def _waited(self, _number: int, _: FrameType | None) -> None:
        if Interrupted.count == 0 and not self._is_over:
            raise Interrupted

    def _interrupt_queries(self, wake: int) -> None:
        """Wait for a signal, then repeatedly interrupt queries until the block ends, since another query may start."""
        while os.read(wake, 1)[0] not in _SIGNALS:
            pass
        while not self._is_over:
            _interrupted()
            time.sleep(_REPEAT_S)

    def _swallowed(self, lost: Any) -> None:
        """Record an exception raised in a finalizer, where Python ignores exceptions. The timer raises it again."""
        if not self.number:
            sys.__unraisablehook__(lost)
        elif issubclass(lost.exc_type, Interrupted):
            Interrupted.count = 0


def _interrupted() -> bool:
    """Interrupt the queries of all open sessions, and return whether a session is open."""
    # Look up the module instead of importing it, since a signal can arrive before any session exists, and a handler
    # must not import DuckDB.
    interrupt = getattr(sys.modules.get("nsys_tools.session.connection"), "interrupt", None)
    return interrupt is not None and interrupt()


def _raise_later() -> None:
    """Raise `Interrupted` in the main thread, at its next bytecode."""
    from ctypes import c_ulong, py_object, pythonapi

    pythonapi.PyThreadState_SetAsyncExc(c_ulong(threading.main_thread().ident or 0), py_object(Interrupted))
