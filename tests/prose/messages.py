"""What a module says to users, read from its syntax: errors with their hints, lines of the log, and notes."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_LEVELS = {"debug", "info", "warning", "error", "critical", "exception"}
_LOGGERS = {"log", "logger", "logging"}
# Errors that users see. Others, such as KeyError, are caught or are defects.
_ERRORS = {"NsysToolsError", "UsageError", "InterruptedRunError", "BadParameter", "ToolError"}


def joined(node: ast.AST) -> str | None:
    """Return a text as it is written, with values as expressions in braces; None if it is not written here."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_part(part) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = joined(node.left), joined(node.right)
        return None if left is None and right is None else f"{_or_value(node.left)}{_or_value(node.right)}"
    return None


def _part(node: ast.expr) -> str:
    if isinstance(node, ast.FormattedValue):
        return f"{{{ast.unparse(node.value)}}}"
    return str(node.value) if isinstance(node, ast.Constant) else ""


def _or_value(node: ast.expr) -> str:
    text = joined(node)
    return f"{{{ast.unparse(node)}}}" if text is None else text


def raised(tree: ast.Module) -> Iterator[tuple[int, str, str]]:
    """Yield line, kind and text of what a module says to users."""
    texts = {
        (target.id, node.lineno): text
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and (text := joined(node.value))
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            kind = _kind(node.func)
            said = [_text(argument, texts) for argument in node.args] if kind else []
            if said and said[0] and " " in said[0].strip():
                hint = said[1] if len(said) > 1 and kind not in {"log", "note"} else None
                yield node.lineno, kind, said[0] + (f"\nhint: {hint}" if hint else "")


def _kind(function: ast.expr) -> str:
    """Return what a call does with its text: the name of an error, ``log`` or ``note``; an empty string for others."""
    if isinstance(function, ast.Attribute):
        owner = ast.unparse(function.value)
        if function.attr in _LEVELS and (owner in _LOGGERS or owner.startswith("logging.getLogger")):
            return "log"
        if function.attr == "append" and owner.split(".")[-1] in {"notes", "warnings"}:
            return "note"
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name if name in _ERRORS else ""


def _text(node: ast.expr, texts: dict[tuple[str, int], str]) -> str | None:
    """Return a text that is written in the call, or in the last lines before it."""
    if not isinstance(node, ast.Name):
        return joined(node)
    before = [line for name, line in texts if name == node.id and node.lineno - 12 < line < node.lineno]
    return texts[node.id, max(before)] if before else None
