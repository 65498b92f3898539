"""Run commands on a terminal of a given width, and return the final screen."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import REPOSITORY


@dataclass(frozen=True)
class Seen:
    """Terminal output of a command: all bytes, and the lines left on the screen."""

    returncode: int
    written: str

    @property
    def lines(self) -> list[str]:
        """Lines on the screen, without colors."""
        plain = re.sub(r"\x1b\[[0-9;]*m", "", self.written.replace("\r\n", "\n"))
        return [_left(line) for line in plain.rstrip("\n").split("\n")]


def _left(line: str) -> str:
    """Return the visible rest of a line after its carriage returns and erasures."""
    seen = ""
    for part in line.split("\r"):
        text = part.replace("\x1b[K", "")
        seen = text if "\x1b[K" in part else text + seen[len(text) :]
    return seen


def on_terminal(
    *arguments: str, columns: int, cwd: Path, on_output: Callable[[int, str], None] = lambda *_: None, **variables: str
) -> Seen:
    """Run ``nsys-tools`` on a terminal; `on_output` receives its process and the output so far."""
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY), "TERM": "xterm", "PYTHONUTF8": "1"} | variables
    if "COLUMNS" not in variables:
        environment.pop("COLUMNS", None)
    keyboard, screen = pty.openpty()
    fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    # Do not use pty.fork(), which copies a process with threads.
    process = subprocess.Popen(
        [sys.executable, "-m", "nsys_tools", *arguments], cwd=cwd, env=environment, start_new_session=True,
        stdin=screen, stdout=screen, stderr=screen,
    )  # fmt: skip
    os.close(screen)
    seen = b""
    with contextlib.suppress(OSError):  # the terminal closes with the process
        while chunk := os.read(keyboard, 1 << 16):
            seen += chunk
            on_output(process.pid, seen.decode(errors="replace"))
    os.close(keyboard)
    return Seen(process.wait(timeout=60), seen.decode(errors="replace"))
