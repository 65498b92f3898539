"""A stack of open NVTX ranges that also closes ranges left open by an exception."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol


class Recorder(Protocol):
    """Interface for recording a range. The ``nvtx`` module implements it."""

    def push_range(self, message: str) -> None:
        """Open a range on this thread."""

    def pop_range(self) -> None:
        """Close the most recently opened range of this thread."""


def nvtx_recorder() -> Recorder | None:
    """Return the ``nvtx`` module, or None if it is not installed."""
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
        Records the ranges; if None, they are only counted.
    drain
        Called before a stage closes, to wait for the GPU (``--sync``); if None, the stage closes without waiting.

    Attributes
    ----------
    counts
        Number of closed ranges by name. It must equal the number in the trace.
    broken
        Path of the ranges that were open when an exception propagated out of a stage; empty if there was none.
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
        """Whether ranges are recorded."""
        return self._recorder is not None

    @property
    def depth(self) -> int:
        """Number of open ranges."""
        return len(self._open)

    def push(self, name: str) -> int:
        """Open a range and return the depth to pass to `unwind` when it ends."""
        depth = len(self._open)
        if not self._muted:
            self._open.append(name)
            if self._recorder is not None:
                self._recorder.push_range(name)
        return depth

    def unwind(self, depth: int) -> None:
        """Close the ranges above `depth`, including those that an exception left open."""
        while len(self._open) > depth:
            if self._recorder is not None:
                self._recorder.pop_range()
            self.counts[self._open.pop()] += 1

    def drain(self) -> None:
        """Wait for the GPU if ``--sync`` was given."""
        if self._drain is not None and not self._muted:
            self._drain()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Open a stage for the duration of the ``with`` block. With ``--sync``, it ends when its GPU work ends."""
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
        """Neither record nor count ranges within the ``with`` block, for example during warm-up."""
        before, self._muted = self._muted, True
        try:
            yield
        finally:
            self._muted = before
