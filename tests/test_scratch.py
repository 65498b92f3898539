"""Folders for temporary files: nothing is left of them, whenever a signal comes."""

import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from nsys_tools import files
from nsys_tools.files import remove_scratch, scratch_folder


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
    """The exception comes when the folder is there and nobody has its name yet."""
    make = Path.mkdir

    def interrupted(self: Path, *arguments: Any, **options: Any) -> None:
        make(self, *arguments, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "mkdir", interrupted)
    with pytest.raises(KeyboardInterrupt), ExitStack() as resources:
        scratch_folder(resources)
    assert list(place.iterdir()) == []


def test_what_still_writes_into_it_leaves_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A query that was given up makes a file while the folder is removed, and ends later."""
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
    """As one that was being opened when a signal came."""
    resources = ExitStack()
    mine, theirs = scratch_folder(resources), scratch_folder(resources)
    (mine / "inside").touch()
    files._SCRATCH[theirs] = 1  # of the process that this one was forked from
    remove_scratch()
    assert list(place.iterdir()) == [theirs]
    resources.close()
    assert list(place.iterdir()) == []
    assert not {mine, theirs} & files._SCRATCH.keys()
