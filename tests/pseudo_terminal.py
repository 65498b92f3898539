"""Commands on a terminal of a given width, and what is seen there in the end."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import struct
import sys
import termios
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import REPOSITORY


@dataclass(frozen=True)
class Seen:
    """What a command wrote to a terminal: every byte, and the lines that are left on the screen."""

    returncode: int
    written: str

    @property
    def lines(self) -> list[str]:
        """The lines of the screen, without colors."""
        plain = re.sub(r"\x1b\[[0-9;]*m", "", self.written.replace("\r\n", "\n"))
        return [_left(line) for line in plain.rstrip("\n").split("\n")]


def _left(line: str) -> str:
    """Return what is left of a line after its carriage returns and erasures."""
    seen = ""
    for part in line.split("\r"):
        text = part.replace("\x1b[K", "")
        seen = text if "\x1b[K" in part else text + seen[len(text) :]
    return seen


def on_terminal(
    *arguments: str, columns: int, cwd: Path, on_output: Callable[[int, str], None] = lambda *_: None, **variables: str
) -> Seen:
    """Run ``nsys-tools`` on a terminal; `on_output` gets its process and what has been written so far."""
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY), "TERM": "xterm", "PYTHONUTF8": "1"} | variables
    if "COLUMNS" not in variables:
        environment.pop("COLUMNS", None)
    command = [sys.executable, "-m", "nsys_tools", *arguments]
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        os.chdir(cwd)
        os.execve(sys.executable, command, environment)
    seen = b""
    with contextlib.suppress(OSError):  # the terminal closes with the process
        while chunk := os.read(terminal, 1 << 16):
            seen += chunk
            on_output(pid, seen.decode(errors="replace"))
    os.close(terminal)
    return Seen(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), seen.decode(errors="replace"))
