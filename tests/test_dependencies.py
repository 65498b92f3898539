"""All imports are declared as dependencies, and all declared dependencies are imported."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import REPOSITORY

PACKAGE = REPOSITORY / "nsys_tools"
# Distributions whose module has a different name.
MODULE_OF = {
    "jinja2": "jinja2",
    "markdown-it-py": "markdown_it",
    "pillow": "PIL",
    "pyyaml": "yaml",
    "vl-convert-python": "vl_convert",
}


def modules_of(requirements: list[str]) -> set[str]:
    """Return the modules that the requirements provide."""
    names = (re.match(r"[\w.-]+", requirement) for requirement in requirements)
    return {MODULE_OF.get(name[0].lower(), name[0].lower().replace("-", "_")) for name in names if name}


def project() -> dict[str, dict[str, list[str]]]:
    declared: dict[str, dict[str, list[str]]] = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    return declared


def imported(tree: ast.AST) -> Iterator[str]:
    """Return the third-party modules that a file imports or looks for, including those named in strings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]
        elif isinstance(node, ast.Call) and re.search(r"\b(import_module|find_spec)$", ast.unparse(node.func)):
            named = node.args[0]
            if isinstance(named, ast.Constant) and isinstance(named.value, str):
                yield named.value.partition(".")[0]


def third_party(trees: list[ast.AST]) -> set[str]:
    return {name for tree in trees for name in imported(tree)} - set(sys.stdlib_module_names) - {"nsys_tools"}


def trees(*folders: Path) -> list[ast.Module]:
    return [ast.parse(path.read_text(encoding="utf-8")) for folder in folders for path in folder.rglob("*.py")]


def test_what_is_imported_is_declared() -> None:
    extras = [one for name, some in project()["optional-dependencies"].items() if name != "dev" for one in some]
    assert third_party(list(trees(PACKAGE))) - modules_of([*project()["dependencies"], *extras]) == set()


def test_what_every_user_needs_is_no_extra() -> None:
    """Imports at the top of a module run for all users; imports under TYPE_CHECKING never run."""
    tops: list[ast.AST] = [node for tree in trees(PACKAGE) for node in tree.body if not isinstance(node, ast.If)]
    statements = [node for node in tops if isinstance(node, ast.Import | ast.ImportFrom)]
    assert third_party(list(statements)) - modules_of(project()["dependencies"]) == set()


def test_what_is_declared_is_imported() -> None:
    """pyarrow is an exception: DuckDB and polars import it to create Arrow tables and pandas frames."""
    used = third_party(list(trees(PACKAGE, REPOSITORY / "capture")))
    assert modules_of(project()["dependencies"]) - used == set()
    for name, requirements in project()["optional-dependencies"].items():
        if name != "dev":
            assert modules_of(requirements) - used - {"pyarrow"} == set(), name
