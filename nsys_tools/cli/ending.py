"""Ctrl-C, SIGTERM and SIGHUP: the command unwinds, removes its temporary files, and exits with 128 + signal."""

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
    """What a signal raises in the main thread: all that handles Ctrl-C handles the other signals too."""

    count = 0

    def __init__(self) -> None:
        super().__init__()
        Interrupted.count += 1


class Ending:
    """A block that signals end; leaving it swallows what the block raised, once a signal has come.

    Attributes
    ----------
    number
        The signal; 0 while none has come.

    Notes
    -----
    DuckDB looks for signals in the middle of a query, if at all. A handler that raises there leaves the threads of the
    query running, and closing the connection waits for them, possibly for ever. So while there is a session,

    - a thread of our own, which the signal wakes, interrupts the queries,
    - the handler has the exception raised at the next bytecode of the main thread, which is after the query,
    - a timer raises it where Python waits for something else than a query: the keyboard, a pipe.
    """

    def __init__(self) -> None:
        self.number = 0
        self._is_over = False

    def exit(self) -> None:
        """End the process if a signal has come. Threads are not waited for: all that they could leave is removed."""
        if self.number:
            sys.stderr.flush()
            nt.remove_scratch()
            os._exit(128 + self.number)

    def __enter__(self) -> Self:
        """Take over the signals, but not those that whoever started the command has it ignore, as nohup does."""
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
        """Stop timer and thread; the handlers stay, so that a second signal cannot end the process halfway."""
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
        """Wait for a signal; then interrupt queries, over and over until the block is left: each may begin another."""
        while os.read(wake, 1)[0] not in _SIGNALS:
            pass
        while not self._is_over:
            _interrupted()
            time.sleep(_REPEAT_S)

    def _swallowed(self, lost: Any) -> None:
        """Take note of an exception that was raised where none can be, in a finalizer: the timer raises it again."""
        if not self.number:
            sys.__unraisablehook__(lost)
        elif issubclass(lost.exc_type, Interrupted):
            Interrupted.count = 0


def _interrupted() -> bool:
    """Interrupt the queries of all open sessions; return whether there is a session."""
    # Looked up, because a signal can come before there is a session, and a handler is no place to import DuckDB.
    interrupt = getattr(sys.modules.get("nsys_tools.session.connection"), "interrupt", None)
    return interrupt is not None and interrupt()


def _raise_later() -> None:
    """Raise `Interrupted` in the main thread, at its next bytecode."""
    from ctypes import c_ulong, py_object, pythonapi

    pythonapi.PyThreadState_SetAsyncExc(c_ulong(threading.main_thread().ident or 0), py_object(Interrupted))
