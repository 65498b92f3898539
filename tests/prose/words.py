"""Phrases of the word list: where they are, and what to write instead."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tests.prose.paragraphs import paragraphs

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]


@dataclass(frozen=True)
class Word:
    """A phrase that is not the field's word; the attributes are described in ``words.toml``."""

    name: str
    pattern: str
    write: str
    why: str
    flags: list[str]
    passes: list[str]
    expression: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        """Compile the pattern once."""
        object.__setattr__(self, "expression", re.compile(self.pattern, re.IGNORECASE))


@dataclass(frozen=True)
class Hit:
    """A phrase in a file: the path from the root, the line, the words there, and the word of the list."""

    file: str
    line: int
    phrase: str
    word: Word
    around: str

    def __str__(self) -> str:
        """Return the line that the check prints."""
        return f'{self.file}:{self.line}: "{self.phrase}" -> {self.word.write}  ({self.word.name}: {self.word.why})'


def words() -> list[Word]:
    """Return the word list."""
    return [Word(**entry) for entry in _read("words.toml")["word"]]


def exceptions() -> dict[str, Any]:
    """Return the reviewed exceptions: files that are skipped, and phrases that are right where they are."""
    return _read("exceptions.toml")


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


def files(root: Path) -> list[str]:
    """Return the files of a checkout that git does not ignore, from its root."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    return sorted({name for name in listed.split("\0") if name and (root / name).is_file()})


def hits(root: Path, names: Iterable[str]) -> Iterator[Hit]:
    """Yield the phrases in files of a checkout, with those of exceptions.

    Parameters
    ----------
    root
        The root of the checkout.
    names
        Files, from the root. Those that the exceptions skip, and those that are not text, are passed over.
    """
    listed, skipped = words(), [entry["file"] for entry in exceptions()["skip"]]
    for name in names:
        if any(fnmatchcase(name, pattern) for pattern in skipped):
            continue
        try:
            text = (root / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        yield from _in_text(name, text, listed)


def _in_text(name: str, text: str, listed: list[Word]) -> Iterator[Hit]:
    for paragraph in paragraphs(Path(name), text):
        for word in listed:
            for found in word.expression.finditer(paragraph.text):
                around = paragraph.text[max(0, found.start() - 60) : found.end() + 60]
                yield Hit(name, paragraph.line_of(found.start()), found[0].strip(), word, around)


def check(root: Path, names: Iterable[str] | None = None) -> tuple[list[Hit], list[str]]:
    """Return the phrases that no exception covers, and the exceptions that cover nothing.

    Parameters
    ----------
    root
        The root of the checkout.
    names
        Files, from the root; all when None. Only then are exceptions judged.
    """
    allowed, used, left = exceptions()["allow"], set(), []
    for hit in hits(root, files(root) if names is None else names):
        covering = [place for place, entry in enumerate(allowed) if _covers(entry, hit)]
        used.update(covering)
        if not covering:
            left.append(hit)
    idle = [entry for place, entry in enumerate(allowed) if place not in used] if names is None else []
    return left, [f"tests/prose/exceptions.toml: {entry['file']}, {entry['word']}: covers nothing" for entry in idle]


def _covers(entry: dict[str, str], hit: Hit) -> bool:
    return (
        fnmatchcase(hit.file, entry["file"])
        and entry["word"] in {hit.word.name, "*"}
        and entry.get("text", "") in hit.around
    )
