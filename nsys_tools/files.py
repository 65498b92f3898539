"""Write output files completely or not at all. Existing files are not replaced without --force."""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import os
import re
import shutil
import stat
import tempfile
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from nsys_tools.errors import NsysToolsError, one_error

if TYPE_CHECKING:
    import polars as pl

_TRIES, _TRY_AGAIN_S = 20, 0.02
_SCRATCH: dict[Path, int] = {}
_SCRATCH_NAME = re.compile(r"nsys-tools-[0-9a-f]{32}")
_LOCK = "in-use"
_BEING_MADE_S, _UNKNOWN_S = 60, 30 * 86400
"""Minimum ages of a temporary folder to be removed: one that no process locks, and one of unknown lock state."""


def check_apart(target: Path, inputs: Iterable[Path]) -> None:
    """Refuse a target that is an input, contains an input, or is inside an input.

    Parameters
    ----------
    target
        The file or folder to write.
    inputs
        The files and folders to read.

    Raises
    ------
    NsysToolsError
        If the target overlaps an input.
    """
    place = target.resolve()
    for one in inputs:
        read = one.resolve()
        if place == read or place in read.parents or read in place.parents:
            raise NsysToolsError(
                f"{target} is the input {one}, contains it or is inside it.", "Choose another location with --out."
            )


def scratch_folder(resources: ExitStack, parent: Path | None = None) -> Path:
    """Create a folder for temporary files that is removed when `resources` is closed.

    Parameters
    ----------
    resources
        The exit stack that removes the folder.
    parent
        Folder in which to create it. The default is the system's folder for temporary files. Folders that killed
        processes left behind there are removed.

    Raises
    ------
    OSError
        If the folder cannot be created.

    Notes
    -----
    A signal can raise an exception anywhere. Therefore, the cleanup is registered before the folder is created, which
    the standard library's `TemporaryDirectory` cannot do. A killed process does not remove its folder. However, the
    folder contains a file that the process has locked, and the system releases the lock when the process ends.
    """
    place = Path(tempfile.gettempdir()) if parent is None else parent
    _remove_abandoned(place)
    folder = place / f"nsys-tools-{uuid.uuid4().hex}"
    resources.callback(_remove_scratch, folder)
    _SCRATCH[folder] = os.getpid()
    folder.mkdir(mode=0o700)
    with suppress(OSError):  # a full disk, or a file system without locks
        lock = resources.enter_context((folder / _LOCK).open("wb"))
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return folder


def _remove_abandoned(place: Path) -> None:
    """Remove the temporary folders of killed processes."""
    with suppress(OSError):
        for name in os.listdir(place):
            if _SCRATCH_NAME.fullmatch(name) and _is_abandoned(place / name):
                shutil.rmtree(place / name, ignore_errors=True)


def _is_abandoned(folder: Path) -> bool:
    """Return whether a folder belongs to this user and is no longer locked by a process."""
    with suppress(OSError):
        state = folder.lstat()
        age_s = time.time() - state.st_mtime
        if not stat.S_ISDIR(state.st_mode) or state.st_uid != os.getuid() or age_s < _BEING_MADE_S:
            return False
        try:
            with (folder / _LOCK).open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # from an earlier version or a process killed during creation, or the file system has no locks
            return age_s > _UNKNOWN_S
        return True
    return False


@atexit.register
@one_error
def remove_scratch() -> None:
    """Remove the temporary folders of sessions that were never closed.

    Python does this at exit. Call this function before ending a process in another way, such as `os._exit`. If a signal
    arrives while a session is being opened, nothing else can close that session.
    """
    for folder, process in list(_SCRATCH.items()):
        if process == os.getpid():  # after a fork, do not remove the parent process's folders
            _remove_scratch(folder)


def _remove_scratch(folder: Path) -> None:
    """Remove a temporary folder, even if an abandoned query is still writing to it."""
    try:
        for _ in range(_TRIES):
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                break
            time.sleep(_TRY_AGAIN_S)
    finally:  # even if a signal interrupts the removal
        if folder.exists():
            shutil.rmtree(folder, ignore_errors=True)
        else:
            _SCRATCH.pop(folder, None)


def check_new(file: Path, *, force: bool, inputs: Iterable[Path] = ()) -> None:
    """Refuse a file that `new_file` would refuse, before any computation starts. Parameters and errors are the same."""
    check_apart(file, inputs)
    if file.exists() and not file.is_file():
        raise NsysToolsError(
            f"{file} is not a regular file, so nsys-tools does not replace it.", "Specify another file."
        )
    if os.path.lexists(file) and not force:
        raise _exists(file)


def _exists(file: Path) -> NsysToolsError:
    return NsysToolsError(f"{file} already exists.", "Specify another file, or use --force to overwrite this one.")


@contextmanager
def new_file(file: Path, *, force: bool, inputs: Iterable[Path] = (), parents: bool = False) -> Iterator[Path]:
    """Yield a temporary path that is renamed to `file` if the block succeeds and removed otherwise.

    Parameters
    ----------
    file
        The file to write. If it is a symbolic link, the target of the link is replaced.
    force
        Replace an existing file.
    inputs
        The files and folders to read, which must not be overwritten.
    parents
        Create missing parent folders.

    Raises
    ------
    NsysToolsError
        If the file exists and `force` is False, or if it is not a regular file, is an input, or cannot be written.
    """
    check_new(file, force=force, inputs=inputs)
    try:
        if parents:
            file.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(file.resolve() if force else file, replace=force) as draft:
            yield draft
    except OSError as error:
        was_faster = isinstance(error, FileExistsError) and os.path.lexists(file)  # another process created it
        raise (_exists(file) if was_faster else cannot_write(file, error)) from None


def cannot_write(file: Path, error: Exception) -> NsysToolsError:
    """Return the error to raise for an output file or folder that cannot be written."""
    reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
    return NsysToolsError(
        f"{file} cannot be written ({reason}).",
        "No partial file was left behind. Free some space, or choose another location.",
    )


def write_parquet(frame: pl.DataFrame, file: Path) -> None:
    """Write a DataFrame to a Parquet file. On a full disk, polars alone reports a file format error.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    content = BytesIO()
    frame.write_parquet(content)
    file.write_bytes(content.getbuffer())


@contextmanager
def whole_file(final: Path, *, replace: bool = True) -> Iterator[Path]:
    """Yield a temporary path next to a file. If the block succeeds, move it into place; otherwise, remove it.

    Raises
    ------
    FileExistsError
        If the file exists and `replace` is False.
    """
    with draft_in(final.parent) as draft:
        yield draft
        place(draft, final, replace=replace)


@contextmanager
def draft_in(folder: Path) -> Iterator[Path]:
    """Yield the path of a new file in a folder. If the file still exists when the block ends, it is removed."""
    draft = folder / f".nsys-tools-{uuid.uuid4().hex}.tmp"
    try:
        yield draft
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def place(draft: Path, final: Path, *, replace: bool) -> None:
    """Rename a completely written file to its final name in the same folder.

    Raises
    ------
    FileExistsError
        If a file with that name exists and `replace` is False, even if another process has just created it.
    """
    if replace:
        draft.replace(final)
        return
    try:
        os.link(draft, final)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if os.path.lexists(final):
            raise FileExistsError(final) from None
        draft.replace(final)


def existing(*names: str) -> list[Path]:
    """Return the names that refer to existing files. The other names may refer to shipped items."""
    return [Path(name) for name in names if name and Path(name).is_file()]


def digest(file: Path) -> str:
    """Return the SHA-256 digest of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
