"""Cache files are complete, never change while others read them, and are regenerated if damaged."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from nsys_tools.session.store import Entry
from nsys_tools.sources.nsys.trace import open_trace
from nsys_tools.synthetic.builder import TraceBuilder
from tests.case import build, launch

pytestmark = pytest.mark.usefixtures("as_large")


def fill(entry: Entry, text: str) -> None:
    with entry.write() as draft:
        draft.write_text(text)


def test_the_first_writer_wins(tmp_path: Path) -> None:
    """The order of unordered rows differs between writers; a reader of the first file still sees its order."""
    mine, other = Entry(tmp_path, "kernel-0"), Entry(tmp_path, "kernel-0")
    with mine.write() as draft:
        draft.write_text("mine")
        fill(other, "other, in another order")
    assert mine.find() == other.find() == Entry(tmp_path, "kernel-0").find()
    (file,) = tmp_path.iterdir()
    assert file.read_text() == "other, in another order"
    assert Entry(tmp_path, "kernel").find() is None


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> None:
        with Entry(tmp_path, "a-0").write() as draft:
            draft.write_text("half")
            raise ValueError("full")

    with pytest.raises(ValueError, match="full"):
        fail()
    assert list(tmp_path.iterdir()) == []


def flip_a_bit(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 1
    file.write_bytes(content)


def make_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()
    (file / "deeper").touch()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a bit": flip_a_bit,
    "empty": lambda file: file.write_bytes(b""),
    "truncated": lambda file: file.write_bytes(file.read_bytes()[:-20]),
    "zeros": lambda file: file.write_bytes(bytes(file.stat().st_size)),
    "a folder": make_a_folder,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_made_again(
    tmp_path: Path, cache_folder: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    def events(builder: TraceBuilder) -> None:
        for at in range(0, 90, 9):
            launch(builder, at, at + 1, at + 3, name=f"k{at}")

    trace = build(tmp_path, events)

    def rows() -> list[tuple[object, ...]]:
        with open_trace(trace) as opened:
            return opened.query("kernel_summary").rows()

    expected = rows()
    files = {file.name for file in cache_folder.rglob("*.parquet")}
    assert len(expected) == 10
    for file in list(cache_folder.rglob("*.parquet")):
        DAMAGES[damage](file)
    assert rows() == expected
    assert {file.name for file in cache_folder.rglob("*.parquet") if file.is_file()} >= files
    assert caplog.messages == []


def test_a_cache_that_cannot_be_written_costs_one_sentence(
    tmp_path: Path, cache_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    trace = build(tmp_path, lambda b: launch(b, 1, 2, 3))
    with open_trace(trace) as opened:
        for folder in cache_folder.iterdir():
            shutil.rmtree(folder)
        assert [row[1] for row in opened.sql("SELECT 'k', count(*) FROM kernel").rows()] == [1]
        assert len(opened.query("kernel_summary")) == 1
    (said,) = caplog.messages
    assert said.startswith("The cache cannot be written")
