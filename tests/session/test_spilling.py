"""Spilled data is in the file system of the cache, does not exceed the available space, and is removed."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

import nsys_tools as nt
from nsys_tools.session import spilling
from nsys_tools.session.connection import connect
from nsys_tools.synthetic.timeline import Timeline

SORTED = "SELECT count(*) AS n FROM (SELECT hash(range) AS h FROM range(8000000) ORDER BY h LIMIT 7999999)"


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("nsys_tools.session.memory_limit._most_memory", "")
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def place_of(trace: Path, *, cache: bool = True) -> Path:
    with nt.open(trace, cache=cache) as session:
        place = Path(session.sql("SELECT current_setting('temp_directory') AS place").one()["place"])
        assert place.stat().st_mode & 0o777 == 0o700
    assert not place.exists()
    return place.parent


def test_it_lies_in_the_cache(sample: tuple[Path, Timeline], cache_folder: Path, scratch: Path) -> None:
    assert place_of(sample[0]) == cache_folder / "temporary"
    assert [path.name for path in (cache_folder / "temporary").iterdir()] == ["CACHEDIR.TAG"]
    assert place_of(sample[0], cache=False) == scratch
    assert list(scratch.iterdir()) == []


def test_several_ranks_spill_there_too(sample: tuple[Path, Timeline], cache_folder: Path) -> None:
    with nt.open([sample[0]]) as job:
        place = job.sql("SELECT current_setting('temp_directory') AS place").one()["place"]
    assert Path(place).parent == cache_folder / "temporary"


@pytest.mark.parametrize(("here", "there", "is_here"), [(9, 99, False), (9, 5, True), (1 << 30, 1 << 40, True)])
def test_where_there_is_less_room_than_is_needed_the_other_place_is_taken(
    sample: tuple[Path, Timeline], cache_folder: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch,
    here: int, there: int, is_here: bool,
) -> None:  # fmt: skip
    monkeypatch.setattr(spilling, "free", lambda folder: there if scratch in (folder, *folder.parents) else here)
    assert place_of(sample[0]) == (cache_folder / "temporary" if is_here else scratch)


def test_a_cache_that_cannot_be_written_is_no_place(
    sample: tuple[Path, Timeline], cache_folder: Path, scratch: Path
) -> None:
    (cache_folder / "temporary").touch()  # this also stops users whom permissions do not stop
    assert place_of(sample[0]) == scratch


def test_it_takes_no_more_than_there_is_room_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spilling, "free", lambda _: 10_000_000)
    with ExitStack() as resources:
        folder = spilling.spill_folder(resources, 0)
        connection = resources.enter_context(connect(folder))
        limit = connection.execute("SELECT current_setting('max_temp_directory_size')").fetchone()
        assert limit == ("8.5 MiB",)


def test_a_sentence_names_the_place_that_is_full(
    sample: tuple[Path, Timeline], cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = cache_folder / "temporary"
    nt.limit_memory("60MB")
    with nt.open(sample[0]) as session:
        assert session.sql(SORTED).one() == {"n": 7_999_999}
    monkeypatch.setattr(spilling, "free", lambda _: 10_000_000)
    with nt.open(sample[0]) as session, pytest.raises(nt.NsysToolsError, match="not enough space in") as caught:
        session.sql(SORTED).one()
    assert str(place) in caught.value.message
    assert all(word in caught.value.hint for word in ("NSYS_TOOLS_CACHE", "TMPDIR", "--memory"))
    assert [path.name for path in place.iterdir()] == ["CACHEDIR.TAG"]
