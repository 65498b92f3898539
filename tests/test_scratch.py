"""Folders for temporary files: nothing is left of them, whenever a signal comes."""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from nsys_tools.files import scratch_folder


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
