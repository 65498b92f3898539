"""What a terminal is sent: names of a trace are shown, and never obeyed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from typing import Any

import nsys_tools as nt


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
        written: int = self._stream.write(nt.printable(text))
        return written

    def control(self, sequence: str) -> None:
        """Write a control sequence of the command's own."""
        self._stream.write(sequence)

    def __getattr__(self, name: str) -> Any:
        """Return what else the stream has."""
        return getattr(self._stream, name)


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
