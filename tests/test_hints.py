"""Hints name commands that work after ``pip install``, without a Makefile or a checkout."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from nsys_tools import assets, tools
from nsys_tools.errors import NsysToolsError
from tests.conftest import REPOSITORY

# make docs writes this file in the repository, as the file itself states.
GENERATED = {"reference.py"}
VARIABLES = (
    "MODEL|SCALE|DEVICE|WEIGHTS|NVTX|SYNC|PAGES|CROPS|TOKENS|BATCH|REPEATS|WARMUP|PROFILER|NSYS|NCU|NCU_PATH|OUT"
)
TARGETS = "|".join(re.findall(r"^\.PHONY: (\S+)$", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
OF_MAKE = re.compile(rf"\bmake ({TARGETS})\b|\b({VARIABLES})=")


def texts(path: Path) -> Iterator[str]:
    """Return the strings in a module that are not docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    doc = {id(n.body[0].value) for n in ast.walk(tree) if isinstance(n, documented) and n.body and ast.get_docstring(n)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in doc:
            yield node.value


def test_no_text_asks_for_make() -> None:
    assert OF_MAKE.search("Run make capture.")
    modules = [path for path in (REPOSITORY / "nsys_tools").rglob("*.py") if path.name not in GENERATED]
    assert [(path.name, text) for path in modules for text in texts(path) if OF_MAKE.search(text)] == []


def test_no_template_asks_for_make() -> None:
    templates = [REPOSITORY / "reports" / name for name in ("report.md", "stakeholder_summary.md")]
    assert [path.name for path in templates if OF_MAKE.search(path.read_text(encoding="utf-8"))] == []


def test_a_missing_nsys_names_a_script_that_exists(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In the repository, and in the wheel, where every asset is under ``_assets``."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NsysToolsError) as error:
        tools.find("nsys", "/nowhere/nsys")
    named = re.findall(r"[\w/]+/install-nsys\.sh", error.value.hint)
    assert named == ["capture/install-nsys.sh", "nsys_tools/_assets/capture/install-nsys.sh"]
    assert assets.find(named[0]) is not None
    sources = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert sources["sources"]["capture"] == named[1].removesuffix("/install-nsys.sh")
    assert "--nsys-path" in error.value.hint
