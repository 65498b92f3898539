"""An nsys-tools command never starts another one; it calls the room that it needs in the same process."""

from __future__ import annotations

import ast
from itertools import pairwise
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

PACKAGE = REPOSITORY / "nsys_tools"
STARTERS = {"subprocess", "multiprocessing", "pty"}
OS_STARTERS = ("exec", "spawn", "posix_spawn", "system", "popen", "fork")
# Exceptions: nsys and similar tools, the workload of a capture, version checks, and Python processes that read rank
# traces or draw charts.
ALLOWED = {"sources/nsys/export.py", "capture/process.py", "processes.py", "tools.py"}


def starts(tree: ast.AST) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and any(alias.name.split(".")[0] in STARTERS for alias in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in STARTERS:
            return True
        if isinstance(node, ast.Attribute) and node.attr.startswith(OS_STARTERS) and ast.unparse(node.value) == "os":
            return True
    return False


def commands_of_ours(tree: ast.AST) -> list[str]:
    """Return the lists that start with the nsys-tools program or run the package as a module."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.List | ast.Tuple):
            words = [part.value if isinstance(part, ast.Constant) else None for part in node.elts]
            module = any(pair == ("-m", "nsys_tools") for pair in pairwise(words))
            if module or words[:1] == ["nsys-tools"]:
                found.append(ast.unparse(node))
    return found


def modules() -> dict[str, ast.AST]:
    paths: list[Path] = sorted(PACKAGE.rglob("*.py"))
    return {str(path.relative_to(PACKAGE)): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def test_only_the_known_modules_start_processes() -> None:
    assert {name for name, tree in modules().items() if starts(tree)} == ALLOWED


def test_no_command_line_names_our_own_program() -> None:
    assert {name: found for name, tree in modules().items() if (found := commands_of_ours(tree))} == {}


@pytest.mark.parametrize(
    "text", ['run([sys.executable, "-m", "nsys_tools", "analyze"])', 'Popen(("nsys-tools", "stats", trace))']
)
def test_such_a_command_line_would_be_found(text: str) -> None:
    assert commands_of_ours(ast.parse(text))


@pytest.mark.parametrize("text", ["import subprocess", "from subprocess import run", "os.execv(path, words)"])
def test_such_a_module_would_be_found(text: str) -> None:
    assert starts(ast.parse(text))
