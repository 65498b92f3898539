"""Temporary folders are removed completely, whenever a signal arrives."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from nsys_tools import files
from nsys_tools.files import remove_scratch, scratch_folder
from tests.conftest import REPOSITORY

HOLD = """
import sys
from contextlib import ExitStack
from pathlib import Path
from nsys_tools.files import scratch_folder
resources = ExitStack()
print(scratch_folder(resources, Path(sys.argv[1])), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_folder_lasts_as_long_as_its_resources(place: Path) -> None:
    with ExitStack() as resources:
        folder = scratch_folder(resources)
        (folder / "inside").mkdir()
        assert list(place.iterdir()) == [folder]
        assert folder.stat().st_mode & 0o777 == 0o700
    assert list(place.iterdir()) == []


def test_a_signal_right_after_it_is_made_leaves_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exception is raised when the folder exists but its name has not been returned yet."""
    make = Path.mkdir

    def interrupted(self: Path, *arguments: Any, **options: Any) -> None:
        make(self, *arguments, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "mkdir", interrupted)
    with pytest.raises(KeyboardInterrupt), ExitStack() as resources:
        scratch_folder(resources)
    assert list(place.iterdir()) == []


def test_what_still_writes_into_it_leaves_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An abandoned query creates a file while the folder is being removed, and ends later."""
    remove, tries = shutil.rmtree, []

    def beside(folder: Path, **options: Any) -> None:
        tries.append(folder)
        if len(tries) < 3:
            (folder / f"spilled{len(tries)}").touch()
        else:
            remove(folder, **options)

    monkeypatch.setattr(shutil, "rmtree", beside)
    with ExitStack() as resources:
        scratch_folder(resources)
    assert len(tries) == 3
    assert list(place.iterdir()) == []


def test_a_signal_while_it_is_removed_leaves_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remove, tries = shutil.rmtree, []

    def interrupted(folder: Path, **options: Any) -> None:
        tries.append(folder)
        if len(tries) == 1:
            raise KeyboardInterrupt
        remove(folder, **options)

    monkeypatch.setattr(shutil, "rmtree", interrupted)
    with pytest.raises(KeyboardInterrupt), ExitStack() as resources:
        scratch_folder(resources)
    assert list(place.iterdir()) == []


def test_a_session_that_nobody_closes_leaves_nothing(place: Path) -> None:
    """The session is like one that was being opened when a signal arrived."""
    resources = ExitStack()
    mine, theirs = scratch_folder(resources), scratch_folder(resources)
    (mine / "inside").touch()
    files._SCRATCH[theirs] = 1  # belongs to the parent process of this fork
    remove_scratch()
    assert list(place.iterdir()) == [theirs]
    resources.close()
    assert list(place.iterdir()) == []
    assert not {mine, theirs} & files._SCRATCH.keys()


def made_before(folder: Path, seconds: float) -> Path:
    os.utime(folder, (time.time() - seconds,) * 2)
    return folder


def test_what_a_killed_process_left_is_removed_by_the_next(place: Path) -> None:
    """Folders in use and folders made by others are not removed."""
    others = place / "nsys-tools-mine", place / f"nsys-tools-{'0' * 32}", place / f"nsys-tools-{'1' * 32}"
    (place / "elsewhere").mkdir()
    others[0].mkdir()
    others[1].symlink_to(place / "elsewhere")
    others[2].touch()
    command = [sys.executable, "-c", HOLD, str(place)]
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    theirs = made_before(Path(process.stdout.readline().strip()), 1e6)
    with ExitStack() as resources:
        mine = made_before(scratch_folder(resources), 1e6)
        scratch_folder(resources)
        assert theirs.is_dir()
        assert mine.is_dir()
    process.kill()
    process.communicate()
    for age_s, is_there in ((1, True), (100, False)):
        made_before(theirs, age_s)
        with ExitStack() as resources:
            scratch_folder(resources)
        assert theirs.is_dir() is is_there
    assert set(place.iterdir()) == {*others, place / "elsewhere"}


@pytest.mark.parametrize(("days", "is_there"), [(29, True), (31, False)])
def test_what_nobody_could_lock_stays_for_a_month(place: Path, days: int, is_there: bool) -> None:
    """Such folders are on a file system without locks, or from an earlier version."""
    folder = place / f"nsys-tools-{'0' * 32}"
    folder.mkdir()
    (folder / "inside").touch()
    made_before(folder, days * 86400)
    with ExitStack() as resources:
        scratch_folder(resources)
    assert folder.exists() is is_there
