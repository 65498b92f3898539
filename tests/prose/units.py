"""What a reviewer reads: help texts, pages, SQL headers, messages and docstrings, each with its place."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import typer
from markdown_it import MarkdownIt

from nsys_tools.cli import app
from nsys_tools.report.reference import documented
from nsys_tools.session import catalogue
from tests.prose.messages import joined, raised
from tests.prose.words import REPOSITORY

PACKAGE = REPOSITORY / "nsys_tools"


@dataclass(frozen=True, order=True)
class Unit:
    """A text with its place.

    Attributes
    ----------
    file, line
        Where it is, from the root.
    of
        What it belongs to: a command, an option, a query, a function; empty for a paragraph.
    text
        The text as a user sees it; values are expressions in braces.
    """

    file: str
    line: int
    of: str
    text: str


@cache
def units() -> dict[str, list[Unit]]:
    """Return all units by kind, in the order of their places, none of them twice."""
    readers: dict[str, Callable[[], Iterator[Unit]]] = {
        "help": _help, "docs": _docs, "SQL header": _headers, "message": _messages, "docstring": _docstrings,
    }  # fmt: skip
    return {kind: _distinct(read()) for kind, read in readers.items()}


def _distinct(found: Iterable[Unit]) -> list[Unit]:
    first: dict[str, Unit] = {}
    for unit in sorted(found):
        first.setdefault(unit.text, unit)
    return sorted(first.values())


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(REPOSITORY).as_posix(), _tree(path)


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _help() -> Iterator[Unit]:
    """Yield the help of commands, of their options and of their arguments, but for hidden ones and those of typer."""
    texts = {
        " ".join(text.split()): (name, node.lineno)
        for name, tree in _modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.expr) and (text := joined(node))
    }

    def unit(text: str, of: str, callback: Any) -> Unit:
        said = " ".join(text.split())
        code = inspect.unwrap(callback).__code__
        file, line = texts.get(said, (Path(code.co_filename).relative_to(REPOSITORY).as_posix(), code.co_firstlineno))
        return Unit(file, line, of, said)

    def below(command: Any, name: str) -> Iterator[Unit]:
        if command.help and command.callback:
            yield unit(command.help.split("\f")[0], name, command.callback)
        for parameter in command.params:
            text, hidden = getattr(parameter, "help", None), getattr(parameter, "hidden", False)
            if text and not hidden and not parameter.name.endswith("_completion") and command.callback:
                yield unit(text, f"{name} {(*parameter.opts, '')[0]}", command.callback)
        for key, one in getattr(command, "commands", {}).items():
            if not one.hidden:
                yield from below(one, f"{name} {key}")

    yield from below(typer.main.get_command(app), "nsys-tools")


def _docs() -> Iterator[Unit]:
    """Yield paragraphs and list items of the pages that are written by hand."""
    pages = [
        path for path in (REPOSITORY / "docs").rglob("*.md") if REPOSITORY / "docs" / "reference" not in path.parents
    ]
    for path in [REPOSITORY / "README.md", *pages]:
        tokens = MarkdownIt("commonmark").enable("table").parse(path.read_text(encoding="utf-8"))
        for opening, token in pairwise(tokens):
            if opening.type == "paragraph_open" and opening.map and not token.content.startswith("!["):
                yield Unit(path.relative_to(REPOSITORY).as_posix(), opening.map[0] + 1, "", token.content)


def _headers() -> Iterator[Unit]:
    """Yield the headers of the queries that are for users."""
    names = {query.name for query in documented(catalogue.queries().values())}
    for path in sorted((REPOSITORY / "queries").glob("*/*.sql")):
        name = path.stem if path.parent.name == "views" else f"{path.parent.name}_{path.stem}"
        lines = path.read_text(encoding="utf-8").splitlines()
        count = next((number for number, line in enumerate(lines) if not line.startswith("--")), len(lines))
        if name in names and count:
            text = "\n".join(line.removeprefix("--").removeprefix(" ") for line in lines[:count])
            yield Unit(path.relative_to(REPOSITORY).as_posix(), 1, name, text.strip())


def _messages() -> Iterator[Unit]:
    """Yield errors with their hints, what is logged, and notes."""
    for name, tree in _modules():
        for line, function, text in raised(tree):
            yield Unit(name, line, function, text)


def _docstrings() -> Iterator[Unit]:
    """Yield the docstrings of modules, classes and functions."""
    for name, tree in _modules():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            text = ast.get_docstring(node)
            if text:
                yield Unit(name, node.body[0].lineno, getattr(node, "name", "the module"), text)
