"""The house rules that a machine can check."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

PACKAGE = REPOSITORY / "nsys_tools"
MODULES = sorted(PACKAGE.rglob("*.py"))
# A room may import from rooms of its own rank or of a lower one.
RANK = {
    "cli": 5,
    "report": 4,
    "charts": 3,
    "analysis": 3,
    "capture": 2,
    "trace": 2,
    "model": 2,
    "assets": 1,
    "tools": 1,
    "errors": 0,
}


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.startswith("nsys_tools.")}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_imports_go_one_way(path: Path) -> None:
    here = room(path)
    if here in {"__init__", "__main__"}:
        return
    for name in imports(path):
        there = name.split(".")[1]
        if there == "__version__":
            continue
        assert RANK[there] <= RANK[here], f"{here} imports {name}"
        if RANK[there] == RANK[here]:
            assert there == here, f"{here} imports {name}, a room of the same rank"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_small_files_and_functions(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 300
    assert path.name != "utils.py"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            length = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
            assert length < 40, f"{node.name} has {length} lines"


def test_only_queries_name_cupti_tables() -> None:
    for path in MODULES:
        assert "CUPTI_ACTIVITY" not in path.read_text(encoding="utf-8"), path


def test_only_the_command_line_prints() -> None:
    for path in MODULES:
        if room(path) != "cli":
            calls = [n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Call)]
            assert not [c for c in calls if isinstance(c.func, ast.Name) and c.func.id == "print"], path


def test_top_level_is_fixed() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    top = {line.partition("/")[0] for line in tracked.splitlines()}
    rooms = {"nsys_tools", "capture", "queries", "analytic", "reports", "tests"}
    assert top - rooms <= {"pyproject.toml", "Makefile", "README.md", "LICENSE", ".gitignore", ".ci"}


def test_help_starts_light() -> None:
    code = (
        "import sys; sys.argv = ['nsys-tools', '--help']\n"
        "from nsys_tools.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'duckdb', 'altair', 'polars', 'torch', 'pandas', 'pyarrow', 'transformers', 'vl_convert', 'jinja2'}\n"
        "print('heavy:', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "heavy: []"
