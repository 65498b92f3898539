"""The wheel contains every asset and works when installed alone."""

from __future__ import annotations

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from nsys_tools.synthetic.timeline import Timeline
from tests.conftest import REPOSITORY

ROOMS = ("capture", "queries", "analytic", "reports")


def pip(python: str, *arguments: str, cwd: Path) -> None:
    """Run pip; skip if it cannot reach a package index."""
    done = subprocess.run([python, "-m", "pip", *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode and any(word in done.stderr for word in ("Temporary failure", "Connection", "No matching dist")):
        pytest.skip("no package index can be reached")
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from the files tracked by git."""
    folder = tmp_path_factory.mktemp("wheel")
    pip(sys.executable, "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(REPOSITORY), cwd=folder)
    return next(folder.glob("*.whl"))


def test_wheel_holds_every_asset(wheel: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "nsys_tools", *ROOMS], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    expected = {
        line if line.startswith("nsys_tools/") else f"nsys_tools/_assets/{line}" for line in listed.stdout.splitlines()
    }
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == expected


def test_wheel_alone_analyses_a_trace(wheel: Path, sample: tuple[Path, Timeline], tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    pip(str(python), "install", "--quiet", "--disable-pip-version-check", "--no-compile", str(wheel), cwd=tmp_path)
    command = [python.with_name("nsys-tools"), "analyze", str(sample[0]), "--out", "out"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "out/report.html"
    assert (tmp_path / "out" / "report.html").stat().st_size > 50_000
