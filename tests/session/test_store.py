"""Files of the cache: whole, and never changed once they are there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nsys_tools.session.store import first_file, whole_file


def test_the_first_writer_wins(tmp_path: Path) -> None:
    """A reader of the first file keeps it: the second neither changes nor replaces it."""
    final = tmp_path / "kernel.parquet"
    with first_file(final) as mine, first_file(final) as other:
        mine.write_text("mine")
        other.write_text("other, in another order")
    inode = final.stat().st_ino
    assert final.read_text() == "other, in another order"
    with first_file(final) as late:
        late.write_text("late")
    assert (final.read_text(), final.stat().st_ino) == ("other, in another order", inode)
    assert [path.name for path in tmp_path.iterdir()] == ["kernel.parquet"]


def test_without_links_the_file_is_put_in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    with first_file(tmp_path / "a") as draft:
        draft.write_text("a")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a", "a")]


@pytest.mark.parametrize("way", [first_file, whole_file])
def test_what_fails_leaves_nothing(tmp_path: Path, way: object) -> None:
    def fill() -> None:
        with way(tmp_path / "a") as draft:  # type: ignore[operator]
            draft.write_text("half")
            raise ValueError("full")

    with pytest.raises(ValueError, match="full"):
        fill()
    assert list(tmp_path.iterdir()) == []
