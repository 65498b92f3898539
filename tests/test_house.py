"""House rules that can be checked automatically."""

from __future__ import annotations

import ast
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

PACKAGE = REPOSITORY / "nsys_tools"
MODULES = sorted(PACKAGE.rglob("*.py"))
# A room may import from itself and from rooms with a lower rank. Imports go one way: cli -> api (public names) ->
# report -> comparison, findings, charts, stats, roofline -> synthetic, sources -> model -> session.
RANK = {
    "cli": 8,
    "api": 7,
    "report": 6,
    "comparison": 5,
    "ranks": 5,
    "export": 5,
    "findings": 5,
    "charts": 5,
    "stats": 5,
    "roofline": 5,
    "scrubbing": 5,
    "sources": 4,
    "synthetic": 4,
    "model": 3,
    "capture": 2,
    "session": 2,
    "assets": 1,
    "files": 1,
    "formats": 1,
    "kernel_label": 1,
    "paths": 1,
    "tools": 1,
    "processes": 1,
    "units": 1,
    "errors": 0,
}


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def name_of(path: Path) -> str:
    """Return the dotted name of a module."""
    parts = path.relative_to(REPOSITORY).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {name_of(path): path for path in MODULES}


def imports(path: Path) -> set[str]:
    """Return the package modules that a module imports anywhere; imports of public names count as the package."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in NAMES else node.module for name in names}
    return {name for name in found if name.partition(".")[0] == "nsys_tools"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_imports_go_one_way(path: Path) -> None:
    here = room(path)
    if here in {"__init__", "__main__"}:
        return
    for name in imports(path) - {"nsys_tools"}:
        there = name.split(".")[1]
        assert there == here or RANK[there] < RANK[here], f"{here} imports {name}"


def test_the_command_line_imports_public_names_only() -> None:
    """A command is a thin layer over ``import nsys_tools``. It imports no room and few modules of its own room."""
    for path in [path for path in MODULES if room(path) == "cli"]:
        found = imports(path) - {"nsys_tools.cli"}
        deeper = {name for name in found if name != "nsys_tools" and not name.startswith("nsys_tools.cli.")}
        assert not deeper, f"{path.name} imports {deeper}"
        assert len(found) <= 6, f"{path.name} imports {len(found)} modules: {sorted(found)}"


def test_no_module_imports_itself_through_others() -> None:
    """Imports at the top and inside functions count; the package itself only exports names."""
    graph = {name: imports(path) - {"nsys_tools", name} for name, path in NAMES.items() if name != "nsys_tools"}
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


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
