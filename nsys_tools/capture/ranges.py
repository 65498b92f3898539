"""NVTX ranges that always close: a stack on our side, so that whatever is left open is closed."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol


class Recorder(Protocol):
    """What records a range; the ``nvtx`` module is one."""

    def push_range(self, message: str) -> None:
        """Open a range on this thread."""

    def pop_range(self) -> None:
        """Close the range opened last on this thread."""


def nvtx_recorder() -> Recorder | None:
    """Return the ``nvtx`` module, or None where it is not installed."""
    try:
        module: Recorder = importlib.import_module("nvtx")
    except ImportError:
        return None
    return module


class Ranges:
    """A stack of named ranges on one thread.

    Parameters
    ----------
    recorder
        Where ranges go; None records nothing and still counts.
    drain
        Called before a stage closes, to wait for the GPU (``--sync``); None waits for nothing.

    Attributes
    ----------
    counts
        How many ranges of each name were closed, the figure that a trace must show again.
    broken
        Path of the ranges that were open when an exception left a stage; empty while none has.
    """

    def __init__(self, recorder: Recorder | None, drain: Callable[[], None] | None = None) -> None:
        self._recorder = recorder
        self._drain = drain
        self._open: list[str] = []
        self._muted = False
        self.counts: Counter[str] = Counter()
        self.broken = ""

    @property
    def path(self) -> str:
        """The names of the open ranges, outermost first, joined by ``/``."""
        return "/".join(self._open)

    @property
    def recorded(self) -> bool:
        """Whether ranges reach a recorder."""
        return self._recorder is not None

    @property
    def depth(self) -> int:
        """How many ranges are open."""
        return len(self._open)

    def push(self, name: str) -> int:
        """Open a range and return the depth to unwind to when it ends."""
        depth = len(self._open)
        if not self._muted:
            self._open.append(name)
            if self._recorder is not None:
                self._recorder.push_range(name)
        return depth

    def unwind(self, depth: int) -> None:
        """Close the ranges above `depth`, those that an exception left open included."""
        while len(self._open) > depth:
            if self._recorder is not None:
                self._recorder.pop_range()
            self.counts[self._open.pop()] += 1

    def drain(self) -> None:
        """Wait for the GPU, where that was asked for."""
        if self._drain is not None and not self._muted:
            self._drain()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Hold a stage open; with ``--sync`` its end is the end of its work on the GPU."""
        depth = self.push(name)
        try:
            yield
            self.drain()
        except BaseException:
            self.broken = self.broken or self.path
            raise
        finally:
            self.unwind(depth)

    @contextmanager
    def muted(self) -> Iterator[None]:
        """Open no ranges inside: a warm-up is no part of what is counted."""
        before, self._muted = self._muted, True
        try:
            yield
        finally:
            self._muted = before
