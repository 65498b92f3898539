"""A progress line on stderr with the current step, its progress and the time left. It is shown only on a terminal."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import nsys_tools as nt
from nsys_tools.cli import terminal
from nsys_tools.cli.fitting import cut

_EVERY_S = 0.1
_AFTER_S = 0.2  # commands that end sooner show no line
_TOLD_AFTER_S = 0.5  # a rate measured over a shorter time does not predict the time left
_BAR, _LEAST_BAR = 30, 10
_SCALES = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))  # the largest unit in which the total is at least 10 is used
_FANCY, _PLAIN = ("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", "━", "─"), ("|/-\\", "=", "-")


@contextmanager
def status(*, quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """Yield a function that replaces the description on the progress line, and remove the line at the end."""
    is_shown = sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not quiet
    if not is_shown or logging.getLogger().level >= logging.ERROR:
        yield lambda _: None
        return
    line = Line(sys.stderr)
    with terminal.cleared(line.end_step):
        try:
            yield line.begin_step
        finally:
            line.close()


class Line:
    """A line on a terminal that a separate thread redraws until other text is written.

    Parameters
    ----------
    stream
        The terminal.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._signs = _FANCY if terminal.can_show(stream, "".join(_FANCY)) else _PLAIN
        self._begin = time.monotonic()
        self._words = ""
        self._pace = Pace()
        self._is_drawn = False
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._draw_on, daemon=True)

    def begin_step(self, words: str) -> None:
        """Show the description of a new step."""
        self._words = words
        if not self._thread.ident and not self._over.is_set():
            self._thread.start()

    def end_step(self) -> None:
        """Remove the line until the next step begins."""
        self._words = ""
        self._erase()

    def close(self) -> None:
        """Remove the line permanently."""
        self._over.set()
        self._words = ""
        self._erase()

    def _erase(self) -> None:
        with self._lock:
            if self._is_drawn:
                self._is_drawn = False
                self._write("\r\x1b[K")

    def _draw_on(self) -> None:
        ticks = 0
        while not self._over.wait(_EVERY_S):
            ticks += 1
            if time.monotonic() - self._begin >= _AFTER_S and (words := self._words):
                text = self._text(words, ticks)
                with self._lock:
                    if self._words is words and not self._over.is_set():
                        self._is_drawn = True
                        self._write(f"\r{text}\x1b[K")

    def _write(self, text: str) -> None:
        with suppress(OSError, ValueError):  # the terminal was closed
            getattr(self._stream, "control", self._stream.write)(text)
            self._stream.flush()

    def _text(self, words: str, ticks: int) -> str:
        """Return the description with a progress bar, or with the elapsed time if progress cannot be measured."""
        signs, full, empty = self._signs
        now, spinner = time.monotonic(), signs[ticks % len(signs)]
        room = terminal.width(self._stream) - 1 - len(spinner) - 1
        amount = words.amount() if isinstance(words, nt.Measured) else None
        if amount is None or amount.total <= 0:
            after = f"  {clock(now - self._begin)}"
            return f"{spinner} {cut(nt.printable(words), room - len(after))}{after}"
        left = self._pace.left(amount, now)
        share = min(amount.done / amount.total, 1.0)
        after = f" {share:4.0%}{_of(amount)}  {f'{clock(left)} left' if left is not None else '':>9}"
        said = cut(nt.printable(words), room - len(after) - _LEAST_BAR - 1)
        bar = min(_BAR, room - len(said) - len(after) - 1)
        if bar < _LEAST_BAR:
            return cut(f"{spinner} {said}{after}", room)
        done = round(share * bar)
        return f"{spinner} {said} {full * done}{empty * (bar - done)}{after.rstrip()}"


class Pace:
    """The rate of progress over all steps that count toward the same total."""

    def __init__(self) -> None:
        self._first: nt.Amount | None = None
        self._begin = 0.0

    def left(self, amount: nt.Amount, now: float) -> float | None:
        """Return the seconds left at the current rate, or None if the rate is not known yet."""
        first = self._first
        if first is None or first.total != amount.total or amount.done < first.done:
            self._first, self._begin = amount, now
            return None
        done, seconds = amount.done - first.done, now - self._begin
        if seconds < _TOLD_AFTER_S or done < amount.total / 100:
            return None
        return seconds * (amount.total - amount.done) / done


def clock(seconds: float) -> str:
    """Return a time in clock format: 0:07, 12:30 or 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _of(amount: nt.Amount) -> str:
    """Return how much of the total has been read, or an empty string if the description already includes this."""
    if amount.unit != "bytes":
        return ""
    step, unit = next((scale for scale in _SCALES if amount.total >= 10 * scale[0]), _SCALES[-1])
    total = f"{amount.total / step:,.1f}"
    return f"  {amount.done / step:>{len(total)},.1f}/{total} {unit}"
