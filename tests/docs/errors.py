"""The page of errors: every message that the package raises, extracted from its source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from tests.conftest import REPOSITORY

PACKAGE = REPOSITORY / "nsys_tools"
_ROOM = {
    "api": "Opening, reading and writing", "assets": "Folders of your own", "capture": "Capturing",
    "charts": "Charts", "cli": "Command line", "comparison": "Comparing", "export": "Timelines and data",
    "files": "Files", "findings": "Findings", "formats": "Output formats", "model": "Analytic models",
    "paths": "Paths", "ranks": "Several traces", "report": "Reports", "roofline": "Measured vs. roofline",
    "scrubbing": "Sharing a trace", "session": "SQL and cache", "sources": "Traces and what joins them",
    "stats": "Reports of nsys", "synthetic": "Generated traces", "tools": "nsys and ncu", "units": "Units",
}  # fmt: skip
_NAMES = {"NsysToolsError": "1", "UsageError": "2"}


def _template(node: ast.expr) -> str | None:
    """Return a message with its values as words in braces; None if it is created elsewhere."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = [
            part.value if isinstance(part, ast.Constant) else f"{{{_word(part.value)}}}"  # type: ignore[attr-defined]
            for part in node.values
        ]
        return "".join(map(str, parts))
    return None


def _word(node: ast.expr) -> str:
    """Return a word for a value: the last name in it that is not a Python function."""
    names = [
        n.attr if isinstance(n, ast.Attribute) else n.id
        for n in ast.walk(node)
        if isinstance(n, ast.Attribute | ast.Name)
    ]
    plain = [
        name
        for name in names
        if name not in {"join", "len", "sorted", "repr", "str", "list", "map", "name", "min", "max"}
    ]
    return (plain or names or ["value"])[0].strip("_")


def _raised(path: Path) -> Iterator[tuple[str, str, str]]:
    """Return message, hint and exit code of the errors that a module raises, in source order."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    for call in sorted(calls, key=lambda node: node.lineno):
        code = _NAMES.get(call.func.id)  # type: ignore[attr-defined]
        if code and call.args and (message := _template(call.args[0])):
            hint = _template(call.args[1]) if len(call.args) > 1 else None
            yield message, hint or "", code


def errors(generated: str) -> str:
    """Return the page."""
    lines = [
        "# Errors", generated,
        "This page lists the messages of nsys-tools, read from its source. A word in braces stands for a value. The",
        "exit code is 1, or 2 for wrong usage. Some hints depend on the input and are left out here.", "",
    ]  # fmt: skip
    modules = sorted(PACKAGE.rglob("*.py"))
    for room, paths in groupby(modules, key=lambda path: path.relative_to(PACKAGE).parts[0].removesuffix(".py")):
        found = list(dict.fromkeys(one for path in paths for one in _raised(path)))
        if found:
            lines += [f"## {_ROOM.get(room, room)}", ""]
            lines += [_line(*one) for one in found]
            lines.append("")
    return "\n".join(lines)


def _line(message: str, hint: str, code: str) -> str:
    """Return a list item: the message as code, and the hint below it."""
    text = f"- {_code(message)}" + (" (exit code 2)" if code == "2" else "")
    return text + (f"<br>Hint: {_code(hint)}" if hint else "")


def _code(text: str) -> str:
    """Return a text as inline code."""
    text = " ".join(text.split())
    return f"`` {text} ``" if "`" in text else f"`{text}`"
