"""Write to a terminal. Control characters in trace data are escaped, and the progress line stays below the text."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, Any

import nsys_tools as nt

if TYPE_CHECKING:
    from rich.console import Console

_WIDTH = 80  # columns to assume if a terminal does not report its width
_before: list[Callable[[], None]] = []


class Escaping:
    """A text stream that escapes control characters in the text written to it.

    Parameters
    ----------
    stream
        The stream to write to.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write text that may contain names from a trace."""
        for clear in _before:
            clear()
        written: int = self._stream.write(nt.printable(text))
        return written

    def control(self, sequence: str) -> None:
        """Write the command's own control sequences, or text that is already escaped."""
        self._stream.write(sequence)

    def __getattr__(self, name: str) -> Any:
        """Return any other attribute of the stream."""
        return getattr(self._stream, name)


class _Beneath:
    """The stream beneath an `Escaping`, for text that is already escaped and includes the command's control codes."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._write = getattr(stream, "control", stream.write)

    def write(self, text: str) -> int:
        """Write text unchanged."""
        for clear in _before:
            clear()
        self._write(text)
        return len(text)

    def __getattr__(self, name: str) -> Any:
        """Return any other attribute of the stream."""
        return getattr(self._stream, name)


def console() -> Console:
    """Return a rich console for stdout's terminal. It neither interprets markup nor adds colors."""
    from rich.console import Console

    file: Any = _Beneath(sys.stdout)
    return Console(
        file=file, width=width(sys.stdout), markup=False, highlight=False, emoji=False,
        soft_wrap=False,
    )  # fmt: skip


@contextmanager
def escaped() -> Iterator[None]:
    """Escape text written to stderr, and to stdout if it is a terminal.

    Notes
    -----
    CSV, TSV, JSON and YAML that are written to a file or a pipe keep the bytes that nsys recorded, since programs read
    these formats. Tables and Markdown are for human readers, and are escaped when they are rendered.
    """
    with ExitStack() as streams:
        if sys.stderr is None:  # print() would write to stdout instead
            streams.enter_context(redirect_stderr(streams.enter_context(open(os.devnull, "w", encoding="utf-8"))))
        streams.enter_context(redirect_stderr(Escaping(sys.stderr)))
        if sys.stdout is not None:
            # Otherwise, a character that the terminal's encoding lacks would abort the command.
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
    """Return the width, in columns, of a stream's terminal. ``COLUMNS`` overrides it."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told) > 0:
        return int(told)
    try:
        return os.get_terminal_size(stream.fileno()).columns or _WIDTH
    except (OSError, ValueError):  # not a terminal, or a stream without a file
        return _WIDTH


def can_show(stream: Any, text: str) -> bool:
    """Return whether the encoding of a stream can represent all characters in a string."""
    try:
        text.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
