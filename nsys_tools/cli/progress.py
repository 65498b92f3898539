"""A line on stderr that says what takes long; on a terminal only."""

from __future__ import annotations

import logging
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def status() -> Iterator[Callable[[str], None]]:
    """Give a function that shows a few words in place of the ones before; the line is removed at the end."""
    if not sys.stderr.isatty() or logging.getLogger().level >= logging.ERROR:
        yield lambda _: None
        return

    def show(words: str) -> None:
        width = shutil.get_terminal_size().columns - 1
        _replace(f"{words[:width]} ..."[:width])

    try:
        yield show
    finally:
        _replace("")


def _replace(words: str) -> None:
    """Write words in place of the line; the control sequence for that is the only one that is not escaped."""
    getattr(sys.stderr, "control", sys.stderr.write)("\r\x1b[K")
    sys.stderr.write(words)
    sys.stderr.flush()
