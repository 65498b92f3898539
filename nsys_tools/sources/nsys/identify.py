"""Identify a file by its first bytes before opening it as a trace."""

from __future__ import annotations

import hashlib
import sqlite3
import stat
from contextlib import closing
from enum import Enum
from pathlib import Path

from nsys_tools import __version__
from nsys_tools.errors import NsysToolsError

SQLITE_MAGIC = b"SQLite format 3\x00"
EXPORT_HINT = "Run `nsys export -t sqlite RECORDING.nsys-rep` to export the recording."
DAMAGED_HINT = "Copy or export the file again. With --salvage, analyze, stats and sql read the undamaged data."


class Kind(Enum):
    """The file formats of a trace."""

    SQLITE = "SQLite export"
    PARQUET = "parquetdir export"
    RECORDING = "nsys recording"


def identify(path: Path) -> Kind:
    """Return what kind of trace `path` is.

    Raises
    ------
    NsysToolsError
        If the file is not a trace. The message says what it is instead.
    """
    if path.is_dir():
        return _identify_folder(path)
    _check_file(path)
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except FileNotFoundError:
        raise NsysToolsError(f"{path} does not exist.", "Specify the .sqlite file that `nsys export` wrote.") from None
    except OSError as error:
        raise NsysToolsError(f"{path} cannot be read ({error.strerror}).") from None
    if head.startswith(SQLITE_MAGIC):
        return Kind.SQLITE
    if path.suffix in {".nsys-rep", ".qdrep"} and head and not head.startswith(b"version https://git-lfs"):
        return Kind.RECORDING
    raise NsysToolsError(f"{path}: {_what_else(head)}", EXPORT_HINT)


def _check_file(path: Path) -> None:
    """Refuse special files, because opening a pipe waits for a writer, and reading a device may never end."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return  # opening it reports the reason
    special = {stat.S_ISFIFO: "a pipe", stat.S_ISSOCK: "a socket", stat.S_ISCHR: "a device", stat.S_ISBLK: "a device"}
    for is_kind, words in special.items():
        if is_kind(mode):
            raise NsysToolsError(f"{path} is {words}, not a file.", "Write the trace to a file first.")


def _identify_folder(path: Path) -> Kind:
    if (path / "StringIds.parquet").is_file():
        return Kind.PARQUET
    if any(path.glob("*.parquet")):
        raise NsysToolsError(
            f"{path} is not an nsys export: it contains Parquet files, but no StringIds.parquet.",
            "Run `nsys export -t parquetdir RECORDING.nsys-rep` to export the recording again.",
        )
    raise NsysToolsError(
        f"{path} is a folder, not a trace.",
        "Specify a file in it. A folder is a trace only if `nsys export -t parquetdir` wrote it.",
    )


def _what_else(head: bytes) -> str:
    if not head:
        return "the file is empty (0 bytes)."
    if head.startswith(b"version https://git-lfs"):
        return "this is a Git LFS pointer, not the trace itself. Download the trace with `git lfs pull`."
    if head.startswith(b"PAR1"):
        return "this is a single Parquet file. The trace is the whole folder that `nsys export -t parquetdir` wrote."
    if head.startswith(b"\x1f\x8b") or head.startswith(b"PK\x03\x04") or head.startswith(b"\xfd7zXZ"):
        return "this is a compressed file. Decompress it first."
    if head.lstrip()[:1] in (b"{", b"["):
        return "this is a JSON file, not an SQLite export."
    return "this is not an SQLite file."


def check_export(path: Path, name: Path) -> None:
    """Refuse SQLite files that are truncated, damaged or not from nsys. `name` is used in error messages.

    Raises
    ------
    NsysToolsError
        If the file is truncated, damaged or not from nsys.
    """
    with path.open("rb") as file:
        head = file.read(100)
    if len(head) == 100:
        page_size = int.from_bytes(head[16:18], "big")
        page_size = 65536 if page_size == 1 else page_size
        pages = int.from_bytes(head[28:32], "big")
        # The page count is valid only when the change counter equals the version-valid-for number.
        counted = head[24:28] == head[92:96]
        if counted and path.stat().st_size < pages * page_size:
            raise NsysToolsError(
                f"{name} is truncated: it has {path.stat().st_size:,} bytes, but its header specifies "
                f"{pages * page_size:,}.",
                DAMAGED_HINT,
            )
    tables = columns(path, name)
    if "StringIds" not in tables:
        instead = ", ".join(sorted(tables)[:5]) or "no tables"
        raise NsysToolsError(
            f"{name} is an SQLite database, but not an nsys export. It has no StringIds table (tables: {instead}).",
            EXPORT_HINT,
        )


def connected(path: Path) -> sqlite3.Connection:
    """Return a connection to an SQLite file that neither locks nor writes."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


def columns(path: Path, name: Path) -> dict[str, dict[str, str]]:
    """Return each table of an SQLite file, with declared types by column name. `name` is used in error messages.

    Raises
    ------
    NsysToolsError
        If the file is damaged.
    """
    found: dict[str, dict[str, str]] = {}
    try:
        with closing(connected(path)) as connection:
            _check_schema(name, connection)
            for table, column, kind in connection.execute(
                "SELECT t.name, c.name, c.type FROM sqlite_master AS t, pragma_table_info(t.name) AS c "
                "WHERE t.type IN ('table', 'view')"
            ):
                found.setdefault(table, {})[column] = kind
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise NsysToolsError(f"{name}: the SQLite file is damaged ({error}).", DAMAGED_HINT) from None
    return found


def _check_schema(name: Path, connection: sqlite3.Connection) -> None:
    """Refuse an inconsistent schema that SQLite accepts, because tables would appear to be missing."""
    rows = connection.execute("SELECT type, rootpage FROM sqlite_master").fetchall()
    roots = [root for _, root in rows if root]
    if len(set(roots)) < len(roots) or {kind for kind, _ in rows} - {"table", "index", "view", "trigger"}:
        raise NsysToolsError(f"{name}: the SQLite file is damaged (its table list is inconsistent).", DAMAGED_HINT)


def companions(path: Path) -> list[Path]:
    """Return the files next to an SQLite database that contain part of it: a write-ahead log or a rollback journal."""
    real = path.resolve()
    found = []
    log, journal = (real.with_name(f"{real.name}{ending}") for ending in ("-wal", "-journal"))
    if log.is_file() and log.stat().st_size:
        found.append(log)
    if journal.is_file():
        with journal.open("rb") as file:
            # SQLite zeroes the header of a journal that is not deleted after its transaction.
            found += [journal] if file.read(8) == b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" else []
    return found


def identity(path: Path, kind: Kind) -> str:
    """Return a key that changes when the trace or the version of nsys-tools changes.

    Notes
    -----
    The key covers path, size, modification time and the first 4 KiB (an SQLite header has a change counter), including
    those of a log or journal next to the trace. For a folder, it covers the names, sizes and times of its files. The
    content is not read, because a trace can be gigabytes in size.
    """
    digest = hashlib.sha256(f"{__version__}\0{path.resolve()}".encode())
    files = sorted(path.glob("*.parquet")) if kind is Kind.PARQUET else [path, *companions(path)]
    for file in files:
        state = file.stat()
        digest.update(f"\0{file.name}\0{state.st_size}\0{state.st_mtime_ns}".encode())
        if kind is not Kind.PARQUET:
            with file.open("rb") as stream:
                digest.update(stream.read(4096))
    return digest.hexdigest()[:32]
