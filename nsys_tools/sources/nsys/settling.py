"""Traces that another program has not finished: a write-ahead log, a rollback journal, a lock."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from nsys_tools.errors import NsysToolsError
from nsys_tools.sources.nsys.identify import DAMAGED_HINT, companions

log = logging.getLogger(__name__)
_WAL_HEADER_BYTES, _FRAME_HEADER_BYTES = 32, 24


def settled(path: Path, scratch: Path) -> tuple[Path, list[str]]:
    """Return a file with all that SQLite would read of a trace, and what a reader must know of it.

    Parameters
    ----------
    path
        The trace, an SQLite file.
    scratch
        A folder of the session's own. SQLite writes beside a database that has a log or a journal, or is in WAL mode;
        of such a trace, a copy is recovered here.

    Raises
    ------
    NsysToolsError
        If another process is writing the trace, SQLite cannot recover it, or there is no room for the copy.
    """
    with path.open("rb") as file:
        is_wal = file.read(20)[18:20] == b"\x02\x02"
    beside = companions(path)
    if not beside and not is_wal:
        _check_unlocked(path)
        return path, []
    log.info("%s: a copy is read, so that nothing is written beside it.", path)
    copy = _copied(path, beside, scratch)
    return copy, _recovered(path, copy)


def _check_unlocked(path: Path) -> None:
    """Refuse a trace that another process has locked. Asking writes nothing: the trace has no log and no journal."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=0)) as connection:
        try:
            connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                raise _is_being_written(path) from None


def _is_being_written(path: Path) -> NsysToolsError:
    return NsysToolsError(f"{path}: another process is writing it.", "Wait until that has ended, and run it again.")


def _copied(path: Path, beside: list[Path], scratch: Path) -> Path:
    """Copy a trace with its log or journal; refuse if they change meanwhile."""
    # The log's pages go into the copy when it is recovered.
    needed = path.stat().st_size + 2 * sum(file.stat().st_size for file in beside)
    if shutil.disk_usage(scratch).free < needed:
        raise NsysToolsError(
            f"{path}: has to be copied to be read, and {scratch.parent} has no room for {needed:,} bytes.",
            "Name a larger folder: TMPDIR=DIR nsys-tools ...",
        )
    real = path.resolve()
    before = _states(path)
    for file in (real, *beside):
        try:
            shutil.copyfile(file, scratch / f"settled{file.name.removeprefix(real.name)}")
        except OSError as error:
            raise NsysToolsError(f"{file}: cannot be copied to be read ({error.strerror}).") from None
    if _states(path) != before:
        raise _is_being_written(path)
    return scratch / "settled"


def _states(path: Path) -> list[tuple[str, int, int]]:
    return [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in (path, *companions(path))]


def _recovered(path: Path, copy: Path) -> list[str]:
    """Have SQLite put a log or a journal into the copy; return what a reader must know of it."""
    log_file = copy.with_name(f"{copy.name}-wal")
    log_bytes = log_file.stat().st_size if log_file.is_file() else 0
    rolls_back = copy.with_name(f"{copy.name}-journal").is_file()
    try:
        with closing(sqlite3.connect(copy)) as connection:
            page_bytes = connection.execute("PRAGMA page_size").fetchone()[0]
            read = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1] if log_bytes else 0
            mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
    except sqlite3.Error as error:
        raise NsysToolsError(f"{path}: SQLite cannot recover it ({error}).", DAMAGED_HINT) from None
    if mode != "delete":
        raise NsysToolsError(f"{path}: SQLite cannot recover it (journal mode {mode}).", DAMAGED_HINT)
    frames = (log_bytes - _WAL_HEADER_BYTES) // (_FRAME_HEADER_BYTES + page_bytes)
    notes = []
    if log_bytes and read < frames:
        notes.append(
            f"SQLite took {max(read, 0):,} of {frames:,} pages from the write-ahead log of the trace: the others are "
            "older, damaged or of an unfinished transaction."
        )
    if rolls_back:
        notes.append("The trace has a rollback journal: what its last transaction wrote was taken back.")
    return notes
