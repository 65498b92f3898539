"""The code blocks of a page: what they show, and the remark above that says what a machine does with them.

``<!-- output -->`` above a ``console`` block has its output filled in. ``<!-- output: 12 -->`` keeps twelve lines, and
``exit=1`` expects that exit code. ``<!-- printed -->`` above a ``text`` block is what the ``python`` block before it
printed.
``<!-- file: gate.toml -->`` writes the block to a file for the commands below it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from tests.conftest import REPOSITORY

DOCS = REPOSITORY / "docs"
_BLOCK = re.compile(
    r"(?:^<!-- (?P<remark>output|printed|file)(?:: (?P<value>[^>\n]*?))? -->\n)?^```(?P<info>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
CUT = "...\n"
"""Stands for lines of an output that a page leaves out."""


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes
    ----------
    info
        Language of the block.
    text
        Text between the fences.
    remark, value
        Contents of the comment above it; empty without one.
    line
        Line number of its first fence, from 1.
    """

    info: str
    text: str
    remark: str
    value: str
    line: int

    @property
    def exit_code(self) -> int:
        """Return the expected exit code of its command."""
        found = re.search(r"exit=(\d+)", self.value)
        return int(found[1]) if found else 0

    def commands(self) -> list[str]:
        """Return the commands behind a prompt; lines continued with a backslash form one command."""
        joined = self.text.replace("\\\n", " ")
        return re.findall(r"^\$ (.*)$", joined, re.MULTILINE) if self.info == "console" else []

    def kept(self, output: str) -> str:
        """Return the part of an output that the page shows."""
        lines = [line.rstrip() + "\n" for line in output.rstrip().splitlines()]
        limit = re.search(r"\b(?<!=)(\d+)\b", self.value)
        if limit and len(lines) > int(limit[1]):
            return "".join(lines[: int(limit[1])]) + CUT
        return "".join(lines)

    def filled(self, output: str) -> Block:
        """Return the block with the current output of its command."""
        assert self.info != "console" or len(self.commands()) == 1, f"line {self.line}: one command per output"
        head = re.match(r"(?:\$ .*\n)?(?:(?<=\\\n).*\n)*", self.text) if self.info == "console" else None
        return replace(self, text=(head[0] if head else "") + self.kept(output))


def pages() -> list[Path]:
    """Return the README and the pages of the site, except reports of upstream defects."""
    written = (path for path in sorted(DOCS.rglob("*.md")) if path.parent.name != "upstream")
    return [REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md", *written]


def _block(match: re.Match[str], text: str) -> Block:
    line = text.count("\n", 0, match.start("info")) + 1
    return Block(match["info"], match["text"], match["remark"] or "", match["value"] or "", line)


def blocks(text: str) -> list[Block]:
    """Return the blocks of a page in order."""
    return [_block(match, text) for match in _BLOCK.finditer(text)]


def rewritten(text: str, change: Callable[[Block], Block]) -> str:
    """Return a page with the text of its blocks replaced, in order."""

    def changed(match: re.Match[str]) -> str:
        block = _block(match, text)
        start, end = match.start("text") - match.start(), match.end("text") - match.start()
        return match[0][:start] + change(block).text + match[0][end:]

    return _BLOCK.sub(changed, text)
