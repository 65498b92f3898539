"""The prose of a file in paragraphs: the comments of code and its strings of several words, and pages as they are."""

from __future__ import annotations

import io
import re
import tokenize
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import PurePath

# Python 3.12 has tokens for the parts of an f-string; 3.11 has one for the whole.
_FSTRING = {"FSTRING_START", "FSTRING_MIDDLE", "FSTRING_END"}
_QUOTES = re.compile(r"""^[rbfuRBFU]*("{3}|'{3}|"|')|("{3}|'{3}|"|')$""")
_FENCE = re.compile(r"^ *(?:```+|~~~+)(\w*)")
_OUTPUT = {"console", "text", "json", "csv"}
_SQL = re.compile(r"--[^\n]*|'(?:[^']|'')*'")
_SCRIPT = re.compile(r"""/\*.*?\*/|(?<=\s)//[^\n]*|"(?:[^"\\\n]|\\.)*\"""", re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")
_VALUE = re.compile(r"\{[^{}]*\}")
_LEADER = re.compile(r"^\s*(?:(?:--+|#+:?|//+|[*>+-]|\d+\.)(?=\s|$)\s*)?")
# Names and code in a text are not prose; what stands for them joins no phrase.
_CODE = re.compile(r"``.+?``|`[^`]+`")
Line = tuple[int, str]


@dataclass(frozen=True)
class Paragraph:
    """Prose without an empty line in it.

    Attributes
    ----------
    text
        The text with single spaces, without markers of comments and lists. Code in backticks is left out.
    starts
        Where each line of the file begins in `text`.
    numbers
        The numbers of these lines.
    """

    text: str
    starts: tuple[int, ...]
    numbers: tuple[int, ...]

    def line_of(self, place: int) -> int:
        """Return the line of a place in the text."""
        return self.numbers[bisect_right(self.starts, place) - 1]


def paragraphs(path: PurePath, text: str) -> Iterator[Paragraph]:
    """Yield the prose of a file, by the kind of the file."""
    for lines in _READERS.get(path.suffix, _whole)(text):
        yield from _split(lines)


def _split(lines: Iterable[Line]) -> Iterator[Paragraph]:
    """Yield a paragraph per run of lines that say something."""
    group: list[Line] = []
    for number, line in [*lines, (0, "")]:
        said = " ".join(_CODE.sub("\0", _LEADER.sub("", line)).split())
        if said:
            group.append((number, said))
        elif group:
            starts = accumulate((len(text) + 1 for _, text in group[:-1]), initial=0)
            yield Paragraph(" ".join(text for _, text in group), tuple(starts), tuple(number for number, _ in group))
            group = []


def _whole(text: str) -> Iterator[list[Line]]:
    yield list(enumerate(text.splitlines(), 1))


def _markdown(text: str) -> Iterator[list[Line]]:
    """Leave out fenced output of commands, which is checked where it is made."""
    lines, fence = [], None
    for number, line in enumerate(text.splitlines(), 1):
        found = _FENCE.match(line)
        if found:
            fence = None if fence is not None else found[1]
        lines.append((number, "" if found or fence in _OUTPUT else line))
    yield lines


def _sql(text: str) -> Iterator[list[Line]]:
    """Yield comments that follow one another, and strings."""
    comments: list[Line] = []
    for number, said in _found(_SQL, text):
        if not said.startswith("--"):
            yield from _of_words(number, said.strip("'"))
            continue
        if comments and number > comments[-1][0] + 1:
            yield comments
            comments = []
        comments.append((number, said))
    yield comments


def _script(text: str) -> Iterator[list[Line]]:
    """Yield comments and strings of JSON, CSS and JavaScript."""
    for number, said in _found(_SCRIPT, text):
        yield from _of_words(number, said.strip('"/*'))


def _html(text: str) -> Iterator[list[Line]]:
    """Leave out tags, also those of several lines."""
    yield from _whole(_TAG.sub(lambda found: re.sub(r"[^\n]+", " ", found[0]), text))


def _found(pattern: re.Pattern[str], text: str) -> Iterator[Line]:
    """Yield what a pattern finds, with its line."""
    for found in pattern.finditer(text):
        yield text.count("\n", 0, found.start()) + 1, found[0]


def _of_words(number: int, said: str) -> Iterator[list[Line]]:
    """Yield the lines of a string; none of a single word, which is a name."""
    if " " in said.strip():
        yield list(enumerate(said.split("\n"), number))


def _python(text: str) -> Iterator[list[Line]]:
    """Yield comments that follow one another, and strings that do: they are one for Python too."""
    for group in _groups(text):
        found = [(token.start[0], _content(token)) for token in group]
        if group[0].type == tokenize.COMMENT or " " in "".join(said for _, said in found).strip():
            yield [(number, line) for first, said in found for number, line in enumerate(said.split("\n"), first)]


def _groups(text: str) -> Iterator[list[tokenize.TokenInfo]]:
    group: list[tokenize.TokenInfo] = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        kind = _kind(token)
        if group and (kind != _kind(group[0]) if kind else token.type != tokenize.NL):
            yield group
            group = []
        if kind:
            group.append(token)
    if group:
        yield group


def _kind(token: tokenize.TokenInfo) -> str:
    if token.type == tokenize.COMMENT:
        return "comment"
    return "string" if token.type == tokenize.STRING or tokenize.tok_name[token.type] in _FSTRING else ""


def _content(token: tokenize.TokenInfo) -> str:
    """Return what a token says, without quotes and without the values of an f-string."""
    if token.type == tokenize.STRING:
        said = _QUOTES.sub("", token.string)
        return _VALUE.sub("\0", said) if "f" in token.string[:2].lower() else said
    return "" if tokenize.tok_name[token.type] in {"FSTRING_START", "FSTRING_END"} else token.string


_READERS: dict[str, Callable[[str], Iterator[list[Line]]]] = {
    ".py": _python, ".sql": _sql, ".md": _markdown, ".html": _html, ".json": _script, ".css": _script, ".js": _script,
}  # fmt: skip
