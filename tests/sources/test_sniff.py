"""Files that are not traces are rejected with a sentence that identifies them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from nsys_tools.errors import NsysToolsError
from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.synthetic.timeline import Timeline

LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:0000\nsize 12\n"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.sqlite", b"", "empty"),
        ("pointer.sqlite", LFS, "Git LFS pointer"),
        ("pointer.nsys-rep", LFS, "Git LFS pointer"),
        ("text.sqlite", b"hello", "not an SQLite file"),
        ("trace.json", b'{"traceEvents": []}', "JSON"),
        ("packed.sqlite", b"\x1f\x8b\x08\x00", "compressed"),
        ("one.parquet", b"PAR1....", "single Parquet file"),
        ("header.sqlite", b"SQLite format 3\x00", "damaged"),
        ("recording.nsys-rep", b"\x00\x01binary", "nsys is not installed"),
    ],
)
def test_other_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, said: str) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(NsysToolsError, match=said) as caught:
        open_trace(path)
    assert caught.value.hint


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(NsysToolsError, match="does not exist"):
        open_trace(tmp_path / "nothing.sqlite")


def test_folders(tmp_path: Path) -> None:
    with pytest.raises(NsysToolsError, match="a folder, not a trace"):
        open_trace(tmp_path)
    (tmp_path / "x.parquet").write_bytes(b"PAR1")
    with pytest.raises(NsysToolsError, match="no StringIds"):
        open_trace(tmp_path)


@pytest.mark.parametrize("part", [0.3, 0.9])
def test_truncated(tmp_path: Path, sample: tuple[Path, Timeline], part: float) -> None:
    whole = sample[0].read_bytes()
    path = tmp_path / "cut.sqlite"
    path.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(NsysToolsError, match="truncated"):
        open_trace(path)


def test_another_programs_database(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE moz_places (id INTEGER)")
    with pytest.raises(NsysToolsError, match=r"no StringIds table.*moz_places"):
        open_trace(path)


def test_damaged_pages(tmp_path: Path, sample: tuple[Path, Timeline]) -> None:
    whole = bytearray(sample[0].read_bytes())
    whole[100:4096] = b"\xff" * 3996  # the first page contains the schema
    path = tmp_path / "damaged.sqlite"
    path.write_bytes(whole)
    with pytest.raises(NsysToolsError, match=r"damaged|cannot be opened"):
        open_trace(path)
