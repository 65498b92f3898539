"""Writing a folder whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from nsys_tools.errors import NsysToolsError


def check_target(target: Path, *, force: bool, mark: str) -> None:
    """Refuse a target that exists, unless it may be replaced.

    Parameters
    ----------
    target
        The folder to write.
    force
        Replace an earlier report.
    mark
        A file that every folder of ours has; a folder without it is never replaced.

    Raises
    ------
    NsysToolsError
        If the target is in the way.
    """
    if not target.exists():
        return
    if not force:
        raise NsysToolsError(f"{target} exists already.", "Name another folder with --out, or replace it with --force.")
    ours = target.is_dir() and ((target / mark).is_file() or not any(target.iterdir()))
    if not ours:
        raise NsysToolsError(f"{target} is not a report folder; it is not replaced.", "Name another folder with --out.")


def check_apart(target: Path, inputs: Iterable[Path]) -> None:
    """Refuse a target that is an input, holds one, or lies inside one.

    Parameters
    ----------
    target
        The folder to write.
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
                f"{target}: is, holds or lies inside {one}, which is read.", "Name another folder with --out."
            )


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Give a draft folder beside `target`; put it in its place when the block ends well, else remove it.

    Raises
    ------
    NsysToolsError
        If the folder cannot be written: no permission, or no space left.
    """
    draft: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        draft.chmod(0o755)
        yield draft
        if target.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
            target.rename(old / target.name)
            draft.rename(target)
            shutil.rmtree(old, ignore_errors=True)
        else:
            draft.rename(target)
    except OSError as error:
        raise NsysToolsError(
            f"{target}: cannot be written ({error.strerror or error}).", "Nothing is left behind; see --out."
        ) from None
    finally:
        if draft is not None and draft.exists():
            shutil.rmtree(draft, ignore_errors=True)
