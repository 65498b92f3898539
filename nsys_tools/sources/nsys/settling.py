"""Traces that another program is still writing: those with a write-ahead log, a rollback journal or a lock."""

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
    """Return a file with everything that SQLite would read from a trace, and notes for the reader.

    Parameters
    ----------
    path
        The trace, an SQLite file.
    scratch
        A folder of the session. SQLite writes files next to a database that has a log or a journal or is in WAL mode.
        Such a trace is copied here, and the copy is recovered.

    Raises
    ------
    NsysToolsError
        If another process is writing to the trace, SQLite cannot recover it, or there is no space for the copy.
    """
    with path.open("rb") as file:
        is_wal = file.read(20)[18:20] == b"\x02\x02"
    beside = companions(path)
    if not beside and not is_wal:
        _check_unlocked(path)
        return path, []
    log.info("%s: nsys-tools reads a copy so that nothing is written next to the trace.", path)
    copy = _copied(path, beside, scratch)
    return copy, _recovered(path, copy)


def _check_unlocked(path: Path) -> None:
    """Refuse a trace that another process has locked. The check writes nothing: the trace has no log or journal."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=0)) as connection:
        try:
            connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                raise _is_being_written(path) from None


def _is_being_written(path: Path) -> NsysToolsError:
    return NsysToolsError(
        f"{path}: another process is writing to this file.", "Wait until it finishes, then try again."
    )


def _copied(path: Path, beside: list[Path], scratch: Path) -> Path:
    """Copy a trace with its log or journal, and fail if one of these files changes in the meantime."""
    # Recovery writes the pages of the log into the copy.
    needed = path.stat().st_size + 2 * sum(file.stat().st_size for file in beside)
    if shutil.disk_usage(scratch).free < needed:
        raise NsysToolsError(
            f"{path} must be copied before it can be read, but {scratch.parent} does not have {needed:,} bytes free.",
            "Set TMPDIR to a folder with more space.",
        )
    real = path.resolve()
    before = _states(path)
    for file in (real, *beside):
        try:
            shutil.copyfile(file, scratch / f"settled{file.name.removeprefix(real.name)}")
        except OSError as error:
            raise NsysToolsError(f"{file} cannot be copied for reading ({error.strerror}).") from None
    if _states(path) != before:
        raise _is_being_written(path)
    return scratch / "settled"


def _states(path: Path) -> list[tuple[str, int, int]]:
    return [(file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in (path, *companions(path))]


def _recovered(path: Path, copy: Path) -> list[str]:
    """Have SQLite apply a log or a journal to the copy, and return notes for the reader."""
    log_file = copy.with_name(f"{copy.name}-wal")
    log_bytes = log_file.stat().st_size if log_file.is_file() else 0
    rolls_back = copy.with_name(f"{copy.name}-journal").is_file()
    try:
        with closing(sqlite3.connect(copy)) as connection:
            page_bytes = connection.execute("PRAGMA page_size").fetchone()[0]
            read = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1] if log_bytes else 0
            mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
    except sqlite3.Error as error:
        raise NsysToolsError(f"SQLite cannot recover {path} ({error}).", DAMAGED_HINT) from None
    if mode != "delete":
        raise NsysToolsError(f"SQLite cannot recover {path} (journal mode {mode}).", DAMAGED_HINT)
    frames = (log_bytes - _WAL_HEADER_BYTES) // (_FRAME_HEADER_BYTES + page_bytes)
    notes = []
    if log_bytes and read < frames:
        notes.append(
            f"SQLite recovered {max(read, 0):,} of {frames:,} pages from the trace's write-ahead log. The other pages "
            "are stale, damaged, or part of an unfinished transaction."
        )
    if rolls_back:
        notes.append("The trace has a rollback journal. Its last transaction was rolled back.")
    return notes
