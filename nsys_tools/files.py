"""Files that users name: they appear whole or not at all, and nothing of the user's is replaced unasked."""

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
"""How long a temporary folder stays that no process holds any more, and one of which that cannot be told."""


def check_apart(target: Path, inputs: Iterable[Path]) -> None:
    """Refuse a target that is an input, holds one, or lies inside one.

    Parameters
    ----------
    target
        The file or folder to write.
    inputs
        The files and folders that are read.

    Raises
    ------
    NsysToolsError
        If the target is not apart from them.
    """
    place = target.resolve()
    for one in inputs:
        read = one.resolve()
        if place == read or place in read.parents or read in place.parents:
            raise NsysToolsError(
                f"{target}: is, holds or lies inside {one}, which is read.", "Name another place with --out."
            )


def scratch_folder(resources: ExitStack, parent: Path | None = None) -> Path:
    """Make a folder for temporary files that is removed when `resources` are closed.

    Parameters
    ----------
    resources
        What it lasts as long as.
    parent
        Where to make it; by default in the folder for temporary files of the system. What killed processes have left
        there is removed.

    Raises
    ------
    OSError
        If it cannot be made.

    Notes
    -----
    A signal may raise an exception anywhere. So what removes the folder is known before the folder is there, which the
    standard library's `TemporaryDirectory` cannot do. A process that is killed removes nothing. Its folder holds a file
    that it has locked, and the system gives up the lock of a process that ends, however it ends.
    """
    place = Path(tempfile.gettempdir()) if parent is None else parent
    _remove_abandoned(place)
    folder = place / f"nsys-tools-{uuid.uuid4().hex}"
    resources.callback(_remove_scratch, folder)
    _SCRATCH[folder] = os.getpid()
    folder.mkdir(mode=0o700)
    with suppress(OSError):  # of a full disk, or of a file system without locks
        lock = resources.enter_context((folder / _LOCK).open("wb"))
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return folder


def _remove_abandoned(place: Path) -> None:
    """Remove the folders for temporary files whose processes were killed."""
    with suppress(OSError):
        for name in os.listdir(place):
            if _SCRATCH_NAME.fullmatch(name) and _is_abandoned(place / name):
                shutil.rmtree(place / name, ignore_errors=True)


def _is_abandoned(folder: Path) -> bool:
    """Return whether a folder is one of this user's that no process holds any more."""
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
        except OSError:  # of an earlier version, killed while it was made, or without locks
            return age_s > _UNKNOWN_S
        return True
    return False


@atexit.register
@one_error
def remove_scratch() -> None:
    """Remove the temporary folders of sessions that were never closed.

    Python does so at its end. Who ends a process otherwise, such as by `os._exit`, calls it before: a session that is
    being opened when a signal comes has nobody yet who could close it.
    """
    for folder, process in list(_SCRATCH.items()):
        if process == os.getpid():  # not those of the process that this one was forked from
            _remove_scratch(folder)


def _remove_scratch(folder: Path) -> None:
    """Remove a folder for temporary files, also while a query that was given up still writes into it, or ends."""
    try:
        for _ in range(_TRIES):
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                break
            time.sleep(_TRY_AGAIN_S)
    finally:  # also after a signal in the middle
        if folder.exists():
            shutil.rmtree(folder, ignore_errors=True)
        else:
            _SCRATCH.pop(folder, None)


def check_new(file: Path, *, force: bool, inputs: Iterable[Path] = ()) -> None:
    """Refuse a file that `new_file` would refuse, before anything is computed; parameters and errors as there."""
    check_apart(file, inputs)
    if file.exists() and not file.is_file():
        raise NsysToolsError(f"{file}: is not a regular file; it is not replaced.", "Name another file.")
    if os.path.lexists(file) and not force:
        raise _exists(file)


def _exists(file: Path) -> NsysToolsError:
    return NsysToolsError(f"{file} exists already.", "Name another file, or replace it with --force.")


@contextmanager
def new_file(file: Path, *, force: bool, inputs: Iterable[Path] = (), parents: bool = False) -> Iterator[Path]:
    """Give a name to write to; it becomes a file that the user named when the block ends well, else it is removed.

    Parameters
    ----------
    file
        The file. Behind a symbolic link it is replaced where the link points.
    force
        Replace a file that exists.
    inputs
        The files and folders that are read; none of them is ever written.
    parents
        Make the folders above it where they are missing.

    Raises
    ------
    NsysToolsError
        If the file exists and is not to be replaced, is no regular file, is an input, or cannot be written.
    """
    check_new(file, force=force, inputs=inputs)
    try:
        if parents:
            file.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(file.resolve() if force else file, replace=force) as draft:
            yield draft
    except OSError as error:
        was_faster = isinstance(error, FileExistsError) and os.path.lexists(file)  # another process
        raise (_exists(file) if was_faster else cannot_write(file, error)) from None


def cannot_write(file: Path, error: Exception) -> NsysToolsError:
    """Return what users see where a file or folder that they named cannot be written."""
    reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
    return NsysToolsError(
        f"{file}: cannot be written ({reason}).", "No half file is left behind. Free space, or name another place."
    )


def write_parquet(frame: pl.DataFrame, file: Path) -> None:
    """Write a frame. polars itself calls a full disk an error in the format of the file.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    content = BytesIO()
    frame.write_parquet(content)
    file.write_bytes(content.getbuffer())


@contextmanager
def whole_file(final: Path, *, replace: bool = True) -> Iterator[Path]:
    """Give a name beside a file; put that in its place when the block ends well, else remove it.

    Raises
    ------
    FileExistsError
        If the file is there and not to be replaced.
    """
    with draft_in(final.parent) as draft:
        yield draft
        place(draft, final, replace=replace)


@contextmanager
def draft_in(folder: Path) -> Iterator[Path]:
    """Give the name of a new file in a folder; what is still there when the block ends is removed."""
    draft = folder / f".nsys-tools-{uuid.uuid4().hex}.tmp"
    try:
        yield draft
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def place(draft: Path, final: Path, *, replace: bool) -> None:
    """Give a file that is written its final name in the same folder.

    Raises
    ------
    FileExistsError
        If that is taken and not to be replaced, also where another process took it a moment ago.
    """
    if replace:
        draft.replace(final)
        return
    try:
        os.link(draft, final)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if os.path.lexists(final):
            raise FileExistsError(final) from None
        draft.replace(final)


def existing(*names: str) -> list[Path]:
    """Return the files among names that may also be those of something shipped."""
    return [Path(name) for name in names if name and Path(name).is_file()]


def digest(file: Path) -> str:
    """Return the SHA-256 of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
