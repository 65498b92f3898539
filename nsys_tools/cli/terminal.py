"""What a terminal is sent: names of a trace are shown, and never obeyed; one line of progress, below all else."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Any

import nsys_tools as nt

if TYPE_CHECKING:
    from rich.console import Console

_WIDTH = 80  # of a terminal that does not tell
_before: list[Callable[[], None]] = []


class Escaping:
    """A text stream that escapes the control characters of what is written to it.

    Parameters
    ----------
    stream
        Where the text goes.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text that may hold names of a trace."""
        for clear in _before:
            clear()
        written: int = self._stream.write(nt.printable(text))
        return written

    def control(self, sequence: str) -> None:
        """Write control sequences of the command's own, and text that is escaped already."""
        self._stream.write(sequence)

    def __getattr__(self, name: str) -> Any:
        """Return what else the stream has."""
        return getattr(self._stream, name)


class _Beneath:
    """The stream beneath an `Escaping`, for what is escaped already and has control sequences of the command's own."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._write = getattr(stream, "control", stream.write)

    def write(self, text: str) -> int:
        """Write a text as it is."""
        for clear in _before:
            clear()
        self._write(text)
        return len(text)

    def __getattr__(self, name: str) -> Any:
        """Return what else the stream has."""
        return getattr(self._stream, name)


def console() -> Console:
    """Return what draws on the terminal behind stdout. It neither reads markup nor adds colors to what is printed."""
    from rich.console import Console

    file: Any = _Beneath(sys.stdout)
    return Console(
        file=file, width=width(sys.stdout), markup=False, highlight=False, emoji=False,
        soft_wrap=False,
    )  # fmt: skip


@contextmanager
def escaped() -> Iterator[None]:
    """Escape what goes to stderr, and to stdout if that is a terminal.

    Notes
    -----
    What goes to a file or a pipe as CSV, TSV, JSON or YAML keeps its bytes: they are those of nsys, and a program reads
    them. Tables and Markdown are for people and are escaped where they are made.
    """
    with ExitStack() as streams:
        if sys.stderr is None:  # print() would write to stdout instead
            streams.enter_context(redirect_stderr(streams.enter_context(open(os.devnull, "w", encoding="utf-8"))))
        streams.enter_context(redirect_stderr(Escaping(sys.stderr)))
        if sys.stdout is not None:
            # Else a name that the terminal's encoding lacks would end the command.
            sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
            if sys.stdout.isatty():
                streams.enter_context(redirect_stdout(Escaping(sys.stdout)))
        yield


@contextmanager
def cleared(clear: Callable[[], None]) -> Iterator[None]:
    """Call `clear` before anything else is written to the terminal."""
    _before.append(clear)
    try:
        yield
    finally:
        _before.remove(clear)


def width(stream: Any) -> int:
    """Return the columns of the terminal behind a stream; ``COLUMNS`` overrides them."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told) > 0:
        return int(told)
    try:
        return os.get_terminal_size(stream.fileno()).columns or _WIDTH
    except (OSError, ValueError):  # not a terminal, or a stream without a file
        return _WIDTH


def can_show(stream: Any, text: str) -> bool:
    """Return whether the encoding of a stream has all characters of a text."""
    try:
        text.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
