"""Run the examples of a page in a folder with the traces of the documentation."""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import subprocess
from pathlib import Path
from typing import Any

from tests.commands import run
from tests.docs.blocks import Block, blocks

SHELL = {"cat", "cut", "grep", "head", "ls"}
"""Programs of the system that pages use to show a file."""


class Folder:
    """The folder of one page: commands run in the order of the page.

    Parameters
    ----------
    path
        A new folder.
    traces
        The folder of traces that pages use; its files are linked.
    """

    def __init__(self, path: Path, traces: Path) -> None:
        self.path = path
        self._names: dict[str, Any] = {}
        self._printed = ""
        for file in sorted(traces.rglob("*")):
            place = path / file.relative_to(traces)
            if file.is_dir():
                place.mkdir(parents=True, exist_ok=True)
            else:
                place.parent.mkdir(parents=True, exist_ok=True)
                os.link(file, place)

    def command(self, line: str, code: int = 0) -> str:
        """Run a command as it appears behind a prompt, and return its output."""
        words = shlex.split(line)
        if words[0] == "nsys-tools":
            done = run(*words[1:], cwd=self.path)
            assert done.returncode == code, (line, done)
            return done.stdout if code == 0 else done.stdout + done.stderr
        assert words[0] in SHELL, f"no test runs {words[0]}: {line}"
        shown = subprocess.run(line, shell=True, cwd=self.path, capture_output=True, text=True, check=False)
        assert shown.returncode == code, (line, shown)
        return shown.stdout

    def python(self, code: str) -> str:
        """Run a snippet after the previous ones on the page, and return its output."""
        printed, before = io.StringIO(), Path.cwd()
        os.chdir(self.path)
        try:
            with contextlib.redirect_stdout(printed):
                exec(compile(code, "<page>", "exec"), self._names)
        finally:
            os.chdir(before)
        return printed.getvalue()

    def block(self, block: Block) -> Block:
        """Run a block, and return it with its current output."""
        if block.remark == "file":
            place = self.path / block.value
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(block.text, encoding="utf-8")
        elif block.remark == "printed":
            return block.filled(self._printed)
        elif block.info == "python":
            self._printed = self.python(block.text)
        shown = ""
        for line in block.commands():
            shown = self.command(line, block.exit_code)
        return block.filled(shown) if block.remark == "output" else block

    def page(self, text: str) -> list[tuple[Block, Block]]:
        """Run all blocks of a page; return each with its current output."""
        return [(block, self.block(block)) for block in blocks(text)]
