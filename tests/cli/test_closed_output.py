"""Every command, with a reader that stops reading (``| head -1``): no traceback, nothing on stderr."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from nsys_tools.cli import app
from tests.conftest import REPOSITORY

SAMPLES = REPOSITORY / "capture" / "samples"
TRACE = str(SAMPLES / "sample.sqlite")
COMMANDS = [
    ("--help",), ("counters", str(SAMPLES / "ncu.csv"), "--help"),
    ("analyze", TRACE, "--format", "md", "--out", "report"), ("stats", TRACE, "-q"),
    ("stats", "--help-reports"), ("sql", TRACE, "FROM range", "--format", "csv"), ("queries",),
    ("queries", "--reference"), ("ncu", str(SAMPLES / "ncu.csv")), ("callgraph", "--help"),
    ("model", "list"), ("model", "show", "deepseek-ocr"), ("capture", "--help"), ("doctor",),
    ("diff", TRACE, TRACE), ("findings", TRACE), ("baseline", "--help"), ("scrub", TRACE, "shared.sqlite", "-q"),
    ("recipe", "--help-recipes"), ("rules", TRACE, "-q"), ("rules", "--help-rules"),
    ("questions", TRACE), ("skill",), ("mcp", "--help"),
    ("export", "parquet", "--help"),
]  # fmt: skip


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_reader_that_has_gone_is_no_error(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Short output is written when the process ends, long output earlier: both into a pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "nsys_tools", *arguments], cwd=tmp_path, stdout=writing, stderr=subprocess.PIPE,
            text=True, check=False, env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        )  # fmt: skip
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")


def test_every_command_is_tried() -> None:
    group = typer.main.get_command(app)
    assert set(group.commands) == {arguments[0] for arguments in COMMANDS} - {"--help"}  # type: ignore[attr-defined]
