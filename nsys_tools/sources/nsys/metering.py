"""Progress of loading tables from an SQLite file.

DuckDB does not report the progress of an SQLite scan. The operating system does report how many bytes a process
reads. A table is read once by DuckDB, and twice by the check that runs in a separate thread (see `checking`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from functools import cached_property
from os import SEEK_END
from pathlib import Path
from struct import unpack_from
from typing import BinaryIO, Protocol

from nsys_tools.session.progress import Amount
from nsys_tools.sources.nsys.identify import connected

_HEADER_BYTES = 100  # of the file, before its first page
_INTERIOR, _LEAF = 5, 13  # types of table pages
# The check reads the pages, then the rows. The pages take a fifth to a half of its time.
_WALK = 0.3


class Check(Protocol):
    """The check that runs alongside a load."""

    @property
    def thread_id(self) -> int | None:
        """ID of its thread; None after the thread has ended."""


class Meter:
    """Progress over several tables that are loaded one after the other.

    Parameters
    ----------
    path
        The SQLite file.
    tables
        The tables that are loaded one after the other.
    place
        Index of the table that is being loaded.
    check
        The check that runs alongside.
    """

    def __init__(self, path: Path, tables: Sequence[str], place: int, check: Check) -> None:
        self._path = path
        self._tables = tables
        self._place = place
        self._check = check
        self._begin = _bytes_read()
        self._checked = 0
        self._most = 0.0

    def __call__(self) -> Amount | None:
        """Return the bytes read so far and the total to read, or None if the system does not report bytes read."""
        if self._begin is None or not self._sizes:
            return None
        now = self._sizes[self._place]
        return Amount(sum(self._sizes[: self._place]) + now * self._share(now), sum(self._sizes))

    @cached_property
    def _sizes(self) -> list[int]:
        """The size of each table in bytes; empty if unknown."""
        with suppress(OSError, sqlite3.Error, ValueError, IndexError):
            return table_bytes(self._path, self._tables)
        return []

    def _share(self, size: int) -> float:
        """Return the fraction of the current table that both the load and the check have completed, from 0 to 1."""
        size = max(size, 1)
        thread = self._check.thread_id
        checked = None if thread is None else _bytes_read(f"/proc/self/task/{thread}/io")
        # The count of a thread is lost when it ends. Use the last known value.
        self._checked = self._checked if checked is None else checked
        loaded = ((_bytes_read() or 0) - (self._begin or 0) - self._checked) / size
        walk, rows = min(self._checked / size, 1), max(self._checked / size - 1, 0)
        behind = 1.0 if checked is None else _WALK * walk + (1 - _WALK) * rows
        self._most = max(self._most, min(loaded, behind, 1.0))
        return self._most


def _bytes_read(counter: str = "/proc/self/io") -> int | None:
    """Return the bytes that this process or one of its threads has read, or None if the system does not report them."""
    with suppress(OSError, ValueError, IndexError):
        return int(Path(counter).read_text(encoding="ascii").split()[1])
    return None


def table_bytes(path: Path, tables: Sequence[str]) -> list[int]:
    """Return the total size of the leaf pages of each table, without reading these pages.

    Raises
    ------
    OSError, sqlite3.Error, ValueError, IndexError
        If the file cannot be read or is not valid SQLite.
    """
    with closing(connected(path)) as connection:
        size = int(connection.execute("PRAGMA page_size").fetchone()[0])
        roots = dict(connection.execute("SELECT name, rootpage FROM sqlite_master WHERE type = 'table'").fetchall())
    with path.open("rb") as file:
        return [_leaf_count(file, size, roots[name]) * size if name in roots else 0 for name in tables]


def _leaf_count(file: BinaryIO, size: int, root: int) -> int:
    """Count the leaf pages of a table by reading its inner pages, which are a few percent of all pages."""
    pending, count, visits = [root], 0, file.seek(0, SEEK_END) // size
    while pending:
        visits -= 1
        if visits < 0:
            raise ValueError("the pages of a table form a cycle")
        children = _children(file, size, pending.pop())
        if not children:
            count += 1
        elif _kind(file, size, children[0]) == _LEAF:  # then all pages of this level are leaves
            count += len(children)
        else:
            pending += children
    return count


def _kind(file: BinaryIO, size: int, page: int) -> int:
    file.seek((page - 1) * size + (_HEADER_BYTES if page == 1 else 0))
    return file.read(1)[0]


def _children(file: BinaryIO, size: int, page: int) -> list[int]:
    """Return the child pages of a table page. A leaf has none."""
    file.seek((page - 1) * size)
    data, at = file.read(size), _HEADER_BYTES if page == 1 else 0
    if len(data) < size or data[at] not in (_INTERIOR, _LEAF):
        raise ValueError(f"page {page} is not a table page")
    if data[at] == _LEAF:
        return []
    (count,) = unpack_from(">H", data, at + 3)
    if at + 12 + 2 * count > size:
        raise ValueError(f"page {page} is damaged")
    places = unpack_from(f">{count}H", data, at + 12)
    return [*(unpack_from(">I", data, min(place, size - 4))[0] for place in places), *unpack_from(">I", data, at + 8)]
