"""Run commands in this process, which takes a tenth of the time of a new process; `tests/cli` also starts a few."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from unittest import mock

from nsys_tools import assets
from nsys_tools.cli import main
from nsys_tools.session.memory_limit import limit_memory

BROWSER = next((b for name in ("chromium", "chromium-browser", "google-chrome") if (b := shutil.which(name))), None)
"""A browser that is installed; None without one."""


@dataclass(frozen=True)
class Done:
    """The outcome of a command."""

    returncode: int
    stdout: str
    stderr: str


class _NoSignals:
    """A replacement for `nsys_tools.cli.ending.Ending`: pytest handles the signals of this process."""

    number = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing."""

    def exit(self) -> None:
        """Do nothing."""


class _Console(io.TextIOWrapper):
    """A text stream that is not a terminal, with the underlying byte stream that commands may write to."""

    def __init__(self, given: str = "") -> None:
        super().__init__(io.BytesIO(given.encode()), encoding="utf-8", newline="")

    def text(self) -> str:
        """Return the text written so far."""
        self.flush()
        buffer = self.buffer
        assert isinstance(buffer, io.BytesIO)
        return buffer.getvalue().decode()


@contextlib.contextmanager
def _as_a_process() -> Iterator[None]:
    """Restore the process-wide settings that a command changes."""
    memory = limit_memory("")
    root, own = logging.getLogger(), logging.getLogger("nsys_tools")
    before = root.level, own.level, list(root.handlers), list(assets._own_folders), Path.cwd()
    root.handlers = []
    try:
        yield
    finally:
        root.level, own.level, root.handlers, assets._own_folders[:] = before[:4]
        os.chdir(before[4])
        limit_memory(memory)


def run(*arguments: str, cwd: Path, given: str = "") -> Done:
    """Run ``nsys-tools`` with arguments in a folder."""
    stdout, stderr = _Console(), _Console()
    with (
        _as_a_process(),
        mock.patch.object(sys, "argv", ["nsys-tools", *arguments]),
        mock.patch("nsys_tools.cli.Ending", _NoSignals),
        mock.patch.object(sys, "stdin", _Console(given)),
        mock.patch.dict(os.environ, {"COLUMNS": "100"}),
        contextlib.redirect_stdout(stdout),
        contextlib.redirect_stderr(stderr),
    ):
        os.chdir(cwd)
        try:
            main()
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return Done(code, stdout.text(), stderr.text())


def refused(*arguments: str, cwd: Path, code: int = 1) -> str:
    """Run a command that must fail with one message and an exit code (2 for wrong usage); return the message."""
    done = run(*arguments, cwd=cwd)
    assert done.returncode == code, done
    assert done.stdout == ""
    assert done.stderr.startswith("nsys-tools: ")
    return done.stderr
