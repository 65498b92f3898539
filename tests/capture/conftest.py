"""Fixtures of the capture tests: the workload scripts as modules, stand-ins for nsys and ncu."""

from __future__ import annotations

import importlib.util
import os
import stat
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from nsys_tools import tools
from nsys_tools.capture.ranges import Ranges
from nsys_tools.errors import NsysToolsError

REPOSITORY = Path(__file__).parents[2]


class Recorder:
    """Records pushed and popped ranges."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def push_range(self, message: str) -> None:
        self.events.append(f"+{message}")

    def pop_range(self) -> None:
        self.events.append("-")


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def ranges(recorder: Recorder) -> Ranges:
    return Ranges(recorder)


@pytest.fixture
def script() -> Callable[[str], ModuleType]:
    """Load a workload script by name; skip if torch, transformers or pillow is missing."""

    def load(name: str) -> ModuleType:
        for package in ("torch", "transformers", "PIL"):
            pytest.importorskip(package)
        specification = importlib.util.spec_from_file_location(
            f"workload_{name}", REPOSITORY / "capture" / f"{name}.py"
        )
        assert specification is not None
        assert specification.loader is not None
        module = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(module)
        return module

    return load


@pytest.fixture
def nsys() -> Path:
    """Return the installed nsys (or the one named by the variable NSYS); skip without one."""
    try:
        return tools.find("nsys", os.environ.get("NSYS", ""))
    except NsysToolsError as error:
        pytest.skip(str(error))


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str, str], Path]:
    """Create an executable shell script that stands in for a tool."""

    def make(name: str, text: str) -> Path:
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    return make
